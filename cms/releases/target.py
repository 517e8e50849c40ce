"""Where a release goes, as a person writes it: ``channel=feed,site unit=chengdu``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from cms.matrix import Account, unit_paths

_FIELDS = {"channel": "渠道", "unit": "单位"}


class TargetError(ValueError):
    """The target cannot be understood, or names nothing we have."""


@dataclass(frozen=True, slots=True)
class Target:
    """Channels and units; an empty one means all. A unit stands for itself and, unless it is ``alone``, everything
    below it."""

    channels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    alone: bool = False

    def takes(self, channel: str, unit_path: Sequence[str]) -> bool:
        """Whether an account of this channel, of the unit at the end of this path, is meant."""
        in_channel = not self.channels or channel in self.channels
        own = unit_path[-1:] if self.alone else unit_path
        return in_channel and (not self.units or bool(set(self.units) & set(own)))


def parse_target(text: str) -> Target:
    """The target ``text`` says: channel=… and unit=…, values with commas, ``*`` or nothing for all."""
    said: dict[str, tuple[str, ...]] = {}
    for word in text.split():
        name, equals, values = word.partition("=")
        if not equals or name not in _FIELDS:
            raise TargetError(f"看不懂“{word}”，请写成 channel=feed,site unit=chengdu 的形式。")
        if name in said:
            raise TargetError(f"{_FIELDS[name]}（{name}=）写了两次，请用逗号并成一处。")
        said[name] = _values(word, values)
    return Target(said.get("channel", ()), said.get("unit", ()))


def _values(word: str, text: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in text.replace("，", ",").split(",") if value))
    if not values:
        raise TargetError(f"“{word}”后面没有内容，请写名称，或用 * 表示全部。")
    return () if "*" in values else values


def accounts_of(session: Session, targets: Collection[Target]) -> list[Account]:
    """The accounts meant by any of ``targets``; TargetError for an unknown name or an empty choice."""
    accounts = list(session.exec(select(Account).order_by(col(Account.id))))
    paths = unit_paths(session)
    for target in targets:
        _check("channel", target.channels, {account.channel for account in accounts})
        _check("unit", target.units, {slug for path in paths.values() for slug in path})
    found = [
        account
        for account in accounts
        if any(target.takes(account.channel, paths[account.unit_id]) for target in targets)
    ]
    if not found:
        raise TargetError("没有符合条件的账号，请放宽渠道或单位，或先导入账号矩阵。")
    return found


def _check(name: str, values: tuple[str, ...], known: set[str]) -> None:
    for value in values:
        if value not in known:
            raise TargetError(f"没有{_FIELDS[name]}“{value}”，可用的有：{'、'.join(sorted(known)) or '无'}。")
