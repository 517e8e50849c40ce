"""The room: taking in, whose one sees, what is found, what is alike, what is in use."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from assets.likeness import ALIKE, apart, likeness
from cms import audit, library
from cms.db import read_scope, session_scope
from cms.library import (
    Added,
    Asset,
    AssetUse,
    By,
    Facts,
    LibraryDesk,
    LibraryError,
    Limits,
    Wanted,
    facts_of,
    focus_of,
)
from cms.people import EVERYWHERE
from pipeline.house import House
from pipeline.intake import take_in_text
from tests.library.conftest import OWN
from tests.library.photos import film, jpeg, photo, scene
from tests.people.house import NOON

TODAY = NOON.date()
Who = Callable[..., By]
Hold = Callable[..., Added]
STORY = "---\nslug: {slug}\nheadline: 天文台\nbyline: 张三\n---\n\n正文。\n\n![雪山]({src})\n"


def names(desk: LibraryDesk, by: By, **wanted: str) -> list[str]:
    with read_scope(desk.engine) as session:
        rows, total = library.listed(session, by.scope, Wanted(**wanted), TODAY)  # type: ignore[arg-type]
    assert total == len(rows)
    return [one.name for one in rows]


def write(house: House, picture: str, slug: str = "sichuan-star", unit: int | None = None) -> str:
    """A story with the picture, saved; its manuscript's hash."""
    folder = house.drafts / slug
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.jpg").write_bytes(house.store.get(picture))
    text = STORY.format(slug=slug, src="a.jpg")
    return take_in_text(house, text, f"{slug}.md", folder, "editor", NOON, slug=slug, unit_id=unit).manuscript


def test_a_photo_is_taken_in_clean_with_a_small_one_and_a_record(shelf: LibraryDesk, hold: Hold) -> None:
    made = hold()
    assert made.is_new and (made.asset.width, made.asset.height) == (960, 640)
    assert shelf.pictures.info(made.asset.thumb).width == 480
    assert made.asset.hash != made.asset.sent_hash  # what was sent was cleaned
    with read_scope(shelf.engine) as session:
        (said,) = audit.history(session, f"asset:{made.asset.id}")
    assert said.action == "library.add" and said.detail["author"] == "李编辑"


def test_a_photo_keeps_nothing_of_the_camera(shelf: LibraryDesk, by: Who) -> None:
    exif = Image.Exif()
    exif[0x010F] = "某某相机"
    out = io.BytesIO()
    scene(3).save(out, "JPEG", exif=exif)
    made = take_in(shelf, out.getvalue(), by())
    with Image.open(io.BytesIO(shelf.pictures.read(made.asset.hash))) as kept:
        assert not kept.getexif()


def take_in(desk: LibraryDesk, content: bytes, by: By, facts: Facts = OWN, name: str = "a.jpg") -> Added:
    return library.add(desk, content, facts, by, name)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG"),
        (b"\xff\xd8\xff not a photo", "损坏"),
        (b"plain words", "不是图片，也不是视频"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "MP4"),
        (b"\0\0\0\x14ftypisom\0\0\0\0", "读不出来"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_remedy(shelf: LibraryDesk, by: Who, content: bytes, said: str) -> None:
    with pytest.raises(LibraryError, match=said):
        take_in(shelf, content, by())
    assert names(shelf, by()) == []


def test_a_picture_that_would_burst_is_refused_by_the_limited_reader(shelf: LibraryDesk, by: Who) -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 6_000)).save(out, "PNG")
    with pytest.raises(LibraryError, match="万像素的上限"):
        take_in(shelf, out.getvalue(), by())


def test_sizes_have_limits(shelf: LibraryDesk, by: Who, tmp_path: Path) -> None:
    small = replace(shelf, limits=Limits(picture=1000, video=1000))
    with pytest.raises(LibraryError, match="上限"):
        take_in(small, photo(), by())
    with pytest.raises(LibraryError, match="上限"):
        take_in(small, film(tmp_path), by())


def test_a_day_has_a_quota_for_one_person(shelf: LibraryDesk, by: Who, hold: Hold) -> None:
    hold(1)
    tight = replace(shelf, limits=Limits(daily=90_000))
    with pytest.raises(LibraryError, match="明天再传"):
        take_in(tight, photo(2), by())
    assert take_in(tight, photo(2), by("chengdu")).is_new  # somebody else's day
    assert take_in(tight, photo(3), replace(by(), at=NOON + timedelta(hours=25))).is_new


