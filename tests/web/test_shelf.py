"""Pictures in and out, rich text, clips."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from assets.fetch import Fetched, FetchError
from cms.people import PeopleDesk
from cms.web import Desk, create_app
from cms.web.hands import plain
from cms.web.shelf import PICTURE_LIMIT, file_name, kind_of
from tests.people.house import signed_in
from tests.web.asking import JSON, ask, key, token


def photo(colour: str = "navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG", exif=Image.Exif())
    return out.getvalue()


def upload(client: FlaskClient, content: bytes, name: str) -> TestResponse:
    sent = {"picture": (io.BytesIO(content), name)}
    return client.post("/pictures", data=sent, headers={**JSON, "X-CSRFToken": token(client), "Idempotency-Key": key()})


def test_an_upload_lies_beside_the_drafts_under_a_safe_name(client: FlaskClient, desk: Desk) -> None:
    path = upload(client, photo(), "../../IMG 01（现场）.JPG").json["path"]  # type: ignore[index]
    assert path.startswith("pictures/img-01-") and path.endswith(".jpg")
    assert (desk.folder("") / path).is_file()
    assert not list((desk.folder("") / "pictures").glob(".new-*"))


def test_the_same_picture_twice_is_one_file(client: FlaskClient, desk: Desk) -> None:
    paths = {upload(client, photo("teal"), "a.jpg").json["path"] for _ in range(2)}  # type: ignore[index]
    assert len(paths) == 1


def test_what_is_no_picture_is_refused_in_the_shelfs_words(client: FlaskClient, desk: Desk) -> None:
    before = sorted((desk.folder("") / "pictures").iterdir())
    answer = upload(client, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg")
    assert answer.status_code == 422
    assert "SVG" in answer.json["sentence"] and "PNG" in answer.json["sentence"]  # type: ignore[index]
    assert sorted((desk.folder("") / "pictures").iterdir()) == before


def test_a_picture_over_the_limit_is_refused(client: FlaskClient) -> None:
    answer = upload(client, b"\xff\xd8\xff" + bytes(PICTURE_LIMIT), "big.jpg")
    assert answer.status_code == 413
    assert "20 MB" in answer.json["sentence"]  # type: ignore[index]


def test_no_file_says_how_to_send_one(client: FlaskClient) -> None:
    answer = client.post("/pictures", data={}, headers={**JSON, "X-CSRFToken": token(client), "Idempotency-Key": key()})
    assert answer.status_code == 400 and "拖进正文" in answer.json["sentence"]  # type: ignore[index]


def test_a_picture_that_is_an_address_is_brought_in(desk: Desk, people: PeopleDesk) -> None:
    """By the rules of ``assets/fetch.py``; what does not come is told with what to do instead."""

    def fetch(address: str) -> Fetched:
        if "gone" in address:
            raise FetchError("对方回答 404。")
        return Fetched(address, photo("olive"), "image/jpeg")

    client = signed_in(create_app(replace(desk, fetch=fetch)), people)
    headers = {**JSON, "X-CSRFToken": token(client)}
    sent = {"address": "https://mmbiz.qpic.cn/a/Lab.jpg?x=1", "slug": "small"}
    made = client.post("/pictures", data=sent, headers={**headers, "Idempotency-Key": key()})
    assert re.fullmatch(r"pictures/lab-\w+\.jpg", made.json["path"])  # type: ignore[index]
    gone = client.post(
        "/pictures", data={"address": "https://a.cn/gone.jpg"}, headers={**headers, "Idempotency-Key": key()}
    )
    assert gone.status_code == 422 and "对方回答 404。也可以把图片另存到电脑" in gone.json["sentence"]  # type: ignore[index]
    bare = signed_in(create_app(desk), people)
    none = bare.post("/pictures", data=sent, headers={**JSON, "X-CSRFToken": token(bare), "Idempotency-Key": key()})
    assert none.status_code == 422 and "没有联网" in none.json["sentence"]  # type: ignore[index]


def shown(desk: Desk, content: bytes, unit: str = "sichuan") -> str:
    """Where the people of the unit are shown what the store keeps."""
    return desk.shown_to(unit)(desk.pictures.store.put(content))


def test_stored_pictures_are_served_by_their_magic_to_one_visit(client: FlaskClient, desk: Desk) -> None:
    answer = client.get(shown(desk, photo("red")))
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(shown(desk, photo("red")), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.headers["Cache-Control"] == "private, max-age=300"
    assert "Cookie" in again.headers["Vary"]


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"<svg/>", b"%PDF-1.7", b""])
def test_nothing_but_pictures_and_films_leaves_the_store(client: FlaskClient, desk: Desk, content: bytes) -> None:
    assert client.get(shown(desk, content)).status_code == 404


@pytest.mark.parametrize("digest", ["0" * 64, "..", "ABC"])
def test_unknown_hashes_are_not_found(client: FlaskClient, desk: Desk, digest: str) -> None:
    assert client.get(desk.shown_to("sichuan")(digest)).status_code == 404


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF0000WEBP", "image/webp"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
    ],
)
def test_kinds_are_told_by_the_first_bytes(first: bytes, kind: str) -> None:
    assert kind_of(first) == kind


def test_a_name_without_latin_letters_is_still_a_name() -> None:
    assert file_name("现场.png", "ab" * 32, "image/png") == "picture-abababab.png"


def test_rich_text_carries_its_pictures_and_says_what_changed(client: FlaskClient, sample: str) -> None:
    answer = ask(client, "/copy", text=sample, unit="chengdu", slug="lhaaso-haizishan").json
    assert answer is not None
    assert "data:image/" in answer["html"] and "/pictures/" not in answer["html"]
    assert "签发后填写" not in answer["html"]
    assert "<" not in answer["plain"] and "5216" in answer["plain"]
    assert "粘贴" in answer["sentence"] and "张图片" in answer["sentence"]


def test_an_address_written_in_a_text_carries_nothing(client: FlaskClient, desk: Desk) -> None:
    """Not even one's own: it is words, and rich text takes along only what the story shows."""
    digest = desk.pictures.store.put(photo("maroon"))
    written = [f"/pictures/{digest}", desk.shown_to("chengdu")(digest), desk.shown_to("sichuan")(digest)]
    text = "---\nheadline: 题\nslug: words\n---\n\n" + "\n\n".join(written)
    answer = ask(client, "/copy", text=text, unit="chengdu", slug="words").json
    assert answer is not None and digest in answer["plain"]
    assert "data:" not in answer["html"] and "张图片" not in answer["sentence"]


