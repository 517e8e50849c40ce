"""Variants: the right shape around the focus, never enlarged, small enough, marked where a machine helped."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from assets import marks
from assets import pictures as cuts
from assets.pictures import Cut, Picture, PictureError, Pictures
from assets.store import MemoryStore


@pytest.fixture
def pictures() -> Pictures:
    return Pictures(MemoryStore())


def photo(width: int, height: int) -> Image.Image:
    """Many colours, and fine grain that compresses badly."""
    grain = Image.effect_noise((width, height), 60)
    across = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (grain, across, across.rotate(180)))


def keep(pictures: Pictures, image: Image.Image, form: str = "PNG") -> Picture:
    made = BytesIO()
    image.save(made, form)
    return pictures._keep(made.getvalue())


def opened(pictures: Pictures, picture: Picture) -> Image.Image:
    return Image.open(BytesIO(pictures.read(picture.hash)))


def stripes() -> Image.Image:
    """Ten upright stripes, their red telling which one."""
    image = Image.new("RGB", (1000, 200))
    draw = ImageDraw.Draw(image)
    for number in range(10):
        draw.rectangle((number * 100, 0, number * 100 + 99, 199), fill=(number * 25, 0, 0))
    return image


@pytest.mark.parametrize(
    ("cut", "size"),
    [
        (cuts.COVER_235, (900, 383)),
        (cuts.SQUARE, (900, 900)),
        (cuts.COVER_34, (1080, 1440)),
        (cuts.COVER_169, (1280, 720)),
        (cuts.VERTICAL_916, (1080, 1920)),
        (cuts.INLINE_WECHAT, (1080, 1080)),
        (cuts.THUMB_64K, (300, 300)),
    ],
)
def test_the_named_cuts_have_their_sizes(pictures: Pictures, cut: Cut, size: tuple[int, int]) -> None:
    made = pictures.variant(keep(pictures, Image.new("RGB", (2000, 2000), "teal")).hash, cut)
    assert (made.width, made.height) == size
    assert opened(pictures, made).size == size


@pytest.mark.parametrize(("focus", "stripe"), [(0, 1), (300, 3), (500, 5), (720, 7), (1000, 9)])
def test_the_crop_is_around_the_focus(pictures: Pictures, focus: int, stripe: int) -> None:
    made = pictures.variant(keep(pictures, stripes()).hash, Cut(200, (1, 1), focus_x=focus))
    level: Any = opened(pictures, made).getpixel((120, 100))
    assert abs(level[0] - stripe * 25) < 4


def test_the_focus_works_from_top_to_bottom(pictures: Pictures) -> None:
    tall = keep(pictures, stripes().transpose(Image.Transpose.ROTATE_270))
    made = pictures.variant(tall.hash, Cut(200, (1, 1), focus_y=300))
    level: Any = opened(pictures, made).getpixel((100, 120))
    assert abs(level[0] - 75) < 4


def test_a_picture_is_never_enlarged(pictures: Pictures) -> None:
    small = keep(pictures, photo(400, 300))
    assert pictures.variant(small.hash, Cut(1080)).width == 400
    square = pictures.variant(small.hash, cuts.SQUARE)
    assert (square.width, square.height) == (300, 300)


def test_with_nothing_to_do_it_is_the_picture_itself(pictures: Pictures) -> None:
    small = keep(pictures, photo(400, 300), "JPEG")
    assert pictures.variant(small.hash, Cut(1080)) == small
    assert pictures.variant(small.hash, Cut(1080, mime="image/jpeg")) == small


def test_a_width_keeps_the_shape(pictures: Pictures) -> None:
    made = pictures.variant(keep(pictures, photo(640, 360)).hash, Cut(480))
    assert (made.width, made.height, made.mime) == (480, 270, "image/png")


@pytest.mark.parametrize("cut", [Cut(1), Cut(50, (100, 1)), Cut(50, (1, 100))])
@pytest.mark.parametrize("size", [(1, 1), (2, 900), (900, 2)])
def test_extreme_shapes_have_at_least_a_pixel(pictures: Pictures, cut: Cut, size: tuple[int, int]) -> None:
    made = pictures.variant(keep(pictures, Image.new("RGB", size, "red")).hash, cut)
    assert 1 <= made.width <= size[0]
    assert 1 <= made.height <= size[1]


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png"])
@pytest.mark.parametrize("most", [200_000, 20_000, 3_000])
def test_the_size_limit_is_met(pictures: Pictures, mime: str, most: int) -> None:
    made = pictures.variant(keep(pictures, photo(800, 600)).hash, Cut(800, max_bytes=most, mime=mime))
    assert made.size <= most
    assert made.size == len(pictures.read(made.hash))
    assert made.mime == mime


def test_quality_is_given_up_before_width(pictures: Pictures) -> None:
    grainy = keep(pictures, photo(800, 600))
    best = pictures.variant(grainy.hash, Cut(800, mime="jpeg"))
    assert pictures.variant(grainy.hash, Cut(800, max_bytes=best.size // 2, mime="jpeg")).width == 800
    assert pictures.variant(grainy.hash, Cut(800, max_bytes=best.size // 20, mime="jpeg")).width < 800


def test_an_inline_picture_is_below_a_megabyte(pictures: Pictures) -> None:
    made = pictures.variant(keep(pictures, photo(1080, 900)).hash, cuts.INLINE_WECHAT)
    assert made.size < 1_000_000


def test_an_impossible_limit_is_told(pictures: Pictures) -> None:
    with pytest.raises(PictureError, match="压不到 50 字节以内：请"):
        pictures.variant(keep(pictures, photo(64, 64)).hash, Cut(max_bytes=50))


def test_an_unknown_format_is_told(pictures: Pictures) -> None:
    with pytest.raises(PictureError, match="不能输出 image/webp 格式：请选 jpeg 或 png"):
        pictures.variant(keep(pictures, photo(64, 64)).hash, Cut(mime="image/webp"))


def test_a_damaged_picture_is_told(pictures: Pictures) -> None:
    whole = pictures.read(keep(pictures, photo(300, 300)).hash)
    with pytest.raises(PictureError, match="已损坏"):
        pictures.variant(pictures.store.put(whole[:2000]), Cut(100))


def test_white_paper_lies_under_what_is_transparent(pictures: Pictures) -> None:
    clear = keep(pictures, Image.new("RGBA", (100, 100), (255, 0, 0, 0)))
    level: Any = opened(pictures, pictures.variant(clear.hash, Cut(50, mime="image/jpeg"))).getpixel((20, 20))
    assert min(level) > 250


@pytest.mark.parametrize("mode", ["1", "P", "LA"])
def test_a_picture_kept_in_a_rare_mode_is_cut_too(pictures: Pictures, mode: str) -> None:
    kept = keep(pictures, photo(100, 80).convert("L").convert(mode))
    assert pictures.variant(kept.hash, Cut(50)).width == 50


def test_variants_are_the_same_bytes_every_time() -> None:
    cut = Cut(300, (3, 4), 300, 700, 30_000, "image/jpeg", marks.WORDS)
    made = []
    for _ in range(2):
        pictures = Pictures(MemoryStore())
        made.append(pictures.variant(keep(pictures, stripes().resize((900, 900))).hash, cut))
    assert made[0] == made[1]


def test_a_variant_lost_from_the_store_is_made_again(pictures: Pictures) -> None:
    kept = keep(pictures, photo(300, 300))
    made = pictures.variant(kept.hash, Cut(100))
    pictures.store.delete(made.hash)
    assert pictures.variant(kept.hash, Cut(100)) == made
    assert pictures.read(made.hash)


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """Where the mark's white letters are, their palest rim left out."""
    letters = picture.convert("L").point(lambda level: 255 if level > 200 else 0)
    found = letters.getbbox()
    assert found
    return found


