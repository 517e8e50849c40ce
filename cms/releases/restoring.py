"""恢复后核对: the hold a restoring gives itself, what it names, and the decision that ends it (F37).

What happened between the backup and the restoring is in no row: what was sent, and deleted again; what was called
back, stopped, cancelled, moved, signed. Nobody can list it, so nothing goes out by itself: a freeze over the whole
house stands from the restoring on, in the same transaction, until somebody who may lift one says that it was looked at.
Meanwhile the platforms are asked about everything that could have gone out. What stands there is adopted; what fell due
is held under the freeze, and is given its new time one by one like after any thaw. Flashes written since still go out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, update
from sqlmodel import Session, col, func, select

from channels import registry
from cms import audit
from cms.db import utc
from cms.matrix import Account
from cms.people import Scope, notify
from cms.people.mandates import THAW, check_may
from cms.releases import freeze
from cms.releases.freeze import FreezeError, Thawed
from cms.releases.kept_gone import gone_pages, kept_gone_on
from cms.releases.recall_rows import Freeze, Remedy
from cms.releases.restored import UNDER_WAY, Restored, is_cleared, pages_in_doubt, restored, sisters
from cms.releases.rows import Delivery, Release
from cms.releases.states import move
from cms.releases.status import moment
from cms.stories import Story

OVER = "house.restored"
ASKED = tuple(one for one in UNDER_WAY if one != "staged")
READY = ("ready", "staged")
ABSENT = "平台上没有找到"
PUSH = "群发在平台上查不到，请先到平台后台看"
OURS = "自家的网页和订阅，没有平台可查"
BY_HAND = "人工代发的，没有平台可查，请问代发人"
UNASKED = "平台上还没有查过"
WORDS = "恢复备份之后，备份以后发过、撤过、停过什么还没有人核对，什么都不会自己发出"
CALLED_BACK = (
    "恢复备份之后核对，同一稿件在{where}上已经不见了，备份以后可能撤过稿：请查明；确实要发，再逐份定新的时间。"
)
NO_WORD = "还没有确认：请先问清备份以后下过的撤稿、更正、停发，补下以后勾上再确认。"


@dataclass(frozen=True, slots=True)
class Named:
    """A delivery a person has to know of. ``note``: what is known of it; ``gone``: the accounts on which its story was
    found gone, so that the lost house may have called it back; ``push``: no platform lists it, so it is decided on its
    own page."""

    id: int
    key: str
    title: str
    account: str
    due_at: datetime
    push: bool = False
    note: str = ""
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison has come to. ``asked``: those the platforms are still asked about; ``adopted``: found on a
    platform since; ``lost``: called out by the backup, and found gone since; ``stopped``: due meanwhile, waiting for a
    person; ``ahead``: what goes out at its own time once it is over; ``pages``: (account, headline) of our own pages
    whose story was found gone; ``kept_gone``: the same of those that stay gone as the lost house's own sites
    showed them, while nobody has given the retraction again; ``packages``: handed to people before; ``by_hand``:
    remedies people had in hand."""

    since: Restored
    asked: tuple[Named, ...]
    adopted: tuple[Named, ...]
    lost: tuple[Named, ...]
    stopped: tuple[Named, ...]
    ahead: tuple[Named, ...]
    pages: tuple[tuple[str, str], ...]
    packages: tuple[Named, ...]
    by_hand: int
    kept_gone: tuple[tuple[str, str], ...] = ()


def give(session: Session, kept_at: datetime, by: str, reason: str, now: datetime) -> Freeze:
    """Hold the whole house from this transaction on; an earlier restoring nobody ended is this one's from now on."""
    earlier = select(Freeze).where(col(Freeze.kept_at).is_not(None), col(Freeze.thawed_at).is_(None))
    before = list(session.exec(earlier))
    row = Freeze(reason=reason, by=by, at=utc(now), kept_at=utc(kept_at))
    session.add(row)
    session.flush()
    scope, kept = freeze.scope_words(session, row), kept_at.isoformat()
    detail = {"scope": scope, "reason": reason, "lets_flash": True, "kept_at": kept}
    audit.record(session, by, "freeze.begin", f"freeze:{row.id}", detail, now)
    for one in before:
        session.exec(update(Delivery).where(col(Delivery.frozen_by) == one.id).values(frozen_by=row.id))
        one.thawed_by, one.thawed_at = by, utc(now)
        session.add(one)
        why = {"reason": f"又恢复了一次，并入停发 {row.id}"}
        audit.record(session, by, "freeze.thaw", f"freeze:{one.id}", why, now)
    notify(session, f"freeze:{row.id}", f"这里是从 {moment(kept_at)} 的备份恢复的。{WORDS}：请打开“恢复后核对”。", now)
    session.flush()
    return row


def hold_of(session: Session) -> Freeze | None:
    """The hold of a restoring nobody has ended yet."""
    since = restored(session)
    return session.get_one(Freeze, since.hold) if since is not None else None


