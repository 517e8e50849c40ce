"""Taking stories in: Markdown beside its pictures becomes a story, a revision and a manuscript (定稿)."""

import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from channels import canonical, registry
from channels.contract import StoryError
from channels.rendering import text_of
from channels.values import Finding, Manuscript
from cms import checks, library
from cms import manuscript as desk
from cms.arrivals import ArrivalError, Arrived, arrive, unpack
from cms.arrivals.archives import MAX_FILE
from cms.arrivals.gate import STORIES, sniff
from cms.db import read_scope, session_scope
from cms.manuscript.shown import picture_paths
from cms.manuscript.variants import Whole, own, with_variants
from cms.releases import submitting, voiding
from cms.stories import Apart, MovedError, Story, newest, save, story_named, texts_of
from pipeline.house import House


@dataclass(frozen=True)
class Imported:
    """What came of one file: the story's slug, its revision, the manuscript's hash and all findings.
    ``draft``: the Markdown an importer made of it, with its pictures beside, to be mended and taken in again."""

    path: Path
    slug: str
    headline: str
    revision_id: int
    number: int
    manuscript: str
    findings: tuple[Finding, ...]
    cleaned: Path | None = None
    left: tuple[Finding, ...] = ()
    draft: Path | None = None

    @property
    def is_blocked(self) -> bool:
        return blocks(self.findings)


def blocks(findings: Sequence[Finding]) -> bool:
    """Whether any of them keeps a story from going out."""
    return any(one.level == "block" for one in findings)


def read_text(path: Path) -> str:
    """The file's text; StoryError when it is missing or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise StoryError(f"{path}：没有这个文件，请检查路径。") from error
    except IsADirectoryError as error:
        raise StoryError(f"{path}：这是文件夹，请给出其中的 .md 文件。") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise StoryError(f"{path}:{line}：文件不是 UTF-8 编码，请在编辑器里另存为 UTF-8 再导入。") from error


def take_in(house: House, path: Path, author: str, now: datetime) -> Imported:
    """Save the file as a revision of its story, with its pictures and whatever is wrong with it.

    Nothing is lost: a story with blocking findings is kept as well, and a cleaned copy of a dirty text is
    offered beside it."""
    apart = [Apart(channel, text) for channel, text in _own_texts(path).items()]
    return take_in_text(house, read_text(path), path.name, path.parent, author, now, path=path, apart=apart)


def _own_texts(story: Path) -> dict[str, str]:
    """What channels say of their own, from the files beside the story's (<name>.<channel>.md)."""
    found = {}
    for file in sorted(story.parent.iterdir()) if story.is_file() else ():
        channel = _channel_of(file, {story.stem})
        if channel and not file.is_symlink() and (text := own(read_text(file))).strip():
            found[channel] = text
    return found


def _channel_of(file: Path, stories: Collection[str]) -> str:
    """The channel whose own text a file is, beside the story of that name; "" when it is none."""
    stem, _, channel = file.stem.rpartition(".")
    is_own = file.suffix.lower() == ".md" and stem in stories and channel in registry.all_channels()
    return channel if is_own and text_of(channel) == channel else ""


def bring_in(house: House, path: Path, author: str, now: datetime) -> list[Imported]:
    """Take in whatever a person has: .md, .docx, .html, a .zip of them with pictures, or a folder.
    StoryError when it cannot be brought in at all."""
    if path.is_dir():
        return [one for story in _stories_in(path) for one in bring_in(house, story, author, now)]
    if not path.is_file() or path.suffix.lower() in (".md", ".markdown"):
        return [take_in(house, path, author, now)]
    if path.stat().st_size > MAX_FILE:
        raise StoryError(f"{path}：文件超过 {MAX_FILE >> 20} MB，请先压缩图片再导入。")
    content = path.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            if sniff(content, path.name) == "zip":
                _lay_out(unpack(content, path.name), Path(scratch))
                return [one for story in _stories_in(Path(scratch)) for one in bring_in(house, story, author, now)]
            arrived = arrive(content, path.name)
        except ArrivalError as error:
            raise StoryError(str(error)) from error
        return [_take_in_arrived(house, arrived, path, Path(scratch), author, now)]


