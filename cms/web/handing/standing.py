"""What stands against a package, as the list and the pages of 待代发 say it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from cms import recalls
from cms.matrix import Account
from cms.people import Person, name_of
from cms.people.mandates import REMEDY, STOPPERS
from cms.people.roles import appointments_of, tree, who_may
from cms.recalls import FREE, KIND_NAMES, InHand
from cms.releases import Delivery, boards, freeze, halts
from cms.releases.flash import has_ended
from cms.releases.recall_rows import Freeze
from cms.web.delivering.words import by_whom
from cms.web.desk import day
from cms.web.spoken import on_screen

Mark = tuple[str, str]
TO_POST: Mark = ("hand", "待代发")
ENDED = "这条快讯已经解除：还没有发的不要再发。已经发了的，在下面登记地址，再到同一个账号上发一条“已解除”。"
OVER = "已解除，不要再发"
STOPPED: Mark = ("bad", "停发，先不要发")
POSTED = "已经发了的，在下面登记地址。"


def marks(session: Session, tasks: Collection[boards.Task], now: datetime) -> Mapping[int, Mark]:
    """Tone and words of each task, by its number."""
    standing, stopped = recalls.in_hand(session, [one.id for one in tasks], now), stops(session, tasks)
    found = {}
    for one in tasks:
        mark = _mark(standing.get(one.id, FREE), one.expires_at is not None and one.expires_at <= now)
        found[one.id] = STOPPED if one.id in stopped and mark == TO_POST else mark
    return found


def stops(session: Session, tasks: Collection[boards.Task]) -> Mapping[int, str]:
    """Which freeze stops each of these tasks, why and by whom, by the task's number; those no freeze stops are left
    out."""
    found: dict[int, str] = {}
    for one in halts.freezes(session) if tasks else ():
        mine = select(Delivery.id).where(col(Delivery.id).in_([each.id for each in tasks]), halts.is_in(session, one))
        said = f"停发 {one.id}：{one.reason.rstrip('。')}，由 {name_of(session, one.by)} 于 {day(one.at)}"
        for number in session.exec(mine):
            found.setdefault(number, said)
    return found


def of(session: Session, row: Delivery, now: datetime) -> tuple[InHand, Mark, str]:
    """What orders say of the package; its mark; and why nobody posts it as it is, "" where somebody may."""
    stands = recalls.in_hand(session, [row.id], now).get(row.id, FREE)
    return stands, _mark(stands, has_ended(row, now)), _why_not(session, row, stands, now)


def _mark(stands: InHand, is_over: bool) -> Mark:
    if stands.waits is not None:
        return "bad", "撤稿等批准，先不要发"
    if stands.given:
        asked = dict.fromkeys(recalls.what_for(*one, is_back=one[0].id in stands.back) for one in stands.given)
        return "bad", "、".join(OVER if one == "已解除" else one for one in asked)
    if stands.coming:
        return "bad", "先不要发"
    return ("bad", OVER) if is_over else TO_POST


def _why_not(session: Session, row: Delivery, stands: InHand, now: datetime) -> str:
    is_posted = row.state != "handed_over"
    if (order := stands.waits) is not None:
        by = f"{name_of(session, order.proposed_by)}，{day(order.created_at)} 提出，原因：{order.reason.rstrip('。')}"
        if is_posted:
            return f"撤稿令 {order.id} 等批准（{by}）。批准以后要撤下，这里会写明怎么做。"
        return f"先不要发：撤稿令 {order.id} 等批准（{by}）。批准或驳回以后，这里会写明怎么办。{POSTED}"
    if stands.given or is_posted:
        return ""
    if stands.coming:
        order = stands.coming[-1]
        return f"先不要发：{KIND_NAMES[order.kind]}令 {order.id} 已经签发，处置说明马上就来，请过一两分钟刷新。{POSTED}"
    return ENDED if has_ended(row, now) else ""


def frozen(session: Session, row: Delivery) -> list[str]:
    """The freezes that stop what somebody is about to post, each with who can end it."""
    if row.state != "handed_over":
        return []
    return [
        on_screen(f"{freeze.sentence(session, one)}。先不要发，解除停发或豁免以后再发：{_by_whom(session, one)}")
        for one in halts.against(session, row)
    ]


def _by_whom(session: Session, one: Freeze) -> str:
    """Who can end a freeze, or let this go all the same."""
    units = tree(session)
    where = next((number for number, slug, _ in units.rows if slug == one.unit), units.top)
    return by_whom([each.name for each in who_may(session, STOPPERS, [where])] if where is not None else [])


def may_tell(session: Session, login: str, account: Account) -> bool:
    """Whether their roles let them register what was done about a copy on this account."""
    person = session.exec(select(Person.id).where(Person.login == login)).one()
    held = [(one.role, one.unit_id) for one in appointments_of(session, person)]
    return tree(session).scope(held, REMEDY.reaches).holds(account.unit_id)
