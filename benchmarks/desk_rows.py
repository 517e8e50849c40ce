"""Rows for the newsroom's other pages, straight into the tables: a full calendar, a review queue, a library, people,
strangers; and one story that really went to review, for its page shows renditions."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert
from sqlmodel import Session, select

from cms import releases
from cms.db import session_scope
from cms.library.rows import Asset
from cms.matrix import Unit
from cms.people.rows import Appointment, Person
from cms.releases import Delivery, Release, ReleaseStory, submitting
from cms.releases.sightings import Sighting
from cms.review import Submission
from cms.review.rows import SubmissionStep
from cms.stories import story_named
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.submissions import draw

CALENDAR, WAITING, SIGNED, ASSETS, PEOPLE, STRANGERS = 5_000, 300, 3_000, 5_000, 600, 200
SLOTS_FROM = timedelta(days=40)
"""The calendar is full from here on for 59 days: nothing of it stands on 今天."""
STEPS = (("初审", "审核"), ("复审", "审核"), ("终审", "签发"), ("签发", "签发"))
STORY = (
    "---\nslug: shen-gao\nheadline: 成都量子网络开通\ndigest: 第一条线路连接两个园区。\nbyline: 记者 张三\n---\n\n"
    + "成都的量子网络今天开通。第一条线路连接两个园区，全长四十公里。\n\n" * 60
)


def a_review(house: House, now: datetime) -> int:
    """A story of Chengdu's sent to review and drawn; its submission."""
    with session_scope(house.engine) as session:
        unit = _unit(session, "chengdu")
    made = take_in_text(house, STORY, "shen-gao.md", house.drafts / "shen-gao", "editor", now, unit_id=unit)
    if made.is_blocked:
        raise RuntimeError(str(made.findings))
    with session_scope(house.engine) as session:
        story = story_named(session, "shen-gao")
        sender = session.exec(select(Person).where(Person.login == "editor")).one()
        if story is None:
            raise RuntimeError("the story is not there")
        target = releases.Target(("site", "wechat", "weibo", "toutiao"), ("chengdu",), alone=True)
        number = submitting.submit(session, story, sender, submitting.Order(now + timedelta(days=1), (target,)), now).id
    draw(house, now)
    return number


def _unit(session: Session, slug: str) -> int:
    return session.exec(select(Unit.id).where(Unit.slug == slug)).one()


def fill(connection: Connection, now: datetime, accounts: list[int], units: list[int], first: int) -> None:
    """All of it. ``first``: the number the first new release, story and delivery take; stories ``1 … first - 1`` are
    there already, each with its release of the same number."""
    _calendar(connection, now, accounts, first)
    _queue(connection, now, units)
    _library(connection, now, units)
    _people(connection, now, units)
    connection.execute(insert(Sighting), [_stranger(n, now, accounts[n % len(accounts)]) for n in range(STRANGERS)])


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
