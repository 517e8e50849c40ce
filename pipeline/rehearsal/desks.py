"""The desks of a rehearsal: each act of the script, done with what the newsroom does it with."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import col, select

from cms import releases, review
from cms.db import read_scope, session_scope
from cms.people import Person
from cms.recalls import RecallError
from cms.releases import Delivery, PlanError, Recall, Release, Target, flash, freeze
from cms.releases.exempting import Exempt, parse_exempt
from cms.review import SealedSet
from cms.stories import Column, Revision, fill, open_next_issue, story_named
from pipeline import flashes, press, recalls
from pipeline.intake import take_in_text
from pipeline.rehearsal.prose import Draft
from pipeline.rehearsal.script import Act, Alarm, Correct, FreezeOrder, Publish, Retract
from pipeline.rehearsal.stage import AUTHOR, CHIEF, FIRST, SECOND, Stage

OPINION = "演练：逐字核对，同意。"
SPARED = "民生和应急信息照常发布。"
STAGGER = timedelta(minutes=3)
Later = tuple[datetime, Callable[[], None]]


class Desks:
    """Performs acts. ``later``: what an act leaves for another time (a thaw, a later review). ``refused``: what the
    house refused, with its sentence: an act that came too late, or twice."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.later: list[Later] = []
        self.refused: list[tuple[datetime, str, str]] = []

    def perform(self, act: Act) -> None:
        """One act of the script."""
        if isinstance(act, Publish):
            self._told(act.story, lambda: self.publish(act))
        elif isinstance(act, Correct):
            self._told(act.story, lambda: self.correct(act))
        elif isinstance(act, Retract):
            self._told(act.story, lambda: self.retract(act))
        elif isinstance(act, FreezeOrder):
            self._told("停发", lambda: self.freeze(act))
        elif isinstance(act, Alarm):
            self._told(act.story, lambda: self.alarm(act))

    def finish(self, work: Callable[[], None]) -> None:
        """What an act left for now."""
        self._told("", work)

    def _told(self, about: str, work: Callable[[], None]) -> None:
        try:
            work()
        except (RecallError, PlanError, flash.FlashError, freeze.FreezeError, review.SignError) as error:
            self.refused.append((self.stage.now, about, str(error)))

    # ----------------------------------------------------------------- what goes out

    def publish(self, act: Publish) -> None:
        """Taken in, put into its issue, released, rendered, sealed, signed by three people in their order."""
        house, now = self.stage.house, self.stage.now
        revision_id = self._take_in(act.draft)
        with session_scope(house.engine) as session:
            revision = session.get_one(Revision, revision_id)
            if act.column:
                column = session.exec(select(Column).where(Column.slug == act.column)).one()
                story = story_named(session, act.story)
                assert story is not None
                fill(session, open_next_issue(session, column, now), story)
            lead = f"wechat:{act.lead}" if act.lead and "wechat" in act.channels else ""
            targets = Target(channels=act.channels)
            number = releases.plan(
                session, [revision], targets, act.due_at, AUTHOR, review.LAWFUL, now=now, lead=lead
            ).id
        press.render_release(house, number, now)
        sealed = press.seal_release(house, number, now)
        if sealed is not None:
            for step, who in (("初审", FIRST), ("复审", SECOND), ("终审", CHIEF), ("签发", CHIEF)):
                if step == review.ISSUE:
                    self._read(sealed)
                press.sign_release(house, sealed, who, OPINION, now, step)

    def _read(self, sealed: int) -> None:
        """一读: the chief reads what every channel will show (R2)."""
        with session_scope(self.stage.house.engine) as session:
            chief = session.exec(select(Person).where(Person.login == CHIEF)).one()
            review.read_all(session, session.get_one(SealedSet, sealed), chief, self.stage.now)

    def _take_in(self, draft: Draft) -> int:
        taken = take_in_text(self.stage.house, draft.text, f"{draft.slug}.md", self.stage.desk, AUTHOR, self.stage.now)
        return taken.revision_id

    def alarm(self, act: Alarm) -> None:
        """One signature, out at once; the later review is somebody else's."""
        house, now = self.stage.house, self.stage.now
        words = "\n\n".join(act.draft.paragraphs)
        made = flashes.announce(
            house, words, act.draft.headline, [Target(channels=act.channels)], AUTHOR, now, expires_at=act.expires_at
        )
        if made.sealed_set is None:
            return
        press.sign_release(house, made.sealed_set, CHIEF, "情况紧急，立即发布。", now, "签发")
        self.later.append((act.review_at, lambda: self._review(made.release)))

    def _review(self, release: int) -> None:
        with session_scope(self.stage.house.engine) as session:
            reviewer = session.exec(select(Person).where(Person.login == SECOND)).one()
            row = session.get_one(Release, release)
            flash.record_review(session, row, reviewer, "内容属实，流程合规。", self.stage.now, passed=True)

    # ----------------------------------------------------------------- what is called back

    def correct(self, act: Correct) -> None:
        """Ordered by the author, signed by two others at once."""
        house, now = self.stage.house, self.stage.now
        number = recalls.order_correction(house, act.story, act.draft.text, act.reason, act.notice, AUTHOR, now)
        for who in (SECOND, CHIEF):
            recalls.sign_correction(house, number, who, OPINION, now)

    def retract(self, act: Retract) -> None:
        """Ordered by the author, which stops it; approved by the chief a minute later."""
        number = recalls.order_retraction(self.stage.house, act.story, act.reason, act.notice, AUTHOR, self.stage.now)
        at = self.stage.now + timedelta(minutes=1)
        self.later.append((at, lambda: recalls.approve_retraction(
            self.stage.house, number, CHIEF, OPINION, self.stage.now)))  # fmt: skip

    def sign_rest(self) -> int:
        """What recalls planned meanwhile (the rest of a push) is signed; how many sets."""
        house, now = self.stage.house, self.stage.now
        recalls.watch(house, now)
        with read_scope(house.engine) as session:
            query = (
                select(SealedSet.id)
                .where(col(SealedSet.complete).is_(False), SealedSet.release_id == Release.id)
                .where(Release.recall_id == Recall.id, Recall.state != "rejected", Recall.kind != "expiry")
                .where(Delivery.release_id == Release.id, Delivery.state == "rendered")
            )
            waiting = sorted(set(session.exec(query)))
        for number in waiting:
            for who in (SECOND, CHIEF):
                with read_scope(house.engine) as session:
                    missing = review.missing_steps(session, session.get_one(SealedSet, number))
                if missing:
                    press.sign_release(house, number, who, OPINION, now, missing[0])
        return len(waiting)

    # ----------------------------------------------------------------- what is stopped

    def freeze(self, act: FreezeOrder) -> None:
        """停发 now, thawed at its time, what was missed given new times then."""
        with session_scope(self.stage.house.engine) as session:
            scope = freeze.Scope(act.unit, act.channel, act.topic)
            lets = [parse_exempt(one) for one in act.lets]
            now = [] if act.lets_at else lets
            number = freeze.freeze(
                session, scope, act.reason, CHIEF, self.stage.now, lets_flash=act.lets_flash, lets=now, why_lets=SPARED
            ).id
        if act.lets_at and lets:
            self.later.append((act.lets_at, lambda: self._exempt(number, lets)))
        self.later.append((act.until, lambda: self._thaw(number)))

    def _exempt(self, number: int, lets: Sequence[Exempt]) -> None:
        """豁免 while it stands; what missed its time before is given a new one."""
        now = self.stage.now
        with session_scope(self.stage.house.engine) as session:
            row = freeze.find_freeze(session, number)
            freeze.exempt(session, row, lets, SPARED, CHIEF, now)
            for place, one in enumerate(freeze.let_go(session, row), start=1):
                freeze.retime(session, one, now + place * STAGGER, CHIEF, SPARED, now)

    def _thaw(self, number: int) -> None:
        """Item by item: at each account one every few minutes."""
        now = self.stage.now
        with session_scope(self.stage.house.engine) as session:
            done = freeze.thaw(session, freeze.find_freeze(session, number), CHIEF, "静默结束", now)
        self.send_again(done.stopped, "静默结束后补发")

    def send_again(self, stopped: Sequence[Delivery], reason: str) -> None:
        """What was stopped, item by item: at each account one every few minutes; what may not go any more stays."""
        now, given = self.stage.now, dict[int, int]()
        for one in stopped:
            given[one.account_id] = given.get(one.account_id, 0) + 1
            at = now + given[one.account_id] * STAGGER
            self._told(one.key, partial(self._retime, one, at, reason))

    def _retime(self, one: Delivery, at: datetime, reason: str) -> None:
        with session_scope(self.stage.house.engine) as session:
            row = session.get_one(Delivery, one.id)
            freeze.retime(session, row, at, CHIEF, reason, self.stage.now)
