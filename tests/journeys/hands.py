"""What people do with a keyboard, a thumb and a bad network."""

from playwright.sync_api import Page, expect

AUTHOR, FIRST, SECOND, CHIEF = "lin.xiaoxi", "chu.shen", "fu.shen", "zhou.chuzhang"
FACE = (700, 300)  # where the face is in the portrait the library holds, in per mille
PORTRAIT = "窗边的读者"
_NAME = """() => {
  const one = document.activeElement;
  const said = one?.getAttribute("aria-label") || one?.labels?.[0]?.innerText || one?.innerText || "";
  return said.trim();
}"""
_SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 25_000}


def reach(page: Page, name: str, key: str = "Enter", steps: int = 150) -> None:
    """Go to the control whose name begins so by Tab alone, and press ``key`` there ("" only arrives)."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        if page.evaluate(_NAME).startswith(name):
            if key:
                page.keyboard.press(key)
            return
    raise AssertionError(f"Tab never comes to “{name}” on {page.url}")


def copy_from_word(page: Page, html: str) -> None:
    """Lay ``html`` on the clipboard by Ctrl+C, as from another program's window."""
    other = page.context.new_page()
    other.set_content(html)
    other.keyboard.press("Control+a")
    other.keyboard.press("Control+c")
    other.close()
    page.bring_to_front()


def press(page: Page, *keys: str) -> None:
    """Keys one after another, each once the editor knows where the last one left the cursor: no hand is faster."""
    for key in keys:
        page.keyboard.press(key)
        breathe(page)


def breathe(page: Page) -> None:
    """Until the editor has heard what was chosen: it hears by events, which come after the next frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")


def on_slow_lines(page: Page) -> None:
    """A crowded train: 400 ms there and back, 400 kbit/s down and 200 up."""
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", _SLOW)


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("已保存")
