"""词表 in the web: a version is looked at, taken in, compared and retired; hostile files are refused in words."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from cms import checks, releases, review
from cms.audit import AuditEntry
from cms.checks import WordBook
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk
from cms.releases import Delivery
from cms.stories import newest, story_named
from pipeline.house import House
from tests.people.house import NOON, login_of, signed_in
from tests.review.conftest import write
from tests.wording.conftest import CHIEF, key

HEAD = "词,类,级别,改为\n"
FIRST = f"{HEAD}布署,易错词,,部署\n云顶内幕,错敏词,拦截,\n"
SECOND = f"{HEAD}布署,易错词,,部署\n复盖,易错词,,覆盖\n"


def look(client: FlaskClient, content: str | bytes, file: str = "cuo-min.csv", name: str = "") -> TestResponse:
    sent = content.encode() if isinstance(content, str) else content
    data = {"file": (io.BytesIO(sent), file), "name": name}
    return client.post("/words/look", data=data, headers=key(), content_type="multipart/form-data")


def take(client: FlaskClient, content: str, **said: str) -> str:
    """Look, then take it in; where that leads."""
    assert look(client, content).status_code == 200
    answer = client.post("/words/import", data={"hold": "1", **said}, headers=key())
    assert answer.status_code == 303
    return answer.headers["Location"]


@pytest.fixture
def scheduled(house: House) -> int:
    """A story of Chengdu's with the words the first list blocks, planned for tomorrow; its one delivery."""
    write(house, "云顶内幕说的就是它")
    with session_scope(house.engine) as session:
        story = story_named(session, "chengdu-liangzi")
        revision = newest(session, story) if story else None
        assert revision is not None
        target = releases.Target(channels=("site",), units=("chengdu",))
        due = NOON + timedelta(days=1)
        number = releases.plan(session, [revision], target, due, "somebody", review.LAWFUL, NOON).id
        return session.exec(select(Delivery.id).where(Delivery.release_id == number)).one()


def test_a_list_is_looked_at_before_it_holds_and_holds_what_it_blocks(
    chief: FlaskClient, house: House, scheduled: int
) -> None:
    assert "还没有词表" in chief.get("/words").text
    page = look(chief, FIRST).text
    assert "这是一份新词表" in page and "错敏词 1、易错词 1" in page and "新增 2 条" in page
    assert "成都量子网络开通" in page and "会被拦截" in page
    with read_scope(house.engine) as session:
        assert session.exec(select(WordBook)).all() == []
        assert session.get_one(Delivery, scheduled).state == "planned"
    kept = chief.post("/words/import", data={"hold": "1"}, headers=key())
    told = chief.get(kept.headers["Location"]).text
    assert "暂停了 1 份待发的投递" in told
    assert all("sichuan省级管理员 11月22日" in page and CHIEF not in page for page in (told, chief.get("/words").text))
    with read_scope(house.engine) as session:
        held = session.get_one(Delivery, scheduled)
        assert held.state == "held" and "云顶内幕" in held.reason
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "checks.import")).one()
        assert entry.actor == CHIEF
    again = chief.post("/words/import", data={"hold": "1"}, headers=key())
    assert again.status_code == 422 and "已经不在了" in again.text


def test_versions_are_kept_compared_searched_and_an_old_one_can_hold_again(chief: FlaskClient, house: House) -> None:
    take(chief, FIRST)
    second = chief.get(take(chief, SECOND)).text
    assert "和上一版" in second and "新增 1 条" in second and "去掉 1 条" in second and "云顶内幕" in second
    first = chief.get("/words/1").text
    assert "已不在用" in first and "停用这份" not in first and "没有含“复盖”的词" in chief.get("/words/1?q=复盖").text
    back = chief.get(take(chief, FIRST)).text
    assert "-2 版" in back and "在用，共 2 条" in back
    retired = chief.post("/words/3/retire", data={}, headers=key())
    assert "词表“cuo-min”已经停用" in chief.get(retired.headers["Location"]).text
    assert chief.post("/words/3/retire", data={}, headers=key()).status_code == 422
    with read_scope(house.engine) as session:
        assert checks.in_force(session) == [] and len(session.exec(select(WordBook)).all()) == 3


