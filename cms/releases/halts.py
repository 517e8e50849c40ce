"""What may not start although it is due: stopped stories (撤稿、更正), frozen scopes (停发), what waits for a remedy,
a flash that is over (解除), a story that was edited since its sign-off (I6), what was adopted while the province still
has it later (不抢先).

One condition, asked wherever work is taken up and once more in the transaction that says it is being sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cms.db import UtcTime, ask, fetch
from cms.matrix import Account, unit_paths
from cms.people import name_of
from cms.releases.recall_rows import Exemption, Freeze, Recall, Remedy, Stop
from cms.releases.rows import Delivery, Item, PushArticle, Release
from cms.review import Affirmation, SealedSet, SignError, Submission, check_unchanged
from cms.stories import Column, Revision, Story

DONE = "done"
EDITED = "稿件在签发后改过"
Moment = datetime | ColumnElement[datetime]
NOW: ColumnElement[datetime] = bindparam("now", type_=UtcTime())
"""The time of a statement that is built once and asked many times: given with it as ``now``."""
_ANY = select(Freeze.id).where(col(Freeze.thawed_at).is_(None)).limit(1)
_STANDING = select(Freeze).where(col(Freeze.thawed_at).is_(None)).order_by(col(Freeze.id))
_LET = (
    select(Exemption)
    .where(col(Exemption.freeze_id).in_(bindparam("wanted", expanding=True)), col(Exemption.ended_at).is_(None))
    .order_by(col(Exemption.id))
)


@dataclass(frozen=True)
class _Lets:
    """What a freeze lets go all the same (豁免), by number and by words."""

    units: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()
    stories: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[Exemption]) -> "_Lets":
        return cls(
            units=tuple(one.unit_id for one in rows if one.unit_id is not None),
            accounts=tuple(one.account_id for one in rows if one.account_id is not None),
            stories=tuple(one.story_id for one in rows if one.story_id is not None),
            topics=tuple(one.topic for one in rows if one.topic),
        )


@dataclass(frozen=True)
class _Scope:
    """What a freeze covers. ``units``: those below the one it names, None when it names none. ``written``: only flashes
    written since then go, where it lets them go."""

    units: tuple[int, ...] | None
    channel: str
    topic: str
    lets_flash: bool
    written: datetime | None
    lets: _Lets


@dataclass(frozen=True, eq=False)
class Frozen:
    """The scopes of the freezes that stand, as conditions on ``Delivery``. There is one of it for the same scopes, so a
    statement can be built once for it."""

    conditions: tuple[ColumnElement[bool], ...]

    def __iter__(self) -> Iterator[ColumnElement[bool]]:
        return iter(self.conditions)


def may_start(session: Session, now: Moment) -> ColumnElement[bool]:
    """The deliveries that may be put in place or sent at ``now``, as a condition on ``Delivery``."""
    return unless(now, frozen(session))


def frozen(session: Session) -> Frozen:
    """The scopes of the freezes that stand."""
    rows = freezes(session)
    lets = exemptions(session, rows)
    return _frozen(tuple(_scope(session, one, lets[one.id]) for one in rows))


@lru_cache(maxsize=64)
def _frozen(scopes: tuple[_Scope, ...]) -> Frozen:
    return Frozen(tuple(_within(one) for one in scopes))


def unless(now: Moment, scopes: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The deliveries nothing stands against but the frozen ``scopes``, and those not in them."""
    stands = (_is_stopped(), _waits(), _is_over(now), is_edited(), _is_ahead(now))
    return and_(*(not_(one) for one in (*stands, *scopes)))


def freezes(session: Session) -> list[Freeze]:
    """The freezes that stand. By the row, not by anybody's clock: one that lags must not send for a second more."""
    is_any = ask(session, _ANY).first() is not None
    return fetch(session, _STANDING) if is_any else []


def exemptions(session: Session, rows: Sequence[Freeze]) -> dict[int, list[Exemption]]:
    """What each of these freezes lets go (豁免), by its number; those ended are left out."""
    found: dict[int, list[Exemption]] = {one.id: [] for one in rows}
    for one in fetch(session, _LET, wanted=list(found)) if found else ():
        found[one.freeze_id].append(one)
    return found


def startable(session: Session, deliveries: Iterable[Delivery], now: datetime) -> set[int]:
    """The ids of those that may start now."""
    scopes = frozen(session)
    query = _startable(scopes)
    return set(ask(session, query, wanted=[one.id for one in deliveries], now=now).scalars())


