"""Rows for the newsroom's other pages, straight into the tables: a full calendar, a review queue, a library, people,
strangers, notices and sealed sets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func
from sqlmodel import Session, col, select

from benchmarks.bulk import put
from benchmarks.desk_stories import PLAIN, STORIES, told_in
from cms.library.rows import Asset
from cms.matrix import Unit
from cms.people.notices import Notice, NoticeSend
from cms.people.rows import Appointment, Person
from cms.releases import Delivery, Release, ReleaseStory
from cms.releases.sightings import Sighting
from cms.review import Submission
from cms.review.rows import SubmissionStep

CALENDAR, WAITING, SIGNED, ASSETS, PEOPLE, STRANGERS = 5_000, 300, 3_000, 5_000, 600, 200
NOTICES, RECALLS, WORDS = 300, 30, 3_000
SLOTS_FROM = timedelta(days=40)
"""The calendar is full from here on for 59 days: nothing of it stands on 今天."""
STEPS = (("初审", "审核"), ("复审", "审核"), ("终审", "签发"), ("签发", "签发"))


def unit_number(session: Session, slug: str) -> int:
    """The number of a unit."""
    return session.exec(select(Unit.id).where(Unit.slug == slug)).one()


def fill(connection: Connection, now: datetime, accounts: Sequence[int], units: Sequence[int]) -> None:
    """All of it. The stories are there already (``desk_stories``), each with its release of the same number."""
    _calendar(connection, now, accounts)
    _queue(connection, now, units)
    _library(connection, now, units)
    _people(connection, now, units)
    _notices(connection, now)
    strangers = (
        {"account_id": accounts[n % len(accounts)], "remote_id": f"a{n}", "title": f"通知{n}"} for n in range(STRANGERS)
    )
    open_ = {"answer": "", "answered_by": "", "answer_reason": "", "note": "", "address": ""}
    put(connection, Sighting, strangers, kind="stranger", posted_at=now, since=now, at=now, **open_)


def _notices(connection: Connection, now: datetime) -> None:
    """What was told to the signer and to the prefecture's editor."""
    told = (
        {"id": n + 1, "subject": f"release:{n + 1}", "sentence": f"第 {n} 张发布单还没有签发，离发布不到两小时。",
         "last_at": now - timedelta(minutes=n)}
        for n in range(NOTICES)
    )  # fmt: skip
    put(connection, Notice, told, count=1, first_at=now, seen_by="", rung=0)
    people = list(connection.execute(select(Person.id).where(col(Person.login).in_(("signer", "local")))).scalars())
    sends = ({"notice_id": n + 1, "person_id": person} for person in people for n in range(NOTICES))
    put(connection, NoticeSend, sends, way="app", state="sent", tries=1, reason="")


def _calendar(connection: Connection, now: datetime, accounts: Sequence[int]) -> None:
    slots = [now + SLOTS_FROM + timedelta(days=59) / CALENDAR * n for n in range(CALENDAR)]
    number = connection.execute(select(func.max(Delivery.id))).scalar_one()
    releases = ({"id": STORIES + n + 1, "title": f"排期 {n}", "due_at": due} for n, due in enumerate(slots))
    same = {"policy": "lawful", "late": "send", "author": "editor", "flash": False}
    put(connection, Release, releases, **same, state="sealed", created_at=now)
    put(connection, ReleaseStory, (told_in(STORIES + n, n) for n in range(CALENDAR)), position=1)
    deliveries = (
        {"id": number + n + 1, "release_id": STORIES + n + 1, "account_id": accounts[n % len(accounts)],
         "stories": [[f"gao-{n}", 2]], "key": f"plan-{n:016}", "due_at": due}
        for n, due in enumerate(slots)
    )  # fmt: skip
    said = {"state": "ready", "reason": "", "verified": False, "person": "", "changed_at": now, "attempts": 0}
    put(connection, Delivery, deliveries, **PLAIN, **said)


def _queue(connection: Connection, now: datetime, units: Sequence[int]) -> None:
    """What waits for 初审, and what was signed long ago."""
    sender = connection.execute(select(Person.id).where(Person.login == "editor")).scalar_one()
    sent = (
        {"id": n + 1, "story_id": n + 1, "revision_id": 2 * n + 2, "manuscript_hash": f"{n:064}", "release_id": n + 1,
         "unit_id": units[n % len(units)], "sent_at": now - timedelta(minutes=n), "due_at": now + timedelta(minutes=n),
         "state": "reviewing" if n < WAITING else "signed"}
        for n in range(WAITING + SIGNED)
    )  # fmt: skip
    same = {"grade": "A", "policy": "lawful", "note": "", "attachment": "", "attachment_hash": "", "trouble": ""}
    put(connection, Submission, sent, **same, sender_id=sender, tries=1, findings=[])
    steps = (
        {"submission_id": n + 1, "step": step, "position": at, "role": role}
        for n in range(WAITING + SIGNED)
        for at, (step, role) in enumerate(STEPS)
    )
    put(connection, SubmissionStep, steps, reach="below", is_apart=True)


def _library(connection: Connection, now: datetime, units: Sequence[int]) -> None:
    assets = (
        {"unit_id": units[n % len(units)], "hash": f"{n:064x}", "sent_hash": f"{n:064x}", "thumb": f"{n:064x}",
         "likeness": f"{n * 2654435761 % 2**64:016x}", "kind": "picture" if n % 20 else "video",
         "mime": "image/jpeg" if n % 20 else "video/mp4", "seconds": 0 if n % 20 else 30, "name": f"照片{n}.jpg",
         "alt": f"观测站第 {n} 号探测器", "added_at": now - timedelta(minutes=n),
         "until": (now + timedelta(days=n % 400)).date() if n % 9 == 0 else None}
        for n in range(ASSETS)
    )  # fmt: skip
    size = {"width": 1600, "height": 900, "size": 400_000, "focus_x": 500, "focus_y": 400}
    said = {"source": "自采", "author": "张三", "licence": "本单位拍摄", "keywords": "宇宙线 观测站", "ai": False}
    put(connection, Asset, assets, **size, **said, added_by="editor")


def _people(connection: Connection, now: datetime, units: Sequence[int]) -> None:
    start = connection.execute(select(func.max(Person.id))).scalar_one() + 1
    people = ({"id": start + n, "login": f"ren.{n}", "name": f"同事{n}"} for n in range(PEOPLE))
    put(connection, Person, people, password_hash="x", totp_sealed="", totp_step=0, disabled_by="")
    posts = (
        {"person_id": start + n, "role": ("记者", "编辑", "审核")[n % 3], "unit_id": units[n % len(units)]}
        for n in range(PEOPLE)
    )
    put(connection, Appointment, posts, granted_by="signer", granted_at=now)
