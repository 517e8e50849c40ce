"""A story as a clip for 抖音: the files, the text with its topics, the title for the creators' page."""

from collections.abc import Sequence

from assets.pictures import Pictures
from channels.douyin.limits import RULES_VERSION, TITLE
from channels.making import frame, words
from channels.making.clip import make
from channels.making.clip.storyboard import Storyboard
from channels.making.film import DECLARATION, description, excerpted, only_one, storyboard, tagged
from channels.values import Loss, Manuscript, Part, Profile, Rendition
from themes import Theme


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The clip of one story for one account: the same bytes as for any platform that takes a vertical clip."""
    manuscript = only_one(manuscripts, "抖音")
    board = storyboard(manuscript, profile, theme, assets)
    made = make.make(board, assets)
    part = Part(
        story=manuscript.slug,
        manuscript=frame.manuscript_hash(manuscript),
        fields=_fields(manuscript, board),
        body=description(manuscript),
        files=made.files,
    )
    return Rendition(
        channel="douyin",
        account=profile.account,
        mime="video/mp4",
        parts=(part,),
        renderer=f"{frame.fingerprint('douyin', RULES_VERSION, theme)}+{make.fingerprint()}",
        losses=losses_of(manuscript, board),
    )


def _fields(manuscript: Manuscript, board: Storyboard) -> tuple[tuple[str, str], ...]:
    """``title`` is for the creators' page alone: the interface knows one text, which is the body."""
    return (
        ("title", title_of(manuscript)),
        ("description", description(manuscript)),
        ("topics", tagged(manuscript)),
        ("declaration", DECLARATION if board.ai else ""),
        ("seconds", f"{board.seconds:.1f}"),
    )


def title_of(manuscript: Manuscript) -> str:
    """The title for the creators' page."""
    return _titled(manuscript)[0]


def _titled(manuscript: Manuscript) -> tuple[str, bool]:
    return words.title(manuscript, "douyin", TITLE)


def losses_of(manuscript: Manuscript, board: Storyboard) -> tuple[Loss, ...]:
    """What the clip leaves out, and whether the title had to be cut."""
    found = excerpted(board)
    if _titled(manuscript)[1]:
        reason = f"抖音标题最多 {TITLE} 字，没有放下整个标题，请写 short_headlines: douyin:"
        said = words.excerpt(manuscript.headline, 40)
        found.append(Loss(what="标题", reason=reason, excerpt=said, kind="dropped"))
    return tuple(found)


__all__ = ["description", "losses_of", "render", "storyboard", "title_of"]
