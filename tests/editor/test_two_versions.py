"""The box of two versions tells pictures by what they show, not by their paths: in the main text and in a channel's."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from cms.people import PeopleDesk
from cms.stories import mark_of
from cms.web.shelf import keep
from pipeline.house import House
from tests.editor.test_apart import MAIN, ON, SLUG, asked, client, own, sent
from tests.library.photos import photo

__all__ = ["client"]
PICTURE = '\n![机房]({path} "机房一角"){{credit="李敏" licence="本社"}}\n'


@pytest.fixture
def paths(house: House) -> dict[str, str]:
    folder = house.drafts / SLUG
    return {one: keep(house.pictures, folder, photo(one), f"{one}.jpg") for one in ("teal", "olive")}


def put(house: House, path: str, colour: str) -> None:
    """Another picture under the path there was."""
    (house.drafts / SLUG / path).write_bytes(photo(colour))


def sides(client: FlaskClient, at: str, mine: str, base: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides of the picture in the box, for somebody who began from ``base``."""
    answer = asked(client, at, text=mine, base=mark_of(base))
    assert answer.status_code == 409
    left, right = next(one for one in answer.json["beside"]["rows"] if isinstance(one, list) and one[1]["src"])
    return left, right


@pytest.mark.parametrize("at", [f"/write/{SLUG}", ON])
def test_another_picture_under_the_old_path_is_another(
    client: FlaskClient, people: PeopleDesk, house: House, paths: dict[str, str], at: str
) -> None:
    base = MAIN
    if at == ON:
        sent(client, f"{ON}/cut")
        base = own(people)
    theirs = base + PICTURE.format(path=paths["teal"])
    assert sent(client, at, text=theirs, base=mark_of(base)).status_code == 303
    theirs = own(people) if at == ON else theirs
    put(house, paths["teal"], "olive")
    left, right = sides(client, at, theirs.replace("第二段", "我的第二段"), base)
    assert right["of"] == "图片　图片换了" and left["src"] == right["src"] == paths["teal"]
    assert client.get(left["shown"]).data == photo_kept(house, "teal") and right["shown"] == ""
    assert client.get(f"/write/{SLUG}/beside/{right['src']}").data == photo("olive")


def photo_kept(house: House, colour: str) -> bytes:
    """A photo as the store keeps it."""
    return house.pictures.read(house.pictures.take_in(photo(colour), "x.jpg").hash)


def test_the_same_picture_under_another_path_is_the_same(
    client: FlaskClient, house: House, paths: dict[str, str]
) -> None:
    theirs = MAIN + PICTURE.format(path=paths["teal"])
    assert sent(client, f"/write/{SLUG}", text=theirs, base=mark_of(MAIN)).status_code == 303
    (house.drafts / SLUG / "pictures" / "copy.jpg").write_bytes((house.drafts / SLUG / paths["teal"]).read_bytes())
    mine = MAIN + PICTURE.format(path="pictures/copy.jpg")
    _, right = sides(client, f"/write/{SLUG}", mine, MAIN)
    assert right["of"] == "图片　图片没有换，只是文件改了名"


def test_of_a_picture_that_is_not_there_the_path_decides(
    client: FlaskClient, house: House, paths: dict[str, str]
) -> None:
    theirs = MAIN + PICTURE.format(path=paths["teal"])
    assert sent(client, f"/write/{SLUG}", text=theirs, base=mark_of(MAIN)).status_code == 303
    _, right = sides(client, f"/write/{SLUG}", MAIN + PICTURE.format(path="pictures/gone.jpg"), MAIN)
    assert right["of"] == "图片　图片换了"


def test_what_nobody_touched_is_not_called_changed(client: FlaskClient, house: House, paths: dict[str, str]) -> None:
    theirs = MAIN + PICTURE.format(path=paths["teal"])
    assert sent(client, f"/write/{SLUG}", text=theirs, base=mark_of(MAIN)).status_code == 303
    answer = asked(client, f"/write/{SLUG}", text=theirs.replace("第二段", "我的第二段"), base=mark_of(MAIN))
    assert "图片换了" not in str(answer.json["beside"]["rows"])
