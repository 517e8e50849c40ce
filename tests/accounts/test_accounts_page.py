"""账号 in the browser's forms, against real sandbox platforms: connected, tested, dying, renewed, disconnected; nothing
that is secret is ever seen again; and nobody reaches what is not theirs."""

import logging
import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import select
from werkzeug.test import TestResponse

from channels.making.sandbox import Fault
from channels.weibo.sandbox.desk import APP
from cms import audit, releases, review
from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit, sandboxed
from cms.matrix.health import AccountCheck
from cms.matrix.wires import Secret, StoredToken, seal_secrets
from cms.people import PeopleDesk
from cms.people.roles import tree
from cms.people.rows import SignIn
from cms.releases import Lane, quota
from cms.stories import save
from pipeline.desk_press import HousePress
from pipeline.house import House
from pipeline.sandboxes import SandboxServer
from tests.accounts.conftest import Moment, number_of
from tests.people.asking import fill
from tests.people.conftest import TEXT
from tests.people.house import NOON, login_of, signed_in

BOSS = login_of("地市管理员", "chengdu")


@pytest.fixture
def boss(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, BOSS)


def to_sandbox(client: FlaskClient, number: int, server: SandboxServer) -> TestResponse:
    form = f"/accounts/{number}/connect"
    return fill(client, form, f"/accounts/{number}/sandbox", address=server.address)


def test_connected_tested_dying_renewed_and_disconnected(
    boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress, clock: Moment
) -> None:
    number = number_of(people, "weibo:chengdu")
    way = f"/accounts/{number}"
    assert "还没接接口" in boss.get(way).text
    assert 'id="h-need"' not in boss.get("/accounts?unit=chengdu").text
    assert to_sandbox(boss, number, server).status_code == 303
    press.inquiring.wait()
    page = boss.get(way).text
    assert "检查过，正常" in page and "这个账号接的是沙箱" in page and "到期前要有人重新授权" in page
    # dying
    book = server.sandboxes.platforms["weibo"].book
    held = server.sandboxes.handed_out()["weibo:chengdu"]
    token = book.get("weibo", "token", held["access_token"])
    book.put("weibo", "token", held["access_token"], {**token, "until": (NOON + timedelta(days=3)).isoformat()})
    assert fill(boss, way, f"{way}/check").status_code == 303
    press.inquiring.wait()
    assert "7 天内到期" in boss.get(way).text and "7 天内到期" in boss.get("/accounts?state=need").text
    # dead
    server.sandboxes.faults.add(Fault("token_expired"))
    fill(boss, way, f"{way}/check")
    press.inquiring.wait()
    server.sandboxes.faults.clear()
    assert 'class="red-card"' in boss.get(way).text
    # a person authorises anew, and the administrator puts the new token in
    fresh = authorised_anew(server, "weibo:chengdu")
    form = f"{way}/connect"
    assert held["access_token"] not in boss.get(form).text
    assert (
        fill(
            boss,
            form,
            form,
            access_token=fresh,
            expires_at="2027-05-01",
            uid=held["uid"],
            rip=held["rip"],
            base=held["base"],
        ).status_code
        == 303
    )
    press.inquiring.wait()
    page = boss.get(way).text
    assert "检查过，正常" in page and "换了凭据" in page
    # away
    assert fill(boss, f"{way}/disconnect", f"{way}/disconnect", reason="换人管了").status_code == 303
    page = boss.get(way).text
    assert "换人管了" in page and "还没接接口" in page
    with read_scope(people.engine) as session:
        assert [session.get(kind, number) for kind in (Secret, StoredToken, AccountCheck)] == [None] * 3
        actions = [(one.actor, one.action) for one in audit.history(session, "account:weibo:chengdu")]
    assert actions == [
        (BOSS, f"account.{one}") for one in ("connect", "check", "check", "check", "connect", "check", "disconnect")
    ]


def authorised_anew(server: SandboxServer, account: str) -> str:
    platform: Any = server.sandboxes.platforms["weibo"]
    form = {
        "client_id": APP[0], "client_secret": APP[1], "grant_type": "authorization_code",
        "code": platform.code_for(account), "redirect_uri": "https://kj.test/",
    }  # fmt: skip
    return str(httpx.post(f"{server.address}/weibo/oauth2/access_token", data=form).json()["access_token"])


