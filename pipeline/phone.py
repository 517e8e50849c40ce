"""群发保护: a platform took a send and waits for somebody's phone. Told while there is time, and again, further up,
before it runs out."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from channels.transport import Sent
from cms.matrix import Account
from cms.people import Notice, notify, see_about
from cms.releases import Delivery, Release
from cms.releases.moving import on_the_clock

QUIET = timedelta(minutes=2)
"""A send nobody has to agree to is out by then."""
LATE = timedelta(minutes=15)
"""So long before its end it is told again, to the administrators; the platform is asked every five minutes."""
ACTOR = "pipeline"


def heard(session: Session, delivery: Delivery, sent: Sent, now: datetime) -> None:
    """An answer about a send: what waits for a phone is told; what is out, or never will be, waits no more."""
    if sent.state == "accepted":
        _tell(session, delivery, sent, now)
        return
    for kind in ("phone", "phone-late") if delivery.push else ():  # every other send would ask for nothing
        see_about(session, f"{kind}:{delivery.id}", ACTOR, now)


def _tell(session: Session, delivery: Delivery, sent: Sent, now: datetime) -> None:
    """Tell that this send, taken by the platform and not out, waits for a phone; each of the two sentences once."""
    began = delivery.accepted_at
    if not sent.phone or began is None or now - began < QUIET or now >= began + sent.phone:
        return
    ends = began + sent.phone
    is_late = ends - now <= LATE
    account, release = session.get_one(Account, delivery.account_id), session.get_one(Release, delivery.release_id)
    name = f"《{release.title}》在{account.name}的群发"
    words = f"{name}还没有出去：{sent.note}，{on_the_clock(ends)} 前没有确认就作废。"
    if is_late:
        words = f"{name}快要作废：{sent.note}，最晚 {on_the_clock(ends)}。"
    subject = f"{'phone-late' if is_late else 'phone'}:{delivery.id}"
    told = select(Notice.id).where(Notice.subject == subject, Notice.sentence == words)
    if session.exec(told).first() is None:  # seen or not: whoever took note is not told the same again
        notify(session, subject, words, now, account.unit_id)
