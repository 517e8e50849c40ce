"""What the pictures of a saved version showed, for the pages that compare versions."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from assets.store import MissingAssetError
from channels import canonical
from channels.values import Manuscript
from cms.manuscript.shown import hashes_by_path
from cms.people.roles import tree
from cms.stories import Story
from cms.web.desk import Desk
from cms.web.entrance import nearest


def hashes_of(desk: Desk, text: str, manuscript_hash: str, channel: str = "") -> Mapping[str, str]:
    """The hashes of what the pictures of ``text`` showed when it was frozen, by path. ``channel``: it is that one's own
    text, which the manuscript names. Empty where nobody knows any more; whoever shows one asks for its story first."""
    whole = _manuscript(desk, manuscript_hash)
    if whole is not None and channel:
        whole = _manuscript(desk, dict(whole.variants).get(channel, ""))
    return hashes_by_path(text, whole) if whole else {}


def shown_at(desk: Desk, session: Session, story: Story) -> Callable[[str], str]:
    """Where whoever asks is shown what pictures of this story show, by their hashes; it is in their reach."""
    units = tree(session)
    return desk.shown_to(nearest(units.slug(story.unit_id or units.top)))


def _manuscript(desk: Desk, digest: str) -> Manuscript | None:
    try:
        return canonical.decode(Manuscript, desk.pictures.store.get(digest)) if digest else None
    except (MissingAssetError, ValueError):
        return None
