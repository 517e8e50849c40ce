"""People, on the command line: `yigao person add | phone | list | disable | enable | reset | enter`.

Whoever may run this on the machine may name the first administrator; everybody else is invited in the browser."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import segno
import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session, col, select

from cms.db import read_scope, session_scope
from cms.matrix import Unit
from cms.people import PeopleDesk, PeopleError, Person, appoint, enrolment, invitations, phones
from cms.people.roles import ROLES, Tree, appointments_of, tree
from cms.releases import moment
from cms.review import links
from pipeline import ledger, settings
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.shell import Json, Place, app, out, say, told

OPERATOR = "cli"
person_app = typer.Typer(no_args_is_help=True, help="人员：登记、邀请、停用、重置。")
app.add_typer(person_app, name="person")
Login = Annotated[str, typer.Argument(metavar="登录名")]
Address = Annotated[str, typer.Option("--address", help="链接的开头；不写则用 [notices] link，也没有则为本机")]
NO_UNIT = "工作区里还没有单位，请先用矩阵文件建立单位。"
LOCAL = "http://127.0.0.1:8000"


@person_app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="真实姓名，签发和审计都记这个名字")],
    role: Annotated[list[str] | None, typer.Option(help=f"角色：{'、'.join(ROLES)}；可写多个")] = None,
    unit: Annotated[str, typer.Option(help="单位代号，例如 chengdu；不写则为全省")] = "",
    phone: Annotated[
        str, typer.Option("--phone", help="只用手机签字：登记手机号，不开账号；角色写 审核 或 签发 一个")
    ] = "",
    address: Address = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """登记一位人员，打印一个设置密码的链接（72 小时内有效，只能用一次）。第一位管理员也这样来。"""
    if phone:
        _add_by_phone(workspace, as_json, login, name, role or [], unit, phone)
        return
    now = wall_clock()
    with told():
        house = open_house(workspace)
        home = address or _home(house)
    with told(), session_scope(house.engine) as session:
        units = tree(session)
        unit_id = _unit_id(session, unit, units)
        one = invitations.add_person(session, login, name)
        for each in role or ():  # at once: who works on this machine signs by hand before anybody set a password
            _appoint(session, one, each, unit_id)
        token = invitations.invite(session, one, OPERATOR, now)
    _give(as_json, login, f"{home}/join/{token}", f"已登记 {name}（{login}）。")


def _add_by_phone(
    workspace: Path, as_json: bool, login: str, name: str, role: list[str], unit: str, number: str
) -> None:
    """Somebody who signs by links to their telephone, and gets no account."""
    with told():
        house = open_house(workspace)
        with session_scope(house.engine) as session:
            unit_id = _unit_id(session, unit, tree(session))
            if unit_id is None:
                raise PeopleError(NO_UNIT)
            if len(role) != 1:
                raise PeopleError(f"只用手机签字要写一个角色：--role {' 或 --role '.join(phones.BY_PHONE)}。")
            one = phones.register(_desk(house), session, login, name, role[0], unit_id, number, OPERATOR, wall_clock())
            shown = phones.numbers(session, [one.id])[one.id]
    say(as_json, {"login": login, "phone": shown}, f"已登记 {name}（{login}）：只用手机签字，{shown}。")


def _desk(house: House) -> PeopleDesk:
    return PeopleDesk(house.engine, house.wires.vault)


@person_app.command()
def phone(
    login: Login,
    number: Annotated[str, typer.Option(help="新的手机号（11 位数字）")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="去掉登记的手机号")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """只用手机签字：登记、更换或去掉手机号；有账号的，账号随即收回。已发出、没用的签字链接作废。"""
    now = wall_clock()
    with told():
        if bool(number.strip()) == forget:
            raise PeopleError("请写 --number 手机号，或写 --forget 去掉手机号，二选一。")
        house = open_house(workspace)
        with session_scope(house.engine) as session:
            one = ledger.anybody(session, login)
            phones.keep_number(_desk(house), session, one, number, OPERATOR, now)
            links.void_of(session, one, now)
            shown = phones.numbers(session, [one.id]).get(one.id, "")
    words = f"{login} 只用手机签字，{shown}。" if shown else f"已去掉 {login} 的手机号，不能再给他发签字链接。"
    say(as_json, {"login": login, "phone": shown}, words)


def _appoint(session: Session, one: Person, role: str, unit_id: int | None) -> None:
    if unit_id is None:
        raise PeopleError(NO_UNIT)
    appoint(session, one, role, unit_id, OPERATOR, wall_clock())


def _unit_id(session: Session, slug: str, units: Tree) -> int | None:
    if not slug:
        return units.top
    found = session.exec(select(Unit.id).where(Unit.slug == slug)).first()
    if found is None:
        raise PeopleError(f"没有单位“{slug}”，请写单位代号，例如 chengdu。")
    return found


@person_app.command(name="list")
def list_(workspace: Place = Path(), as_json: Json = False) -> None:
    """全部人员：角色、单位、是否在用。"""
    now = wall_clock()
    with told(), read_scope(open_house(workspace).engine) as session:
        names = dict(session.exec(select(Unit.id, Unit.short)).all())
        waiting = invitations.waiting(session, now)
        numbers = phones.numbers(session, list(session.exec(select(Person.id))))
        rows: list[dict[str, Any]] = []
        for one in session.exec(select(Person).order_by(col(Person.id))):
            held = [f"{each.role}@{names[each.unit_id]}" for each in appointments_of(session, one.id)]
            number = "" if one.id in waiting else numbers.get(one.id, "")
            state = "停用" if one.disabled_at else "在用" if one.password_hash else "未设密码"
            state = f"只用手机签字 {number}" if number and not one.disabled_at else state
            link = moment(waiting[one.id].expires_at) if one.id in waiting else ""
            rows.append(
                {
                    "login": one.login,
                    "name": one.name,
                    "roles": held,
                    "state": state,
                    "second_step": bool(one.totp_sealed),
                    "link_until": link,
                }
            )
    if as_json:
        say(True, rows, "")
        return
    table = Table(title="人员")
    for heading in ("登录名", "姓名", "角色", "状态", "两步验证", "链接有效到"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(word) for word in _words(row)))
    out.print(table)


def _words(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["login"], row["name"], "\n".join(row["roles"]), row["state"], "有" if row["second_step"] else "",
        row["link_until"],
    )  # fmt: skip


@person_app.command()
def disable(login: Login, workspace: Place = Path(), as_json: Json = False) -> None:
    """停用：立刻从所有设备退出，不能再登录；做过的事照样留着。"""
    now = wall_clock()
    with told(), session_scope(open_house(workspace).engine) as session:
        one = ledger.anybody(session, login)
        invitations.disable(session, one, OPERATOR, now)
        links.void_of(session, one, now)
    say(as_json, {"login": login, "disabled": True}, f"已停用 {login}，所有设备都已退出。")


@person_app.command()
def enable(login: Login, workspace: Place = Path(), as_json: Json = False) -> None:
    """重新启用停用的人员。"""
    with told(), session_scope(open_house(workspace).engine) as session:
        invitations.enable(session, ledger.anybody(session, login), OPERATOR, wall_clock())
    say(as_json, {"login": login, "disabled": False}, f"已启用 {login}。")


@person_app.command()
def reset(login: Login, address: Address = "", workspace: Place = Path(), as_json: Json = False) -> None:
    """重置：密码和两步验证作废，所有设备退出，打印一个重新设置的链接。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        home = address or _home(house)
    with told(), session_scope(house.engine) as session:
        one = ledger.anybody(session, login)
        waiting = invitations.waiting(session, now).get(one.id)
        enrolment.reset(session, one, OPERATOR, now)
        kind, role, unit_id = (waiting.kind, waiting.role, waiting.unit_id) if waiting else ("reset", "", None)
        token = invitations.invite(session, one, OPERATOR, now, kind, role, unit_id)
    _give(as_json, login, f"{home}/join/{token}", f"已重置 {login}。")


