"""签字链接: whom it still opens for, what is kept of what a leader wrote, and what a message that failed leaves."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from typer.testing import CliRunner

from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person, invitations, roles
from cms.people.rows import Workspace
from cms.review import REHEARSAL, Opinion, Submission, links
from cms.review.rows import SigningLink
from cms.web import Desk, create_app
from pipeline.cli import app as cli
from pipeline.house import House
from tests.people.house import NOON, login_of, signed_in
from tests.review.conftest import FIRST, SECOND, a_leader, person, state
from tests.review.test_rooms import take
from tests.review.test_web import post

WORDS = "第三段请核实长度后再发。"
TEXT = "第一条线路"


@dataclass
class Signing:
    """A leader with a link on their phone; the messages lie in ``spool``."""

    app: Flask
    people: PeopleDesk
    crew: House
    leader: int
    number: int
    spool: Path
    at: list[datetime] = field(default_factory=lambda: [NOON])

    def send(self) -> int:
        """The clerk sends the link (again): the status of the answer."""
        clerk = signed_in(self.app, self.people, FIRST)
        return int(post(clerk, f"/review/{self.number}/link", to=str(self.leader)).status_code)

    @property
    def way(self) -> str:
        """The newest link that reached the phone."""
        return re.findall(r"/sign/[\w-]+", self.spool.read_text())[-1]

    def code(self, phone: FlaskClient, way: str, **carried: str) -> str:
        """Ask for a code, with what a refused page carried; the one that came."""
        post(phone, f"{way}/code", **carried)
        return re.findall(r"验证码 (\d{6})", self.spool.read_text())[-1]

    def opened(self) -> FlaskClient:
        phone, way = self.app.test_client(), self.way
        post(phone, f"{way}/open", code=self.code(phone, way))
        assert TEXT in phone.get(way).text
        return phone

    def gateway(self, *, works: bool) -> None:
        send = f"cat >> {self.spool}\necho >> {self.spool}\n" if works else "exit 1\n"
        self.spool.with_name("hook").write_text(f"#!/bin/sh\n{send}")


@pytest.fixture
def signing(desk: Desk, people: PeopleDesk, crew: House, sent: Callable[..., int], tmp_path: Path) -> Signing:
    leader = a_leader(crew, people, tmp_path / "sms")
    number, at = sent(), [NOON]
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    app = create_app(replace(desk, now=lambda: at[0]))
    app.config["WTF_CSRF_ENABLED"] = False
    made = Signing(app, people, crew, leader, number, tmp_path / "sms", at)
    assert made.send() == 303
    return made


def shut(signing: Signing, phone: FlaskClient) -> bool:
    """Whether nothing is read and no code comes any more: on the phone that was let in, and on another."""
    way, told = signing.way, signing.spool.read_text()
    paths = (way, f"{way}/frame/site/frame.html", f"{way}/attachment")
    other = signing.app.test_client()
    assert {one.get(path).status_code for one in (phone, other) for path in paths} == {404}
    assert {post(phone, one).status_code for one in (way, f"{way}/code", f"{way}/open")} == {404}
    return signing.spool.read_text() == told and state(signing.crew, signing.number) == "reviewing"


def test_whoever_is_disabled_reads_no_more_by_a_link_they_have(signing: Signing) -> None:
    phone = signing.opened()
    with session_scope(signing.people.engine) as session:
        invitations.disable(session, session.get_one(Person, signing.leader), "boss", NOON)
    assert shut(signing, phone)


def test_not_even_in_a_rehearsal_which_asks_for_nobodys_role(
    people: PeopleDesk, crew: House, sent: Callable[..., int], tmp_path: Path
) -> None:
    with session_scope(people.engine) as session:
        session.get_one(Workspace, 1).demo = True
    leader, number = a_leader(crew, people, tmp_path / "sms"), sent(policy=REHEARSAL)
    with session_scope(people.engine) as session:
        whom, by = session.get_one(Person, leader), person(session, FIRST)
        token = links.make(session, session.get_one(Submission, number), whom, by, NOON)
        assert links.alive(session, token, NOON).person_id == leader
        invitations.disable(session, whom, "boss", NOON)
        with pytest.raises(links.LinkError):
            links.alive(session, token, NOON)


def test_whoever_lost_the_role_reads_no_more_until_they_have_it_again(signing: Signing) -> None:
    phone = signing.opened()
    with session_scope(signing.people.engine) as session:
        (held,) = roles.appointments_of(session, signing.leader)
        unit = held.unit_id
        roles.dismiss(session, held, "boss", NOON)
    assert shut(signing, phone)
    with session_scope(signing.people.engine) as session:
        roles.appoint(session, session.get_one(Person, signing.leader), "签发", unit, "boss", NOON)
    assert TEXT in phone.get(signing.way).text


@pytest.mark.parametrize("by", ["page", "command"])
def test_a_link_does_not_come_back_with_its_person(signing: Signing, by: str) -> None:
    phone = signing.opened()
    for deed in ("disable", "enable"):
        if by == "page":
            boss = signed_in(signing.app, signing.people, login_of("地市管理员", "chengdu"))
            assert post(boss, f"/people/{signing.leader}/{deed}").status_code == 303
        else:
            words = ["person", deed, "chengdu.ju", "-w", str(signing.crew.root)]
            assert CliRunner().invoke(cli, words).exit_code == 0
    assert shut(signing, phone)
    assert signing.send() == 303 and signing.opened()


def test_a_return_says_why(signing: Signing) -> None:
    """What stands ready as the opinion of somebody who signs is no reason to return it."""
    phone, way = signing.opened(), signing.way
    page = phone.get(way).text
    assert page.count('name="reason"') == 4 and 'value="错别字"' in page
    refused = post(phone, way, opinion="同意。", deed="return")
    assert (
        refused.status_code == 422 and "退回要写原因" in refused.text and '<details class="back" open>' in refused.text
    )
    assert state(signing.crew, signing.number) == "reviewing"
    done = post(phone, way, opinion="同意。", deed="return", reason="错别字", words=WORDS)
    assert "已退回修改" in done.text and state(signing.crew, signing.number) == "returned"
    with read_scope(signing.people.engine) as session:
        said = session.exec(select(Opinion).where(Opinion.kind == "return")).one()
    assert (said.words, said.reasons, said.way) == (f"错别字 {WORDS}", ["错别字"], "link")


def test_what_was_filled_in_stays_when_it_is_refused(signing: Signing) -> None:
    phone = signing.opened()
    assert "已签字" in post(phone, signing.way, opinion="同意。", deed="pass").text
    assert signing.send() == 303
    phone, way = signing.opened(), signing.way
    refused = post(phone, way, opinion=WORDS, words="标题再短些", reason="错别字", deed="pass", read="site")
    assert refused.status_code == 422 and "还没有通读" in refused.text
    assert kept(refused.text)
    signing.at[0] += timedelta(minutes=21)  # the code holds for twenty
    late = post(phone, way, opinion=WORDS, words="标题再短些", reason="错别字", deed="pass", read="site")
    assert late.status_code == 422 and "验证已过期" in late.text and TEXT not in late.text
    carried = dict(re.findall(r'<input type="hidden" name="(opinion|words|reason|read)" value="([^"]*)">', late.text))
    assert carried == {"opinion": WORDS, "words": "标题再短些", "reason": "错别字", "read": "site"}
    asked = post(phone, f"{way}/code", **carried)
    assert f'value="{WORDS}"' in asked.text
    code = re.findall(r"验证码 (\d{6})", signing.spool.read_text())[-1]
    assert kept(post(phone, f"{way}/open", code=code, **carried).text)


def kept(page: str) -> bool:
    """Whether the page stands as it was filled in."""
    ticked = re.findall(r'name="(?:read|reason)" value="([^"]+)" checked', page)
    return ticked == ["site", "错别字"] and f'value="{WORDS}"' in page and ">标题再短些</textarea>" in page


def test_a_link_leads_where_people_reach_the_newsroom(signing: Signing) -> None:
    """And where nobody said where that is, whoever sends it is told before that no phone gets there."""
    clerk, page = signed_in(signing.app, signing.people, FIRST), f"/review/{signing.number}"
    assert "http://localhost/sign/" in signing.spool.read_text()
    assert "localhost 是这台电脑自己" in clerk.get(page).text
    settings = signing.crew.root / "yigao.toml"
    settings.write_text(settings.read_text() + '\n[notices]\nlink = "https://xinwen.example.cn"\n')
    assert "这台电脑自己" not in clerk.get(page).text
    assert signing.send() == 303
    assert f"https://xinwen.example.cn{signing.way}" in signing.spool.read_text()


def test_a_link_that_could_not_be_sent_leaves_the_one_before(signing: Signing) -> None:
    first = signing.way
    signing.gateway(works=False)
    assert signing.send() == 422
    with read_scope(signing.people.engine) as session:
        links = session.exec(select(SigningLink).order_by(SigningLink.id)).all()  # type: ignore[arg-type]
    assert [one.revoked_at is None for one in links] == [True, False]
    signing.gateway(works=True)
    assert signing.opened().get(first).status_code == 200
    assert signing.send() == 303 and signing.way != first
    assert signing.app.test_client().get(first).status_code == 404 and signing.opened()


def test_a_code_that_could_not_be_sent_is_not_waited_for(signing: Signing) -> None:
    phone, way = signing.app.test_client(), signing.way
    code = signing.code(phone, way)
    again = post(phone, f"{way}/code")
    assert again.status_code == 422 and "请等一分钟" in again.text
    signing.at[0] += timedelta(minutes=1)
    signing.gateway(works=False)
    failed = post(phone, f"{way}/code")
    assert failed.status_code == 422 and "短信命令" in failed.text
    assert TEXT in post(phone, f"{way}/open", code=code).text, "the code that did come counts"
    signing.gateway(works=True)
    assert "请等一分钟" not in post(signing.app.test_client(), f"{way}/code").text


def test_codes_cannot_be_asked_for_or_guessed_without_an_end(signing: Signing) -> None:
    phone, way = signing.app.test_client(), signing.way
    for nth in range(5):
        signing.at[0] += timedelta(minutes=1)
        code = signing.code(phone, way)
        assert post(phone, f"{way}/open", code="x").status_code == 422, nth
    signing.at[0] += timedelta(minutes=1)
    texted = signing.spool.read_text()
    ended = post(phone, f"{way}/code")
    assert ended.status_code == 422 and "已经发过 5 次验证码" in ended.text and "再要一个链接" in ended.text
    assert signing.spool.read_text() == texted, "nothing was texted"
    assert TEXT in post(phone, f"{way}/open", code=code).text, "the last code still counts"
    assert signing.send() == 303 and signing.code(phone, signing.way), "a new link begins anew"
