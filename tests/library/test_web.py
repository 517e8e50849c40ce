"""素材库 in the newsroom: grid, page, forms without a script, pieces with one, and into a story."""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from assets.pictures import Cut, frame
from cms.db import read_scope, session_scope
from cms.library import Added, Asset, Facts, LibraryDesk
from cms.manuscript import freeze, read
from cms.people import PeopleDesk
from cms.web import Desk
from pipeline.house import House
from tests.library.conftest import OWN
from tests.library.photos import photo
from tests.people.house import NOON, login_of, signed_in
from tests.web.asking import key

Hold = Callable[..., Added]
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    return someone(app, people)


def someone(app: Flask, people: PeopleDesk, role: str = "编辑", unit: str = "sichuan") -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False  # its own tests are in tests/web
    return signed_in(app, people, login_of(role, unit))


def post(client: FlaskClient, path: str, **sent: object) -> TestResponse:
    return client.post(path, headers={"Idempotency-Key": key()}, **sent)  # type: ignore[arg-type]


def ask(client: FlaskClient, path: str, **sent: object) -> TestResponse:
    return client.post(path, headers={**SCRIPT, "Idempotency-Key": key()}, **sent)  # type: ignore[arg-type]


def begun(client: FlaskClient, content: bytes, name: str = "照片.jpg", **facts: str) -> TestResponse:
    told = {"name": name, "size": len(content), "hash": hashlib.sha256(content).hexdigest(), **facts}
    return ask(client, "/library/uploads", json=told)


def sent(client: FlaskClient, number: str, offset: int, piece: bytes) -> TestResponse:
    headers = {**SCRIPT, "Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
    return client.patch(f"/library/uploads/{number}", data=piece, headers=headers)


def test_an_empty_library_says_what_will_be_here_and_offers_the_one_button(client: FlaskClient) -> None:
    page = client.get("/library").text
    assert "还没有素材" in page and "选第一批图片" in page
    assert "素材库" in client.get("/").text  # the bar leads there


def test_without_a_script_files_are_sent_whole(client: FlaskClient, house: House) -> None:
    files = [(io.BytesIO(photo(1)), "雪山.jpg"), (io.BytesIO(photo(2)), "C:\\图\\江边.jpg")]
    told = {"files": files, "licence": "自有", "author": "李编辑", "unit": "chengdu"}
    answer = post(client, "/library", data=told)
    assert answer.status_code == 303
    page = client.get("/library").text
    assert "雪山" in page and "江边" in page and "成都" in page and "共 2 件" in page
    thumb = re.search(r'src="(/pictures/chengdu/[\w-]{24}/[0-9a-f]{64})"', page)
    assert thumb and client.get(thumb[1]).mimetype == "image/jpeg"


def test_the_same_picture_sent_again_leads_to_the_first(client: FlaskClient) -> None:
    for _ in range(2):
        answer = post(client, "/library", data={"files": [(io.BytesIO(photo(1)), "a.jpg")]})
    assert "已有同一张图" in client.get(answer.headers["Location"]).text
    assert "共 1 件" in client.get("/library").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "没有收到文件"),
        ({"files": [(io.BytesIO(b"<svg xmlns='x'/>"), "a.svg")]}, "SVG"),
        ({"files": [(io.BytesIO(photo(1)), "a.jpg")], "licence": "自有", "author": ""}, "写上作者"),
    ],
)
def test_what_cannot_be_taken_is_said_on_the_page_and_the_form_stays(
    client: FlaskClient, data: dict[str, object], said: str
) -> None:
    answer = post(client, "/library", data={**data, "source": "四川日报"})
    assert answer.status_code == 422 and said in answer.text and "四川日报" in answer.text


def test_the_grid_is_narrowed_and_says_so_when_nothing_is_left(client: FlaskClient, hold: Hold) -> None:
    hold(1, facts=replace(OWN, name="望江楼"))
    hold(2, facts=Facts(name="锦江"))
    assert "望江楼" in client.get("/library?words=望江").text
    found = client.get("/library?licence=待核实").text
    assert "锦江" in found and "望江楼" not in found
    none = client.get("/library?words=没有").text
    assert "没有找到" in none and "清除筛选" in none


def test_a_page_says_all_there_is_to_know(client: FlaskClient, hold: Hold, house: House) -> None:
    one = hold(1).asset
    page = client.get(f"/library/{one.id}").text
    for words in (
        "高原天文台",
        "960×640",
        "雪山下的圆顶",
        "李编辑",
        "还没有稿件用过",
        "2.35:1",
        "9:16",
        "停用",
        "删除",
    ):
        assert words in page


