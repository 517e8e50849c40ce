"""Canonical JSON of the frozen values, in the manner of RFC 8785, and the hashes made from it.

UTF-8, NFC text, sorted keys, no spaces; integers, strings, true and false; a field that holds its
default is absent; a moment is written as ISO 8601. ``decode(encode(x)) == x`` for every value of
``channels.values``.
"""

import hashlib
import json
import types
import typing
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar, cast

from channels import values

T = TypeVar("T")
_TAGGED = {**values.BLOCK_KINDS, **values.INLINE_KINDS}
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


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
    if cls is datetime:
        return value.isoformat()
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
    return _write(plain(value)).encode()


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
    return _builder(hint)(raw)


@cache
def _builder(hint: Any) -> Callable[[Any], Any]:
    """The function that builds ``hint``: what a type is made of is looked up once, not once a value."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return partial(_literal, arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return partial(_members, arguments[0])
    if origin is tuple:
        return partial(_places, arguments)
    if origin in (types.UnionType, typing.Union):
        rest = [option for option in arguments if option is not type(None)]
        tags = {kind: cls for kind, cls in _TAGGED.items() if cls in rest}
        return partial(_choice, tags, rest[0] if len(rest) == 1 else None)
    if is_dataclass(hint):
        return partial(_value, cast(type, hint))
    return partial(_scalar, hint)


def _literal(options: tuple[Any, ...], raw: Any) -> Any:
    if raw not in options:
        raise TypeError(f"{raw!r} is not one of {options}")
    return raw


def _members(hint: Any, raw: Any) -> Any:
    item = _builder(hint)
    return tuple([item(one) for one in raw])


def _places(hints: tuple[Any, ...], raw: Any) -> Any:
    return tuple([_builder(hint)(one) for hint, one in zip(hints, raw, strict=True)])


def _choice(tags: dict[str, type], only: Any, raw: Any) -> Any:
    if isinstance(raw, dict) and raw.get("kind") in tags:
        return _value(tags[raw["kind"]], raw)
    if raw is None:
        return None
    if only is not None:
        return _builder(only)(raw)
    raise TypeError(f"unknown block {raw.get('kind') if isinstance(raw, dict) else raw!r}")


def _value(cls: type, raw: Any) -> Any:
    parts = _parts(cls)
    return cls(**{key: parts[key](item) for key, item in raw.items() if key != "kind" or "kind" in parts})


def _scalar(hint: Any, raw: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(raw)
    if hint in (str, int, bool) and type(raw) is not hint:
        raise TypeError(f"{raw!r} is not {hint.__name__}")
    return raw


@cache
def _parts(cls: type) -> dict[str, Callable[[Any], Any]]:
    """How each field of a value class is built."""
    hints = typing.get_type_hints(cls, vars(values))
    return {f.name: _builder(hints[f.name]) for f in fields(cls)}
