"""What a rehearsal is asked, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime

from channels.making.sandbox import Send
from pipeline.checker import Pace
from pipeline.rehearsal.desks import Desks
from pipeline.rehearsal.editor import Editor
from pipeline.rehearsal.fire import Fire
from pipeline.rehearsal.script import Script, Wanted
from pipeline.rehearsal.stage import Stage
from pipeline.rehearsal.weather import Deaths, Weather


@dataclass(frozen=True)
class Asked:
    """What is rehearsed. ``is_checked_daily``: at the end of each day, else of the last one alone."""

    units: int = 14
    weather: Weather = "mild"
    seed: int = 1
    wanted: Wanted = field(default_factory=Wanted)
    is_checked_daily: bool = True


@dataclass
class Played:
    """The stage as it was left, and what was seen on the way. ``breaches``: with the time they were first seen;
    ``paces``: how soon each flash was out; ``died``: on which account workers died, and when; ``seconds``: by part of
    the work, of the real clock."""

    asked: Asked
    script: Script
    stage: Stage
    editor: Editor
    desks: Desks
    deaths: Deaths
    fire: Fire
    breaches: dict[str, datetime] = field(default_factory=dict)
    paces: list[Pace] = field(default_factory=list)
    died: list[Send] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    days: int = 0