def test_facts_are_kept_and_a_wrong_one_is_given_back(client: FlaskClient, hold: Hold) -> None:
    number = hold(1).asset.id
    told = {"name": "新名称", "licence": "已获授权", "author": "王", "until": "2026-12-01", "alt": "画面"}
    assert post(client, f"/library/{number}/facts", data=told).status_code == 303
    page = client.get(f"/library/{number}").text
    assert "新名称" in page and "2026-12-01 到期" in page
    wrong = post(client, f"/library/{number}/facts", data={**told, "author": "", "name": "没存上的"})
    assert wrong.status_code == 422 and "没存上的" in wrong.text and "写上作者" in wrong.text


def test_the_frames_are_those_the_channels_cut(client: FlaskClient, hold: Hold, shelf: LibraryDesk) -> None:
    one = hold(1).asset
    assert post(client, f"/library/{one.id}/focus", data={"x": "90", "y": "10"}).status_code == 303
    page = client.get(f"/library/{one.id}").text
    boxes = dict(re.findall(r'viewBox="([\d ]+)" data-ratio="([\d.:]+)"', page))
    asked = client.get(f"/library/{one.id}/frames?x=90&y=10").json
    assert {ratio: box for box, ratio in boxes.items()} == asked
    assert asked is not None and set(asked) == {"2.35:1", "1:1", "16:9", "9:16"}
    left, top, right, down = frame((960, 640), (1, 1), (900, 100))
    assert asked["1:1"] == f"{left} {top} {right - left} {down - top}" == "320 0 640 640"
    cut = shelf.pictures.variant(one.hash, Cut(900, (1, 1), 900, 100))
    assert (cut.width, cut.height) == (640, 640)


@pytest.mark.parametrize("given", [{"x": "120", "y": "1"}, {"x": "", "y": ""}, {"x": "nan", "y": "1"}])
def test_a_focus_outside_is_refused(client: FlaskClient, hold: Hold, given: dict[str, str]) -> None:
    number = hold(1).asset.id
    assert ask(client, f"/library/{number}/focus", data=given).status_code == 422
    assert client.get(f"/library/{number}/frames", query_string=given).status_code == 422


def test_a_prefecture_sees_the_provinces_without_the_forms(app: Flask, people: PeopleDesk, hold: Hold) -> None:
    number = hold(1).asset.id
    chengdu = someone(app, people, unit="chengdu")
    page = chengdu.get(f"/library/{number}").text
    assert "您可以用进稿件" in page and "保存说明" not in page
    assert post(chengdu, f"/library/{number}/retire").status_code == 422
    foreign = someone(app, people, unit="yunnan")
    answers = [foreign.get(f"/library/{one}") for one in (number, 99999)]
    assert [one.status_code for one in answers] == [404, 404] and answers[0].data == answers[1].data


def test_twins_stand_side_by_side_until_one_goes(client: FlaskClient, hold: Hold, shelf: LibraryDesk) -> None:
    from tests.library.photos import jpeg, scene

    first = hold(1).asset
    answer = post(client, "/library", data={"files": [(io.BytesIO(jpeg(scene(1), 30)), "压过的.jpg")]})
    page = client.get(answer.headers["Location"]).text
    assert "疑似重复" in page and "高原天文台" in page
    other = int(answer.headers["Location"].rsplit("/", 1)[1])
    back = post(client, f"/library/{first.id}/retire", data={"at": str(other)})
    assert back.headers["Location"].endswith(f"/library/{other}")
    assert "疑似重复" not in client.get(f"/library/{other}").text
    assert post(client, f"/library/{first.id}/revive").status_code == 303
    assert post(client, f"/library/{other}/apart", data={"other": str(first.id)}).status_code == 303
    assert "疑似重复" not in client.get(f"/library/{first.id}").text


# --------------------------------------------------------------------------- into a story


