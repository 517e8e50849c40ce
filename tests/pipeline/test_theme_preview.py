"""`yigao theme preview`: one page that opens from a folder, every block in every look, every number told."""

import json
import re
from pathlib import Path

import html5lib
import pytest

import themes
from channels import values as v
from cms.matrix import built_in, known_slugs
from pipeline import proof, theme_sheet
from tests.pipeline.test_cli import matrix, yigao

__all__ = ["matrix"]
OWN = "kind: 地级市, accounts: {wechat: {theme.accent: '#F2B33D'}}"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    out = tmp_path_factory.mktemp("preview")
    code, said, _ = yigao("theme", "preview", "--theme", "chengdu", "--theme", "deyang", "--out", out, "--json")
    assert code == 0
    return out, json.loads(said)


def test_the_specimen_has_every_kind_of_block_and_nothing_is_wrong_with_it() -> None:
    story = theme_sheet.specimen(known_slugs(built_in()), proof.scratch())

    def kinds(blocks: v.Blocks) -> set[str]:
        return {one.kind for one in blocks}.union(*(kinds(getattr(one, "blocks", ())) for one in blocks))

    assert kinds(story.blocks) == set(v.BLOCK_KINDS)
    assert {one.lang for one in story.blocks} >= {"bo", "ii", "ug", "mn"}


def test_every_look_is_there_on_both_channels_and_every_link_leads_somewhere(
    shown: tuple[Path, dict[str, object]],
) -> None:
    out, _ = shown
    index = (out / "index.html").read_text(encoding="utf-8")
    framed = re.findall(r'<iframe src="([^"]+)"[^>]* loading="lazy"', index)
    wanted = [f"{channel}/s/{name}-{look}.html" for name in ("chengdu", "deyang") for look in themes.LOOKS
              for channel in ("site", "wechat")]  # fmt: skip
    assert framed == wanted
    for path in framed:
        page = (out / path).read_text(encoding="utf-8")
        near = re.findall(r'(?:src|poster)="(\.\./[^"]+)"', page) + re.findall(
            r'<link rel="stylesheet" href="([^"]+)"', page
        )
        assert near and all((out / path).parent.joinpath(one).resolve().is_file() for one in near), path
        assert not re.search(r'(?:src|poster)="https?:', page)


def test_the_index_is_clean_html_that_runs_nothing_and_asks_nobody(shown: tuple[Path, dict[str, object]]) -> None:
    index = (shown[0] / "index.html").read_text(encoding="utf-8")
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(index)
    assert parser.errors == []
    assert "<script" not in index and not re.search(r'(src|href)="(https?:|//)', index)
    assert "主色 accent<br>#846500" in index and "夜间" in index and "对比度：36 对全部达标" in index
    assert f"{themes.contrast('#846500', '#FAF8F3'):.2f}:1 ≥ 4.5" in index


def test_the_report_gives_every_number_for_a_machine(shown: tuple[Path, dict[str, object]]) -> None:
    _, report = shown
    first: dict[str, object] = report["themes"][0]  # type: ignore[index]
    assert (first["theme"], first["title"], first["accent_note"]) == ("chengdu", "成都科技", "")
    assert first["palette"]["dark_accent"] == themes.load("chengdu").token("dark_accent")  # type: ignore[index]
    assert set(first["contrast"]) == set(themes.LOOKS)  # type: ignore[call-overload]
    assert all(one["ratio"] >= one["needed"] for each in first["contrast"].values() for one in each)  # type: ignore[attr-defined]
    assert len({one["hash"] for one in first["frames"]}) == 6  # type: ignore[attr-defined]
    assert [one for one in report["findings"] if one["level"] == "block"] == []  # type: ignore[attr-defined]


def test_an_account_that_changes_its_brand_stands_beside_the_brands_with_its_note(tmp_path: Path, matrix: Path) -> None:
    matrix.write_text(matrix.read_text(encoding="utf-8").replace("kind: 地级市", OWN), encoding="utf-8")
    code, said, _ = yigao("theme", "preview", "--theme", "base", "--matrix", matrix, "--out", tmp_path / "out")
    assert code == 0 and "2 套主题" in said and "已压深为" in said
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "成都科技（wechat:chengdu）" in index and "主色 #F2B33D 在纸色上的对比度只有 1.75:1" in index
    assert index.count("<iframe") == 6 + 3


def test_a_theme_nobody_has_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    code, _, said = yigao("theme", "preview", "--theme", "chendu", "--out", tmp_path)
    assert code == 1 and "没有主题“chendu”，可用的有：base、aba" in said
    assert list(tmp_path.iterdir()) == []


def test_twice_is_the_same_to_the_byte(shown: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    yigao("theme", "preview", "--theme", "chengdu", "--theme", "deyang", "--out", tmp_path)
    for path in shown[0].rglob("*.*"):
        assert path.read_bytes() == (tmp_path / path.relative_to(shown[0])).read_bytes(), path
