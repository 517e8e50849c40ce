"""Whoever has a package (代发包) of a story is told what its order means for it."""

from datetime import datetime

from sqlmodel import Session, col, select

from cms.matrix import Account
from cms.people import Person, notify
from cms.people.duty import login_on_duty
from cms.recalls.deciding import WITH_A_PERSON
from cms.releases import Delivery, Recall, Remedy


def tell_holders(session: Session, recall: Recall, before: str, after: str, now: datetime) -> int:
    """Each unit with packages that the order is about, and who handles its copies by name: ``before``, the accounts,
    ``after``. How many packages there are."""
    query = (
        select(Account)
        .where(Remedy.account_id == Account.id, Remedy.delivery_id == Delivery.id, Remedy.recall_id == recall.id)
        .where(Delivery.state == WITH_A_PERSON)
        .order_by(col(Account.id))
    )
    there: dict[int, list[str]] = {}
    for account in session.exec(query):
        there.setdefault(account.unit_id, []).append(account.name)
    for unit_id, names in there.items():
        person = session.exec(select(Person.id).where(Person.login == login_on_duty(session, unit_id)))
        words = f"{before}（{'、'.join(dict.fromkeys(names))}）{after}"
        notify(session, f"recall:{recall.id}", words, now, unit_id, list(person))
    return sum(len(names) for names in there.values())