def test_taken_into_a_story_it_keeps_focus_words_and_rights_and_is_known_to_be_used(
    client: FlaskClient, desk: Desk, hold: Hold, shelf: LibraryDesk
) -> None:
    one = hold(1, facts=replace(OWN, source="四川日报", licence="CC BY")).asset
    post(client, f"/library/{one.id}/focus", data={"x": "70", "y": "25"})
    taken = ask(client, f"/library/{one.id}/take", json={"slug": "sichuan-one"}).json
    assert taken is not None
    assert taken["picture"] | {"src": ""} == {
        "src": "", "alt": "雪山下的圆顶", "credit": "李编辑／四川日报", "licence": "CC BY", "focus_x": 700,
        "focus_y": 250, "ai": False,
    }  # fmt: skip
    text = f"---\nslug: sichuan-one\nheadline: 星空\nbyline: 张三\n---\n\n一段。\n\n{taken['text']}\n"
    frozen = freeze(read(text), shelf.pictures, desk.folder("sichuan-one"))
    assert frozen.manuscript is not None
    assert frozen.manuscript.assets[0].hash == one.hash  # the very bytes, not encoded again
    assert frozen.manuscript.blocks[1].picture.focus_x == 700  # type: ignore[union-attr]
    assert ask(client, "/write/sichuan-one", json={"text": text, "anyway": True}).status_code == 200
    page = client.get(f"/library/{one.id}").text
    assert "/write/sichuan-one" in page and "稿件在用" in page and "有稿件用过，不能删除" in page
    assert post(client, f"/library/{one.id}/remove").status_code == 422


def test_a_release_that_carries_it_is_named(client: FlaskClient, hold: Hold, house: House) -> None:
    from cms import releases, review
    from cms.releases import Delivery
    from cms.stories import newest, story_named
    from tests.library.test_room import write

    one = hold(1).asset
    write(house, one.hash)
    with session_scope(house.engine) as session:
        story = story_named(session, "sichuan-star")
        assert story is not None
        revision = newest(session, story)
        assert revision is not None
        target = releases.Target(channels=("site",), units=("sichuan", "chengdu"))
        made = releases.plan(session, [revision], target, NOON + timedelta(days=1), "editor", review.LAWFUL, NOON)
    page = client.get(f"/library/{one.id}").text
    assert f"/releases/{made.id}" in page or f"/delivering/{made.id}" in page or f"发布单《{made.title}》" in page
    assert "未发" in page
    with session_scope(house.engine) as session:
        connection = session.connection()
        first = session.exec(select(Delivery.id).where(Delivery.release_id == made.id)).first()
        connection.exec_driver_sql("DROP TRIGGER wall_deliveries_update")
        connection.exec_driver_sql(f"UPDATE deliveries SET state = 'published' WHERE id = {first}")
    assert "已发 1 个账号" in client.get(f"/library/{one.id}").text


@pytest.mark.parametrize(
    ("facts", "retired", "said"),
    [(replace(OWN, until=NOON.date() - timedelta(days=1)), False, "已经过期"), (OWN, True, "已经停用")],
)
def test_what_may_not_be_used_is_not_handed_out(
    client: FlaskClient, hold: Hold, facts: Facts, retired: bool, said: str
) -> None:
    number = hold(1, facts=facts).asset.id
    if retired:
        post(client, f"/library/{number}/retire")
    answer = ask(client, f"/library/{number}/take", json={"slug": ""})
    assert answer.status_code == 422 and said in answer.json["sentence"]  # type: ignore[index]


def test_what_is_lost_from_the_store_is_said(client: FlaskClient, hold: Hold, house: House) -> None:
    one = hold(1).asset
    house.store.delete(one.hash)
    answer = ask(client, f"/library/{one.id}/take", json={"slug": ""})
    assert answer.status_code == 422 and "备份" in answer.json["sentence"]  # type: ignore[index]


def test_the_editor_finds_pictures_alone(client: FlaskClient, hold: Hold) -> None:
    hold(1)
    hold(2, facts=Facts(name="锦江"))
    found = client.get("/library/pick?words=天文").json
    assert found is not None and [one["name"] for one in found["pictures"]] == ["高原天文台"]
    assert client.get("/library/pick").json["total"] == 2  # type: ignore[index]


# --------------------------------------------------------------------------- in pieces


