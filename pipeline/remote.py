"""One account with an interface: stage, publish, confirm, look up. Each step one crash point or more.

The order never changes: an intent row is committed, the platform is called, the answer is committed. Whatever
dies or goes silent after the intent is ``unknown`` and asked about; it is sent again only after two complete
look-ups, each later than the platform's lists need, found nothing of it (I4).
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from channels import canonical
from channels.contract import ChannelError
from channels.transport import Credential, Found, Sent, Staged, Transport
from channels.values import Fills, Profile, Rendition
from cms import releases
from cms.db import read_scope, session_scope
from cms.releases import Attempt, Delivery, HaltedError, Item, LostRace
from pipeline import crash, doubts, lanes, leads, ledger, log, outcome, patience, phone, receipts
from pipeline.clock import TimeSource
from pipeline.fills import fills_for
from pipeline.house import House
from pipeline.lease import holder
from pipeline.ledger import Claim
from pipeline.seeing import fingerprint, in_a_word, out_by_hand
from pipeline.signoffs import lines_of
from pipeline.wires import LaneLost

ACTOR = "pipeline"
told = logging.getLogger("yigao.delivery")
FREE: Mapping[str, Any] = {"lease_owner": "", "lease_until": None}
DEADLY = 3  # deaths in a row, with no step done between them (F28)


def step(house: House, claim: Claim, profile: Profile, going: Sequence[Delivery], clock: TimeSource) -> None:
    """Carry each claimed delivery of one account as far as it can go now, one after the other."""
    try:
        transport = house.wires.transport(claim.account.channel)
        credential = house.wires.credential(claim.account, clock, holder(house, claim, clock))
    except ChannelError as error:
        for delivery in going:
            Send(house, profile, None, None, clock, delivery).stumble(error, "connect")  # type: ignore[arg-type]
        return
    for at, delivery in enumerate(going):
        if at and lanes.gives_way(house, claim, going[at:], clock()):
            return
        send = Send(house, profile, transport, credential, clock, delivery)
        try:
            with log.about(delivery.key):
                send.run()
            if lanes.after(house, claim, clock(), send.trouble, send.during, going[at + 1 :]):
                return
        except HaltedError:
            lanes.set_down(house, send.delivery, clock())
        except (LaneLost, LostRace):
            return  # whoever has it now goes on from the rows


@dataclass
class Send:
    """One delivery in one worker's hands."""

    house: House
    profile: Profile
    transport: Transport
    credential: Credential
    clock: TimeSource
    delivery: Delivery
    trouble: ChannelError | None = None
    during: str = ""

    def run(self) -> None:
        """From the state it is in, as far as it goes now."""
        if self._is_poison():
            return
        steps: Mapping[str, Callable[[], None]] = {
            "ready": self._stage,
            "staged": self._publish,
            "sending": self._lose,
            "reconciling": self._lose,
            "unknown": self._reconcile,
            "accepted": self._confirm,
            "confirming": self._confirm,
            "held": self._confirm if self.delivery.remote_id else self._go_on,
        }
        steps[self.delivery.state]()

    # ----------------------------------------------------------------- rows

    def _move(self, event: str, reason: str = "", *, free: bool = True, **changes: Any) -> None:
        with session_scope(self.house.engine) as session:
            self._moved(session, event, reason, **({**FREE, **changes} if free else changes))

    def _moved(self, session: Session, event: str, reason: str = "", **changes: Any) -> None:
        row = session.get_one(Delivery, self.delivery.id)
        if (row.state, row.fence) != (self.delivery.state, self.delivery.fence):
            raise LostRace(f"投递 {row.key} 刚被别人改动。")
        before, now = row.state, self.clock()
        self.delivery = releases.move(session, row, event, actor=ACTOR, now=now, reason=reason, **changes)
        told.info("%s: %s → %s%s", event, before, self.delivery.state, f" ({reason})" if reason else "")

    def _begin(self, session: Session, step: str, request_hash: str) -> None:
        owner = self.delivery.lease_owner
        ledger.begin_attempt(session, self.delivery, step, request_hash, owner, self.clock())

    def _attempts(self, session: Session, step: str) -> list[Attempt]:
        query = select(Attempt).where(Attempt.delivery_id == self.delivery.id, Attempt.step == step)
        return list(session.exec(query.order_by(col(Attempt.id))))

    def _is_poison(self) -> bool:
        """Whether three workers in a row died of it: then it is kept apart from the others (F28)."""
        deaths = patience.count_deaths(self.house, self.delivery)
        if deaths < DEADLY:
            return False
        self._move("hold", outcome.POISON, next_at=None, deaths=0)
        return True

    def _go_on(self) -> None:
        """What waited for a new quota goes on by itself, with patience anew."""
        self._move("resume", next_at=None, deadline=self.clock() + outcome.PATIENCE, free=False)
        self._stage()

    # ----------------------------------------------------------------- stage

    def _stage(self) -> None:
        if self._is_doubtful() or self._is_over(self.clock()) or not self._may_follow() or self._is_out_by_hand():
            return
        rendition = self.house.rendition(self.delivery.rendition_hash)
        with session_scope(self.house.engine) as session:
            if not releases.startable(session, [self.delivery], self.clock()):
                raise HaltedError(self.delivery.key)
            self._begin(session, "stage", self.delivery.rendition_hash)
            fills = self._fills(session, rendition)
        crash.point("stage.announced")
        try:
            staged = self.transport.stage(rendition, fills, self.delivery.key, self.credential, push=self.delivery.push)
        except ChannelError as error:
            self.stumble(error, "stage")
            return
        crash.point("stage.answered")
        with session_scope(self.house.engine) as session:
            ledger.end_attempts(session, self.delivery, "staged", self.clock())
            self._moved(session, "stage", staged=canonical.plain(staged), next_at=None, deaths=0)
        crash.point("stage.kept")
        if self.delivery.due_at <= self.clock():
            self._publish()
        else:
            self._release()

    def _release(self) -> None:
        """Nothing more to do now: the row is free for whoever comes at its time."""
        ledger.let_lie(self.house.engine, self.delivery)

    def _fills(self, session: Session, rendition: Rendition) -> Fills:
        signed = lines_of(session, self.delivery)
        at, key = self.delivery.due_at, self.delivery.key
        parts = zip(rendition.parts, signed, leads.addresses(session, self.delivery), strict=True)
        return {part.story: fills_for(part, self.profile, key, at, line, lead) for part, line, lead in parts}

    def _may_follow(self) -> bool:
        """Whether the publication it reprints is out, if it reprints one; else it is held, and looks again (首发)."""
        with read_scope(self.house.engine) as session:
            reason, again = leads.obstacle(session, self.delivery, self.clock())
            lines_of(session, self.delivery)  # read where it may be kept
        if reason:
            self._move("hold", reason, next_at=again)
        return not reason

    def _is_out_by_hand(self) -> bool:
        """Whether somebody published in the console what an earlier step had put there: then a person adopts it."""
        try:
            seen = out_by_hand(self.house, self.delivery, self.transport, self.credential)
        except ChannelError as error:
            self.stumble(error, "stage")
            return True
        is_out = not all(self._is_known(one) for one in seen)
        if is_out:
            self._move("hold", outcome.BY_HAND, next_at=None)
        return is_out

    def _is_doubtful(self) -> bool:
        """Whether it must be looked up first because rows were lost and a backup was restored (F37)."""
        now = self.clock()
        with read_scope(self.house.engine) as session:
            event, reason, again = doubts.obstacle(session, self.delivery, now)
            rendition = self.house.rendition(self.delivery.rendition_hash)
            changes = doubts.changes(session, self.delivery, rendition, self.profile, now) if event == "doubt" else {}
        if event == "doubt":
            self._move(event, reason, next_at=self._first_look(changes["lost_at"]), **changes)
        elif event:
            self._move(event, reason, next_at=again)
        return bool(event)

    def _staged(self) -> Staged:
        return canonical.build(Staged, self.delivery.staged)  # type: ignore[no-any-return]

    # ----------------------------------------------------------------- publish

    def _publish(self) -> None:
        staged, now = self._staged(), self.clock()
        if staged.until is not None and staged.until <= now:
            self._move("retry", staged={})
            return
        with session_scope(self.house.engine) as session:
            self._moved(session, "send", lost_at=now, looks=0)
            self._begin(session, "publish", staged.sent_hash)
        crash.point("publish.announced")
        rendition = self.house.rendition(self.delivery.rendition_hash)
        try:
            sent = self.transport.publish(rendition, staged, self.delivery.key, self.credential)
        except ChannelError as error:
            self.stumble(error, "publish")
            return
        crash.point("publish.answered")
        self.take(sent)

    def take(self, sent: Sent) -> None:
        """A clear answer, from wherever it came, into rows."""
        now = self.clock()
        with session_scope(self.house.engine) as session:
            ledger.end_attempts(session, self.delivery, sent.state, now)
            self._answered(session, sent, now)
        crash.point("answer.kept")

    def _answered(self, session: Session, sent: Sent, now: datetime) -> None:
        if sent.state == "accepted" and self.delivery.state in ("accepted", "confirming", "held"):
            self._still_waiting(session, now)
        elif sent.state == "accepted":
            self._receive(session, sent, now)
            first = now + outcome.poll_after(timedelta())
            changes: dict[str, Any] = {"remote_id": sent.remote_id, "accepted_at": now, "next_at": first, "deaths": 0}
            self._moved(session, "accept", **changes, **FREE)
        elif sent.state == "published":
            self._receive(session, sent, now)
            self._moved(session, "publish", remote_id=sent.remote_id, verified=True, next_at=None, **FREE)
        else:
            self._receive(session, sent, now)
            words = sent.note or "平台没有发布这份稿件，也没有说明原因，请到平台后台查看。"
            event = "fail" if self.delivery.state in ("held", "sending") else "refuse"
            self._moved(session, event, words, next_at=None, **FREE)
        phone.heard(session, self.delivery, sent, now)

    def _receive(self, session: Session, sent: Sent, now: datetime) -> None:
        parts = self.house.rendition(self.delivery.rendition_hash).parts
        receipts.of_platform(session, self.delivery, self._staged(), sent, parts, now)

    # ----------------------------------------------------------------- ask about it

    def _lose(self) -> None:
        """A worker died between intent and answer: nobody knows, so it is asked about (F01, F02)."""
        began = self.delivery.lost_at or self.clock()
        self._move("lose", "发送途中进程意外退出，先核对是否已经发布。", next_at=self._first_look(began))

    def _first_look(self, began: datetime) -> datetime:
        """When a call begun then can no longer be on its way, and the platform's lists would show it."""
        return max(began + timedelta(seconds=self.credential.timeout_s), self.clock()) + self.transport.visibility

    def _reconcile(self) -> None:
        with session_scope(self.house.engine) as session:
            self._moved(session, "reconcile")
            self._begin(session, "look_up", self.delivery.rendition_hash)
        crash.point("reconcile.announced")
        try:
            found = self.transport.look_up(fingerprint(self.house, self.delivery), self.credential)
        except ChannelError as error:
            self._not_seen(error)
            return
        crash.point("reconcile.answered")
        self._compare(found)

    def _looked(self, seen: str) -> None:
        """The look-up ended, with this: the send it asks about stays open until something settles it."""
        with session_scope(self.house.engine) as session:
            for one in self._attempts(session, "look_up"):
                if one.ended_at is None:
                    one.ended_at, one.outcome = self.clock(), seen
                    session.add(one)

    def _compare(self, found: Found) -> None:
        ours = [one for one in found.matches if not self._is_known(one)]
        self._looked(in_a_word(ours, found))
        if len(ours) == 1:
            self.take(ours[0])
        elif len(ours) > 1:
            self._move("hold", outcome.MANY, next_at=None)
        elif not all(self._is_known(one) for one in found.doubts):
            self._move("hold", outcome.DOUBTFUL, next_at=None)
        elif not found.complete:
            self._not_seen(None)
        elif not found.trusted:
            self._move("hold", outcome.UNTRUSTED, next_at=None)
        elif self.delivery.looks + 1 >= 2:
            with session_scope(self.house.engine) as session:
                ledger.end_attempts(session, self.delivery, "absent", self.clock())
                changes: dict[str, Any] = {"looks": 0, "lost_at": None, "staged": {}, "next_at": None, "deaths": 0}
                self._moved(session, "absent", **changes, **FREE)
        else:
            again = self.clock() + max(self.transport.visibility, timedelta(seconds=5))
            self._move("lose", "第一次核对没有找到，隔一会儿再核对一次。", looks=self.delivery.looks + 1, next_at=again)
        crash.point("reconcile.kept")

    def _is_known(self, sent: Sent) -> bool:
        """Whether what was found belongs to another delivery of ours: it cannot be this one's then."""
        named = [one.remote_id for one in sent.items if one.remote_id]
        with read_scope(self.house.engine) as session:
            query = select(Item.id).where(
                Item.account_id == self.delivery.account_id,
                Item.delivery_id != self.delivery.id,
                col(Item.remote_id).in_(named),
            )
            return bool(named) and session.exec(query.limit(1)).first() is not None

    def _not_seen(self, error: ChannelError | None) -> None:
        """The platform's list is down or unfinished: wait; after half an hour a person decides (F33)."""
        now = self.clock()
        if error is not None:
            self.trouble, self.during = error, "look_up"
            self._looked(type(error).__name__)
        with read_scope(self.house.engine) as session:
            asked = [one.began_at for one in self._attempts(session, "look_up")]
        since = doubts.asked_since(asked, self.delivery.lost_at or now, now)
        if now - since > outcome.SILENCE:
            self._move("hold", outcome.SILENT, next_at=None)
            return
        reason = f"核对时{error.sentence}" if error else "平台的列表没有读完，稍后再核对。"
        self._move("lose", reason, next_at=now + outcome.back_off(max(1, self.delivery.attempts)))

    # ----------------------------------------------------------------- confirm

    def _confirm(self) -> None:
        self._move("confirm", self.delivery.reason if self.delivery.state == "held" else "", free=False)
        crash.point("confirm.announced")
        try:
            answer = self.transport.confirm(Sent(state="accepted", remote_id=self.delivery.remote_id), self.credential)
        except ChannelError as error:
            # Asking is free to fail: the answer will still be there next time.
            self.trouble, self.during = error, "confirm"
            with session_scope(self.house.engine) as session:
                self._still_waiting(session, self.clock())
            return
        crash.point("confirm.answered")
        self.take(answer)

    def _still_waiting(self, session: Session, now: datetime) -> None:
        waited = now - (self.delivery.accepted_at or now)
        if waited > outcome.GIVE_UP:
            self._moved(session, "hold", outcome.DROWNED, next_at=None, **FREE)
        elif waited > outcome.SILENCE:
            self._moved(session, "hold", outcome.STUCK, next_at=now + timedelta(hours=1), **FREE)
        else:
            self._moved(session, "confirm", next_at=now + outcome.poll_after(waited), **FREE)

    # ----------------------------------------------------------------- trouble

    def _is_over(self, now: datetime) -> bool:
        """Whether it has been tried for two hours past its time: then a person must know (I2)."""
        if now <= patience.until(self.delivery) or patience.slept(self.house, self.delivery, now):
            return False
        words = self.delivery.reason or "一直没能发出，也没有记下原因：请看这一份的来龙去脉，最后停在哪一步"
        self._move("hold", f"{words}（到时间后两小时仍未发出，请人工决定）", next_at=None)
        return True

    def stumble(self, error: ChannelError, during: str) -> None:
        """A step raised: by the error's place in the tree, the next event (``pipeline.outcome``)."""
        now = self.clock()
        self.trouble, self.during = error, during
        with session_scope(self.house.engine) as session:
            tries = len([one for one in self._attempts(session, during) if one.outcome not in ("", "staged")]) + 1
            verdict = patience.repeated(session, self.delivery, error) or outcome.after_error(
                error, tries, now, during, patience.until(self.delivery)
            )
            ledger.end_attempts(session, self.delivery, type(error).__name__, now)
            changes: dict[str, Any] = {"next_at": verdict.next_at, **FREE}
            if verdict.event == "lose":
                changes["next_at"] = self._first_look(self.delivery.lost_at or now)
            self._moved(session, verdict.event, verdict.reason, **changes)
        crash.point("trouble.kept")


def known_points() -> Iterable[str]:
    """The crash points of this road, for the tests that must reach all of them."""
    return (
        "stage.announced",
        "stage.answered",
        "stage.kept",
        "publish.announced",
        "publish.answered",
        "answer.kept",
        "reconcile.announced",
        "reconcile.answered",
        "reconcile.kept",
        "confirm.announced",
        "confirm.answered",
        "trouble.kept",
    )
