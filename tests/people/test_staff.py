"""人员: who is invited, promoted, dismissed and disabled, by whom; and on the command line, the first of them."""

import json

import pytest
from flask import Flask
from sqlmodel import select
from typer.testing import CliRunner

from cms import audit
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person, Workspace
from cms.people.roles import appointments_of, tree
from cms.web import create_app, staff
from pipeline.cli import app as cli
from pipeline.house import House
from pipeline.people_cli import entrance
from pipeline.serve import desk_of
from tests.people.asking import fill, hidden
from tests.people.house import login_of, signed_in


def number(people: PeopleDesk, login: str) -> int:
    with read_scope(people.engine) as session:
        return session.exec(select(Person.id).where(Person.login == login)).one()


def held(people: PeopleDesk, login: str) -> list[tuple[str, str]]:
    with read_scope(people.engine) as session:
        units = tree(session)
        mine = appointments_of(session, session.exec(select(Person.id).where(Person.login == login)).one())
    return [(one.role, units.slug(one.unit_id)) for one in mine]


def unit(people: PeopleDesk, slug: str) -> str:
    with read_scope(people.engine) as session:
        return str(next(one for one, name, _ in tree(session).rows if name == slug))


def test_a_role_is_given_and_taken_and_both_are_written_down(app: Flask, people: PeopleDesk) -> None:
    boss = signed_in(app, people, login_of("地市管理员", "chengdu"))
    one = number(people, "chengdu.0")
    path = f"/people/{one}/grant"
    assert fill(boss, "/people", path, role="审核").status_code == 303
    assert held(people, "chengdu.0") == [("记者", "chengdu"), ("审核", "chengdu")]
    page = boss.get("/people").text
    assert fill(boss, "/people", f"/people/{one}/take").status_code == 303
    assert "不再担任审核" in page and held(people, "chengdu.0") == [("审核", "chengdu")]
    with read_scope(people.engine) as session:
        entries = audit.history(session, "person:chengdu.0")[-2:]
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("chengdu.4", "person.appoint"),
        ("chengdu.4", "person.dismiss"),
    ]


def test_many_people_stand_on_pages_and_are_found_by_name(
    app: Flask, people: PeopleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "LISTED", 3)
    boss = signed_in(app, people, login_of("地市管理员", "chengdu"))
    first, second = boss.get("/people").text, boss.get("/people?page=2").text
    assert first.count('<li class="person') == 3 and "下一页" in first and "上一页" not in first
    assert second.count('<li class="person') == 3 and "上一页" in second
    assert ("chengdu.0<" in first, "chengdu.0<" in second) == (True, False)
    assert boss.get("/people?page=99").text.count('<li class="person') >= 1
    found = boss.get("/people?words=CHENGDU.5").text
    assert found.count('<li class="person') == 1 and "chengdu.5" in found
    assert "没有找到“无此人”" in boss.get("/people", query_string={"words": "无此人"}).text
    last = number(people, "chengdu.3")
    answer = fill(boss, "/people?page=2", f"/people/{last}/grant", role="审核")
    assert answer.status_code == 303 and f'id="p{last}-' in boss.get(answer.headers["Location"]).text


@pytest.mark.parametrize("role", ["省级管理员", "审计员", "service", "皇帝"])
def test_a_citys_administrator_gives_no_role_above_their_own(app: Flask, people: PeopleDesk, role: str) -> None:
    boss = signed_in(app, people, login_of("地市管理员", "chengdu"))
    path = f"/people/{number(people, 'chengdu.0')}/grant"
    answer = fill(boss, "/people", path, role=role)
    assert answer.status_code == 422 and "不归您管" in answer.text
    assert held(people, "chengdu.0") == [("记者", "chengdu")]


def test_nobody_changes_themselves(app: Flask, people: PeopleDesk) -> None:
    boss = signed_in(app, people, login_of("省级管理员", "sichuan"))
    page = boss.get("/people").text
    tokens = hidden(page, "/people/invite")
    path = f"/people/{number(people, 'sichuan.5')}/disable"
    answer = boss.post(path, data=tokens)
    assert answer.status_code == 422 and "另一位管理员" in answer.text and path not in page


