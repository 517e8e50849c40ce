"""Toutiao's limits as dated data, and the check."""

import re
from datetime import date

from channels.making.article import AI_WORDS
from channels.making.cleaning import findings
from channels.making.limiting import LimitsOf
from channels.making.measure import Gauge, in_force
from channels.toutiao.cleaning import CLEANINGS
from channels.values import Finding, Part, Profile, RenderedFile, Rendition

RULES_VERSION = "toutiao-2026-11-22.2"
COVER = (1320, 880)
TITLE = 30
TABLE_COLUMNS = 4
PICTURE_BYTES = 11_000_000
_CLIENT = "github.com/AceDataCloud/Skills skills/toutiao"
_CONSOLE = "mp.toutiao.com/profile_v4/graphic/publish"


_limit = LimitsOf("toutiao.", "2026-11-22", "tests/toutiao/test_toutiao_limits.py", "client")


_EACH = "每个字符计 1"
_GUESS = ("unverified", "warn")
LIMITS = (
    _limit("title.short", 2, "字", _EACH, _CLIENT, "test_a_title_of_one_character_blocks"),
    _limit("title.long", TITLE, "字", _EACH, _CLIENT, "test_a_title_over_30_blocks"),
    _limit("body.empty", 1, "字", "正文去掉标签后", _CONSOLE, "test_an_empty_article_blocks", "own"),
    _limit("picture.heavy", 12_000_000, "字节", "每张，按 1000 进位从严", _CLIENT, "test_a_heavy_picture_blocks"),
    _limit("picture.kind", 5, "种", "jpg、jpeg、png、gif、webp", _CLIENT, "test_a_picture_of_another_kind_blocks"),
    _limit("cover.missing", 1, "张", "封面；没有时信息流里只有标题", _CONSOLE, "test_a_missing_cover_is_told",
           "unverified", "info"),
    _limit("cover.many", 3, "张", "无、一张或三张", _CONSOLE, "test_covers_other_than_one_or_three_warn", *_GUESS),
    _limit("cover.shape", 20, "千分之", "宽高比偏离 3:2、16:9", _CONSOLE, "test_a_cover_of_another_shape_warns",
           *_GUESS),
    _limit("cover.narrow", 660, "像素", "封面的宽", _CONSOLE, "test_a_small_cover_warns", *_GUESS),
    _limit("cover.low", 370, "像素", "封面的高", _CONSOLE, "test_a_small_cover_warns", *_GUESS),
    _limit("table.wide", TABLE_COLUMNS, "列", "一张表格最宽的一行", "手机上 375 像素宽，一列不到 80 像素就读不了",
           "test_a_wide_table_warns", "own", "warn"),
    _limit("declaration.missing", 1, "项", "有 AI 内容时要勾选的作品声明", _CONSOLE,
           "test_a_machine_without_its_declaration_blocks", "unverified"),
    _limit("stories.many", 1, "篇", "一篇文章", _CONSOLE, "test_two_stories_block", "own"),
)  # fmt: skip
_KINDS = ("image/jpeg", "image/png", "image/gif", "image/webp")
_SHAPES = (3 / 2, 16 / 9)
_TAG = re.compile(r"<[^>]*>")
_ROW = re.compile(r"<tr\b.*?</tr>", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh]\b", re.IGNORECASE)


def check(rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the article."""
    gauge = Gauge(in_force(LIMITS, on_date))
    gauge.at_most("toutiao.stories.many", len(rendition.parts), "一篇头条文章带了", "请一篇发一次")
    for part in rendition.parts:
        _part(gauge, part)
        gauge.found += findings(CLEANINGS["draft"], part.body, "头条")
    return gauge.found


def _part(gauge: Gauge, part: Part) -> None:
    title = part.field("title")
    remedy = "请在稿头给头条写一个 2 到 30 字的短标题（Markdown：short_headlines: toutiao:）"
    gauge.at_least("toutiao.title.short", len(title), "头条标题有", remedy, title)
    gauge.at_most("toutiao.title.long", len(title), "头条标题有", remedy, title)
    _body(gauge, part)
    _covers(gauge, [one for one in part.files if one.role == "cover"])
    for one in part.files:
        _picture(gauge, one)


def _body(gauge: Gauge, part: Part) -> None:
    said = _TAG.sub("", part.body).strip()
    gauge.at_least("toutiao.body.empty", len(said), "头条正文有", "请写正文")
    widest = max((len(_CELL.findall(row)) for row in _ROW.findall(part.body)), default=0)
    gauge.at_most("toutiao.table.wide", widest, "正文里有一张表格宽", "请拆成几张窄的表格")
    is_told = bool(part.field("declaration"))
    if AI_WORDS in part.body and not is_told:
        sentence = (
            "正文标了“AI 生成”，作品声明却是空的，请在稿头的“AI 使用说明”里写明（Markdown：ai_label），保存后重新送审。"
        )
        gauge.say("toutiao.declaration.missing", sentence)


def _covers(gauge: Gauge, covers: list[RenderedFile]) -> None:
    gauge.at_least("toutiao.cover.missing", len(covers), "头条封面有", "请在稿头选一张封面（Markdown：cover）")
    if len(covers) not in (0, 1, 3):
        gauge.say("toutiao.cover.many", f"头条封面有 {len(covers)} 张，只能是一张或三张，请增减。")
    for one in covers:
        named = one.alt or one.name
        gauge.at_least("toutiao.cover.narrow", one.width, f"封面 {named} 宽", "请换一张大一些的图片")
        gauge.at_least("toutiao.cover.low", one.height, f"封面 {named} 高", "请换一张大一些的图片")
        off = min(abs(one.width / max(one.height, 1) / shape - 1) for shape in _SHAPES)
        remedy = "请换一张能裁成 3:2 或 16:9 的图片"
        gauge.at_most("toutiao.cover.shape", round(off * 1000), f"封面 {named} 的宽高比偏离", remedy)


def _picture(gauge: Gauge, file: RenderedFile) -> None:
    named = file.alt or file.name
    gauge.at_most("toutiao.picture.heavy", file.size, f"图片 {named} 有", "请换一张小一些的图片")
    if file.mime not in _KINDS:
        gauge.say("toutiao.picture.kind", f"图片 {named} 是 {file.mime}，头条不收，请另存为 jpg 或 png 后重新插入。")
