"""The append-only log: `record` writes the next link of a hash chain, `verify` names the first broken one."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from channels import canonical
from cms.audit.rows import AuditEntry, AuditHead
from cms.db import ask, utc

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Break",
    "Walked",
    "fingerprint",
    "history",
    "record",
    "record_all",
    "verify",
    "verify_entries",
    "walk",
]

_ENTRIES, _HEADS = AuditEntry.__table__, AuditHead.__table__  # type: ignore[attr-defined]
_ALL = sa_select(_ENTRIES).where(_ENTRIES.c.id > bindparam("after")).order_by(_ENTRIES.c.id)
_TOP = sa_select(_HEADS.c.length, _HEADS.c.hash)
_HEAD = _TOP.with_for_update()
_ENTER = insert(_ENTRIES)
_STEP = update(_HEADS).values(length=bindparam("_length"), hash=bindparam("_hash"))


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the log is not what was written: the entry's number and what is wrong."""

    number: int
    sentence: str


def record(session: Session, actor: str, action: str, subject: str, detail: Mapping[str, Any], at: datetime) -> None:
    """Write the next entry. The head row is locked first, so two writers never share a predecessor."""
    record_all(session, actor, action, [(subject, detail)], at)


def record_all(
    session: Session, actor: str, action: str, said: Sequence[tuple[str, Mapping[str, Any]]], at: datetime
) -> None:
    """An entry for each (subject, detail), in order. Plain statements, built once: every change of state ends here."""
    if not said:
        return
    length, previous = ask(session, _HEAD).one()  # what is told of is written before the telling
    rows: list[dict[str, Any]] = []
    for subject, detail in said:
        row = {
            "id": length + 1, "at": utc(at), "actor": actor, "action": action, "subject": subject,
            "detail": canonical.plain(dict(detail)),
        }  # fmt: skip
        length, previous, before = length + 1, _link(previous, row), previous
        rows.append({**row, "previous_hash": before, "hash": previous})
    for one in rows:  # a wall lets the head take no step over an entry
        ask(session, _ENTER, **one)
        ask(session, _STEP, _length=one["id"], _hash=one["hash"])


def fingerprint(entry: AuditEntry) -> str:
    """The hash of everything an entry says, and of the hash before it."""
    said = {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }
    return _link(entry.previous_hash, said)


def _link(previous: str, said: Mapping[str, Any]) -> str:
    """The hash that ties what an entry says to the hash before it."""
    return hashlib.sha256(previous.encode() + canonical.encode({**said, "at": utc(said["at"]).isoformat()})).hexdigest()


@dataclass(frozen=True)
class Walked:
    """How far a chain was found whole: ``number`` entries, the last of them with this hash."""

    number: int = 0
    hash: str = ""


def verify(session: Session) -> Break | None:
    """Walk the whole chain: None when it holds, else the first entry that is changed, missing or extra."""
    found = walk(session, Walked())
    return found if isinstance(found, Break) else None


def walk(session: Session, walked: Walked) -> Walked | Break:
    """The chain from where it was ``walked`` to, by one who walks it again and again; what lies before is not read."""
    session.flush()
    connection = session.connection()
    length, top = connection.execute(_TOP).one()
    entries = connection.execute(_ALL, {"after": walked.number}, execution_options={"yield_per": 1000})
    fault = verify_entries(cast(Iterable[AuditEntry], entries), length, top, walked)
    return fault or Walked(length, top)


def verify_entries(entries: Iterable[AuditEntry], length: int, top: str, walked: Walked | None = None) -> Break | None:
    """The same for entries from anywhere, in order, that should be ``length`` and end in ``top``."""
    number, previous = (walked.number, walked.hash) if walked else (0, "")
    for entry in entries:
        number += 1
        if entry.id != number:
            return Break(number, f"审计记录第 {number} 条缺失。")
        if entry.previous_hash != previous or entry.hash != fingerprint(entry):
            return Break(number, f"审计记录第 {number} 条被改动过。")
        previous = entry.hash
    if (length, top) != (number, previous):
        return Break(number + 1, f"审计记录应有 {length} 条，第 {number + 1} 条起缺失或被改动。")
    return None


def history(session: Session, subject: str) -> list[AuditEntry]:
    """What happened to ``subject``, oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject == subject).order_by(col(AuditEntry.id))
    return list(session.exec(query))
