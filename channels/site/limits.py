"""Dated limits of a page on our own sites, and the check that counts by them."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

from channels import slots
from channels.values import Finding, Limit, Part, Profile, Rendition

LIMITS = (
    Limit(
        key="site.title.long", value=40, unit="字", counted="标题的字符数", level="warn",
        source="375 px 屏上标题不超过三行", read_on="2026-11-22", confidence="own",
        test="tests/site/test_site_limits.py::test_every_limit_is_tripped_by_a_story",
    ),
    Limit(
        key="site.digest.long", value=120, unit="字", counted="摘要的字符数", level="info",
        source="列表与搜索结果只显示前 120 字", read_on="2026-11-22", confidence="own",
        test="tests/site/test_site_limits.py::test_every_limit_is_tripped_by_a_story",
    ),
    Limit(
        key="site.alt.missing", value=0, unit="张", counted="没有替代文字的图片", level="warn",
        source="GB/T 37668-2019；无障碍环境建设法第 32 条", read_on="2026-11-22", confidence="doc",
        test="tests/site/test_site_limits.py::test_every_limit_is_tripped_by_a_story",
    ),
    Limit(
        key="site.page.heavy", value=100_000, unit="字节", counted="正文 HTML 的 UTF-8 字节", level="warn",
        source="首屏 100 KB 的性能要求", read_on="2026-11-22", confidence="own",
        test="tests/site/test_site_limits.py::test_every_limit_is_tripped_by_a_story",
    ),
    Limit(
        key="site.table.wide", value=5, unit="列", counted="表格的列数", level="info",
        source="375 px 屏上每列至少四个汉字", read_on="2026-11-22", confidence="own",
        test="tests/site/test_site_limits.py::test_every_limit_is_tripped_by_a_story",
    ),
    Limit(
        key="site.slug.form", value=80, unit="字", counted="地址名的字符数，只许小写字母、数字和连字符", level="block",
        source="网址终身不变，且各类服务器都要认得", read_on="2026-11-22", confidence="own",
        test="tests/site/test_site_limits.py::test_every_limit_is_tripped_by_a_story",
    ),
)  # fmt: skip
_BY_KEY = {limit.key: limit for limit in LIMITS}
_PICTURE = re.compile(r'<figure class="figure">.*?</figure>', re.DOTALL)
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def check(rendition: Rendition, _profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the rendition."""
    known = {limit.key for limit in LIMITS if date.fromisoformat(limit.read_on) <= on_date}
    found = [one for part in rendition.parts for rule in _RULES for one in rule(part)]
    return [one for one in found if one.rule in known]


def _finding(key: str, message: str, excerpt: str = "") -> Finding:
    return Finding(level=_BY_KEY[key].level, rule=key, message=message, excerpt=excerpt)


def _title(part: Part) -> list[Finding]:
    limit, title = _BY_KEY["site.title.long"].value, part.field("title")
    if len(title) <= limit:
        return []
    words = f"微站标题 {len(title)} 字，超过 {limit} 字，手机上会超过三行，请为微站写一个短标题。"
    return [_finding("site.title.long", words, title)]


def _digest(part: Part) -> list[Finding]:
    limit, digest = _BY_KEY["site.digest.long"].value, part.field("digest")
    if len(digest) <= limit:
        return []
    words = f"摘要 {len(digest)} 字，列表里只显示前 {limit} 字，请压短。"
    return [_finding("site.digest.long", words, digest[:40])]


def _alt(part: Part) -> list[Finding]:
    bare = [figure for figure in _PICTURE.findall(part.body) if ' alt=""' in figure]
    return [
        _finding("site.alt.missing", "图片没有替代文字，读屏的读者不知道画面内容，请补写。", _caption(figure))
        for figure in bare
    ]


def _caption(figure: str) -> str:
    found = _CAPTION.search(figure)
    return unescape(_TAG.sub("", found[1])).strip() if found else ""


def _weight(part: Part) -> list[Finding]:
    limit = _BY_KEY["site.page.heavy"].value
    size = len(slots.blank(part.body, part.slots).encode())
    if size <= limit:
        return []
    words = f"正文有 {size // 1000} KB，超过 {limit // 1000} KB，手机打开会慢，请分篇发布。"
    return [_finding("site.page.heavy", words)]


def _tables(part: Part) -> list[Finding]:
    limit = _BY_KEY["site.table.wide"].value
    widths = [
        max((len(re.findall("<t[hd]", row)) for row in _ROW.findall(table)), default=0)
        for table in _TABLE.findall(part.body)
    ]
    words = "表格有 {} 列，超过 {} 列，手机上要左右滑动，请考虑拆成两张。"
    return [_finding("site.table.wide", words.format(wide, limit)) for wide in widths if wide > limit]


def _address(part: Part) -> list[Finding]:
    limit = _BY_KEY["site.slug.form"].value
    if _SLUG.fullmatch(part.story) and len(part.story) <= limit:
        return []
    words = f"地址名“{part.story[:40]}”不能做网址，请只用小写字母、数字和连字符，不超过 {limit} 字。"
    return [_finding("site.slug.form", words, part.story[:40])]


_RULES: tuple[Callable[[Part], list[Finding]], ...] = (_title, _digest, _alt, _weight, _tables, _address)