def test_a_film_is_held_with_its_length(shelf: LibraryDesk, by: Who, tmp_path: Path) -> None:
    made = take_in(shelf, film(tmp_path), by(), name="a.mp4")
    assert (made.asset.kind, made.asset.width, made.asset.seconds) == ("video", 160, 1)
    assert names(shelf, by(), kind="video") == [OWN.name]
    with session_scope(shelf.engine) as session, pytest.raises(LibraryError, match="没有焦点"):
        library.focus(session, made.asset.id, (100, 200), by())


def test_the_same_picture_is_shown_instead_of_kept_twice(hold: Hold) -> None:
    first, again = hold(1), hold(1)
    assert not again.is_new and again.asset.id == first.asset.id


def test_a_prefecture_is_shown_the_provinces_and_holds_its_own(shelf: LibraryDesk, by: Who, hold: Hold) -> None:
    first = hold(1, "sichuan", replace(OWN, name="省"))
    assert hold(1, "chengdu").asset.id == first.asset.id  # the province's is there for all
    own = hold(2, "chengdu", replace(OWN, name="成都"))
    other = hold(2, "ganzi", replace(OWN, name="甘孜"))
    assert own.is_new and other.is_new  # neither sees the other's
    assert names(shelf, by("chengdu")) == ["成都", "省"]
    assert names(shelf, by("ganzi")) == ["甘孜", "省"]
    assert names(shelf, by("sichuan")) == ["甘孜", "成都", "省"]
    assert names(shelf, by("wuhou")) == ["省"]  # a prefecture's own is no county's
    assert names(shelf, by("yunnan")) == []


def test_the_provinces_is_for_using_not_for_changing(shelf: LibraryDesk, by: Who, hold: Hold) -> None:
    number = hold(1, "sichuan").asset.id
    with session_scope(shelf.engine) as session, pytest.raises(LibraryError, match="上级单位的素材"):
        library.focus(session, number, (100, 200), by("chengdu"))
    with pytest.raises(LibraryError, match="上级单位的素材"):
        library.remove(shelf, number, by("chengdu"))


def test_nobody_adds_to_another_unit(shelf: LibraryDesk, by: Who) -> None:
    stranger = replace(by("ganzi"), unit_id=by("chengdu").unit_id)
    with pytest.raises(LibraryError, match="不能给这个单位"):
        take_in(shelf, photo(), stranger)


def test_found_by_word_licence_kind_unit_end_and_use(shelf: LibraryDesk, by: Who, hold: Hold, house: House) -> None:
    hold(1, "sichuan", replace(OWN, name="望江楼", keywords="古建 竹子"))
    hold(2, "sichuan", Facts(name="百分号100%", licence="CC BY", author="王", until=TODAY + timedelta(days=30)))
    hold(3, "chengdu", Facts(name="过期的", licence="已获授权", author="王", until=TODAY - timedelta(days=1)))
    used = hold(4, "sichuan", replace(OWN, name="用过的")).asset
    write(house, used.hash)
    me = by()
    assert names(shelf, me, words="竹子 望江") == ["望江楼"]
    assert names(shelf, me, words="100%") == ["百分号100%"]
    assert names(shelf, me, words="没有") == []
    assert names(shelf, me, licence="CC BY") == ["百分号100%"]
    assert names(shelf, me, unit="chengdu") == ["过期的"]
    assert names(shelf, me, state="soon") == ["百分号100%"]
    assert names(shelf, me, state="over") == ["过期的"]
    assert names(shelf, me, state="unused") == ["过期的", "百分号100%", "望江楼"]
    with read_scope(shelf.engine) as session:
        assert library.running_out(session, me.scope, TODAY) == (1, 1)
        assert library.running_out(session, by("ganzi").scope, TODAY) == (0, 0)


# --------------------------------------------------------------------------- alike


def altered(seed: int) -> dict[str, bytes]:
    """One photo as others would send it."""
    image = scene(seed)
    return {
        "compressed": jpeg(image, 35),
        "smaller": jpeg(image.resize((400, 267))),
        "larger": jpeg(image.resize((1500, 1000)), 60),
        "brighter": jpeg(image.point(lambda one: min(255, int(one * 1.08)))),
        "edge": jpeg(image.crop((4, 4, 956, 636))),
    }


