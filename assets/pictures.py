"""Pictures: taken in once (checked, turned, stripped, re-encoded), then cut into variants by need."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from assets import marks
from assets.child import Child, ChildError, ChildMemoryError, ChildTimeoutError
from assets.encode import JPEG, PNG, fit
from assets.fonts import MissingGlyphError
from assets.probe import FORMATS, is_film, picture_size, sniff
from assets.probe import PictureError as PictureError
from assets.store import Storage, hash_of

MAX_BYTES = 20 * 1024 * 1024
DECODE_SECONDS = 20
DECODE_MIB = 1024

_REFUSALS = {
    "image/svg+xml": "是 SVG 矢量图，可能带有脚本，不能使用：请导出为 PNG 再上传",
    "image/heic": "是 HEIC 照片，多数平台打不开：请在手机相机设置里选“兼容性最佳”，或转成 JPG 再上传",
    "image/avif": "是 AVIF 图片，多数平台打不开：请转成 JPG 再上传",
}
_UNKNOWN = "不是能识别的图片（可用 JPG、PNG、WebP、GIF、BMP、TIFF）：请检查文件，或另存为 JPG 再上传"
_FILM = "不能当图片用：请插入“视频”块写它的网址，或传到素材库"
_NO_FILM = "打不开，文件坏了，或里面不是视频：请先在电脑上播放看看，再在剪辑软件里重新导出为 MP4（H.264）"
_TOO_HARD = "解码超出时间或内存限制：请用看图软件另存为 JPG 后再上传"
_BROKEN = "不完整或已损坏，无法打开：请重新导出或重新上传"

# one for the process: it starts with the first picture, and stays warm
_decoder = Child("assets.decode:decode", DECODE_SECONDS, DECODE_MIB)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the store: hash and mime of its bytes, size in pixels and bytes."""

    hash: str
    mime: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Cut:
    """How a variant is made: ``ratio`` (w, h) or None to keep the shape, the longest width in pixels,
    the focus point in per mille, the largest size in bytes (0 = any), jpeg or png ("" = keep), and
    the words of a visible AI mark ("" = none; with them goes the metadata)."""

    width: int = 1080
    ratio: tuple[int, int] | None = None
    focus_x: int = 500
    focus_y: int = 500
    max_bytes: int = 0
    mime: str = ""
    ai_label: str = ""


COVER_235 = Cut(900, (900, 383), mime=JPEG)
SQUARE = Cut(900, (1, 1), mime=JPEG)
COVER_34 = Cut(1080, (3, 4), mime=JPEG)
COVER_169 = Cut(1280, (16, 9), mime=JPEG)
VERTICAL_916 = Cut(1080, (9, 16), mime=JPEG)
INLINE_WECHAT = Cut(1080, max_bytes=999_999)  # the interface takes less than 1 MB
THUMB_64K = Cut(300, (1, 1), max_bytes=64_000, mime=JPEG)
SITE_WIDTHS = (480, 960, 1600)


class Pictures:
    """Pictures over a content-addressed store. Variants are pure functions of (picture, cut)."""

    def __init__(self, store: Storage) -> None:
        self.store = store
        self._taken: dict[str, Picture] = {}
        self._known: dict[str, Picture] = {}
        self._cut: dict[tuple[str, Cut], Picture] = {}

    def take_in(self, content: bytes, name: str = "") -> Picture:
        """The clean picture made of ``content``, kept. PictureError names ``name`` and the remedy."""
        source = hash_of(content)
        known = self._taken.get(source)
        if known is None or not self.store.exists(known.hash):
            known = self._taken[source] = self._keep(_clean(content, name))
        return known

    def info(self, digest: str) -> Picture:
        """The picture under ``digest``, by its header."""
        if digest not in self._known:
            self._known[digest] = _described(digest, self.store.get(digest))
        return self._known[digest]

    def variant(self, digest: str, cut: Cut) -> Picture:
        """The picture cut as ``cut`` says, never enlarged; itself when there is nothing to do."""
        made = self._cut.get((digest, cut))
        if made is None or not self.store.exists(made.hash):
            made = self._cut[digest, cut] = self._make(self.info(digest), cut)
        return made

    def read(self, digest: str) -> bytes:
        """The picture's bytes."""
        return self.store.get(digest)

    def _keep(self, content: bytes) -> Picture:
        return self.info(self.store.put(content))

    def _make(self, known: Picture, cut: Cut) -> Picture:
        mime = _mime(cut.mime) or (known.mime if known.mime in (JPEG, PNG) else PNG)
        box = _box(known, cut)
        width = max(1, min(cut.width, box[2] - box[0]))
        if _is_already(known, cut, mime, width, box):
            return known
        image = _opened(self.store.get(known.hash))
        mark = marks.read_mark(image) or (marks.mark(known.hash) if cut.ai_label else "")

        def draw(narrower: int) -> Image.Image:
            return _drawn(image, box, narrower, cut)

        made = fit(draw, width, mime, cut.max_bytes, mark)
        if made is None:
            raise PictureError(f"图片压不到 {cut.max_bytes} 字节以内：请换一张更简单的图片，或放宽大小限制")
        return self._keep(made)


