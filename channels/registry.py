"""Finds the channels: our own folders and installed entry points (``yigao.channels``) the same way."""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

import channels
from channels.contract import AdministratorError, Channel

_ROOMS = {"making"}


@cache
def all_channels() -> dict[str, Channel]:
    """Every channel by name; an object that does not keep the contract is refused by name."""
    found: dict[str, Channel] = {}
    for module in pkgutil.iter_modules(channels.__path__):
        if module.ispkg and module.name not in _ROOMS:
            _add(found, importlib.import_module(f"channels.{module.name}").channel, module.name)
    for point in entry_points(group="yigao.channels"):
        _add(found, point.load(), point.name)
    return found


def _add(found: dict[str, Channel], channel: object, where: str) -> None:
    if not isinstance(channel, Channel):
        raise AdministratorError(f"渠道 {where} 不符合渠道约定，请检查或卸载这个扩展。", repr(channel))
    if channel.name in found:
        raise AdministratorError(f"渠道名 {channel.name} 重复，请卸载其中一个扩展。", where)
    found[channel.name] = channel


def get(name: str) -> Channel:
    """The channel ``name``; AdministratorError naming the known ones when there is none."""
    known = all_channels()
    if name not in known:
        raise AdministratorError(f"没有渠道“{name}”，可用的有：{'、'.join(sorted(known))}。", name)
    return known[name]
