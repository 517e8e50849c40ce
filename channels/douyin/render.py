"""A story as a clip for 抖音: the files, the text with its topics, the title for the creators' page."""

from collections.abc import Sequence

from assets.pictures import Pictures
from channels.douyin.limits import RULES_VERSION, TITLE
from channels.making import words
from channels.making.clip.storyboard import Storyboard
from channels.making.film import Outlet, description, excerpted, rendition, storyboard, title_cut
from channels.values import Loss, Manuscript, Profile, Rendition
from themes import Theme


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The clip of one story for one account: the same bytes as for any platform that takes a vertical clip."""
    return rendition(OUTLET, manuscripts, profile, theme, assets)


def title_of(manuscript: Manuscript) -> str:
    """The title for the creators' page alone: the interface knows one text, which is the body."""
    return _titled(manuscript)[0]


def _titled(manuscript: Manuscript) -> tuple[str, bool]:
    return words.title(manuscript, "douyin", TITLE)


def losses_of(manuscript: Manuscript, board: Storyboard) -> tuple[Loss, ...]:
    """What the clip leaves out, and whether the title had to be cut."""
    cut = [title_cut("标题", "抖音标题", TITLE, "douyin", manuscript)] if _titled(manuscript)[1] else []
    return (*excerpted(board), *cut)


OUTLET = Outlet("douyin", "抖音", RULES_VERSION, title_of, losses_of)
__all__ = ["OUTLET", "description", "losses_of", "render", "storyboard", "title_of"]
