"""The freeze, the cross-checks, and a story as a folder."""

import io
from pathlib import Path

import pytest
from PIL import Image

from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.canonical import decode, digest, encode
from channels.values import Dialogue, Figure, Gallery, Manuscript, Paragraph, Text, Video
from cms.manuscript import Frozen, export_story, freeze, import_story, read

STORY = """---
headline: “能源捕手”飞上天
byline: [王小明]
cast:
  - {key: catcher, name: 能源捕手, picture: face.png}
cover: {path: 雪 山.jpg, focus: "50,30"}
slug: energy-catcher
topics: [核技术]
kind: reprint
source: {outlet: 科技日报, author: 赵五, url: "https://example.com/1"}
---

正文[^1]。

![雪山](<雪 山.jpg> "飞过贡嘎"){credit="王"}

:::图集
![](face.png)
![](雪%20山.jpg)

:::

:::对白
能源捕手：闻得到。
:::

[^1]: 注。
"""


@pytest.fixture
def pictures() -> Pictures:
    return Pictures(MemoryStore())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "稿件"
    home.mkdir()
    picture(home / "雪 山.jpg", "JPEG")
    picture(home / "雪%20山.jpg", "JPEG")
    picture(home / "face.png", "PNG")
    return home


def picture(path: Path, form: str) -> None:
    made = io.BytesIO()
    image = Image.radial_gradient("L").convert("RGB").resize((320, 200))
    image.save(made, form)
    path.write_bytes(made.getvalue())


def frozen(text: str, pictures: Pictures, folder: Path | None) -> Frozen:
    return freeze(read(f"---\nheadline: 题\n---\n\n{text}\n", "稿.md"), pictures, folder)


def test_pictures_become_assets_and_speakers_keys(pictures: Pictures, folder: Path) -> None:
    made = freeze(read(STORY, "稿.md"), pictures, folder)
    assert made.findings == () and made.manuscript
    story = made.manuscript
    assert [asset.mime for asset in story.assets].count("image/jpeg") == 1, "equal bytes are one asset"
    figure = next(block for block in story.blocks if isinstance(block, Figure))
    assert figure.picture.src.removeprefix("asset:") in {asset.hash for asset in story.assets}
    assert story.cover and story.cover.src == figure.picture.src and story.cover.focus_y == 300
    dialogue = next(block for block in story.blocks if isinstance(block, Dialogue))
    assert dialogue.lines[0].speaker == "catcher"
    assert (story.slug, story.source and story.source.outlet) == ("energy-catcher", "科技日报")
    assert decode(Manuscript, encode(story)) == story


def test_an_exported_story_comes_back_with_the_same_hash(pictures: Pictures, folder: Path, tmp_path: Path) -> None:
    story = freeze(read(STORY, "稿.md"), pictures, folder).manuscript
    assert story
    file = export_story(story, pictures, tmp_path / "out")
    for elsewhere in (pictures, Pictures(MemoryStore())):
        again = import_story(file, elsewhere)
        assert again.findings == () and again.manuscript
        assert digest(again.manuscript) == digest(story)


