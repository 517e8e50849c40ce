"""Notices that travel: to the right people, by a real SMTP server, a real endpoint and a real program; up the ladder
when nobody looks; again when it fails; and never where they must not go."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlmodel import col, select

from cms.db import read_scope, session_scope
from cms.people import Notice, NoticeSend, PeopleDesk, Person, invitations, notices, notify
from cms.people.roles import tree
from pipeline import settings
from pipeline.house import House
from pipeline.notices import tell
from pipeline.settings import MailServer, SettingsError, SmsHook, Ways
from tests.people.asking import fill
from tests.people.house import NOON, signed_in

WAIT = timedelta(minutes=30)


class Post:
    """A mail server that keeps what it takes. ``refuse``: how many it turns away first."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuse = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            self.refuse -= 1
            return "451 later"
        assert isinstance(envelope.content, bytes)
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 taken"


@pytest.fixture
def post() -> Iterator[tuple[Post, MailServer]]:
    keeper = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(keeper, hostname="127.0.0.1", port=port)
    server.start()
    yield keeper, MailServer(host="127.0.0.1", port=port, security="plain", sender="yigao@kjt.example.cn")
    server.stop()


class Endpoint(ThreadingHTTPServer):
    """A robot's endpoint: what it was told, and what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.told: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.answer: tuple[int, bytes] = (200, b'{"errcode":0,"errmsg":"ok"}')

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send?key=secret-key"


class _Answering(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.path, said, dict(self.headers)))
        status, body = self.server.answer
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def reach(people: PeopleDesk, login: str, **ways: str) -> None:
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == login)).one()
        for way, where in ways.items():
            people.keep_contact(session, person.id, way, where)


def raise_notice(people: PeopleDesk, subject: str = "release:3", unit: str = "chengdu") -> int:
    with session_scope(people.engine) as session:
        unit_id = next(one for one, slug, _ in tree(session).rows if slug == unit)
        return notify(session, subject, "成都的公众号没有发出去，请处理。", NOON, unit_id).id


def told(people: PeopleDesk, notice: int) -> dict[str, list[str]]:
    """Who was told, by which ways."""
    with read_scope(people.engine) as session:
        query = select(Person.login, NoticeSend.way).where(NoticeSend.person_id == Person.id)
        found: dict[str, list[str]] = {}
        for login, way in session.exec(query.where(NoticeSend.notice_id == notice).order_by(col(NoticeSend.id))):
            found.setdefault(login, []).append(way)
        return found


def sends(people: PeopleDesk, way: str) -> list[NoticeSend]:
    with read_scope(people.engine) as session:
        return list(session.exec(select(NoticeSend).where(NoticeSend.way == way)))


def test_a_mail_arrives_with_the_words_and_the_link(
    house: House, people: PeopleDesk, post: tuple[Post, MailServer]
) -> None:
    keeper, server = post
    reach(people, "chengdu.1", mail="bianji@kjt.example.cn")
    raise_notice(people)
    assert tell(house, NOON, Ways(mail=server, link="https://xinwen.example.cn")) == 1
    ((to, mail),) = keeper.mails
    assert to == ["bianji@kjt.example.cn"]
    assert mail["subject"].startswith("四川科技：成都的公众号没有发出去")
    assert "https://xinwen.example.cn/me/notices" in mail.get_content()
    assert tell(house, NOON + timedelta(minutes=1), Ways(mail=server)) == 0
    assert len(keeper.mails) == 1


def test_a_robot_and_a_hook_are_told_in_json(house: House, people: PeopleDesk, endpoint: Endpoint) -> None:
    reach(people, "chengdu.1", wecom=endpoint.address, sms="13800001234")
    raise_notice(people)
    here = ("127.0.0.1", endpoint.server_port)
    hook = SmsHook(url=f"http://127.0.0.1:{here[1]}/sms", token="word")
    assert tell(house, NOON, Ways(sms=hook, local=(here,))) == 2
    by_path = {path.partition("?")[0]: (said, headers) for path, said, headers in endpoint.told}
    assert by_path["/send"][0]["msgtype"] == "text"
    assert "成都的公众号" in by_path["/send"][0]["text"]["content"]
    assert by_path["/sms"][0] == {"phone": "13800001234", "text": "四川科技：成都的公众号没有发出去，请处理。"}
    assert by_path["/sms"][1]["Authorization"] == "Bearer word"


def test_what_travels_is_said_as_the_page_says_it(
    app: Flask, house: House, people: PeopleDesk, post: tuple[Post, MailServer], endpoint: Endpoint
) -> None:
    """Accounts by name and platform, times as people say them, nothing to type at a machine."""
    keeper, server = post
    reach(people, "chengdu.1", mail="bianji@kjt.example.cn", wecom=endpoint.address, sms="13800001234")
    here = ("127.0.0.1", endpoint.server_port)
    ways = Ways(mail=server, sms=SmsHook(url=f"http://127.0.0.1:{here[1]}/sms"), local=(here,))
    raw = "成都科技（wechat:chengdu）：原定 2026-11-23 20:00:00，请删除。做完后登记：yigao done 7。"
    spoken = "成都科技（微信公众号）：原定 11月23日 20:00，请删除。做完后登记：“登记处置”。"
    with session_scope(people.engine) as session:
        unit_id = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        notify(session, "release:3", raw, NOON, unit_id)
    assert tell(house, NOON, ways) == 3
    assert spoken in signed_in(app, people, "chengdu.1").get("/me/notices").text
    by_path = {path.partition("?")[0]: told for path, told, _ in endpoint.told}
    assert by_path["/sms"]["text"] == f"四川科技：{spoken}" and spoken in by_path["/send"]["text"]["content"]
    ((_, mail),) = keeper.mails
    assert spoken in mail.get_content() and "wechat:" not in mail["subject"] and "2026-" not in mail["subject"]
    later = [f"成都科技（wechat:chengdu）：第 {one} 份到 2027-01-02 08:30:00 为止。" for one in (1, 2)]
    with session_scope(people.engine) as session:
        for words in later:
            notify(session, "release:3", words, NOON, unit_id)
    tell(house, NOON, ways)
    told_in_mails = "".join(mail.get_content() for _, mail in keeper.mails)
    assert "（微信公众号）：第 2 份到 2027年1月2日 08:30 为止。" in told_in_mails and "wechat:" not in told_in_mails


def test_a_program_gets_the_phone_and_the_text_and_no_shell(house: House, people: PeopleDesk, tmp_path: Path) -> None:
    script = tmp_path / "send.py"
    script.write_text(
        f"import sys,pathlib\npathlib.Path({str(tmp_path / 'out')!r}).write_text(sys.argv[1]+sys.stdin.read())"
    )
    reach(people, "chengdu.1", sms="13800001234")
    raise_notice(people)
    assert tell(house, NOON, Ways(sms=SmsHook(command=(sys.executable, str(script))))) == 1
    assert (tmp_path / "out").read_text() == "13800001234四川科技：成都的公众号没有发出去，请处理。"


def test_what_fails_is_tried_again_later_and_later_and_then_says_why(
    house: House, people: PeopleDesk, post: tuple[Post, MailServer]
) -> None:
    keeper, server = post
    keeper.refuse = 2
    reach(people, "chengdu.1", mail="bianji@kjt.example.cn")
    raise_notice(people)
    ways, now, sent = Ways(mail=server, wait=timedelta(days=1)), NOON, []
    for minutes in (0, 0.5, 1, 2, 5):
        now += timedelta(minutes=minutes)
        sent.append(tell(house, now, ways))
    assert sent == [0, 0, 0, 0, 1]
    assert len(keeper.mails) == 1
    keeper.refuse = 99
    raise_notice(people, "release:4")
    for hours in range(12):
        tell(house, now + timedelta(hours=hours), ways)
    failed = next(one for one in sends(people, "mail") if one.state == "failed")
    assert "请检查 [mail]" in failed.reason and "bianji" not in failed.reason and failed.tries == 6


def test_a_robot_that_answers_no_is_no_success(house: House, people: PeopleDesk, endpoint: Endpoint) -> None:
    reach(people, "chengdu.1", wecom=endpoint.address)
    raise_notice(people)
    ways = Ways(local=(("127.0.0.1", endpoint.server_port),))
    for at, answer in enumerate([(200, b'{"errcode":93000}'), (200, b"<html>"), (302, b""), (500, b"")]):
        endpoint.answer = answer
        assert tell(house, NOON + timedelta(hours=5 * at), ways) == 0
    (row,) = sends(people, "wecom")
    assert row.state == "due" and row.tries == 4 and "secret-key" not in row.reason
    assert len(endpoint.told) == 4


@pytest.mark.parametrize(
    "inside", ["http://127.0.0.1:9/", "https://127.0.0.1/", "https://169.254.169.254/x", "https://[::1]/"]
)
def test_nothing_is_ever_posted_into_the_house(
    house: House, people: PeopleDesk, endpoint: Endpoint, inside: str
) -> None:
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "chengdu.1")).one()
        people.keep_contact(session, person.id, "wecom", inside)
    raise_notice(people)
    assert tell(house, NOON, Ways()) == 0
    assert "公开地址" in sends(people, "wecom")[0].reason


def test_unseen_goes_up_the_ladder_and_seen_stops_it(app: Flask, house: House, people: PeopleDesk) -> None:
    notice = raise_notice(people)
    ways = Ways(wait=WAIT)
    seen_by_now = []
    for minutes in (0, 10, 30, 60, 90, 120, 150):
        tell(house, NOON + timedelta(minutes=minutes), ways)
        seen_by_now.append(list(told(people, notice)))
    up = ["chengdu.1", "chengdu.3", "chengdu.4", "chengdu.5"]
    assert seen_by_now == [up[:1], up[:1], up[:2], up[:3], up, up, up]
    other = raise_notice(people, "release:9")
    tell(house, NOON, ways)
    client = signed_in(app, people, "chengdu.1")
    assert "成都的公众号没有发出去" in client.get("/me/notices").text
    assert fill(client, "/me/notices", "/me/notices", notice=f"{notice},{other}").status_code == 303
    assert "没有要您知道的事" in client.get("/me/notices").text
    with read_scope(people.engine) as session:
        assert notices.unseen(session) == []
    tell(house, NOON + timedelta(hours=3), ways)
    assert list(told(people, other)) == ["chengdu.1"]


def test_nobody_takes_note_of_what_they_were_not_told(app: Flask, house: House, people: PeopleDesk) -> None:
    notice = raise_notice(people)
    tell(house, NOON, Ways())
    client = signed_in(app, people, "ganzi.1")
    assert "成都的公众号" not in client.get("/me/notices").text
    with session_scope(people.engine) as session:
        stranger = session.exec(select(Person.id).where(Person.login == "ganzi.1")).one()
        assert notices.see_told(session, stranger, {notice}, NOON) == 0
    with read_scope(people.engine) as session:
        assert [one.id for one in notices.unseen(session)] == [notice]


def test_who_takes_note_does_so_for_themselves(
    app: Flask, house: House, people: PeopleDesk, post: tuple[Post, MailServer]
) -> None:
    """The other keeps it on their page and has their mail; nobody further up is called; happening again, both have it,
    once each."""
    keeper, server = post
    keeper.refuse = 2
    both = ("chengdu.3", "chengdu.4")
    for login in both:
        reach(people, login, mail=f"{login}@kjt.example.cn")
    with session_scope(people.engine) as session:
        named = session.exec(select(Person.id).where(col(Person.login).in_(both))).all()
        notice = notify(session, "release:3", "还差签发，请马上处理。", NOON, people=named).id
    ways = Ways(mail=server, wait=WAIT)
    tell(house, NOON, ways)
    clients = [signed_in(app, people, login) for login in both]
    assert fill(clients[0], "/me/notices", "/me/notices", notice=str(notice)).status_code == 303
    shown = ["还差签发" in client.get("/me/notices").text for client in clients]
    assert shown == [False, True]
    tell(house, NOON + timedelta(hours=2), ways)
    assert [to for to, _ in keeper.mails] == [["chengdu.4@kjt.example.cn"]]
    assert set(told(people, notice)) == set(both)
    with session_scope(people.engine) as session:
        again = notify(session, "release:3", "还差签发，请马上处理。", NOON + timedelta(hours=3), people=named).id
    assert again != notice
    tell(house, NOON + timedelta(hours=3), ways)
    assert [client.get("/me/notices").text.count("还差签发") for client in clients] == [1, 1]
    assert sorted(to for to, _ in keeper.mails[1:]) == [["chengdu.3@kjt.example.cn"], ["chengdu.4@kjt.example.cn"]]


def test_seen_before_it_left_it_does_not_travel(
    house: House, people: PeopleDesk, post: tuple[Post, MailServer]
) -> None:
    keeper, server = post
    keeper.refuse = 1
    reach(people, "chengdu.1", mail="bianji@kjt.example.cn")
    notice = raise_notice(people)
    tell(house, NOON, Ways(mail=server))
    with session_scope(people.engine) as session:
        notices.see(session, session.get_one(Notice, notice), "chengdu.1", NOON)
    assert tell(house, NOON + timedelta(hours=1), Ways(mail=server)) == 0
    assert keeper.mails == [] and sends(people, "mail") == []


def test_an_accounts_notice_goes_to_its_own_administrator(house: House, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        mine = notify(session, "account:wechat:ganzi", "甘孜的令牌快到期了。", NOON).id
        order = notify(session, "recall:1", "撤稿令等批准。", NOON).id
    tell(house, NOON, Ways())
    assert list(told(people, mine)) == ["ganzi.4"]
    assert list(told(people, order)) == ["sichuan.3"]


def test_a_rung_without_anybody_is_passed_over(house: House, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        for login in ("wuhou.1", "chengdu.1", "sichuan.1", "wuhou.3"):
            invitations.disable(session, session.exec(select(Person).where(Person.login == login)).one(), "x", NOON)
    notice = raise_notice(people, unit="wuhou")
    tell(house, NOON, Ways())
    assert list(told(people, notice)) == ["chengdu.3"]  # no editor anywhere above: the nearest signer


def test_the_settings_say_how(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).write_text(
        '[mail]\nhost = "smtp.kjt.cn"\nport = 587\nsecurity = "starttls"\nsender = "yigao@kjt.cn"\n'
        '[sms]\ncommand = "/usr/local/bin/send --quiet"\n'
        '[notices]\nescalate_minutes = 15\nlink = "https://xinwen.kjt.cn/"\n',
        encoding="utf-8",
    )
    ways = settings.load(tmp_path, environ={"YIGAO_MAIL__PASSWORD": "secret", "YIGAO_MAIL__USER": "u"}).ways
    assert ways.mail == MailServer("smtp.kjt.cn", "yigao@kjt.cn", 587, "starttls", "u", "secret")
    assert "secret" not in repr(ways)
    assert ways.sms and ways.sms.command == ("/usr/local/bin/send", "--quiet")
    assert (ways.wait, ways.link) == (timedelta(minutes=15), "https://xinwen.kjt.cn")
    assert ways.names == {"wecom", "mail", "sms"}
    assert settings.load(tmp_path / "none", environ={"YIGAO_NOTICES__ESCALATE_MINUTES": "5"}).ways.wait.seconds == 300


@pytest.mark.parametrize(
    "text",
    [
        '[mail]\nhost = "smtp.kjt.cn"\n',
        '[mail]\nhost = "h"\nsender = "a@b.cn"\nsecurity = "none"\n',
        '[mail]\nhost = "h"\nsender = "a@b.cn"\npassword = "plain"\n',
        '[sms]\ncommand = "a"\nurl = "https://b"\n',
        "[notices]\nescalate_minutes = 0\n",
        '[notices]\nlocal = "127.0.0.1"\n',
        '[notices]\nlink = "xinwen"\n',
    ],
)
def test_settings_that_cannot_be_are_told_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / settings.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="。"):
        settings.load(tmp_path, environ={})
