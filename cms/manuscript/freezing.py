"""The freeze: a draft and the pictures beside it become a Manuscript, or the findings say why not.

Every picture is read from the manuscript's folder only (no address, no way out of the folder), taken into
the store, and named by its hash from then on. A text that names bytes of the store itself (``asset:…``) gets only what
it may rest on, which is said from outside: a hash is no right. Text becomes NFC. Cross-checks that need the whole story
happen here: footnotes and their references, speakers and the cast.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path, PurePath
from typing import Any, Literal

from assets.pictures import MAX_BYTES, PictureError, Pictures
from assets.pictures import Picture as Stored
from assets.store import hash_of
from channels.making import formula
from channels.values import (
    AssetInfo,
    Audio,
    Block,
    Blocks,
    Character,
    Dialogue,
    Figure,
    Finding,
    Footnote,
    Formula,
    Gallery,
    InlineFormula,
    Line,
    Manuscript,
    Picture,
    Text,
    Video,
)
from cms.manuscript.draft import Draft, FrontMatter, Frozen, is_blocked
from cms.manuscript.letters import compose
from cms.manuscript.normal import normalise, references, rewrite

_REMOTE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|data:", re.I)
_NAMED_BY_HASH = re.compile(r"^[0-9a-f]{12}-")
Remote = Literal["block", "drop"]
Holds = Callable[[str], bool]


def holds_nothing(_digest: str) -> bool:
    """For texts that have no business naming what is in the store."""
    return False


def freeze(
    draft: Draft,
    pictures: Pictures,
    base_dir: Path | None = None,
    slug: str = "",
    *,
    remote: Remote = "block",
    keep: bool = False,
    holds: Holds = holds_nothing,
) -> Frozen:
    """The manuscript of ``draft``, None when something blocks. ``keep`` makes it all the same, without what
    could not be taken in: a held story stays in the house. ``remote="drop"`` leaves out pictures that are only
    an address, with a finding each, for previews; otherwise they block.
    ``holds``: whether the text may name these bytes of the store by their hash."""
    intake = _Intake(pictures, base_dir, draft.file, remote, holds)
    front = _taken_in_front(draft.front, intake)
    blocks = normalise(rewrite(_without_lost(intake.flow(draft.blocks)), _composed))
    cast = front.cast
    blocks = _cast_by_key(blocks, cast)
    findings = (*draft.findings, *intake.findings, *_cross_checks(blocks, front, draft.file))
    if is_blocked(findings) and not (keep and front.headline):
        return Frozen(manuscript=None, findings=findings)
    made = _manuscript(front, blocks, slug or front.slug or slug_for(front.headline, draft.file), intake.assets())
    return Frozen(manuscript=made, findings=findings)


def slug_for(headline: str, file: str = "") -> str:
    """A name for life from the file's name, else from the headline's hash (no pinyin is guessed)."""
    stem = unicodedata.normalize("NFKD", PurePath(file).stem).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:60].strip("-")
    if re.search(r"[a-z]", plain) and len(plain) > 2:
        return plain
    return f"s-{hashlib.sha256(compose(headline).encode()).hexdigest()[:10]}"


def _composed(value: Any) -> Any:
    return compose(value) if isinstance(value, str) else value


def _manuscript(front: FrontMatter, blocks: Blocks, slug: str, assets: tuple[AssetInfo, ...]) -> Manuscript:
    same = {f.name for f in fields(Manuscript)} & {f.name for f in fields(FrontMatter)} - {"slug", "source"}
    given = {name: rewrite(getattr(front, name), _composed) for name in same}
    source = rewrite(front.source, _composed) if front.kind == "reprint" else None
    return Manuscript(slug=slug, source=source, blocks=blocks, assets=assets, **given)


class _Intake:
    """Takes pictures in; remembers what each path became and what went wrong."""

    def __init__(self, pictures: Pictures, base_dir: Path | None, file: str, remote: Remote, holds: Holds) -> None:
        self.pictures, self.base_dir, self.file, self.remote, self.holds = pictures, base_dir, file, remote, holds
        self.findings: list[Finding] = []
        self._known: dict[str, AssetInfo | None] = {}

    def assets(self) -> tuple[AssetInfo, ...]:
        """What the manuscript rests on, by hash, each once."""
        found = {asset.hash: asset for asset in self._known.values() if asset}
        return tuple(found[digest] for digest in sorted(found))

    def flow(self, blocks: Blocks) -> Blocks:
        return tuple(self._walk(block, block.line) for block in blocks)

    def _walk(self, value: Any, line: int) -> Any:
        """``value`` with its pictures taken in."""
        if isinstance(value, tuple):
            return tuple(self._walk(part, line) for part in value)
        if isinstance(value, Picture):
            return self.picture(value, line)
        if not is_dataclass(value) or isinstance(value, Text):
            return value
        line = getattr(value, "line", 0) or line
        if isinstance(value, Video | Audio):
            value = self._medium(value, line)
        parts = {f.name: self._walk(getattr(value, f.name), line) for f in fields(value)}
        return replace(value, **parts)

    def picture(self, picture: Picture, line: int) -> Picture:
        """The picture with the asset's name as its source; an empty source when it is lost."""
        if picture.src.startswith("asset:"):
            return self._kept(picture, line)
        if picture.src not in self._known:
            self._known[picture.src] = self._take_in(picture.src, line)
        asset = self._known[picture.src]
        return replace(picture, src=f"asset:{asset.hash}" if asset else "")

    def _kept(self, picture: Picture, line: int) -> Picture:
        """A picture that is in the store already (of an archive). One that is not there and one that is somebody
        else's are answered alike."""
        digest = picture.src.removeprefix("asset:")
        if not (self.holds(digest) and self.pictures.store.exists(digest)):
            self._say("block", "missing", "素材库里没有这张图片，请重新上传", line, picture.src)
            return replace(picture, src="")
        if picture.src not in self._known:
            info = self.pictures.info(digest)
            self._known[picture.src] = AssetInfo(**{f.name: getattr(info, f.name) for f in fields(info)})
        return picture

    def _take_in(self, src: str, line: int) -> AssetInfo | None:
        if not src:
            return self._refused(
                "missing", "这里还没有图片，请换上一张或删去这一块（Markdown：![说明](图片路径)）", line, src
            )
        if _REMOTE.match(src):
            level: Literal["block", "warn"] = "block" if self.remote == "block" else "warn"
            self._say(
                level,
                "remote",
                "图片是网址，没有带进来，请点“换图片”换成存下的文件（Markdown：把图片放到稿件旁边，再写文件名）",
                line,
                src,
            )
            return None
        path = self._path(src)
        if path is None:
            return self._refused("outside", "图片路径超出稿件所在文件夹，请把图片放到稿件旁边", line, src)
        if not path.is_file():
            message = f"找不到图片 {src}，请重新放一张（Markdown：核对文件名，并把图片放到稿件旁边）"
            return self._refused("missing", message, line, src)
        if path.stat().st_size > MAX_BYTES:
            return self._refused("too_large", f"图片 {src} 超过 {MAX_BYTES >> 20} MB，请先压缩", line, src)
        return self._stored(path, src, line)

    def _stored(self, path: Path, src: str, line: int) -> AssetInfo | None:
        name = _NAMED_BY_HASH.sub("", compose(path.name))
        content = path.read_bytes()
        try:
            made = self._kept_before(content) or self.pictures.take_in(content, name)
        except PictureError as error:
            return self._refused("unusable", str(error), line, src)
        return AssetInfo(
            hash=made.hash, mime=made.mime, width=made.width, height=made.height, size=made.size, name=name
        )

    def _kept_before(self, content: bytes) -> Stored | None:
        """The picture if these very bytes are in the store: taking them in again would re-encode them."""
        digest = hash_of(content)
        return self.pictures.info(digest) if self.pictures.store.exists(digest) else None

    def _path(self, src: str) -> Path | None:
        """Where ``src`` is, None when that is outside the manuscript's folder (links followed)."""
        if self.base_dir is None or "\\" in src or "\0" in src or PurePath(src).is_absolute():
            return None
        base = self.base_dir.resolve()
        path = (base / src).resolve()
        return path if path.is_relative_to(base) else None

    def _medium(self, medium: Video | Audio, line: int) -> Video | Audio:
        """A film or recording is an https address, or an asset one may name, else it is lost; a local file has no door
        in yet."""
        what = "视频" if isinstance(medium, Video) else "音频"
        if medium.src.startswith("asset:"):
            if self.holds(medium.src.removeprefix("asset:")):
                return medium
            self._say("block", "missing", f"素材库里没有这个{what}，请改写 https:// 开头的网址", line, medium.src)
            return replace(medium, src="")
        if not medium.src.startswith("https://"):
            self._say("block", "medium", f"{what}要写 https:// 开头的网址", line, medium.src)
        return medium

    def _refused(self, rule: str, message: str, line: int, src: str) -> AssetInfo | None:
        """Say why, and have no asset."""
        self._say("block", rule, message, line, src)
        return None

    def _say(self, level: Literal["block", "warn", "info"], rule: str, message: str, line: int, src: str) -> None:
        self.findings.append(
            Finding(
                level=level,
                rule=f"manuscript.picture.{rule}",
                message=message,
                line=line,
                file=self.file,
                excerpt=src[:80],
            )
        )