def _stories_in(folder: Path) -> list[Path]:
    """The stories of a folder, or of the folders in it when it has none itself; links are not followed."""
    for pattern in ("*", "*/*"):
        found = [one for one in sorted(folder.glob(pattern)) if one.suffix.lower() in STORIES and one.is_file()]
        found = [one for one in found if not one.is_symlink() and not one.name.startswith((".", "~$"))]
        if found := [one for one in found if not _channel_of(one, {each.stem for each in found})]:
            return found
    raise StoryError(f"{folder.name}：里面没有稿件，请放入 .md、.docx 或 .html，图片放在它旁边。")


def _lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below ``folder``; a name that would lead out of it is refused."""
    base = folder.resolve()
    for name, content in files.items():
        target = (base / name).resolve()
        if not target.is_relative_to(base):
            raise StoryError(f"{name}：路径指向文件夹之外，没有导入，请重新打包。")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _take_in_arrived(house: House, arrived: Arrived, path: Path, scratch: Path, author: str, now: datetime) -> Imported:
    """Save what an importer made: the manuscript and its pictures stay in the story's draft folder."""
    _lay_out(arrived.pictures, scratch)
    beside = path.parent.resolve()
    for src in dict.fromkeys(picture_paths((arrived.front, arrived.blocks))):
        source = (beside / src).resolve()
        if not (scratch / src).exists() and source.is_relative_to(beside) and source.is_file():
            _lay_out({src: source.read_bytes()}, scratch)
    made = take_in_text(house, arrived.text, f"{path.stem}.md", scratch, author, now, path=path, left=arrived.left)
    kept = house.drafts / made.slug / f"{made.slug}.md"
    kept.write_text(arrived.text, encoding="utf-8")
    return replace(made, left=arrived.left, draft=kept)


def take_in_text(
    house: House,
    text: str,
    name: str,
    folder: Path,
    author: str,
    now: datetime,
    path: Path | None = None,
    slug: str = "",
    left: Sequence[Finding] = (),
    unit_id: int | None = None,
    upon: str | None = None,
    apart: Sequence[Apart] = (),
    number: int | None = None,
    voids: bool = True,
) -> Imported:
    """The same for a text in hand; ``name`` is the file's name in findings, ``folder`` where pictures lie,
    ``slug`` the story's when it has one already, ``left`` what did not come along, ``upon`` and ``apart`` as in
    ``stories.save``, ``number`` of the revision the text is of, where another one makes it void (MovedError). What was
    signed with other words and has not gone out is held; not for a correction (``voids``), whose order sees to it."""
    draft = desk.read(text, name)
    holds = partial(_holds, house, slug or draft.front.slug, unit_id)
    frozen = desk.freeze(draft, house.pictures, folder, slug, keep=True, holds=holds)
    if frozen.manuscript is None:
        raise StoryError(sentence(tuple(dict.fromkeys((*draft.findings, *frozen.findings)))))
    for _ in range(_TRIES):
        held, taken = _beside(house, frozen.manuscript.slug, apart)
        whole = with_variants(frozen, draft, taken, house.pictures, folder, holds=holds)
        made = _Frozen(frozen, whole, held if number is None else {**held, "": number})
        try:
            return _kept(house, made, text, name, folder, author, now, path, draft, left, unit_id, upon, apart, voids)
        except MovedError:
            if number is not None:
                raise
    raise StoryError(f"稿件“{frozen.manuscript.slug}”正有好几个人同时在存，这一版没有存，请过一会儿再存。")


_TRIES = 20


def _holds(house: House, slug: str, unit_id: int | None, digest: str) -> bool:
    """Whether the story may name these bytes of the store by their hash; ``unit_id``: whose a new one is."""
    with read_scope(house.engine) as session:
        story = story_named(session, slug)
        return library.may_name(session, story.unit_id if story else unit_id, digest)


@dataclass(frozen=True)
class _Frozen:
    """A story frozen with the texts of its channels, and the numbers of those that stood there."""

    main: desk.Frozen
    whole: Whole
    named: Mapping[str, int]


