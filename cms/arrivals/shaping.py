"""From pieces to a story: headline, byline, small headings people only drew, captions; each guess is told."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from channels.values import (
    AnyBlock,
    Blocks,
    FactBox,
    Figure,
    Footnote,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    List,
    Paragraph,
    Quote,
    RegionBlock,
    Table,
    Text,
)
from cms.arrivals.nesting import unmarked
from cms.arrivals.pieces import Piece, Remainder, plain, words_of
from cms.manuscript import FrontMatter, normalise
from cms.manuscript.normal import squash

_TITLE_LENGTH = 64
_HEADING_LENGTH = 40
_LARGER = 2.0  # points above the text: what a reader sees as larger
_ENDED = re.compile(r"[。；，、！？!?;,…]$|[：:]$")
_DOCUMENT_NUMBER = re.compile(r"^\S{1,20}[〔［\[(（【]\s*(19|20)\d{2}\s*[〕］\])）】]\s*第?\s*\d+\s*号")
_RED_HEAD = re.compile(r"^.{2,40}(文件|公报|公告|令)$")
_BYLINE = re.compile(
    r"^[（(]?\s*(?P<who>作者|文|文字|撰文|撰稿|撰稿人|供稿|记者|本报记者|通讯员|本刊记者|作者单位)"
    r"\s*(?:[/／|｜:：]\s*|(?<=记者)\s+|(?<=通讯员)\s+)(?P<names>[^。！？；]{1,40}?)\s*[）)]?$"
)
_CREDIT_ROLES = ("文", "文字", "作者", "撰文", "撰稿", "撰稿人")
_CAPTION = re.compile(
    r"^(图|图片|照片|Figure|Fig\.?)\s*[\d一二三四五六七八九十]+|^[▲△▼▽↑]|^(图片?说明|图注|图源|图片?来源)[:：]"
)
_TABLE_CAPTION = re.compile(r"^(表|附表|Table)\s*[\d一二三四五六七八九十]+", re.I)
_LEVELS = (
    (2, re.compile(r"^(第[一二三四五六七八九十百\d]+[章节篇部编]|[一二三四五六七八九十]{1,3}、)\s*\S")),
    (3, re.compile(r"^[（(][一二三四五六七八九十]{1,3}[）)]\s*\S")),
    (4, re.compile(r"^\d{1,2}[.．、]\s*[^\d\s]")),
)
_REMARK = re.compile(r"^[（(].*[)）]$")
_INDENT = "\u3000\u3000"
_LANGUAGES = (
    ("bo", re.compile("[\u0f00-\u0fff]")),
    ("ii", re.compile("[\ua000-\ua4cf]")),
    ("mn-Mong", re.compile("[\u1800-\u18af]")),
    ("ug", re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")),
)
_FIRST, _LAST = 8, 3  # where a headline or byline is looked for
_NUMBERED_FACES = ("黑体", "楷体", "SimHei", "KaiTi", "小标宋")


@dataclass(frozen=True, slots=True)
class Shaped:
    """A story's front matter and blocks."""

    front: FrontMatter
    blocks: Blocks


def shape(
    pieces: Iterable[Piece],
    notes: Iterable[Footnote],
    left: Remainder,
    headline: str = "",
    byline: tuple[str, ...] = (),
) -> Shaped:
    """The story in ``pieces``. ``headline`` and ``byline`` are what the source said outside its text."""
    told = _Shaper(_parted(pieces), left)
    front = told.front(headline, byline)
    told.headings()
    told.captions()
    blocks = normalise(_spoken(piece.block) for piece in [*told.pieces, *map(Piece, notes)])
    return Shaped(front, blocks)


def flow(pieces: Iterable[Piece]) -> Blocks:
    """The blocks of a box, cell or note: only captions are looked for there."""
    parted = _parted(pieces)
    if not any(isinstance(piece.block, Figure | Table) for piece in parted):
        return tuple(piece.block for piece in parted)
    shaper = _Shaper(parted, Remainder())
    shaper.captions()
    return tuple(piece.block for piece in shaper.pieces)


