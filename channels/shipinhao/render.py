"""A story as a clip for 视频号: the files, the description, the short title."""

from collections.abc import Sequence

from assets.pictures import Pictures
from channels.making import frame, words
from channels.making.clip import make
from channels.making.clip.storyboard import Storyboard
from channels.making.film import DECLARATION, description, excerpted, only_one, storyboard, tagged
from channels.shipinhao.limits import RULES_VERSION, TITLE, allowed
from channels.values import Loss, Manuscript, Part, Profile, Rendition
from themes import Theme


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The clip of one story for one account; segments made before are taken from the store."""
    manuscript = only_one(manuscripts, "视频号")
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
        channel="shipinhao",
        account=profile.account,
        mime="video/mp4",
        parts=(part,),
        renderer=f"{frame.fingerprint('shipinhao', RULES_VERSION, theme)}+{make.fingerprint()}",
        losses=losses_of(manuscript, board),
    )


def _fields(manuscript: Manuscript, board: Storyboard) -> tuple[tuple[str, str], ...]:
    return (
        ("title", short_title(manuscript)),
        ("description", description(manuscript)),
        ("topics", tagged(manuscript)),
        ("declaration", DECLARATION if board.ai else ""),
        ("seconds", f"{board.seconds:.1f}"),
    )


def short_title(manuscript: Manuscript) -> str:
    """短标题 in the marks the page takes: others become a space."""
    return allowed(_titled(manuscript)[0])


def _titled(manuscript: Manuscript) -> tuple[str, bool]:
    """The headline that fits as written, and whether words of it had to be left out."""
    return words.title(manuscript, "shipinhao", TITLE, lambda kept: len(allowed(kept)))


def losses_of(manuscript: Manuscript, board: Storyboard) -> tuple[Loss, ...]:
    """What the clip leaves out, and what the short title does."""
    found = excerpted(board)
    title, is_cut = _titled(manuscript)
    if is_cut:
        reason = f"短标题最多 {TITLE} 字，没有放下整个标题，请写 short_headlines: shipinhao:"
        said = words.excerpt(manuscript.headline, 40)
        found.append(Loss(what="短标题", reason=reason, excerpt=said, kind="dropped"))
    elif allowed(title) != " ".join(title.split()):
        found.append(Loss(what="短标题", reason="短标题不支持的标点换成了空格", excerpt=allowed(title)))
    return tuple(found)


__all__ = ["description", "losses_of", "render", "short_title", "storyboard"]
