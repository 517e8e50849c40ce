"""Saving a story: every save that says something new is a revision of its own."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from cms import audit
from cms.db import fetch, utc
from cms.matrix import Unit
from cms.stories import apart as beside_it
from cms.stories import sieve
from cms.stories.apart import Apart
from cms.stories.rows import ChannelText, Revision, Story

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_LENGTH = 80


class SaveError(ValueError):
    """The story cannot be saved like this; the words say what to change."""


class StaleError(SaveError):
    """Somebody saved in between: nothing was kept."""


class MovedError(SaveError):
    """What the manuscript was frozen from is not what stands there any more: to be frozen again and saved."""


def mark_of(text: str) -> str:
    """The mark of one state of a text, to notice that somebody else has saved."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def save(
    session: Session,
    slug: str,
    text: str,
    headline: str,
    author: str,
    now: datetime,
    manuscript_hash: str = "",
    findings: Sequence[Mapping[str, Any]] = (),
    unit_id: int | None = None,
    upon: str | None = None,
    apart: Sequence[Apart] = (),
    named: Mapping[str, int] | None = None,
) -> Revision:
    """Keep ``text`` as a new revision; the newest one is returned when it already says just that. ``unit_id``: whose
    a new story is; the province's when nothing is said. ``upon``: the mark of the text one wrote upon ("" for none
    yet, None asks nothing); StaleError when the newest is another, decided in this transaction.

    ``apart``: the texts of channels that change with it (单独编辑). ``named``: the number of each channel's own text
    the manuscript was frozen with ("" the main revision's, where that matters), before ``apart``; MovedError when
    others stand there by now."""
    _check(slug, headline)
    story = story_named(session, slug) or _begin(session, slug, headline, unit_id)
    last, held = newest(session, story), beside_it.texts_of(session, story)
    changed = beside_it.changes(held, apart)
    if last and (last.text, last.manuscript_hash) == (text, manuscript_hash) and not changed:
        return last
    _refuse_stale(slug, last, held, upon, changed)
    _refuse_moved(slug, last, held, named or {})
    story.headline = headline
    revision = Revision(
        story_id=story.id,
        number=last.number + 1 if last else 1,
        text=text,
        author=author,
        saved_at=utc(now),
        manuscript_hash=manuscript_hash,
        findings=[dict(one) for one in findings],
    )
    session.add(revision)
    sieve.keep(session, story, text)
    session.flush()
    detail: dict[str, Any] = {"revision": revision.number, "manuscript": manuscript_hash}
    audit.record(session, author, "story.save", f"story:{story.id}", detail, now)
    for one in changed:
        row = beside_it.add(session, revision, held, one, now)
        deed = "follow" if not one.text else "apart" if one.channel in held else "cut"
        detail = {"revision": revision.number, "channel": row.channel, "number": row.number, "base": row.base_revision}
        audit.record(session, author, f"story.{deed}", f"story:{story.id}", detail, now)
    return revision


def _refuse_stale(
    slug: str, last: Revision | None, held: Mapping[str, ChannelText], upon: str | None, changed: Sequence[Apart]
) -> None:
    if upon is not None and upon != (mark_of(last.text) if last else ""):
        raise StaleError(f"稿件“{slug}”刚在别处保存过新的版本，这一版没有存。")
    for one in changed:
        there = held.get(one.channel)
        if one.upon is not None and one.upon != (mark_of(there.text) if there else ""):
            raise StaleError(f"稿件“{slug}”的单独版本（{one.channel}）刚在别处保存过，这一版没有存。")


def _refuse_moved(slug: str, last: Revision | None, held: Mapping[str, ChannelText], named: Mapping[str, int]) -> None:
    there = {name: one.number for name, one in held.items()}
    if "" in named:
        there[""] = last.number if last else 0
    if there != dict(named):
        raise MovedError(f"稿件“{slug}”的单独版本刚刚变过，这一版没有存，请再存一次。")


def _check(slug: str, headline: str) -> None:
    if not _SLUG.fullmatch(slug) or len(slug) > _SLUG_LENGTH:
        raise SaveError(
            f"稿件代号“{slug}”不合规：只用小写字母、数字和连字符，最长 {_SLUG_LENGTH} 字，例如 quantum-link。"
        )
    if not headline.strip():
        raise SaveError(f"稿件“{slug}”没有标题，请补上标题再保存。")


def _begin(session: Session, slug: str, headline: str, unit_id: int | None) -> Story:
    top = select(func.min(Unit.id)).where(col(Unit.parent_id).is_(None))
    story = Story(slug=slug, headline=headline, unit_id=session.exec(top).one() if unit_id is None else unit_id)
    session.add(story)
    session.flush()
    return story


def story_named(session: Session, slug: str) -> Story | None:
    """The story with this slug, if there is one."""
    return session.exec(select(Story).where(Story.slug == slug)).one_or_none()


def newest(session: Session, story: Story) -> Revision | None:
    """The newest revision of a story."""
    found = fetch(session, _NEWEST, story=story.id)
    return found[0] if found else None


_NEWEST = select(Revision).where(Revision.story_id == bindparam("story")).order_by(col(Revision.number).desc()).limit(1)


def origin_of(session: Session, story: Story) -> Story:
    """The story this one goes back to, through any number of adoptions; itself when it is an original."""
    while story.origin_id is not None:
        story = session.get_one(Story, story.origin_id)
    return story