@pytest.mark.parametrize("change", altered(1))
def test_a_photo_changed_a_little_is_still_alike(change: str) -> None:
    for seed in range(1, 9):
        assert apart(likeness(photo(seed)), likeness(altered(seed)[change])) <= ALIKE, seed


def test_other_photos_are_not_alike_and_a_plain_one_is_like_none() -> None:
    bits = [likeness(photo(seed)) for seed in range(1, 25)]
    pairs = [apart(one, other) for at, one in enumerate(bits) for other in bits[at + 1 :]]
    assert min(pairs) > ALIKE
    plain = likeness(jpeg(Image.new("RGB", (300, 200), "white")))
    assert plain == "" and apart(plain, plain) == 64


def test_near_twins_are_shown_until_somebody_tells_them_apart(shelf: LibraryDesk, by: Who, hold: Hold) -> None:
    first = hold(1).asset
    twin = take_in(shelf, altered(1)["compressed"], by(), replace(OWN, name="又一张")).asset
    hold(2)
    assert twin.id != first.id

    def seen(asset: Asset) -> list[str]:
        with read_scope(shelf.engine) as session:
            return [one.asset.name for one in library.alike(session, by().scope, asset)]

    assert seen(first) == ["又一张"] and seen(twin) == [OWN.name]
    with session_scope(shelf.engine) as session:
        library.tell_apart(session, twin.id, first.id, by())
    assert seen(first) == seen(twin) == []


# --------------------------------------------------------------------------- where used


def test_stories_that_use_it_are_named_and_older_versions_count(
    shelf: LibraryDesk, by: Who, hold: Hold, house: House
) -> None:
    asset = hold(1).asset
    write(house, asset.hash)
    write(house, asset.hash, "chengdu-star", by("chengdu").unit_id)
    take_in_text(
        house, STORY.format(slug="sichuan-star", src="a.jpg").replace("![雪山](a.jpg)", "换了"), "s.md",
        house.drafts / "sichuan-star", "editor", NOON, slug="sichuan-star",
    )  # fmt: skip
    with read_scope(shelf.engine) as session:
        used, beyond = library.stories_using(session, by().scope, asset.hash)
        assert [(one.slug, one.is_now) for one in used] == [("chengdu-star", True), ("sichuan-star", False)]
        assert beyond == 0
        used, beyond = library.stories_using(session, by("chengdu").scope, asset.hash)
        assert [one.slug for one in used] == ["chengdu-star"] and beyond == 1


def test_what_a_text_ever_used_is_retired_never_deleted(shelf: LibraryDesk, by: Who, hold: Hold, house: House) -> None:
    used, free = hold(1).asset, hold(2, facts=replace(OWN, name="没用过")).asset
    write(house, used.hash)
    with pytest.raises(LibraryError, match="停用"):
        library.remove(shelf, used.id, by())
    library.remove(shelf, free.id, by())
    with session_scope(shelf.engine) as session:
        library.retire(session, used.id, by())
    assert names(shelf, by()) == [] and names(shelf, by(), state="retired") == [OWN.name]


def test_the_database_itself_keeps_what_is_used(shelf: LibraryDesk, hold: Hold, house: House) -> None:
    asset = hold(1).asset
    write(house, asset.hash)
    wrong = (
        delete(Asset).where(col(Asset.id) == asset.id),
        update(Asset).values(hash="0" * 64).where(col(Asset.id) == asset.id),
        delete(AssetUse),
        update(AssetUse).values(asset_hash=""),
    )
    for statement in wrong:
        with pytest.raises(IntegrityError), session_scope(shelf.engine) as session:
            session.exec(statement)  # type: ignore[call-overload]
    with session_scope(shelf.engine) as session:
        session.exec(update(Asset).values(name="别的名称").where(col(Asset.id) == asset.id))  # type: ignore[call-overload]


def test_a_manuscript_nobody_noted_is_found_and_keeps_its_picture(
    shelf: LibraryDesk, by: Who, hold: Hold, house: House
) -> None:
    """A house from before the library: its texts are looked through."""
    asset = hold(1).asset
    digest = write(house, asset.hash)
    with session_scope(shelf.engine) as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER wall_asset_uses_delete")
        connection.exec_driver_sql("DELETE FROM asset_uses")
    with pytest.raises(LibraryError, match="停用"):
        library.remove(shelf, asset.id, by())
    with read_scope(shelf.engine) as session:
        assert session.exec(select(AssetUse.asset_hash).where(AssetUse.manuscript_hash == digest)).one() == asset.hash
    assert library.look_through(shelf.engine, shelf.pictures.store) == 0


