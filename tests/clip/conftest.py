"""A small, quick grade, one store and one made clip for all tests of a module."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import themes
from assets.pictures import Pictures
from assets.store import LocalStore
from channels.making.clip import draw, ffmpeg, make, script
from channels.making.clip.storyboard import Grade, Storyboard
from channels.values import Manuscript
from tests.clip import sample

TINY = Grade(name="tiny", width=270, height=480, fps=10, max_kbit=800)


def board_of(manuscript: Manuscript, assets: Pictures, unit: str = "chengdu", grade: Grade = TINY) -> Storyboard:
    def size(digest: str) -> tuple[int, int]:
        return assets.info(digest).width, assets.info(digest).height

    return script.storyboard(manuscript, sample.profile(unit), themes.load(unit), size, grade, draw.missing)


def shortened(board: Storyboard, count: int = 4) -> Storyboard:
    """The first shots of ``board`` and its outro: enough to join, quick to make."""
    return replace(board, shots=(*board.shots[:count], board.shots[-1]))


def decoded(clip: bytes, folder: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Every frame as packed YUV rows, by the real decoder."""
    path = folder / "decoded.mp4"
    path.write_bytes(clip)
    run = subprocess.run(
        [ffmpeg.program(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"],
        capture_output=True,
        check=True,
    )
    assert run.stderr == b""
    return np.frombuffer(run.stdout, np.uint8).reshape(-1, size[1] * 3 // 2, size[0])


def described(clip: bytes, folder: Path) -> str:
    """What ffmpeg says of the file."""
    path = folder / "described.mp4"
    path.write_bytes(clip)
    return subprocess.run([ffmpeg.program(), "-hide_banner", "-i", str(path)], capture_output=True, text=True).stderr


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return Pictures(LocalStore(tmp_path_factory.mktemp("store")))


@pytest.fixture(scope="session")
def story(assets: Pictures) -> Manuscript:
    return sample.story(assets)


@pytest.fixture(scope="session")
def board(story: Manuscript, assets: Pictures) -> Storyboard:
    return board_of(story, assets)


@pytest.fixture(scope="session")
def made(board: Storyboard, assets: Pictures) -> make.Made:
    return make.make(board, assets)


@pytest.fixture(scope="session")
def read(made: make.Made, assets: Pictures) -> Callable[[str], bytes]:
    return lambda role: assets.read(next(one.hash for one in made.files if one.role == role))
