"""A story without a picture still gets a cover, drawn from its headline and the brand."""

import io

import pytest
from PIL import Image

import themes
from channels.contract import StoryError
from channels.making.titlecard import title_card

LONG = "省科协出台方案推动天府科技云服务高质量发展，这是一个用来测试换行和省略的非常非常长的标题，长到放不下为止" * 2


@pytest.mark.parametrize("size", [(900, 383), (300, 300)])
@pytest.mark.parametrize("headline", ["“天府科技云”的眉山路径", LONG])
def test_the_card_has_the_asked_size_and_the_brand(headline: str, size: tuple[int, int]) -> None:
    theme = themes.load("meishan")
    content = title_card(headline, "眉山科技", theme, size)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", size)
        edge = image.convert("RGB").getpixel((1, size[1] // 2))
    wanted = tuple(int(theme.token("accent")[at : at + 2], 16) for at in (1, 3, 5))
    assert isinstance(edge, tuple)
    assert all(abs(a - b) <= 6 for a, b in zip(edge, wanted, strict=True))
    assert len(content) < (64_000 if size == (300, 300) else 1_000_000)


def test_the_words_stay_clear_of_the_right_and_lower_edges() -> None:
    image = Image.open(io.BytesIO(title_card(LONG, "眉山科技", themes.load("meishan"), (900, 383)))).convert("L")
    paper = image.getpixel((880, 5))
    assert {image.getpixel((x, y)) for x in range(870, 900) for y in range(0, 383, 7)} == {paper}


def test_a_character_no_font_has_is_left_out_of_the_card() -> None:
    with_it = title_card("新字\U000105c0来了", "眉山科技", themes.load("meishan"), (900, 383))
    assert with_it == title_card("新字来了", "眉山科技", themes.load("meishan"), (900, 383))


def test_a_headline_no_font_has_is_named_with_the_remedy() -> None:
    with pytest.raises(StoryError, match=r"题图卡画不出来.*U\+105C0"):
        title_card("\U000105c0", "眉山科技", themes.load("meishan"), (900, 383))