# --------------------------------------------------------------------------- what is said of it


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "名称"),
        ({"name": "一", "licence": "随便用"}, "自有"),
        ({"name": "一", "licence": "自有"}, "作者"),
        ({"name": "一", "until": "明年"}, "2027-01-31"),
        ({"name": "一", "alt": "字" * 301}, "300"),
    ],
)
def test_facts_that_cannot_be_are_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(LibraryError, match=said):
        facts_of(given)


def test_facts_come_back_as_they_were_told() -> None:
    made = facts_of({"name": " 一  张 ", "licence": "已获授权", "author": "王", "until": "2027-01-31", "ai": "1"})
    assert made == Facts(name="一 张", licence="已获授权", author="王", until=date(2027, 1, 31), ai=True)
    assert facts_of(made.told()) == made


@pytest.mark.parametrize("given", [("", "5"), ("101", "5"), ("nan", "5"), ("inf", "1"), ("-1", "5")])
def test_a_focus_outside_the_picture_is_refused(given: tuple[str, str]) -> None:
    with pytest.raises(LibraryError):
        focus_of(*given)


def test_a_change_says_what_it_was(shelf: LibraryDesk, by: Who, hold: Hold) -> None:
    number = hold(1).asset.id
    with session_scope(shelf.engine) as session:
        library.describe(session, number, replace(OWN, licence="CC BY"), by())
        library.describe(session, number, replace(OWN, licence="CC BY"), by())
        library.focus(session, number, (100, 200), by())
    with read_scope(shelf.engine) as session:
        said = audit.history(session, f"asset:{number}")[1:]
        assert session.get_one(Asset, number).focus_x == 100
    assert [(one.action, one.detail) for one in said] == [
        ("library.describe", {"licence": ["自有", "CC BY"]}),
        ("library.focus", {"x": 100, "y": 200}),
    ]


def test_ten_thousand_are_searched_in_a_fifth_of_a_second(shelf: LibraryDesk, by: Who, hold: Hold) -> None:
    import time

    model = hold(1).asset
    me = by()
    with session_scope(shelf.engine) as session:
        told = model.model_dump(exclude={"id", "hash", "name", "likeness"})
        rows = [
            {**told, "hash": f"{at:064x}", "name": f"第 {at} 张", "likeness": f"{at * 7919 << 20:016x}"[-16:]}
            for at in range(10_000)
        ]
        session.connection().execute(Asset.__table__.insert(), rows)  # type: ignore[attr-defined]
    asks = (
        lambda session: library.listed(session, me.scope, Wanted(words="9999 张 雪山"), TODAY),
        lambda session: library.listed(session, me.scope, Wanted(state="unused", licence="自有", page=100), TODAY),
        lambda session: library.listed(session, EVERYWHERE, Wanted(words="没有这样的"), TODAY),
        lambda session: library.alike(session, me.scope, model),
    )
    for ask in asks:
        with read_scope(shelf.engine) as session:
            ask(session)
            began = time.process_time()
            ask(session)
            assert time.process_time() - began < 0.2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("开幕.mp4", b"PK\x03\x04" + b"x" * 60, "^视频“开幕.mp4”打不开.*播放看看.*重新导出为 MP4"),
        ("开幕.MP4", b"", "^视频“开幕.MP4”打不开"),
        ("开幕.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 80, "^视频“开幕.mp4”读不出来：.*重新导出为 MP4"),
        ("开幕.mp4", b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + b"\0\0\xff\xffmdat12", "^视频“开幕.mp4”.*只有前面一截"),
        ("开幕.avi", b"RIFF....AVI LIST", "^视频“开幕.avi”不是 MP4"),
        ("录音.mp3", b"ID3" + b"\0" * 60, "^“录音.mp3”不是图片，也不是视频：素材库收"),
        ("雪山.jpg", b"hello" * 9, "^“雪山.jpg”不是图片，也不是视频：素材库收"),
    ],
)
def test_a_file_is_refused_as_what_it_was_meant_to_be(
    shelf: LibraryDesk, by: Who, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(LibraryError, match=sentence):
        take_in(shelf, content, by(), name=name)


def test_a_picture_called_a_film_is_the_picture_it_is(shelf: LibraryDesk, by: Who) -> None:
    assert take_in(shelf, photo(1), by(), name="雪山.mp4").asset.kind == "picture"
