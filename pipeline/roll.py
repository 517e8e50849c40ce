"""The accounts as renderers see them, for the pages of the newsroom: read again when a unit was given another look, the
house another logo, or there are more of them."""

from collections.abc import Iterator, Sequence
from typing import overload

from sqlmodel import Session, col, func, select

from channels.values import Profile
from cms.db import read_scope
from cms.matrix import Account, looks, profiles_of
from cms.people import Workspace
from pipeline.house import House


class Roll(Sequence[Profile]):
    """Every account of the house, in the order they were made."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: tuple[object, tuple[Profile, ...]] = (None, ())

    @overload
    def __getitem__(self, at: int) -> Profile: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Profile]: ...

    def __getitem__(self, at: int | slice) -> Profile | Sequence[Profile]:
        return self._now()[at]

    def __len__(self) -> int:
        return len(self._now())

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._now())  # one reading, not one an account

    def _now(self) -> tuple[Profile, ...]:
        with read_scope(self._house.engine) as session:
            mark = _mark(session)
            if self._known[0] != mark:
                ids = list(session.exec(select(Account.id).order_by(col(Account.id))))
                found = profiles_of(session, ids)
                self._known = (mark, tuple(found[number] for number in ids))
        return self._known[1]


def _mark(session: Session) -> object:
    newest = session.exec(select(func.max(Account.id))).one()
    return newest, looks.mark(session), session.exec(select(Workspace.logo)).first()
