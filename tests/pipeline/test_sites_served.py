"""Over real HTTP and on the command line: 410 with its notice, grey at once, a build and what it finds."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from channels.site import pages
from cms.audit import history, verify
from cms.db import read_scope, session_scope
from cms.people import Person, Workspace
from pipeline import grey, sites
from pipeline.cli import app
from pipeline.house import House, open_house
from tests.pipeline.conftest import NOW
from tests.pipeline.sites_world import Town, founded
from tests.pipeline.test_serve import ROOT, get, wait_for

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = founded(tmp_path_factory.mktemp("told"))
    yield made
    made.house.engine.dispose()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town of its own behind the server, whose clock works there too."""
    made = founded(tmp_path_factory.mktemp("served"))
    yield made
    made.house.engine.dispose()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def address(served: Town) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "pipeline.cli", "serve", str(served.house.root), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ})
    try:
        wait_for(f"http://127.0.0.1:{port}/sites/")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def run(house: House, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--workspace", str(house.root)])
    return done.exit_code, done.output


@pytest.mark.keeps("outputs")
def test_a_retracted_address_answers_410_with_its_notice_at_once(address: str, served: Town) -> None:
    page = f"{address}/sites/ganzi/s/hong-tu.html"
    assert get(page)[0] == 200
    served.retract("hong-tu")
    status, headers, body = get(page)
    assert status == 410 and "数据来源存疑，予以撤回。" in body.decode() and "红色的仪器" not in body.decode()
    assert headers["content-type"].startswith("text/html") and headers["x-robots-tag"] == "noindex"
    assert headers["x-content-type-options"] == "nosniff"
    assert get(f"{page}?from=weibo")[0] == 410
    assert get(f"{address}/sites/ganzi/s/lan-tu.html")[0] == 200
    assert get(f"{address}/sites/ganzi/s/nobody.html")[0] == 404
    assert get(f"{address}/sites/ganzi")[0] == 200  # after the 301 to its folder
    for path in ("index.html", "feed.xml", "atom.xml", "feed.json", "sitemap-2026-11.xml"):
        status, _, body = get(f"{address}/sites/ganzi/{path}")
        assert status == 200 and "红色的仪器" not in body.decode(), path


@pytest.mark.keeps("outputs")
def test_grey_is_there_for_every_page_at_once_and_gone_at_once(address: str, served: Town) -> None:
    style = f"{address}/sites/ganzi/{pages.MODE}"
    old = get(style)
    assert old[0] == 200 and b"grayscale" not in old[2] and "no-cache" in old[1]["cache-control"]
    before = {one: one.stat().st_mtime_ns for one in served.house.sites.rglob("*") if one.is_file()}
    code, output = run(served.house, "grey", "on", "--by", "san", "--reason", "哀悼日")
    assert code == 0 and "已转为灰度" in output
    for unit in ("ganzi/", "chengdu/", ""):
        assert b"grayscale(1)" in get(f"{address}/sites/{unit}{pages.MODE}")[2]
    assert get(style, **{"If-None-Match": old[1]["etag"]})[0] == 200  # a reader's own copy is not good any more
    after = {one: one.stat().st_mtime_ns for one in served.house.sites.rglob("*") if one.is_file()}
    assert {one.name for one in after if before.get(one) != after[one]} == {pages.MODE}
    for path in ("ganzi/s/lan-tu.html", "ganzi/", "", "ganzi/s/hong-tu.html", "ganzi/404.html"):
        assert pages.MODE in get(f"{address}/sites/{path}")[2].decode(), path
    assert run(served.house, "grey", "off", "--by", "san", "--reason", "哀悼日结束")[0] == 0
    assert b"grayscale" not in get(style)[2]


@pytest.mark.keeps("outputs")
def test_grey_outlives_restarts_publications_and_builds(town: Town) -> None:
    assert run(town.house, "grey", "on", "--by", "san", "--reason", "哀悼日")[0] == 0
    again = open_house(town.house.root)
    file = again.sites / "ganzi" / pages.MODE
    assert grey.is_grey(again)
    town.send("xin-gao", "灰度期间发的稿", "灰度期间的第一段")
    assert b"grayscale" in file.read_bytes()
    file.write_bytes(pages.mode_css(grey=False))
    assert [(one.kind, one.path) for one in town.survivors()] == [("altered", pages.MODE)]
    sites.rebuild(again, "ganzi", lambda: NOW)
    assert b"grayscale" in file.read_bytes()
    file.unlink()
    grey.show(again, *grey.folders(again))  # as the server does when it starts
    assert b"grayscale" in file.read_bytes()
    with session_scope(again.engine) as session:
        assert [one.actor for one in history(session, "workspace")][-1:] == ["san"]
        assert verify(session) is None
    assert run(town.house, "grey", "off", "--by", "san", "--reason", "结束")[0] == 0
    again.engine.dispose()


@pytest.mark.keeps("outputs")
def test_a_switch_that_comes_while_a_site_is_published_is_not_overwritten(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The publication read "colour"; the switch commits its row and writes before the publication writes."""
    file, write, turned = town.house.sites / "ganzi" / pages.MODE, grey.write_atomic, []

    def late(target: Path, content: bytes) -> bool:
        if not turned:
            turned.append(True)
            with read_scope(town.house.engine) as session:
                person = session.exec(select(Person).where(Person.login == "san")).one()
            grey.switch(town.house, True, person, "哀悼日", NOW)
        return write(target, content)

    monkeypatch.setattr(grey, "write_atomic", late)
    grey.show(town.house, town.house.sites / "ganzi")
    assert b"grayscale" in file.read_bytes()
    assert run(town.house, "grey", "off", "--by", "san", "--reason", "结束")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grey", "on", "--by", "nobody", "--reason", "x"), "没有人员“nobody”"),
        (("grey", "on", "--by", "san", "--reason", " "), "请写明依据"),
        (("build", "--unit", "nowhere"), "没有单位“nowhere”的微站"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(town: Town, arguments: tuple[str, ...], words: str) -> None:
    code, output = run(town.house, *arguments)
    assert code == 1 and words in output
    with read_scope(town.house.engine) as session:
        assert session.get_one(Workspace, 1).grey_since is None


@pytest.mark.keeps("outputs")
def test_build_verify_names_survivors_and_build_takes_them_away(town: Town) -> None:
    if "红色的仪器" in (town.house.sites / "ganzi" / "index.html").read_text(encoding="utf-8"):
        town.retract("hong-tu")
    code, output = run(town.house, "build", "--verify")
    assert (code, output.strip()) == (0, "核对了 2 个微站：0 处残留。")
    (town.house.sites / "ganzi" / "c" / "heikeji-7.html").write_text("<p>红色的仪器上山记</p>", encoding="utf-8")
    code, output = run(town.house, "build", "--verify", "--unit", "ganzi")
    assert code == 1 and "ganzi/c/heikeji-7.html" in output and "还有《红色的仪器上山记》的原文" in output
    code, output = run(town.house, "build", "--verify", "--json")
    told = json.loads(output)
    assert code == 1 and {one["kind"] for one in told["survivors"]} == {"words", "stray"}
    code, output = run(town.house, "build")
    assert code == 0 and "重建了 2 个微站，清掉 1 个" in output
    assert run(town.house, "build", "--verify")[0] == 0


@pytest.mark.keeps("outputs")
def test_nginx_answers_410_with_the_notice(town: Town, tmp_path: Path) -> None:
    """The very lines the map's own comment gives, run by nginx itself."""
    if NGINX is None:
        pytest.skip("NOT TESTED: apt-get install nginx-light")
    town.retract("hong-tu")
    file, port = town.house.root / "gone" / "ganzi.map", free_port()
    lines = [one.removeprefix("#") for one in file.read_text(encoding="utf-8").splitlines() if one.startswith("#   ")]
    said = "\n".join(lines).replace("include ganzi.map", f"include {file}")
    http = said.replace("server {", f"server {{ listen 127.0.0.1:{port}; root {town.house.sites / 'ganzi'};")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{one}_temp_path {tmp_path}/{one};" for one in kinds)
    conf = tmp_path / "nginx.conf"
    who = "user root; " if os.getuid() == 0 else ""  # else its workers are nobody, who may not read a test's folder
    logs = f"{who}error_log {tmp_path}/error; pid {tmp_path}/pid; daemon off; events {{}}\n"
    conf.write_text(logs + http.replace("http {", f"http {{ access_log off; {places}"), encoding="utf-8")
    server = subprocess.Popen([NGINX, "-e", f"{tmp_path}/error", "-p", str(tmp_path), "-c", str(conf)])
    try:
        wait_for(f"http://127.0.0.1:{port}/index.html")
        status, _, body = get(f"http://127.0.0.1:{port}/s/hong-tu.html")
        assert status == 410 and "数据来源存疑" in body.decode()
        assert get(f"http://127.0.0.1:{port}/s/lan-tu.html")[0] == 200
        assert get(f"http://127.0.0.1:{port}/s/nobody.html")[0] == 404
    finally:
        server.terminate()
        server.wait(20)