def _taken_in_front(front: FrontMatter, intake: _Intake) -> FrontMatter:
    """The front matter with cover and faces taken in; a lost one is None."""
    cover = _or_none(intake.picture(front.cover, 1)) if front.cover else None
    cast = tuple(
        replace(who, picture=_or_none(intake.picture(who.picture, 1)) if who.picture else None) for who in front.cast
    )
    return replace(front, cover=cover, cast=cast)


def _or_none(picture: Picture) -> Picture | None:
    return picture if picture.src else None


def _without_lost(blocks: Blocks) -> Blocks:
    """The blocks without figures, films and recordings that were lost; a finding names each."""

    def change(value: Any) -> Any:
        if isinstance(value, tuple):
            return value
        if isinstance(value, Gallery):
            return replace(value, figures=tuple(f for f in value.figures if f.picture.src))
        if isinstance(value, Video) and value.poster and not value.poster.src:
            return replace(value, poster=None)
        if hasattr(value, "blocks"):
            return replace(value, blocks=_kept_figures(value.blocks))
        return value

    return _kept_figures(rewrite(blocks, change))


def _kept_figures(blocks: Iterable[Any]) -> Blocks:
    return tuple(b for b in blocks if not _is_lost(b))


def _is_lost(block: Any) -> bool:
    if isinstance(block, Figure):
        return not block.picture.src
    return isinstance(block, Video | Audio) and not block.src


