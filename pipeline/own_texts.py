"""单独编辑 in the press room: a channel cut loose, written, brought level with the main text, tied again.

Each is a revision of the story: what is signed names every channel's own text, so none changes unseen."""

from collections.abc import Callable
from datetime import datetime

from channels import registry
from channels.rendering import text_of
from cms.db import read_scope
from cms.manuscript.variants import cut as cut_text
from cms.manuscript.variants import own
from cms.stories import Apart, MovedError, Revision, SaveError, newest, story_named, texts_of
from pipeline.house import House
from pipeline.intake import take_in_text

_TRIES = 20


def cut(house: House, slug: str, channel: str, by: str, now: datetime) -> None:
    """The channel no longer follows the main text: it begins with what it shows now. Once is enough."""
    title = registry.get(channel).title
    if text_of(channel) != channel:
        raise SaveError(f"{title}没有自己的文字，不能单独编辑。")
    with read_scope(house.engine) as session:
        story = story_named(session, slug)
        if story is not None and channel in texts_of(session, story):
            return
    _write(house, slug, by, now, lambda last: Apart(channel, cut_text(last.text, channel), last.number, upon=""))


def write(
    house: House, slug: str, channel: str, text: str, by: str, now: datetime, upon: str | None, base: int | None = None
) -> str:
    """Keep the channel's own text, ``base`` as in ``stories.Apart``; what was kept. StaleError when somebody saved it
    in between."""
    kept = own(text)
    if not kept.strip():
        raise SaveError("单独版本不能是空的；要用主稿的文字，请点“恢复跟随主稿”。")
    _write(house, slug, by, now, lambda _: Apart(channel, kept, base, upon))
    return kept


def follow(house: House, slug: str, channel: str, by: str, now: datetime) -> None:
    """The channel shows the main text again; what it said stays in the history."""
    _write(house, slug, by, now, lambda _: Apart(channel, ""))


def _write(house: House, slug: str, by: str, now: datetime, said: Callable[[Revision], Apart]) -> None:
    """Save it beside the main text as that stands; should somebody save that meanwhile, once more."""
    for _ in range(_TRIES):
        with read_scope(house.engine) as session:
            story = story_named(session, slug)
            last = newest(session, story) if story else None
        if last is None:
            raise KeyError(slug)
        one = said(last)
        try:
            take_in_text(
                house, last.text, f"{slug}.md", house.drafts / slug, by, now, slug=slug, apart=[one], number=last.number
            )
            return
        except MovedError:
            continue
    raise SaveError(f"稿件“{slug}”正有好几个人同时在存，这一版没有存，请过一会儿再存。")