def test_nothing_is_copied_from_a_text_that_is_no_story(client: FlaskClient) -> None:
    answer = ask(client, "/copy", text="", unit="chengdu")
    assert answer.status_code == 422 and "检查" in answer.json["sentence"]  # type: ignore[index]


def test_plain_words_stand_a_line_each() -> None:
    assert plain("<p>甲&amp;乙</p><section><p> 丙<br>丁</p></section>") == "甲&乙\n丙\n丁"


def test_a_clip_is_the_one_that_would_be_published(client: FlaskClient, desk: Desk) -> None:
    story = "---\nheadline: 短短的一篇\nslug: brief\n---\n\n这是一句话。这是第二句话，说得稍长一些。\n"
    answer = ask(client, "/clip", text=story, unit="ganzi", slug="brief").json
    assert answer is not None and answer["film"].startswith("/films/"), answer
    film = client.get(answer["film"], headers={"Range": "bytes=0-99"})
    assert (film.status_code, film.mimetype) == (206, "video/mp4")


def test_frames_are_caged_and_their_files_found(client: FlaskClient, sample: str, tmp_path: Path) -> None:
    seen = ask(client, "/preview", text=sample, unit="chengdu", slug="lhaaso-haizishan").json
    assert seen is not None
    for one in seen["channels"]:
        answer = client.get(one["frame"])
        assert answer.status_code == 200
        csp = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in csp and "sandbox" in csp and "script-src" not in csp
        assert "<script src" not in answer.text
    key = next(one["frame"] for one in seen["channels"] if one["name"] == "shipinhao").rsplit("/", 1)[0]
    assert client.get(f"{key}/shot-0.jpg").mimetype == "image/jpeg"
    assert client.get(f"{key}/shot-99.jpg").status_code == 404
    gone = client.get("/frames/0123/frame.html")
    assert gone.status_code == 404 and "过期" in gone.text