def _cast_by_key(blocks: Blocks, cast: tuple[Character, ...]) -> Blocks:
    """Dialogue lines with the character's key where the editor wrote the name."""
    keys = {who.name: who.key for who in cast} | {who.key: who.key for who in cast}

    def change(value: Any) -> Any:
        return replace(value, speaker=keys.get(value.speaker, value.speaker)) if isinstance(value, Line) else value

    return rewrite(blocks, change)


def _cross_checks(blocks: Blocks, front: FrontMatter, file: str) -> list[Finding]:
    found = [
        *_headline_check(front),
        *_note_checks(blocks),
        *_cast_checks(blocks, front.cast),
        *_formula_checks(blocks, 0),
    ]
    return [replace(finding, file=file) for finding in found]


def _headline_check(front: FrontMatter) -> Iterator[Finding]:
    if not front.headline.strip():
        message = "稿件没有标题，请写上标题（Markdown：headline）"
        yield Finding(level="block", rule="manuscript.front.no_headline", message=message, line=1)


def _note_checks(blocks: Blocks) -> Iterator[Finding]:
    """Every reference has its note, every note its reference."""
    notes = {block.label: block for block in blocks if isinstance(block, Footnote)}
    for block in blocks:
        for label in references(block):
            if label not in notes:
                message = f"正文引用了脚注 {label}，但没有这条脚注，请补上它的内容，或删去引用（Markdown：[^{label}]）"
                rule = "manuscript.footnote.missing"
                yield Finding(level="block", rule=rule, message=message, line=block.line, excerpt=f"脚注 {label}")
    used = set(references(blocks))
    for label, note in notes.items():
        if label not in used:
            message = f"脚注 {label} 在正文里没有引用，请在正文里加上引用，或删去这条（Markdown：[^{label}]）"
            yield Finding(level="warn", rule="manuscript.footnote.unused", message=message, line=note.line)


def _cast_checks(blocks: Blocks, cast: tuple[Character, ...]) -> Iterator[Finding]:
    """Every speaker of a dialogue belongs to the cast."""
    keys = {who.key for who in cast}
    for dialogue in _dialogues(blocks):
        for speaker in dict.fromkeys(spoken.speaker for spoken in dialogue.lines):
            if speaker not in keys:
                message = f"对白里的“{speaker}”不在角色表里，请在稿头的“角色”里加上，或改正名字（Markdown：cast）"
                rule = "manuscript.dialogue.unknown_speaker"
                yield Finding(level="block", rule=rule, message=message, line=dialogue.line, excerpt=speaker)


def _formula_checks(value: Any, line: int) -> Iterator[Finding]:
    """Every formula can be drawn; one that cannot goes out as it was written, so somebody should look."""
    if isinstance(value, Formula | InlineFormula):
        if fault := formula.fault(value.tex, inline=isinstance(value, InlineFormula)):
            message = f"{fault.rstrip('。')}；不改就照 TeX 原样显示"
            line = getattr(value, "line", 0) or line
            yield Finding(
                level="warn", rule="manuscript.formula.raw", message=message, line=line, excerpt=value.tex[:60]
            )
    elif isinstance(value, tuple):
        for part in value:
            yield from _formula_checks(part, line)
    elif is_dataclass(value) and not isinstance(value, Text):
        for one in fields(value):
            yield from _formula_checks(getattr(value, one.name), getattr(value, "line", 0) or line)


def _dialogues(value: Any) -> Iterator[Dialogue]:
    if isinstance(value, Dialogue):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _dialogues(part)
    elif isinstance(value, Block) or hasattr(value, "blocks"):
        for field in fields(value):
            yield from _dialogues(getattr(value, field.name))
