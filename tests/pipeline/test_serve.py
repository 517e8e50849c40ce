"""The embedded server: readers' pages from files, the newsroom behind, and nothing else from the disk."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cms.db import session_scope
from cms.people import appoint, visits
from cms.people.roles import tree
from cms.stories import Column, Issue, next_due
from pipeline.clock import wall_clock
from pipeline.house import House
from pipeline.intake import take_in
from pipeline.wake import open_issues
from tests.people.house import empower
from tests.pipeline.conftest import NOW, write_story
from tests.pipeline.test_path import send

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def address(served: tuple[str, str]) -> str:
    return served[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a real server, and the token of its editor."""
    from cms.people import Person
    from pipeline.house import build_house
    from tests.pipeline.conftest import CHANNELS, PEOPLE, two_units

    root = tmp_path_factory.mktemp("served")
    house = build_house(
        root / "h", "测试厅", two_units(), CHANNELS, NOW, demo=True, base_url="http://127.0.0.1:9/sites"
    )
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
    send(house, take_in(house, write_story(root / "desk"), "editor", NOW))
    with session_scope(house.engine) as session:
        writer = Person(login="writer", name="值班编辑")
        session.add(writer)
        session.flush()
        appoint(session, writer, "编辑", tree(session).top or 0, "test", NOW)
        token = visits.begin(session, writer, visits.Place("127.0.0.1", "test"), wall_clock())
    house.engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipeline.cli", "serve", str(root / "h"), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ})
    try:
        wait_for(f"http://127.0.0.1:{port}/sites/")
        yield f"http://127.0.0.1:{port}", token
    finally:
        server.terminate()
        server.wait(20)


def test_the_servers_process_is_no_copy_of_one_with_threads(served: tuple[str, str]) -> None:
    """A copy keeps for ever the locks that a thread of the clock held at that moment: it starts, and never answers."""
    port = served[0].rpartition(":")[2]
    commands = [one.read_bytes().split(b"\0") for one in Path("/proc").glob("[0-9]*/cmdline") if _is_there(one)]
    ours = [one for one in commands if b"serve" in one and port.encode() in one]
    assert len(ours) == 1, ours


def _is_there(file: Path) -> bool:
    try:
        return bool(file.read_bytes())
    except OSError:
        return False


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=5)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{url} never answered")


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_readers_get_pages_feeds_and_validators(address: str) -> None:
    status, headers, body = get(f"{address}/sites/ganzi/s/hong-tu.html")
    assert status == 200 and "红色的图" in body.decode()
    assert headers["x-content-type-options"] == "nosniff"
    assert get(f"{address}/sites/ganzi/s/hong-tu.html", **{"If-None-Match": headers["etag"]})[0] == 304
    status, headers, _ = get(f"{address}/sites/ganzi/feed.xml")
    assert (status, headers["content-type"]) == (200, "application/rss+xml; charset=utf-8")
    style = re.search(rb"yigao\.[0-9a-f]+\.css", body)
    assert style is not None
    assert "31536000" in get(f"{address}/sites/ganzi/{style[0].decode()}")[1]["cache-control"]


def test_every_picture_of_a_page_answers(address: str) -> None:
    body = get(f"{address}/sites/ganzi/s/hong-tu.html")[2].decode()
    pictures = set(re.findall(r"\.\./(p/[0-9a-f]+\.\w+)", body))
    assert pictures
    assert {get(f"{address}/sites/ganzi/{one}")[0] for one in pictures} == {200}


@pytest.mark.parametrize(
    "path", ["ganzi/none.html", "ganzi/../../yigao.db", "%2e%2e/yigao.db", "ganzi/%2e%2e/%2e%2e/session.key", "none/"]
)
def test_what_is_not_a_readers_is_not_found(address: str, path: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as raw:
        raw.sendall(f"GET /sites/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"SQLite" not in answer


def test_the_newsroom_answers_on_the_same_port(served: tuple[str, str]) -> None:
    address, token = served
    mine = {"Cookie": f"yigao-who={token}"}
    status, headers, body = get(f"{address}/stories", **mine)
    assert status == 200 and "红色的图" in body.decode()
    assert "unsafe-inline" not in headers["content-security-policy"].replace("style-src-attr", "")
    assert get(f"{address}/write/hong-tu", **mine)[0] == 200
    assert "登录名" in get(f"{address}/write/hong-tu")[2].decode()
    assert "2 个微站" in get(f"{address}/sites/")[2].decode()


def test_the_next_issue_opens_by_itself_on_wednesday(make_house: Callable[..., House]) -> None:
    house = make_house()
    assert open_issues(house, lambda: NOW) == [1]
    assert open_issues(house, lambda: NOW + timedelta(days=6)) == [1]
    assert open_issues(house, lambda: NOW + timedelta(days=8)) == [2]
    with session_scope(house.engine) as session:
        column = session.get_one(Column, 1)
        due = [issue.due_at for issue in (session.get_one(Issue, 1), session.get_one(Issue, 2))]
        assert [f"{one:%a %H:%M}" for one in due] == ["Wed 01:00", "Wed 01:00"]  # 09:00 in Beijing
        assert next_due(column, wall_clock()) > wall_clock()
