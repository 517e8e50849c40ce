"""What goes out instead: the release of a recall, and the deliveries in it that wait for a copy to be cleared away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from cms import audit
from cms.db import utc
from cms.matrix import Account
from cms.recalls.deciding import UNSENT
from cms.releases import LIVE_FATES, Delivery, Item, Recall, Release, ReleaseStory, deliveries_of, move
from cms.releases.plan import Choice, deliver
from cms.stories import Revision, Story


def open_release(session: Session, recall: Recall, title: str, now: datetime) -> Release:
    """A release of its own for what a recall sends anew, signed by the recall's policy."""
    release = Release(
        title=title, due_at=utc(now), policy=recall.policy, author=recall.proposed_by, created_at=utc(now),
        recall_id=recall.id,
    )  # fmt: skip
    session.add(release)
    session.flush()
    return release


def releases_of(session: Session, recall: Recall) -> list[Release]:
    """The releases of a recall, the first one first: that one carries what is signed for it."""
    return list(session.exec(select(Release).where(Release.recall_id == recall.id).order_by(col(Release.id))))


def choices_of(session: Session, delivery: Delivery) -> list[Choice]:
    """The stories a delivery carries, each in the revision it carries, in order."""
    chosen = []
    for slug, number in delivery.stories:
        story = session.exec(select(Story).where(Story.slug == slug)).one()
        query = select(Revision).where(Revision.story_id == story.id, Revision.number == number)
        chosen.append((story, session.exec(query).one()))
    return chosen


def add_delivery(
    session: Session, release: Release, old: Delivery, group: Sequence[Choice], now: datetime, *, push: bool
) -> Delivery:
    """A delivery of ``group`` in ``old``'s place: same account, not before its time nor after the end it has as
    a flash; it waits for the remedy."""
    account = session.get_one(Account, old.account_id)
    _add_stories(session, release, group)
    made = deliver(session, release, account, group, now, push=push, fate="waiting")
    made.due_at, made.lead_id = max(old.due_at, utc(now)), old.lead_id
    made.urgent, made.expires_at = old.urgent, old.expires_at
    session.add(made)
    session.flush()
    return made


def _add_stories(session: Session, release: Release, group: Sequence[Choice]) -> None:
    query = select(ReleaseStory.story_id).where(ReleaseStory.release_id == release.id)
    known = set(session.exec(query))
    for story, revision in group:
        if story.id not in known:
            known.add(story.id)
            row = ReleaseStory(
                release_id=release.id, position=len(known), story_id=story.id, revision_id=revision.id,
                manuscript_hash=revision.manuscript_hash,
            )  # fmt: skip
            session.add(row)
    session.flush()


def add_story(session: Session, release: Release, story: Story, revision: Revision) -> None:
    """The corrected story belongs to the release also where every copy is amended in place."""
    _add_stories(session, release, [(story, revision)])


def follow_new_leads(session: Session, replaced: Mapping[int, int]) -> None:
    """Reprints follow the replacement of their lead (首发), where that one is replaced too."""
    for new in session.exec(select(Delivery).where(col(Delivery.id).in_(replaced.values()))):
        if new.lead_id is not None and new.lead_id in replaced:
            new.lead_id = replaced[new.lead_id]
            session.add(new)
    session.flush()


def note_plan(session: Session, release: Release, by: str, now: datetime) -> None:
    """What was planned, for whoever counts (I5)."""
    detail = {"deliveries": len(deliveries_of(session, release)), "recall": release.recall_id, "policy": release.policy}
    audit.record(session, by, "release.plan", f"release:{release.id}", detail, now)


def release_items(session: Session, replacement_id: int | None, now: datetime) -> None:
    """The account is clear: what waited may go out, at once if its time has come. Where another delivery has the
    story by now, what waited is not needed."""
    if replacement_id is None:
        return
    made = session.get_one(Delivery, replacement_id)
    waiting = list(session.exec(select(Item).where(Item.delivery_id == replacement_id, Item.fate == "waiting")))
    if any(_is_taken(session, item) for item in waiting):
        drop_replacement(session, replacement_id, "账号上已有这篇稿件的另一次投递", now)
        return
    for item in waiting:
        item.fate = "planned"
        session.add(item)
    made.due_at = max(made.due_at, utc(now))
    session.add(made)
    session.flush()


def _is_taken(session: Session, item: Item) -> bool:
    query = select(Item.id).where(
        Item.origin_id == item.origin_id, Item.account_id == item.account_id, col(Item.fate).in_(LIVE_FATES)
    )
    return session.exec(query.limit(1)).first() is not None


def drop_replacement(session: Session, replacement_id: int | None, reason: str, now: datetime) -> None:
    """What was to go instead is not needed any more, if it has not gone out."""
    if replacement_id is None:
        return
    made = session.get_one(Delivery, replacement_id)
    if made.state in UNSENT:
        move(session, made, "supersede", actor="pipeline", now=now, reason=reason)