def test_whoever_is_ruled_from_above_is_left_to_those_above(app: Flask, people: PeopleDesk) -> None:
    """A city's administrator does not lock out the province's man, even where he has a role in the city too."""
    top = signed_in(app, people, login_of("省级管理员", "sichuan"))
    path = f"/people/{number(people, 'sichuan.1')}"
    tokens = hidden(top.get("/people").text, "/people/invite")
    assert (
        top.post(f"{path}/grant", data={**tokens, "unit": unit(people, "chengdu"), "role": "审核"}).status_code == 303
    )
    boss = signed_in(app, people, login_of("地市管理员", "chengdu"))
    assert "sichuan.1" in boss.get("/people").text
    tokens = hidden(boss.get("/people").text, "/people/invite")
    for deed in ("link", "disable"):
        answer = boss.post(f"{path}/{deed}", data={**tokens, "once": f"token-for-{deed}-000000"})
        assert answer.status_code == 422 and "不归您管" in answer.text


def test_a_new_link_resets_and_the_old_password_is_void(app: Flask, people: PeopleDesk) -> None:
    boss, one = signed_in(app, people, login_of("地市管理员", "chengdu")), signed_in(app, people, "chengdu.0")
    assert one.get("/").status_code == 200
    answer = fill(boss, "/people", f"/people/{number(people, 'chengdu.0')}/link")
    assert answer.status_code == 200 and "<svg" in answer.text and "http://localhost/join/" in answer.text
    assert "localhost 是这台电脑自己" in answer.text and "再重新生成链接" in answer.text
    assert one.get("/").status_code == 303
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_disabled_and_enabled_again(app: Flask, people: PeopleDesk) -> None:
    boss, one = signed_in(app, people, login_of("地市管理员", "chengdu")), signed_in(app, people, "chengdu.0")
    path = f"/people/{number(people, 'chengdu.0')}"
    assert fill(boss, "/people", f"{path}/disable").status_code == 303
    assert one.get("/").status_code == 303 and "已停用" in boss.get("/people").text
    assert fill(boss, "/people", f"{path}/enable").status_code == 303
    assert one.get("/").status_code == 303  # the visit stays ended
    assert signed_in(app, people, "chengdu.0").get("/").status_code == 200


def test_a_dismissal_counts_from_the_next_request(app: Flask, people: PeopleDesk) -> None:
    boss, one = signed_in(app, people, login_of("地市管理员", "chengdu")), signed_in(app, people, "chengdu.1")
    assert one.get("/write/chengdu-one").status_code == 200
    fill(boss, "/people", f"/people/{number(people, 'chengdu.1')}/take")
    assert one.get("/write/chengdu-one").status_code == 404


# --------------------------------------------------------------------------- the command line


def yigao(house: House, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["person", *words, "-w", str(house.root)], env={"COLUMNS": "200"})
    return done.exit_code, done.output


def test_the_first_administrator_comes_by_a_printed_link(app: Flask, house: House, people: PeopleDesk) -> None:
    roles = ("--role", "省级管理员", "--role", "编辑")
    code, said = yigao(house, "add", "first", "--name", "第一位", *roles, "--address", "https://x.test", "--json")
    link = json.loads(said)["link"]
    assert code == 0 and link.startswith("https://x.test/join/")
    client = app.test_client()
    # the house's own clock stands at another day: the link was made by today's
    assert client.get(link.removeprefix("https://x.test")).status_code in (200, 404)
    assert ("编辑", "sichuan") in held(people, "first")
    code, said = yigao(house, "add", "first", "--name", "又一位")
    assert code == 1 and "已经有人用了" in said
    code, said = yigao(house, "add", "second", "--name", "第二位", "--unit", "nowhere")
    assert code == 1 and "没有单位" in said
    code, said = yigao(house, "add", "second", "--name", "第二位", "--role", "皇帝")
    assert code == 1


