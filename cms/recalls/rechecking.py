"""What follows from a later look at a copy that was dealt with (复查): once more by itself, then a person."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, select

from cms import audit
from cms.db import ask
from cms.matrix import Account
from cms.people import notify
from cms.recalls.deciding import WATCH
from cms.recalls.reappearing import came_back
from cms.recalls.settling import hand, reopen
from cms.recalls.steps import step
from cms.releases import Item, Recall, Remedy, RemedyCheck
from cms.releases.recheck import forget_checks, planned, put_off

ACTOR = "pipeline"
_CHECKS = RemedyCheck.__table__  # type: ignore[attr-defined]
_SEEN = (
    update(_CHECKS)
    .where(_CHECKS.c.id == bindparam("number"))
    .values(at=bindparam("end"), outcome=bindparam("what"), note=bindparam("said"))
)
TWICE = "处置两次之后又出现了，请到平台后台查明是谁放回去的，并删除："
ONCE = "处置之后又出现了，已自动再处置一次："


def settle_check(session: Session, check: RemedyCheck, outcome: str, note: str, now: datetime) -> Remedy:
    """Write down what a look saw, and what follows: there again → once more, then a person; altered → told."""
    ask(session, _SEEN, number=check.id, end=now, what=outcome, said=note)
    remedy = session.get_one(Remedy, check.remedy_id)
    detail = {"recall": remedy.recall_id, "outcome": outcome, "note": note}
    audit.record(session, ACTOR, "remedy.check", f"remedy:{remedy.id}", detail, now)
    if outcome == "there_again" and remedy.action == WATCH:
        came_back(session, session.get_one(Item, remedy.item_id), now)
        return session.get_one(Remedy, remedy.id)
    if outcome == "there_again":
        return _again(session, remedy, note, now)
    if outcome == "altered":
        _tell(session, remedy, f"处置之后又被改过：{note}请到平台后台核对。", now)
    return remedy


def away(session: Session, check: RemedyCheck, note: str, now: datetime) -> None:
    """The platform could not be asked: the look is put off; where there is no later one, a person is asked to look."""
    if put_off(session, check, note, now):
        return
    remedy = settle_check(session, check, "cannot_see", note, now)
    if not planned(session, remedy.id):
        address = session.get_one(Item, remedy.item_id).address
        _tell(session, remedy, f"最后一次复查试了三天都没有查成，请人打开看一眼{address}。{note}", now)


def _again(session: Session, remedy: Remedy, note: str, now: datetime) -> Remedy:
    """Armed anew; the recall is open again."""
    query = select(RemedyCheck).where(RemedyCheck.remedy_id == remedy.id, RemedyCheck.outcome == "there_again")
    times = len(session.exec(query).all())
    forget_checks(session, remedy)
    recall = session.get_one(Recall, remedy.recall_id)
    reopen(session, recall, remedy, now)
    remedy = step(session, remedy, "arm", actor=ACTOR, now=now, next_at=now, ended_at=None)
    if times > 1:
        return hand(session, remedy, f"{TWICE}{note}", now)
    _tell(session, remedy, f"{ONCE}{note}", now)
    return remedy


def _tell(session: Session, remedy: Remedy, words: str, now: datetime) -> None:
    account = session.get_one(Account, remedy.account_id)
    notify(session, f"recall:{remedy.recall_id}", f"{account.name}（{account.key}）：{words}", now)
