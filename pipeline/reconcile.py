"""夜间核对: what is really there against the receipts. It tells and writes down; it never repairs, never posts again.
What is there and has no receipt at all is ``pipeline.strangers``.

Gone by the platform or by hand: the delivery is 被平台删除, whoever may decide is told (F08). Altered: the difference
is kept and told once. What could not be asked, for a budget or a platform that was away, is asked again every hour.
What was found gone may come back (an appeal): it is looked for after everything else, for thirty days, as long as the
platforms take over an appeal; an order over it has looks of its own besides (``cms.releases.recheck``).
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from channels import registry
from channels.contract import ChannelError
from channels.slots import story_path
from channels.transport import Listed, Standing
from cms import audit, releases
from cms.db import fetch, read_scope, session_scope
from cms.matrix import Account, Unit
from cms.people import notify
from cms.recalls import came_back
from cms.releases import GONE, Delivery, Item, Receipt, Remedy
from cms.releases.restored import pages_in_doubt, restored
from cms.releases.sightings import SIGHTING_NAMES, Sighting
from cms.stories import Story
from pipeline import sites, standing, strangers
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.verify_sites import PAGE_IN_DOUBT, Survivor, survivors

log = logging.getLogger("yigao.reconcile")
ACTOR = "reconcile"
DAYS = 7
LOST_DAYS = 30
"""So long a copy that was found gone is looked for every night."""
AGAIN = timedelta(hours=1)
"""So long after a look without a clear answer the copy is looked at again: a platform may have taken it away."""
_SIGHTING = select(Sighting).where(Sighting.item_id == bindparam("item"))
_OUT = select(Receipt.delivery_id).where(Receipt.state == "published", col(Receipt.at) >= bindparam("since"))
_HANDLED = select(Remedy.item_id).where(col(Remedy.state).in_(("due", "acting", "unknown", "by_hand")))
_PUBLISHED = (
    select(Delivery, Item, Sighting)
    .join(Item, col(Item.delivery_id) == col(Delivery.id))
    .outerjoin(Sighting, col(Sighting.item_id) == col(Item.id))
    .where(Delivery.account_id == bindparam("account"), col(Item.fate).in_(("published", "amended")))
    .where(col(Delivery.state).in_(("published", "amended")), col(Delivery.id).in_(_OUT))
    .where(col(Item.id).not_in(_HANDLED))
    .order_by(col(Delivery.id), col(Item.position))
)
_LOST = (
    select(Delivery, Item)
    .join(Item, col(Item.delivery_id) == col(Delivery.id))
    .join(Sighting, col(Sighting.item_id) == col(Item.id))
    .where(Item.account_id == bindparam("account"), Item.fate == "removed", col(Item.id).not_in(_HANDLED))
    .where(col(Sighting.since) >= bindparam("since"))
    .order_by(col(Delivery.id), col(Item.position))
)
PATIENCE = 3
"""So many failures in a row, and the rest of the account is left for the next night."""


@dataclass
class Reconciled:
    """What a night came to: how many copies are how, and what was told now (it was not so before)."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    told: list[str] = field(default_factory=list)
    unlisted: dict[str, str] = field(default_factory=dict)
    """The accounts of which not everything they hold could be seen, with why."""

    @property
    def drifts(self) -> int:
        return sum(self.counts[kind] for kind in ("removed", "gone", "altered", "stranger"))


@dataclass(frozen=True, slots=True)
class Seen:
    """One copy as it is now."""

    item: Item
    kind: str
    note: str = ""


def reconcile(house: House, clock: TimeSource, days: int = DAYS, account: str = "") -> Reconciled:
    """Look at every copy published in the last ``days`` and at our own files; of one account, or of all."""
    done = Reconciled()
    with read_scope(house.engine) as session:
        accounts = list(session.exec(select(Account).order_by(col(Account.id))))
    chosen = [one for one in accounts if account in ("", one.key)]
    for one in chosen:
        if one.transport == "api":
            listed = _take_stock(house, one, clock, timedelta(days=days), done)
            waiting = _published(house, one, clock() - timedelta(days=days))
            _ask(house, one, clock, _without_alike(house, waiting, listed, clock(), done), done)
            _look_for(house, one, clock, done)
        elif one.transport == "handover":
            _cannot_ask(house, one, clock() - timedelta(days=days), done)
    _own_files(house, {one.unit_id for one in chosen if one.transport == "files"}, clock, done)
    return done


