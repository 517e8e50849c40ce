"""A story as a clip for 视频号: the files, the description, the short title."""

from collections.abc import Sequence

from assets.pictures import Pictures
from channels.contract import StoryError
from channels.making import frame, words
from channels.making.clip import draw, make, script
from channels.making.clip.storyboard import GRADES, Storyboard
from channels.shipinhao.limits import AI_SAID, RULES_VERSION, TITLE, allowed
from channels.values import Loss, Manuscript, Part, Profile, Rendition
from themes import Theme

DESCRIPTION_WORDS = 300


def render(manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
    """The clip of one story for one account; segments made before are taken from the store."""
    frame.not_empty(manuscripts)
    if len(manuscripts) > 1:
        raise StoryError("视频号一次只能发一个短视频，请把稿件分成几次发布。")
    (manuscript,) = manuscripts
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


def storyboard(manuscript: Manuscript, profile: Profile, theme: Theme, assets: Pictures) -> Storyboard:
    """The clip as data, at the grade the account asks for (setting ``clip``: standard, master, preview)."""
    wanted = profile.setting("clip", "standard")
    if wanted not in GRADES:
        raise StoryError(f"账号设置 clip 不能是“{wanted}”，请改为 {'、'.join(GRADES)} 之一。", profile.account)

    def size(digest: str) -> tuple[int, int]:
        found = assets.info(digest)
        return found.width, found.height

    return script.storyboard(manuscript, profile, theme, size, GRADES[wanted], draw.missing)


def _fields(manuscript: Manuscript, board: Storyboard) -> tuple[tuple[str, str], ...]:
    return (
        ("title", short_title(manuscript)),
        ("description", description(manuscript)),
        ("topics", " ".join(f"#{topic}" for topic in _topics(manuscript))),
        ("declaration", "内容由 AI 生成" if board.ai else ""),
        ("seconds", f"{board.seconds:.1f}"),
    )


def short_title(manuscript: Manuscript) -> str:
    """短标题 in the marks the page takes: others become a space."""
    return allowed(_titled(manuscript)[0])


def _titled(manuscript: Manuscript) -> tuple[str, bool]:
    """The headline that fits as written, and whether words of it had to be left out."""
    return words.title(manuscript, "shipinhao", TITLE, lambda kept: len(allowed(kept)))


def description(manuscript: Manuscript) -> str:
    """Headline, digest, source and topics: what stands beside the clip."""
    source = f"来源：{words.clean(manuscript.source.outlet)}" if manuscript.source else ""
    said = (
        words.clean(manuscript.headline),
        words.digest(manuscript, DESCRIPTION_WORDS),
        source,
        AI_SAID if frame.has_ai(manuscript) else "",
        " ".join(f"#{topic}" for topic in _topics(manuscript)),
    )
    return "\n".join(filter(None, said))


def _topics(manuscript: Manuscript) -> list[str]:
    """Topics as the platform writes them: no spaces, no # of their own."""
    cleaned = ("".join(words.clean(topic).replace("#", "").split()) for topic in manuscript.topics)
    return list(dict.fromkeys(filter(None, cleaned)))


def losses_of(manuscript: Manuscript, board: Storyboard) -> tuple[Loss, ...]:
    """One line for the excerpt, one for each kind of block that has no form in a clip."""
    found = [Loss(what="正文", reason=f"短视频只摘原句，片长 {board.seconds:.0f} 秒，全文不进视频", kind="dropped")]
    found += [Loss(what=name, reason="不收入短视频", line=line, kind="dropped") for line, name in board.left_out]
    title, is_cut = _titled(manuscript)
    if is_cut:
        reason = f"短标题最多 {TITLE} 字，没有放下整个标题，请写 short_headlines: shipinhao:"
        said = words.excerpt(manuscript.headline, 40)
        found.append(Loss(what="短标题", reason=reason, excerpt=said, kind="dropped"))
    elif allowed(title) != " ".join(title.split()):
        found.append(Loss(what="短标题", reason="短标题不支持的标点换成了空格", excerpt=allowed(title)))
    return tuple(found)
