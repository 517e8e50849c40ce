"""The demo's outside world: the sandbox platforms on a port, faults struck on purpose, and the sum in the end.

The clock is turned forward while nothing is due, so what takes a platform minutes takes the demo none.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from channels.making.sandbox import ACTIONS, Book, Fault, Faults
from cms import audit
from cms.db import read_scope
from cms.matrix import Account
from cms.releases import STATE_NAMES, TERMINAL, Delivery
from pipeline import accounts, checker, ledger
from pipeline.clock import wall_clock
from pipeline.engine import work_until_settled
from pipeline.house import House
from pipeline.sandbox_console import BOOK, serve_sandboxes, with_console
from pipeline.sandboxes import Sandboxes, SandboxServer

PLATFORMS = ("wechat", "weibo", "douyin")
HOURS = 3
"""How far the clock may be turned; it starts as far behind, so nothing is dated in the future."""
WAITING = ("held", "handed_over")
REFUSED = "wechat:aba"
FAULTS = (
    Fault("accept_then_drop", method="freepublish/submit", account="wechat:deyang", nth=1),
    Fault("http_500_after_accept", method="freepublish/submit", account="wechat:yibin", nth=1),
    Fault("drop_before_accept", method="freepublish/submit", account="wechat:luzhou", nth=1),
    Fault("token_expired", method="draft/add", account="wechat:mianyang", nth=1),
    Fault("async_late", method="freepublish/submit", account="wechat:leshan", nth=1),
    Fault("reject_sensitive", method="draft/add", account=REFUSED, nth=1),
    Fault("accept_then_drop", method="statuses/share", account="weibo:zigong", nth=1),
    Fault("http_500_before", method="statuses/share", account="weibo:guangyuan", nth=1),
    Fault("http_429", method="statuses/share", account="weibo:nanchong", nth=1),
    Fault("refuse", method="upload_video", account="douyin:yaan", nth=1),
    Fault("accept_then_drop", method="create_video", account="douyin:ganzi", nth=1),
)
EXPECTED = {REFUSED: 1}
"""What a person must see to at the end: the one story the platform refused on purpose."""


class DemoClock:
    """The wall clock, some hours behind, that can be turned forward but never past ``HOURS`` of its own."""

    def __init__(self) -> None:
        self._ahead = -timedelta(hours=HOURS)
        self.end = wall_clock()

    def __call__(self) -> datetime:
        return wall_clock() + self._ahead

    def forward(self, to: datetime) -> None:
        """It is ``to`` now, at least."""
        self._ahead = max(self._ahead, to - wall_clock())

    def follow(self) -> None:
        """The demo is over: from here on it is as late as it is."""
        self._ahead = max(self._ahead, timedelta())


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault, how often it struck, and what became of that account's deliveries."""

    fault: Fault
    times: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What the interfaces' deliveries add up to. ``breaches``: what the checker found against the promise."""

    planned: int
    published: int
    waiting: int
    failed: int
    lost: int
    twice: int
    unsigned: int
    entries: int
    breaches: tuple[str, ...]
    struck: tuple[Struck, ...]


@dataclass
class Stage:
    """The platforms of one demo house."""

    house: House
    clock: DemoClock
    port: int = 0
    sandboxes: Sandboxes = field(init=False)
    server: SandboxServer = field(init=False)
    _kept: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Stage":
        book = Book(self.house.root / BOOK)
        self._kept.callback(book.close)
        self.sandboxes = Sandboxes(book, self.clock, Faults(FAULTS), sleep=lambda seconds: None)
        with_console(self.sandboxes)
        self.server = self._kept.enter_context(serve_sandboxes(self.sandboxes, self.port))
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def connect(self, actor: str) -> int:
        """Give every account of the platforms its interface; how many."""
        with read_scope(self.house.engine) as session:
            query = select(Account).where(col(Account.channel).in_(PLATFORMS)).order_by(col(Account.id))
            found = list(session.exec(query))
        for one in found:
            secrets = self.sandboxes.connect(one.key, self.server.address)
            accounts.connect(self.house, one, secrets, actor, self.clock())
        return len(found)

    def deliver(self) -> None:
        """Carry out what is due, turn the clock to what comes next, and so on until nothing comes."""
        while True:
            self.sandboxes.settle()
            work_until_settled(self.house, "demo", self.clock)
            with read_scope(self.house.engine) as session:
                comes = ledger.next_moment(session, self.clock())
            if comes is None or comes > self.clock.end:
                return
            self.clock.forward(comes + timedelta(seconds=1))

    def sum(self) -> Sum:
        """The deliveries of the interfaces against what readers of the platforms see."""
        boxes, sites = self.sandboxes, checker.OurSites(self.house.sites, self.house.manuscript)
        copies = [checker.Copy.of(one) for one in boxes.copies()]
        with read_scope(self.house.engine) as session:
            query = select(Delivery, Account).where(Delivery.account_id == Account.id, Account.transport == "api")
            rows = [(one, account.key) for one, account in session.exec(query)]
            found = checker.breaches(
                session, copies, boxes.sends(), self.house.rendition, self.clock(), boxes.mends(), sites,
                struck=boxes.struck(),
            )  # fmt: skip
            entries = session.exec(select(audit.AuditHead.length)).one()
        states = [one.state for one, _ in rows]
        seen = [(one.account, one.key, one.position) for one in copies if one.state in checker.SEEN]
        return Sum(
            planned=len(rows),
            published=states.count("published"),
            waiting=sum(state in WAITING for state in states),
            failed=states.count("failed"),
            lost=sum(state not in TERMINAL and state not in WAITING for state in states),
            twice=len(seen) - len(set(seen)),
            unsigned=sum(one.state == "published" and one.sealed_set_id is None for one, _ in rows),
            entries=entries,
            breaches=tuple(found),
            struck=self._struck(rows),
        )

    def _struck(self, rows: Sequence[tuple[Delivery, str]]) -> tuple[Struck, ...]:
        faults = self.sandboxes.faults
        return tuple(
            Struck(
                rule, times, _became([one for one, account in rows if account == rule.account and one.sealed_set_id])
            )
            for rule, times in zip(faults.rules, faults.struck, strict=True)
        )


def _became(deliveries: Sequence[Delivery]) -> str:
    """The states of an account's deliveries in words, with the reason of what waits."""
    counted = {state: sum(one.state == state for one in deliveries) for state in STATE_NAMES}
    words = "、".join(f"{STATE_NAMES[state]} {count}" for state, count in counted.items() if count)
    reason = next((one.reason for one in deliveries if one.state == "held"), "")
    return f"{words}：{reason}" if reason else words


def report(total: Sum) -> dict[str, Any]:
    """The sum for ``report.json``."""
    return {
        **{name: getattr(total, name) for name in ("planned", "published", "waiting", "failed", "lost", "twice")},
        "unsigned": total.unsigned,
        "audit_entries": total.entries,
        "breaches": list(total.breaches),
        "faults": [
            {
                "action": one.fault.action,
                "words": ACTIONS[one.fault.action],
                "account": one.fault.account,
                "method": one.fault.method,
                "times": one.times,
                "outcome": one.outcome,
            }
            for one in total.struck
        ],
    }
