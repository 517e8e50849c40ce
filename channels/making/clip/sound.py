"""The bed under a clip: a soft chord made here, so it is ours to license. 48 kHz, two channels, 16 bit."""

import numpy as np
from numpy.typing import NDArray

from channels.making.clip.storyboard import Sound

RATE = 48_000
_CHORDS = ((110.0, 164.81, 220.0, 277.18, 329.63), (98.0, 146.83, 220.0, 246.94, 293.66))  # A, then G with A
_CHORD_SECONDS = 5.0
_LEVEL = 0.045  # well under speech: about -28 LUFS
_FADE_SECONDS = 1.2
_DETUNE = 0.0012  # left and right differ by a hair: width without movement


def samples(frames: int, fps: int) -> int:
    """How many samples last exactly as long as ``frames``."""
    return round(frames * RATE / fps)


def bed(plan: Sound, count: int) -> NDArray[np.float64]:
    """``count`` samples by two channels, between -1 and 1."""
    if plan.bed == "none":
        return np.zeros((count, 2))
    at = np.arange(count) / RATE
    swing = 0.5 - 0.5 * np.cos(np.pi * at / _CHORD_SECONDS)
    sides = []
    for turn in (1 - _DETUNE, 1 + _DETUNE):
        first, second = (_chord(notes, at, turn) for notes in _CHORDS)
        sides.append(first * np.sqrt(1 - swing) + second * np.sqrt(swing))
    return np.stack(sides, axis=1) * (_faded(count) * _LEVEL)[:, None]


def _chord(notes: tuple[float, ...], at: NDArray[np.float64], turn: float) -> NDArray[np.float64]:
    """Each note a sine with a breath of its octave, softer the higher it is."""
    total = np.zeros_like(at)
    for number, note in enumerate(notes):
        wave = np.sin(2 * np.pi * note * turn * at) + 0.25 * np.sin(4 * np.pi * note * at)
        total += wave / (1 + 0.35 * number)
    return total


def _faded(count: int) -> NDArray[np.float64]:
    edge = min(int(_FADE_SECONDS * RATE), count // 2)
    shape = np.ones(count)
    if edge:
        ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
        shape[:edge], shape[count - edge :] = ramp, ramp[::-1]
    return shape
