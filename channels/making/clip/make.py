"""From storyboard to files: encodes what is not yet in the store, joins, verifies, keeps.

A segment is kept under the hash of its bytes; a small file beside the store names it by its recipe, so
twenty-one branded variants encode the body once. Without a folder to note it, the note lasts as long as
the store object.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

from PIL import Image

from assets import fonts
from assets.pictures import Pictures
from assets.store import LocalStore, MissingAssetError, Storage, hash_of
from channels import canonical
from channels.contract import LaterError, StoryError
from channels.making.clip import captions, encode, ffmpeg, mp4
from channels.making.clip.cover import SIZE, THUMB, cover
from channels.making.clip.draw import opened
from channels.making.clip.storyboard import AnyShot, Scene, Storyboard
from channels.values import RenderedFile

WORKERS = 2
_NO_PICTURE = "短视频用到的一张图片不在素材库里，请重新插入这张图片后再定稿。"
_PREFIX = "yigao-clip-"
_noted: WeakKeyDictionary[Storage, dict[str, str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Made:
    """A finished clip: its files, all in the store, and the hash of each shot's segment in order."""

    files: tuple[RenderedFile, ...]
    segments: tuple[str, ...]
    encoded: int


def fingerprint() -> str:
    """What besides the storyboard decides the bytes: this code, the encoder, the fonts."""
    return f"clip:{_code()}:{ffmpeg.fingerprint()}:{_fonts()}"


@lru_cache(maxsize=1)
def _code() -> str:
    """A changed drawing must not meet an old segment: the maker's own files are part of every recipe."""
    return hash_of(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))[:12]


@lru_cache(maxsize=1)
def _fonts() -> str:
    return hash_of(fonts.path().read_bytes() + fonts.path(bold=True).read_bytes())[:12]


def make(board: Storyboard, assets: Pictures, work: Path | None = None) -> Made:
    """Every file of the clip, put into ``assets.store``. Temporary files lie under ``work`` (else the
    system's place) and are gone afterwards, whatever happens; those of a killed run are swept first."""
    root = work or Path(tempfile.gettempdir())
    sweep(root)
    load = _loader(assets)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", dir=root) as folder:
        shelf = _Shelf(assets.store, Path(folder))
        try:
            return _made(board, load, shelf)
        except fonts.MissingGlyphError as error:
            raise StoryError(f"短视频画不出标题或卡片上的字：{error}。", str(error)) from error
        except MissingAssetError as error:
            raise StoryError("短视频用到的一张图片不在素材库里，请重新插入这张图片后再定稿。", str(error)) from error


def _made(board: Storyboard, load: Callable[[str], Image.Image], shelf: "_Shelf") -> Made:
    with ThreadPoolExecutor(WORKERS) as pool:
        track = pool.submit(shelf.audio, board)
        segments = [pool.submit(shelf.segment, board, shot, load) for shot in board.shots]
        pictures = shelf.covers(board, load)
        hashes = [one.result() for one in segments]
        sound = track.result()
    clip = shelf.clip(board, hashes, sound)
    files = _files(board, clip, pictures, shelf.store)
    return Made(files, tuple(hashes), shelf.encoded)


def words(board: Storyboard, keep: Callable[[bytes], str]) -> tuple[RenderedFile, ...]:
    """The files of the clip that are words, each put where ``keep`` puts bytes; nothing is drawn or encoded."""
    return tuple(
        RenderedFile(role=role, name=name, hash=keep(content), mime=mime, size=len(content))
        for role, name, mime, content in (
            ("srt", "clip.srt", "application/x-subrip", captions.srt(board).encode()),
            ("vtt", "clip.vtt", "text/vtt", captions.vtt(board).encode()),
            ("transcript", "transcript.txt", "text/plain", captions.transcript(board).encode()),
        )
    )


def _files(board: Storyboard, clip: bytes, pictures: tuple[bytes, bytes], store: Storage) -> tuple[RenderedFile, ...]:
    grade = board.grade
    shown = (
        ("clip", "clip.mp4", "video/mp4", clip, (grade.width, grade.height)),
        ("cover", "cover.jpg", "image/jpeg", pictures[0], SIZE),
        ("thumb", "thumb.jpg", "image/jpeg", pictures[1], THUMB),
    )
    clip_file, cover_file, thumb_file = (
        RenderedFile(
            role=role,
            name=name,
            hash=store.put(content),
            mime=mime,
            size=len(content),
            width=size[0],
            height=size[1],
            alt=board.headline if role in ("cover", "thumb") else "",
        )
        for role, name, mime, content, size in shown
    )
    srt, vtt, transcript = words(board, store.put)
    return clip_file, srt, vtt, cover_file, thumb_file, transcript


def _loader(assets: Pictures) -> Callable[[str], Image.Image]:
    @lru_cache(maxsize=8)
    def load(digest: str) -> Image.Image:
        return opened(assets.read(digest))

    return load


