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
from cms.releases import Delivery, Release, ReleaseStory, voiding
from cms.stories import Story
from pipeline import ledger
from pipeline.house import House

WAITS = ("planned", "rendered", "ready", "staged")


@dataclass(frozen=True)
class Changed:
    """A scheduled story something else is said of than before: what comes, what goes, the deliveries that wait, and how
    many copies a person has in hand to post (``by_hand``)."""

    slug: str
    headline: str
    manuscript: str
    release_id: int
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    deliveries: tuple[int, ...]
    checked: checks.Checked
    by_hand: int = 0

    @property
    def is_blocked(self) -> bool:
        return any(one.level == "block" for one in self.new)


def changed_by(house: House, before: checks.Standards, after: checks.Standards) -> list[Changed]:
    """The stories of releases that still wait, whose findings differ under ``after``, today or on the day they go out.
    Only reads."""
    with read_scope(house.engine) as session:
        found = []
        for one in scheduled(session):
            manuscript = house.manuscript(one.manuscript)
            marks, variants = checks.marks_of(house.pictures, manuscript), house.variants(manuscript)
            old = checks.check(session, manuscript, one.manuscript, before, marks, variants, one.slots)
            new = checks.check(session, manuscript, one.manuscript, after, marks, variants, one.slots)
            passed = checks.given(session, [one.manuscript])
            come, gone = differ(checks.settled(old.findings, passed), checks.settled(new.findings, passed))
            if come or gone:
                found.append(one.changed(come, gone, new))
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


@dataclass(frozen=True)
class Waiting:
    """A story of a release that is not out everywhere: its deliveries that wait and their times, and how many copies a
    person has in hand."""

    slug: str
    headline: str
    manuscript: str
    release_id: int
    deliveries: tuple[int, ...]
    slots: tuple[datetime, ...]
    by_hand: int

    def changed(
        self, new: tuple[Finding, ...], gone: tuple[Finding, ...], checked: checks.Checked
    ) -> Changed:  # fmt: skip
        """What is said of it now."""
        return Changed(
            self.slug,
            self.headline,
            self.manuscript,
            self.release_id,
            new,
            gone,
            self.deliveries,
            checked,
            self.by_hand,
        )


def scheduled(session: Session, *, with_by_hand: bool = False) -> list[Waiting]:
    """The stories of releases of which something still waits, or (``with_by_hand``) is with a person to be posted, in
    the order they go out."""
    query = (
        select(ReleaseStory, Story)
        .where(ReleaseStory.story_id == Story.id, Release.id == ReleaseStory.release_id)
        .order_by(col(Release.due_at), col(ReleaseStory.position))
    )
    asked = (*WAITS, "handed_over") if with_by_hand else WAITS
    there = select(Delivery.id).where(Delivery.release_id == Release.id, col(Delivery.state).in_(asked)).exists()
    found = []
    for row, story in session.exec(query.where(there)):
        mine = select(Delivery.id, Delivery.due_at, Delivery.state).where(
            Delivery.release_id == row.release_id, col(Delivery.state).in_((*WAITS, "handed_over"))
        )
        rows = session.exec(mine.order_by(col(Delivery.id))).all()
        waiting = [(number, at) for number, at, state in rows if state in WAITS]
        numbers, slots = tuple(number for number, _ in waiting), tuple(sorted({at for _, at in waiting}))
        found.append(
            Waiting(
                story.slug,
                story.headline,
                row.manuscript_hash,
                row.release_id,
                numbers,
                slots,
                len(rows) - len(waiting),
            )
        )
    return found


def differ(old: Sequence[Finding], new: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    def said(findings: Sequence[Finding]) -> dict[tuple[str, str, str], Finding]:
        return {(one.rule, one.place, one.level): one for one in findings}

    before, after = said(old), said(new)
    come = tuple(one for key, one in after.items() if key not in before)
    return come, tuple(one for key, one in before.items() if key not in after)


def tell(
    house: House, changed: Sequence[Changed], actor: str, now: datetime, *, hold: bool, since: str = "词表更新后"
) -> int:
    """Keep the new results, tell who signed and sent it, and hold what may not go out any more; how many deliveries
    were held. ``since``: what changed, as the notices begin."""
    held = 0
    with session_scope(house.engine) as session:
        for one in changed:
            checks.keep_run(session, one.checked, now)
            worst = next((found for found in one.new if found.level == "block"), one.new[0] if one.new else None)
            if worst is None:
                continue
            concerned = voiding.concerned(session, session.get_one(Release, one.release_id))
            words = f"{since}《{one.headline}》有新问题：{worst.message}"
            people.notify(session, f"release:{one.release_id}", words, now, people=concerned)
            if one.by_hand and one.is_blocked:
                words = f"《{one.headline}》有 {one.by_hand} 份已交人工代发，还没有登记发布：请通知代发人先不要发。"
                people.notify(session, f"release:{one.release_id}", words, now, people=concerned)
            for number in one.deliveries if hold and one.is_blocked else ():
                delivery = session.get_one(Delivery, number)
                if delivery.state in WAITS:
                    reason = f"{since}发现：{worst.message}"
                    releases.move(session, delivery, "hold", actor=actor, now=now, reason=reason)
                    held += 1
    return held
