"""Which pages of the newsroom are measured: every one the permission table has, under an address of the measured house,
for a province's signer and a prefecture's editor where the table lets them in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import desk_rows
from cms.people.roles import EDITOR, PROVINCE, REVIEWER, SIGNER
from cms.web.permits import PERMITS

SIGNS, WRITES, LOCAL, READS, KEEPS = "signer", "editor", "local", "reviewer", "keeper"
ROLE_OF: Mapping[str, str] = {SIGNS: SIGNER, LOCAL: EDITOR, WRITES: EDITOR, READS: REVIEWER, KEEPS: PROVINCE}
"""By login; all work for the province, ``local`` for a prefecture."""
ALWAYS, ELSE = (SIGNS, LOCAL), (KEEPS, READS, WRITES)
NOT_HERE = frozenset({"beginning.start", "beginning.column", "beginning.ready"})
"""The first run: there is no such page in a house that has people."""


@dataclass(frozen=True, slots=True)
class Page:
    """One address. ``way`` takes the numbers of the house's things; ``who``: others than those always asked."""

    name: str
    way: str
    who: Sequence[str] = ()


_ON = "/write/shen-gao"
PAGES: Mapping[str, Sequence[Page]] = {
    "mine.notices": [Page(f"notices, {desk_rows.NOTICES}", "/me/notices")],
    "today.page": [Page("today", "/", (SIGNS, LOCAL, WRITES, READS))],
    "delivering.page": [
        Page("releases", "/releases"),
        Page("releases, what failed", "/releases?tone=bad"),
        Page("releases, what waits", "/releases?tone=wait"),
        Page("releases, taken away", "/releases?tone=off"),
        Page("releases, one county", "/releases?unit=county-7", (SIGNS,)),
        Page("releases, one channel", "/releases?channel=feed", (SIGNS,)),
        Page("releases, a column", "/releases?column=lan-3"),
        Page("releases, one unit's weibo, a column", "/releases?unit=ganzi&channel=weibo&column=lan-3", (SIGNS,)),
        Page("releases, page 200", "/releases?page=200", (SIGNS,)),
    ],
    "delivering.release": [Page("a matrix of 105 accounts", "/releases/{newest}")],
    "delivering.delivery": [Page("one delivery", "/deliveries/{delivery}")],
    "delivering.recalls": [Page(f"recalls, {desk_rows.RECALLS}", "/recalls")],
    "delivering.recall": [Page("one recall, 105 copies", "/recalls/{recall}", (SIGNS,))],
    "delivering.report": [Page("its report", "/recalls/{recall}/report", (SIGNS,))],
    "delivering.decide": [Page("deciding on it", "/recalls/{recall}/decide", (SIGNS,))],
    "delivering.draft": [Page("a recall, foreseen", "/stories/{everywhere}/recall?kind=retraction", (SIGNS,))],
    "delivering.strangers": [Page(f"strangers, {desk_rows.STRANGERS}", "/strangers")],
    "delivering.halts": [
        Page("freezes", "/halts"),
        Page("freezes, what the province would stop", "/halts?look=yes", (SIGNS,)),
    ],
    "delivering.halt": [Page("one freeze", "/halts/{halt}")],
    "delivering.flashes": [Page("flashes", "/flash")],
    "delivering.flash_of": [Page("one flash", "/flash/{flash}", (SIGNS,))],
    "delivering.grey": [Page("grey", "/grey")],
    "handing.page": [Page("by hand", "/hand-over", (LOCAL, KEEPS))],
    "handing.task": [Page("one task by hand", "/hand-over/{task}", (LOCAL, KEEPS))],
    "handing.arrive": [Page("a task's link", "/h/{hand}")],
    "handing.phone": [Page("a task on a phone", "/phone", ("phone",))],
    "pages.stories": [
        Page("stories", "/stories", (SIGNS, LOCAL, WRITES)),
        Page("stories, page 100", "/stories?page=100", (SIGNS,)),
        Page("stories, a word in the text", "/stories?words=稻城建成", (SIGNS,)),
        Page("stories, a word nowhere", "/stories?words=没有这个词", (SIGNS,)),
        Page("stories, by column and state", "/stories?column=lan-3&state=released"),
    ],
    "adopting.page": [Page("from above", "/stories/from-above", (LOCAL,))],
    "adopting.show": [Page("one from above", "/stories/from-above/{above}", (LOCAL,))],
    "pages.new": [Page("write, a new story", "/new")],
    "pages.write": [Page("write, a story", _ON)],
    "plain.look": [Page("write, below the floor", f"{_ON}/look")],
    "history.page": [Page("its history", f"{_ON}/history")],
    "phone.page": [Page("a link for a phone", f"{_ON}/phone")],
    "apart.write": [Page("a channel's own text", "/write/chengdu-own/on/wechat")],
    "apart.compare": [Page("beside the main text", "/write/chengdu-own/on/wechat/main")],
    "apart.ask_to_follow": [Page("tying it again", "/write/chengdu-own/on/wechat/follow")],
    "apart.states": [Page("its states", "/write/chengdu-own/on/wechat/history")],
    "library.page": [
        Page(f"library of {desk_rows.ASSETS}", "/library"),
        Page("library, a word", "/library?words=观测站"),
        Page("library, over", "/library?state=over"),
    ],
    "library.asset": [Page("one asset", "/library/{asset}")],
    "scheduling.page": [
        Page("schedule, a week", "/schedule"),
        Page("schedule, a full week", "/schedule?view=week&from={full}"),
        Page("schedule, a full month", "/schedule?view=month&from={full}"),
        Page(f"schedule, a list of {desk_rows.CALENDAR}", "/schedule?view=list&from={full}"),
    ],
    "scheduling.columns_page": [Page("columns", "/schedule/columns")],
    "scheduling.skip_page": [Page("leaving an issue out", "/schedule/columns/lan-3/skip", (SIGNS,))],
    "scheduling.calendar_page": [Page("calendar", "/schedule/calendar")],
    "scheduling.issue_page": [Page("an issue", "/schedule/issues/{issue}")],
    "composing.page": [Page("pushes", "/pushes")],
    "composing.new": [Page("a push, put together", "/pushes/new?account=wechat:chengdu")],
    "composing.show": [Page("one push", "/pushes/{push}")],
    "wording.page": [Page("word lists", "/words")],
    "wording.version": [Page(f"a list of {desk_rows.WORDS}", "/words/{book}")],
    "wording.original": [Page("an original", f"{_ON}/original")],
    "reviewing.page": [Page(f"review, {desk_rows.WAITING} waiting", "/review", (SIGNS, LOCAL, READS))],
    "reviewing.new": [Page("sending to review", "/review/new?story=shen-gao")],
    "reviewing.blocks": [Page("what stands against it", f"{_ON}/blocks")],
    "reviewing.show": [Page("one review", "/review/{review}", (SIGNS, LOCAL, READS))],
    "reviewing.sheet": [Page("its sheet", "/review/{review}/sheet")],
    "reviewing.rules": [Page("review rules", "/review/rules")],
    "reviewing.by_link": [
        Page("signing by a link, before the code", "/sign/{link}"),
        Page("signing by a link", "/sign/{link}", ("leader",)),
    ],
    "door.sign_in": [Page("sign in", "/sign-in", ("nobody",))],
    "door.second": [Page("second step", "/second-step", (SIGNS,))],
    "door.invited": [Page("an invitation", "/join/{invitation}")],
    "mine.page": [Page("my own", "/me")],
    "mine.enrol": [Page("my second step", "/me/second-step", (LOCAL,))],
    "accounts.page": [Page("accounts", "/accounts")],
    "accounts.show": [Page("one account", "/accounts/{account}")],
    "accounts.connect": [Page("connecting it", "/accounts/{account}/connect")],
    "accounts.leave": [Page("disconnecting it", "/accounts/{account}/disconnect")],
    "accounts.look": [Page("its look", "/accounts/look?unit=chengdu")],
    "accounts.our_house": [Page("our house", "/accounts/house")],
    "staff.page": [
        Page(f"people, {desk_rows.PEOPLE}", "/people"),
        Page("people, by name", "/people?words=同事59"),
    ],
}  # fmt: skip


def asked(things: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """(name, login, address) of everything that is measured."""
    for endpoint, pages in PAGES.items():
        for page in pages:
            for login in page.who or _who(endpoint):
                yield f"{page.name} ({login})", login, page.way.format(**things)


def _who(endpoint: str) -> list[str]:
    permit = PERMITS[endpoint, "GET"]
    if permit.gate != "roles":
        return [SIGNS] if permit.gate == "open" else list(ALWAYS)
    may = [one for one in ALWAYS if ROLE_OF[one] in permit.roles]
    return may or [next(one for one in ELSE if ROLE_OF[one] in permit.roles)]
