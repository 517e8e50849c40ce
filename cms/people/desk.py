"""What the room needs to work: the database, and the vault that seals what must not be read there."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, delete

from cms.db import read_scope
from cms.matrix.wires import Vault
from cms.people.roles import PeopleError
from cms.people.rows import Contact, Workspace

WAYS: Mapping[str, str] = {"mail": "邮箱", "wecom": "企业微信机器人", "sms": "手机"}


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """People, their secrets and their visits."""

    engine: Engine
    vault: Vault

    def seal(self, text: str, identity: str) -> str:
        return self.vault.seal(text, identity)

    def open(self, sealed: str, identity: str) -> str:
        return self.vault.open(sealed, identity)

    @property
    def house_name(self) -> str:
        with read_scope(self.engine) as session:
            house = session.get(Workspace, 1)
        return house.name if house and house.name else "一稿"

    def keep_contact(self, session: Session, person_id: int, way: str, where: str) -> None:
        """Seal where somebody's notices go; "" forgets it."""
        where = where.strip()
        if trouble := contact_trouble(way, where):
            raise PeopleError(trouble)
        session.exec(delete(Contact).where(Contact.person_id == person_id, Contact.way == way))  # type: ignore[arg-type]
        if where:
            sealed = self.seal(where, f"contact:{person_id}:{way}")
            session.add(Contact(person_id=person_id, way=way, sealed=sealed, shown=masked(way, where)))

    def contact(self, row: Contact) -> str:
        """The address in plain words, for the one who sends."""
        return self.open(row.sealed, f"contact:{row.person_id}:{row.way}")


def contact_trouble(way: str, where: str) -> str:
    """Why nothing can be sent there, with the remedy; "" when it can, or nothing is given."""
    if not where:
        return ""
    if any(sign.isspace() or ord(sign) < 32 for sign in where) or len(where) > 300:
        return f"{WAYS[way]}里有空格或太长，请检查。"
    name, at, host = where.partition("@")
    if way == "mail" and not (name and at and "." in host and "@" not in host and where.isascii()):
        return "邮箱不对，请写成 名字@单位.cn 的样子。"
    if way == "sms" and not (where.removeprefix("+86").isdigit() and len(where.removeprefix("+86")) == 11):
        return "手机号不对，请写 11 位数字。"
    if way == "wecom" and not where.startswith(("https://", "http://127.0.0.1")):
        return "机器人地址不对，请从企业微信群的机器人里复制以 https:// 开头的 Webhook 地址。"
    return ""


def masked(way: str, where: str) -> str:
    """As much of it as its owner needs to know it again."""
    if way == "mail":
        name, _, host = where.partition("@")
        return f"{name[:1]}***@{host}"
    return f"{where[:3]}****{where[-4:]}" if way == "sms" else f"…{where[-4:]}"