# --------------------------------------------------------------------------- platforms


Copies = list[tuple[Delivery, list[Item]]]


def _published(house: House, account: Account, since: datetime, unseen: datetime | None = None) -> Copies:
    """What readers should see there; what could not be asked last time first, then what was seen longest ago. Nothing
    that a remedy is at work on, nor, with ``unseen``, what was seen since."""
    found: dict[int, tuple[Delivery, list[Item]]] = {}
    turn: dict[int, tuple[bool, str]] = {}
    with read_scope(house.engine) as session:
        rows = fetch(session, _PUBLISHED, account=account.id, since=since)
    for delivery, item, sighting in rows:
        is_seen = sighting is not None and unseen is not None and sighting.at >= unseen and sighting.kind != "asking"
        if is_seen or (unseen is not None and delivery.changed_at >= unseen):
            continue  # looked at, or adopted by a look-up, since
        found.setdefault(delivery.id, (delivery, []))[1].append(item)
        mine = (not (sighting and sighting.kind == "asking"), sighting.at.isoformat() if sighting else "")
        turn[delivery.id] = min(turn.get(delivery.id, mine), mine)
    return [found[one] for one in sorted(found, key=lambda one: (turn[one], one))]


def _ask(house: House, account: Account, clock: TimeSource, waiting: Copies, done: Reconciled) -> None:
    """One account, within its share of the budget; after a few failures in a row the rest waits for tomorrow."""
    if not waiting:
        return
    try:
        transport, credential = standing.asker(house, account, clock)
    except ChannelError as error:
        for delivery, items in waiting:
            _keep(house, delivery, [Seen(one, "asking", error.sentence) for one in items], clock(), done)
        return
    failures = 0
    for delivery, items in waiting:
        try:
            if failures >= PATIENCE:
                raise ChannelError("前面几份都没有查成，先不再问，下次先查这一份。")
            seen = _seen(house, delivery, items, standing.read(transport, credential, delivery, items))
            failures = 0
        except ChannelError as error:
            failures += 1
            seen = [Seen(one, "asking", error.sentence) for one in items]
        _keep(house, delivery, seen, clock(), done)


def _look_for(house: House, account: Account, clock: TimeSource, done: Reconciled) -> None:
    """What was found gone of late: there again, it is written down, told, and dealt with by the order over it."""
    with read_scope(house.engine) as session:
        rows = fetch(session, _LOST, account=account.id, since=clock() - timedelta(days=LOST_DAYS))
    lost: dict[int, tuple[Delivery, list[Item]]] = {}
    for delivery, item in rows:
        lost.setdefault(delivery.id, (delivery, []))[1].append(item)
    try:
        transport, credential = standing.asker(house, account, clock) if lost else (None, None)
        for delivery, items in lost.values():
            there = standing.read(transport, credential, delivery, items) if credential else ""
            back = [one for one in items if isinstance(there, dict) and _is_live(there.get(one.position))]
            if back:
                _keep_back(house, back, clock(), done)
    except ChannelError as error:
        log.info("%s: what was found gone is looked for the next night: %s", account.key, error)


def _is_live(there: Standing | None) -> bool:
    return there is not None and there.state == "live"


def _keep_back(house: House, back: Sequence[Item], now: datetime, done: Reconciled) -> None:
    with session_scope(house.engine) as session:
        for one in back:
            item = session.get_one(Item, one.id)
            words = came_back(session, item, now)
            if item.fate != "removed":
                _is_new(session, Seen(item, "as_it_should"), item.account_id, now)
            done.counts["back"] += 1
            done.told += [words] if words else []


