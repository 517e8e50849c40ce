"""Strangers' pictures to clean ones. Runs in the limited child: nothing else opens what was sent to us."""

from io import BytesIO

from PIL import Image, ImageCms, UnidentifiedImageError

from assets.encode import JPEG, PNG, encode
from assets.marks import read_mark
from assets.probe import FORMATS, PictureError, sniff

MAX_PIXELS = 50_000_000
LONGEST_SIDE = 2560
FEW_COLOURS = 256

Image.MAX_IMAGE_PIXELS = None  # our own limit is lower and speaks Chinese

_BROKEN = "不完整或已损坏，无法打开：请重新导出或重新上传"
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(content: bytes) -> bytes:
    """The picture turned upright, in sRGB, at most 2560 pixels long, without metadata (but for an AI mark),
    as JPEG, or as PNG when it has transparency or few colours. PictureError tells what is wrong with it."""
    try:
        return _decode(content)
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError) as error:
        raise PictureError(_BROKEN) from error
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise error if isinstance(error, PictureError) else PictureError(_BROKEN) from error


def _decode(content: bytes) -> bytes:
    with Image.open(BytesIO(content), formats=(FORMATS[sniff(content)],)) as opened:
        _check_pixels(opened)
        opened.load()
        mark, profile, turn = read_mark(opened), opened.info.get("icc_profile", b""), _turn(opened)
        is_jpeg = opened.format in ("JPEG", "MPO")
        image = _plain(opened)
    wants_png = "A" in image.mode or not (is_jpeg or _has_many_colours(image))
    image = _to_srgb(_smaller(image), profile)
    return encode(image.transpose(turn) if turn is not None else image, PNG if wants_png else JPEG, mark)


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError(f"有 {width}×{height} 像素，超过 {MAX_PIXELS // 10_000} 万像素的上限：请缩小后再上传")


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to set upright what the camera held turned; broken EXIF turns nothing."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except (ValueError, KeyError, TypeError, OSError, SyntaxError):
        return None


def _plain(image: Image.Image) -> Image.Image:
    """In one of L, RGB, RGBA (only if something is transparent) and CMYK."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        lowest, _ = clear.getchannel("A").getextrema()
        return clear if isinstance(lowest, int) and lowest < 255 else clear.convert("RGB")
    if image.mode in ("1", "F", "LA"):
        return image.convert("L")
    return image.copy() if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _has_many_colours(image: Image.Image) -> bool:
    # a grey photo never has more than 256 levels, a grey drawing few
    most = FEW_COLOURS // 4 if image.mode == "L" else FEW_COLOURS
    return image.getcolors(most) is None


def _smaller(image: Image.Image) -> Image.Image:
    longest = max(image.size)
    if longest <= LONGEST_SIDE:
        return image
    width, height = (max(1, round(side * LONGEST_SIDE / longest)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """By the picture's own colour profile; a broken or foreign profile counts as none."""
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    final = "L" if image.mode == "L" else target
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
            image = turned or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert(final)
