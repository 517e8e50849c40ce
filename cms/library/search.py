"""Finding assets: whose one may see, by word, licence, kind, unit, what runs out, what nobody uses, what is alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import Session, col, select

from assets.likeness import ALIKE, apart
from cms.library.facts import LibraryError
from cms.library.rows import Asset, AssetApart, AssetUse
from cms.matrix import Unit
from cms.people import Scope

PAGE = 48
SOON = timedelta(days=30)
KIND_NAMES = {"picture": "图片", "video": "视频"}
STATE_NAMES = {"": "在用的", "soon": "30 天内到期", "over": "授权已过期", "unused": "还没有用过", "retired": "已停用"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of assets is narrowed to; "" is all. ``words``: each must stand in its words somewhere."""

    words: str = ""
    licence: str = ""
    kind: str = ""
    unit: str = ""
    state: str = ""
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return any((self.words, self.licence, self.kind, self.unit, self.state))


@dataclass(frozen=True, slots=True)
class Alike:
    """Another asset that looks like one, and in how many of 64 bits it differs."""

    asset: Asset
    bits: int


def province_of(parents: Mapping[int, int | None], unit_id: int) -> int:
    """The unit at the top of the tree a unit stands in."""
    while (above := parents.get(unit_id)) is not None:
        unit_id = above
    return unit_id


def parents(session: Session) -> dict[int, int | None]:
    """The unit above each unit."""
    return dict(session.exec(select(Unit.id, Unit.parent_id)).all())


def readable(session: Session, scope: Scope) -> ColumnElement[bool]:
    """The condition over assets somebody may see: their units' own, and those of their province."""
    if scope.is_everywhere:
        return true()
    above = parents(session)
    return col(Asset.unit_id).in_(scope.ids | {province_of(above, one) for one in scope.ids})


def find(session: Session, scope: Scope, number: int) -> Asset | None:
    """The asset, when they may see it."""
    return session.exec(select(Asset).where(Asset.id == number, readable(session, scope))).one_or_none()


def listed(session: Session, scope: Scope, wanted: Wanted, today: date) -> tuple[list[Asset], int]:
    """A page of assets, the last added first; and how many there are in all."""
    query = select(Asset, func.count().over()).where(readable(session, scope), *_narrowed(wanted, today))
    query = query.order_by(col(Asset.added_at).desc(), col(Asset.id).desc())
    rows = session.exec(query.offset((wanted.page - 1) * PAGE).limit(PAGE)).all()
    return [asset for asset, _ in rows], rows[0][1] if rows else 0


def _narrowed(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    told = [Asset.name, Asset.alt, Asset.keywords, Asset.author, Asset.source]
    made = [or_(*(col(one).contains(word, autoescape=True) for one in told)) for word in wanted.words.split()]
    retired = col(Asset.retired_at)
    made.append(retired.is_not(None) if wanted.state == "retired" else retired.is_(None))
    if wanted.licence:
        made.append(col(Asset.licence) == wanted.licence)
    if wanted.kind:
        made.append(col(Asset.kind) == wanted.kind)
    if wanted.unit:
        made.append(col(Asset.unit_id).in_(select(Unit.id).where(Unit.slug == wanted.unit)))
    if wanted.state == "soon":
        made.append(and_(col(Asset.until) >= today, col(Asset.until) <= today + SOON))
    if wanted.state == "over":
        made.append(col(Asset.until) < today)
    if wanted.state == "unused":
        made.append(~select(AssetUse.asset_hash).where(AssetUse.asset_hash == Asset.hash).exists())
    return made


def running_out(session: Session, scope: Scope, today: date) -> tuple[int, int]:
    """How many assets of these units (their own, not the province's) run out within 30 days, and how many have."""
    query = select(func.count()).where(scope.over(Asset.unit_id), col(Asset.retired_at).is_(None))
    soon = query.where(col(Asset.until) >= today, col(Asset.until) <= today + SOON)
    over = query.where(col(Asset.until) < today)
    return session.exec(soon).one(), session.exec(over).one()


def same_bytes(session: Session, scope: Scope, *hashes: str) -> Asset | None:
    """An asset they may see that is, or was sent as, one of these bytes; one in use rather than one retired."""
    is_same = col(Asset.hash).in_(hashes) | col(Asset.sent_hash).in_(hashes)
    query = select(Asset).where(is_same, readable(session, scope))
    return session.exec(query.order_by(col(Asset.retired_at).is_not(None), col(Asset.id)).limit(1)).first()


def alike(session: Session, scope: Scope, asset: Asset) -> list[Alike]:
    """The assets they may see that look like this one, the nearest first; without those somebody told apart."""
    if not asset.likeness:
        return []
    query = select(Asset.id, Asset.likeness).where(
        readable(session, scope), Asset.id != asset.id, Asset.likeness != "", col(Asset.retired_at).is_(None)
    )
    near = {one: apart(asset.likeness, other) for one, other in session.exec(query)}
    kept = {one: bits for one, bits in near.items() if bits <= ALIKE}
    told = select(AssetApart).where((AssetApart.first_id == asset.id) | (AssetApart.second_id == asset.id))
    for pair in session.exec(told):
        kept.pop(pair.first_id if pair.second_id == asset.id else pair.second_id, None)
    if not kept:
        return []
    rows = session.exec(select(Asset).where(col(Asset.id).in_(kept)))
    return sorted((Alike(one, kept[one.id]) for one in rows), key=lambda one: (one.bits, one.asset.id))


def mine(session: Session, scope: Scope, number: int) -> Asset:
    """The asset, when they may change it; LibraryError when it is one of the province's they only see."""
    found = session.get(Asset, number)
    if found is None or not scope.holds(found.unit_id):
        raise LibraryError("这是上级单位的素材，您可以用，不能改；要改请找它的单位。")
    return found
