"""One copy on a platform with an interface: taken back, amended in place, or explained under it.

The order is that of a send: an intent row is committed, the platform is called, the answer is committed. Whatever dies
or goes silent in between is read again and done again: taking back what is gone already is no change, so the same bytes
are put in place, and a remark is looked for by its words before it is repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from channels.contract import AccountError, CannotError, ChannelError, LaterError, UnknownOutcome
from channels.transport import Amends, Credential, QuotaError, Reads, Remarks, Sent, SentItem, Transport
from channels.values import Profile
from cms import recalls, releases, review
from cms.db import read_scope, session_scope
from cms.people import notify
from cms.releases import Attempt, Delivery, LostRace, Recall, Remedy, moment
from pipeline import crash, lanes, leads, ledger, log, outcome
from pipeline.clock import TimeSource
from pipeline.fills import fills_for
from pipeline.house import House
from pipeline.lease import holder
from pipeline.ledger import Claim
from pipeline.wires import LaneLost

ACTOR = "pipeline"
DEADLY = 3
PATIENCE = timedelta(hours=2)
ONE_PIECE = ("published", "amended", "withdraw_failed", "held", "handed_over")
STEPS: Mapping[str, str] = {"withdraw": "withdraw", "reissue": "withdraw", "amend": "amend", "remark": "remark"}
SEEN_GONE = "平台上已经看不到"
STILL_SEEN = "平台答应了删除，读者还看得到，稍后再看。"
PROMISED = "promised"
LATE = timedelta(minutes=30)
"""So long a platform may take to do what it said it did, before it is asked again."""
REMARK = "【更正】{notice}"


def known_points() -> tuple[str, ...]:
    """The crash points of this road."""
    return ("remedy.announced", "remedy.answered", "remedy.kept")


def act(house: House, claim: Claim, profile: Profile, due: Sequence[Remedy], clock: TimeSource) -> None:
    """Deal with each copy of one account, one after the other, as far as it goes now."""
    try:
        transport = house.wires.transport(claim.account.channel)
        credential = house.wires.credential(claim.account, clock, holder(house, claim, clock))
    except ChannelError as error:
        for remedy in due:
            Act(house, profile, None, None, clock, remedy, claim.owner).stumble(error)  # type: ignore[arg-type]
        return
    for remedy in due:
        one = Act(house, profile, transport, credential, clock, remedy, claim.owner)
        try:
            with log.about(f"remedy {remedy.id}"):
                one.run()
            if not isinstance(one.trouble, QuotaError) and lanes.after(
                house, claim, clock(), one.trouble, "withdraw", ()
            ):
                return
        except (LaneLost, LostRace):
            return  # whoever has it now goes on from the rows


@dataclass
class Act:
    """One remedy in one worker's hands."""

    house: House
    profile: Profile
    transport: Transport
    credential: Credential
    clock: TimeSource
    remedy: Remedy
    owner: str
    trouble: ChannelError | None = None

    def run(self) -> None:
        """Announce it, do it, keep the answer."""
        steps: Mapping[str, Callable[[], str]] = {
            "withdraw": self._withdraw,
            "amend": self._amend,
            "remark": self._remark,
        }
        name = STEPS[self.remedy.action]
        again = self.remedy.state in ("acting", "unknown")
        is_promised = self._was_promised(name)
        if not self._announce(name, is_asked=not is_promised):
            return
        crash.point("remedy.announced")
        try:
            evidence = self._seen_gone() if again and name == "withdraw" else ""
            if not evidence and not is_promised:
                evidence = steps[name]()
                crash.point("remedy.answered")
            if name == "withdraw" and self._is_still_seen(evidence):
                self._wait_for_it(name)
                return
        except ChannelError as error:
            self.stumble(error)
            return
        self._keep(name, evidence)
        crash.point("remedy.kept")

    # ----------------------------------------------------------------- rows

    def _step(self, session: Session, event: str, reason: str = "", **changes: Any) -> None:
        self.remedy = recalls.step(session, self.remedy, event, actor=ACTOR, now=self.clock(), reason=reason, **changes)

    def _announce(self, name: str, *, is_asked: bool) -> bool:
        """The intent, before the platform is called; False when three workers in a row died of it (F28). ``is_asked``:
        it is asked to do something, not only looked at: only what is asked is an attempt."""
        now = self.clock()
        with session_scope(self.house.engine) as session:
            _, delivery, _ = recalls.place_of(session, self.remedy)
            recalls.end_attempts(session, self.remedy, name, "died", now)
            if self._deaths(session, name) >= DEADLY:
                self._hand(session, delivery, outcome.POISON)
                return False
            if name == "withdraw" and delivery.state in ONE_PIECE and self._is_last(session, delivery):
                delivery = releases.move(session, delivery, "withdraw", actor=ACTOR, now=now)
            self._step(session, "begin", attempts=self.remedy.attempts + 1, next_at=None)
            if is_asked:
                request = recalls.request_of(session, self.remedy, name)
                ledger.begin_attempt(session, delivery, name, request, self.owner, now)
        return True

    def _is_last(self, session: Session, delivery: Delivery) -> bool:
        """Whether readers see nothing else of this delivery."""
        return all(one.id == self.remedy.item_id or one.fate in releases.GONE for one in _items(session, delivery))

    def _deaths(self, session: Session, name: str) -> int:
        """How many of the last attempts their workers died of."""
        last = session.exec(self._tried(session, name).limit(DEADLY))
        return sum(one.outcome == "died" for one in last)

    def _tried(self, session: Session, name: str) -> SelectOfScalar[Attempt]:
        """The attempts at this very copy, the newest first: one delivery may carry several stories."""
        asked = recalls.request_of(session, self.remedy, name)
        query = select(Attempt).where(Attempt.delivery_id == self.remedy.delivery_id, Attempt.step == name)
        return query.where(Attempt.request_hash == asked).order_by(col(Attempt.id).desc())

    def _keep(self, name: str, evidence: str) -> None:
        now = self.clock()
        with session_scope(self.house.engine) as session:
            recalls.end_attempts(session, self.remedy, name, _OUTCOMES[name], now)
            if name == "withdraw":
                recalls.gone(session, self.remedy, now)
            elif name == "amend":
                self._fill(session)
                recalls.put_in_place(session, self.remedy, now, verified=True)
            sent_hash = self.remedy.rendition_hash if name == "amend" else ""
            recalls.receive(
                session, self.remedy, _OUTCOMES[name], now, note=evidence, verified=True, sent_hash=sent_hash
            )
            self.remedy = recalls.finish(session, self.remedy, now, evidence)

    # ----------------------------------------------------------------- the three things there are to do

    def _sent(self) -> tuple[Sent, int, Delivery]:
        """The publication as the platform knows it, and where the copy is in it."""
        with read_scope(self.house.engine) as session:
            item, delivery, _ = recalls.place_of(session, self.remedy)
            items = tuple(
                SentItem(position=one.position, remote_id=one.remote_id, address=one.address)
                for one in _items(session, delivery)
            )
        return Sent(state="published", remote_id=delivery.remote_id, items=items), item.position, delivery

    def _seen_gone(self) -> str:
        """What the platform shows of a copy whose taking back was left without an answer; "" when it is still there,
        or cannot be read."""
        sent, position, _ = self._sent()
        if not isinstance(self.transport, Reads):
            return ""
        try:
            shown = {one.position: one.state for one in self.transport.read(sent, self.credential)}
        except CannotError:
            return ""
        return SEEN_GONE if shown.get(position, "live") != "live" else ""

    def _is_still_seen(self, evidence: str) -> bool:
        """Whether readers still have what the platform said it deleted: what replaces it waits for that."""
        if evidence == SEEN_GONE or not isinstance(self.transport, Reads):
            return False
        sent, position, _ = self._sent()
        try:
            shown = {one.position: one.state for one in self.transport.read(sent, self.credential)}
        except ChannelError:
            return not evidence  # its word counts where it cannot be read
        return shown.get(position) == "live"

    def _was_promised(self, name: str) -> bool:
        """Whether the platform said so a moment ago: then it is only looked at, not asked for again."""
        with read_scope(self.house.engine) as session:
            last = session.exec(self._tried(session, name).limit(1)).first()
        if last is None or last.outcome != PROMISED or last.ended_at is None:
            return False
        return self.clock() - last.ended_at < LATE

    def _wait_for_it(self, name: str) -> None:
        now = self.clock()
        with session_scope(self.house.engine) as session:
            recalls.end_attempts(session, self.remedy, name, PROMISED, now)
            _, delivery, _ = recalls.place_of(session, self.remedy)
            again = now + max(self.transport.visibility, outcome.back_off(max(1, self.remedy.attempts)))
            self._wait_held(session, delivery, STILL_SEEN, again, now)
            self._step(session, "lose", STILL_SEEN, next_at=again)
        crash.point("remedy.kept")

    def _withdraw(self) -> str:
        sent, position, delivery = self._sent()
        self.transport.withdraw(sent, position, delivery.key, self.credential)
        return "平台回答：已删除"

    def _amend(self) -> str:
        if not isinstance(self.transport, Amends):
            raise CannotError("这个平台没有修改的接口，请人到平台后台修改。")
        sent, position, delivery = self._sent()
        rendition = self.house.rendition(self.remedy.rendition_hash)
        with read_scope(self.house.engine) as session:
            sealed = session.get_one(review.SealedSet, self.remedy.sealed_set_id)
            signed = review.printed_line(session, sealed)
            led = leads.addresses(session, delivery)
        self._fills = {
            part.story: fills_for(part, self.profile, delivery.key, delivery.due_at, signed, lead)
            for part, lead in zip(rendition.parts, led, strict=True)
        }
        answer = self.transport.amend(rendition, self._fills, sent, position, delivery.key, self.credential)
        part = rendition.parts[position - 1]
        pictures = {one.id: self.credential.uploads.get(one.ref) for one in part.slots if one.kind == "picture"}
        self._used = {**self._fills[part.story], **{name: ref for name, ref in pictures.items() if ref}}
        return "平台已受理，审核后显示新版" if answer.state == "accepted" else "平台回答：已修改"

    def _fill(self, session: Session) -> None:
        item, _, _ = recalls.place_of(session, self.remedy)
        item.fills = self._used
        session.add(item)

    def _remark(self) -> str:
        if not isinstance(self.transport, Remarks):
            raise CannotError("这个平台没有留言的接口，请人到平台后台留言说明更正。")
        sent, position, delivery = self._sent()
        with read_scope(self.house.engine) as session:
            notice = session.get_one(Recall, self.remedy.recall_id).notice
        words = REMARK.format(notice=notice)
        self.transport.remark(words, sent, position, delivery.key, self.credential)
        return f"已留言：{words}"

    # ----------------------------------------------------------------- trouble

    def stumble(self, error: ChannelError) -> None:
        """A call raised: by the error's place in the tree. What is not a matter of time is a person's."""
        self.trouble = error
        now = self.clock()
        with session_scope(self.house.engine) as session:
            _, delivery, _ = recalls.place_of(session, self.remedy)
            recalls.end_attempts(session, self.remedy, STEPS[self.remedy.action], type(error).__name__, now)
            is_known = not isinstance(error, UnknownOutcome)
            if is_known and recalls.overtaken_by(session, self.remedy) is not None:
                self._step(session, "put_off", error.sentence, next_at=None)  # nothing was done: the newer order's now
            elif isinstance(error, QuotaError):
                self._put_off(session, delivery, error.sentence, error.until, now)
                words = f"{self._name(session)}：{error.sentence}{moment(error.until)} 自动接着处置。"
                notify(session, f"recall:{self.remedy.recall_id}", words, now)
            elif isinstance(error, LaterError):
                again = now + outcome.back_off(max(1, self.remedy.attempts))
                self._put_off(session, delivery, error.sentence, again, now)
            elif isinstance(error, UnknownOutcome):
                wait = max(self.transport.visibility, outcome.back_off(max(1, self.remedy.attempts)))
                self._wait_held(session, delivery, error.sentence, now + wait, now)
                event = "lose" if self.remedy.state in ("acting", "unknown") else "put_off"
                self._step(session, event, error.sentence, next_at=now + wait)
            else:
                self._hand(session, delivery, _words(error))
        crash.point("remedy.kept")

    def _name(self, session: Session) -> str:
        _, _, account = recalls.place_of(session, self.remedy)
        return f"{account.name}（{account.key}）"

    def _put_off(self, session: Session, delivery: Delivery, reason: str, until: datetime, now: datetime) -> None:
        self._wait_held(session, delivery, reason, until, now)
        self._step(session, "put_off", reason, next_at=until)

    def _wait_held(self, session: Session, delivery: Delivery, reason: str, until: datetime, now: datetime) -> None:
        """Whoever waits longer than two hours is shown as held, with the time, and goes on by itself (I2)."""
        ordered = session.get_one(Recall, self.remedy.recall_id).approved_at or now
        if delivery.state == "withdrawing" and until > ordered + PATIENCE:
            words = f"{reason}下架还没有完成，{moment(until)} 自动接着做。"
            releases.move(session, delivery, "hold", actor=ACTOR, now=now, reason=words, next_at=None)

    def _hand(self, session: Session, delivery: Delivery, reason: str) -> None:
        now = self.clock()
        if delivery.state == "withdrawing":
            releases.move(session, delivery, "stay", actor=ACTOR, now=now, reason=reason)
        self.remedy = recalls.hand(session, self.remedy, reason, now)
        if recalls.overtaken_by(session, self.remedy) is not None:
            self._step(session, "arm", reason)  # they are told at once what the newer order makes of it


_OUTCOMES: Mapping[str, str] = {"withdraw": "withdrawn", "amend": "amended", "remark": "remarked"}


def _items(session: Session, delivery: Delivery) -> list[releases.Item]:
    return ledger.items_of(session, delivery)


def _words(error: ChannelError) -> str:
    """The sentence, and for an account in trouble that this copy has to be dealt with by hand."""
    if isinstance(error, AccountError):
        return f"{error.sentence}接口暂时不能用，请先到平台后台人工处理这一篇。"
    return error.sentence
