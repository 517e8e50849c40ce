"""The checker bites where things are called back and stopped: each breach, planted in a rehearsed house that kept every
promise, is found and named. The house is rehearsed once; what is planted is rolled back."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from cms import audit
from cms.db import session_scope
from cms.matrix import Account
from cms.releases import Delivery, Recall, Release, Remedy, freeze
from pipeline import checker, recalls
from pipeline.rehearsal.played import Asked, Played
from pipeline.rehearsal.script import Wanted
from pipeline.rehearsal.stage import AUTHOR, CHIEF
from pipeline.rehearse import rehearse

CALM = Asked(units=1, weather="none", seed=106, wanted=Wanted(days=2))
"""Corrections, a retraction of what was out, a freeze of everything, a flash that is over."""


class _Undone(Exception):
    """What was planted is dug out again."""


@dataclass
class Seen:
    """What the checker is given; a planted breach may change any of it."""

    played: Played
    session: Session
    copies: list[checker.Copy]
    later: timedelta = timedelta()

    def one(self, kind: str, channel: str, action: str = "") -> tuple[Delivery, Remedy]:
        """The copy on ``channel`` that the recall of this ``kind`` dealt with."""
        query = (
            select(Delivery, Remedy)
            .where(Remedy.delivery_id == Delivery.id, Remedy.recall_id == Recall.id, Recall.kind == kind)
            .where(Remedy.account_id == Account.id, Account.channel == channel)
        )
        query = query.where(Remedy.action == action) if action else query
        found = self.session.exec(query.order_by(col(Remedy.id))).first()
        assert found is not None
        return found[0], found[1]

    def run(self, statement: str, **given: object) -> None:
        assert self.session.connection().execute(text(statement), given).rowcount > 0

    def start(self, delivery: Delivery) -> None:
        """The log says it was sent now, whatever stood against it."""
        said = {"from": "ready", "to": delivery.state, "reason": "", "key": delivery.key}
        now = self.played.stage.now
        audit.record(self.session, "pipeline", "delivery.send", f"delivery:{delivery.id}", said, now)

    def breaches(self) -> list[str]:
        boxes, stage = self.played.stage.sandboxes, self.played.stage
        self.session.flush()
        self.session.expire_all()
        now = stage.now + self.later
        return checker.breaches(self.session, self.copies, boxes.sends(), stage.house.rendition, now, boxes.mends())


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    found = rehearse(CALM, tmp_path_factory.mktemp("calm"))
    assert found.breaches == {}
    return found


@contextmanager
def planted(played: Played) -> Iterator[Seen]:
    """A turn in which anything may be broken: nothing of it is kept."""
    copies = [checker.Copy.of(one) for one in played.stage.sandboxes.copies()]
    try:
        with session_scope(played.stage.house.engine) as session:
            yield Seen(played, session, copies)
            raise _Undone
    except _Undone:
        pass


def _started_after(seen: Seen) -> None:
    seen.start(seen.one("retraction", "weibo")[0])


def _left_out(seen: Seen) -> None:
    """The rows say readers still have it, and the remedy says it is done."""
    delivery, remedy = seen.one("retraction", "weibo")
    seen.run("UPDATE items SET fate = 'published' WHERE id = :item", item=remedy.item_id)
    assert delivery.state == "withdrawn"


def _still_waits(seen: Seen) -> None:
    _, remedy = seen.one("retraction", "weibo")
    seen.run("UPDATE items SET fate = 'published' WHERE id = :item", item=remedy.item_id)
    seen.run("UPDATE remedies SET state = 'due', reason = '', next_at = NULL WHERE id = :number", number=remedy.id)
    seen.later = timedelta(days=2)


def _there_again(seen: Seen) -> None:
    delivery, _ = seen.one("retraction", "weibo")
    seen.copies = [replace(one, state="live") if one.key == delivery.key else one for one in seen.copies]


def _withdrawn_unasked(seen: Seen) -> None:
    delivery, _ = seen.one("retraction", "weibo")
    seen.run("DELETE FROM attempts WHERE step = 'withdraw' AND delivery_id = :number", number=delivery.id)


def _in_a_freeze(seen: Seen) -> None:
    freeze.freeze(seen.session, freeze.Scope("", "weibo", ""), "静默", CHIEF, seen.played.stage.now)
    seen.start(seen.one("correction", "weibo")[0])


def _flash(seen: Seen) -> Release:
    return seen.session.exec(select(Release).where(col(Release.flash))).one()


def _flash_unreviewed(seen: Seen) -> None:
    """Nobody reviewed it afterwards, and nobody was told that the review is due."""
    number = _flash(seen).id
    seen.run("UPDATE releases SET reviewed_at = NULL WHERE id = :number", number=number)
    seen.run("DELETE FROM notices WHERE subject = :subject", subject=f"release:{number}")


def _flash_late(seen: Seen) -> None:
    """Its review is two days late, and the log never says that somebody was called."""
    seen.run("UPDATE releases SET reviewed_at = NULL WHERE id = :number", number=_flash(seen).id)
    seen.later = timedelta(days=2)


def _flash_after(seen: Seen) -> None:
    flash = _flash(seen)
    found = seen.session.exec(select(Delivery).where(Delivery.release_id == flash.id)).first()
    assert found is not None and flash.expires_at is not None and flash.expires_at < seen.played.stage.now
    seen.start(found)


def _flash_never_over(seen: Seen) -> None:
    seen.run("UPDATE remedies SET state = 'off' WHERE action = 'expire'")


BREAKS: dict[str, tuple[Callable[[Seen], None], str]] = {
    "a send after the retraction": (_started_after, "I8 weibo:.* started .* after recall"),
    "a copy called back that nobody answers for": (_left_out, "I8 weibo:.* nobody is named for it"),
    "a copy that waits without a reason": (_still_waits, r"I8 weibo:.* still waits \(due\)"),
    "a copy called back and there again": (_there_again, "I8 weibo:.* is withdrawn and live"),
    "a deletion without an intent": (_withdrawn_unasked, "I3 weibo:.* was changed .* fewer attempts"),
    "a send during a freeze": (_in_a_freeze, "R20 weibo:.* started .* while freeze"),
    "a flash nobody reviewed or was told of": (_flash_unreviewed, "R1 flash .* nobody was told"),
    "a flash whose review is late": (_flash_late, "R1 flash .* nobody was told"),
    "a flash sent after it was over": (_flash_after, "R20 flash .* after it was over"),
    "a flash our pages never end": (_flash_never_over, "R20 site:.* does not say that flash .* is over"),
}


@pytest.mark.keeps("rehearsal")
@pytest.mark.parametrize("name", BREAKS)
def test_a_breach_of_what_was_called_back_or_stopped_is_named(played: Played, name: str) -> None:
    breaking, words = BREAKS[name]
    with planted(played) as seen:
        assert seen.breaches() == []
        breaking(seen)
        found = seen.breaches()
        assert any(re.match(words, one) for one in found), found


def test_a_correction_without_an_intent_is_named(played: Played) -> None:
    """WeChat's copy of a corrected story is deleted for the new one: that call too had its row."""
    with planted(played) as seen:
        delivery, remedy = seen.one("correction", "wechat")
        step = "withdraw" if remedy.action == "reissue" else remedy.action
        seen.run("DELETE FROM attempts WHERE step = :step AND delivery_id = :number", step=step, number=delivery.id)
        assert any("I3 wechat:" in one and "fewer attempts" in one for one in seen.breaches())


