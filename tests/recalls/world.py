"""A house in which stories are called back, on a simulated clock."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from cms import recalls, review
from cms.db import read_scope
from cms.matrix import Account
from cms.people import Notice
from cms.releases import Advisory, Delivery, Item, Recall, Remedy
from pipeline import recalls as press
from pipeline.house import House
from tests.ledger.platforms_world import PlatformsWorld
from tests.ledger.world import World
from tests.pipeline.conftest import STORY, write_story

CORRECTED = "更正过的"
REASON, NOTICE = "职务写错", "文中“副厅长”应为“厅长”，特此更正。"


def retract(world: World, slug: str = "story-0", *, policy: Any = review.REHEARSAL) -> int:
    """Ordered and approved."""
    number = press.order_retraction(world.house, slug, REASON, "本文不实，已撤回。", "editor", world.now, policy=policy)
    approve(world, number)
    return number


def approve(world: World, number: int, by: str = "yi") -> None:
    press.approve_retraction(world.house, number, by, "同意撤稿", world.now)


def order(world: World, slug: str = "story-0", words: str = "更正过的", **given: Any) -> int:
    """A correction ordered: another text under the same headline."""
    text = corrected_text(world.house, slug, words)
    return press.order_correction(
        world.house, slug, text, REASON, NOTICE, "editor", world.now, **{"policy": review.REHEARSAL, **given}
    )


def correct(world: World, slug: str = "story-0", words: str = "更正过的", **given: Any) -> int:
    """Ordered and signed."""
    number = order(world, slug, words, **given)
    assert press.sign_correction(world.house, number, "yi", "同意", world.now) == []
    return number


def back(world: World, slug: str = "story-0") -> int:
    """The correction was wrong, the first text right: ordered and signed."""
    text = same_digest(world.house, slug, "")
    number = press.order_correction(
        world.house, slug, text, "改回", "前一次更正有误，原文无误。", "editor", world.now, policy=review.REHEARSAL
    )
    assert press.sign_correction(world.house, number, "yi", "同意", world.now) == []
    return number


def corrected_text(house: House, slug: str, words: str) -> str:
    """The story with ``words`` put in, and a digest of its own: what short posts say changes too."""
    digest = f"一句话讲清楚{words[::-1]}。"
    return same_digest(house, slug, words).replace("一句话说清楚。", digest)


def same_digest(house: House, slug: str, words: str) -> str:
    """The story with ``words`` put in, under the same headline and digest."""
    with read_scope(house.engine) as session:
        story = press._story_in(session, slug)
        headline = story.headline
    write_story(house.drafts / slug, slug, headline)  # its picture lies where the desk keeps it
    return STORY.format(slug=slug, headline=headline).replace("第一段", f"第一段{words}")


# --------------------------------------------------------------------------- looking


def remedies(world: World, number: int) -> dict[str, Remedy]:
    """By account; of several on one account the newest."""
    with read_scope(world.house.engine) as session:
        query = select(Account.key, Remedy).where(Remedy.account_id == Account.id, Remedy.recall_id == number)
        return dict(session.exec(query.order_by(col(Remedy.id))).all())


def recall(world: World, number: int) -> Recall:
    with read_scope(world.house.engine) as session:
        return session.get_one(Recall, number)


def lines(world: World, number: int) -> list[recalls.Line]:
    with read_scope(world.house.engine) as session:
        return recalls.plan_of(session, session.get_one(Recall, number), world.now)


def told(world: World, subject: str = "") -> list[str]:
    with read_scope(world.house.engine) as session:
        return [one.sentence for one in session.exec(select(Notice)) if not subject or one.subject == subject]


def states(world: World, number: int) -> dict[str, str]:
    """What became of each account's copy: action and state."""
    return {key: f"{one.action} {one.state}" for key, one in remedies(world, number).items()}


def deliveries(world: World, slug: str = "story-0") -> dict[str, list[Delivery]]:
    """Every delivery of a story, by account, oldest first."""
    found: dict[str, list[Delivery]] = {}
    with read_scope(world.house.engine) as session:
        query = select(Account.key, Delivery).where(Delivery.account_id == Account.id)
        for key, one in session.exec(query.order_by(col(Delivery.id))):
            if slug in [name for name, _ in one.stories]:
                found.setdefault(key, []).append(one)
    return found


def advisories(world: World) -> list[Advisory]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(Advisory)))


def items(world: World, key: str) -> list[Item]:
    with read_scope(world.house.engine) as session:
        query = select(Item).where(Item.account_id == Account.id, Account.key == key).order_by(col(Item.id))
        return list(session.exec(query))


def alive(world: World, words: str = "") -> list[str]:
    """The accounts whose readers see a copy (with these words in it)."""
    return sorted(one.account for one in world.copies() if one.state in ("live", "pending") and words in one.body)


def by_account(world: World, slug: str = "story-0") -> dict[str, str]:
    """The state of the newest delivery of a story on each account."""
    return {key: rows[-1].state for key, rows in deliveries(world, slug).items()}


def run_until_out(world: World | PlatformsWorld, hours: float = 2) -> None:
    world.run(hours=hours)


def wait(world: World, minutes: float) -> None:
    world.now += timedelta(minutes=minutes)


__all__ = [name for name in dir() if not name.startswith("_")]
