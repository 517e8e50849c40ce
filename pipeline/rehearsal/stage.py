"""The stage of a rehearsal: a province of its own in a folder, and the sandbox platforms behind it without a socket.

Never a user's workspace: the house is made anew, and everything in it is of the rehearsal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import event
from sqlmodel import Session, select

from channels.contract import AdministratorError
from channels.making.sandbox import Book, Faults, Straight
from channels.transport import Http
from cms.db import read_scope, session_scope
from cms.matrix import Account, Matrix, UnitSpec, built_in, load_matrix
from cms.matrix.wires import Secret, StoredToken, Vault
from cms.people import Person, appoint, roles
from cms.stories import Column
from pipeline import accounts
from pipeline.house import DATABASE, KEY, House, build_house, open_house
from pipeline.packing import MADE
from pipeline.rehearsal import prose
from pipeline.rehearsal.drawn import DrawnVault
from pipeline.rehearsal.script import SERIES, START, Script
from pipeline.sandboxes import Sandboxes

NAME = "四川省科技厅（演练）"
SITES = "http://127.0.0.1:8000/sites"
SANDBOX = "http://sandbox"
MOST_UNITS = 183
DESK = "desk"
AUTHOR, FIRST, SECOND, CHIEF, EDITOR = "jizhe", "chushen", "fushen", "qianfa", "zhiban"
PEOPLE = ((AUTHOR, "演练记者"), (FIRST, "初审员"), (SECOND, "复审员"), (CHIEF, "签发人"), (EDITOR, "值班编辑"))
ROLES = {
    AUTHOR: roles.REPORTER, FIRST: roles.REVIEWER, SECOND: roles.REVIEWER, CHIEF: roles.SIGNER, EDITOR: roles.EDITOR,
}  # fmt: skip
SMALL = (64, 48)
BOOK = "platforms.db"
HOUSE, REBUILT = "house", "house-again"
"""The house that is built, and the one a backup is restored to after a fire."""


class Clock:
    """Simulated time: it stands until somebody turns it."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """House, platforms with their book's file, clock, and the desk's folder of drafts."""

    house: House
    sandboxes: Sandboxes
    clock: Clock
    desk: Path
    book: Path

    @property
    def now(self) -> datetime:
        return self.clock.now


def province(units: int) -> Matrix:
    """Sichuan with its first ``units`` prefectures; beyond them, counties that do not exist."""
    if not 1 <= units <= MOST_UNITS:
        raise AdministratorError(f"--units 请写 1 到 {MOST_UNITS} 之间的数。")
    found = load_matrix(built_in()).units
    leaves = [one for one in found if one.is_leaf][:units]
    counties = [_county(number) for number in range(1, units - len(leaves) + 1)]
    return Matrix((*(one for one in found if not one.is_leaf), *leaves, *counties))


def _county(number: int) -> UnitSpec:
    slug, name = f"xian-{number}", f"演练第{number}县"
    return UnitSpec(slug=slug, name=name, short=name, kind="县", code=f"99{number:04}", path=("sichuan", slug))


def leaves(matrix: Matrix) -> tuple[str, ...]:
    """The units that publish."""
    return tuple(one.slug for one in matrix.units if one.is_leaf)


def build(root: Path, matrix: Matrix, script: Script, channels: Sequence[str], faults: Faults) -> Stage:
    """A house in ``root`` with every account that has an interface connected to its sandbox."""
    clock = Clock(START)
    vault = DrawnVault(script.seed)
    vault.keep_key(root / HOUSE / KEY)
    house = build_house(root / HOUSE, NAME, matrix, channels, START, demo=True, base_url=SITES)
    if house.engine.dialect.name == "sqlite":
        _hurry(house)
    sandboxes = Sandboxes(Book(root / BOOK, waits=False), clock, faults, sleep=lambda seconds: None)
    house = replace(house, wires=replace(house.wires, vault=vault, dial=_dialler(sandboxes)))
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        _appoint(session)
        session.add_all(
            [
                Column(slug=one.slug, title=one.title, rhythm=one.rhythm, hour=one.hour, push=one.push, opened_at=START)
                for one in SERIES
            ]
        )
    _connect(house, sandboxes)
    return Stage(house, sandboxes, clock, _pictures(root / DESK), root / BOOK)


def moved_to(stage: Stage, root: Path) -> None:
    """The stage goes on in the restored house in ``root``, before the same platforms."""
    house = open_house(root)
    if house.engine.dialect.name == "sqlite":
        _hurry(house)
    vault = stage.house.wires.vault
    stage.house = replace(house, wires=replace(house.wires, vault=vault, dial=_dialler(stage.sandboxes)))


def _appoint(session: Session) -> None:
    """Each may do what the script has them do."""
    session.flush()
    tops = [one for one, _, parent in roles.tree(session).rows if parent is None]
    for person in session.exec(select(Person)).all():
        for unit_id in tops:
            appoint(session, person, ROLES[person.login], unit_id, "rehearsal", START)


def _hurry(house: House) -> None:
    """What is thrown away afterwards need not wait for the disk: a played death loses no page of the system's cache."""

    def unsynced(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    house.engine.dispose()
    event.listen(house.engine, "connect", unsynced)


def _dialler(sandboxes: Sandboxes) -> Callable[[Account, Mapping[str, str]], Http]:
    """The way to a platform that goes to its sandbox in this process: one client an address."""
    clients: dict[str, Http] = {}

    def dial(account: Account, secrets: Mapping[str, str]) -> Http:
        base = secrets["base"]
        if base not in clients:
            clients[base] = Straight(sandboxes, base)
        return clients[base]

    return dial


def _connect(house: House, sandboxes: Sandboxes) -> None:
    with read_scope(house.engine) as session:
        found = [
            one for one in session.exec(select(Account).order_by(Account.key)) if one.channel in sandboxes.platforms
        ]
    for one in found:
        accounts.connect(house, one, sandboxes.connect(one.key, SANDBOX), EDITOR, START)


def _pictures(desk: Path) -> Path:
    """Token-sized pictures, one a colour."""
    folder = desk / "pictures"
    folder.mkdir(parents=True)
    for colour in prose.COLOURS:
        Image.new("RGB", SMALL, colour).save(folder / f"{colour.removeprefix('#')}.png")
    return desk


def relock(root: Path) -> None:
    """The houses that stay in ``root`` after a rehearsal get keys nobody can draw; what is sealed in them is sealed
    anew."""
    for folder in (root / HOUSE, root / REBUILT):
        if not (folder / DATABASE).exists():
            continue
        house = open_house(folder)
        (folder / KEY).unlink()
        old, new = house.wires.vault, Vault.at(folder / KEY)
        with session_scope(house.engine) as session:
            for secret in session.exec(select(Secret)):
                secret.sealed = _resealed(old, new, secret.sealed, f"secret:{secret.account_id}")
            for token in session.exec(select(StoredToken)):
                token.sealed = _resealed(old, new, token.sealed, f"token:{token.account_id}")
        for made in (folder / MADE).glob("*"):
            sealed = made.read_text(encoding="ascii")
            made.write_text(_resealed(old, new, sealed, f"package:{made.name}"), encoding="ascii")
        house.engine.dispose()


def _resealed(old: Vault, new: Vault, sealed: str, identity: str) -> str:
    """What the old key opens, sealed with the new one; "" stays "" (a token somebody was fetching)."""
    return new.seal(old.open(sealed, identity), identity) if sealed else ""
