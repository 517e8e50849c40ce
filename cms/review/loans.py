"""代审: somebody from elsewhere reviews for a unit until a day. Recorded, and over by itself."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cms import audit
from cms.db import utc
from cms.matrix import Unit
from cms.people import Person
from cms.people.roles import REVIEWER, SIGNER, appointments_of, may_grant, tree
from cms.review.rows import Loan

LONGEST = timedelta(days=90)
"""What is to last longer is an appointment, not a loan."""


class LoanError(ValueError):
    """This loan cannot be: one sentence with the remedy."""


def last_day(now: datetime) -> date:
    """The last whole day, in Beijing, that a loan given now may reach."""
    return (now + LONGEST).astimezone(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)


def lend(
    session: Session, person: Person, unit_id: int, role: str, until: datetime, reason: str, by: str, now: datetime
) -> Loan:
    """``person`` has ``role`` in the unit and below it until then. ``by``: the login of somebody else, who may give
    this role there for good."""
    if role not in (REVIEWER, SIGNER):
        raise LoanError(f"代审只能借“{REVIEWER}”或“{SIGNER}”，请改选。")
    if person.disabled_at is not None:
        raise LoanError(f"{person.name}的账号已停用，不能代审，请换一位。")
    if until <= now:
        raise LoanError("代审的截止时间已经过去，请写将来的日期。")
    if until > now + LONGEST:
        last = last_day(now)
        raise LoanError(
            f"代审最长 {LONGEST.days} 天，请选 {last.year}年{last.month}月{last.day}日 或之前；到期还要，请再安排一次。"
        )
    if not reason.strip():
        raise LoanError("代审要写明事由，请写一句。")
    if person.login == by:
        raise LoanError("不能给自己安排代审，请另一位管理员来做。")
    if not _is_of_one_province(session, person, unit_id):
        raise LoanError(f"{person.name}是别的省的人，不能代审本省的稿件，请借本省其他单位的人。")
    giver = session.exec(select(Person).where(Person.login == by, col(Person.disabled_at).is_(None))).one_or_none()
    if giver is None or not may_grant(appointments_of(session, giver.id), role, unit_id, tree(session)):
        raise LoanError(
            f"{giver.name if giver else by}不管这个单位的“{role}”，不能安排代审，请本单位或上级的管理员来做。"
        )
    row = Loan(
        person_id=person.id, unit_id=unit_id, role=role, until=utc(until), reason=reason.strip(), given_by=by,
        given_at=utc(now),
    )  # fmt: skip
    session.add(row)
    session.flush()
    unit = session.get_one(Unit, unit_id)
    detail = {"person": person.login, "role": role, "unit": unit.slug, "until": row.until.isoformat(), "reason": reason}
    audit.record(session, by, "review.lend", f"loan:{row.id}", detail, now)
    return row


def _is_of_one_province(session: Session, person: Person, unit_id: int) -> bool:
    """Whether somebody has a role in the province this unit is of; who has none anywhere yet is nobody else's."""
    units = tree(session)
    theirs = {units.above(one.unit_id)[-1] for one in appointments_of(session, person.id)}
    return not theirs or units.above(unit_id)[-1] in theirs


def end_loan(session: Session, loan: Loan, by: str, now: datetime) -> None:
    """It is over before its day."""
    if loan.ended_at is None:
        loan.ended_at = utc(now)
        session.add(loan)
        audit.record(session, by, "review.lend_end", f"loan:{loan.id}", {}, now)


def loans_of(session: Session, person_id: int, now: datetime) -> list[Loan]:
    """What somebody was lent for and may still do."""
    query = select(Loan).where(Loan.person_id == person_id, col(Loan.ended_at).is_(None), col(Loan.until) > now)
    return list(session.exec(query.order_by(col(Loan.id))))
