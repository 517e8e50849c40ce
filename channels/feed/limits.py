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
)  # fmt: skip
_BY_KEY = {limit.key: limit for limit in LIMITS}
_FORBIDDEN = re.compile(
    r"<(?:script|style|iframe|form|object|embed)\b|<[^>]*\s(?:on\w+|style|class|data-[\w-]+)="
    r"""|<[^>]*\s(?:src|href)="(?!https?://|mailto:|tel:|\x02)""",
    re.IGNORECASE,
)


def check(rendition: Rendition, _profile: Profile, on_date: date) -> list[Finding]:
    """What the limits in force on ``on_date`` say of the rendition."""
    known = {limit.key for limit in LIMITS if date.fromisoformat(limit.read_on) <= on_date}
    found = [one for part in rendition.parts for rule in _RULES for one in rule(part)]
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
    size = len(slots.blank(part.body, part.slots).encode())
    if size <= limit:
        return []
    words = f"全文有 {size // 1000} KB，超过 {limit // 1000} KB，会拖慢整个订阅源，请分篇发布。"
    return [_finding("feed.item.heavy", words)]


_RULES: tuple[Callable[[Part], list[Finding]], ...] = (_title, _digest, _html, _weight)
