"""What belongs into the folder of a package (代发包) by now: the signed text while nothing stands against posting it,
what an order asks of whoever has it, or nothing.

One answer (``contents``) for giving it to a person, for a house that is built anew from its rows, and for
`yigao build --verify`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from channels.contract import LaterError
from cms import recalls, review
from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit, profiles_of
from cms.people import duty
from cms.releases import Delivery, Item, Recall, Remedy
from cms.releases.flash import has_ended
from pipeline import ledger, standing
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.packing import INSTRUCTIONS as INSTRUCTIONS
from pipeline.packing import OVER as OVER
from pipeline.packing import Files, files_of, put, was_made
from pipeline.signoffs import lines_of
from pipeline.verify_sites import Survivor

OWNER, LEASE = "packages", timedelta(minutes=10)
_ENDED = ("held", "cancelled", "superseded", "withdrawn")
"""Nobody posts it any more, and an order may be why."""
_HALF = ".new-"
STALE = "代发包里还有撤回、更正或解除以前的内容，请运行 yigao build"
PENDING = "要人处置的令已经签发，代发包里还没有换成处置说明，请运行 yigao work"
MISSING = "代发包不在，或缺文件，请运行 yigao build"
ALTERED = "代发包的内容与签发的不一致，请运行 yigao build"
AGED = "代发包是程序升级以前做的，之后没有人动过：要换成现在的做法，请运行 yigao build"


@dataclass(frozen=True, slots=True)
class Told:
    """What an order asks of whoever has a package. ``lines``: label (or "") and words, for any reader; ``beside``: what
    only its file says. ``brings``: the hash of the corrected text that lies beside it, "" without one."""

    remedy: Remedy
    order: Recall
    lines: tuple[tuple[str, str], ...]
    beside: tuple[str, ...]
    brings: str = ""

    @property
    def title(self) -> str:
        return f"{recalls.KIND_NAMES[self.order.kind]}令 {self.order.id}　处置 {self.remedy.id}"

    @property
    def file(self) -> str:
        return OVER if self.order.kind == "expiry" else INSTRUCTIONS

    @property
    def text(self) -> str:
        said = [f"{label}：{words}" if label else words for label, words in self.lines]
        return "\n".join([self.title, *said, *self.beside]) + "\n"


def contents(house: House, session: Session, delivery: Delivery, now: datetime, giving: Remedy | None = None) -> Files:
    """The files of a delivery's package as things stand at ``now``, by their paths; none where nobody is to post it and
    nothing is asked of anybody. ``giving``: a remedy that is being given to a person."""
    stands = recalls.in_hand(session, [delivery.id], now).get(delivery.id, recalls.FREE)
    given = stands.given
    if giving is not None:
        others = tuple(one for one in given if one[0].id != giving.id)
        given = recalls.only_needed((*others, (giving, session.get_one(Recall, giving.recall_id))))
    if given:
        return _of_orders(house, session, delivery, told(house, session, given))
    if delivery.state != "handed_over" or stands.coming or has_ended(delivery, now):
        return {}
    return _signed(house, session, delivery, delivery.rendition_hash, lines_of(session, delivery))


def _of_orders(house: House, session: Session, delivery: Delivery, asked: Sequence[Told]) -> Files:
    """The instructions, and the corrected text where one is brought: none beside a deletion."""
    files: dict[str, bytes] = {}
    brings = next((one for one in reversed(asked) if one.brings), None)
    if brings is not None and not any(recalls.is_deleted(one.remedy, one.order) for one in asked):
        sealed = session.get(review.SealedSet, brings.remedy.sealed_set_id) if brings.remedy.sealed_set_id else None
        line = review.printed_line(session, sealed) if sealed else ""
        files |= _signed(house, session, delivery, brings.brings, [line] * len(delivery.stories))
    for name in (INSTRUCTIONS, OVER):
        words = "\n".join(one.text for one in asked if one.file == name)
        if words:
            files[name] = words.encode()
    return files


def _signed(house: House, session: Session, delivery: Delivery, rendition_hash: str, signoffs: Sequence[str]) -> Files:
    profile = profiles_of(session, [delivery.account_id])[delivery.account_id]
    return files_of(house, profile, delivery, rendition_hash, signoffs)[0]


# --------------------------------------------------------------------------- what a person is told


def told(house: House, session: Session, given: Sequence[recalls.Asked]) -> list[Told]:
    """What each of these orders asks of whoever has the copy."""
    return [_told(house, session, remedy, order, given) for remedy, order in given]


def _told(house: House, session: Session, remedy: Remedy, order: Recall, given: Sequence[recalls.Asked]) -> Told:
    item, delivery, account = recalls.place_of(session, remedy)
    words, remains = recalls.words_of(account, remedy)
    after = recalls.overtaken_by(session, remedy)
    if after is not None:
        return _taken_back(session, remedy, order, after)
    is_over = order.kind == "expiry"
    login = remedy.person or duty.login_on_duty(session, account.unit_id)
    has_text = bool(remedy.rendition_hash) and remedy.action == "by_hand" and not recalls.is_remark(remedy.rule)
    changes = _changes(house, remedy, item, delivery) if has_text and recalls.leaves_no_room(account, remedy) else ""
    lines = (
        ("给读者的说明", order.notice),
        ("文章地址", item.address or "（还没有登记）"),
        ("", f"{unposted(remedy)}。" if delivery.state == "handed_over" else ""),
        ("要做的", f"{words}。"),
        ("可以照抄", f"【已解除】{_title(session, remedy, account)}。{order.notice}" if is_over else ""),
        ("由谁做", f"{duty.called(session, login, account.unit_id)}。"),
        ("只改这几个字", f"{changes}。别处不动。" if changes else ""),
        ("做完之后", f"{remains}。" if remains else ""),
    )
    other = next((one for _, one in given if (one.kind == "expiry") != is_over), None)
    beside = (
        "改好的样子在本文件夹里，可以对照。" if changes else "",
        "更正版在本文件夹里，请整篇照它改。" if has_text and not changes else "",
        f"做完登记：yigao done {remedy.id} --by 登录名 --note 做了什么",
        "　　地址变了加 --address 新地址，从没发布过加 --not-posted。",
        f"另有{recalls.KIND_NAMES[other.kind]}令 {other.id} 也要办，见本文件夹的“{INSTRUCTIONS if is_over else OVER}”，"
        "两件分别登记。"
        if other
        else "",
    )
    return Told(
        remedy, order, tuple(one for one in lines if one[1]), tuple(one for one in beside if one),
        remedy.rendition_hash if has_text else "",
    )  # fmt: skip


def _taken_back(session: Session, remedy: Remedy, order: Recall, after: Recall) -> Told:
    """A newer order went back on this one while a person had it: what they say of it, not what they do."""
    item, delivery, account = recalls.place_of(session, remedy)
    login = remedy.person or duty.login_on_duty(session, account.unit_id)
    is_handed = delivery.state == "handed_over"
    lines = (
        ("", not_any_more(order, after)),
        ("给读者的说明改为", after.notice),
        ("文章地址", item.address or "（还没有登记）"),
        ("由谁登记", f"{duty.called(session, login, account.unit_id)}。"),
    )
    done = f"yigao done {remedy.id} --by 登录名 --note"
    beside = (
        f"没有动过：{done} 没有动过 --cannot",
        f"已经办了：{done} 做了什么",
        f"从来没有发过：{done} 没有发 --not-posted，新的一份马上作为代发包交来" if is_handed else "",
        "登记之前，本文件夹里没有可以发的稿件；没有动过的登记以后，原来那一份放回这里。" if is_handed else "",
    )
    return Told(remedy, order, lines, tuple(one for one in beside if one))


def not_any_more(order: Recall, after: Recall) -> str:
    """What somebody who has a correction in hand is told once a newer one went back on it."""
    was, now = (f"{recalls.KIND_NAMES[one.kind]}令 {one.id}" for one in (order, after))
    return (
        f"{was}已由{now}改回，不要再照它办。还没有动的，登记“办不了”，写明没有动过；已经办了的，照实登记办好了，"
        f"再按{now}改回来。"
    )


def unposted(remedy: Remedy) -> str:
    """What is done about a package that nobody posted yet."""
    if remedy.replacement_id is None:
        return "还没有发的不要再发"
    return "还没有发的，旧的不要再发，登记“从来没有发过”，更正版马上作为新的代发包交来，改发那一份"


def _title(session: Session, remedy: Remedy, account: Account) -> str:
    """What readers saw the copy called."""
    copy = {remedy.id: recalls.borne(session, (remedy.recall_id,))[remedy.id]}
    return recalls.titles_on(session, copy, {remedy.id: account.channel})[remedy.id]


def _changes(house: House, remedy: Remedy, item: Item, delivery: Delivery) -> str:
    """The few characters of the body that change, as a person reads them."""
    old, new = (
        house.rendition(one).parts[item.position - 1] for one in (delivery.rendition_hash, remedy.rendition_hash)
    )
    return standing.changes(old.body, new.body)


# --------------------------------------------------------------------------- all of them, from the rows


def rebuild(house: House, clock: TimeSource, unit: str = "") -> int:
    """Write anew what does not hold what stands, of one unit or of all; how many packages there are. LaterError while
    somebody works on one of the accounts."""
    count = 0
    for account, numbers in _waiting(house, unit):
        with _held(house, account, clock()):
            for number in numbers:
                now = clock()
                with read_scope(house.engine) as session:
                    delivery = session.get_one(Delivery, number)
                    files = contents(house, session, delivery, now)
                if _difference(files, _there(house, delivery)):
                    put(house, delivery, files)
                count += bool(files)
    return count


def wrong(house: House, now: datetime, unit: str = "") -> tuple[int, list[Survivor]]:
    """How many packages there are to be, and those that do not hold what stands at ``now``; what an earlier version
    made, and nobody changed, is told as that."""
    found, count = [], 0
    for account, numbers in _waiting(house, unit):
        for number in numbers:
            with read_scope(house.engine) as session:
                delivery = session.get_one(Delivery, number)
                files = contents(house, session, delivery, now)
                is_pending = bool(recalls.in_hand(session, [number], now).get(number, recalls.FREE).coming)
                slug = str(delivery.stories[0][0])
                mine = session.get_one(Unit, account.unit_id).slug
            count += bool(files)
            there = _there(house, delivery)
            sentence = _difference(files, there)
            if sentence:
                kind, told = "package", PENDING if is_pending else sentence
                if not is_pending and was_made(house, delivery, files, there):
                    kind, told = "aged", AGED
                found.append(Survivor(mine, f"handover/{delivery.key}", kind, told, slug))
    return count, found


def _waiting(house: House, unit: str) -> list[tuple[Account, list[int]]]:
    """The deliveries whose packages are with people, and those an order ended whose folders are still there, by
    account."""
    given = (
        select(Remedy.delivery_id)
        .where(Remedy.account_id == Account.id, col(Remedy.state).in_(("by_hand", "failed")))
        .where(or_(Account.transport == "handover", Remedy.action == "by_hand"))
    )
    ended = (
        select(Remedy.delivery_id)
        .where(Remedy.recall_id == Recall.id, Recall.state != "rejected", Recall.kind != "expiry")
        .where(Remedy.state != "planned", col(Remedy.action).not_in(("none", "watch")))
    )
    is_over = col(Delivery.state).in_(_ENDED)
    query = (
        select(Delivery, Account)
        .where(Delivery.account_id == Account.id)
        .where(or_(Delivery.state == "handed_over", col(Delivery.id).in_(given), is_over & col(Delivery.id).in_(ended)))
        .order_by(col(Account.id), col(Delivery.id))
    )
    if unit:
        query = query.where(Account.unit_id == Unit.id, Unit.slug == unit)
    with read_scope(house.engine) as session:
        rows = session.exec(query).all()
    found: dict[int, tuple[Account, list[int]]] = {}
    for delivery, account in rows:
        if delivery.state in _ENDED and not (house.handover / delivery.key).is_dir():
            continue
        found.setdefault(account.id, (account, []))[1].append(delivery.id)
    return list(found.values())


def _there(house: House, delivery: Delivery) -> Files:
    folder = house.handover / delivery.key
    found = sorted(one for one in folder.rglob("*") if one.is_file() and not one.name.startswith(_HALF))
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in found}


def _difference(planned: Files, there: Files) -> str:
    """What is wrong with a folder; "" when nothing is. Instructions are the same where they are of the same orders:
    their words name who does it, and that changes with every appointment."""
    if not planned:
        return STALE if set(there) - {INSTRUCTIONS, OVER} else ""
    if set(there) - set(planned):
        return STALE
    if set(planned) - set(there):
        return MISSING
    return ALTERED if any(_core(name, planned) != _core(name, there) for name in planned) else ""


def _core(name: str, files: Files) -> bytes:
    if name not in (INSTRUCTIONS, OVER):
        return files[name]
    return files[name].partition(b"\n")[0]


@contextmanager
def _held(house: House, account: Account, now: datetime) -> Iterator[None]:
    """Nobody else works on the account meanwhile."""
    with session_scope(house.engine) as session:
        lane = ledger.take_lane(session, account.id, OWNER, now, now + LEASE)
    if lane is None:
        raise LaterError(f"{account.name}正在发布，请过一分钟再试。", account.key)
    try:
        yield
    finally:
        with session_scope(house.engine) as session:
            ledger.leave(session, account.id, lane[0])
