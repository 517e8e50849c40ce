"""A story out of the house: as Markdown with its pictures, and every account's package from its signed bytes.

What is called back or frozen is nothing to post: its text may be looked at, with a sheet beside it that says so, and
its packages are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from channels.contract import AdministratorError
from cms import manuscript as desk
from cms import recalls, releases
from cms.db import read_scope
from cms.matrix import profiles_of
from cms.recalls.posting import NOT_TO_POST
from cms.releases import Delivery, Item
from cms.stories import newest, story_named
from pipeline import ledger
from pipeline.dispatch import signed_lines
from pipeline.files import write_many
from pipeline.house import House
from pipeline.packing import files_of

STORY_FOLDER = "story"
AS_SAVED = "最新存稿-未签发.txt"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A package that was not written: whose, and why nobody is to post it."""

    account: str
    unit: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """``packages``: how many were written. ``against``: what speaks against posting the story's text at all."""

    packages: int
    left_out: tuple[LeftOut, ...] = ()
    against: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Every reason, once."""
        return tuple(dict.fromkeys([*self.against, *(why for one in self.left_out for why in one.why)]))


def export_story(house: House, slug: str, out: Path, now: datetime) -> Exported:
    """Write ``out/story/`` (imports again to the same manuscript) and ``out/<unit>/`` with the packages of
    every signed delivery by hand that may be posted at ``now``; those of an earlier export that may not are taken away.

    The story is the one that was signed; a newer text nobody signed, or one with blocking findings, is laid
    beside it as it was saved."""
    with read_scope(house.engine) as session:
        story = story_named(session, slug)
        revision = newest(session, story) if story else None
        if story is None or revision is None or not revision.manuscript_hash:
            raise AdministratorError(f"没有稿件“{slug}”的定稿，请先用 yigao import 导入。", slug)
        query = select(Delivery).where(
            Item.delivery_id == Delivery.id,
            Item.story_id == story.id,
            Delivery.sealed_set_id != None,  # noqa: E711
            Delivery.rendition_hash != "",
        )
        sealed = list(session.exec(query.where(Item.fate != "waiting")))  # those wait until the old copy is away
        signed = [one for one in sealed if one.state in releases.NEEDS_SIGNATURE]
        profiles = profiles_of(session, list({one.account_id for one in sealed}))
        lines = signed_lines(session, sealed)
        shown = ledger.signed_manuscript(session, story, signed) or revision.manuscript_hash
        by_hand = [one for one in sealed if profiles[one.account_id].channel not in ("site", "feed")]
        against = tuple(recalls.against_version(session, story, shown, now))
        stopped = {one.id: tuple(recalls.against_posting(session, one, now)) for one in by_hand}
    manuscript = house.manuscript(shown)
    desk.export_story(manuscript, house.pictures, out / STORY_FOLDER, house.variants(manuscript))
    if shown != revision.manuscript_hash or any(one["level"] == "block" for one in revision.findings):
        (out / STORY_FOLDER / AS_SAVED).write_text(revision.text, encoding="utf-8")
    offered = [one for one in by_hand if one in signed and not stopped[one.id]]
    accounts = {one.account_id for one in offered}
    left_out = {}
    for one in by_hand:
        if stopped[one.id]:
            profile = profiles[one.account_id]
            for path in files_of(house, profile, one, one.rendition_hash, lines[one.id])[0]:
                (out / profile.unit / path).unlink(missing_ok=True)
            if one.account_id not in accounts:
                left_out[one.account_id] = LeftOut(profile.account, profile.unit, stopped[one.id])
    for one in offered:
        profile = profiles[one.account_id]
        write_many(out / profile.unit, files_of(house, profile, one, one.rendition_hash, lines[one.id])[0])
    _say(out / STORY_FOLDER, against)
    for unit in {profiles[one.account_id].unit for one in by_hand}:
        _say(out / unit, [f"{one.account}：{why}" for one in left_out.values() if one.unit == unit for why in one.why])
    return Exported(len(offered), tuple(left_out.values()), against)


def _say(folder: Path, sentences: Sequence[str]) -> None:
    """Lay the sheet into a folder, or take away the one of an earlier export where nothing stands against it now."""
    if sentences:
        write_many(folder, {NOT_TO_POST: "".join(f"{one}\n" for one in sentences).encode()})
    else:
        (folder / NOT_TO_POST).unlink(missing_ok=True)