def compared(session: Session, since: Restored, scope: Scope | None = None) -> Compared:
    """Everything the comparison has to name, as of now, as far as ``scope`` reaches (None: everything)."""
    mine = () if scope is None else (scope.over(Account.unit_id),)
    held = (col(Delivery.frozen_by) == since.hold, col(Delivery.state) == "held")
    adopted = (col(Delivery.state).in_(("published", "amended")), col(Delivery.changed_at) >= since.at)
    gone = (col(Delivery.state) == "removed", col(Delivery.changed_at) >= since.at)
    older = col(Release.created_at) <= since.kept_at
    coming = col(Delivery.state).in_(READY)
    by_hand = select(func.count()).where(Remedy.account_id == Account.id, Remedy.state == "by_hand", *mine)
    return Compared(
        since,
        asked=tuple(_named(session, since, _is_asked(), *mine)),
        adopted=tuple(_named(session, since, *adopted, *mine, older, col(Account.transport) == "api")),
        lost=tuple(_named(session, since, *gone, *mine)),
        stopped=tuple(_named(session, since, *held, *mine, is_told=True)),
        ahead=tuple(_named(session, since, coming, *mine, is_told=True)),
        pages=tuple(
            (account.name, session.get_one(Story, item.story_id).headline)
            for item, account in pages_in_doubt(session, since)
            if scope is None or scope.holds(account.unit_id)
        ),
        packages=tuple(_named(session, since, col(Delivery.state) == "handed_over", *mine)),
        by_hand=session.exec(by_hand).one(),
        kept_gone=tuple(
            (account.name, story.headline)
            for account, story in gone_pages(session)
            if scope is None or scope.holds(account.unit_id)
        ),
    )


def _is_asked() -> ColumnElement[bool]:
    return and_(col(Account.transport) == "api", col(Delivery.state).in_(ASKED))


def count_asked(session: Session) -> int:
    """How many deliveries the platforms are still asked about."""
    query = select(func.count()).where(Delivery.account_id == Account.id, _is_asked())
    return session.exec(query).one()


def _named(session: Session, since: Restored, *conditions: ColumnElement[bool], is_told: bool = False) -> list[Named]:
    query = (
        select(Delivery, Account, Release.title)
        .where(Delivery.account_id == Account.id, Delivery.release_id == Release.id, *conditions)
        .order_by(col(Delivery.due_at), col(Delivery.id))
    )
    found = []
    for one, account, title in session.exec(query):
        where = f"{account.name}（{registry.get(account.channel).title}）"
        push = one.push and account.transport == "api"
        said = (_note(session, one, account, since), gone_on(session, one, since)) if is_told else ()
        found.append(Named(one.id, one.key, title, where, one.due_at, push, *said))
    return found


def _note(session: Session, one: Delivery, account: Account, since: Restored) -> str:
    if account.transport != "api":
        return OURS if account.transport == "files" else BY_HAND
    if is_cleared(session, one, since):
        return ABSENT
    return PUSH if one.push else UNASKED


def gone_on(session: Session, one: Delivery, since: Restored) -> tuple[str, ...]:
    """The accounts on which a story it carries was found gone since the restoring, or stays gone from before."""
    found = (
        item.account_id
        for item, sight in sisters(session, one, since)
        if item.fate == "removed" and sight is not None and sight.at >= since.at and sight.kind != "asking"
    )
    names = (session.get_one(Account, number).name for number in dict.fromkeys(found))
    return tuple(dict.fromkeys([*names, *kept_gone_on(session, one)]))


def confirm(session: Session, by: str, reason: str, now: datetime, *, is_said: bool) -> Thawed:
    """A person has looked at everything: what is ahead goes out at its own time, but what carries a story that was
    found gone; what fell due stays held until it is given a new time. ``is_said``: they asked for the orders that were
    given since the backup, and gave them again. FreezeError when there is nothing to end, something is still being
    asked about, or nobody said so."""
    row = hold_of(session)
    if row is None or (since := restored(session)) is None:
        raise FreezeError("这个工作区没有待结束的恢复后核对。")
    check_may(session, by, THAW, [None])
    if not reason.strip():
        raise FreezeError("请写一句核对了什么，记入审计。")
    if asked := count_asked(session):
        raise FreezeError(f"还有 {asked} 份正在到平台核对，等它们有结果再确认（自动在查，一般几分钟）。")
    if not is_said:
        raise FreezeError(NO_WORD)
    left = {"stopped": 0, "ahead": 0, "called_back": len(_hold_called_back(session, row, since, now))}
    done = freeze.end(session, row, by, reason, now)
    left["stopped"], left["ahead"] = len(done.stopped), done.ahead
    audit.record(session, by, OVER, "house:1", {"left": left, "reason": reason.strip()}, now)
    return done


def _hold_called_back(session: Session, row: Freeze, since: Restored, now: datetime) -> list[Delivery]:
    """What is still ahead of a story that was found gone somewhere waits for a person too."""
    held = []
    for one in session.exec(select(Delivery).where(col(Delivery.state).in_(READY)).order_by(col(Delivery.id))):
        if gone := gone_on(session, one, since):
            words = CALLED_BACK.format(where="、".join(f"“{name}”" for name in gone[:3]))
            free = {"lease_owner": "", "lease_until": None, "next_at": None}
            held.append(move(session, one, "hold", actor="pipeline", now=now, reason=words, frozen_by=row.id, **free))
    return held