@pytest.mark.parametrize("size", [(1080, 608), (1080, 1440), (400, 400), (1080, 240)])
@pytest.mark.parametrize("mime", ["image/jpeg", "image/png"])
def test_the_words_stand_in_a_corner_at_five_per_cent(pictures: Pictures, size: tuple[int, int], mime: str) -> None:
    kept = keep(pictures, Image.new("RGB", size, "navy"))
    made = pictures.variant(kept.hash, Cut(1080, mime=mime, ai_label=marks.WORDS))
    left, top, right, bottom = ink(opened(pictures, made))
    assert bottom - top >= 0.05 * min(size)
    assert right > 0.9 * size[0] and bottom > 0.85 * size[1]
    assert left > 0.3 * size[0]


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_grey_and_transparent_pictures_are_marked_too(pictures: Pictures, mode: str) -> None:
    kept = keep(pictures, Image.new("RGB", (500, 400), "black").convert(mode))
    image = opened(pictures, pictures.variant(kept.hash, Cut(500, ai_label=marks.WORDS)))
    assert image.mode == ("RGBA" if mode == "RGBA" else "RGB")
    assert ink(image)


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png"])
def test_the_metadata_names_the_machine_and_the_picture(pictures: Pictures, mime: str) -> None:
    kept = keep(pictures, photo(300, 300))
    made = pictures.variant(kept.hash, Cut(300, mime=mime, ai_label=marks.WORDS))
    assert marks.read_mark(opened(pictures, made)) == marks.mark(kept.hash)
    assert b'"Label":"1"' in pictures.read(made.hash)
    assert b"http://www.tc260.org.cn/ns/AIGC/1.0/" in pictures.read(made.hash)


def test_a_mark_passes_to_every_variant(pictures: Pictures) -> None:
    marked = pictures.variant(keep(pictures, photo(300, 300)).hash, Cut(300, ai_label=marks.WORDS))
    thumb = pictures.variant(marked.hash, cuts.THUMB_64K)
    smaller = pictures.variant(marked.hash, Cut(100, (1, 1), mime="image/jpeg"))
    told = {marks.read_mark(opened(pictures, one)) for one in (marked, thumb, smaller)}
    assert len(told) == 1 and told != {""}


def test_without_a_mark_there_is_none(pictures: Pictures) -> None:
    made = pictures.variant(keep(pictures, photo(300, 300)).hash, Cut(100))
    assert marks.read_mark(opened(pictures, made)) == ""


def test_a_mark_that_has_no_room_is_told(pictures: Pictures) -> None:
    tiny = keep(pictures, Image.new("RGB", (30, 30)))
    with pytest.raises(PictureError, match="图片太小（30×30），放不下标识「AI 生成」：请"):
        pictures.variant(tiny.hash, Cut(ai_label=marks.WORDS))


def test_a_mark_with_an_unknown_character_is_told(pictures: Pictures) -> None:
    with pytest.raises(PictureError, match=r"U\+10FFFD"):
        pictures.variant(keep(pictures, photo(300, 300)).hash, Cut(ai_label="AI \U0010fffd"))


@pytest.mark.parametrize("text", ["{" * 500, '{"Label"', '["Label"]', '{"AIGC":["Label"]}', "", "{}"])
def test_rubbish_is_no_mark(text: str) -> None:
    image = Image.new("RGB", (9, 9))
    image.info["AIGC"] = text
    assert marks.read_mark(image) == ""
