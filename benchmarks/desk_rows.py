"""Rows for the newsroom's other pages, straight into the tables: a full calendar, a review queue, a library, people,
strangers, notices and sealed sets."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, update
from sqlmodel import Session, col, select

from cms.library.rows import Asset
from cms.matrix import Unit
from cms.people.notices import Notice, NoticeSend
from cms.people.rows import Appointment, Person
from cms.releases import Delivery, Release, ReleaseStory
from cms.releases.sightings import Sighting
from cms.review import SealedSet, Submission
from cms.review.rows import SubmissionStep

CALENDAR, WAITING, SIGNED, ASSETS, PEOPLE, STRANGERS = 5_000, 300, 3_000, 5_000, 600, 200
NOTICES, RECALLS, WORDS = 300, 30, 3_000
SLOTS_FROM = timedelta(days=40)
"""The calendar is full from here on for 59 days: nothing of it stands on 今天."""
STEPS = (("初审", "审核"), ("复审", "审核"), ("终审", "签发"), ("签发", "签发"))


def unit_number(session: Session, slug: str) -> int:
    """The number of a unit."""
    return session.exec(select(Unit.id).where(Unit.slug == slug)).one()


def fill(connection: Connection, now: datetime, accounts: list[int], units: list[int], first: int) -> None:
    """All of it. ``first``: the number the first new release, story and delivery take; stories ``1 … first - 1`` are
    there already, each with its release of the same number."""
    _calendar(connection, now, accounts, first)
    _queue(connection, now, units)
    _library(connection, now, units)
    _people(connection, now, units)
    _notices(connection, now)
    connection.execute(insert(Sighting), [_stranger(n, now, accounts[n % len(accounts)]) for n in range(STRANGERS)])


def sealed(connection: Connection, now: datetime, stories: int) -> None:
    """A complete set for each of so many releases, of the same number, and their deliveries on it."""
    connection.execute(
        insert(SealedSet),
        [
            {"id": n + 1, "hash": f"s{n:063}", "release_id": n + 1, "manuscripts": [f"{n:064}"], "renditions": {},
             "assets": [], "policy": "lawful", "complete": True, "sealed_at": now}
            for n in range(stories)
        ],
    )  # fmt: skip
    connection.execute(update(Delivery).values(sealed_set_id=Delivery.release_id))


def _notices(connection: Connection, now: datetime) -> None:
    """What was told to the signer and to the prefecture's editor."""
    told = [
        {"id": n + 1, "subject": f"release:{n + 1}", "sentence": f"第 {n} 张发布单还没有签发，离发布不到两小时。",
         "count": 1, "first_at": now, "last_at": now - timedelta(minutes=n), "seen_by": "", "rung": 0}
        for n in range(NOTICES)
    ]  # fmt: skip
    connection.execute(insert(Notice), told)
    people = select(Person.id).where(col(Person.login).in_(("signer", "local")))
    sends = [
        {"notice_id": n + 1, "person_id": person, "way": "app", "state": "sent", "tries": 1, "reason": ""}
        for person in connection.execute(people).scalars()
        for n in range(NOTICES)
    ]
    connection.execute(insert(NoticeSend), sends)


def _calendar(connection: Connection, now: datetime, accounts: list[int], first: int) -> None:
    slots = [now + SLOTS_FROM + timedelta(days=59) / CALENDAR * n for n in range(CALENDAR)]
    number = connection.execute(select(Delivery.id).order_by(Delivery.id.desc()).limit(1)).scalar_one()  # type: ignore[attr-defined]
    connection.execute(
        insert(Release),
        [
            {"id": first + n, "title": f"排期 {n}", "due_at": due, "state": "sealed", "policy": "lawful",
             "late": "send", "author": "editor", "created_at": now, "flash": False}
            for n, due in enumerate(slots)
        ],
    )  # fmt: skip
    connection.execute(
        insert(ReleaseStory),
        [
            {"release_id": first + n, "position": 1, "story_id": n + 1, "revision_id": 2 * n + 2,
             "manuscript_hash": f"{n:064}"}
            for n in range(CALENDAR)
        ],
    )  # fmt: skip
    connection.execute(
        insert(Delivery),
        [
            {"id": number + n + 1, "release_id": first + n, "account_id": accounts[n % len(accounts)],
             "stories": [[f"gao-{n}", 2]], "key": f"plan-{n:016}", "generation": 1, "state": "ready", "due_at": due,
             "reason": "", "verified": False, "staged": {}, "changed_at": now, "push": False, "urgent": False,
             "rendition_hash": "", "lease_owner": "", "fence": 0, "attempts": 0, "deaths": 0, "person": "",
             "remote_id": "", "looks": 0}
            for n, due in enumerate(slots)
        ],
    )  # fmt: skip


