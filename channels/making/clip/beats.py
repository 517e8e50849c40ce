"""Goes through a story once, collects what is worth showing, and picks what fits a clip."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from channels.making import words
from channels.making.clip import captions, lines
from channels.making.clip.cards import TALL, WIDE
from channels.making.clip.storyboard import (
    AnyShot,
    Bubble,
    Caption,
    Crop,
    Figure,
    Grade,
    Scene,
    Talk,
    Words,
)
from channels.values import (
    AnyBlock,
    Blocks,
    Character,
    CorrectionNotice,
    Dialogue,
    FactBox,
    Gallery,
    KeyFigure,
    Manuscript,
    Paragraph,
    Picture,
    Quote,
)
from channels.values import Figure as FigureBlock

LONGEST_BODY = 30  # seconds
SHORTEST_BODY = 13
SHORTEST_SCENE = 3
MOST_SHOTS = 6
NOTE_EM = 27
LABEL_LENGTH = 20
LARGE_EM, BUBBLE_EM = 10, 10.5  # what a line of a words card and of a bubble holds
SCENE_WORDS, CARD_WORDS, LINE_WORDS = 66, 36, 42
AI_LABEL = "AI生成"
_RANK = {"correction": -1, "talk": 0, "picture": 1, "figure": 2, "more": 3, "quote": 4, "words": 5}
_FIRST_PICTURES = 2  # these come before numbers, the rest after
_FORMLESS = {
    "table": "表格",
    "code": "代码",
    "formula": "公式",
    "list": "列表",
    "video": "视频",
    "audio": "音频",
    "live_stream": "直播",
    "resource_card": "资源卡",
    "policy_link": "政策链接",
    "footnote": "脚注",
}
Size = Callable[[str], tuple[int, int]]


def asset(picture: Picture | None) -> str:
    """The hash a frozen picture names, or ""."""
    return picture.src.removeprefix("asset:") if picture and picture.src.startswith("asset:") else ""


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing worth showing: its kind for ranking, its place in the story, its shots, their frames."""

    kind: str
    order: int
    shots: tuple[AnyShot, ...]
    picture: str = ""

    @property
    def frames(self) -> int:
        return sum(shot.frames for shot in self.shots)


