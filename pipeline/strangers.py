"""清点: everything an account publicly holds, beside what this house knows of: what is left over is 陌生稿.

It is told once and never repaired. No stranger is: what has a receipt (also one taken back since), what is under way
or in doubt on the account (its own look-ups settle that, ``pipeline.doubts``), what is older than the account's
connection (before it, people posted there without this house), and, while a restored house is still being compared,
what carries a key of ours: the house that was lost sent it (F37). Drafts are in no such list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from channels import registry
from channels.contract import ChannelError
from channels.making.matching import Candidate, likeness
from channels.transport import Holdings, Listed, Lists
from cms import audit
from cms.audit import AuditEntry
from cms.db import ask, read_scope, session_scope
from cms.matrix import Account
from cms.people import notify
from cms.releases import STATE_NAMES, TERMINAL, Attempt, Delivery, Item, Receipt, moment
from cms.releases.handling import PREFIX
from cms.releases.restored import restored
from cms.releases.sightings import SIGHTING_NAMES, Sighting, Stocktaking
from pipeline import standing
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.seeing import fingerprint

ACTOR = "reconcile"
CONNECT, DISCONNECT = "account.connect", "account.disconnect"
NO_LIST = "这个平台没有列出全部发布的接口，查不到有没有别的发布，请定期到平台后台看。"
CUT = "发布太多，没有列完：更早的这次没有看到。"
TITLE = 60
_MINE = Delivery.account_id == bindparam("account")
_APART = select(func.max(AuditEntry.id)).where(
    AuditEntry.subject == bindparam("subject"), AuditEntry.action == DISCONNECT
)
# A token given anew is no new connection: what was posted by hand while the old one was dead is told all the same.
_CONNECTED = select(func.min(AuditEntry.at)).where(
    AuditEntry.subject == bindparam("subject"),
    AuditEntry.action == CONNECT,
    col(AuditEntry.id) > func.coalesce(_APART.scalar_subquery(), 0),
)
_TRIED = select(func.min(Attempt.began_at)).where(Attempt.delivery_id == Delivery.id, _MINE)
_NUMBERS = (
    select(Receipt.remote_id).where(Receipt.delivery_id == Delivery.id, _MINE).distinct(),
    select(Delivery.remote_id).where(_MINE).distinct(),
)
_ITEM_NUMBERS = select(Item.remote_id).where(Item.account_id == bindparam("account")).distinct()


@dataclass
class Stock:
    """What a look came to: how many strangers stand there now that nobody has judged, and what was told just now.
    ``rows``: everything the list showed."""

    waiting: int = 0
    told: list[str] = field(default_factory=list)
    note: str = ""
    rows: Sequence[Listed] = ()


def take_stock(house: House, account: Account, clock: TimeSource, window: timedelta) -> Stock:
    """Compare an account that has an interface, as far back as ``window`` and its connection go."""
    now = clock()
    with read_scope(house.engine) as session:
        since = max(connected_at(session, account, now), now - window)
        known = _numbers(session, account)
    try:
        transport, credential = standing.asker(house, account, clock)
        if not isinstance(transport, Lists):
            return Stock(note=NO_LIST)
        held = transport.listed(since, known, credential)
    except ChannelError as error:
        _keep_stock(house, account, now, error.sentence, is_whole=False)
        return Stock(note=error.sentence)
    stock = Stock(note="" if held.complete else CUT, rows=held.rows)
    with session_scope(house.engine) as session:
        # Read after the list was: whatever it shows of ours was written down before it could be there (I3).
        left = _left_over(house, session, account, held.rows)
        for one, hint in left:
            told = _meet(session, account, one, hint, now)
            stock.told += [told] if told else []
        _part(session, account, since, held, {one.remote_id for one, _ in left}, now)
        open_ones = select(func.count()).where(Sighting.account_id == account.id, Sighting.kind == "stranger")
        stock.waiting = session.exec(open_ones.where(Sighting.answer == "")).one()
    _keep_stock(house, account, now, stock.note, is_whole=held.complete)
    return stock


def unlisted(house: House, before: datetime) -> list[Account]:
    """The accounts whose list could not be had when it was last asked for, before then. One that is too long is as long
    an hour later."""
    query = select(Account).where(
        Stocktaking.account_id == Account.id,
        Account.transport == "api",
        col(Stocktaking.note).not_in(("", CUT)),
        col(Stocktaking.at) <= before,
    )
    with read_scope(house.engine) as session:
        return list(session.exec(query.order_by(col(Account.id))))


def connected_at(session: Session, account: Account, now: datetime) -> datetime:
    """Since when only this house should publish there: its connection, the first after it was last disconnected; where
    no such entry is (a house made with its accounts), its first attempt on the account; now, when it never made one."""
    entered: datetime | None = ask(session, _CONNECTED, subject=f"account:{account.key}").scalar()
    tried: datetime | None = entered or ask(session, _TRIED, account=account.id).scalar()
    return tried or now


# --------------------------------------------------------------------------- whose is it


def _numbers(session: Session, account: Account) -> frozenset[str]:
    """Every number of a publication the rows name on this account."""
    found = {number for query in _NUMBERS for number in ask(session, query, account=account.id).scalars()}
    found |= {one.partition(":")[0] for one in ask(session, _ITEM_NUMBERS, account=account.id).scalars()}
    return frozenset(found - {""})


def _left_over(house: House, session: Session, account: Account, rows: Sequence[Listed]) -> list[tuple[Listed, str]]:
    """What nobody here knows of, each with a hint at what it may be."""
    numbers = _numbers(session, account)
    unknown = [one for one in rows if one.titles and one.remote_id not in numbers]
    if not unknown:
        return []
    wanted = {address for one in unknown for address in one.addresses if address}
    addresses = {
        *session.exec(select(Item.address).where(Item.account_id == account.id, col(Item.address).in_(wanted)))
    }
    keyed = _by_key(session, {key for one in unknown for key in one.keys})
    is_compared = restored(session) is None
    under_way = list(
        session.exec(
            select(Delivery).where(Delivery.account_id == account.id, col(Delivery.state).not_in(sorted(TERMINAL)))
        )
    )
    found = []
    for one in unknown:
        if set(one.addresses) & addresses:
            continue
        named = [keyed[key] for key in one.keys if key in keyed]
        if one.keys and not named and not is_compared:
            continue
        if any(_is_settled_elsewhere(session, delivery, account) for delivery in named):
            continue
        if not one.keys and any(_may_be(house, delivery, one) for delivery in under_way):
            continue
        found.append((one, _hint(one, named, account)))
    return found


def _by_key(session: Session, keys: set[str]) -> dict[str, Delivery]:
    """Whose keys these are, also those of an earlier sending."""
    if not keys:
        return {}
    found = {one.key: one for one in session.exec(select(Delivery).where(col(Delivery.key).in_(keys)))}
    earlier = select(Attempt.key, Delivery).where(Attempt.delivery_id == Delivery.id, col(Attempt.key).in_(keys))
    return {**dict(session.exec(earlier).all()), **found}


def _is_settled_elsewhere(session: Session, delivery: Delivery, account: Account) -> bool:
    """Under way, or in doubt: its own look-ups tell; or out without a number this list knows it by (a push, or one
    adopted by its address alone)."""
    if delivery.account_id != account.id:
        return False
    if delivery.state not in TERMINAL:
        return True
    numbers = list(session.exec(select(Item.remote_id).where(Item.delivery_id == delivery.id)))
    return delivery.state in ("published", "amended") and (delivery.push or not any(numbers))


def _may_be(house: House, delivery: Delivery, one: Listed) -> bool:
    """Whether what carries no key is a delivery that is under way, by its words."""
    if not delivery.staged or not delivery.rendition_hash:
        return False
    known = replace(fingerprint(house, delivery), since=one.at)
    if len(known.titles) != len(one.titles):
        return False
    pairs = zip(one.titles, one.texts, strict=True)
    alike = [
        likeness(known, at, Candidate(title=title or text, text=text, carried="", at=one.at))
        for at, (title, text) in enumerate(pairs)
    ]
    return "other" not in alike


def _hint(one: Listed, named: Sequence[Delivery], account: Account) -> str:
    if named:
        first = named[0]
        where = "" if first.account_id == account.id else "另一个账号的"
        state = STATE_NAMES[first.state]
        return f"它带着{where}投递 {first.key[:PREFIX]} 的投递码（那一份现在是“{state}”），可能是有人在后台又发了一次"
    return "它带着本系统的投递码，台账里没有这个码，可能是恢复备份以前发的" if one.keys else ""


# --------------------------------------------------------------------------- rows


def _meet(session: Session, account: Account, one: Listed, hint: str, now: datetime) -> str:
    """Keep it; the words it is told with when it was not known before, else ""."""
    query = select(Sighting).where(
        Sighting.account_id == account.id, Sighting.kind == "stranger", Sighting.remote_id == one.remote_id
    )
    row = session.exec(query).first()
    if row is not None:
        row.at = now
        if row.answer == "gone":  # a list that was unstable had it missing
            row.answer, row.answered_at = "", None
        session.add(row)
        return ""
    title = " / ".join(_short(each) for each in one.titles)
    row = Sighting(
        account_id=account.id, remote_id=one.remote_id, kind="stranger", note=hint, title=title, posted_at=one.at,
        address=next((each for each in one.addresses if each), ""), since=now, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    words = told_as(account, row)
    notify(session, f"stranger:{row.id}", words, now, account.unit_id)
    detail = {"account": account.key, "remote": one.remote_id, "title": title, "address": row.address, "hint": hint}
    audit.record(session, ACTOR, "sighting.stranger", f"sighting:{row.id}", detail, now)
    return words


def told_as(account: Account, row: Sighting) -> str:
    """What, where, since when, and what to do."""
    at = f"，{moment(row.posted_at)} 发的" if row.posted_at else ""
    where = f"{row.address or '没有地址'}{'；' if row.note else ''}{row.note}"
    return (
        f"“{account.name}”（{registry.get(account.channel).title}）上有一篇{SIGHTING_NAMES['stranger']}：《{row.title}》{at}，{where}。"
        f"是我们的就认领，是手工发的就记下，都不是请马上改密码并报网信部门（yigao strangers {row.id}）。"
    )


def _short(words: str) -> str:
    said = " ".join(words.split())
    return said if len(said) <= TITLE else f"{said[: TITLE - 1]}…"


def _part(session: Session, account: Account, since: datetime, held: Holdings, left: set[str], now: datetime) -> None:
    """What was a stranger and is none any more: adopted by its delivery meanwhile, or not there."""
    query = select(Sighting).where(
        Sighting.account_id == account.id, Sighting.kind == "stranger", Sighting.answer == ""
    )
    listed: Mapping[str, Listed] = {one.remote_id: one for one in held.rows}
    for row in session.exec(query):
        is_in_sight = row.posted_at is not None and row.posted_at >= since
        if row.remote_id in left or (row.remote_id not in listed and not (held.complete and is_in_sight)):
            continue
        row.at, row.answered_at = now, now
        if row.remote_id in listed:
            row.answer, row.answered_by, row.answer_reason = "adopted", ACTOR, "台账里已经有这一份的回执。"
        else:
            row.answer = "gone"
        session.add(row)
        audit.record(session, ACTOR, "sighting.answer", f"sighting:{row.id}", {"answer": row.answer}, now)


def _keep_stock(house: House, account: Account, now: datetime, note: str, *, is_whole: bool) -> None:
    with session_scope(house.engine) as session:
        row = session.get(Stocktaking, account.id) or Stocktaking(account_id=account.id, at=now)
        row.at, row.note = now, note
        row.whole_at = now if is_whole else row.whole_at
        session.add(row)
