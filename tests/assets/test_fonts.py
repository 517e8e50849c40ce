"""Fonts: everything an office writes is drawn, what cannot be is named, and never a box."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from assets import fonts

RARE = "𠮷"  # U+20BB7, outside every list of common characters
NOWHERE = "\U0010fffd"  # private use: no font has it
SYMBOLS = "CO₂H₂Ox⁴10⁻⁹m³℃°−×÷≤≥→①②⑩…‰《》「」【】、。，！？；：“”‘’—·～％＋㎡㎏αβγπΩāáǎàüǚé™®©§¥￥$€½²³✓★■●▲"


def picture_of(text: str, drawn_with: ImageFont.FreeTypeFont) -> bytes:
    paper = Image.new("L", (80, 80))
    ImageDraw.Draw(paper).text((8, 8), text, font=drawn_with, fill=255)
    return paper.tobytes()


def test_both_weights_open_at_the_asked_size_and_are_cached() -> None:
    for bold in (False, True):
        assert fonts.font(bold=bold, size=48).size == 48
        assert fonts.font(bold=bold, size=48) is fonts.font(bold=bold, size=48)


def test_bold_is_bolder() -> None:
    regular, bold = (sum(picture_of("科", fonts.font(bold, 48))) for bold in (False, True))
    assert bold > 1.2 * regular


def test_gb2312_and_symbols_have_glyphs() -> None:
    hanzi = "".join(
        bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
    )
    assert len(hanzi) == 6763
    assert fonts.missing(hanzi + SYMBOLS + "".join(map(chr, range(0x20, 0x7F)))) == []


def test_level_three_characters_of_the_table_have_glyphs() -> None:
    assert fonts.missing("鿍鿎鿏𬶋𬺈𬭤𬳵") == []


def test_every_element_can_be_written() -> None:
    assert fonts.missing("锘铹𬬻𬭊𬭳𬭛𬭶鿏𫟼𬬭鿔鿭𫓧镆𫟷鿬鿫") == []


def test_the_two_weights_cover_the_same_table() -> None:
    regular, bold = (fonts._coverage((str(fonts.path(bold)), 0)) for bold in (False, True))
    assert len(regular) > 10_000
    assert regular == bold


def test_missing_names_each_character_once_and_ignores_what_has_no_picture() -> None:
    assert fonts.missing(f"科{RARE}\t\n\u200b\ufe0f 技{RARE}") == [RARE]


def test_no_common_character_is_drawn_as_a_box() -> None:
    box = picture_of(NOWHERE, fonts.font(size=48))
    assert all(picture_of(one, fonts.font(size=48)) != box for one in "科技厅ABC123℃①")


def test_drawable_text_leaves_nothing_to_be_drawn_as_a_box() -> None:
    assert fonts.drawable("A\u200b\ufeffB\u2029C\ufe0f\u3000D\tE") == "AB C\u3000D E"


def test_a_common_text_gets_the_committed_font() -> None:
    assert fonts.font_for("科技", True, 40) is fonts.font(True, 40)


def system_face() -> fonts.Face:
    """A font of this system that has the rare character."""
    for face in fonts._candidates([RARE], False, ""):
        if not fonts._missing_from(face, RARE):
            return face
    pytest.skip("no system font with rare characters: install fonts-noto-cjk")


def test_a_rare_character_is_drawn_from_the_system() -> None:
    found = fonts.font_for(f"科技{RARE}", True, 40, "") if system_face() else None
    assert found
    assert picture_of(RARE, found) != picture_of(NOWHERE, found)


def test_the_configured_font_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, number = system_face()
    ours = tmp_path / "ours.ttc"
    ours.symlink_to(file)
    assert fonts.font_for(RARE, size=30, configured=f"{ours}#{number}").path == str(ours)
    monkeypatch.setenv(fonts.SETTING, f"{ours}#{number}")
    assert fonts.font_for(RARE, size=30).path == str(ours)


@pytest.mark.parametrize("configured", ["/no/such/font.ttf", __file__])
def test_a_configured_file_that_is_no_font_does_not_hide_the_error(configured: str) -> None:
    with pytest.raises(fonts.MissingGlyphError):
        fonts.font_for(NOWHERE, configured=configured)


def test_what_no_font_draws_is_named_with_the_remedy() -> None:
    with pytest.raises(fonts.MissingGlyphError, match=r"U\+10FFFD.*换成通用字.*YIGAO_FONT") as caught:
        fonts.font_for(f"科技{NOWHERE}")
    assert caught.value.characters == [NOWHERE]


def test_without_fontconfig_the_error_is_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(fonts.MissingGlyphError):
        fonts.font_for(NOWHERE)


def test_the_licence_lies_beside_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE" in (fonts.FOLDER / "OFL.txt").read_text()