class Author:
    """Goes through one story once, collects beats, and picks the ones that fit."""

    def __init__(
        self, manuscript: Manuscript, size: Size, grade: Grade, missing: Callable[[str], Sequence[str]]
    ) -> None:
        self.manuscript, self.size, self.grade, self.missing = manuscript, size, grade, missing
        self.keep = tuple(filter(None, (*manuscript.topics, *(one.name for one in manuscript.cast))))
        self.cast = {one.key: one for one in manuscript.cast}
        issue = f"第 {manuscript.issue} 期" if manuscript.issue else ""
        self.label = words.fit(words.clean("·".join(filter(None, (manuscript.column, issue)))), LABEL_LENGTH)
        self.label = self.label or manuscript.published
        self.unused = list(_flat(manuscript.blocks))
        self.moves = 0
        self.by_picture: dict[str, Picture] = {}

    def body(self) -> tuple[AnyShot, ...]:
        """The shots between title and outro: talk and pictures first, then numbers, then words."""
        chosen: list[Beat] = []
        room = LONGEST_BODY * self.grade.fps
        for beat in sorted(self._beats(), key=lambda one: (_RANK[one.kind], one.order)):
            if beat.kind in ("words", "quote") and self._is_enough(chosen):
                continue
            if beat.kind == "correction" or (len(chosen) < MOST_SHOTS and beat.frames <= room):
                chosen.append(beat)
                room -= beat.frames
        return tuple(shot for beat in sorted(chosen, key=lambda one: one.order) for shot in beat.shots)

    def _is_enough(self, chosen: list[Beat]) -> bool:
        return len(chosen) >= 3 and sum(one.frames for one in chosen) >= SHORTEST_BODY * self.grade.fps

    def _beats(self) -> list[Beat]:
        beats: list[Beat | None] = [self._lead()]
        shown = {beat.picture for beat in beats if beat}
        for order, block in enumerate(list(self.unused), 1):
            if isinstance(block, FigureBlock) and asset(block.picture) not in shown:
                shown.add(asset(block.picture))
                beats.append(self._picture(block.picture, block, order))
        for order, block in enumerate(list(self.unused), 1):
            beats.append(self._card(block, order))
        found = [beat for beat in beats if beat is not None]
        pictures = [beat for beat in found if beat.kind == "picture"]
        late = pictures[_FIRST_PICTURES:]
        return [replace(beat, kind="more") if beat in late else beat for beat in found]

    def _lead(self) -> Beat | None:
        """The digest over the cover picture; without a cover, the digest as words."""
        said = self._fitting(words.clean(self.manuscript.digest), SCENE_WORDS)
        cover = self.manuscript.cover
        if not said:
            return None
        if cover is None or not asset(cover):
            return self._said("picture", said, 0)
        return self._scene(cover, said, "", 0)

    def _picture(self, picture: Picture, block: FigureBlock, order: int) -> Beat | None:
        said = next(filter(None, map(self._taken, self._neighbours(order - 1))), "")
        note = words.plain(block.caption)
        if not said:
            said, note = self._fitting(note, SCENE_WORDS), ""
        return self._scene(picture, said, note, order) if said and asset(picture) else None

    def _neighbours(self, at: int) -> Iterator[AnyBlock]:
        """The paragraph after the picture, then the one before."""
        yield from self.unused[at + 1 : at + 3]
        yield from self.unused[max(0, at - 1) : at]

    def _taken(self, block: AnyBlock) -> str:
        """The sentences of ``block`` that fit a scene; it is then not used again."""
        if not isinstance(block, Paragraph):
            return ""
        said = self._fitting(words.plain(block.text), SCENE_WORDS)
        if said:
            self.unused[self.unused.index(block)] = replace(block, text=())
        return said

    def _scene(self, picture: Picture, said: str, note: str, order: int) -> Beat | None:
        self.by_picture[asset(picture)] = picture
        cut = captions.cut(said, self.keep)
        placed, frames = captions.timed(cut, self.grade.fps, self.grade.fps // 4)
        short = SHORTEST_SCENE * self.grade.fps - frames
        if short > 0:  # a picture needs its time: the last caption stands on
            frames += short
            placed = (*placed[:-1], replace(placed[-1], end=placed[-1].end + short))
        width, height = self.size(asset(picture))
        tall = width < height * 0.95
        start, end = moves(width / height, window_shape(tall), picture, self.moves)
        self.moves += 1
        credit = f"图：{picture.credit}" if picture.credit else ""
        both = "　".join(filter(None, (note, credit)))
        scene = Scene(
            frames=frames,
            captions=placed,
            label=self.label,
            picture=asset(picture),
            crop_from=start,
            crop_to=end,
            tall=tall,
            note=self._noted(both, note, credit),
            ai=AI_LABEL if picture.ai else "",
        )
        return Beat("picture", order, (scene,), asset(picture))

    def _noted(self, *texts: str) -> str:
        """The fullest of ``texts`` that fits on the line under a picture."""
        return next((text for text in texts if lines.width(text) <= NOTE_EM and self._ok(text)), "")

    def _card(self, block: AnyBlock, order: int) -> Beat | None:
        if isinstance(block, CorrectionNotice):
            return self._correction(block, order)
        if isinstance(block, KeyFigure):
            return self._figure(block, order)
        if isinstance(block, Dialogue):
            return self._talk(block, order)
        if isinstance(block, Quote):
            said = self._fitting(" ".join(words.paragraphs(block.blocks)), CARD_WORDS)
            return self._said("quote", said, order, quoted=True, cite=block.cite) if said else None
        if isinstance(block, Paragraph):
            said = self._fitting(words.plain(block.text), CARD_WORDS)
            return self._said("words", said, order) if said else None
        return None

    def _figure(self, block: KeyFigure, order: int) -> Beat | None:
        said = f"{block.label} {block.value}{block.unit}"
        if not self._ok(said + block.note) or lines.width(block.label) > 26:
            return None
        placed, _ = captions.timed(captions.cut(said, self.keep)[:1], self.grade.fps, 0)
        frames = max(6 * self.grade.beat, self._beaten(placed[0].end))
        note = block.note if lines.width(block.note) <= 66 else ""
        shot = Figure(
            frames=frames,
            captions=placed,
            label=self.label,
            value=block.value,
            unit=block.unit,
            meaning=block.label,
            note=note,
        )
        return Beat("figure", order, (shot,))

    def _correction(self, block: CorrectionNotice, order: int) -> Beat:
        """更正 is always shown, in full, under its own name."""
        said = f"原文“{words.clean(block.was)}”有误。更正为“{words.clean(block.now)}”。"
        label = "·".join(filter(None, ("更正", block.corrected)))
        return self._said("correction", said, order, label=label)

    def _said(self, kind: str, said: str, order: int, quoted: bool = False, cite: str = "", label: str = "") -> Beat:
        """Words on cards: a still for each caption."""
        shots = []
        for caption in captions.cut(said, self.keep):
            placed, frames = self._still(caption)
            large = lines.wrap(captions.original(said, caption), LARGE_EM, self.keep)
            shots.append(
                Words(frames=frames, captions=placed, label=label or self.label, lines=large, quoted=quoted, cite=cite)
            )
        return Beat(kind, order, tuple(shots))

    def _talk(self, block: Dialogue, order: int) -> Beat | None:
        shots: list[Talk] = []
        bubbles: tuple[Bubble, ...] = ()
        for line in block.lines:
            who = self.cast.get(line.speaker) or Character(key=line.speaker, name=line.speaker)
            said = words.plain(line.text)
            if not said:
                continue
            if len(bubbles) == 3 or len(said) > LINE_WORDS or not self._ok(who.name + said):
                break
            spoken = lines.wrap(said, BUBBLE_EM, self.keep, whole=True)
            bubbles = (*bubbles, Bubble(name=who.name, side=who.side, colour=who.colour, lines=spoken))
            shots.append(self._turn(f"{who.name}：{said}", bubbles))
        return Beat("talk", order, tuple(shots)) if shots else None

    def _turn(self, said: str, bubbles: tuple[Bubble, ...]) -> Talk:
        placed, frames = captions.timed(captions.cut(said, self.keep), self.grade.fps, 0)
        frames = self._beaten(frames + captions.GAP_FRAMES)
        return Talk(frames=frames, captions=placed, label=self.label, bubbles=bubbles)

    def _still(self, caption: tuple[str, ...]) -> tuple[tuple[Caption, ...], int]:
        placed, frames = captions.timed([caption], self.grade.fps, 0)
        return placed, self._beaten(frames + captions.GAP_FRAMES)

    def _beaten(self, frames: int) -> int:
        return -(-frames // self.grade.beat) * self.grade.beat

    def _fitting(self, text: str, most: int) -> str:
        """The first sentences of ``text`` that fit in ``most`` characters and that we have letters for."""
        said = ""
        for sentence in words.sentences(text):
            if len(said + sentence) > most or not self._ok(sentence):
                break
            said += sentence
        return said

    def _ok(self, text: str) -> bool:
        return not self.missing(text)

    def credits(self, shots: Sequence[AnyShot]) -> str:
        """Whose pictures are shown, once each, in order."""
        shown = [asset(self.manuscript.cover), *(shot.picture for shot in shots if isinstance(shot, Scene))]
        known = {asset(self.manuscript.cover): self.manuscript.cover, **self.by_picture}
        names = [" ".join(filter(None, (one.credit, one.licence))) for one in map(known.get, shown) if one]
        return "；".join(dict.fromkeys(filter(None, names)))

    def left_out(self) -> tuple[tuple[int, str], ...]:
        """(line, Chinese name) of each kind of block a clip has no form for, the first place of each."""
        found: dict[str, int] = {}
        for block in self.unused:
            if block.kind in _FORMLESS:
                found.setdefault(_FORMLESS[block.kind], block.line)
        return tuple((line, name) for name, line in found.items())


def _flat(blocks: Blocks) -> Iterator[AnyBlock]:
    for block in blocks:
        if isinstance(block, FactBox):
            yield from _flat(block.blocks)
        elif isinstance(block, Gallery):
            yield from block.figures
        else:
            yield block


def window_shape(tall: bool) -> float:
    """Width by height of the window a picture moves in."""
    _, _, width, height = TALL if tall else WIDE
    return width / height


def moves(shape: float, window: float, picture: Picture, turn: int) -> tuple[Crop, Crop]:
    """From where to where the crop moves: slowly in, then slowly out, along the picture's longer side."""
    full = min(1.0, window / shape)  # width of the largest crop, as a part of the picture's
    wide, near = _crop(shape, window, full, picture, 0.0), _crop(shape, window, full * 0.86, picture, 1.0)
    return (wide, near) if turn % 2 == 0 else (near, wide)


def _crop(shape: float, window: float, width: float, picture: Picture, pull: float) -> Crop:
    """A crop ``width`` wide around the focus; ``pull`` moves it that far from the middle to the focus."""
    height = width * shape / window
    left = _edge(width, 0.5 + (picture.focus_x / 1000 - 0.5) * max(pull, 0.6))
    top = _edge(height, 0.5 + (picture.focus_y / 1000 - 0.5) * max(pull, 0.6))
    return Crop(left=int(left * 1000), top=int(top * 1000), width=int(width * 1000))


def _edge(size: float, middle: float) -> float:
    return min(max(middle - size / 2, 0.0), max(0.0, 1 - size))
