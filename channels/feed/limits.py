"""Dated limits of a feed item, and the check that counts by them."""

import re
from collections.abc import Callable
from datetime import date

from channels import slots
from channels.values import Finding, Limit, Part, Profile, Rendition

_TEST = "tests/feed/test_feed_channel.py::test_every_limit_is_tripped_by_a_story"
LIMITS = (
    Limit(
        key="feed.title.missing", value=1, unit="字", counted="标题的字符数（至少）", level="block",
        source="RSS 2.0：item 至少要有 title 或 description", read_on="2026-11-22", confidence="unverified",
        test=_TEST,
    ),
    Limit(
        key="feed.digest.missing", value=1, unit="字", counted="摘要的字符数（至少）", level="warn",
        source="description 放摘要，全文放 content:encoded", read_on="2026-11-22", confidence="own", test=_TEST,
    ),
    Limit(
        key="feed.html.forbidden", value=0, unit="处", counted="脚本、样式、框架、表单、on* 与相对网址",
        source="w3c/feedvalidator 的检查项", read_on="2026-11-22", confidence="client", test=_TEST,
    ),
    Limit(
        key="feed.item.heavy", value=200_000, unit="字节", counted="全文 HTML 的 UTF-8 字节", level="warn",
        source="20 条全文的订阅源不超过 4 MB", read_on="2026-11-22", confidence="own", test=_TEST,
    ),
    Limit(
        key="feed.guid.missing", value=1, unit="字", counted="条目 guid 的字符数（至少），一经发布不再变",
        source="RSS 2.0：guid 永久唯一", read_on="2026-11-22", confidence="unverified",
        test="tests/feed/test_feed_limits.py::test_an_item_without_a_guid_blocks",
    ),
    Limit(
        key="feed.address.relative", value=0, unit="个", counted="不以 http:// 或 https:// 开头的本单位网址",
        source="w3c/feedvalidator：link 要写完整", read_on="2026-11-22", confidence="client",
        test="tests/feed/test_feed_limits.py::test_an_account_without_a_whole_address_blocks",
    ),
    Limit(
        key="feed.characters.illegal", value=0, unit="个", counted="XML 1.0 不许的控制字符和半个代理对",
        source="XML 1.0 第 2.2 节；lxml 遇到会报错", read_on="2026-11-22", confidence="doc",
        test="tests/feed/test_feed_limits.py::test_a_character_no_xml_may_hold_blocks",
    ),
    Limit(
        key="feed.title.markup", value=0, unit="处", counted="标题里的 HTML 标签", level="warn",
        source="w3c/feedvalidator：title 里不应有 HTML", read_on="2026-11-22", confidence="client",
        test="tests/feed/test_feed_limits.py::test_a_tag_in_a_title_warns",
    ),
    Limit(
        key="feed.stories.many", value=1, unit="篇", counted="一个条目", source="本系统：一篇稿件一个条目",
        read_on="2026-11-22", confidence="own",
        test="tests/feed/test_feed_limits.py::test_two_stories_in_one_item_block",
    ),
)  # fmt: skip
_BY_KEY = {limit.key: limit for limit in LIMITS}
_FORBIDDEN = re.compile(
    r"<(?:script|style|iframe|form|object|embed)\b|<[^>]*\s(?:on\w+|style|class|data-[\w-]+)="
    r"""|<[^>]*\s(?:src|href)="(?!https?://|mailto:|tel:|\x02)""",
    re.IGNORECASE,
)


_ILLEGAL = re.compile("[\x00\x01\x04-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # 2 and 3 are our slots
_TITLE_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def check(rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the rendition."""
    known = {limit.key for limit in LIMITS if date.fromisoformat(limit.read_on) <= on_date}
    found = [one for part in rendition.parts for rule in _RULES for one in rule(part)]
    found += _account(rendition, profile)
    return [one for one in found if one.rule in known]


def _finding(key: str, message: str, excerpt: str = "") -> Finding:
    return Finding(level=_BY_KEY[key].level, rule=key, message=message, excerpt=excerpt)


def _title(part: Part) -> list[Finding]:
    if len(part.field("title").strip()) >= _BY_KEY["feed.title.missing"].value:
        return []
    return [_finding("feed.title.missing", "没有标题的条目订阅器不收，请补写标题。")]


def _digest(part: Part) -> list[Finding]:
    if len(part.field("digest").strip()) >= _BY_KEY["feed.digest.missing"].value:
        return []
    return [_finding("feed.digest.missing", "没有摘要，订阅器列表里只剩标题，请补写一两句摘要。")]


def _html(part: Part) -> list[Finding]:
    found = _FORBIDDEN.search(part.body)
    if found is None:
        return []
    words = "全文里有订阅器不收的写法（脚本、样式或不完整的网址），请改成普通段落或完整网址。"
    return [_finding("feed.html.forbidden", words, found[0][:60])]


def _weight(part: Part) -> list[Finding]:
    limit = _BY_KEY["feed.item.heavy"].value
    size = len(slots.blank(part.body, part.slots).encode("utf-8", "surrogatepass"))
    if size <= limit:
        return []
    words = f"全文有 {size // 1000} KB，超过 {limit // 1000} KB，会拖慢整个订阅源，请分篇发布。"
    return [_finding("feed.item.heavy", words)]


def _guid(part: Part) -> list[Finding]:
    if part.field("guid"):
        return []
    return [_finding("feed.guid.missing", "条目没有 guid，订阅器会当作新稿反复推送，请重新渲染。")]


def _characters(part: Part) -> list[Finding]:
    found = _ILLEGAL.findall(part.body + "".join(value for _, value in part.fields))
    if not found:
        return []
    named = "、".join(sorted({f"U+{ord(one):04X}" for one in found}))
    return [_finding("feed.characters.illegal", f"全文里有 XML 不许的字符 {named}，请删去后重新渲染。")]


def _markup(part: Part) -> list[Finding]:
    found = _TITLE_TAG.search(part.field("title"))
    if found is None:
        return []
    return [_finding("feed.title.markup", "标题里有像 HTML 标签的写法，有的订阅器会吞掉，请改写标题。", found[0][:60])]


def _account(rendition: Rendition, profile: Profile) -> list[Finding]:
    found = []
    if not profile.site_url.startswith(("http://", "https://")):
        found.append(
            _finding("feed.address.relative", "单位网址不完整，条目打不开，请给单位设以 https:// 开头的 site_url。")
        )
    if len(rendition.parts) > _BY_KEY["feed.stories.many"].value:
        words = f"一个条目带了 {len(rendition.parts)} 篇稿件，请一篇发一条。"
        found.append(_finding("feed.stories.many", words))
    return found


_RULES: tuple[Callable[[Part], list[Finding]], ...] = (
    _title, _digest, _html, _weight, _guid, _characters, _markup,
)  # fmt: skip