def test_only_the_province_changes_lists_and_writers_do_not_read_them(app: Flask, people: PeopleDesk) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    reviewer = signed_in(app, people, login_of("审核", "chengdu"))
    page = reviewer.get("/words").text
    assert "由省级管理员导入" in page and 'type="file"' not in page and "词表" in reviewer.get("/review").text
    assert look(reviewer, FIRST).status_code == 404
    assert signed_in(app, people, login_of("记者", "chengdu")).get("/words").status_code == 404
    assert reviewer.get("/words/99").status_code == 404


@pytest.mark.parametrize(
    ("content", "file", "name", "said"),
    [
        (b"", "a.csv", "", "请先选词表文件"),
        (FIRST.encode("gb18030"), "a.csv", "", "不是 UTF-8"),
        (FIRST, "a.xlsx", "", "不是词表"),
        (b"MZ\x90\x00", "a.exe", "", "不是词表"),
        (HEAD, "a.csv", "", "一个词也没有"),
        ("", "a.csv", "", "请先选词表文件"),
        (f"{HEAD}甲,菜名,,\n", "a.csv", "", "a.csv:2：不认识类别“菜名”"),
        (f"{HEAD}{'甲' * 61},错敏词,,\n", "a.csv", "", "超过 60 字"),
        (f"{HEAD}甲,错敏词,,{'乙' * 1001}\n", "a.csv", "", "超过 1000 字"),
        (f"词,类,位次\n甲,姓名职务,{'9' * 5000}\n", "a.csv", "", "认不出，请写成数字"),
        (f"x = {'[' * 5000}", "a.toml", "", "a.toml"),
        ("x = [", "a.toml", "", "TOML 写法有误"),
        (FIRST, "a.csv", "名" * 41, "1 到 40 个字"),
        (FIRST, "a.csv", "a\u202eb", "不能有控制字符"),
        (b"x" * (16 * 1024 * 1024 + 1), "a.csv", "", "超过 16 MiB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    chief: FlaskClient, content: str | bytes, file: str, name: str, said: str
) -> None:
    answer = look(chief, content, file, name)
    assert answer.status_code == 422 and said in answer.text
    assert "还没有词表" in chief.get("/words").text


def test_what_a_list_says_is_never_markup(chief: FlaskClient) -> None:
    page = look(chief, f"{HEAD}<b>粗</b>,错敏词,,<script>x</script>\n", "<i>a.csv").text
    assert "&lt;b&gt;粗&lt;/b&gt;" in page and "<script>x" not in page and "<i>a" not in page


def test_an_original_is_kept_and_replaced_and_each_stays(chief: FlaskClient, app: Flask, people: PeopleDesk) -> None:
    reporter = signed_in(app, people, login_of("编辑", "chengdu"))
    path = "/write/chengdu-one/original"
    assert "还没有留存原文" in reporter.get(path).text
    form = {"text": "原文<一>。\r\n第二段。", "url": "https://news.example.cn/1"}
    assert reporter.post(path, data=form, headers=key()).status_code == 303
    file = {"file": (io.BytesIO("更正后的原文。".encode()), "a.txt")}
    assert reporter.post(path, data=file, headers=key(), content_type="multipart/form-data").status_code == 303
    page = reporter.get(path).text
    assert "chengdu编辑 11月22日 14:02 留存" in page and login_of("编辑", "chengdu") not in page
    assert page.index("更正后的原文") < page.index("以前留存的") < page.index("原文&lt;一&gt;。\n第二段。")
    with read_scope(people.engine) as session:
        story = story_named(session, "chengdu-one")
        assert story is not None
        assert [one.text for one in checks.originals(session, story)] == ["更正后的原文。", "原文<一>。\n第二段。"]
    assert signed_in(app, people, login_of("编辑", "ganzi")).get(path).status_code == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": " \n"}, "原文是空的"),
        ({"text": "x" * 300_001}, "超过 300000 字"),
        ({"text": "好", "url": "javascript:alert(1)"}, "以 http:// 或 https:// 开头"),
        ({"file": (io.BytesIO("原文".encode("gb18030")), "a.txt")}, "不是 UTF-8"),
    ],
)
def test_what_is_no_original_is_refused_in_words(
    app: Flask, people: PeopleDesk, chief: FlaskClient, form: dict[str, object], said: str
) -> None:
    writer = signed_in(app, people, login_of("编辑", "chengdu"))
    answer = writer.post("/write/chengdu-one/original", data=form, headers=key(), content_type="multipart/form-data")
    assert answer.status_code == 422 and said in answer.text
