"""One article through the reader and every text channel, with everything worth knowing of the way."""

import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.contract import ChannelError
from channels.making import words
from channels.rendering import render_and_check
from channels.values import Finding, Loss, Manuscript, Profile, Rendition
from cms import manuscript as desk
from cms.matrix import built_in, load_matrix
from tests.corpus import seen

T = TypeVar("T")
CHANNELS = ("wechat", "weibo", "toutiao", "site", "feed")
DAY = date(2026, 11, 22)


@dataclass
class Told:
    """What one article told: crashes, seconds a step, findings, refusals, and sentences nobody gets to read."""

    name: str
    crashes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    findings: list[tuple[str, str, str]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    sentences: int = 0
    formulas: int = 0


@cache
def _accounts() -> tuple[Profile, ...]:
    return tuple(load_matrix(built_in()).profiles(CHANNELS, ["chengdu"]))


def survey(file: Path) -> Told:
    """Read, freeze and render ``file`` as the preview does; nothing it does can end the survey."""
    told = Told(file.name)
    text = file.read_text(encoding="utf-8")
    pictures = Pictures(MemoryStore())
    try:
        draft = _timed(told, "read", lambda: desk.read(text, file.name))
        frozen = _timed(told, "freeze", lambda: desk.freeze(draft, pictures, file.parent, remote="drop", keep=True))
        told.findings += map(_brief, frozen.findings)
        if frozen.manuscript is not None:
            sentences = list(seen.sentences(seen.source_text(text)))
            told.sentences, told.formulas = len(sentences), text.count("$") // 2
            for profile in _accounts():
                _render(told, frozen.manuscript, profile, pictures, sentences)
    except Exception:
        told.crashes.append(traceback.format_exc(limit=-4))
    return told


def _timed(told: Told, step: str, work: Callable[[], T]) -> T:
    began = time.thread_time()  # the parser's child keeps its own deadline
    made = work()
    told.seconds[step] = time.thread_time() - began
    return made


def _brief(finding: Finding) -> tuple[str, str, str]:
    return finding.level, finding.rule, finding.message


def _render(told: Told, manuscript: Manuscript, profile: Profile, pictures: Pictures, sentences: list[str]) -> None:
    theme = themes.load(profile.theme, profile.own_tokens)
    try:
        rendition, findings = _timed(
            told, profile.channel, lambda: render_and_check([manuscript], profile, theme, pictures, DAY)
        )
    except ChannelError as error:
        told.refused[profile.channel] = error.sentence
        return
    told.findings += map(_brief, findings)
    if profile.channel == "weibo":
        told.missing["weibo"] = list(_unlisted(manuscript, rendition))
        return
    part = rendition.parts[0]
    shown = seen.letters(f"{manuscript.headline}\n{seen.text_of(part.body)}")
    told.missing[profile.channel] = [one for one in sentences if seen.letters(one) not in shown]


def _unlisted(manuscript: Manuscript, rendition: Rendition) -> Iterator[str]:
    """Blocks whose words are neither in the post nor among what it says it left out."""
    part = rendition.parts[0]
    shown = seen.letters(part.body + " ".join(value for _, value in part.fields))
    listed = {loss.line for loss in rendition.losses if _is_told(loss)}
    for block in manuscript.blocks:
        said = words.of_block(block)
        if seen.letters(said) not in shown and block.line not in listed:
            yield said


def _is_told(loss: Loss) -> bool:
    return bool(loss.reason and loss.line)
