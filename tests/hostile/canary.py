"""A page of many documents in a browser that screams when any of them does anything."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Dialog, Page, Request, Route

_OWN = re.compile(r"https://(canary\.example/[\w./-]*|[a-z]+\.sichuan\.example/p/[0-9a-f]{24}\.(png|jpg))")
_POKE = """
async () => {
  const kinds = ["click", "mouseover", "mouseenter", "pointerenter", "pointerover", "focus", "focusin", "toggle",
                 "load", "error", "animationstart", "transitionend", "input", "keydown", "wheel", "beforetoggle"];
  for (const frame of document.querySelectorAll("iframe")) {
    const inner = frame.contentDocument;
    if (!inner) continue;
    for (const one of inner.querySelectorAll("*")) {
      const address = one.href && (one.href.baseVal || one.href);
      const goes = typeof address === "string" && /^(https?|mailto|tel|about):/i.test(address);
      for (const kind of kinds) {
        if (kind === "click" && (goes || one.type === "submit")) continue;
        try { one.dispatchEvent(new Event(kind, {bubbles: false, cancelable: true})); } catch (_) {}
      }
      if (!goes && one.tagName !== "BUTTON" && one.click) { try { one.click(); } catch (_) {} }
    }
  }
  await new Promise((done) => setTimeout(done, 300));
}
"""


@dataclass
class Heard:
    """What the canary heard: calls of ``__hit``, dialogs, and requests that left the page."""

    hits: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        return not (self.hits or self.dialogs or self.requests)


def listen(browser: Browser, documents: Sequence[str]) -> Heard:
    """Load ``documents`` side by side, touch every element in them, and say what happened."""
    heard = Heard()
    context = browser.new_context(locale="zh-CN")
    try:
        context.expose_binding("__hit", lambda source, *_: heard.hits.append(source["frame"].name))
        context.route("**/*", lambda route, request: _answer(route, request, heard))
        page = context.new_page()
        page.on("dialog", lambda dialog: _dismiss(dialog, heard))
        page.on("popup", lambda popup: heard.requests.append(f"popup {popup.url}"))
        _load(page, documents)
        page.evaluate(_POKE)
    finally:
        context.close()
    return heard


def _load(page: Page, documents: Sequence[str]) -> None:
    frames = "".join(f'<iframe name="d{at}" srcdoc="{html.escape(one)}"></iframe>' for at, one in enumerate(documents))
    whole = f"<!doctype html><meta charset=utf-8>{frames}"
    page.route("https://canary.example/", lambda route: route.fulfill(body=whole, content_type="text/html"))
    page.goto("https://canary.example/", wait_until="load")


def _dismiss(dialog: Dialog, heard: Heard) -> None:
    heard.dialogs.append(dialog.message)
    dialog.dismiss()


def _answer(route: Route, request: Request, heard: Heard) -> None:
    """Nothing leaves: our own pictures and styles are answered empty, everything else is heard."""
    if not _OWN.fullmatch(request.url):
        heard.requests.append(request.url[:200])
    route.fulfill(status=404, body="")
