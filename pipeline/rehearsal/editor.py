"""The person on duty: comes by every half hour of the day, looks into the platform's console first, then decides.

Only with what the command line offers a person (retry, adopt, cancel, resend), only with what a person can see, and by
a seed where people differ. Everything done by hand is noted, with how long it had waited.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlmodel import Session, and_, col, not_, select

from channels.contract import ChannelError
from channels.making.sandbox.book import Post
from channels.weibo.sandbox.desk import APP
from cms import audit, releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.recalls import OPEN
from cms.releases import Delivery, HandlingError, IllegalMove, Item, LostRace, PlanError, Remedy
from cms.review import SignError
from pipeline import accounts, outcome
from pipeline.checker_rows import SEEN
from pipeline.rehearsal.hands import see_to_remedies
from pipeline.rehearsal.stage import EDITOR, SANDBOX, Stage
from pipeline.seeing import refuse_if_out, seen_at

VISIT = timedelta(minutes=30)
OPENS, CLOSES = 8, 23
"""When somebody is at the desk, in Beijing."""
MINUTES = {
    "代发": 4,
    "认领": 3,
    "核对后再发": 5,
    "排除故障后再发": 3,
    "按原样重发": 3,
    "取消": 2,
    "重新授权": 6,
    "平台后台删除": 4,
    "平台后台更正": 5,
}
"""What each kind of work takes a person, by our estimate."""
TRIES = 3
Decision = Callable[[Session, Delivery], Delivery]
REFUSALS = ("审核", "违规", "敏感", "过长", "太长", "重复")


@dataclass(frozen=True, slots=True)
class Work:
    """One thing done by hand: what, for which account, when, and since when it had waited."""

    what: str
    account: str
    at: datetime
    since: datetime
    words: str = ""


@dataclass
class Editor:
    """The one on duty. ``works``: what was done by hand so far; ``tries``: how often a delivery was sent on; ``resent``
    and ``posted_at``, by key: what they sent anew, and where they posted by hand, known also where no row says so;
    ``to_enter``: accounts whose new grant a restored house does not know; ``pushes``: what a restoring held and no
    platform lists (群发), for them to look at."""

    stage: Stage
    dice: random.Random
    works: list[Work] = field(default_factory=list)
    tries: dict[int, int] = field(default_factory=dict)
    posted: int = 0
    resent: set[str] = field(default_factory=set)
    posted_at: dict[str, tuple[str, ...]] = field(default_factory=dict)
    to_enter: set[str] = field(default_factory=set)
    pushes: set[int] = field(default_factory=set)
    shown: dict[str, list[Post]] = field(default_factory=dict)

    def next_visit(self, now: datetime) -> datetime:
        """The next half hour at which somebody is at the desk."""
        at = now.replace(minute=0 if now.minute < 30 else 30, second=0, microsecond=0) + VISIT
        local = at + timedelta(hours=8)
        if OPENS <= local.hour < CLOSES:
            return at
        days = local.hour >= CLOSES
        morning = local.replace(hour=OPENS, minute=0) + timedelta(days=int(days))
        return morning - timedelta(hours=8)

    def visit(self) -> int:
        """Go through everything that waits for a person; how many things were done."""
        before = len(self.works)
        with read_scope(self.stage.house.engine) as session:
            query = select(Delivery).where(col(Delivery.state).in_(("held", "failed", "handed_over", "removed")))
            waiting = list(session.exec(query.order_by(col(Delivery.id))))
            is_ahead = and_(Remedy.action == "expire", Remedy.state == "due")  # the end of a flash that runs
            open_ones = select(Remedy.delivery_id).where(col(Remedy.state).in_(OPEN), not_(is_ahead))
            recalled = set(session.exec(open_ones))
            named = {one.id: one for one in session.exec(select(Account))}
        self.shown.clear()
        for one in waiting:
            if (one.frozen_by is None or one.id in self.pushes) and (one.state == "held" or one.id not in recalled):
                self._see_to(one, named[one.account_id])
        for what, account, since, why in see_to_remedies(self.stage):
            self.works.append(Work(what, account, self.stage.now, since, why))
        return len(self.works) - before

    # ----------------------------------------------------------------- looking

    def _console(self, account: Account) -> list[Post]:
        """What the account's own console shows: its publications readers see, or will see."""
        if account.channel not in self.stage.sandboxes.platforms:
            return []
        if account.key not in self.shown:
            book, platform = self.stage.sandboxes.book, account.channel
            names = {ours: theirs for theirs, ours in book.things(platform, "name").items()}
            found = book.posts(platform, names.get(account.key, account.key))
            self.shown[account.key] = [one for one in found if one.state in SEEN]
        return self.shown[account.key]

    def _see_to(self, one: Delivery, account: Account) -> None:
        try:
            if one.state == "handed_over":
                self._post_by_hand(one, account)
            elif one.state in ("failed", "removed"):
                self._send_anew(one, account)
            else:
                self._decide(one, account)
        except (ChannelError, HandlingError, IllegalMove, LostRace, PlanError, SignError):
            return  # not now, or not any more: it stays with its reason, and is looked at again next time

    # ----------------------------------------------------------------- deciding

    def _decide(self, one: Delivery, account: Account) -> None:
        there = _addresses(one, self._console(account))
        if there:
            seen = seen_at(self.stage.house, one, there, self.stage.clock)
            self._do(one, account, "认领", lambda session, row: releases.adopt(
                session, row, there, EDITOR, "平台后台已有这一份", self.stage.now, seen))  # fmt: skip
            return
        if one.next_at is not None or one.sealed_set_id is None:
            return  # it goes on by itself; or its text must be mended first
        if self._is_running(one, account):
            return
        if any(word in one.reason for word in REFUSALS) and self.tries.get(one.id, 0):
            self._do(one, account, "取消", lambda session, row: releases.cancel_one(
                session, row, EDITOR, "平台不收，另行改稿", self.stage.now, is_absent=True), absent=True)  # fmt: skip
            return
        if self.tries.get(one.id, 0) >= TRIES:
            return
        self._reconnect(account)
        self._send_on(one, account)

    def _send_on(self, one: Delivery, account: Account) -> None:
        self.tries[one.id] = self.tries.get(one.id, 0) + 1
        with read_scope(self.stage.house.engine) as session:
            maybe = releases.may_be_out(session, session.get_one(Delivery, one.id))
        what = "核对后再发" if maybe else "排除故障后再发"
        self._do(one, account, what, lambda session, row: releases.retry(
            session, row, EDITOR, "到平台后台看过，没有", self.stage.now, is_absent=True), absent=True)  # fmt: skip

    def _send_anew(self, one: Delivery, account: Account) -> None:
        """What the platform did not publish goes out again as it was signed; of what it took away, every other one."""
        was_resent = one.key in self.resent
        if self.tries.get(one.id, 0) >= TRIES and not was_resent:
            return
        if one.state == "removed" and not was_resent and self.dice.random() < 0.5:
            self.tries[one.id] = TRIES
            return
        self.tries[one.id] = self.tries.get(one.id, 0) + 1
        self._do(one, account, "按原样重发", lambda session, row: releases.resend(
            session, row, EDITOR, "平台没有发布，内容无误", self.stage.now))  # fmt: skip
        self.resent.add(one.key)

    def _post_by_hand(self, one: Delivery, account: Account) -> None:
        """Most packages are posted at the next visit, some a visit later; what was posted is not posted again."""
        there = self.posted_at.get(one.key)
        if there is None and self.dice.random() < 0.3:
            return
        if there is None:
            there = self.posted_at[one.key] = self._places(one)
        self._do(one, account, "代发", lambda session, row: releases.adopt(
            session, row, there, EDITOR, "已在创作者后台发布", self.stage.now))  # fmt: skip

    def _places(self, one: Delivery) -> tuple[str, ...]:
        """Where the creator's page shows each story of a package, once it is posted."""
        with read_scope(self.stage.house.engine) as session:
            count = len(list(session.exec(select(Item.id).where(Item.delivery_id == one.id))))
        self.posted += count
        first = 7_000_000_000 + self.posted - count + 1
        return tuple(f"https://www.toutiao.com/article/{number}/" for number in range(first, first + count))

    def _is_running(self, one: Delivery, account: Account) -> bool:
        """Whether the console says it is still being published; two days on, nobody waits for it any more."""
        if one.reason == outcome.DROWNED:
            return False
        if any(post.state == "pending" and one.key in post.carried for post in self._console(account)):
            return True
        number = one.remote_id.rpartition(":")[2]
        job = self.stage.sandboxes.book.get(account.channel, "job", number) if number else None
        return isinstance(job, dict) and job.get("status") is None

    def _reconnect(self, account: Account) -> None:
        """A grant that ran out is given anew on the platform's own page, and entered here."""
        if account.channel != "weibo":
            return
        sandboxes = self.stage.sandboxes
        if account.key in self.to_enter:
            given = {**sandboxes.handed_out()[account.key], "base": f"{SANDBOX}/{account.channel}"}
            accounts.connect(self.stage.house, account, given, EDITOR, self.stage.now)
            self.to_enter.discard(account.key)
        held = sandboxes.book.get("weibo", "token", sandboxes.handed_out()[account.key]["access_token"])
        if held and datetime.fromisoformat(held["until"]) > self.stage.now:
            return
        weibo: Any = sandboxes.platforms["weibo"]
        asked = {"grant_type": "authorization_code", "code": weibo.code_for(account.key), "redirect_uri": SANDBOX}
        form = {"client_id": APP[0], "client_secret": APP[1], **asked}
        try:
            answer = sandboxes.client(SANDBOX).post("/weibo/oauth2/access_token", data=form)
        except httpx.TransportError:
            return  # the page is down as well: next time
        if answer.status_code != 200 or "access_token" not in answer.text:
            return
        accounts.connect(self.stage.house, account, sandboxes.connect(account.key, SANDBOX), EDITOR, self.stage.now)
        self.works.append(Work("重新授权", account.key, self.stage.now, self.stage.now))

    # ----------------------------------------------------------------- doing

    def _do(self, one: Delivery, account: Account, what: str, decision: Decision, *, absent: bool = False) -> None:
        """As the command line does it: the platform is asked once more before a "not there" counts."""
        now = self.stage.now
        if absent:
            refuse_if_out(self.stage.house, one, self.stage.clock)
        with session_scope(self.stage.house.engine) as session:
            row = session.get_one(Delivery, one.id)
            since = _since(session, row)
            decision(session, row)
        self.works.append(Work(what, account.key, now, since, one.reason))


def _since(session: Session, row: Delivery) -> datetime:
    """Since when it has waited: its last entry in the log."""
    said = audit.history(session, f"delivery:{row.id}")
    return said[-1].at if said else row.changed_at


def _addresses(one: Delivery, shown: Sequence[Post]) -> tuple[str, ...]:
    """Where the console shows every story of it under its key, in order; nothing when it does not."""
    found = [post for post in shown if post.state == "live" and one.key in post.carried]
    by_position = {int(post.more.get("position", 1)): post.address for post in found}
    wanted = range(1, len(one.stories) + 1)
    return tuple(by_position[at] for at in wanted) if set(by_position) == set(wanted) else ()
