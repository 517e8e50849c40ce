"""阅读数: how many read what an order takes away: as its platform tells, or as a person saw in the console; and why
nobody can say. Never a guess, and nothing is counted for it on our own pages."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from channels import registry
from channels.transport import Connected, Counts
from cms import audit
from cms.db import utc
from cms.matrix import Account
from cms.people import name_of
from cms.people.mandates import REMEDY, check_may
from cms.recalls.settling import ACTOR, is_deleted
from cms.recalls.steps import RecallError
from cms.releases import ReadCount, Recall, Remedy, moment

TAKEN = ("withdraw", "reissue", "by_hand")
AGAIN = timedelta(minutes=30)
"""So long after a platform could not say it is asked once more, while nobody has decided."""
MOST = 10**10
UNKNOWN = "阅读数未知"
_OURS = "自家的页面和订阅不统计阅读"
_BY_HAND = "这个账号没有接口，平台不告诉一稿"
_NOT_TOLD = "一稿没有接这个平台的阅读数接口"
_NOT_ASKED = "提出以后去问平台，一两分钟里补上"


def loses(recall: Recall, remedy: Remedy) -> bool:
    """Whether readers' numbers go with the copy: it is deleted, by us or by hand."""
    return remedy.action in TAKEN and is_deleted(remedy, recall)


def to_ask(session: Session, now: datetime) -> list[Remedy]:
    """The copies of undecided orders whose platform can say how many read them and has not said so yet."""
    known = select(ReadCount.remedy_id).where(ReadCount.by == ACTOR)
    known = known.where(col(ReadCount.count).is_not(None) | (col(ReadCount.at) > now - AGAIN))
    query = (
        select(Remedy, Recall, Account)
        .where(Remedy.recall_id == Recall.id, Remedy.account_id == Account.id, Recall.state == "drafted")
        .where(col(Remedy.action).in_(TAKEN), Account.transport == "api", col(Remedy.id).not_in(known))
        .order_by(col(Remedy.id))
    )
    return [one for one, recall, account in session.exec(query) if tells(account) and loses(recall, one)]


def tells(account: Account) -> bool:
    """Whether the platform tells how many read a publication of this account."""
    channel = registry.get(account.channel)
    return account.transport == "api" and isinstance(channel, Connected) and isinstance(channel.transport, Counts)


def note_reads(session: Session, remedy: Remedy, count: int, by: str, now: datetime) -> ReadCount:
    """A person saw in the platform's console how many read it: whoever proposed the order, or looks after the
    account."""
    recall = session.get_one(Recall, remedy.recall_id)
    if by != recall.proposed_by:
        check_may(session, by, REMEDY, [session.get_one(Account, remedy.account_id).unit_id])
    if not loses(recall, remedy):
        raise RecallError(f"处置 {remedy.id} 不删这一份，阅读数还在平台上，不用记。")
    if not 0 <= count < MOST:
        raise RecallError("阅读数请写一个整数，例如 4123。")
    row = ReadCount(remedy_id=remedy.id, count=count, by=by, at=utc(now))
    session.add(row)
    session.flush()
    audit.record(session, by, "remedy.reads", f"remedy:{remedy.id}", {"count": count, "recall": recall.id}, now)
    return row


def reads_of(session: Session, rows: Collection[tuple[Remedy, Account]], recall: Recall) -> Mapping[int, str]:
    """What is known of the readers of each copy that goes, by remedy: the platform's number with its day, a person's
    with their name, or why there is none. Copies that stay are left out."""
    lost = {one.id: account for one, account in rows if loses(recall, one) and account.transport != "files"}
    ours = {one.id: f"{UNKNOWN}：{_OURS}" for one, account in rows if _is_ours(recall, one, account)}
    told: dict[int, list[ReadCount]] = {}
    query = select(ReadCount).where(col(ReadCount.remedy_id).in_(lost)).order_by(col(ReadCount.id))
    for row in session.exec(query) if lost else ():
        told.setdefault(row.remedy_id, []).append(row)
    return ours | {number: _words(session, account, told.get(number, ())) for number, account in lost.items()}


def _is_ours(recall: Recall, remedy: Remedy, account: Account) -> bool:
    return account.transport == "files" and loses(recall, remedy)


def _words(session: Session, account: Account, told: Collection[ReadCount]) -> str:
    asked = [one for one in told if one.by == ACTOR]
    numbers = [one for one in asked if one.count is not None][-1:] + [one for one in told if one.by != ACTOR][-1:]
    if numbers:
        return "；".join(_said(session, one) for one in numbers)
    if asked:
        return f"{UNKNOWN}：{asked[-1].why.rstrip('。')}"
    if account.transport == "handover":
        return f"{UNKNOWN}：{_BY_HAND}"
    return f"{UNKNOWN}：{_NOT_ASKED if tells(account) else _NOT_TOLD}"


def _said(session: Session, one: ReadCount) -> str:
    if one.by == ACTOR:
        return f"{one.count} 人读过（平台统计到 {one.until:%m-%d}，{moment(one.at)[:16]} 问的）"
    return f"阅读数 {one.count}（{name_of(session, one.by)} {moment(one.at)[:16]} 在后台看到）"
