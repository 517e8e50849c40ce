"""Pictures: the AI label (R7), words for the blind (R17), whose they are and until when (R18)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from io import BytesIO

from PIL import Image

from assets import marks as machine
from assets.pictures import Pictures
from channels.values import Figure, Finding, Gallery, Manuscript, Video
from cms.checks.passages import Reading, Shown
from cms.library import Doubt

_UNTIL = re.compile(
    r"(?:至|到|截至|截止|有效期至?|授权期?至?|until|expires?|valid(?: through| until)?)\s*[:：]?\s*"
    r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?",
    re.I,
)
_FREE = re.compile(r"CC0|公有领域|public domain|自有|本单位|本社|本报|自制|自摄", re.I)
_EMPTY_ALT = re.compile(
    r"(?:图片?|image|img|photo|picture|dsc|微信图片|截图|屏幕截图)?[\s_\-.\d]*(?:\.(?:jpe?g|png|gif|webp))?", re.I
)
_SAYS_AI = re.compile(
    r"(?:本文|文章|本稿|全文|图片|配图|插图|题图|封面|图)[^，。；\n]{0,8}(?:由|用|使用|借助|通过|采用)\s?"
    r"(?:AI|人工智能|大模型|ChatGPT|GPT-?4|DeepSeek|豆包|文心一言|通义千问|Kimi|Midjourney|Stable ?Diffusion|即梦)"
    r"[^，。；\n]{0,10}(?:生成|撰写|写作|创作|绘制|制作|合成)|"
    r"(?:图|配图|插图)[：:/ ]{0,2}(?:AI|人工智能)(?:生成|绘制|制作)|(?:AI|人工智能)(?:生成图|绘图|配图)",
    re.I,
)


def marks_of(pictures: Pictures, story: Manuscript) -> dict[str, str]:
    """What the metadata of a story's pictures says of a machine (AIGC), by their hash."""
    shown = [asset.hash for asset in story.assets if asset.mime.startswith("image/")]
    return {digest: mark for digest in shown if (mark := _mark_of(pictures, digest))}


@lru_cache(maxsize=4096)
def _mark_of(pictures: Pictures, digest: str) -> str:
    with Image.open(BytesIO(pictures.read(digest))) as image:
        return machine.read_mark(image)


def check(reading: Reading, marks: Mapping[str, str], today: date, doubts: Sequence[Doubt] = ()) -> list[Finding]:
    """The pictures of a story. ``marks``: what each picture's metadata says of a machine (AIGC), by its hash;
    ``doubts``: what the library says against some of them today."""
    flagged = _flagged(reading)
    credited = frozenset(one.picture.src for one in reading.pictures if one.picture.credit.strip())
    doubted = {f"asset:{one.hash}": one for one in doubts}
    found: list[Finding] = []
    for shown in reading.pictures:
        if doubt := doubted.get(shown.picture.src):
            found.append(_doubted(shown, doubt))
        found += _labelled(shown, marks, flagged)
        found += _described(shown)
        found += _owned(shown, credited, today)
    return [*found, *_said(reading)]


def _flagged(reading: Reading) -> frozenset[str]:
    """The paths of blocks that carry the AI flag: what is inside one is flagged too."""
    return frozenset(f"blocks.{at}." for at, block in enumerate(reading.story.blocks) if block.ai)


def _labelled(shown: Shown, marks: Mapping[str, str], flagged: frozenset[str]) -> Iterator[Finding]:
    digest = shown.picture.src.removeprefix("asset:")
    if marks.get(digest) and not shown.picture.ai and not shown.path.startswith(tuple(flagged)):
        message = (
            "图片的元数据写明由 AI 生成（AIGC），稿件里没有标，请勾选这张图的“AI 生成”（Markdown：{ai}），或换一张图"
        )
        yield shown.say("warn", "checks.ai.trace", message)


def _described(shown: Shown) -> Iterator[Finding]:
    is_face = shown.path.startswith("cast.") or ".poster" in shown.path
    if not is_face and shown.path != "cover" and _EMPTY_ALT.fullmatch(shown.picture.alt.strip()):
        message = "图片没有替代文字，读屏的读者不知道画面内容，请写一句画面里有什么"
        yield shown.say("warn", "checks.picture.alt", message)


def _owned(shown: Shown, credited: frozenset[str], today: date) -> Iterator[Finding]:
    picture = shown.picture
    told = _UNTIL.search(picture.licence) or _UNTIL.search(picture.credit)
    if told and (ends := _day(*map(int, told.groups()))) and ends < today:
        message = f"图片授权到 {ends.isoformat()} 为止，已经过期，请换图或续上授权"
        yield shown.say("block", "checks.picture.expired", message)
    if shown.path.startswith("cast.") or (shown.path == "cover" and picture.src in credited):
        return
    missing = [] if picture.credit.strip() else ["“作者或来源”"]
    missing += [] if picture.licence.strip() or _FREE.search(picture.credit) else ["“许可”"]
    if missing:
        yield shown.say(
            "warn",
            "checks.picture.rights",
            f"图片没有写{'和'.join(missing)}，请补上，没有授权的图不要用（Markdown：credit、licence）",
        )


def _doubted(shown: Shown, doubt: Doubt) -> Finding:
    """What the library says against a picture, and what to do about it."""
    which = f"素材库第 {doubt.number} 号“{doubt.name}”"
    if doubt.ended:
        message = f"{which}授权到 {doubt.ended} 为止，已经过期，请换一张图，或续上授权后到素材库改到期日"
        return shown.say("block", "checks.picture.expired", message, doubt.name)
    message = f"{which}的许可还是“待核实”，请核实后到素材库改好许可，核实不了就换一张图"
    return shown.say("warn", "checks.picture.unverified", message, doubt.name)


def ended(reading: Reading, today: date) -> list[str]:
    """The last days, written at the pictures, that are over: another day may make another finding."""
    found = [
        day.isoformat()
        for one in reading.pictures
        for told in [_UNTIL.search(one.picture.licence) or _UNTIL.search(one.picture.credit)]
        if told and (day := _day(*map(int, told.groups()))) and day < today
    ]
    return sorted(found)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _said(reading: Reading) -> Iterator[Finding]:
    """Words that say a machine wrote or drew it, in a story that does not."""
    story = reading.story
    has_label = bool(story.ai_label) or any(_is_ai(block) for block in story.blocks)
    if has_label or any(one.picture.ai for one in reading.pictures):
        return
    for passage in reading.passages:
        if passage.kind != "code" and (told := _SAYS_AI.search(passage.prose)):
            message = (
                f"文中写着“{told[0]}”，稿件却没有 AI 标识，请在稿头的“AI 使用说明”里写明，"
                f"或勾选那一块的“AI 生成”（Markdown：ai_label、{{ai}}）"
            )
            yield passage.say("warn", "checks.ai.unnamed", message, *told.span())
            return


def _is_ai(block: object) -> bool:
    inner = block.figures if isinstance(block, Gallery) else (block,) if isinstance(block, Figure | Video) else ()
    return bool(getattr(block, "ai", False)) or any(one.ai for one in inner)
