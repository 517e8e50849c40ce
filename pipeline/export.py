"""A story out of the house: as Markdown with its pictures, and every account's package from its signed bytes."""

from pathlib import Path

from sqlmodel import select

from channels.contract import AdministratorError
from cms import manuscript as desk
from cms import releases
from cms.db import read_scope
from cms.matrix import profiles_of
from cms.releases import Delivery, Item
from cms.stories import newest, story_named
from pipeline import ledger
from pipeline.dispatch import signed_lines
from pipeline.files import write_many
from pipeline.house import House
from pipeline.packing import files_of

STORY_FOLDER = "story"
AS_SAVED = "最新存稿-未签发.txt"


def export_story(house: House, slug: str, out: Path) -> int:
    """Write ``out/story/`` (imports again to the same manuscript) and ``out/<unit>/`` with the packages of
    every signed delivery by hand. How many packages.

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
        )
        signed = [one for one in session.exec(query) if one.state in releases.NEEDS_SIGNATURE]
        profiles = profiles_of(session, list({one.account_id for one in signed}))
        lines = signed_lines(session, signed)
        shown = ledger.signed_manuscript(session, story, signed) or revision.manuscript_hash
    manuscript = house.manuscript(shown)
    desk.export_story(manuscript, house.pictures, out / STORY_FOLDER, house.variants(manuscript))
    if shown != revision.manuscript_hash or any(one["level"] == "block" for one in revision.findings):
        (out / STORY_FOLDER / AS_SAVED).write_text(revision.text, encoding="utf-8")
    by_hand = [one for one in signed if profiles[one.account_id].channel not in ("site", "feed")]
    for delivery in by_hand:
        profile = profiles[delivery.account_id]
        files, _ = files_of(house, profile, delivery, delivery.rendition_hash, lines[delivery.id])
        write_many(out / profile.unit, files)
    return len(by_hand)
