"""Proofs: a story's renditions for the accounts of a matrix, without a database or a workspace."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from assets.pictures import Pictures
from assets.store import MemoryStore
from channels import canonical, registry
from channels.contract import PackageFile
from channels.values import Finding, Manuscript, Part, Profile, Rendition
from cms import manuscript as desk
from cms.matrix.names import unknown_units
from pipeline.files import write_many
from pipeline.fills import fills_for
from pipeline.intake import read_text
from pipeline.press import SHANGHAI, Job, render_job

TEXT_CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
UNSIGNED = "（未签发）"


@dataclass(frozen=True)
class Proof:
    """One account's rendition: its hash, findings and files; ``rendition`` is None when there is none."""

    profile: Profile
    rendition: Rendition | None
    findings: tuple[Finding, ...]
    files: tuple[PackageFile, ...] = ()

    @property
    def hash(self) -> str:
        return canonical.digest(self.rendition) if self.rendition else ""


def read_story(path: Path, units: Sequence[str], pictures: Pictures) -> tuple[Manuscript | None, list[Finding]]:
    """The manuscript in a file, as far as it can be made, and everything that is wrong with it.

    ``units``: the slugs its region blocks may speak to."""
    draft = desk.read(read_text(path), path.name)
    frozen = desk.freeze(draft, pictures, path.parent, keep=True)
    findings = list(dict.fromkeys((*draft.findings, *frozen.findings)))
    if frozen.manuscript:
        findings += unknown_units(frozen.manuscript, units, path.name)
    return frozen.manuscript, findings


def proofs(manuscript: Manuscript, profiles: Sequence[Profile], pictures: Pictures, now: datetime) -> list[Proof]:
    """Every account's rendition with its files, slots filled as far as they are known before sending."""
    return [_packed(proof(manuscript, profile, pictures, now), manuscript, pictures, now) for profile in profiles]


def proof(manuscript: Manuscript, profile: Profile, pictures: Pictures, now: datetime) -> Proof:
    """One account's rendition, without its files."""
    rendition, findings = render_job(Job(0, profile, (manuscript,)), pictures, now)
    return Proof(profile, rendition, tuple(findings))


def _packed(made: Proof, manuscript: Manuscript, pictures: Pictures, now: datetime) -> Proof:
    if made.rendition is None:
        return made
    fills = {part.story: known_fills(part, made.profile, manuscript, now) for part in made.rendition.parts}
    files = registry.get(made.profile.channel).package(made.rendition, made.profile, fills, pictures)
    return replace(made, files=files)


def known_fills(part: Part, profile: Profile, manuscript: Manuscript, now: datetime) -> dict[str, str]:
    """What a proof shows in the slots that are not pictures: a key of zeros, no signatures yet."""
    return fills_for(part, profile, "0" * 20, due_of(manuscript, now), UNSIGNED)


def due_of(manuscript: Manuscript, now: datetime) -> datetime:
    """The time shown on a proof: nine o'clock of the issue's day, so that a proof made twice is the same."""
    if not manuscript.published:
        return now
    day = date.fromisoformat(manuscript.published)
    return datetime.combine(day, time(9), SHANGHAI).astimezone(UTC)


def write_proofs(made: Sequence[Proof], out: Path) -> int:
    """Put each account's files into ``out/<unit>/``; how many files."""
    written = 0
    for one in made:
        write_many(out / one.profile.unit, {file.path: file.content for file in one.files})
        written += len(one.files)
    return written


def scratch() -> Pictures:
    """Pictures that live as long as the process."""
    return Pictures(MemoryStore())