def test_no_secret_is_ever_seen_again(
    app: Flask, boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress, house: House,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    number = number_of(people, "wechat:chengdu")
    way, form = f"/accounts/{number}", f"/accounts/{number}/connect"
    given = server.sandboxes.connect("wechat:chengdu", server.address)
    wrong = "wrong-secret-0123456789"
    said = {name: given[name] for name in ("appid", "kind", "base")}
    secrets = {"secret": given["secret"], "callback_token": "call-me-9d2f", "callback_aes_key": "a" * 43}
    answers = [
        fill(boss, form, form, **said, **{**secrets, "secret": wrong}),
        boss.get(way),
        fill(boss, form, form, **said, **secrets, base_="x"),
        fill(boss, form, form, **{**said, "base": "https://elsewhere.example"}, **secrets),  # refused, and shown again
        fill(boss, form, form, **said, secret="new\x00line" + wrong),
        boss.get(form),
        boss.get(way),
        boss.get("/accounts"),
        boss.get("/accounts?channel=wechat"),
        boss.get(f"{way}/disconnect"),
    ]
    press.inquiring.wait()
    answers += [boss.get(way), signed_in(app, people, login_of("审计员", "chengdu")).get(way)]
    assert [one.status_code for one in answers] == [303, 200, 303, 422, 422, *[200] * 7]
    with read_scope(people.engine) as session:
        written = "".join(repr(one.detail) for one in session.exec(select(AuditEntry)))
        found = "".join(repr(one) for one in session.exec(select(AccountCheck)))
    kept = b"".join(one.read_bytes() for one in house.root.glob("yigao.db*"))
    for secret in (wrong, *secrets.values()):
        seen = [str(n) for n, one in enumerate(answers) if secret in one.text or secret in str(one.headers)]
        assert seen == [], "in an answer"
        assert secret not in written + found + caplog.text
        assert secret.encode() not in kept


def test_a_wrong_secret_says_what_to_do(
    boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress
) -> None:
    number = number_of(people, "wechat:chengdu")
    form = f"/accounts/{number}/connect"
    given = server.sandboxes.connect("wechat:chengdu", server.address)
    assert (
        fill(
            boss, form, form, appid=given["appid"], secret="wrong", kind="subscription", base=given["base"]
        ).status_code
        == 303
    )
    press.inquiring.wait()
    page = boss.get(f"/accounts/{number}").text
    assert 'class="red-card"' in page and "AppSecret" in page and "yigao " not in page
    assert 'class="line bad"' in boss.get("/accounts").text
    assert (
        fill(
            boss, form, form, appid=given["appid"], secret=given["secret"], kind="subscription", base=given["base"]
        ).status_code
        == 303
    )
    press.inquiring.wait()
    page = boss.get(f"/accounts/{number}").text
    assert "查了令牌、IP 白名单、发布权限、今天的次数" in page and "接口次数" in page


def test_what_is_left_empty_stays_but_never_goes_to_another_address(
    boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress
) -> None:
    number = number_of(people, "wechat:chengdu")
    form = f"/accounts/{number}/connect"
    given = server.sandboxes.connect("wechat:chengdu", server.address)
    said = {"appid": given["appid"], "kind": "subscription"}
    assert fill(boss, form, form, **said, secret=given["secret"], base=given["base"]).status_code == 303
    assert "已保存，留空不改" in boss.get(form).text
    assert fill(boss, form, form, **said, secret="", base=given["base"]).status_code == 303
    press.inquiring.wait()
    assert "检查过，正常" in boss.get(f"/accounts/{number}").text
    other = fill(boss, form, form, **said, secret="", base="http://127.0.0.1:9/wechat")
    assert other.status_code == 422 and "没有给出凭据" in other.text
    real = fill(boss, form, form, **said, secret="", base="https://api.weixin.qq.com")
    assert real.status_code == 422 and "没有给出凭据" in real.text
    far = fill(boss, form, form, **said, secret="x", base="http://169.254.169.254/")
    assert far.status_code == 422 and "接口地址只能是" in far.text
    nowhere = fill(boss, form, f"/accounts/{number}/sandbox", address="http://10.0.0.1:8900")
    assert nowhere.status_code == 422 and "沙箱只在这台机器上" in nowhere.text
    with read_scope(people.engine) as session:
        assert (
            len([one for one in audit.history(session, "account:wechat:chengdu") if one.action == "account.connect"])
            == 2
        )


def test_a_service_account_is_planned_with_four_pushes_a_month(
    boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress
) -> None:
    number = number_of(people, "wechat:chengdu")
    form = f"/accounts/{number}/connect"
    given = server.sandboxes.connect("wechat:chengdu", server.address)
    said = {name: given[name] for name in ("appid", "secret", "base")}
    assert pushes(people, number) == (1, "day")
    refused = fill(boss, form, form, **said, kind="企业号")
    assert refused.status_code == 422 and "请填“订阅号”或“服务号”" in refused.text
    assert fill(boss, form, form, **said, kind="服务号").status_code == 303
    press.inquiring.wait()
    assert pushes(people, number) == (4, "month")
    assert "服务号" in boss.get(f"/accounts/{number}").text
    assert '<option value="service" selected>' in boss.get(form).text
    leaving = f"/accounts/{number}/disconnect"
    assert fill(boss, leaving, leaving, reason="换人").status_code == 303
    assert pushes(people, number) == (4, "month")  # posted by hand, it is a service account still


def test_an_account_connected_before_is_planned_by_its_kind_once_it_is_checked(
    boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress
) -> None:
    number = number_of(people, "wechat:chengdu")
    form = f"/accounts/{number}/connect"
    given = server.sandboxes.connect("wechat:chengdu", server.address)
    said = {name: given[name] for name in ("appid", "secret", "base")}
    assert fill(boss, form, form, **said, kind="service").status_code == 303
    press.inquiring.wait()
    with session_scope(people.engine) as session:
        session.get_one(Account, number).settings = {}
    assert fill(boss, f"/accounts/{number}", f"/accounts/{number}/check").status_code == 303
    press.inquiring.wait()
    assert pushes(people, number) == (4, "month")


def pushes(people: PeopleDesk, number: int) -> tuple[int, str]:
    """How many pushes a slot is planned with, and in what time."""
    with read_scope(people.engine) as session:
        account = session.get_one(Account, number)
        rooms = quota.room_at(session, account, NOON, push=True)
    found = next(one.allowance for one in rooms if one.allowance.title == "群发")
    return found.count, found.per


def test_one_account_of_a_platform_is_not_connected_twice(
    app: Flask, people: PeopleDesk, server: SandboxServer, press: HousePress
) -> None:
    boss = signed_in(app, people, login_of("省级管理员", "sichuan"))
    given = server.sandboxes.connect("wechat:chengdu", server.address)
    said = {name: given[name] for name in ("appid", "secret", "kind", "base")}
    forms = [f"/accounts/{number_of(people, key)}/connect" for key in ("wechat:chengdu", "wechat:ganzi")]
    assert fill(boss, forms[0], forms[0], **said).status_code == 303
    press.inquiring.wait()
    again = fill(boss, forms[1], forms[1], **said)
    assert again.status_code == 422 and "已经接给" in again.text and "yigao " not in again.text


def test_what_is_planned_is_told_before_disconnecting_and_becomes_a_task_for_a_person(
    boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress
) -> None:
    number = number_of(people, "wechat:chengdu")
    to_sandbox(boss, number, server)
    press.inquiring.wait()
    with session_scope(people.engine) as session:
        unit = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        text = TEXT.format(slug="chengdu-x", headline="<b>明天的</b>")
        made = save(
            session, "chengdu-x", text, "<b>明天的</b>", "somebody", NOON, manuscript_hash="a" * 64, unit_id=unit
        )
        target = releases.Target(channels=("wechat",), units=("chengdu",), alone=True)
        releases.plan(session, [made], target, NOON + timedelta(hours=9), "somebody", review.LAWFUL, NOON)
    page = boss.get(f"/accounts/{number}/disconnect").text
    assert "1 份会改成人工代发" in page and "11月22日 23:02" in page and "<b>明天的" not in page
    unsaid = fill(boss, f"/accounts/{number}/disconnect", f"/accounts/{number}/disconnect", reason=" ")
    assert unsaid.status_code == 422 and "请写一句原因" in unsaid.text
    fill(boss, f"/accounts/{number}/disconnect", f"/accounts/{number}/disconnect", reason="账号移交")
    with read_scope(people.engine) as session:
        assert session.get_one(Account, number).transport == "handover"


def test_the_platform_is_asked_beside_the_page(
    boss: FlaskClient, people: PeopleDesk, server: SandboxServer, press: HousePress
) -> None:
    """A platform that takes its time does not hold up the page: it says that it is being asked."""
    number = number_of(people, "weibo:chengdu")
    to_sandbox(boss, number, server)
    press.inquiring.wait()
    server.sandboxes.faults.add(Fault("slow"))
    gate = server.sandboxes.platforms["weibo"]
    held = threading.Event()
    gate.sleep = lambda _seconds: held.wait(60)
    assert fill(boss, f"/accounts/{number}", f"/accounts/{number}/check").status_code == 303
    page = boss.get(f"/accounts/{number}").text
    assert "正在向平台检查" in page and f'data-asking="/accounts/{number}"' in page
    held.set()
    press.inquiring.wait()
    assert "正在向平台检查" not in boss.get(f"/accounts/{number}").text


def test_foreign_and_missing_accounts_answer_alike(app: Flask, people: PeopleDesk) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    boss = signed_in(app, people, login_of("地市管理员", "ganzi"))
    foreign = number_of(people, "weibo:chengdu")
    for way in ("", "/connect", "/disconnect"):
        one, other = boss.get(f"/accounts/{foreign}{way}"), boss.get(f"/accounts/99999{way}")
        assert one.status_code == other.status_code == 404 and one.data == other.data
    for way in ("/check", "/connect", "/sandbox", "/disconnect"):
        headers = [{"Idempotency-Key": f"{way}-{n}-0123456789abcdef"} for n in (1, 2)]
        one = boss.post(f"/accounts/{foreign}{way}", data={"reason": "x"}, headers=headers[0])
        other = boss.post(f"/accounts/99999{way}", data={"reason": "x"}, headers=headers[1])
        assert one.status_code == other.status_code == 404 and one.data == other.data
    assert "成都" not in boss.get("/accounts").text
    assert "没有符合条件的账号" in boss.get("/accounts?unit=chengdu").text


def test_editors_look_and_administrators_act(app: Flask, people: PeopleDesk) -> None:
    number = number_of(people, "weibo:chengdu")
    page = signed_in(app, people, login_of("编辑", "chengdu")).get(f"/accounts/{number}").text
    assert "由管理员办" in page and "接入平台接口" not in page
    assert "接入平台接口" in signed_in(app, people, BOSS).get(f"/accounts/{number}").text


def test_the_second_step_is_asked_again_before_a_secret_is_typed(app: Flask, people: PeopleDesk) -> None:
    boss = signed_in(app, people, BOSS)
    with session_scope(people.engine) as session:
        for one in session.exec(select(SignIn)):
            one.checked_at = NOON - timedelta(minutes=6)
    for way in ("connect", "disconnect"):
        answer = boss.get(f"/accounts/{number_of(people, 'weibo:chengdu')}/{way}")
        assert answer.status_code == 303 and "/second-step" in answer.headers["Location"]


def test_a_script_in_a_name_is_shown_as_words(boss: FlaskClient, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        one = session.exec(select(Account).where(Account.key == "weibo:chengdu")).one()
        one.name, one.transport = "<script>alert(1)</script>", "api"
        session.add(AccountCheck(account_id=one.id, at=NOON, subject="<i>x", troubles=["<img src=x onerror=1>"]))
        number = one.id
    for page in (
        boss.get("/accounts").text,
        boss.get(f"/accounts/{number}").text,
        boss.get(f"/accounts/{number}/connect").text,
    ):
        assert "<script>alert" not in page and "<img src=x" not in page and "<i>x" not in page


def test_what_waits_for_somebody_comes_first_and_alone_when_asked(
    boss: FlaskClient, app: Flask, people: PeopleDesk
) -> None:
    tired, never = number_of(people, "weibo:chengdu"), number_of(people, "wechat:chengdu")
    dying = number_of(people, "weibo:ganzi")
    with session_scope(people.engine) as session:
        for number in (tired, never, dying):
            session.get_one(Account, number).transport = "api"
        session.add(Lane(account_id=tired, rests_until=NOON + timedelta(hours=1), reason="连续 5 次失败"))
        session.add(AccountCheck(account_id=tired, at=NOON))
        session.add(AccountCheck(account_id=dying, at=NOON, dies_at=NOON + timedelta(days=13)))
    page = boss.get("/accounts?state=need").text
    assert page.count('<li class="line') == 2 and page.index("连续 5 次失败") < page.index("还没有检查过")
    whole = signed_in(app, people, login_of("省级管理员", "sichuan")).get("/accounts").text
    assert "授权快到期：12月5日" in whole and 'class="matrix"' in whole
    assert "授权快到期" not in boss.get("/accounts").text


def test_what_only_leads_to_the_sandbox_waits_for_nobody_until_it_fails(boss: FlaskClient, people: PeopleDesk) -> None:
    number = number_of(people, "weibo:chengdu")
    with session_scope(people.engine) as session:
        session.get_one(Account, number).transport = "api"
        sandboxed.note(session, number, "http://127.0.0.1:9")
    page = boss.get("/accounts").text
    assert '<span class="mark idle">尚未接入 · 沙箱 1</span>' in page and "要人处理 " not in page
    assert "1 个账号接的是沙箱" in page and "还没有检查过" not in page
    assert "没有符合条件的账号" in boss.get("/accounts?state=need").text
    one = boss.get(f"/accounts/{number}").text
    assert "尚未接入 · 沙箱" in one and "这个账号接的是沙箱" in one and "red-card" not in one
    with session_scope(people.engine) as session:
        session.add(Lane(account_id=number, rests_until=NOON + timedelta(hours=1), reason="连续 5 次失败"))
    page = boss.get("/accounts").text
    assert '<span class="mark bad">要人处理 1</span>' in page and "尚未接入 · 沙箱 1" not in page
    with session_scope(people.engine) as session:
        session.get_one(Lane, number).rests_until = NOON
        session.add(AccountCheck(account_id=number, at=NOON))
    page = boss.get("/accounts").text
    assert '<span class="mark sand">沙箱 1</span>' in page and "要人处理 " not in page


def test_the_list_asks_as_often_for_hundreds_of_accounts_as_for_a_few(
    app: Flask, people: PeopleDesk, house: House
) -> None:
    boss = signed_in(app, people, login_of("省级管理员", "sichuan"))
    few = statements(boss, house, "/accounts?channel=weibo")
    with session_scope(people.engine) as session:
        above = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
        for number in range(70):
            unit = Unit(slug=f"county-{number}", name=f"第 {number} 县", short=f"{number} 县", parent_id=above)
            session.add(unit)
            session.flush()
            for channel in ("wechat", "weibo"):
                row = Account(
                    key=f"{channel}:{unit.slug}", channel=channel, unit_id=unit.id, name="县", transport="api"
                )
                session.add(row)
                session.flush()
                seal_secrets(session, people.vault, row.id, {"base": "http://127.0.0.1:9"})
    many = statements(boss, house, "/accounts?channel=weibo")
    assert len(many) == len(few)
    assert 'class="matrix"' in boss.get("/accounts").text and "下一页" in boss.get("/accounts").text
    last = boss.get("/accounts?page=2").text
    assert "69 县" in last and "第 2 页，共 2 页" in last and "还有 120 个" in last


def statements(client: FlaskClient, house: House, path: str) -> list[str]:
    asked: list[str] = []
    listen = lambda _c, _cur, sql, *_: asked.append(sql)  # noqa: E731
    event.listen(house.engine, "before_cursor_execute", listen)
    assert client.get(path).status_code == 200
    event.remove(house.engine, "before_cursor_execute", listen)
    return asked