@lru_cache(maxsize=64)
def _startable(scopes: Frozen) -> SelectOfScalar[int]:
    mine = col(Delivery.id).in_(bindparam("wanted", expanding=True))
    return select(Delivery.id).where(mine, unless(NOW, scopes))


def against(session: Session, delivery: Delivery) -> list[Freeze]:
    """The standing freezes that stop this delivery."""
    mine = select(Delivery.id).where(Delivery.id == delivery.id)
    return [one for one in freezes(session) if session.exec(mine.where(is_in(session, one))).first() is not None]


def _is_stopped() -> ColumnElement[bool]:
    """A recall stands against a story it carries (I8)."""
    return (
        select(Item.id)
        .join(Stop, col(Stop.origin_id) == col(Item.origin_id))
        .where(
            col(Item.delivery_id) == col(Delivery.id),
            col(Stop.lifted_at).is_(None),
            col(Item.manuscript_hash) != col(Stop.keep_hash),
            or_(col(Stop.story_id).is_(None), col(Stop.story_id) == col(Item.story_id)),
        )
        .exists()
    )


def _waits() -> ColumnElement[bool]:
    """It replaces a copy that a remedy has not cleared away yet."""
    return select(Remedy.id).where(col(Remedy.replacement_id) == col(Delivery.id), col(Remedy.state) != DONE).exists()


def _is_over(now: Moment) -> ColumnElement[bool]:
    """It carries a flash whose time has passed: nobody must read it as news."""
    return and_(col(Delivery.expires_at).is_not(None), col(Delivery.expires_at) <= now)


def _is_ahead(now: Moment) -> ColumnElement[bool]:
    """A story it carries, alone or in a push, was adopted (采用) from a unit that has it later, still to come: that one
    goes first. Its own slot counts too, for what is due with the unit above is put in place beforehand."""
    article, source = aliased(Delivery), aliased(Release)
    still = select(article.id).where(col(article.release_id) == col(source.id), col(article.state) != "cancelled")
    adopted = (
        select(Submission.id)
        .join(SealedSet, col(SealedSet.id) == col(Submission.source_set_id))
        .join(source, col(source.id) == col(SealedSet.release_id))
        .where(
            col(source.due_at) > now, col(source.due_at) > col(Delivery.due_at), still.correlate(source).exists()
        )
    )  # fmt: skip
    bound = (
        select(article.release_id)
        .join(PushArticle, col(PushArticle.source_id) == col(article.id))
        .where(col(PushArticle.delivery_id) == col(Delivery.id))
    )
    alone = adopted.where(col(Submission.release_id) == col(Delivery.release_id)).correlate(Delivery)
    together = adopted.where(col(Submission.release_id).in_(bound.correlate(Delivery))).correlate(Delivery)
    return or_(alone.exists(), together.exists())


def is_edited() -> ColumnElement[bool]:
    """A story it carries says something else than what was signed (I6), and no signer said that it goes out all the
    same. The text of a correction voids nothing: its order says what becomes of each copy."""
    last = aliased(Revision)
    return (
        select(Item.id)
        .join(last, col(last.story_id) == col(Item.story_id))
        .where(col(Item.delivery_id) == col(Delivery.id), *_says_else(last))
        .correlate(Delivery)
        .exists()
    )


def _says_else(last: type[Revision]) -> tuple[ColumnElement[bool], ...]:
    known = aliased(Revision)
    number = select(func.max(Revision.number)).where(col(Revision.story_id) == col(Item.story_id))
    is_known = and_(
        col(known.story_id) == col(last.story_id),
        or_(
            col(known.id) == col(last.id),
            and_(col(known.manuscript_hash) == col(last.manuscript_hash), col(known.manuscript_hash) != ""),
        ),
    )
    affirmed = (
        select(Affirmation.id)
        .join(known, col(known.id) == col(Affirmation.revision_id))
        .where(col(Affirmation.release_id) == col(Delivery.release_id), is_known)
    )
    corrected = select(Recall.id).join(known, col(known.id) == col(Recall.revision_id)).where(is_known)
    return (
        col(last.number) == number.correlate(Item).scalar_subquery(),
        col(last.manuscript_hash) != col(Item.manuscript_hash),
        not_(affirmed.correlate(Delivery, last).exists()),
        not_(corrected.correlate(last).exists()),
    )


_LAST = aliased(Revision)
_EDITED = (
    select(Delivery.id, _LAST.id)
    .join(Item, col(Item.delivery_id) == col(Delivery.id))
    .join(_LAST, col(_LAST.story_id) == col(Item.story_id))
    .where(col(Delivery.id).in_(bindparam("wanted", expanding=True)), *_says_else(_LAST))
    .order_by(col(Item.position).desc())
)