def _parted(pieces: Iterable[Piece]) -> list[Piece]:
    """Paragraphs cut where two breaks, or a break and an indent, stood for a new paragraph."""
    out: list[Piece] = []
    for piece in pieces:
        block = piece.block
        if isinstance(block, Paragraph):
            parts = paragraphs(block.text)
            out += [replace(piece, block=replace(block, text=tuple(part))) for part in parts]
        else:
            out.append(piece)
    return [piece for piece in out if _has_words(piece.block)]


def _has_words(block: AnyBlock) -> bool:
    return not isinstance(block, Paragraph | Heading) or any(
        not isinstance(run, Text) or run.text.strip() for run in block.text
    )


def paragraphs(text: Inlines) -> list[list[Inline]]:
    """A line of text cut at double breaks and at breaks followed by a full-width indent."""
    out: list[list[Inline]] = [[]]
    for at, run in enumerate(text):
        after = text[at + 1] if at + 1 < len(text) else None
        is_indented = isinstance(after, Text) and after.text.startswith(_INDENT)
        if isinstance(run, LineBreak) and (is_indented or isinstance(after, LineBreak) or not out[-1]):
            out += [[]] if out[-1] else []
        else:
            out[-1].append(run)
    return [part for part in out if part]


class _Shaper:
    def __init__(self, pieces: list[Piece], left: Remainder) -> None:
        self.pieces = pieces
        self.left = left
        self.size, self.face = _body(pieces)

    def words(self, at: int) -> str:
        """The words of a paragraph or heading; nothing for other blocks."""
        block = self.pieces[at].block
        return plain(block.text) if isinstance(block, Paragraph | Heading) else ""

    # ---- front matter

    def front(self, headline: str, byline: tuple[str, ...]) -> FrontMatter:
        look = self._red_head()
        headline, subtitle = self._headline(headline)
        byline = self._byline() or byline
        return FrontMatter(headline=headline, subtitle=subtitle, byline=byline, look=look)

    def _red_head(self) -> str:
        """红头: the issuer's line and the number of a document stay in the text; the look becomes policy."""
        for at in range(min(_FIRST, len(self.pieces))):
            words = self.words(at)
            if _DOCUMENT_NUMBER.match(words):
                self.left.changed("red_head", "这是红头文件：版式已选“政策”，发文机关和文号留在正文里，请核对", words)
                return "policy"
        return ""

    def _headline(self, given: str) -> tuple[str, str]:
        """The headline and what stands under it, taken out of the text."""
        at = self._styled_title()
        if at is None and given:
            self._drop_repeated(given)
            return squash(given), ""
        if at is None and (at := self._drawn_title()) is not None:
            self.left.changed("headline", "开头居中的大字一行已认作标题、移到稿头，请核对", self.words(at))
        if at is None:
            name = squash(PurePath(self.left.file).stem)
            if name:
                self.left.changed("headline.file", "文中没有找到标题，暂用文件名，请改写标题", name)
            return name, ""
        words = self._taken(at)
        while at < len(self.pieces) and self.pieces[at].role == "title" and len(words) <= _TITLE_LENGTH:
            words += self._taken(at)  # a title over two lines
        is_under = at < len(self.pieces) and (
            self.pieces[at].role == "subtitle" or re.match(r"^(——|--|—)\s*\S", self.words(at))
        )
        return squash(words), self._taken(at) if is_under and self.words(at) else ""

    def _taken(self, at: int) -> str:
        """The words of a piece that leaves the text; note references stay with the next paragraph."""
        block = self.pieces.pop(at).block
        assert isinstance(block, Paragraph | Heading)
        if any(not isinstance(run, Text | LineBreak) for run in block.text):
            message = "标题里的脚注号、公式放不进标题，请核对标题和脚注"
            self.left.lost("headline.note", message, words_of((block,)))
        return plain(block.text)

    def _drop_repeated(self, given: str) -> None:
        """The headline once more at the start of the text."""
        if self.pieces and self.words(0) == squash(given):
            self.pieces.pop(0)

    def _styled_title(self) -> int | None:
        """A title by its style, else a level-1 heading that stands alone before any text."""
        for at, piece in enumerate(self.pieces):
            if piece.role == "title" and self.words(at):
                return at
        tops = [at for at, p in enumerate(self.pieces) if isinstance(p.block, Heading) and p.block.level == 1]
        if not tops or _LEVELS[0][1].match(self.words(tops[0])):
            return None
        before = [at for at in range(tops[0]) if not _is_furniture(self.words(at))]
        return tops[0] if not before else None

    def _drawn_title(self) -> int | None:
        """The first large line in the middle, before any text."""
        for at, piece in enumerate(self.pieces[:_FIRST]):
            words = self.words(at)
            if isinstance(piece.block, List | Table | Quote | FactBox):
                return None
            if not words or (_is_furniture(words) and not piece.is_centred):
                continue
            if _DOCUMENT_NUMBER.match(words) or (_RED_HEAD.match(words) and self._is_numbered_next(at)):
                continue
            if _LEVELS[0][1].match(words):
                return None  # a numbered heading: the text has begun
            is_large = piece.size >= self.size + _LARGER or piece.is_bold
            is_line = len(words) <= _TITLE_LENGTH and not words.endswith("。") and isinstance(piece.block, Paragraph)
            if is_line and piece.is_centred and is_large and not _BYLINE.match(words):
                return at
            if not piece.is_centred and not _BYLINE.match(words):
                return None  # the text has begun: what comes is one of its own headings
        return None

    def _is_numbered_next(self, at: int) -> bool:
        return any(_DOCUMENT_NUMBER.match(self.words(one)) for one in range(at + 1, min(at + 3, len(self.pieces))))

    def _byline(self) -> tuple[str, ...]:
        """The author's line at the head or foot of the text, proposed as the byline."""
        count = len(self.pieces)
        for at in [*range(min(_FIRST, count)), *range(max(count - _LAST, _FIRST), count)]:
            found = _BYLINE.match(self.words(at))
            if not found or self._is_heading(at):
                continue
            names = _names(found["who"], found["names"])
            self.left.changed("byline", "作者一行已移到稿头的“署名”，请核对", self.words(at))
            self.pieces.pop(at)
            return names
        return ()

    def _is_heading(self, at: int) -> bool:
        return isinstance(self.pieces[at].block, Heading)

    # ---- headings

    def headings(self) -> None:
        """Short lines that were only drawn as headings become headings, when there is no doubt."""
        made: list[str] = []
        for at, piece in enumerate(self.pieces):
            block = piece.block
            if isinstance(block, Heading):
                self.pieces[at] = replace(piece, block=replace(block, text=unmarked(block.text)))
            elif isinstance(block, Paragraph) and (level := self._drawn_level(at)):
                text = unmarked(block.text)
                self.pieces[at] = replace(piece, block=Heading(level=level, text=text))
                made.append(plain(text))
        if made:
            message = f"{len(made)} 处加粗或放大的短行已认作小标题，请核对"
            self.left.changed("headings", message, " … ".join(made))

    def _drawn_level(self, at: int) -> int:
        """The level of a heading that is one by its looks; 0 when it may be anything else."""
        piece, words = self.pieces[at], self.words(at)
        is_line = 0 < len(words) <= _HEADING_LENGTH and not _ENDED.search(words)
        if not is_line or piece.role == "caption" or _CAPTION.match(words) or _TABLE_CAPTION.match(words):
            return 0
        if isinstance(piece.block, Paragraph) and any(isinstance(run, LineBreak) for run in piece.block.text):
            return 0
        is_large = bool(self.size) and piece.size >= self.size + _LARGER
        is_faced = piece.face != self.face and any(face in piece.face for face in _NUMBERED_FACES)
        for level, sign in _LEVELS:
            if sign.match(words) and (piece.is_bold or is_large or is_faced):
                return level
        is_followed = at + 1 < len(self.pieces) and not self._looks_alike(at, at + 1)
        return 2 if piece.is_bold and is_large and is_followed else 0

    def _looks_alike(self, at: int, other: int) -> bool:
        one, two = self.pieces[at], self.pieces[other]
        return isinstance(two.block, Paragraph) and (one.is_bold, one.size) == (two.is_bold, two.size)

    # ---- captions

    def captions(self) -> None:
        """The line under a picture, or above a table, becomes its caption."""
        out: list[Piece] = []
        pieces = self.pieces
        at = 0
        while at < len(pieces):
            piece = pieces[at]
            after = pieces[at + 1] if at + 1 < len(pieces) else None
            last = out[-1].block if out else None
            block = piece.block
            if (
                isinstance(block, Paragraph)
                and isinstance(last, Figure)
                and not last.caption
                and self._is_caption(piece)
            ):
                out[-1] = Piece(replace(last, caption=unmarked(block.text)))
            elif after and isinstance(after.block, Table) and self._is_table_caption(piece):
                pieces[at + 1] = replace(after, block=replace(after.block, caption=self.words(at)))
            else:
                out.append(piece)
            at += 1
        self.pieces = out

    def _is_caption(self, piece: Piece) -> bool:
        assert isinstance(piece.block, Paragraph)
        words = plain(piece.block.text)
        is_small = piece.is_centred and bool(piece.size) and piece.size < self.size and not _ENDED.search(words)
        return len(words) <= 120 and bool(piece.role == "caption" or _CAPTION.match(words) or is_small)

    def _is_table_caption(self, piece: Piece) -> bool:
        block = piece.block
        if not isinstance(block, Paragraph) or not all(isinstance(run, Text) for run in block.text):
            return False
        words = plain(block.text)
        has_links = any(mark.kind == "link" for run in block.text if isinstance(run, Text) for mark in run.marks)
        return not has_links and len(words) <= 80 and bool(piece.role == "caption" or _TABLE_CAPTION.match(words))


