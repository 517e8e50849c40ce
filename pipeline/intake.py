"""Taking stories in: Markdown beside its pictures becomes a story, a revision and a manuscript (定稿)."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import select

from channels import canonical
from channels.contract import StoryError
from channels.values import Finding, Manuscript, Picture
from cms import manuscript as desk
from cms.db import read_scope, session_scope
from cms.matrix import Unit
from cms.matrix.names import unknown_units
from cms.people import Workspace
from cms.stories import save
from pipeline.house import House

OPEN_SOURCE = "待核"


@dataclass(frozen=True)
class Imported:
    """What came of one file: the story's slug, its revision, the manuscript's hash and all findings."""

    path: Path
    slug: str
    headline: str
    revision_id: int
    number: int
    manuscript: str
    findings: tuple[Finding, ...]
    cleaned: Path | None = None

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
    return take_in_text(house, read_text(path), path.name, path.parent, author, now, path=path)


def take_in_text(
    house: House,
    text: str,
    name: str,
    folder: Path,
    author: str,
    now: datetime,
    path: Path | None = None,
    slug: str = "",
) -> Imported:
    """The same for a text in hand; ``name`` is the file's name in findings, ``folder`` where pictures lie,
    ``slug`` the story's when it has one already."""
    draft = desk.read(text, name)
    frozen = desk.freeze(draft, house.pictures, folder, slug, keep=True)
    findings = tuple(dict.fromkeys((*draft.findings, *frozen.findings, *_unknown_units(house, frozen, name))))
    if frozen.manuscript is None:
        raise StoryError(sentence(findings))
    findings += tuple(_open_source(house, frozen.manuscript, name))
    digest = house.keep(frozen.manuscript)
    with session_scope(house.engine) as session:
        revision = save(
            session,
            frozen.manuscript.slug,
            text,
            frozen.manuscript.headline,
            author,
            now,
            manuscript_hash=digest,
            findings=[canonical.plain(one) for one in findings],
        )
    _keep_pictures(house, draft, folder, frozen.manuscript.slug)
    return Imported(
        path=path or Path(name),
        slug=frozen.manuscript.slug,
        headline=frozen.manuscript.headline,
        revision_id=revision.id,
        number=revision.number,
        manuscript=digest,
        findings=findings,
        cleaned=_offer_clean_copy(house, frozen.manuscript, text, findings),
    )


def _open_source(house: House, story: Manuscript, file: str) -> list[Finding]:
    """R4: a reprint whose outlet is still to be found does not go out; a rehearsal may show it, with a warning."""
    if story.source is None or OPEN_SOURCE not in story.source.outlet:
        return []
    with read_scope(house.engine) as session:
        demo = session.get_one(Workspace, 1).demo
    message = f"转载来源“{story.source.outlet}”还没有核实，请在 source 下写明原载报刊"
    return [Finding(level="warn" if demo else "block", rule="story.source.open", message=message, file=file)]


def _unknown_units(house: House, frozen: desk.Frozen, file: str) -> list[Finding]:
    if frozen.manuscript is None:
        return []
    with read_scope(house.engine) as session:
        known = list(session.exec(select(Unit.slug)))
    return unknown_units(frozen.manuscript, known, file)


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


def picture_paths(value: Any) -> Iterator[str]:
    """The paths of every picture inside a front matter or blocks."""
    if isinstance(value, Picture):
        yield value.src
    elif isinstance(value, tuple):
        for part in value:
            yield from picture_paths(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from picture_paths(getattr(value, field.name))


def _offer_clean_copy(house: House, manuscript: Manuscript, text: str, findings: Sequence[Finding]) -> Path | None:
    if not any(one.rule.startswith("manuscript.text.") and one.level == "block" for one in findings):
        return None
    cleaned, _ = desk.clean_copy(text)
    target = house.drafts / manuscript.slug / "cleaned.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(cleaned, encoding="utf-8")
    return target