def _take_stock(
    house: House, account: Account, clock: TimeSource, window: timedelta, done: Reconciled
) -> Sequence[Listed]:
    """What else stands on the account: a call or two of the night's share, before copies are asked about. Its list."""
    stock = strangers.take_stock(house, account, clock, window)
    if stock.waiting:
        done.counts["stranger"] += stock.waiting
    done.told += stock.told
    if stock.note:
        done.unlisted[account.key] = stock.note
    return stock.rows


def _without_alike(house: House, waiting: Copies, rows: Sequence[Listed], now: datetime, done: Reconciled) -> Copies:
    """The copies to ask about one by one. What the account's own list shows just as it was signed is settled by the
    list; whatever it shows otherwise, shortened or not at all proves nothing and is asked about by itself."""
    by_number = {one.remote_id: one for one in rows}
    alike: Copies = []
    left: Copies = []
    with read_scope(house.engine) as session:
        for delivery, items in waiting:
            row = by_number.get(items[0].remote_id.partition(":")[0] or delivery.remote_id)
            is_alike = row is not None and _is_alike(house, session, delivery, items, row)
            (alike if is_alike else left).append((delivery, items))
    if alike:
        _keep_alike(house, alike, now, done)
    return left


def _is_alike(house: House, session: Session, delivery: Delivery, items: Sequence[Item], row: Listed) -> bool:
    """Whether the list shows every story of the delivery, and these with the very words that were signed."""
    if len(row.titles) != len(delivery.stories):
        return False  # one of them is gone: which, the list does not say
    for one in items:
        title, text = row.titles[one.position - 1], row.texts[one.position - 1]
        there = Standing(position=one.position, state="live", title=title, text=text)
        part = standing.signed_part(house, session, delivery, one)
        if not (title and text) or standing.compare(part, there)[0] != "as_it_should":
            return False
    return True


def _seen(house: House, delivery: Delivery, items: Sequence[Item], there: dict[int, Standing] | str) -> list[Seen]:
    if isinstance(there, str):
        return [Seen(one, "not_askable", there) for one in items]
    with read_scope(house.engine) as session:
        parts = {one.id: standing.signed_part(house, session, delivery, one) for one in items}
    return [Seen(one, *standing.compare(parts[one.id], there.get(one.position))) for one in items]


def _cannot_ask(house: House, account: Account, since: datetime, done: Reconciled) -> None:
    """What people posted by hand has no interface to ask."""
    done.counts["not_askable"] += sum(len(items) for _, items in _published(house, account, since))


# --------------------------------------------------------------------------- rows


def _keep(house: House, delivery: Delivery, seen: Sequence[Seen], now: datetime, done: Reconciled) -> None:
    """What was seen, into rows; what was not so before is told."""
    with session_scope(house.engine) as session:
        row = session.get_one(Delivery, delivery.id)
        if (row.state, row.fence) != (delivery.state, delivery.fence):
            return  # somebody is at work on it: it is looked at again
        for one in seen:
            done.counts[one.kind] += 1
            if _is_new(session, one, delivery.account_id, now):
                words = _told(session, row, one)
                done.told.append(words)
                notify(session, f"delivery:{delivery.id}", words, now)
                detail = {"kind": one.kind, "note": one.note, "item": one.item.id}
                if one.kind == "altered":
                    audit.record(session, ACTOR, "sighting.altered", f"item:{one.item.id}", detail, now)
        lost = [one for one in seen if one.kind in ("removed", "gone")]
        _gone(session, row, lost, now)
        if lost:
            session.flush()
            _doubt_pages(session, {one.item.origin_id for one in lost}, now, done)


def _doubt_pages(session: Session, origins: Collection[int], now: datetime, done: Reconciled) -> None:
    """Found gone since a restoring: the house that was lost may have called the story back, so its own pages are put
    before a person (F37)."""
    since = restored(session)
    for item, account in pages_in_doubt(session, since) if since else ():
        if item.origin_id in origins:
            words = f"{account.name}：《{session.get_one(Story, item.story_id).headline}》{PAGE_IN_DOUBT}"
            if not _is_told(session, f"story:{item.story_id}", words):
                done.told.append(words)
                notify(session, f"story:{item.story_id}", words, now, account.unit_id)