def test_a_stranger_named_like_an_export_is_re_encoded(pictures: Pictures, folder: Path, tmp_path: Path) -> None:
    story = freeze(read(STORY, "稿.md"), pictures, folder).manuscript
    assert story
    file = export_story(story, pictures, tmp_path / "out")
    target = next(path for path in (tmp_path / "out/pictures").iterdir() if path.suffix == ".jpg")
    target.write_bytes(target.read_bytes() + b"<script>trailing</script>")
    again = import_story(file, Pictures(MemoryStore()))
    assert again.manuscript and digest(again.manuscript) != digest(story)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("没有.jpg", "missing"),
        ("../secret.jpg", "outside"),
        ("/etc/hostname", "outside"),
        ("link.jpg", "outside"),
        ("..\\secret.jpg", "outside"),
        ("words.jpg", "unusable"),
        ("", "missing"),
        ("huge.jpg", "too_large"),
        ("https://a.cn/a.jpg", "remote"),
        ("//a.cn/a.jpg", "remote"),
        ("data:image/png;base64,AAAA", "remote"),
        ("asset:" + "0" * 64, "missing"),
    ],
)
def test_a_picture_that_cannot_be_taken_in_blocks(path: str, rule: str, pictures: Pictures, folder: Path) -> None:
    picture(folder.parent / "secret.jpg", "JPEG")
    (folder / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    (folder / "words.jpg").write_text("不是图片")
    with (folder / "huge.jpg").open("wb") as huge:
        huge.truncate(21 * 1024 * 1024)
    made = frozen(f"一\n\n![](<{path}>)", pictures, folder)
    assert made.manuscript is None
    (finding,) = [f for f in made.findings if f.level == "block"]
    assert (finding.rule, finding.line, finding.file) == (f"manuscript.picture.{rule}", 7, "稿.md")
    assert "请" in finding.message


def test_what_is_in_the_store_is_shown_only_to_a_text_that_may_rest_on_it(pictures: Pictures, tmp_path: Path) -> None:
    """A hash is no right: what is somebody else's is answered like what is not there, wherever a text names it."""
    picture(tmp_path / "a.jpg", "JPEG")
    kept = pictures.take_in((tmp_path / "a.jpg").read_bytes(), "a.jpg").hash
    text = "---\nheadline: 题\ncover: asset:{0}\ncast:\n  - {{key: a, name: 甲, picture: asset:{0}}}\n---\n\n正文。\n\n"
    text += "![图](asset:{0})\n\n:::图集\n![图](asset:{0})\n![图](asset:{0})\n:::\n\n"
    text += ":::视频 asset:{0}\n![图](asset:{0})\n:::\n\n:::音频 asset:{0}\n:::\n"

    def said(digest: str, *held: str) -> tuple[str, list[tuple[str, str]]]:
        made = freeze(read(text.format(digest)), pictures, keep=True, holds=set(held).__contains__)
        assert made.manuscript is not None
        found = [(one.rule, one.message) for one in made.findings if one.level == "block"]
        return encode(made.manuscript).decode().replace(digest, "…"), found

    foreign, missing = said(kept), said("0" * 64, "0" * 64)
    assert foreign[1] and "…" not in foreign[0]
    assert {one for one in foreign[1] if "图片" in one[1]} == {one for one in missing[1] if "图片" in one[1]} != set()
    assert freeze(read(text.format(kept)), pictures).manuscript is None  # nobody said that it may
    own, found = said(kept, kept)
    assert found == [] and own.count("asset:…") >= 7


def test_remote_pictures_can_be_left_out_for_a_preview(pictures: Pictures) -> None:
    text = "# 题\n\n甲\n\n![](https://a.cn/a.jpg)\n\n:::图集\n![](https://a.cn/b.jpg)\n:::\n"
    text += "\n:::视频 https://a.cn/v.mp4\n![](https://a.cn/p.jpg)\n:::\n"
    made = freeze(read(text), pictures, None, remote="drop")
    assert made.manuscript
    assert made.manuscript.blocks == (Paragraph(text=(Text("甲"),)), Video(src="https://a.cn/v.mp4"))
    assert [f.level for f in made.findings] == ["warn"] * 3
    assert not any(isinstance(block, Gallery) for block in made.manuscript.blocks)


@pytest.mark.parametrize(
    ("text", "level", "rule"),
    [
        ("甲[^9]", "block", "footnote.missing"),
        ("甲\n\n[^9]: 没人引用", "warn", "footnote.unused"),
        (":::对白\n路人：你好\n:::", "block", "dialogue.unknown_speaker"),
        (":::小知识 t\n:::对白\n路人：你好\n:::\n:::", "block", "dialogue.unknown_speaker"),
        (":::视频 本地.mp4\n:::", "block", "picture.medium"),
    ],
)
def test_cross_checks(text: str, level: str, rule: str, pictures: Pictures) -> None:
    made = frozen(text, pictures, None)
    assert [(f.level, f.rule, f.file) for f in made.findings] == [(level, f"manuscript.{rule}", "稿.md")]
    assert (made.manuscript is None) == (level == "block")


def test_text_is_composed_and_hidden_characters_are_gone(pictures: Pictures) -> None:
    made = freeze(read("---\nheadline: e\u0301\n---\n\ne\u0301&#8203;&#2;\u2028x\n"), pictures)
    assert made.manuscript
    assert made.manuscript.headline == "é"
    assert made.manuscript.blocks == (Paragraph(text=(Text("é x"),)),)


@pytest.mark.parametrize(
    ("headline", "file", "slug"),
    [
        ("题", "Energy Catcher (2).md", "energy-catcher-2"),
        ("题", "⭐️ 20211201 Edit audio.md", "20211201-edit-audio"),
        ("题", "能源.md", "s-edeb31dda6"),
        ("题", "2026.md", "s-edeb31dda6"),
        ("题", "", "s-edeb31dda6"),
    ],
)
def test_the_slug_comes_from_the_file_or_the_headline(headline: str, file: str, slug: str, pictures: Pictures) -> None:
    made = freeze(read(f"---\nheadline: {headline}\n---\n甲", file), pictures)
    assert made.manuscript and made.manuscript.slug == slug
    assert freeze(read("# 题\n\n甲", file), pictures, slug="given").manuscript.slug == "given"  # type: ignore[union-attr]


def test_a_formula_that_cannot_be_drawn_is_told_at_its_line(pictures: Pictures) -> None:
    frozen = freeze(
        read("---\nheadline: 公式\n---\n\n第一段。\n\n$$\n\\frac{a}{\n$$\n\n- 甲 $x^{$ 乙\n"), pictures, None
    )
    told = [one for one in frozen.findings if one.rule == "manuscript.formula.raw"]
    assert [one.level for one in told] == ["warn", "warn"]
    assert all("TeX 原样显示" in one.message for one in told)
    assert [one.line for one in told] == [7, 11]
