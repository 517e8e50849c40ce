"""Copies without an interface: our own pages and feeds, which say at once what we want, and packages for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from channels.contract import ChannelError
from channels.values import Profile
from cms import recalls, releases
from cms.db import ask, enter, read_scope, session_scope
from cms.releases import Advisory, Delivery, Item, Recall, Remedy
from cms.stories import Story, origin_of
from pipeline import adding, crash, ledger, outcome, packages, packing
from pipeline.files import sync
from pipeline.house import House
from pipeline.ledger import Claim
from pipeline.tabs import tabs_of

ACTOR = "pipeline"
_NOW = select(Delivery.id, Delivery.state, Delivery.fence).where(
    col(Delivery.id).in_(bindparam("those", expanding=True))
)
_SAID = select(Advisory.id).where(
    Advisory.recall_id == bindparam("recall"), Advisory.account_id == bindparam("account")
)
SAYS: Mapping[str, str] = {"amend": "corrected", "withdraw": "retracted", "expire": "expired"}
_OUTCOMES: Mapping[str, str] = {"amend": "amended", "withdraw": "withdrawn", "expire": "expired"}
_BUILT: Mapping[str, str] = {
    "amend": "页面已换成更正版并标明",
    "withdraw": "页面已换成撤稿说明",
    "expire": "已标明解除",
}


def show(house: House, claim: Claim, profile: Profile, due: Sequence[Remedy], now: datetime) -> None:
    """What our own pages, lists and feeds say about these stories from now on. Written again it is the same, so a
    worker that dies anywhere leaves nothing to ask about."""
    acting, sending = _announce(house, claim, due, now)
    crash.point("remedy.announced")
    with read_scope(house.engine) as session:
        tabs = tabs_of(session)
    try:
        placed = {one.delivery_id: one for one in adding.publish(house, claim.account, profile, tabs, sending)}
        sync(house.sites, house.root)
    except (OSError, ChannelError, ValueError) as error:
        _put_off(house, acting, error, now)
        return
    crash.point("remedy.answered")
    with session_scope(house.engine) as session:
        for remedy in acting:
            recalls.end_attempts(session, remedy, remedy.action, _OUTCOMES[remedy.action], now)
            there = placed.get(remedy.delivery_id)
            if remedy.action == "withdraw":
                recalls.gone(session, remedy, now)
            elif remedy.action == "amend" and there is not None:
                item = session.get_one(Item, remedy.item_id)
                item.fills = dict(there.fills)
                recalls.put_in_place(session, remedy, now, verified=True, address=there.address)
            sent = there.sent_hash if there else ""
            words = _BUILT[remedy.action]
            recalls.receive(session, remedy, _OUTCOMES[remedy.action], now, note=words, verified=True, sent_hash=sent)
            recalls.finish(session, remedy, now, words)
    crash.point("remedy.kept")


def _announce(house: House, claim: Claim, due: Sequence[Remedy], now: datetime) -> tuple[list[Remedy], list[Delivery]]:
    """The intent: what is said stands in rows before any page says it."""
    acting, sending = [], []
    with session_scope(house.engine) as session:
        for remedy in due:
            item, delivery, _ = recalls.place_of(session, remedy)
            recalls.end_attempts(session, remedy, remedy.action, "died", now)
            _advise(session, remedy, item, now)
            if remedy.action == "withdraw" and delivery.state in ("published", "amended"):
                delivery = releases.move(session, delivery, "withdraw", actor=ACTOR, now=now)
            acting.append(
                recalls.step(session, remedy, "begin", actor=ACTOR, now=now, attempts=remedy.attempts + 1, next_at=None)
            )
            request = recalls.request_of(session, remedy, remedy.action)
            ledger.begin_attempt(session, delivery, remedy.action, request, claim.owner, now)
            sending.append(delivery)
    return acting, sending


def _advise(session: Session, remedy: Remedy, item: Item, now: datetime) -> None:
    if ask(session, _SAID, recall=remedy.recall_id, account=remedy.account_id).first() is not None:
        return
    recall = session.get_one(Recall, remedy.recall_id)
    origin = origin_of(session, session.get_one(Story, item.story_id))
    enter(
        session, Advisory, origin_id=origin.id, account_id=remedy.account_id, recall_id=recall.id,
        kind=SAYS[remedy.action], sentence=recall.notice, at=now,
    )  # fmt: skip


def _put_off(house: House, acting: Sequence[Remedy], error: Exception, now: datetime) -> None:
    words = (
        f"写入磁盘失败（{error.strerror}），请检查磁盘空间和权限；稍后自动重试。"
        if isinstance(error, OSError)
        else f"{error}"
    )
    with session_scope(house.engine) as session:
        for remedy in acting:
            recalls.end_attempts(session, remedy, remedy.action, type(error).__name__, now)
            again = now + outcome.back_off(max(1, remedy.attempts))
            recalls.step(session, remedy, "put_off", actor=ACTOR, now=now, reason=words, next_at=again)
    crash.point("remedy.kept")


# --------------------------------------------------------------------------- packages for people


def give_to_a_person(house: House, remedy: Remedy, now: datetime) -> None:
    """What somebody has to do in the platform's console: first the package, then the row, so a row never lacks one."""
    with read_scope(house.engine) as session:
        _, delivery, account = recalls.place_of(session, remedy)
        words, _ = recalls.words_of(account, remedy)
        files = packages.contents(house, session, delivery, now, remedy)
        recall, after = session.get_one(Recall, remedy.recall_id), recalls.overtaken_by(session, remedy)
    packing.put(house, delivery, files)
    crash.point("remedy.announced")
    is_handed = delivery.state == "handed_over"
    reason = f"这一份在代发人手里：{packages.unposted(remedy)}；已经发了的，{words}。" if is_handed else f"{words}。"
    if after is not None:
        reason = packages.not_any_more(recall, after)
    with session_scope(house.engine) as session:
        recalls.hand(session, remedy, reason, now)
    crash.point("remedy.kept")


def unchanged(session: Session, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Those that are still as they were claimed: a recall may have taken some back since."""
    seen = {one.id: (one.state, one.fence) for one in deliveries}
    now = {number: (state, fence) for number, state, fence in ask(session, _NOW, those=list(seen))}
    return [one for one in deliveries if now.get(one.id) == seen[one.id]]
