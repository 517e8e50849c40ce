"""单独编辑 as a reviewer reads it: which channels say something else, what, and what of it is new since a signature."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from channels import registry
from channels.rendering import text_of
from channels.values import Manuscript
from cms import review
from cms.manuscript.variants import cut
from cms.review.difference import Change
from cms.stories import ChannelText, Revision, Story, texts_of
from cms.web.desk import Desk, rank
from cms.web.pictured import hashes_of
from cms.web.reviewing.reading import galley_of


@dataclass(frozen=True, slots=True)
class Differs:
    """One channel with a text of its own in this version, or in the one signed last. ``is_own``: it has one now;
    ``from_main``: what differs from the main text; ``since``: what changed since it was signed, None where nothing was
    signed; ``is_new``: it followed the main text then."""

    channel: str
    title: str
    is_own: bool
    is_new: bool
    from_main: list[Change]
    since: list[Change] | None

    @property
    def is_same_as_signed(self) -> bool:
        return self.since is not None and not review.has_changed(self.since)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a channel says in a version, and the hashes of what its pictures show. ``is_own``: in its own words."""

    text: str
    hashes: Mapping[str, str]
    is_own: bool


def _said(desk: Desk, revision: Revision, channel: str, own: ChannelText | None) -> _Said:
    """``own``: None where the channel follows the main text."""
    if own is not None:
        return _Said(own.text, hashes_of(desk, own.text, revision.manuscript_hash, channel), True)
    return _Said(cut(revision.text, channel), hashes_of(desk, revision.text, revision.manuscript_hash), False)


def differing(
    desk: Desk, session: Session, story: Story, versions: tuple[Revision | None, Revision], names: Mapping[str, str]
) -> list[Differs]:
    """The channels that do not follow the main text of the newer of two versions, or did not follow that of the older.
    ``names``: of units, by slug."""
    before, revision = versions
    now = texts_of(session, story, revision.id)
    then = texts_of(session, story, before.id) if before else {}

    def changes(one: _Said, other: _Said) -> list[Change]:
        return review.difference(one.text, other.text, names, (one.hashes, other.hashes))

    found = []
    for channel in sorted({*now, *then}, key=rank):
        main, said = (_said(desk, revision, channel, one) for one in (None, now.get(channel)))
        old = _said(desk, before, channel, then.get(channel)) if before else None
        found.append(
            Differs(
                channel, registry.get(channel).title, said.is_own, old is not None and not old.is_own,
                changes(main, said), changes(old, said) if old else None,
            )
        )  # fmt: skip
    return found


def shown_on(desk: Desk, digest: str, channel: str) -> Manuscript:
    """What a channel shows of a manuscript."""
    manuscript = galley_of(desk).manuscript(digest)
    own = dict(manuscript.variants).get(text_of(channel))
    return galley_of(desk).manuscript(own) if own else manuscript


def own_manuscripts(desk: Desk, digest: str) -> Mapping[str, Manuscript]:
    """The manuscripts of the channels that differ, by channel."""
    return {name: galley_of(desk).manuscript(own) for name, own in galley_of(desk).manuscript(digest).variants}


def marked(names: set[str], channels: list[str]) -> set[str]:
    """The channels among ``channels`` that show one of these own texts, theirs or another's (RSS: 微站's)."""
    return {one for one in channels if text_of(one) in names}