def _beside(house: House, slug: str, apart: Sequence[Apart]) -> tuple[dict[str, int], dict[str, str]]:
    """The channels' own texts that stand there, by number; and what they will say with ``apart``."""
    with read_scope(house.engine) as session:
        story = story_named(session, slug)
        held = texts_of(session, story) if story else {}
    texts = {name: one.text for name, one in held.items()} | {one.channel: one.text for one in apart}
    return {name: one.number for name, one in held.items()}, {name: one for name, one in texts.items() if one}


def _kept(
    house: House,
    made: _Frozen,
    text: str,
    name: str,
    folder: Path,
    author: str,
    now: datetime,
    path: Path | None,
    draft: desk.Draft,
    left: Sequence[Finding],
    unit_id: int | None,
    upon: str | None,
    apart: Sequence[Apart],
    voids: bool,
) -> Imported:
    """Check it, save it, and keep what it rests on."""
    story = made.whole.manuscript
    assert story is not None  # kept whatever is wrong with it
    with read_scope(house.engine) as session:
        beside = checks.beside_checks(session, story, name)
    findings = tuple(dict.fromkeys((*draft.findings, *made.whole.findings, *beside)))
    for one in made.whole.variants.values():
        house.keep(one)
    digest = house.keep(story)
    checked = checked_now(house, story, digest, now, name)
    findings += checked.findings
    with session_scope(house.engine) as session:
        there = story_named(session, story.slug)
        before = newest(session, there) if there else None
        revision = save(
            session,
            story.slug,
            text,
            story.headline,
            author,
            now,
            manuscript_hash=digest,
            findings=[canonical.plain(one) for one in (*findings, *left)],
            unit_id=unit_id,
            upon=upon,
            apart=apart,
            named=made.named,
        )
        if voids:
            voiding.settle(session, revision.story_id, now)
        if there is not None and before is not None and before.id != revision.id:
            submitting.edited(session, there, before, revision, now)
        checks.keep(session, session.get_one(Story, revision.story_id), checked, now)
        library.note(session, digest, story)
    _keep_pictures(house, draft, folder, story.slug)
    return Imported(
        path=path or Path(name),
        slug=story.slug,
        headline=story.headline,
        revision_id=revision.id,
        number=revision.number,
        manuscript=digest,
        findings=findings,
        cleaned=_offer_clean_copy(house, story, text, findings),
    )


def checked_now(house: House, story: Manuscript, digest: str, now: datetime, file: str = "") -> checks.Checked:
    """What the newsroom's checks say of a manuscript, by the lists that hold now."""
    with read_scope(house.engine) as session:
        found = checks.check_now(session, house.pictures, story, digest, house.variants(story), now)
    placed = tuple(replace(one, file=file) for one in found.findings)
    return replace(found, findings=placed)


def sentence(findings: Sequence[Finding]) -> str:
    """The blocking findings as one text, place first."""
    return "\n".join(f"{place(one)}{one.message}" for one in findings if one.level == "block")


def place(finding: Finding) -> str:
    """file:line： of a finding, as far as it is known."""
    where = ":".join(part for part in (finding.file, str(finding.line or "")) if part)
    return f"{where}：" if where else ""


def _keep_pictures(house: House, draft: desk.Draft, folder: Path, slug: str) -> None:
    """Copy the pictures the text names into the draft's own folder, so that it can be edited later."""
    target = house.drafts / slug
    target.mkdir(parents=True, exist_ok=True)
    if folder.resolve() == target.resolve():
        return
    inside = folder.resolve()
    for src in dict.fromkeys(picture_paths((draft.front, draft.blocks))):
        source = (folder / src).resolve()
        if source.is_file() and source.is_relative_to(inside):
            (target / src).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / src)


def _offer_clean_copy(house: House, manuscript: Manuscript, text: str, findings: Sequence[Finding]) -> Path | None:
    if not any(one.rule.startswith("manuscript.text.") and one.level == "block" for one in findings):
        return None
    cleaned, _ = desk.clean_copy(text)
    target = house.drafts / manuscript.slug / "cleaned.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(cleaned, encoding="utf-8")
    return target
