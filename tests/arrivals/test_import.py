"""`yigao import` with everything people send: a Word file, a page, a zip, a folder, and what cannot be read."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from channels.contract import StoryError
from pipeline.house import House
from pipeline.intake import bring_in
from tests.arrivals.files import FILES
from tests.arrivals.ooxml import png
from tests.pipeline.conftest import NOW, make_house  # noqa: F401

MARKDOWN = "---\nslug: in-zip\nheadline: 包里的稿件\n---\n\n正文。\n\n![红](图片/红.png)\n"


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:  # noqa: F811
    return make_house()


def test_a_word_file_leaves_its_manuscript_and_pictures_in_the_workspace(house: House, tmp_path: Path) -> None:
    path = tmp_path / "zhi-pu.docx"
    path.write_bytes(FILES["pictures"].file.bytes())
    (made,) = bring_in(house, path, "editor", NOW)
    kept = house.drafts / made.slug
    assert made.headline == "图片稿" and not made.is_blocked
    assert "图1 质谱仪正在运行" in (kept / f"{made.slug}.md").read_text(encoding="utf-8")
    assert sorted(one.name for one in (kept / "pictures").iterdir()) == ["image1.png", "image2.png"]
    assert [one.rule for one in made.left] == ["arrival.picture.cropped"]


def gbk_zip() -> bytes:
    """As Windows packs it: names in GBK without saying so. zipfile writes UTF-8, so the bytes are exchanged."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("story.md", MARKDOWN)
        archive.writestr("AABB/CC.png", png())
    for mark, name in ((b"AABB", "图片"), (b"CC.png", "红.png")):
        content = out.getvalue().replace(mark, name.encode("gbk"))
        out = io.BytesIO(content)
    return out.getvalue()


def test_a_zip_packed_on_chinese_windows_finds_its_pictures(house: House, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(gbk_zip())
    (made,) = bring_in(house, path, "editor", NOW)
    assert made.slug == "in-zip" and not made.is_blocked
    assert (house.drafts / "in-zip" / "图片" / "红.png").is_file()


def test_a_folder_brings_in_all_its_stories(house: House, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("plain", "lists"):
        (tmp_path / "in" / f"{name}.docx").write_bytes(FILES[name].file.bytes())
    made = bring_in(house, tmp_path / "in", "editor", NOW)
    assert [one.headline for one in made] == ["列表", "大型仪器开放共享"]


def test_a_page_keeps_the_place_of_a_picture_that_must_be_fetched(house: House, tmp_path: Path) -> None:
    path = tmp_path / "ye.html"
    path.write_bytes("<title>页</title><p>字</p><img src='https://a.cn/b.png'>".encode("gbk"))
    (made,) = bring_in(house, path, "editor", NOW)
    assert made.headline == "页" and made.is_blocked
    assert [one.rule for one in made.left] == ["arrival.picture.remote"]


def test_what_cannot_be_read_says_what_to_do(house: House, tmp_path: Path) -> None:
    path = tmp_path / "稿.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(StoryError, match="Word"):
        bring_in(house, path, "editor", NOW)
