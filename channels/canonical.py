"""Canonical JSON of the frozen values, in the manner of RFC 8785, and the hashes made from it.

UTF-8, NFC text, sorted keys, no spaces; integers, strings, true and false; a field that holds its
default is absent. ``decode(encode(x)) == x`` for every value of ``channels.values``.
"""

import hashlib
import json
import types
import typing
import unicodedata
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, cast

from channels import values

T = TypeVar("T")
_TAGGED = {**values.BLOCK_KINDS, **values.INLINE_KINDS}


def plain(value: Any) -> Any:
    """``value`` as JSON-ready dicts, lists, strings, integers and booleans."""
    cls = type(value)
    if cls is str:
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if cls is int or cls is bool or value is None:
        return value
    if cls is tuple or cls is list:
        return [plain(item) for item in value]
    if cls is dict:
        return {str(key): plain(item) for key, item in value.items()}
    return _plain_value(value, _shape(cast(Any, cls)))


def _plain_value(value: Any, shape: "_Shape") -> dict[str, Any]:
    out: dict[str, Any] = {"kind": shape.kind} if shape.kind else {}
    for name, default in shape.fields:
        item = getattr(value, name)
        if item is not default and item != default:
            out[name] = plain(item)
    return out


@dataclass(frozen=True, slots=True)
class _Shape:
    """A value class: its tag, and (name, default) of the fields that take part in equality, and so in the JSON."""

    kind: str
    fields: tuple[tuple[str, Any], ...]


@cache
def _shape(cls: type) -> _Shape:
    if not is_dataclass(cls):
        raise TypeError(f"not a canonical value: {cls.__name__}")
    kind = getattr(cls, "kind", "")
    return _Shape(
        kind=kind if isinstance(kind, str) else "",
        fields=tuple((f.name, f.default) for f in fields(cls) if f.compare),
    )


def encode(value: Any) -> bytes:
    """The canonical bytes of ``value``."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, hexadecimal."""
    return hashlib.sha256(encode(value)).hexdigest()


def decode(cls: type[T], data: bytes | str) -> T:
    """The value of type ``cls`` in ``data``; ValueError when it is not one."""
    try:
        return typing.cast(T, build(cls, json.loads(data)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a {cls.__name__}: {error}") from error


def build(hint: Any, raw: Any) -> Any:
    """The value ``raw`` (parsed JSON) stands for under the type ``hint``."""
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        if raw not in typing.get_args(hint):
            raise TypeError(f"{raw!r} is not one of {typing.get_args(hint)}")
        return raw
    if origin is tuple:
        args = typing.get_args(hint)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(build(args[0], item) for item in raw)
        return tuple(build(arg, item) for arg, item in zip(args, raw, strict=True))
    if origin in (types.UnionType, typing.Union):
        return _build_union(typing.get_args(hint), raw)
    if is_dataclass(hint):
        hints = _hints(typing.cast(type, hint))
        known = {key: build(hints[key], item) for key, item in raw.items() if key != "kind" or "kind" in hints}
        return typing.cast(type, hint)(**known)
    if hint in (str, int, bool) and type(raw) is not hint:
        raise TypeError(f"{raw!r} is not {hint.__name__}")
    return raw


def _build_union(options: tuple[Any, ...], raw: Any) -> Any:
    if isinstance(raw, dict) and raw.get("kind") in _TAGGED and _TAGGED[raw["kind"]] in options:
        return build(_TAGGED[raw["kind"]], raw)
    rest = [option for option in options if option is not type(None)]
    if raw is None:
        return None
    if len(rest) == 1:
        return build(rest[0], raw)
    raise TypeError(f"unknown block {raw.get('kind') if isinstance(raw, dict) else raw!r}")


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls, vars(values))
    return {f.name: hints[f.name] for f in fields(cls)}