def test_a_file_comes_in_pieces_and_goes_on_where_the_server_is(
    client: FlaskClient, shelf: LibraryDesk, house: House
) -> None:
    content = photo(1)
    start = begun(client, content, licence="自有", author="李编辑").json
    assert start is not None and start["offset"] == 0
    half = len(content) // 2
    assert sent(client, start["id"], 0, content[:half]).json["offset"] == half  # type: ignore[index]
    head = client.head(f"/library/uploads/{start['id']}")
    assert head.headers["Upload-Offset"] == str(half) and head.headers["Upload-Length"] == str(len(content))
    again = sent(client, start["id"], 0, content[:half])  # the answer was lost: sent once more
    assert again.status_code == 409 and again.json["offset"] == half  # type: ignore[index]
    done = sent(client, start["id"], half, content[half:]).json["done"]  # type: ignore[index]
    assert done["is_new"] and done["said"] == "已收好" and "照片" in done["card"]
    assert sent(client, start["id"], half, content[half:]).json["done"]["number"] == done["number"]  # type: ignore[index]
    assert [one.name for one in shelf.spool.iterdir() if not one.name.startswith(".")] == []
    with read_scope(shelf.engine) as session:
        row = session.exec(select(Asset)).one()
    assert (row.name, row.author, row.sent_hash) == ("照片", "李编辑", hashlib.sha256(content).hexdigest())


def test_a_restarted_server_and_a_new_page_go_on_with_what_is_here(
    app: Flask, people: PeopleDesk, house: House
) -> None:
    from cms.web import create_app
    from pipeline.serve import desk_of

    content = photo(2)
    first = begun(someone(app, people), content).json
    sent(someone(app, people), first["id"], 0, content[:1000])  # type: ignore[index]
    other = create_app(desk_of(house, lambda: NOON))
    client = someone(other, people)
    again = begun(client, content).json
    assert again is not None and again["offset"] == 1000 and again["id"] == first["id"]  # type: ignore[index]
    assert "done" in sent(client, again["id"], 1000, content[1000:]).json  # type: ignore[operator]


def test_the_same_picture_is_known_before_a_byte_is_sent(client: FlaskClient, hold: Hold) -> None:
    one = hold(1).asset
    answer = begun(client, photo(1)).json
    assert answer is not None and answer["done"]["number"] == one.id and answer["done"]["said"] == "已有同一张图"


def test_others_uploads_are_nobodys(app: Flask, people: PeopleDesk) -> None:
    mine = begun(someone(app, people), photo(1)).json
    other = someone(app, people, "记者")
    answers = [other.get(f"/library/uploads/{one}", headers=SCRIPT) for one in (mine["id"], "0" * 32, "..")]  # type: ignore[index]
    assert [one.status_code for one in answers[:2]] == [404, 404] and answers[0].data == answers[1].data
    assert sent(other, mine["id"], 0, b"x").status_code == 404  # type: ignore[index]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"size": 0}, "空文件"),
        ({"hash": "abc"}, "指纹"),
        ({"size": 21 * 1024 * 1024}, "20 MB"),
        ({"size": 201 * 1024 * 1024, "name": "a.mp4"}, "200 MB"),
        ({"licence": "自有"}, "作者"),
    ],
)
def test_what_will_not_be_taken_is_said_before_it_is_sent(
    client: FlaskClient, told: dict[str, object], said: str
) -> None:
    given = {"name": "a.jpg", "size": 100, "hash": "0" * 64, **told}
    answer = ask(client, "/library/uploads", json=given)
    assert answer.status_code == 422 and said in answer.json["sentence"]  # type: ignore[index]


@pytest.mark.parametrize("told", [[], {"name": "a"}, {"name": 1, "size": 1}, {"name": "a", "size": "1"}])
def test_what_is_no_announcement_is_refused(client: FlaskClient, told: object) -> None:
    assert ask(client, "/library/uploads", json=told).status_code == 400


def test_a_piece_is_no_larger_than_a_piece(client: FlaskClient) -> None:
    number = begun(client, photo(1)).json["id"]  # type: ignore[index]
    assert sent(client, number, 0, bytes(1024 * 1024 + 1)).status_code == 422
    assert sent(client, number, 0, bytes(1024 * 1024 + 8192)).status_code == 413
    assert client.patch(f"/library/uploads/{number}", data=b"x", headers=SCRIPT).status_code == 409  # from where?


def test_a_picture_the_reader_refuses_leaves_nothing(client: FlaskClient, shelf: LibraryDesk) -> None:
    content = b"\xff\xd8\xff" + bytes(2000)
    number = begun(client, content).json["id"]  # type: ignore[index]
    answer = sent(client, number, 0, content)
    assert answer.status_code == 422 and "损坏" in answer.json["sentence"]  # type: ignore[index]
    assert [one for one in shelf.spool.iterdir() if not one.name.startswith(".")] == []
    assert client.get(f"/library/uploads/{number}", headers=SCRIPT).status_code == 404
