"""审稿 over the real house of ``tests.people``: a story of Chengdu's that can go out, and the people to review it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from cms import releases
from cms.db import session_scope
from cms.people import PeopleDesk, Person, phones
from cms.people.roles import tree
from cms.releases import submitting
from cms.review import Submission
from cms.stories import story_named
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.submissions import draw
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON, hire, login_of

STORY = """---
slug: {slug}
headline: {headline}
digest: 成都的量子网络今天开通，第一条线路连接两个园区。
byline: 记者 张三
---

成都的量子网络今天开通，{words}。第一条线路连接两个园区，全长四十公里。

读者可以在科技馆看到它怎样工作。工作人员每天讲解三次。
"""
AUTHOR = login_of("记者", "chengdu")
FIRST, SECOND, CHIEF = "chengdu.shen1", "chengdu.shen2", login_of("签发", "chengdu")
PROVINCE = login_of("签发", "sichuan")


def write(house: House, words: str = "这是第一天", slug: str = "chengdu-liangzi", author: str = AUTHOR) -> str:
    """A story of Chengdu's, saved by its author; its manuscript."""
    with session_scope(house.engine) as session:
        unit = unit_of(session, "chengdu")
    text = STORY.format(slug=slug, headline="成都量子网络开通", words=words)
    made = take_in_text(house, text, f"{slug}.md", house.drafts / slug, author, NOON, unit_id=unit)
    assert not made.is_blocked, made.findings
    return made.manuscript


def unit_of(session: Session, slug: str) -> int:
    return next(one for one, name, _ in tree(session).rows if name == slug)


def person(session: Session, login: str) -> Person:
    return session.exec(select(Person).where(Person.login == login)).one()


@pytest.fixture
def crew(house: House) -> House:
    """Two more who review in Chengdu: of the roles there is one person each."""
    with session_scope(house.engine) as session:
        hire(session, FIRST, "初审员", "审核", "chengdu", house.wires.vault)
        hire(session, SECOND, "复审员", "审核", "chengdu", house.wires.vault)
        hire(session, "chengdu.qian2", "另一位签发", "签发", "chengdu", house.wires.vault)
    return house


@pytest.fixture
def sent(crew: House) -> Callable[..., int]:
    """Send the story to review, as its author; drawn at once unless told."""

    def send(grade: str = "A", *, drawn: bool = True, slug: str = "chengdu-liangzi", **more: object) -> int:
        with session_scope(crew.engine) as session:
            is_new = story_named(session, slug) is None
        if is_new:
            write(crew, slug=slug)
        with session_scope(crew.engine) as session:
            order = submitting.Order(
                due_at=NOON + timedelta(days=1),
                targets=(releases.Target(("site", "wechat"), ("chengdu",), alone=True),),
                grade=grade,
                attachment="川科发〔2026〕8号" if grade == "C" else "",
                **more,  # type: ignore[arg-type]
            )
            story = story_named(session, slug)
            assert story is not None
            number = submitting.submit(session, story, person(session, AUTHOR), order, NOON).id
        if drawn:
            draw(crew, NOON)
        return number

    return send


def state(house: House, number: int) -> str:
    with session_scope(house.engine) as session:
        return session.get_one(Submission, number).state


def drafts(house: House) -> Path:
    return house.drafts


def a_leader(crew: House, people: PeopleDesk, spool: Path) -> int:
    """A signer without an account, whose messages the house's own hook writes into ``spool``; their number."""
    hook = spool.with_name("hook")
    hook.write_text(f"#!/bin/sh\ncat >> {spool}\necho >> {spool}\n")
    hook.chmod(0o700)
    (crew.root / "yigao.toml").write_text(f'[sms]\ncommand = "{hook}"\n')
    with session_scope(people.engine) as session:
        at = unit_of(session, "chengdu")
        return phones.register(people, session, "chengdu.ju", "成局长", "签发", at, "13800001234", "boss", NOON).id