@person_app.command()
def enter(login: Login, address: Address = "", workspace: Place = Path(), as_json: Json = False) -> None:
    """只用于演示工作区：打印一个直接登录的链接，只能用一次。"""
    with told():
        house = open_house(workspace)
        link = entrance(house, login, address or _home(house))
    _give(as_json, login, link, f"打开就以 {login} 登录。")


def _home(house: House) -> str:
    """Where people reach the newsroom; this machine, where nobody has said it."""
    return settings.load(house.root, house.wires.vault).ways.link or LOCAL


def entrance(house: House, login: str, address: str) -> str:
    """A link that lets somebody straight into a demo house, once."""
    with session_scope(house.engine) as session:
        one = ledger.anybody(session, login)
        return f"{address}/enter/{invitations.invite(session, one, OPERATOR, wall_clock(), kind='enter')}"


def _give(as_json: bool, login: str, link: str, words: str) -> None:
    """The link, and as a code for a phone."""
    say(as_json, {"login": login, "link": link}, f"{escape(words)}请把链接交给本人，72 小时内有效，只能用一次：")
    if as_json:
        return
    drawn = io.StringIO()
    segno.make(link, error="l", micro=False).terminal(drawn, compact=True)
    out.print(link, markup=False, highlight=False)
    out.print(drawn.getvalue(), markup=False, highlight=False)
