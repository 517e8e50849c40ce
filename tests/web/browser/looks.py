"""What every page of the newsroom is held to: two widths, light and dark, axe, nothing too wide, nothing too small."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE, PHONE = 1280, 375
# The page itself is the same in the dark: only what depends on colour is asked again.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
TARGETS = ":is(button, .button, summary, select, textarea, input:not([type=checkbox], [type=radio], [type=hidden]))"
OPEN = """for (const one of document.querySelectorAll("details:not([open])")) {
  one.open = true; one.dataset.forced = "yes";
}"""
CLOSE = """for (const one of document.querySelectorAll("[data-forced]")) {
  one.open = false; delete one.dataset.forced;
}"""
SMALL = """([targets, least]) => [...document.querySelectorAll(targets)]
  .filter((one) => one.checkVisibility() && one.offsetParent && one.getBoundingClientRect().height < least)
  .map((one) => one.outerHTML)"""


def look(
    page: Page,
    name: str,
    *,
    wide: int = WIDE,
    targets: str = TARGETS,
    least: tuple[int, int] = (36, 44),
    frames: bool = True,
) -> None:
    """The page that is open, at two widths, light and dark.

    ``least`` are the heights in px a target must have on the desk and on the phone; ``frames`` also looks into
    frames. With YIGAO_SHOTS=FOLDER each look is kept there as a picture.
    """
    for width, floor in zip((wide, PHONE), least, strict=True):
        page.set_viewport_size({"width": width, "height": 820})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            where = f"{name} {width} {scheme}"
            options: dict[str, Any] = {"iframes": frames, **(COLOURS if scheme == "dark" else {})}
            found = Axe().run(page, options=options)
            assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
            if kept := os.environ.get("YIGAO_SHOTS"):
                page.screenshot(path=Path(kept) / f"{where.replace(' ', '-')}.png", full_page=True)
        for state in ("as it comes", "with all opened"):
            across = page.evaluate("document.documentElement.scrollWidth")
            assert across <= width, f"{name} {state} is {across} px wide on {width}"
            page.evaluate(OPEN)
        page.evaluate(CLOSE)
        assert page.evaluate(SMALL, [targets, floor]) == [], f"{name} {width}"
