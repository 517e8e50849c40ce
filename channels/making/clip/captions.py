"""Captions: cut from sentences, timed by reading speed, written as SRT, VTT and transcript."""

import math
from collections.abc import Iterator, Sequence

from channels.making import words
from channels.making.clip import lines
from channels.making.clip.storyboard import Caption, Storyboard

LINE_EM = 16
LINES = 2
PACE = 7.0  # characters a second we plan for; readers manage 9
MIN_SECONDS = 5 / 6
MAX_SECONDS = 7.0
GAP_FRAMES = 2
_LONGEST = int(PACE * MAX_SECONDS)


def cut(text: str, keep: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """``text`` as captions of at most two lines; a caption never runs over a full stop."""
    return [caption for sentence in words.sentences(text) for caption in _packed(sentence, keep)]


def original(text: str, caption: Sequence[str]) -> str:
    """The part of ``text`` that ``caption`` shows, with the punctuation its lines lost."""
    flat = " ".join(text.split())
    start = flat.index(caption[0])
    return flat[start : flat.index(caption[-1], start) + len(caption[-1])]


def _packed(sentence: str, keep: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Whole clauses while they fit; a clause too long for one caption is cut by itself."""
    held = ""
    for clause in lines.clauses(sentence):
        if _fits(held + clause, keep):
            held += clause
            continue
        yield from _split(held, keep)
        held = clause
    yield from _split(held, keep)


def _fits(text: str, keep: Sequence[str]) -> bool:
    return len(text) <= _LONGEST and len(lines.wrap(text, LINE_EM, keep)) <= LINES


def _split(text: str, keep: Sequence[str]) -> Iterator[tuple[str, ...]]:
    wrapped = lines.wrap(text, LINE_EM, keep)
    parts = math.ceil(len(wrapped) / LINES)
    for part in range(parts):
        start, end = (len(wrapped) * at // parts for at in (part, part + 1))
        yield wrapped[start:end]


def characters(caption: Sequence[str]) -> int:
    """How many characters a reader has to read."""
    return sum(len(line.replace(" ", "")) for line in caption)


def seconds(caption: Sequence[str]) -> float:
    """How long ``caption`` stands."""
    return min(MAX_SECONDS, max(MIN_SECONDS, characters(caption) / PACE))


def frames(caption: Sequence[str], fps: int) -> int:
    """How many frames ``caption`` stands, never over seven seconds."""
    return min(math.ceil(seconds(caption) * fps), math.floor(MAX_SECONDS * fps))


def timed(cut_text: Sequence[tuple[str, ...]], fps: int, lead: int) -> tuple[tuple[Caption, ...], int]:
    """The captions one after another, ``lead`` frames before the first and after the last; total frames."""
    out, at = [], lead
    for caption in cut_text:
        end = at + frames(caption, fps)
        out.append(Caption(start=at, end=end, lines=caption))
        at = end + GAP_FRAMES
    return tuple(out), at - GAP_FRAMES + lead


def cues(board: Storyboard) -> list[Caption]:
    """Every caption with its frames counted from the clip's start."""
    return [
        Caption(start=at + one.start, end=at + one.end, lines=one.lines)
        for at, shot in board.timed()
        for one in shot.captions
    ]


def srt(board: Storyboard) -> str:
    """The captions as SubRip."""
    return "".join(
        f"{number}\n{_span(cue, board.grade.fps, ',')}\n" + "\n".join(cue.lines) + "\n\n"
        for number, cue in enumerate(cues(board), 1)
    )


def vtt(board: Storyboard) -> str:
    """The captions as WebVTT."""
    return "WEBVTT\n\n" + "".join(
        f"{_span(cue, board.grade.fps, '.')}\n" + "\n".join(map(_escaped, cue.lines)) + "\n\n" for cue in cues(board)
    )


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _span(cue: Caption, fps: int, point: str) -> str:
    return f"{_clock(cue.start, fps, point)} --> {_clock(cue.end, fps, point)}"


def _clock(frame: int, fps: int, point: str) -> str:
    total = round(frame * 1000 / fps)
    minutes, ms = divmod(total, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}{point}{ms % 1000:03}"


def transcript(board: Storyboard) -> str:
    """The clip in words, for those who cannot watch it."""
    spoken = [" ".join(cue.lines) for cue in cues(board)]
    rows = [f"{name}：{value}" for shot in board.shots for name, value in getattr(shot, "rows", ())]
    label = [f"（{board.ai}）"] if board.ai else []
    return "\n".join([board.headline, *label, "", *spoken, "", *rows]) + "\n"