def test_what_a_proposed_retraction_stops_waits_for_the_decision_and_somebody_knows(played: Played) -> None:
    """先停后审: no breach while the order is open and told of; one when nobody was told, one once it was decided."""
    house, now = played.stage.house, played.stage.now
    with planted(played) as seen:
        weibo, _ = seen.one("correction", "weibo")
        slug = str(weibo.stories[0][0])
    number = recalls.order_retraction(house, slug, "来源单位要求撤下", "本稿已撤下。", AUTHOR, now)
    with planted(played) as seen:
        mine = "(SELECT delivery_id FROM items WHERE origin_id = (SELECT origin_id FROM recalls WHERE id = :number))"
        unsent = f"UPDATE deliveries SET state = 'ready', due_at = :at WHERE id IN {mine} AND state = 'published'"
        at = (now - timedelta(hours=3)).replace(tzinfo=None)
        seen.run(unsent, number=number, at=at)
        waits = [one for one in seen.breaches() if one.startswith("I2")]
        assert waits == []
        seen.run("DELETE FROM notices WHERE subject = :subject", subject=f"recall:{number}")
        assert any("waits for the decision" in one for one in seen.breaches())
        seen.run("UPDATE recalls SET state = 'approved', approved_by = :by, approved_at = :at WHERE id = :number",
                 number=number, by=CHIEF, at=now.replace(tzinfo=None))  # fmt: skip
        assert any(one.startswith("I2") and "is still ready" in one for one in seen.breaches())