def test_a_leader_is_registered_by_phone_on_the_machine_too(house: House, people: PeopleDesk) -> None:
    add = ("add", "chengdu.ju", "--name", "成局长", "--unit", "chengdu", "--phone", "13800001234")
    assert "写一个角色" in yigao(house, *add)[1] and "只能担任" in yigao(house, *add, "--role", "编辑")[1]
    code, said = yigao(house, *add, "--role", "签发", "--json")
    assert (code, json.loads(said)["phone"]) == (0, "138****1234") and "join" not in said
    row = {one["login"]: one for one in json.loads(yigao(house, "list", "--json")[1])}["chengdu.ju"]
    assert row["state"] == "只用手机签字 138****1234"
    assert "二选一" in yigao(house, "phone", "chengdu.ju")[1]
    assert "139****5678" in yigao(house, "phone", "chengdu.ju", "--number", "13900005678")[1]
    assert "不担任" in yigao(house, "phone", "chengdu.0", "--number", "13900005678")[1]
    assert "“我的”" in yigao(house, "phone", "chengdu.3", "--forget")[1]
    assert yigao(house, "phone", "chengdu.3", "--number", "13700004321")[0] == 0
    assert yigao(house, "phone", "chengdu.ju", "--forget")[0] == 0
    rows = {one["login"]: one for one in json.loads(yigao(house, "list", "--json")[1])}
    assert (rows["chengdu.ju"]["state"], rows["chengdu.3"]["second_step"]) == ("未设密码", False)
    assert rows["chengdu.3"]["state"] == "只用手机签字 137****4321"


def test_links_made_on_the_machine_lead_where_people_reach_the_newsroom(house: House) -> None:
    def link(*words: str) -> str:
        return str(json.loads(yigao(house, *words, "--json")[1])["link"])

    assert link("reset", "chengdu.1").startswith("http://127.0.0.1:8000/join/")
    (house.root / "yigao.toml").write_text('[notices]\nlink = "https://xinwen.example.cn/"\n')
    assert link("reset", "chengdu.1").startswith("https://xinwen.example.cn/join/")
    assert link("add", "chengdu.xin", "--name", "新同事").startswith("https://xinwen.example.cn/join/")
    assert link("reset", "chengdu.1", "--address", "https://x.test").startswith("https://x.test/join/")


def test_only_who_signs_by_telephone_is_called_so(app: Flask, house: House, people: PeopleDesk) -> None:
    """A demo's colleagues come in without a password and have a telephone too; they do their work at the desk."""
    with session_scope(house.engine) as session:
        for login in ("chengdu.1", "chengdu.3"):  # 编辑, 签发
            one = session.exec(select(Person).where(Person.login == login)).one()
            one.password_hash = ""
            people.keep_contact(session, one.id, "sms", "13800001234")
    rows = {one["login"]: one["state"] for one in json.loads(yigao(house, "list", "--json")[1])}
    assert (rows["chengdu.1"], rows["chengdu.3"]) == ("未设密码", "只用手机签字 138****1234")
    listed = signed_in(app, people, login_of("地市管理员", "chengdu")).get("/people").text
    assert listed.count(">只用手机签字</span>") == 1


def test_listed_disabled_reset(house: House, people: PeopleDesk) -> None:
    code, said = yigao(house, "list", "--json")
    rows = {one["login"]: one for one in json.loads(said)}
    assert code == 0 and rows["chengdu.3"]["roles"] == ["签发@成都"] and rows["chengdu.3"]["second_step"]
    assert yigao(house, "disable", "chengdu.3")[0] == 0
    assert "停用" in yigao(house, "list")[1]
    assert yigao(house, "enable", "chengdu.3")[0] == 0
    code, said = yigao(house, "reset", "chengdu.3")
    assert code == 0 and "/join/" in said and "█" in said
    row = {one["login"]: one for one in json.loads(yigao(house, "list", "--json")[1])}["chengdu.3"]
    assert (row["state"], row["second_step"]) == ("未设密码", False)
    assert yigao(house, "disable", "nobody")[0] == 1


def test_a_demo_lets_its_editor_in_once_and_a_real_house_nobody(house: House) -> None:
    code, said = yigao(house, "enter", "chengdu.1")
    assert code == 1 and "演示" in said
    with session_scope(house.engine) as session:
        session.get_one(Workspace, 1).demo = True
    path = entrance(house, "chengdu.1", "")
    client = create_app(desk_of(house)).test_client()
    assert client.get(path).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.get(path).headers["Location"] == "/"  # the same tab again
    assert create_app(desk_of(house)).test_client().get(path).status_code == 404
