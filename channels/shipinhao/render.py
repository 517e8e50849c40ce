"""A story as a clip for 视频号: the files, the description, the short title."""

from collections.abc import Sequence

from assets.pictures import Pictures
from channels.making import words
from channels.making.clip.storyboard import Storyboard
from channels.making.film import Outlet, description, excerpted, rendition, storyboard, title_cut
from channels.shipinhao.limits import RULES_VERSION, TITLE, allowed
from channels.values import Loss, Manuscript, Profile, Rendition
from themes import Theme


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The clip of one story for one account; segments made before are taken from the store."""
    return rendition(OUTLET, manuscripts, profile, theme, assets)


def short_title(manuscript: Manuscript) -> str:
    """短标题 in the marks the page takes: others become a space."""
    return allowed(_titled(manuscript)[0])


def _titled(manuscript: Manuscript) -> tuple[str, bool]:
    """The headline that fits as written, and whether words of it had to be left out."""
    return words.title(manuscript, "shipinhao", TITLE, lambda kept: len(allowed(kept)))


def losses_of(manuscript: Manuscript, board: Storyboard) -> tuple[Loss, ...]:
    """What the clip leaves out, and what the short title does."""
    title, is_cut = _titled(manuscript)
    if is_cut:
        return (*excerpted(board), title_cut("短标题", "短标题", TITLE, "shipinhao", manuscript))
    if allowed(title) != " ".join(title.split()):
        changed = Loss(what="短标题", reason="短标题不支持的标点换成了空格", excerpt=allowed(title))
        return (*excerpted(board), changed)
    return tuple(excerpted(board))


OUTLET = Outlet("shipinhao", "视频号", RULES_VERSION, short_title, losses_of)
__all__ = ["OUTLET", "description", "losses_of", "render", "short_title", "storyboard"]
