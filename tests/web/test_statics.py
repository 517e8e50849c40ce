"""Styles and scripts on the line: packed, kept under their fingerprint, asked for again when they change."""

import gzip

import pytest
from flask.testing import FlaskClient

from cms.web import statics

PACKED = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("name", sorted(statics.files()))
def test_every_file_comes_packed_or_plain_and_is_the_same(client: FlaskClient, name: str) -> None:
    plain = client.get(f"/static/{name}", headers={"Accept-Encoding": "identity"})
    packed = client.get(f"/static/{name}", headers=PACKED)
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == (statics.FOLDER / name).read_bytes()
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert packed.content_type == plain.content_type


def test_a_file_is_kept_for_ever_under_its_fingerprint_alone(client: FlaskClient) -> None:
    page = client.get("/new").text
    address = f"/static/{statics.stamp()}/write.js"
    assert f'src="{address}"' in page
    assert "immutable" in client.get(address).headers["Cache-Control"]
    for other in ("/static/write.js", f"/static/{'0' * 16}/write.js"):  # a page of before the last update
        assert client.get(other).headers["Cache-Control"] == "no-cache"


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/static/desk.css", headers=PACKED)
    again = client.get("/static/desk.css", headers={**PACKED, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    other = client.get("/static/desk.css", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200  # packed bytes are no answer to somebody who cannot unpack them


@pytest.mark.parametrize(
    "name", ["../permits.py", "nothing.js", f"{'0' * 16}/../desk.css", "desk.css/", "front/src/index.js"]
)
def test_nothing_else_is_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_page_with_a_token_is_never_packed(client: FlaskClient) -> None:
    page = client.get("/new", headers=PACKED)
    assert "csrf-token" in page.text and "Content-Encoding" not in page.headers
