"""What lists and feeds know of one published story on one account, and its identity for life."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Literal
from urllib.parse import urlsplit

from channels.values import Profile

State = Literal["published", "corrected", "retracted", "expired"]
BEIJING = timezone(timedelta(hours=8))
OVER = "【已解除】"
"""Before the title of a warning that is over, wherever it is read without its page."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A sound or film a feed hands out: absolute address, its real length in bytes, its type."""

    url: str
    length: int
    mime: str

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")) or self.length <= 0:
            raise ValueError(f"订阅附件 {self.url} 要用完整网址并写明实际字节数，请检查素材。")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One published story on one account. Times are aware; ``item_html`` is the full text for feeds,
    every address in it absolute; ``path`` and ``cover`` are relative to the site's root. ``state``, ``notice`` and
    ``changed_at``: what our own pages say about it since (更正、撤稿、解除)."""

    slug: str
    path: str
    headline: str
    digest: str
    published_at: datetime
    changed_at: datetime
    guid: str
    item_html: str = ""
    column: str = ""
    column_slug: str = ""
    issue: int = 0
    byline: tuple[str, ...] = ()
    source_outlet: str = ""
    cover: str = ""
    cover_alt: str = ""
    state: State = "published"
    notice: str = ""
    enclosure: Enclosure | None = None

    def __post_init__(self) -> None:
        if self.published_at.tzinfo is None or self.changed_at.tzinfo is None:
            raise ValueError(f"《{self.headline}》的发布时间没有时区，请写成带时区的时间。")


GONE_NOTICE = "本稿已由发布单位撤回，不再提供阅读。"


def told(entry: Entry) -> Entry:
    """The entry as readers may still be told of it: of a retracted one address, identity, column and dates remain, and
    the notice; not one of its own words, the headline among them, for that may be what was wrong."""
    if entry.state != "retracted":
        return entry
    of = f"《{entry.column}》" if entry.column else ""
    return replace(
        entry,
        headline=f"{of}{beijing(entry.published_at):%Y-%m-%d} 发布的一篇稿件",
        digest="",
        item_html="",
        issue=0,
        byline=(),
        source_outlet="",
        cover="",
        cover_alt="",
        enclosure=None,
        notice=entry.notice or GONE_NOTICE,
    )


def newest_first(entry: Entry) -> tuple[datetime, str]:
    """The sort key of every list (use with ``reverse=True``)."""
    return entry.published_at, entry.slug


def guid(profile: Profile, slug: str) -> str:
    """The feed identity of (origin story, account)."""
    return tag_of(profile.site_url, profile.unit, slug)


def tag_of(site_url: str, unit: str, slug: str) -> str:
    """A tag URI, for life, whatever becomes of the address; units that share a host stay apart."""
    return f"tag:{urlsplit(site_url).hostname or unit},2026:{unit}/{slug}"


def beijing(moment: datetime) -> datetime:
    """``moment`` as our readers' clocks show it."""
    return moment.astimezone(BEIJING)