def _keep_alike(house: House, alike: Copies, now: datetime, done: Reconciled) -> None:
    """The same for many copies that are as they should be: mostly nothing of them changes but the time."""
    numbers = [one.id for _, items in alike for one in items]
    with session_scope(house.engine) as session:
        states = select(Delivery.id, Delivery.state, Delivery.fence)
        there = {
            number: (state, fence)
            for number, state, fence in session.exec(states.where(col(Delivery.id).in_([one.id for one, _ in alike])))
        }
        known = {one.item_id: one for one in session.exec(select(Sighting).where(col(Sighting.item_id).in_(numbers)))}
        for delivery, items in alike:
            if there.get(delivery.id) == (delivery.state, delivery.fence):  # else somebody is at work on it
                for item in items:
                    done.counts["as_it_should"] += 1
                    _note(session, Seen(item, "as_it_should"), known.get(item.id), delivery.account_id, now)


def _is_new(session: Session, seen: Seen, account_id: int, now: datetime) -> bool:
    """Keep what was seen; whether it is a drift that was not seen before."""
    row = next(iter(fetch(session, _SIGHTING, item=seen.item.id)), None)
    is_new = _note(session, seen, row, account_id, now)
    session.flush()
    return is_new


def _note(session: Session, seen: Seen, row: Sighting | None, account_id: int, now: datetime) -> bool:
    """What was seen into its row, where it has one already; whether it is a drift that was not seen before."""
    if row is None:
        row = Sighting(item_id=seen.item.id, account_id=account_id, kind="", since=now, at=now)
    was = (row.kind, row.note)
    if seen.kind == "asking" and row.kind not in ("", "as_it_should", "asking"):
        return False  # what was known of it still stands
    is_changed = was != (seen.kind, seen.note)
    row.kind, row.note, row.address, row.at = seen.kind, seen.note, seen.item.address, now
    row.since = now if is_changed else row.since
    session.add(row)
    return is_changed and seen.kind in ("removed", "gone", "altered")


def _told(session: Session, delivery: Delivery, seen: Seen) -> str:
    account = session.get_one(Account, delivery.account_id)
    story = session.get_one(Story, seen.item.story_id)
    where = f"“{account.name}”（{registry.get(account.channel).title}）"
    what = f"{where}上的《{story.headline}》{SIGHTING_NAMES[seen.kind]}"
    if seen.kind == "altered":
        return f"{what}：{seen.note}。请查明是谁改的，不会自动改回（yigao why {delivery.key[:8]}）。"
    return f"{what}，不会自动重发：要再发用 yigao retry {delivery.key[:8]}，不再发请按撤稿备案。"


def _gone(session: Session, delivery: Delivery, seen: Sequence[Seen], now: datetime) -> None:
    """The copies readers cannot see any more: of a push, each story by itself until none is left."""
    if not seen:
        return
    items = list(session.exec(select(Item).where(Item.delivery_id == delivery.id)))
    lost = {one.item.id for one in seen}
    reason = "；".join(dict.fromkeys(f"夜间核对：{SIGHTING_NAMES[one.kind]}" for one in seen))
    if all(one.id in lost or one.fate in GONE for one in items):
        releases.move(session, delivery, "remove", actor=ACTOR, now=now, reason=reason)
        return
    for one in items:
        if one.id in lost:
            one.fate = "removed"
            session.add(one)
            audit.record(session, ACTOR, "item.remove", f"item:{one.id}", {"reason": reason}, now)


# --------------------------------------------------------------------------- our own files


def _own_files(house: House, units: set[int], clock: TimeSource, done: Reconciled) -> None:
    """Every file of our sites against the rows (``yigao build --verify``); told once a unit and change."""
    with read_scope(house.engine) as session:
        slugs = {one.slug: one.name for one in session.exec(select(Unit).where(col(Unit.id).in_(units)))}
        known = [one for one in sites.names(session) if one in slugs] if slugs else []
    for unit in known:
        try:
            with sites.held(house, unit, clock()) as site:
                left = survivors(house, site, clock())
                found = [one for one in left if one.counts and one.kind != "doubt"]  # that was told when it was seen
        except ChannelError as error:
            log.info("%s: %s", unit, error)
            done.counts["asking"] += 1
            continue
        _keep_files(house, unit, slugs[unit], found, clock(), done)


