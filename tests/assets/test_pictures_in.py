"""Taking pictures in: what is honest comes out clean, what is hostile is refused with a remedy."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from assets import decode, marks
from assets.child import Child
from assets.pictures import MAX_BYTES, Picture, PictureError, Pictures
from assets.store import MemoryStore

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus/images"
CORNERS = {"left top": "red", "right top": "lime", "left bottom": "blue", "right bottom": "yellow"}


@pytest.fixture
def pictures() -> Pictures:
    return Pictures(MemoryStore())


def photo(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """A picture of many colours."""
    across = Image.linear_gradient("L").resize((width, height))
    down = Image.linear_gradient("L").rotate(90).resize((width, height))
    round_ = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, round_)).convert(mode)


def corners(width: int = 320, height: int = 240) -> Image.Image:
    """A photo with one colour in each corner."""
    image = photo(width, height)
    draw = ImageDraw.Draw(image)
    for corner, colour in CORNERS.items():
        left = 0 if "left" in corner else width // 2
        top = 0 if "top" in corner else height // 2
        draw.rectangle((left, top, left + width // 2, top + height // 2), fill=colour)
    return image


def saved(image: Image.Image, form: str, **told: Any) -> bytes:
    made = BytesIO()
    image.save(made, form, **told)
    return made.getvalue()


def opened(pictures: Pictures, picture: Picture) -> Image.Image:
    return Image.open(BytesIO(pictures.read(picture.hash)))


def near(one: Any, other: tuple[int, ...], by: int = 40) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG file that claims to be enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_every_common_format_is_taken_in(pictures: Pictures, form: str) -> None:
    taken = pictures.take_in(saved(photo(), form), f"图.{form.lower()}")
    assert (taken.width, taken.height) == (320, 240)
    assert taken.mime == ("image/png" if form == "GIF" else "image/jpeg")
    assert taken.size == len(pictures.read(taken.hash))
    assert pictures.info(taken.hash) == taken


def test_the_name_does_not_decide_the_format(pictures: Pictures) -> None:
    assert pictures.take_in(saved(photo(), "PNG"), "照片.jpg").mime == "image/jpeg"


def test_the_same_bytes_give_the_same_picture() -> None:
    content = saved(photo(), "PNG")
    first, second = (Pictures(MemoryStore()).take_in(content) for _ in range(2))
    assert first == second


def test_a_picture_lost_from_the_store_is_made_again(pictures: Pictures) -> None:
    content = saved(photo(), "PNG")
    taken = pictures.take_in(content)
    pictures.store.delete(taken.hash)
    assert pictures.take_in(content) == taken
    assert pictures.store.exists(taken.hash)


def test_a_photo_becomes_a_progressive_jpeg_of_half_the_colour_detail(pictures: Pictures) -> None:
    image: Any = opened(pictures, pictures.take_in(saved(photo(), "PNG")))
    assert image.format == "JPEG"
    assert image.info["progressive"]
    assert image.layer[0][1:3] == (2, 2)


def test_transparency_and_drawings_stay_png(pictures: Pictures) -> None:
    clear = photo(mode="RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    flat = Image.new("RGB", (200, 100), "navy")
    for image in (clear, flat):
        taken = pictures.take_in(saved(image, "PNG"))
        assert taken.mime == "image/png"
        assert opened(pictures, taken).mode == image.mode


def test_an_opaque_alpha_channel_is_dropped(pictures: Pictures) -> None:
    assert pictures.take_in(saved(photo(mode="RGBA"), "PNG")).mime == "image/jpeg"


def test_grey_stays_grey(pictures: Pictures) -> None:
    taken = pictures.take_in(saved(photo(mode="L"), "JPEG"))
    assert opened(pictures, taken).mode == "L"


def test_sixteen_bit_grey_keeps_its_tones(pictures: Pictures) -> None:
    deep = Image.linear_gradient("L").convert("I").point(lambda level: level * 257).convert("I;16")
    image = opened(pictures, pictures.take_in(saved(deep, "PNG")))
    assert [image.getpixel((100, y)) for y in (0, 128, 255)] == [pytest.approx(level, abs=3) for level in (0, 128, 255)]


@pytest.mark.parametrize("mode", ["1", "P", "LA", "PA"])
def test_rare_modes_are_taken_in(pictures: Pictures, mode: str) -> None:
    image = photo().convert("L").convert(mode) if mode != "P" else photo().convert("P")
    form = "TIFF" if mode == "PA" else "PNG"
    if mode == "PA":
        image = photo().convert("P").convert("PA")
    assert pictures.take_in(saved(image, form)).width == 320


def test_the_longest_side_is_capped(pictures: Pictures) -> None:
    taken = pictures.take_in(saved(photo(1500, 3000), "JPEG"))
    assert (taken.width, taken.height) == (1280, 2560)


def test_only_the_first_picture_of_an_animation_is_kept(pictures: Pictures) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "lime", "blue")]
    taken = pictures.take_in(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    image = opened(pictures, taken)
    assert image.format == "PNG"
    assert near(image.convert("RGB").getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "TIFF", "WEBP", "PNG"])
def test_the_picture_is_set_upright(pictures: Pictures, turn: int, form: str) -> None:
    upright = corners()
    backwards = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    held = decode._TURNS.get(turn)
    if held is not None:
        upright_held = upright.transpose(backwards.get(turn, held))
    else:
        upright_held = upright
    exif = Image.Exif()
    exif[0x0112] = turn
    image = opened(pictures, pictures.take_in(saved(upright_held, form, exif=exif))).convert("RGB")
    assert image.size == upright.size
    for at in ((10, 10), (310, 10), (10, 230), (310, 230)):
        assert near(image.getpixel(at), upright.getpixel(at)), at  # type: ignore[arg-type]
    assert 0x0112 not in image.getexif()


def test_places_comments_and_tools_are_stripped(pictures: Pictures) -> None:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825)[2] = (30.0, 39.0, 11.0)
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SecretXmp</x:xmpmeta>"
    jpeg = saved(photo(), "JPEG", exif=exif, comment=b"SecretComment", xmp=packet, dpi=(300, 300))
    text = PngInfo()
    text.add_text("Comment", "SecretComment")
    text.add_itxt("XML:com.adobe.xmp", packet.decode())
    png = saved(Image.new("RGB", (50, 50), "red"), "PNG", pnginfo=text, exif=exif)
    for content in (jpeg, png):
        assert b"Secret" in content
        taken = pictures.take_in(content)
        kept = pictures.read(taken.hash)
        assert not any(word in kept for word in (b"Secret", b"CameraMaker", b"Exif", b"eXIf", b"tEXt", b"iCCP"))
        assert not opened(pictures, taken).getexif()


def test_what_hides_behind_a_picture_is_gone(pictures: Pictures) -> None:
    polyglot = saved(photo(), "JPEG") + b"PK\x03\x04<script>alert(1)</script>"
    assert b"script" not in pictures.read(pictures.take_in(polyglot).hash)


def test_a_mark_of_the_machine_is_never_stripped(pictures: Pictures) -> None:
    told = marks.mark("abc-1", "某平台")
    comment = Image.Exif()
    comment.get_ifd(0x8769)[0x9286] = b'ASCII\0\0\0{"AIGC":' + told.encode() + b"}"
    text = PngInfo()
    text.add_text("AIGC", told)
    for content in (
        saved(photo(), "JPEG", xmp=marks.xmp(told)),
        saved(photo(), "JPEG", exif=comment),
        saved(photo(), "PNG", pnginfo=text),
    ):
        assert marks.read_mark(opened(pictures, pictures.take_in(content))) == told


def test_a_colour_profile_is_turned_into_srgb(pictures: Pictures) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"kXYZ").replace(b"gXYZ", b"rXYZ").replace(b"kXYZ", b"gXYZ")
    for profile, expected in ((srgb, (220, 30, 60)), (swapped, (30, 220, 60))):
        coloured = saved(Image.new("RGB", (50, 50), (220, 30, 60)), "PNG", icc_profile=profile)
        assert near(opened(pictures, pictures.take_in(coloured)).getpixel((9, 9)), expected, 3)


def test_a_broken_colour_profile_counts_as_none(pictures: Pictures) -> None:
    broken = pictures.take_in(saved(Image.new("RGB", (50, 50), (200, 30, 60)), "PNG", icc_profile=b"rubbish"))
    assert opened(pictures, broken).getpixel((9, 9)) == (200, 30, 60)


def test_print_colours_become_screen_colours(pictures: Pictures) -> None:
    image = opened(pictures, pictures.take_in(saved(Image.new("CMYK", (80, 80), (0, 255, 255, 0)), "JPEG")))
    assert image.mode == "RGB"
    assert near(image.getpixel((40, 40)), (255, 0, 0))


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "空.png": (lambda: b"", "空文件"),
    "炸弹.png": (lambda: bomb(60_000, 60_000), r"60000×60000 像素，超过 5000 万像素.*缩小"),
    "缺行.png": (lambda: bomb(3000, 3000), "已损坏.*重新导出"),
    "半张.jpg": (lambda: saved(photo(), "JPEG")[:3000], "不完整或已损坏.*重新"),
    "半张.png": (lambda: saved(photo(), "PNG")[:3000], "不完整或已损坏.*重新"),
    "只有头.gif": (lambda: b"GIF89a", "已损坏"),
    "文字.jpg": (lambda: "这是一段文字".encode(), "不是能识别的图片.*JPG"),
    "脚本.svg": (lambda: SVG, "SVG.*导出为 PNG"),
    "脚本.png": (lambda: b"\xef\xbb\xbf \n" + SVG, "SVG.*导出为 PNG"),
    "手机.heic": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 50, "HEIC.*转成 JPG"),
    "新.avif": (lambda: b"\0\0\0\x18ftypavif" + b"\0" * 50, "AVIF.*转成 JPG"),
    "片.mp4": (lambda: b"\0\0\0\x18ftypisom" + b"\0" * 50, "不能当图片用：请插入“视频”块"),
    "假片.MP4": (lambda: b"%PDF-1.7 " * 9, "打不开.*播放.*MP4"),
    "老片.avi": (lambda: b"RIFF....AVI LIST", "打不开.*播放.*MP4"),
    "太大.png": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_BYTES, r"20\.0 MB，超过 20 MB.*压缩"),
    "网页.jpg": (lambda: b"\xff\xd8\xff<html><script>alert(1)</script>", "已损坏"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_used_is_refused_by_name_with_a_remedy(pictures: Pictures, name: str) -> None:
    make, sentence = HOSTILE[name]
    what = "视频" if "片." in name else "图片"
    with pytest.raises(PictureError, match=f"^{what}「{name}」.*{sentence}") as caught:
        pictures.take_in(make(), name)
    assert "：请" in str(caught.value)


def test_a_picture_beyond_time_or_memory_is_refused(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    for target in ("child_targets:sleep_long", "child_targets:eat_much"):
        with Child(target, 0.5, 64) as weak:
            monkeypatch.setattr("assets.pictures._decoder", weak)
            with pytest.raises(PictureError, match=r"^图片解码超出时间或内存限制：请用看图软件另存为 JPG"):
                pictures.take_in(saved(photo(), "PNG"))


def test_after_a_refusal_the_next_picture_is_taken_in(pictures: Pictures) -> None:
    with pytest.raises(PictureError):
        pictures.take_in(bomb(60_000, 60_000))
    assert pictures.take_in(saved(photo(), "JPEG")).width == 320


def test_what_is_no_picture_has_no_picture_info(pictures: Pictures) -> None:
    with pytest.raises(PictureError, match="不是图片：请"):
        pictures.info(pictures.store.put(b"some text"))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of pictures is not beside this checkout")
def test_every_picture_of_the_corpus_is_taken_in(pictures: Pictures) -> None:
    for file in sorted(CORPUS.iterdir()):
        taken = pictures.take_in(file.read_bytes(), file.name)
        image = opened(pictures, taken)
        assert image.mode in ("L", "RGB", "RGBA")
        assert not image.getexif()
        assert not {"icc_profile", "comment", "Comment", "xmp", "photoshop"} & set(image.info)
        if file.name.startswith("exif_"):
            assert (taken.width > taken.height) == ("Landscape" in file.name)