def _queue(connection: Connection, now: datetime, units: list[int]) -> None:
    """What waits for 初审, and what was signed long ago."""
    sender = connection.execute(select(Person.id).where(Person.login == "editor")).scalar_one()
    taken = connection.execute(select(Submission.id)).scalars().all()
    start = max(taken, default=0) + 1
    connection.execute(
        insert(Submission),
        [
            {"id": start + n, "story_id": n + 1, "revision_id": 2 * n + 2, "manuscript_hash": f"{n:064}",
             "release_id": n + 1, "unit_id": units[n % len(units)], "grade": "A", "policy": "lawful", "note": "",
             "attachment": "", "attachment_hash": "", "sender_id": sender, "sent_at": now - timedelta(minutes=n),
             "due_at": now + timedelta(minutes=n), "state": "reviewing" if n < WAITING else "signed", "trouble": "",
             "tries": 1, "findings": []}
            for n in range(WAITING + SIGNED)
        ],
    )  # fmt: skip
    connection.execute(
        insert(SubmissionStep),
        [
            {"submission_id": start + n, "step": step, "position": at, "role": role, "reach": "below", "is_apart": True}
            for n in range(WAITING + SIGNED)
            for at, (step, role) in enumerate(STEPS)
        ],
    )  # fmt: skip


def _library(connection: Connection, now: datetime, units: list[int]) -> None:
    connection.execute(
        insert(Asset),
        [
            {"unit_id": units[n % len(units)], "hash": f"{n:064x}", "sent_hash": f"{n:064x}", "thumb": f"{n:064x}",
             "likeness": f"{n * 2654435761 % 2**64:016x}", "kind": "picture" if n % 20 else "video",
             "mime": "image/jpeg" if n % 20 else "video/mp4", "width": 1600, "height": 900, "size": 400_000,
             "seconds": 0 if n % 20 else 30, "name": f"照片{n}.jpg", "alt": f"观测站第 {n} 号探测器", "source": "自采",
             "author": "张三", "licence": "本单位拍摄", "keywords": "宇宙线 观测站", "ai": False, "focus_x": 500,
             "focus_y": 400, "added_by": "editor", "added_at": now - timedelta(minutes=n),
             "until": (now + timedelta(days=n % 400)).date() if n % 9 == 0 else None}
            for n in range(ASSETS)
        ],
    )  # fmt: skip


def _people(connection: Connection, now: datetime, units: list[int]) -> None:
    start = max(connection.execute(select(Person.id)).scalars().all()) + 1
    connection.execute(
        insert(Person),
        [
            {"id": start + n, "login": f"ren.{n}", "name": f"同事{n}", "password_hash": "x", "totp_sealed": "",
             "totp_step": 0, "disabled_by": ""}
            for n in range(PEOPLE)
        ],
    )  # fmt: skip
    connection.execute(
        insert(Appointment),
        [
            {"person_id": start + n, "role": ("记者", "编辑", "审核")[n % 3], "unit_id": units[n % len(units)],
             "granted_by": "signer", "granted_at": now}
            for n in range(PEOPLE)
        ],
    )  # fmt: skip


def _stranger(n: int, now: datetime, account: int) -> dict[str, object]:
    return {
        "account_id": account, "kind": "stranger", "remote_id": f"a{n}", "note": "", "address": "", "title": f"通知{n}",
        "posted_at": now, "answer": "", "answered_by": "", "answer_reason": "", "since": now, "at": now,
    }  # fmt: skip
