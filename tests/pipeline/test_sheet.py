"""The contact sheet: the bytes that would be signed, every picture once, nothing from anywhere else."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest

from channels import canonical
from channels.values import Manuscript
from cms.matrix import built_in, load_matrix
from pipeline import proof, sheet
from tests.pipeline.conftest import write_story
from tests.pipeline.test_cli import matrix, yigao

__all__ = ["matrix"]
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
UNITS = ("chengdu", "ganzi", "mianyang")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manuscript, list[proof.Proof]]:
    folder = tmp_path_factory.mktemp("sheet")
    pictures = proof.scratch()
    manuscript, _ = proof.read_story(write_story(folder), ("ganzi",), pictures)
    assert manuscript is not None
    profiles = load_matrix(built_in()).profiles(proof.TEXT_CHANNELS, UNITS)
    proofs = [proof.proof(manuscript, one, pictures, NOW) for one in profiles]
    written = sheet.write_sheet(manuscript, proofs, pictures, NOW, folder / "out")
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    assert (written.screens, written.files) == (15, len(files))
    assert written.size == sum(path.stat().st_size for path in files)
    return folder / "out", manuscript, proofs


def test_every_screen_holds_the_body_that_would_be_signed(
    made: tuple[Path, Manuscript, list[proof.Proof]],
) -> None:
    out, manuscript, proofs = made
    for one in proofs:
        assert one.rendition is not None
        screen = (out / sheet.frame_path(one)).read_text(encoding="utf-8")
        body = sheet.filled(one.rendition.parts[0], one, manuscript, NOW).body
        if one.profile.channel == "weibo":
            body = html.escape(body.partition("https://")[0])
        if one.profile.channel == "feed":
            body = body.replace(f"{one.profile.site_url}/p/", "../p/")
        assert body in screen, one.profile.account


def test_every_account_is_on_the_page_with_its_hash(made: tuple[Path, Manuscript, list[proof.Proof]]) -> None:
    out, _, proofs = made
    page = (out / "index.html").read_text(encoding="utf-8")
    for one in proofs:
        assert f'src="{sheet.frame_path(one)}"' in page
        assert f'title="{canonical.digest(one.rendition)}"' in page


def test_everything_it_shows_lies_beside_it_and_pictures_lie_there_once(
    made: tuple[Path, Manuscript, list[proof.Proof]],
) -> None:
    out, _, proofs = made
    for path in out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        tree = html5lib.parse(text, namespaceHTMLElements=False)
        shown = [one.get("src") for name in ("img", "iframe") for one in tree.iter(name)]
        shown += [one.get("href") for one in tree.iter("link") if one.get("rel") in ("stylesheet", "icon")]
        for address in filter(None, shown):
            assert address == "data:," or (path.parent / address).is_file(), (path, address)
        assert not list(tree.iter("script")) or "application/ld+json" in text
    files = {one.hash for each in proofs if each.rendition for one in each.rendition.parts[0].files}
    assert len(list((out / "frames" / "p").iterdir())) == len(files)


def test_the_page_has_no_script_and_filters_by_style_alone(
    made: tuple[Path, Manuscript, list[proof.Proof]],
) -> None:
    page = (made[0] / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page and not re.search(r"\son\w+=", page)
    assert "default-src 'none'" in html.unescape(page)
    for value in (*UNITS, *proof.TEXT_CHANNELS):
        assert f'option[value="{value}"]:checked' in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page) and "url(" not in page and "@import" not in page


def test_the_same_story_gives_the_same_sheet(made: tuple[Path, Manuscript, list[proof.Proof]], tmp_path: Path) -> None:
    out, _, proofs = made
    pictures = proof.scratch()
    manuscript, _ = proof.read_story(write_story(tmp_path), ("ganzi",), pictures)
    assert manuscript is not None
    again = [proof.proof(manuscript, one.profile, pictures, NOW) for one in proofs]
    sheet.write_sheet(manuscript, again, pictures, NOW, tmp_path / "out")
    for path in out.rglob("*.*"):
        assert (tmp_path / "out" / path.relative_to(out)).read_bytes() == path.read_bytes(), path


def test_the_command_tells_where_and_how_much(tmp_path: Path, matrix: Path) -> None:
    story = write_story(tmp_path)
    code, out, _ = yigao("sheet", story, "--matrix", matrix, "--out", tmp_path / "out", "--unit", "ganzi")
    assert code == 0 and "5 个成品" in out and "index.html" in out
    assert (tmp_path / "out" / "frames" / "wechat" / "ganzi.html").is_file()


def test_a_story_that_is_blocked_shows_its_findings_and_fails(tmp_path: Path, matrix: Path) -> None:
    front = f"slug: long\nheadline: 标题\nshort_headlines: {{{{wechat: {'很长' * 40}}}}}"
    story = write_story(tmp_path, text=f"---\n{front}\n---\n\n正文。\n")
    options = ("--matrix", matrix, "--out", tmp_path / "out", "--channel", "wechat")
    code, _, err = yigao("sheet", story, *options)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert code == 1 and "公众号标题有 80 字" in err
    assert 'data-found="block"' in page and "公众号标题有 80 字" in page and "拦截 1" in page


def test_a_text_without_words_shows_why_and_a_film_is_refused(tmp_path: Path, matrix: Path) -> None:
    story = tmp_path / "none.md"
    story.write_text("", encoding="utf-8")
    code, _, err = yigao("sheet", story, "--matrix", matrix, "--out", tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert code == 1 and "正文是空的" in err
    assert "没有成品，请先改好下面的问题" in page and "正文是空的" in page
    for film in ("shipinhao", "douyin"):
        code, _, err = yigao("sheet", story, "--matrix", matrix, "--out", tmp_path / "out", "--channel", film)
        assert code == 1 and "短视频排不进一览" in err
