"""Probing: what a file is, by its bytes."""

import os
import subprocess
from io import BytesIO
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from assets.probe import Media, MediaError, PictureError, probe, sniff


def picture(form: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (64, 48), "red").save(made, form)
    return made.getvalue()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("film") / "片.mp4"
    source = ["-f", "lavfi", "-i", "color=red:size=320x180:rate=10:duration=1.5"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-pix_fmt", "yuv420p", str(file)]
    subprocess.run(command, check=True)
    return file


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_pictures_are_known_by_their_header(form: str) -> None:
    assert probe(picture(form)) == Media("picture", f"image/{form.lower()}", 64, 48)


def test_a_picture_on_disk_is_known_too(tmp_path: Path) -> None:
    (tmp_path / "图.txt").write_bytes(picture("PNG"))
    assert probe(tmp_path / "图.txt").mime == "image/png"


def test_a_film_tells_its_size_and_length(film: Path) -> None:
    told = Media("video", "video/mp4", 320, 180, 1.5)
    assert probe(film) == told
    assert probe(film.read_bytes()) == told


@pytest.mark.parametrize("part", [0.5, 0.99])
def test_a_film_that_was_cut_short_is_told(film: Path, part: float) -> None:
    """Also where its head is whole, so that its size and length can be read."""
    content = film.read_bytes()
    with pytest.raises(MediaError, match=r"只有前面一截.*：请"):
        probe(content[: int(len(content) * part)])


def test_a_broken_film_is_told() -> None:
    with pytest.raises(MediaError, match="没有画面或已损坏：请"):
        probe(b"\0\0\0\x18ftypisom" + b"\0" * 500)


def test_a_film_cannot_make_us_open_something_else(tmp_path: Path) -> None:
    playlist = tmp_path / "list.mp4"
    playlist.write_bytes(b"\0\0\0\x18ftypisom#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n" + os.urandom(64))
    with pytest.raises(MediaError):
        probe(playlist)


def test_a_film_that_hangs_the_reader_is_told(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.probe._FFMPEG_SECONDS", 0.0001)
    with pytest.raises(MediaError, match="读取超时：请"):
        probe(film)


def test_a_broken_header_is_told() -> None:
    with pytest.raises(PictureError, match="文件头已损坏"):
        probe(picture("PNG")[:12])


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7", b"<html>"])
def test_anything_else_is_told(content: bytes) -> None:
    assert sniff(content) == ""
    with pytest.raises(MediaError, match="不是能识别的图片或视频：请"):
        probe(content)
