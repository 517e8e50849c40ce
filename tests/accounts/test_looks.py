"""样式: tried on, saved as a version, worn by what is drawn after; refused or darkened with the number where it could
not be read; and nothing of it for whoever may not."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select, text

import themes
from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account, MatrixError, Unit, looks, profiles_of
from cms.people import PeopleDesk
from cms.web import Desk
from pipeline.desk_press import HousePress
from pipeline.house import House
from tests.accounts.conftest import number_of
from tests.people.asking import fill
from tests.people.house import NOON, login_of, signed_in

BOSS = login_of("地市管理员", "chengdu")
WAY = "/accounts/look"
BLUE = "#1B5FAF"


@pytest.fixture
def boss(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, BOSS)


def unit_id(session: Session, slug: str = "chengdu") -> int:
    return session.exec(select(Unit.id).where(Unit.slug == slug)).one()


def tried(client: FlaskClient, **said: str) -> tuple[int, dict[str, object]]:
    client.application.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(f"{WAY}/sample", json={"unit": "chengdu", **said}, headers={"Accept": "application/json"})
    return answer.status_code, json.loads(answer.text)


def test_a_look_is_saved_as_a_version_and_worn_by_what_is_drawn_after(
    boss: FlaskClient, people: PeopleDesk, desk: Desk, press: HousePress, house: House
) -> None:
    before = {one.account: one for one in desk.profiles}
    said = {"masthead": "锦城科技", "accent": BLUE, "quote": "frame", "motto": "", "footer": "<b>联系我们</b>"}
    assert fill(boss, WAY, WAY, **said, reason="换刊头").status_code == 303
    press.relooking.wait()
    after = {one.account: one for one in desk.profiles}
    assert after["wechat:ganzi"] == before["wechat:ganzi"]
    theme = themes.load(after["wechat:chengdu"].theme, after["wechat:chengdu"].own_tokens)
    assert [theme.token(name) for name in ("masthead", "accent", "quote")] == ["锦城科技", BLUE, "frame"]
    page = boss.get(f"{WAY}?unit=chengdu&saved=1").text
    assert "这是第 1 版" in page and "换刊头" in page and "<b>联系" not in page
    front = (house.sites / "chengdu" / "index.html").read_text(encoding="utf-8")
    assert "锦城科技" in front and "<b>联系" not in front
    with read_scope(people.engine) as session:
        (entry,) = audit.history(session, "unit:chengdu")
    assert (entry.actor, entry.action, entry.detail["reason"]) == (BOSS, "unit.look", "换刊头")
    assert "motto" not in entry.detail["tokens"], "left as the theme has it"


def test_what_an_account_sets_for_itself_stays(people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        number = number_of(people, "wechat:chengdu")
        account = session.get_one(Account, number)
        account.settings = {**account.settings, "theme.accent": "#5B4A94"}
        looks.save(session, unit_id(session), {"accent": BLUE, "quote": "bar"}, 0, "x", "y", NOON)
        session.flush()
        own = dict(profiles_of(session, [number])[number].own_tokens)
    assert (own["accent"], own["quote"]) == ("#5B4A94", "bar")


def test_the_sample_shows_what_is_typed_before_anything_is_saved(boss: FlaskClient, people: PeopleDesk) -> None:
    code, blue = tried(boss, accent=BLUE, channel="wechat")
    _, plain = tried(boss, channel="wechat")
    assert code == 200 and blue["frame"] != plain["frame"] and blue["notes"] == []
    assert BLUE in boss.get(str(blue["frame"])).text.upper()
    assert BLUE not in boss.get(str(plain["frame"])).text.upper()
    _, site = tried(boss, masthead="锦城科技", channel="site")
    assert "锦城科技" in boss.get(str(site["frame"])).text
    with read_scope(people.engine) as session:
        assert looks.newest(session, unit_id(session)) is None


def test_a_pale_accent_is_darkened_and_the_number_said(boss: FlaskClient) -> None:
    code, told = tried(boss, accent="#F2B33D")
    (words,) = told["notes"]  # type: ignore[misc]
    assert code == 200 and "低于 4.5:1，已压深为" in words and "#F2B33D" in words
    page = fill(boss, WAY, WAY, accent="#F2B33D", reason="亮一点", masthead="", quote="corner")
    assert page.status_code == 303
    assert "已压深为" in boss.get(WAY).text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"accent": "red;}body{display:none"}, "请写成 #1C5F70 这样的六位十六进制"),
        ({"accent": "#12345"}, "请写成 #1C5F70"),
        ({"quote": "url(x)"}, "可用：bar、corner、frame"),
        ({"masthead": "一" * 13}, "不超过 12 字"),
        ({"footer": "一" * 61}, "不超过 60 字"),
    ],
    ids=["style", "short", "shape", "masthead", "footer"],
)  # fmt: skip
def test_what_cannot_be_worn_is_refused_in_words(boss: FlaskClient, said: dict[str, str], words: str) -> None:
    code, told = tried(boss, **said)
    assert code == 422 and words in str(told["sentence"])
    answer = fill(boss, WAY, WAY, **said, reason="x")
    assert answer.status_code == 422 and words in answer.text and "<style" not in answer.text


def test_a_look_needs_a_reason_a_change_and_the_newest_version(boss: FlaskClient) -> None:
    for said, words in (
        ({"accent": BLUE, "reason": " "}, "请写一句原因"),
        ({"reason": "没改"}, "没有要保存的"),
    ):
        answer = fill(boss, WAY, WAY, **said)
        assert answer.status_code == 422 and words in answer.text
    assert fill(boss, WAY, WAY, accent=BLUE, reason="一").status_code == 303
    late = fill(boss, WAY, WAY, accent="#2F7A2A", reason="二", base="0")
    assert late.status_code == 422 and "刚才有人改过" in late.text
    assert fill(boss, WAY, WAY, accent="#2F7A2A", reason="二").status_code == 303
    older = boss.get(f"{WAY}?version=1").text
    assert "这是第 1 版的样子，还没有用上" in older and f'value="{BLUE}"' in older
    assert fill(boss, WAY, WAY, plain="yes", reason="还是原来的好").status_code == 303
    assert "第 3 版，照主题" in boss.get(WAY).text


def test_nobody_changes_what_was_saved(people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        looks.save(session, unit_id(session), {"accent": BLUE}, 0, "x", "y", NOON)
    for words in (
        "UPDATE unit_looks SET tokens = '{}'",
        "DELETE FROM unit_looks",
        "INSERT OR REPLACE INTO unit_looks SELECT * FROM unit_looks",
    ):
        with pytest.raises(IntegrityError, match="样式的旧版本"), session_scope(people.engine) as session:
            session.execute(text(words))
    with session_scope(people.engine) as session, pytest.raises(MatrixError, match="改不了"):
        looks.save(session, unit_id(session), {"paper": "#FFFFFF"}, 1, "x", "y", NOON)


def test_others_look_and_foreign_units_are_not_there(app: Flask, people: PeopleDesk, boss: FlaskClient) -> None:
    editor = signed_in(app, people, login_of("编辑", "chengdu"))
    page = editor.get(WAY).text
    assert "样式由管理员改" in page and "保存样式" not in page
    assert boss.get(f"{WAY}?unit=ganzi").status_code == boss.get(f"{WAY}?unit=nowhere").status_code == 404
    code, _ = tried(boss, unit="ganzi")
    assert code == 404