def _is_furniture(words: str) -> bool:
    """Lines that may stand above a headline: a document's number, its issuer, a remark in brackets."""
    return bool(
        not words or _DOCUMENT_NUMBER.match(words) or _RED_HEAD.match(words) or re.match(r"^[（(].*[)）]$", words)
    )


def _names(who: str, names: str) -> tuple[str, ...]:
    """The names of a byline. 记者 and 通讯员 are part of it; 文 and 作者 are not."""
    if who in _CREDIT_ROLES:
        return tuple(squash(one) for one in re.split(r"[、，,;；]", names) if one.strip())
    return (f"{who} {squash(names)}",)


def _body(pieces: list[Piece]) -> tuple[float, str]:
    """The size and face most of the letters have."""
    sizes: Counter[float] = Counter()
    faces: Counter[str] = Counter()
    for piece in pieces:
        if isinstance(piece.block, Paragraph):
            count = len(plain(piece.block.text))
            sizes[piece.size] += count
            faces[piece.face] += count
    return (sizes.most_common(1)[0][0], faces.most_common(1)[0][0]) if sizes else (0.0, "")


def _spoken(block: AnyBlock) -> AnyBlock:
    """The block with its language when it is not Chinese: what most of its letters belong to."""
    if isinstance(block, List | Quote | FactBox | Table | Footnote | RegionBlock | Paragraph | Heading):
        words = words_of((block,))
        letters = [char for char in words if char.isalpha()]
        for lang, sign in _LANGUAGES:
            if letters and 2 * sum(bool(sign.match(char)) for char in letters) > len(letters):
                return replace(block, lang=lang)
    return block
