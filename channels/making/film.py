"""A story as a vertical clip: what the platforms that take one share. The clip, the words beside it, the package.

The same story gives the same clip on every such platform: bytes are encoded once and go out everywhere.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assets.pictures import Pictures
from channels import canonical
from channels.contract import Channel, Form, PackageFile, StoryError
from channels.making import frame, guide_page, words
from channels.making.clip import draw, make, script
from channels.making.clip.storyboard import GRADES, Storyboard
from channels.making.handover import Guide
from channels.making.measure import Gauge
from channels.values import Finding, Limit, Loss, Manuscript, Part, Profile, RenderedFile, Rendition
from themes import Theme

AI_SAID = "（含 AI 生成内容）"
DECLARATION = "内容由 AI 生成"
DESCRIPTION_WORDS = 300
PACKED = ("clip", "srt", "vtt", "cover")


Reading = tuple[str, int, str, str, str, str, str, str]
"""A limit as a line: key, value, unit, how it is counted, source, test, confidence, level."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """A platform that takes a clip: its key, its Chinese name, the version of its rules, what it calls a story there
    and what is lost on the way."""

    name: str
    platform: str
    rules: str
    titled: Callable[[Manuscript], str]
    losses: Callable[[Manuscript, Storyboard], tuple[Loss, ...]]


def rendition(
    outlet: Outlet, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures
) -> Rendition:
    """The clip of one story for one account; segments made before are taken from the store."""
    manuscript = only_one(manuscripts, outlet.platform)
    board = storyboard(manuscript, profile, theme, assets)
    part = written(outlet, manuscript, board, make.make(board, assets).files)
    return Rendition(
        channel=outlet.name,
        account=profile.account,
        mime="video/mp4",
        parts=(part,),
        renderer=f"{frame.fingerprint(outlet.name, outlet.rules, theme)}+{make.fingerprint()}",
        losses=outlet.losses(manuscript, board),
    )


def written(outlet: Outlet, manuscript: Manuscript, board: Storyboard, files: tuple[RenderedFile, ...]) -> Part:
    """All that is words on this platform, beside these files of the clip."""
    fields = (
        ("title", outlet.titled(manuscript)),
        ("description", description(manuscript)),
        ("topics", tagged(manuscript)),
        ("declaration", DECLARATION if board.ai else ""),
        ("seconds", f"{board.seconds:.1f}"),
    )
    return Part(
        story=manuscript.slug,
        manuscript=frame.manuscript_hash(manuscript),
        fields=fields,
        body=description(manuscript),
        files=files,
    )


def unfilmed(
    outlet: Outlet, manuscript: Manuscript, profile: Profile, board: Storyboard, keep: Callable[[bytes], str]
) -> Rendition:
    """What will be said and shown in words, before anything is filmed: for whoever reads it while it is written. It has
    no clip and is never sent; ``keep`` takes its captions and gives their hash."""
    part = written(outlet, manuscript, board, make.words(board, keep))
    return Rendition(channel=outlet.name, account=profile.account, mime="video/mp4", parts=(part,), renderer="unfilmed")


def unfilmed_findings(channel: Channel, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the channel says of one that is not filmed yet: of its words, and not that there is no clip."""
    found = channel.check(rendition, profile, on_date)
    kept = [one for one in found if one.rule != f"{channel.name}.clip.missing"]
    return [replace(one, channel=profile.channel, account=profile.account) for one in kept]


def only_one(manuscripts: Sequence[Manuscript], title: str) -> Manuscript:
    """The one story a clip is made of; StoryError naming the platform ``title`` when there are several."""
    frame.not_empty(manuscripts)
    if len(manuscripts) > 1:
        raise StoryError(f"{title}一次只能发一个短视频，请把稿件分成几次发布。")
    return manuscripts[0]


def storyboard(manuscript: Manuscript, profile: Profile, theme: Theme, assets: Pictures) -> Storyboard:
    """The clip as data, at the grade the account asks for (setting ``clip``: standard, master, preview)."""
    wanted = profile.setting("clip", "standard")
    if wanted not in GRADES:
        raise StoryError(f"账号设置 clip 不能是“{wanted}”，请改为 {'、'.join(GRADES)} 之一。", profile.account)

    def size(digest: str) -> tuple[int, int]:
        found = assets.info(digest)
        return found.width, found.height

    return script.storyboard(manuscript, profile, theme, size, GRADES[wanted], draw.missing)


def description(manuscript: Manuscript) -> str:
    """Headline, digest, source and topics: what stands beside the clip."""
    source = f"来源：{words.clean(manuscript.source.outlet)}" if manuscript.source else ""
    said = (
        words.clean(manuscript.headline),
        words.digest(manuscript, DESCRIPTION_WORDS),
        source,
        AI_SAID if frame.has_ai(manuscript) else "",
        tagged(manuscript),
    )
    return "\n".join(filter(None, said))


def tagged(manuscript: Manuscript) -> str:
    """The topics as the platforms write them (#话题): no spaces, no # of their own."""
    cleaned = ("".join(words.clean(topic).replace("#", "").split()) for topic in manuscript.topics)
    return " ".join(f"#{topic}" for topic in dict.fromkeys(filter(None, cleaned)))