class _Shelf:
    """Segments and sound by recipe: taken from the store, or made in the folder and kept."""

    def __init__(self, store: Storage, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.encoded = 0

    def segment(self, board: Storyboard, shot: AnyShot, load: Callable[[str], Image.Image]) -> str:
        recipe = _recipe("segment", _still(shot, board), board.grade)
        return self._kept(recipe, lambda target: encode.segment(shot, board.grade, load, target))

    def audio(self, board: Storyboard) -> str:
        recipe = _recipe("audio", board.sound, board.frames, board.grade.fps)
        return self._kept(recipe, lambda target: encode.audio(board, target))

    def _kept(self, recipe: str, make: Callable[[Path], None]) -> str:
        known = _noted_hash(self.store, recipe)
        if known:
            return known
        target = self.folder / f"{recipe}.mp4"
        make(target)
        self.encoded += 1
        digest = self.store.put(target.read_bytes())
        _note(self.store, recipe, digest)
        return digest

    def covers(self, board: Storyboard, load: Callable[[str], Image.Image]) -> tuple[bytes, bytes]:
        """Cover and thumb, drawn once a storyboard: every platform that films it shows the same ones."""
        recipes = _recipe("cover", board), _recipe("thumb", board)
        known = [_noted_hash(self.store, recipe) for recipe in recipes]
        if all(known):
            return self.store.get(known[0]), self.store.get(known[1])
        drawn = cover(board, load)
        for recipe, content in zip(recipes, drawn, strict=True):
            _note(self.store, recipe, self.store.put(content))
        return drawn

    def clip(self, board: Storyboard, segments: list[str], sound: str) -> bytes:
        """The joined and verified file, joined once a storyboard."""
        recipe = _recipe("clip", board, segments, sound)
        if known := _noted_hash(self.store, recipe):
            return self.store.get(known)
        content = self._joined(board, segments, sound)
        _note(self.store, recipe, self.store.put(content))
        return content

    def _joined(self, board: Storyboard, segments: list[str], sound: str) -> bytes:
        paths = [self._laid_out(digest) for digest in segments]
        target = self.folder / "joined.mp4"
        encode.join(board, paths, self._laid_out(sound), target)
        content = target.read_bytes()
        verify(content, board)
        return content

    def _laid_out(self, digest: str) -> Path:
        path = self.folder / f"{digest}.mp4"
        if not path.exists():
            path.write_bytes(self.store.get(digest))
        return path


def _still(shot: AnyShot, board: Storyboard) -> object:
    """What a segment shows: a scene whole; of a still shot all but how long it stands and what is said."""
    if isinstance(shot, Scene):
        return shot
    shown = canonical.plain(shot)
    return {key: value for key, value in shown.items() if key not in ("frames", "captions")}


def _recipe(*parts: object) -> str:
    return canonical.digest([*parts, fingerprint()])


def _note_path(store: Storage, recipe: str) -> Path | None:
    """Where a local store's notes lie: beside its objects, under a name no hash can have."""
    return store.root / "recipes" / recipe[:2] / recipe[2:] if isinstance(store, LocalStore) else None


def _noted_hash(store: Storage, recipe: str) -> str:
    """The hash noted for ``recipe``, if the store still holds it whole."""
    path = _note_path(store, recipe)
    noted = _noted.get(store, {}).get(recipe, "") if path is None else ""
    if path is not None:
        with contextlib.suppress(FileNotFoundError):
            noted = path.read_text("ascii").strip()
    try:
        return noted if noted and store.get(noted) else ""
    except MissingAssetError:
        return ""


def _note(store: Storage, recipe: str, digest: str) -> None:
    path = _note_path(store, recipe)
    if path is None:
        _noted.setdefault(store, {})[recipe] = digest
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(digest)
    Path(name).replace(path)


def verify(content: bytes, board: Storyboard) -> None:
    """LaterError unless ``content`` is the clip ``board`` describes, ready to play while it loads."""
    problem = _problem(content, board)
    if problem:
        raise LaterError("短视频拼接后没有通过自检，已弃用；请重试，反复出现请联系管理员。", problem)


def _problem(content: bytes, board: Storyboard) -> str:
    try:
        found = mp4.probe(content)
        picture, sound = found.track("vide"), found.track("soun")
    except (ValueError, KeyError, IndexError) as error:
        return f"unreadable: {error}"
    frame = 1 / board.grade.fps
    if found.order.index("moov") > found.order.index("mdat"):
        return "moov after mdat"
    if picture.samples != board.frames:
        return f"{picture.samples} frames instead of {board.frames}"
    if abs(picture.seconds - board.seconds) > frame or abs(sound.seconds - board.seconds) > frame:
        return f"pictures {picture.seconds} s, sound {sound.seconds} s, meant {board.seconds} s"
    if board.ai and "AIGC" not in found.keys:
        return "the AIGC label is missing"
    return ""


def sweep(root: Path) -> None:
    """Removes the folders of runs that died."""
    for folder in root.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
