"""单独编辑: the channels of a story that have a text of their own, and what becomes of their tie to the main one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cms.db import utc
from cms.stories.rows import ChannelText, Revision, Story


@dataclass(frozen=True, slots=True)
class Apart:
    """A channel's own text as it is to stand from now on; "" follows the main text again. ``base_revision``: the number
    of the revision whose main text it is level with, None as before. ``upon``: the mark of the own text one wrote upon
    ("" for none yet), None asks nothing."""

    channel: str
    text: str
    base_revision: int | None = None
    upon: str | None = None


@dataclass(frozen=True, slots=True)
class OwnText:
    """What a channel says of its own, and the main text it was last level with. ``is_behind``: the main text says
    something else by now. ``main``: the number of the newest revision."""

    channel: str
    text: str
    number: int
    author: str
    saved_at: datetime
    base_revision: int
    base: str
    main_revision: int
    main: str

    @property
    def is_behind(self) -> bool:
        return self.base != self.main


def texts_of(session: Session, story: Story, revision_id: int | None = None) -> dict[str, ChannelText]:
    """The channels that do not follow the main text, with what each says: now, or as of a revision."""
    query = select(ChannelText).where(ChannelText.story_id == story.id).order_by(col(ChannelText.id))
    if revision_id is not None:
        query = query.where(col(ChannelText.revision_id) <= revision_id)
    last = {one.channel: one for one in session.exec(query)}
    return {name: one for name, one in sorted(last.items()) if one.text}


def own_texts(session: Session, story: Story) -> dict[str, OwnText]:
    """The same for whoever writes: with the main text each was last level with, and the newest."""
    found = texts_of(session, story)
    if not found:
        return {}
    query = select(Revision.number, Revision.text).where(Revision.story_id == story.id)
    newest = session.exec(query.order_by(col(Revision.number).desc()).limit(1)).one()
    wanted = col(Revision.number).in_({one.base_revision for one in found.values()})
    bases = dict(session.exec(query.where(wanted)).all())
    return {
        name: OwnText(
            name, one.text, one.number, one.author, one.saved_at,
            one.base_revision, bases.get(one.base_revision, newest[1]), *newest,
        )
        for name, one in found.items()
    }  # fmt: skip


def states_of(session: Session, story: Story, channel: str) -> list[ChannelText]:
    """Every state of a channel's own text there ever was, the newest first; "" where it followed the main one."""
    query = select(ChannelText).where(ChannelText.story_id == story.id, ChannelText.channel == channel)
    return list(session.exec(query.order_by(col(ChannelText.number).desc())))


def changes(held: Mapping[str, ChannelText], wanted: Sequence[Apart]) -> list[Apart]:
    """Those of ``wanted`` that say something new."""
    return [one for one in wanted if not _is_held(held.get(one.channel), one)]


def _is_held(held: ChannelText | None, wanted: Apart) -> bool:
    if held is None:
        return wanted.text == ""
    return held.text == wanted.text and wanted.base_revision in (None, held.base_revision)


def add(
    session: Session, revision: Revision, held: Mapping[str, ChannelText], wanted: Apart, now: datetime
) -> ChannelText:
    """The next state of a channel's own text, beside the revision saved with it."""
    query = select(ChannelText.number).where(
        ChannelText.story_id == revision.story_id, ChannelText.channel == wanted.channel
    )
    last = session.exec(query.order_by(col(ChannelText.number).desc()).limit(1)).first() or 0
    before = held.get(wanted.channel)
    base = wanted.base_revision or (before.base_revision if before else revision.number)
    row = ChannelText(
        story_id=revision.story_id, channel=wanted.channel, number=last + 1, text=wanted.text, base_revision=base,
        revision_id=revision.id, author=revision.author, saved_at=utc(now),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
