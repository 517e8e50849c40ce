"""更正与撤稿 in the browser's forms: the plan before, the order, another's approval, what a person did."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from typer.testing import CliRunner

from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import Notice, PeopleDesk, Person
from cms.releases import Delivery, Recall, Remedy, Stop
from cms.web import Desk
from pipeline.cli import app as cli
from pipeline.intake import take_in_text
from pipeline.notices import tell
from pipeline.recall_report import gather
from pipeline.settings import Ways
from tests.desk.test_delivering import by_account
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill
from tests.people.house import login_of, signed_in
from tests.recalls.world import corrected_text

EDITOR, SIGNER = login_of("编辑", "sichuan"), login_of("签发", "sichuan")
DRAFT = "/stories/story-0/recall"
NUMBER = "13900000001"


@pytest.fixture
def out(world: PlatformsWorld) -> PlatformsWorld:
    """Both stories are out, and with the people who post by hand."""
    world.run(hours=2)
    return world


def client_of(app: Flask, people: PeopleDesk, login: str, world: PlatformsWorld) -> FlaskClient:
    return signed_in(app, people, login, world.now)


def test_the_plan_is_shown_and_nothing_has_happened(app: Flask, people: PeopleDesk, out: PlatformsWorld) -> None:
    page = client_of(app, people, EDITOR, out).get(f"{DRAFT}?kind=retraction").text
    assert page.count("<tr") == 9  # a line for each of eight copies under the heading
    assert "人工到后台处理" in page and "下撤稿令" in page
    with read_scope(out.house.engine) as session:
        assert [session.exec(select(one)).all() for one in (Recall, Stop, Remedy)] == [[], [], []]


def test_a_retraction_from_order_to_done(app: Flask, people: PeopleDesk, out: PlatformsWorld) -> None:
    editor, signer = (client_of(app, people, one, out) for one in (EDITOR, SIGNER))
    bare = fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice=" ")
    assert bare.status_code == 422 and "请写给读者的说明" in bare.text
    assert fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice="已撤回。").status_code == 303
    assert "去批准" in signer.get("/").text and "去批准" not in editor.get("/").text
    assert editor.get("/recalls/1/decide").status_code == 404
    done = fill(signer, "/recalls/1/decide", "/recalls/1/approve", opinion="同意")
    assert done.status_code == 303
    out.run(hours=1)
    signer = client_of(app, people, SIGNER, out)
    page = signer.get("/recalls/1").text
    assert "已处置" in page and "成都科技（微信公众号）" in page  # 后来再看 says where
    assert 0 < page.index("要人到平台后台办的") < page.index("<h2>每一份")  # what waits for a person stands first
    with read_scope(out.house.engine) as session:
        waiting = session.exec(select(Remedy).where(Remedy.state == "by_hand")).all()
    for one in waiting:
        assert (
            fill(signer, "/recalls/1", f"/remedies/{one.id}/done", note="没有发过", outcome="never").status_code == 303
        )
    assert "已处置，复查中" in signer.get("/recalls/1").text
    assert signer.get("/recalls/1/report").status_code == 200
    assert signer.get("/recalls/1/report.pdf").data.startswith(b"%PDF")


def test_a_copy_to_deal_with_is_theirs_who_may_register_it_and_news_to_who_asked_for_it(
    app: Flask, people: PeopleDesk, out: PlatformsWorld
) -> None:
    editor, signer = (client_of(app, people, one, out) for one in (EDITOR, SIGNER))
    fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice="已撤回。")
    fill(signer, "/recalls/1/decide", "/recalls/1/approve", opinion="同意")
    out.run(hours=1)
    tell(out.house, out.now, Ways())
    above = client_of(app, people, EDITOR, out).get("/").text
    assert "做完后登记" not in above and "正由所在单位处置" in above and 'href="/recalls/1"' in above
    for login in (login_of("编辑", "chengdu"), login_of("地市管理员", "chengdu")):
        mine = client_of(app, people, login, out)
        page = mine.get("/").text
        assert "正由所在单位处置" not in page
        assert '"/recalls/1#by-hand"' in page or login == login_of("地市管理员", "chengdu")
    assert 'id="by-hand"' in client_of(app, people, login_of("编辑", "chengdu"), out).get("/recalls/1").text


def test_who_may_handle_or_sign_it_sees_the_number_to_call_and_nobody_else(
    app: Flask, people: PeopleDesk, out: PlatformsWorld
) -> None:
    """A person is called by telephone: four stars cannot be dialled. What is kept or printed shows no number."""
    with session_scope(out.house.engine) as session:
        for one in session.exec(select(Person)).all():
            people.keep_contact(session, one.id, "sms", NUMBER)
    editor, signer = (client_of(app, people, one, out) for one in (EDITOR, SIGNER))
    fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice="已撤回。")
    fill(signer, "/recalls/1/decide", "/recalls/1/approve", opinion="同意")
    out.run(hours=3)
    for login in (SIGNER, EDITOR):
        assert f"手机 {NUMBER}" in client_of(app, people, login, out).get("/recalls/1/report").text
    assert f"手机 {NUMBER}" in client_of(app, people, SIGNER, out).get("/recalls/1").text
    reader = client_of(app, people, login_of("记者", "sichuan"), out)
    for address in ("/recalls/1", "/recalls/1/report"):
        page = reader.get(address)
        assert page.status_code == 200
        assert "手机 139****0001" in page.text and NUMBER not in page.text
    with read_scope(out.house.engine) as session:
        kept = [one.sentence for one in session.exec(select(Notice))]
        kept += [str(one.detail) for one in session.exec(select(AuditEntry))]
        report = gather(session, 1, out.now)
    assert not any(NUMBER in one for one in kept) and NUMBER not in str(report)


def test_a_rejected_order_lets_things_go_on(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    editor, signer = (client_of(app, people, one, world) for one in (EDITOR, SIGNER))
    fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice="已撤回。")
    page = signer.get("/recalls/1/decide").text
    assert "驳回" in page
    answer = fill(signer, "/recalls/1/decide", "/recalls/1/approve", opinion=" ")
    assert answer.status_code == 422 and "请写一句意见" in answer.text
    sent = {"opinion": "没有依据"}
    from tests.people.asking import hidden

    sent |= hidden(page, "/recalls/1/approve")
    assert signer.post("/recalls/1/reject", data=sent).status_code == 303
    world.run(hours=2)
    assert by_account(world, "wechat:chengdu").state == "published"


def test_a_correction_brings_the_newest_text_everywhere(app: Flask, people: PeopleDesk, out: PlatformsWorld) -> None:
    editor, signer = (client_of(app, people, one, out) for one in (EDITOR, SIGNER))
    same = editor.get(f"{DRAFT}?kind=correction").text
    assert "现在不能更正" in same and "已经是这一版" in same
    text = corrected_text(out.house, "story-0", "更正过的")
    sent = {"text": text, "base": "", "anyway": True}
    saved = editor.post(
        "/write/story-0",
        json=sent,
        headers={"Accept": "application/json", "Idempotency-Key": "c" * 20, "X-CSRFToken": _token(editor)},
    )
    assert saved.status_code == 200
    plan = editor.get(f"{DRAFT}?kind=correction").text
    assert "原地更正" in plan and "正在比对" in plan
    assert (
        fill(editor, f"{DRAFT}?kind=correction", DRAFT, reason="职务写错", notice="“副厅长”应为“厅长”").status_code
        == 303
    )
    assert fill(signer, "/recalls/1/decide", "/recalls/1/approve", opinion="同意").status_code == 303
    out.run(hours=1)
    assert by_account(out, "site:chengdu").state == "amended"
    with read_scope(out.house.engine) as session:
        assert session.exec(select(Delivery).where(Delivery.state == "amended")).first() is not None


def _token(client: FlaskClient) -> str:
    page = client.get("/write/story-0").text
    return page.partition('name="csrf-token" content="')[2].partition('"')[0]


def test_another_prefecture_neither_orders_nor_sees_the_plan(
    app: Flask, people: PeopleDesk, out: PlatformsWorld
) -> None:
    ganzi = client_of(app, people, login_of("签发", "ganzi"), out)
    foreign, missing = ganzi.get(f"{DRAFT}?kind=retraction"), ganzi.get("/stories/nothing/recall?kind=retraction")
    assert foreign.status_code == missing.status_code == 404 and foreign.data == missing.data


def test_another_way_is_chosen_on_the_plan_with_its_cost_and_why(
    app: Flask, people: PeopleDesk, desk: Desk, out: PlatformsWorld
) -> None:
    editor = client_of(app, people, EDITOR, out)
    text = corrected_text(out.house, "story-0", "更正过的")
    take_in_text(out.house, text, "story-0.md", out.house.drafts / "story-0", EDITOR, out.now, slug="story-0")
    first = editor.get(f"{DRAFT}?kind=correction").text
    assert "正在比对" in first and "data-comparing" in first
    desk.press.comparing.wait()  # type: ignore[attr-defined]
    over = editor.get(f"{DRAFT}?kind=correction").text
    assert "正在比对" not in over and "data-comparing" not in over
    assert 'name="use-wechat"' in over and "删除文章 1 次" in over
    way = f"{DRAFT}?kind=correction&use-wechat=comment"
    chosen = editor.get(way).text
    assert "为什么另选做法" in chosen and "写一条更正留言" in chosen
    bare = fill(editor, way, DRAFT, reason="数字错", notice="已更正。", use_why=" ")
    assert bare.status_code == 422 and "请写一句为什么" in bare.text
    done = fill(editor, way, DRAFT, reason="数字错", notice="已更正。", use_why="阅读量很大，不删")
    assert done.status_code == 303
    page = editor.get(done.headers["Location"]).text
    assert "阅读量很大，不删" in page and "写一条更正留言" in page
    with read_scope(out.house.engine) as session:
        recall = session.exec(select(Recall)).one()
        mine = session.exec(select(Remedy).where(Remedy.recall_id == recall.id)).all()
    assert (recall.prefer, recall.proposed_by) == ({"wechat": "comment"}, EDITOR)
    assert "wechat.comment" in {one.rule for one in mine}


def test_who_proposed_and_who_approved_are_called_by_their_names(
    app: Flask, people: PeopleDesk, out: PlatformsWorld
) -> None:
    with session_scope(out.house.engine) as session:
        for login, name in ((EDITOR, "王编辑"), (SIGNER, "李处长")):
            session.exec(select(Person).where(Person.login == login)).one().name = name
    editor, signer = (client_of(app, people, one, out) for one in (EDITOR, SIGNER))
    fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice="已撤回。")
    assert "王编辑 提出" in signer.get("/").text
    fill(signer, "/recalls/1/decide", "/recalls/1/approve", opinion="同意撤稿")
    for page in (signer.get("/recalls/1").text, signer.get("/recalls/1/report").text):
        assert "王编辑" in page and "李处长" in page
        assert EDITOR not in page and SIGNER not in page
    told = CliRunner().invoke(cli, ["recall", "1", "--workspace", str(out.house.root)]).output
    assert "提出：王编辑" in told and "批准：李处长" in told


def test_the_number_of_readers_seen_in_the_back_office_is_kept(
    app: Flask, people: PeopleDesk, out: PlatformsWorld
) -> None:
    editor = signed_in(app, people, login_of("编辑", "sichuan"), out.now)
    fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice="已撤回。")
    page = editor.get("/recalls/1").text
    assert "阅读数未知：这个账号没有接口" in page and "阅读数未知：自家的页面和订阅不统计阅读" in page
    with read_scope(out.house.engine) as session:
        query = select(Remedy).where(Remedy.account_id == Account.id, Account.key == "toutiao:ganzi")
        remedy = session.exec(query).one()
    way = "/recalls/1/reads"
    for given in ("很多", "-1", "4 123"):
        bare = fill(editor, "/recalls/1", way, remedy=str(remedy.id), reads=given)
        assert bare.status_code == 422 and "请写一个整数" in bare.text
    assert fill(editor, "/recalls/1", way, remedy="99999", reads="4123").status_code == 404
    assert fill(editor, "/recalls/1", way, remedy=str(remedy.id), reads="4123").status_code == 303
    page = editor.get("/recalls/1").text
    assert "阅读数 4123（" in page and "在后台看到）" in page


def test_a_printed_report_is_called_by_its_kind(app: Flask, people: PeopleDesk, out: PlatformsWorld) -> None:
    editor = signed_in(app, people, login_of("编辑", "sichuan"), out.now)
    fill(editor, f"{DRAFT}?kind=retraction", DRAFT, reason="不实", notice="已撤回。")
    printed = editor.get("/recalls/1/report.pdf")
    assert printed.headers["Content-Disposition"] == 'inline; filename="chegao-1.pdf"'
