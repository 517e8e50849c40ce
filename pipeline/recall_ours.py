"""Copies without an interface: our own pages and feeds, which say at once what we want, and packages for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from channels.contract import ChannelError
from channels.values import Profile
from cms import recalls, releases, review
from cms.db import ask, enter, read_scope, session_scope
from cms.people import duty
from cms.releases import Advisory, Delivery, Item, Recall, Remedy
from cms.stories import Story, origin_of
from pipeline import adding, crash, ledger, outcome, standing
from pipeline.files import sync
from pipeline.house import House
from pipeline.ledger import Claim
from pipeline.packing import INSTRUCTIONS, OVER, clear, leave_word, pack_bytes
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


def give_to_a_person(house: House, profile: Profile, remedy: Remedy, now: datetime) -> None:
    """What somebody has to do in the platform's console: first the package, then the row, so a row never lacks one."""
    with read_scope(house.engine) as session:
        item, delivery, account = recalls.place_of(session, remedy)
        recall = session.get_one(Recall, remedy.recall_id)
        words, remains = recalls.words_of(account, remedy)
        sealed = session.get(review.SealedSet, remedy.sealed_set_id) if remedy.sealed_set_id else None
        signoff = review.printed_line(session, sealed) if sealed else ""
        was_handed = delivery.state == "handed_over"
        person = duty.called(session, duty.login_on_duty(session, account.unit_id), account.unit_id)
        is_small = recalls.leaves_no_room(account, remedy)
        headline = session.get_one(Story, item.story_id).headline
        others = recalls.beside(session, remedy)
        after = recalls.overtaken_by(session, remedy)
    is_over = recall.kind == "expiry"
    asked = next((order for _, order in others if (order.kind == "expiry") != is_over), None)
    if recalls.is_deleted(remedy, recall):
        asked = None  # what is deleted needs nothing else said of it
    brings_text = (
        after is None
        and bool(remedy.rendition_hash)
        and remedy.action == "by_hand"
        and not recalls.is_remark(remedy.rule)
    )
    folder = house.handover / delivery.key
    changes = _changes(house, remedy, item, delivery) if brings_text and is_small else ""
    if not is_over or asked is None:
        clear(folder, keep=OVER if asked is not None else "")
    if brings_text:
        signed = [signoff] * len(delivery.stories)
        pack_bytes(house, profile, delivery, remedy.rendition_hash, signed, folder, fresh=False)
    said = _instructions(
        recall, remedy, item, words, remains, person, was_handed=was_handed, brings_text=brings_text, changes=changes,
        over=f"【已解除】{headline}。{recall.notice}" if is_over else "", asked=asked,
    )  # fmt: skip
    if after is not None:
        said = _taken_back(recall, remedy, item, after, person, was_handed=was_handed)
    leave_word(folder, said, OVER if is_over else INSTRUCTIONS)
    crash.point("remedy.announced")
    reason = f"{words}。" if not was_handed else f"这一份在代发人手里：{_unposted(remedy)}；已经发了的，{words}。"
    if after is not None:
        reason = _not_any_more(recall, after)
    with session_scope(house.engine) as session:
        recalls.hand(session, remedy, reason, now)
    crash.point("remedy.kept")


def _unposted(remedy: Remedy) -> str:
    """What is done about a package that nobody posted yet."""
    if remedy.replacement_id is None:
        return "还没有发的不要再发"
    return "还没有发的，旧的不要再发，登记“从来没有发过”，更正版马上作为新的代发包交来，改发那一份"


def _changes(house: House, remedy: Remedy, item: Item, delivery: Delivery) -> str:
    """The few characters of the body that change, as a person reads them."""
    old, new = (
        house.rendition(one).parts[item.position - 1] for one in (delivery.rendition_hash, remedy.rendition_hash)
    )
    return standing.changes(old.body, new.body)


def _instructions(
    recall: Recall,
    remedy: Remedy,
    item: Item,
    words: str,
    remains: str,
    person: str,
    *,
    was_handed: bool,
    brings_text: bool,
    changes: str,
    over: str,
    asked: Recall | None,
) -> str:
    see = INSTRUCTIONS if over else OVER
    lines = [
        f"{recalls.KIND_NAMES[recall.kind]}令 {recall.id}　处置 {remedy.id}",
        f"给读者的说明：{recall.notice}",
        f"文章地址：{item.address or '（还没有登记）'}",
        f"{_unposted(remedy)}。" if was_handed else "",
        f"要做的：{words}。",
        f"可以照抄：{over}" if over else "",
        f"由谁做：{person}。",
        f"只改这几个字：{changes}。别处不动；改好的样子在本文件夹里，可以对照。" if changes else "",
        "更正版在本文件夹里，请整篇照它改。" if brings_text and not changes else "",
        f"做完之后：{remains}。" if remains else "",
        f"做完登记：yigao done {remedy.id} --by 登录名 --note 做了什么",
        "　　地址变了加 --address 新地址，从没发布过加 --not-posted。",
        f"另有{recalls.KIND_NAMES[asked.kind]}令 {asked.id} 也要办，见本文件夹的“{see}”，两件分别登记。"
        if asked
        else "",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _not_any_more(recall: Recall, after: Recall) -> str:
    """What somebody who has a correction in hand is told once a newer one went back on it."""
    was, now = (f"{recalls.KIND_NAMES[one.kind]}令 {one.id}" for one in (recall, after))
    return (
        f"{was}已由{now}改回，不要再照它办。还没有动的，登记“办不了”，写明没有动过；已经办了的，照实登记办好了，"
        f"再按{now}改回来。"
    )


def _taken_back(recall: Recall, remedy: Remedy, item: Item, after: Recall, person: str, *, was_handed: bool) -> str:
    lines = [
        f"{recalls.KIND_NAMES[recall.kind]}令 {recall.id}　处置 {remedy.id}",
        _not_any_more(recall, after),
        f"给读者的说明改为：{after.notice}",
        f"文章地址：{item.address or '（还没有登记）'}",
        f"由谁登记：{person}。",
        f"没有动过：yigao done {remedy.id} --by 登录名 --note 没有动过 --cannot",
        f"已经办了：yigao done {remedy.id} --by 登录名 --note 做了什么",
        f"从来没有发过：yigao done {remedy.id} --by 登录名 --note 没有发 --not-posted，新的一份马上作为代发包交来"
        if was_handed
        else "",
        "登记之前，本文件夹里没有可以发的稿件；没有动过的登记以后，原来那一份放回这里。" if was_handed else "",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def unchanged(session: Session, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Those that are still as they were claimed: a recall may have taken some back since."""
    seen = {one.id: (one.state, one.fence) for one in deliveries}
    now = {number: (state, fence) for number, state, fence in ask(session, _NOW, those=list(seen))}
    return [one for one in deliveries if now.get(one.id) == seen[one.id]]
