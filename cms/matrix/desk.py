"""The matrix in the database: units and accounts, kept in step with the file, and read back as profiles."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, select

from channels import registry
from channels.transport import Connected
from channels.values import Profile
from cms.db import ask
from cms.matrix.looks import NEWEST
from cms.matrix.rows import Account, Unit
from cms.matrix.values import Matrix, UnitSpec, transport_of

# Built once: they are read at every step of every delivery.
_UNITS = select(Unit.id, Unit.parent_id, Unit.slug)
_ACCOUNT, _UNIT = Account.__table__.c, Unit.__table__.c  # type: ignore[attr-defined]
_SAID = ("id", "key", "channel", "name", "unit_id", "site_url", "theme", "contact", "settings")
_WITH_UNITS = sa_select(
    *(_ACCOUNT[name] for name in _SAID),
    _UNIT.slug.label("unit"), _UNIT.name.label("unit_name"), _UNIT.short.label("unit_short"),
).where(_ACCOUNT.unit_id == _UNIT.id, _ACCOUNT.id.in_(bindparam("accounts", expanding=True)))  # fmt: skip


def store_matrix(session: Session, matrix: Matrix, channels: Sequence[str], base_url: str = "") -> list[Account]:
    """Write the units and their accounts. Doing it again updates what changed and adds what is new;
    an account's transport is left as it is, for a person may have connected it since."""
    units: dict[str, Unit] = {}
    for spec in matrix.units:
        units[spec.slug] = _store_unit(session, spec, units.get(spec.parent))
    return [
        _store_account(session, profile, units[profile.unit])
        for profile in matrix.profiles(channels, base_url=base_url)
    ]


def _store_unit(session: Session, spec: UnitSpec, parent: Unit | None) -> Unit:
    unit = session.exec(select(Unit).where(Unit.slug == spec.slug)).one_or_none()
    unit = unit or Unit(slug=spec.slug, name=spec.name, short=spec.short)
    unit.name, unit.short, unit.kind, unit.code = spec.name, spec.short, spec.kind, spec.code
    unit.parent_id = parent.id if parent else None
    session.add(unit)
    session.flush()
    return unit


def _store_account(session: Session, profile: Profile, unit: Unit) -> Account:
    account = session.exec(select(Account).where(Account.key == profile.account)).one_or_none()
    account = account or Account(
        key=profile.account,
        channel=profile.channel,
        unit_id=unit.id,
        name=profile.name,
        transport=transport_of(profile.channel),
    )
    account.name, account.theme, account.contact = profile.name, profile.theme, profile.contact
    account.site_url = profile.site_url
    account.settings = {**_told(account), **dict(profile.settings)}
    session.add(account)
    session.flush()
    return account


def _told(account: Account) -> dict[str, str]:
    """The settings that were told when it was connected: no file need say them again."""
    channel = registry.all_channels().get(account.channel)
    if not isinstance(channel, Connected):
        return {}
    names = {one.name for one in channel.secret_fields if one.is_setting}
    return {name: value for name, value in account.settings.items() if name in names}


def unit_paths(session: Session) -> dict[int, tuple[str, ...]]:
    """Every unit's slugs from the top of the tree down to itself, by unit id."""
    above = {one.id: (one.parent_id, one.slug) for one in ask(session, _UNITS)}

    def path(number: int | None) -> tuple[str, ...]:
        if number is None:
            return ()
        parent, slug = above[number]
        return (*path(parent), slug)

    return {number: path(number) for number in above}


def profiles_of(
    session: Session, account_ids: Sequence[int], instead: Mapping[int, Mapping[str, str]] | None = None
) -> dict[int, Profile]:
    """The accounts as renderers see them, by account id: each in the look its unit was given last, under what it sets
    for itself. ``instead``: the looks of units, by number, as they would be."""
    paths, looks = unit_paths(session), {one.unit_id: one.tokens for one in ask(session, NEWEST)} | dict(instead or {})
    found = ask(session, _WITH_UNITS, accounts=list(account_ids))
    return {one.id: _profile(one, paths[one.unit_id], looks.get(one.unit_id, {})) for one in found}


def _profile(account: Any, path: tuple[str, ...], look: Mapping[str, str]) -> Profile:
    settings = {**{f"theme.{name}": value for name, value in look.items()}, **account.settings}
    return Profile(
        account=account.key,
        channel=account.channel,
        unit=account.unit,
        unit_name=account.unit_name,
        unit_short=account.unit_short,
        unit_path=path,
        name=account.name,
        site_url=account.site_url,
        theme=account.theme,
        contact=account.contact,
        settings=tuple(sorted(settings.items())),
    )