def _clean(content: bytes, name: str) -> bytes:
    """``content`` through the limited child; every refusal names the picture."""
    what = "视频" if content and is_film(content, name) else "图片"
    called = f"{what}「{name}」" if name else what
    if refusal := _refusal(content, name):
        raise PictureError(called + refusal)
    try:
        return _decoder.call(content)
    except (ChildTimeoutError, ChildMemoryError) as error:
        raise PictureError(called + _TOO_HARD) from error
    except ChildError as error:
        raise PictureError(called + (error.message if error.kind == "PictureError" else _BROKEN)) from error


def _refusal(content: bytes, name: str) -> str:
    """Why ``content`` need not even be opened; "" when it may."""
    if not content:
        return "是空文件：请重新导出或重新上传"
    if len(content) > MAX_BYTES:
        megabytes, limit = len(content) / 1024 / 1024, MAX_BYTES // 1024 // 1024
        return f"有 {megabytes:.1f} MB，超过 {limit} MB 的上限：请压缩或缩小后再上传"
    mime = sniff(content)
    if is_film(content, name):
        return _FILM if mime.startswith("video/") else _NO_FILM
    return "" if mime in FORMATS else _REFUSALS.get(mime, _UNKNOWN)


def _described(digest: str, content: bytes) -> Picture:
    mime = sniff(content)
    if mime not in FORMATS:
        raise PictureError(f"素材 {digest[:12]} 不是图片：请检查引用，或重新上传图片")
    return Picture(digest, mime, *picture_size(content, mime), len(content))


def _mime(asked: str) -> str:
    """``asked`` as a MIME type: "jpeg" and "image/jpeg" say the same."""
    short = asked.removeprefix("image/")
    if short and short not in ("jpeg", "jpg", "png"):
        raise PictureError(f"不能输出 {asked} 格式：请选 jpeg 或 png")
    return {"": "", "png": PNG}.get(short, JPEG)


def frame(size: tuple[int, int], ratio: tuple[int, int], focus: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest frame of ``ratio`` inside a picture of ``size``, its focus (per mille) as central as can be: left,
    top, right, bottom. Every crop there is, and every crop that is shown, is this one."""
    across, down = ratio
    width = max(1, min(size[0], round(size[1] * across / down)))
    height = max(1, min(size[1], round(size[0] * down / across)))
    left, top = _start(size[0], width, focus[0]), _start(size[1], height, focus[1])
    return left, top, left + width, top + height


def _box(known: Picture, cut: Cut) -> tuple[int, int, int, int]:
    """What of the picture a cut shows."""
    if cut.ratio is None:
        return 0, 0, known.width, known.height
    return frame((known.width, known.height), cut.ratio, (cut.focus_x, cut.focus_y))


def _start(whole: int, part: int, focus: int) -> int:
    """Where a ``part`` of ``whole`` begins so that ``focus`` (per mille) is as central as can be."""
    return min(max(0, round(whole * focus / 1000 - part / 2)), whole - part)


def _is_already(known: Picture, cut: Cut, mime: str, width: int, box: tuple[int, int, int, int]) -> bool:
    """Whether the picture is what the cut asks for: another encoding would only lose quality."""
    is_whole = box == (0, 0, known.width, known.height) and width == known.width
    is_small = not cut.max_bytes or known.size <= cut.max_bytes
    return is_whole and is_small and mime == known.mime and not cut.ai_label


def _opened(content: bytes) -> Image.Image:
    """The picture in memory, as L, RGB or RGBA."""
    try:
        image: Image.Image = Image.open(BytesIO(content), formats=(FORMATS[sniff(content)],))
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureError("图片" + _BROKEN) from error
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    info = image.info
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.info = info
    return image


def _drawn(image: Image.Image, box: tuple[int, int, int, int], width: int, cut: Cut) -> Image.Image:
    """The part in ``box`` at ``width``, with its AI label."""
    across, down = cut.ratio or (box[2] - box[0], box[3] - box[1])
    height = min(max(1, round(width * down / across)), box[3] - box[1])
    made = image.resize((width, height), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    if not cut.ai_label:
        return made
    try:
        return marks.label_ai(made, cut.ai_label)
    except MissingGlyphError as error:
        raise PictureError(str(error)) from error