def excerpted(board: Storyboard) -> list[Loss]:
    """One line for the excerpt a clip is, one for each kind of block that has no form in it."""
    found = [Loss(what="正文", reason=f"短视频只摘原句，片长 {board.seconds:.0f} 秒，全文不进视频", kind="dropped")]
    return found + [Loss(what=name, reason="不收入短视频", line=line, kind="dropped") for line, name in board.left_out]


def title_cut(what: str, called: str, most: int, channel: str, manuscript: Manuscript) -> Loss:
    """The headline did not fit as it was written."""
    reason = (
        f"{called}最多 {most} 字，没有放下整个标题，请在稿头给它写一个短标题（Markdown：short_headlines: {channel}:）"
    )
    return Loss(what=what, reason=reason, excerpt=words.excerpt(manuscript.headline, 40), kind="dropped")


def readings(channel: str, read_on: str, lines: Iterable[Reading]) -> tuple[Limit, ...]:
    """The limits of a channel, whose tests stand together."""
    return tuple(
        Limit(
            key=f"{channel}.{key}",
            value=value,
            unit=unit,
            counted=counted,
            source=source,
            read_on=read_on,
            confidence=confidence,  # type: ignore[arg-type]
            level=level,  # type: ignore[arg-type]
            test=f"tests/{channel}/test_check.py::{test}",
        )
        for key, value, unit, counted, source, test, confidence, level in lines
    )


def clips(gauge: Gauge, channel: str, platform: str, part: Part) -> list[RenderedFile]:
    """The clips of a part; a finding when there is none."""
    found = [one for one in part.files if one.role == "clip"]
    gauge.at_least(f"{channel}.clip.missing", len(found), f"{platform}的视频有", "请重新生成短片")
    return found


def declared(gauge: Gauge, channel: str, part: Part, text: str, label: str) -> None:
    """A finding when ``text`` says that a machine made it and ``label``, the platform's own mark, does not."""
    if AI_SAID in part.body and not part.field("declaration"):
        sentence = (
            f"{text}里写了含 AI 生成内容，{label}却是空的，"
            "请在稿头的“AI 使用说明”里写明（Markdown：ai_label），保存后重新送审。"
        )
        gauge.say(f"{channel}.declaration.missing", sentence)


def package(
    rendition: Rendition, profile: Profile, assets: Pictures, guide: Guide, prefix: str = ""
) -> tuple[PackageFile, ...]:
    """Clip, captions, cover (their names after ``prefix``), the fields as JSON and the page that guides the hand."""
    (part,) = rendition.parts
    files = [PackageFile(prefix + one.name, assets.read(one.hash)) for one in part.files if one.role in PACKED]
    signed = canonical.digest(rendition)
    page = guide_page.page(replace(part, files=(), body=""), profile, guide, rendition.losses, signed)
    sheet = PackageFile(f"{guide.channel}.json", _sheet(part, rendition, guide, prefix))
    return (*files, sheet, PackageFile(f"{guide.channel}-代发.html", page.encode()))


def _sheet(part: Part, rendition: Rendition, guide: Guide, prefix: str) -> bytes:
    """What a person copies and follows, for a machine too."""
    sheet = {
        **dict(part.fields),
        "files": {one.role: prefix + one.name for one in part.files if one.role in PACKED},
        "steps": guide.steps,
        "console": guide.console,
        "losses": guide_page.told(rendition.losses),
        "rendition": canonical.digest(rendition),
    }
    return (json.dumps(sheet, ensure_ascii=False, indent=2) + "\n").encode()


FORMS = {
    "heading": Form("不单独出现，段落按原顺序选用", native=False),
    "paragraph": Form("摘原句作字幕或文字卡，不改写"),
    "list": Form("不收入短视频，列入改动清单", native=False),
    "quote": Form("引文卡，带出处"),
    "figure": Form("缓慢移动的画面，图注与摄影署名在画面下"),
    "gallery": Form("每张图各一个画面"),
    "video": Form("不收入短视频，列入改动清单", native=False),
    "audio": Form("不收入短视频，列入改动清单", native=False),
    "live_stream": Form("不收入短视频，列入改动清单", native=False),
    "dialogue": Form("对白卡，气泡逐句出现，最多三句"),
    "table": Form("不收入短视频，列入改动清单", native=False),
    "code": Form("不收入短视频，列入改动清单", native=False),
    "formula": Form("不收入短视频，列入改动清单", native=False),
    "fact_box": Form("框内段落、图片与正文一样选用", native=False),
    "divider": Form("不需要，画面切换即分隔", native=False),
    "resource_card": Form("不收入短视频，列入改动清单", native=False),
    "policy_link": Form("不收入短视频，列入改动清单", native=False),
    "key_figure": Form("数字卡"),
    "region": Form("只取本单位的内容，与正文一样选用"),
    "local_lead": Form("本单位的导语与段落一样选用"),
    "footnote": Form("不收入短视频，列入改动清单", native=False),
    "correction": Form("更正卡：原文与更正，必定出现"),
}