def edited(session: Session, deliveries: Iterable[Delivery]) -> dict[int, Revision]:
    """Those among them that carry a story edited since its sign-off, each with what the first such story says now."""
    found = ask(session, _EDITED, wanted=[one.id for one in deliveries])
    return {number: session.get_one(Revision, last) for number, last in found}


def why_edited(session: Session, last: Revision) -> str:
    """Why a delivery is held since its story was edited, in one sentence with the remedy."""
    who = name_of(session, last.author)
    return f"{EDITED}（{who}存了第 {last.number} 版）：请重新送审，或由签发人确认照签发的那一版发。"


def check_as_signed(session: Session, delivery: Delivery, sealed: SealedSet) -> None:
    """SignError where what was signed may not go out any more without somebody's word: its story says something else
    now."""
    last = edited(session, [delivery]).get(delivery.id) if sealed.complete else None
    if last is not None:
        raise SignError(why_edited(session, last))
    check_unchanged(session, sealed)


def is_in(session: Session, freeze: Freeze, lets: Sequence[Exemption] | None = None) -> ColumnElement[bool]:
    """The deliveries a freeze stops, as a condition on ``Delivery``. ``lets``: other exemptions than those that
    stand."""
    rows = exemptions(session, [freeze])[freeze.id] if lets is None else lets
    return _within(_scope(session, freeze, rows))


def _scope(session: Session, freeze: Freeze, lets: Sequence[Exemption]) -> _Scope:
    units = tuple(sorted(_below(session, freeze.unit))) if freeze.unit else None
    written = freeze.at if freeze.kept_at is not None else None
    return _Scope(units, freeze.channel, freeze.topic, freeze.lets_flash, written, _Lets.of(lets))


def _within(scope: _Scope) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [true()]
    if scope.units is not None or scope.channel:
        accounts = select(Account.id)
        if scope.channel:
            accounts = accounts.where(Account.channel == scope.channel)
        if scope.units is not None:
            accounts = accounts.where(col(Account.unit_id).in_(scope.units))
        found.append(col(Delivery.account_id).in_(accounts))
    if scope.topic:
        found.append(col(Delivery.id).in_(select(Item.delivery_id).where(_is_about([scope.topic]))))
    if scope.lets_flash:
        found.append(not_(_is_flash(scope.written)))
    found += [not_(one) for one in _is_let(scope)]
    return and_(*found)


def _is_flash(written: datetime | None) -> ColumnElement[bool]:
    """A flash (快讯); with ``written``, only one of a release made since then."""
    if written is None:
        return and_(col(Delivery.urgent))
    since = select(Release.id).where(col(Release.created_at) >= written)
    return and_(col(Delivery.urgent), col(Delivery.release_id).in_(since))


def _is_let(scope: _Scope) -> Iterator[ColumnElement[bool]]:
    """What is exempt: by its account, or because nothing the freeze stops is left among its stories. A push goes when
    each of them is exempt, or not of the freeze's topic."""
    lets = scope.lets
    if lets.accounts or lets.units:
        mine = or_(col(Account.id).in_(lets.accounts), col(Account.unit_id).in_(lets.units))
        yield col(Delivery.account_id).in_(select(Account.id).where(mine))
    if not (lets.stories or lets.topics):
        return
    named = or_(col(Item.story_id).in_(lets.stories), col(Item.origin_id).in_(lets.stories))
    is_exempt = or_(named, _is_about(lets.topics)) if lets.topics else named
    is_stopped = and_(not_(is_exempt), _is_about([scope.topic])) if scope.topic else not_(is_exempt)
    yield and_(
        col(Delivery.id).in_(select(Item.delivery_id).where(is_exempt)),
        col(Delivery.id).not_in(select(Item.delivery_id).where(is_stopped)),
    )


def _is_about(topics: Sequence[str]) -> ColumnElement[bool]:
    """The stories of one of these columns, or with these words in their headline or their original's, as a condition
    on ``Item``."""
    columns = select(Column.id).where(or_(col(Column.slug).in_(topics), col(Column.title).in_(topics)))
    said = (col(Story.headline).contains(one, autoescape=True) for one in topics)
    found = select(Story.id).where(or_(col(Story.column_id).in_(columns), *said))
    return or_(col(Item.story_id).in_(found), col(Item.origin_id).in_(found))


def _below(session: Session, slug: str) -> list[int]:
    """The unit with this slug and everything under it."""
    return [number for number, path in unit_paths(session).items() if slug in path]
