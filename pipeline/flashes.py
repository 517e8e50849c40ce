"""快讯 from words to a sealed set one person signs; and what the clock does: freezes, ends of flashes, late reviews."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from channels.contract import StoryError
from cms import releases, review
from cms.db import ask, read_scope, session_scope
from cms.matrix import Account
from cms.releases import Delivery, Release, Target, TargetError, flash, freeze, voiding
from cms.releases.cancel import UNSENT
from cms.releases.halts import NOW
from cms.stories import story_named
from pipeline import ledger, press
from pipeline.house import House
from pipeline.intake import blocks, sentence, take_in, take_in_text
from pipeline.press import SHANGHAI, Made
from pipeline.proof import TEXT_CHANNELS

_OVER = (
    select(Delivery.id)
    .where(col(Delivery.state).in_(sorted(UNSENT)), col(Delivery.expires_at) <= NOW)
    .where(col(Delivery.lost_at).is_(None), Delivery.person == "")
    .limit(1)
)


@dataclass(frozen=True)
class Flashed:
    """A flash that waits for its one signature: its release, what was rendered, when it ends and is reviewed."""

    release: int
    sealed_set: int | None
    made: tuple[Made, ...]
    expires_at: datetime | None
    review_by: datetime | None


def announce(
    house: House,
    source: Path | str,
    title: str,
    targets: Sequence[Target],
    author: str,
    now: datetime,
    *,
    expires_at: datetime | None = None,
    within: timedelta = flash.REVIEW_WITHIN,
    rehearsal: bool = False,
) -> Flashed:
    """Story, release, renditions and seal in one go; ``source``: a file, or the words themselves under ``title``."""
    if isinstance(source, Path):
        taken = take_in(house, source, author, now)
    else:
        slug = _slug(house, now)
        taken = take_in_text(house, _written(slug, title, source), f"{slug}.md", house.drafts / slug, author, now)
    if blocks(taken.findings):
        raise StoryError(sentence(taken.findings))
    policy = review.REHEARSAL if rehearsal else review.FLASH
    with session_scope(house.engine) as session:
        chosen = ledger.newest_revisions(session, [taken.slug])
        release = releases.plan(session, chosen, _text_only(session, targets), now, author, policy, now=now)
        flash.check_author(session, release)
        flash.mark(session, release, expires_at, now, within)
        number = release.id
    made = press.render_release(house, number, now)
    sealed = press.seal_release(house, number, now)
    with read_scope(house.engine) as session:
        release = session.get_one(Release, number)
        return Flashed(number, sealed, tuple(made), release.expires_at, release.review_by)


def _slug(house: House, now: datetime) -> str:
    """A name of its own: the minute, and a number where two come in one."""
    stem = f"kuaixun-{now.astimezone(SHANGHAI):%Y%m%d-%H%M}"
    with read_scope(house.engine) as session:
        names = (stem if not at else f"{stem}-{at}" for at in range(1000))
        return next(one for one in names if story_named(session, one) is None)


def _written(slug: str, title: str, words: str) -> str:
    """The words as a story's text."""
    if not title.strip() or not words.strip():
        raise StoryError("快讯要有标题和正文：请写 --title 标题 --text 正文，或给出稿件文件。")
    return f"---\nslug: {slug}\nheadline: {json.dumps(title.strip(), ensure_ascii=False)}\n---\n\n{words.strip()}\n"


def _text_only(session: Session, targets: Sequence[Target]) -> list[Target]:
    """The targets without channels of clips: a flash waits for no encoder."""
    there = set(session.exec(select(Account.channel)))
    found = [
        replace(one, channels=_of_text(one.channels or TEXT_CHANNELS, there, bool(one.channels))) for one in targets
    ]
    if not all(one.channels for one in found):
        raise TargetError(f"快讯只发文字渠道：{'、'.join(one for one in TEXT_CHANNELS if one in there)}。")
    return found


def _of_text(asked: Sequence[str], there: set[str], is_named: bool) -> tuple[str, ...]:
    """A channel that was named and that we do not have is left in: the target says so."""
    known = [one for one in asked if one in TEXT_CHANNELS or one not in there]
    return tuple(one for one in known if is_named or one in there)


# --------------------------------------------------------------------------- the clock


def tend(house: House, now: datetime) -> int:
    """Once a second: what fell due under a freeze is held, what a flash that is over had not sent is cancelled, what
    was edited since its sign-off is held; how many. Where there is none of it, it only asks."""
    with read_scope(house.engine) as session:
        if not releases.freezes(session) and not _is_over(session, now) and not voiding.is_any(session, now):
            return 0
    with session_scope(house.engine) as session:
        voided = voiding.tend(session, now)
        return len(voided) + len(flash.close_expired(session, now)) + len(freeze.hold_overdue(session, now))


def _is_over(session: Session, now: datetime) -> bool:
    return ask(session, _OVER, now=now).first() is not None


def escalate(house: House, now: datetime) -> list[str]:
    """Once a minute: later reviews that are late are told, and told further up; what was told."""
    with read_scope(house.engine) as session:
        if not any(one.review_by and one.review_by <= now for one in flash.unreviewed(session)):
            return []
    with session_scope(house.engine) as session:
        return flash.escalate(session, now)
