"""What stands against a story on one account: what was found in the texts it shows, what its channel says of its
rendition, and the newsroom's second look at the rendition's visible words.

检查 beside a text that is written and the drawing of what was sent to review both ask here, so neither knows better.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from channels.contract import ChannelError
from channels.rendering import text_of
from channels.values import Finding, Manuscript, Profile, Rendition
from cms.checks.desk import SHANGHAI, standards
from cms.checks.overrides import given, settled
from cms.checks.passages import Spot
from cms.checks.rows import Override
from cms.checks.shown import examine_rendition, traced
from cms.checks.standards import Standards
from cms.people import Workspace, beginning

ELSEWHERE = "（稿件里没有这几个字，在账号的页脚、联系方式或版式里）"
REMEDY = "请管理员定微站网址：yigao address https://…"


@dataclass(frozen=True)
class Measure:
    """By what renditions are looked at: the lists that hold, what was let pass of the manuscripts they show, and what
    kind of house this is (``demo``; ``trying``: it reaches no platform in earnest yet)."""

    standards: Standards
    passed: tuple[Override, ...] = ()
    demo: bool = False
    trying: bool = False


def measure(session: Session, manuscripts: Iterable[str], now: datetime) -> Measure:
    """What holds at this minute for the manuscripts with these hashes."""
    demo, trying = session.get_one(Workspace, 1).demo, beginning.is_trying(session)
    return Measure(standards(session, now), tuple(given(session, manuscripts)), demo, trying)


def about(findings: Sequence[Finding], channel: str) -> list[Finding]:
    """Those that are of a delivery on this channel: what was found in the main text, and in the channel's own; not what
    is wrong in a text that goes elsewhere."""
    return [one for one in findings if one.channel in ("", text_of(channel), channel)]


def of_account(profile: Profile, *, demo: bool, trying: bool = False) -> list[Finding]:
    """What is wrong with the account itself, whatever goes out on it. A link that leads nowhere must not be signed: an
    example's or this machine's address blocks outside a demo. In a house just set up it is only said."""
    if demo or not leads_nowhere(profile.site_url):
        return []
    words = "现在是试用，只有这台机器打得开，正式发布之前" if trying else "是本机或示例网址，读者打不开，"
    message = f"微站网址 {profile.site_url} {words}{REMEDY}"
    found = Finding(level="warn" if trying else "block", rule="account.site_url", message=message)
    return [replace(found, channel=profile.channel, account=profile.account)]


def refused(error: ChannelError, profile: Profile) -> Finding:
    """There is no rendition on this account, for the reason its channel gives."""
    return Finding(
        level="block", rule=f"{profile.channel}.render", message=error.sentence,
        channel=profile.channel, account=profile.account,
    )  # fmt: skip


def of_rendition(
    rendition: Rendition,
    stories: Sequence[Manuscript],
    profile: Profile,
    by: Measure,
    told: Iterable[Finding],
    load: Callable[[str], bytes],
) -> list[tuple[Finding, Spot]]:
    """What only the rendition shows, beyond what is ``told`` of its texts already, and where its words come from in
    them; what was let pass as an info. ``load`` reads a caption file by its hash."""
    found = settled(examine_rendition(rendition, stories, profile, by.standards, told, load), by.passed)
    return [_traced(one, rendition, stories, load) for one in found]


def _traced(
    found: Finding, rendition: Rendition, stories: Sequence[Manuscript], load: Callable[[str], bytes]
) -> tuple[Finding, Spot]:
    """What no story says is to be mended at the account, and says so."""
    mine = [one for one in stories if one.slug == found.place.partition(":")[0]]
    spot = traced(found, rendition, load, mine[0]) if mine else Spot(0, found.excerpt)
    return (found if spot.words else replace(found, message=f"{found.message}{ELSEWHERE}")), spot


def embargoed(stories: Sequence[Manuscript], due_at: datetime) -> list[Finding]:
    """No story goes out on any channel before its embargo (禁发时间) has passed."""
    return [
        Finding(
            level="block",
            rule="story.embargo",
            message=f"《{one.headline}》禁发到 {one.embargo}，发布时间排早了，请改到这之后再排",
        )
        for one in stories
        if one.embargo and due_at < _moment(one.embargo)
    ]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def leads_nowhere(address: str) -> bool:
    """Whether nobody but this machine can open it: a local or an example's address, or none."""
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "") or host.endswith((".example", ".invalid")) or host.startswith("127.")