def _keep_files(house: House, unit: str, name: str, found: Sequence[Survivor], now: datetime, done: Reconciled) -> None:
    """A page of a story is a copy of it; whatever else is wrong with a site is told with it."""
    bad = {one.path: one.sentence for one in found}
    with session_scope(house.engine) as session:
        query = (
            select(Item, Story, Sighting)
            .outerjoin(Sighting, col(Sighting.item_id) == col(Item.id))
            .where(Item.account_id == Account.id, Account.channel == "site", Account.transport == "files")
            .where(Account.unit_id == Unit.id, Unit.slug == unit, Item.story_id == Story.id)
            .where(col(Item.fate).in_(("published", "amended")))
        )
        news = False
        for item, story, sighting in session.exec(query).all():
            wrong = bad.pop(story_path(story.slug), "")
            seen = Seen(item, "altered" if wrong else "as_it_should", wrong)
            done.counts[seen.kind] += 1
            news = _note(session, seen, sighting, item.account_id, now) or news
        subject, words = f"unit:{unit}", f"微站“{name}”有 {len(found)} 处与台账不符，如 {_first(found)}"
        if found and (news or (bad and not _is_told(session, subject, words))):
            done.told.append(words)
            notify(session, subject, words, now)
        done.counts["altered"] += len(bad)


def _first(found: Sequence[Survivor]) -> str:
    return f"{found[0].path}：{found[0].sentence}" if found else ""


def _is_told(session: Session, subject: str, words: str) -> bool:
    from cms.people import Notice

    query = select(Notice.id).where(Notice.subject == subject, Notice.sentence == words)
    return session.exec(query.limit(1)).first() is not None


# --------------------------------------------------------------------------- by itself


def nightly(house: House, clock: TimeSource) -> bool:
    """Look as of the last 03:10, unless that was done; whether it was done now. A machine that was off then looks as
    soon as it runs; what failed or was cut off is begun anew an hour later."""
    with session_scope(house.engine) as session:
        due = releases.begin_night(session, clock())
    if due is None:
        return False
    done = reconcile(house, clock)
    with session_scope(house.engine) as session:
        releases.end_night(session, due, clock())
    log.info("reconciled: %s", dict(done.counts))
    return True


def ask_again(house: House, clock: TimeSource) -> None:
    """Between the nights: the copies whose last look got no clear answer, an hour after it; and the lists."""
    for one in strangers.unlisted(house, clock() - AGAIN):
        strangers.take_stock(house, one, clock, timedelta(days=DAYS))
    open_look = select(Sighting.item_id).where(Sighting.kind == "asking", col(Sighting.at) <= clock() - AGAIN)
    with read_scope(house.engine) as session:
        wanted = set(session.exec(open_look))
        mine = col(Account.id).in_(select(Item.account_id).where(col(Item.id).in_(wanted)))
        query = select(Account).where(Account.transport == "api", mine).order_by(col(Account.id))
        accounts = list(session.exec(query)) if wanted else []
    for one in accounts:
        out = _published(house, one, clock() - timedelta(days=DAYS))
        left = [(delivery, items) for delivery, items in out if any(each.id in wanted for each in items)]
        _ask(house, one, clock, left, Reconciled())


def after_restoring(house: House, clock: TimeSource) -> None:
    """In a house that was restored, what the rows call out is looked at once, as soon as it can be asked about."""
    with read_scope(house.engine) as session:
        since = restored(session)
        accounts = list(session.exec(select(Account).where(Account.transport == "api"))) if since else []
    for one in accounts:
        if since is not None:
            _ask(house, one, clock, _published(house, one, since.recent, unseen=since.at), Reconciled())
