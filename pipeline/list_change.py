"""After a word list changed: the stories that wait to go out are checked again, and those that changed are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from channels.values import Finding
from cms import checks, people, releases
from cms.checks.rows import WordBook
from cms.checks.words import Entry
from cms.db import read_scope, session_scope
from cms.releases import Delivery, Release, ReleaseStory
from cms.stories import Story
from pipeline import ledger
from pipeline.house import House

WAITS = ("planned", "rendered", "ready", "staged")


@dataclass(frozen=True)
class Changed:
    """A scheduled story the new lists say something else about: what comes, what goes, and the deliveries that wait."""

    slug: str
    headline: str
    manuscript: str
    release_id: int
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    deliveries: tuple[int, ...]
    checked: checks.Checked

    @property
    def is_blocked(self) -> bool:
        return any(one.level == "block" for one in self.new)


def changed_by(house: House, before: checks.Standards, after: checks.Standards) -> list[Changed]:
    """The stories of releases that still wait, whose findings differ under ``after``. Only reads."""
    with read_scope(house.engine) as session:
        found = []
        for row, story, waiting in _scheduled(session):
            manuscript = house.manuscript(row.manuscript_hash)
            marks, variants = checks.marks_of(house.pictures, manuscript), house.variants(manuscript)
            old = checks.check(session, manuscript, row.manuscript_hash, before, marks, variants)
            new = checks.check(session, manuscript, row.manuscript_hash, after, marks, variants)
            passed = checks.given(session, [row.manuscript_hash])
            come, gone = _differ(checks.settled(old.findings, passed), checks.settled(new.findings, passed))
            if come or gone:
                found.append(
                    Changed(story.slug, story.headline, row.manuscript_hash, row.release_id, come, gone, waiting, new)
                )
        return found


def foresee(house: House, made: checks.WordList, now: datetime) -> tuple[list[Entry], list[Entry], list[Changed]]:
    """What taking this list in would change: the entries that come, those that go, and the stories it would concern.
    Only reads."""
    with read_scope(house.engine) as session:
        book = checks.list_named(session, made.name)
        before = checks.standards(session, now)
    come, gone = checks.changes(checks.as_list(book) if book else None, made)
    others = tuple(one for one in before.lists if one.name != made.name)
    after = checks.Standards((*others, made), before.day, before.is_rehearsal)
    return come, gone, changed_by(house, before, after)


def take_in(
    house: House, made: checks.WordList, file: str, by: str, now: datetime, *, hold: bool
) -> tuple[WordBook, list[Changed], int]:
    """Take this list in as the newest of its name, and check again what waits: the version, the stories concerned, and
    how many deliveries were held."""
    with session_scope(house.engine) as session:
        before = checks.standards(session, now)
        ledger.person(session, by)
        book = checks.import_list(session, made, by, file, now)
        after = checks.standards(session, now)
    changed = changed_by(house, before, after)
    return book, changed, tell(house, changed, by, now, hold=hold)


def _scheduled(session: Session) -> list[tuple[ReleaseStory, Story, tuple[int, ...]]]:
    query = (
        select(ReleaseStory, Story)
        .where(ReleaseStory.story_id == Story.id, Release.id == ReleaseStory.release_id)
        .order_by(col(Release.due_at), col(ReleaseStory.position))
    )
    found = []
    for row, story in session.exec(query):
        waits = select(Delivery.id).where(Delivery.release_id == row.release_id, col(Delivery.state).in_(WAITS))
        if waiting := tuple(session.exec(waits)):
            found.append((row, story, waiting))
    return found


def _differ(old: Sequence[Finding], new: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    def said(findings: Sequence[Finding]) -> dict[tuple[str, str, str], Finding]:
        return {(one.rule, one.place, one.level): one for one in findings}

    before, after = said(old), said(new)
    come = tuple(one for key, one in after.items() if key not in before)
    return come, tuple(one for key, one in before.items() if key not in after)


def tell(house: House, changed: Sequence[Changed], actor: str, now: datetime, *, hold: bool) -> int:
    """Keep the new results, give notice, and hold what may not go out any more; how many deliveries were held."""
    held = 0
    with session_scope(house.engine) as session:
        for one in changed:
            checks.keep_run(session, one.checked, now)
            worst = next((found for found in one.new if found.level == "block"), one.new[0] if one.new else None)
            if worst is None:
                continue
            people.notify(
                session, f"release:{one.release_id}", f"词表更新后《{one.headline}》有新问题：{worst.message}", now
            )
            for number in one.deliveries if hold and one.is_blocked else ():
                delivery = session.get_one(Delivery, number)
                if delivery.state in WAITS:
                    reason = f"词表更新后发现：{worst.message}"
                    releases.move(session, delivery, "hold", actor=actor, now=now, reason=reason)
                    held += 1
    return held
