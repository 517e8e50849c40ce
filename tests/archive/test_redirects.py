"""Old addresses: 301 through our own server, a page that leads on in a bucket, a map nginx takes."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from assets.fetch import Fetcher
from channels.site import redirects
from cms.db import session_scope
from cms.people import Person
from pipeline.archive_import import Importer, Order
from pipeline.house import House
from tests.archive.conftest import NOW, SITE, rss
from tests.pipeline.conftest import two_units
from tests.pipeline.houses import build_house
from tests.pipeline.test_serve import wait_for

ROOT = Path(__file__).resolve().parents[2]
OLD = {
    "a.md": "url: /2015/03/hello.html\naliases: [/h/]",
    "b.md": "url: /news/早安/",
    "c.md": "url: /show.php?id=7",
    "d.md": "url: /index.html\naliases: [/feed.xml, /2015/03/hello.html]",
    "e.md": "url: /plain/path",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = tmp_path_factory.mktemp("moved")
    made = build_house(root / "house", "厅", two_units(), ("site",), NOW, demo=False, base_url="https://kj.test")
    with session_scope(made.engine) as session:
        session.add(Person(login="wang", name="王归档"))
    for name, head in OLD.items():
        (root / "old").mkdir(exist_ok=True)
        text = f"---\ntitle: 旧文 {name}\ndate: 2015-03-02\n{head}\n---\n\n正文 {name}。\n"
        (root / "old" / name).write_text(text, encoding="utf-8")
    report = Importer(
        made, Order(str(root / "old"), "chengdu", "wang", "归档", site_url=SITE), lambda: NOW, Fetcher()
    ).run()
    told = [one.message for one in report.findings if one.rule == "archive.path"]
    assert len(told) == 3 and "本站自己的页面" in told[0] and "另一篇旧稿" in told[2]
    yield made
    made.engine.dispose()


def table(house: House) -> dict[str, str]:
    return redirects.read_map((house.root / "redirects" / "chengdu.map").read_text(encoding="utf-8"))


def test_the_map_names_every_form_readers_ask_for(house: House) -> None:
    found = table(house)
    assert {old for old, new in found.items() if new == "/s/hello.html"} == {
        "/2015/03/hello.html",
        "/h/",
        "/h",
        "/h/index.html",
    }
    assert {"/news/早安/", "/news/早安", "/news/早安/index.html", "/show.php?id=7", "/plain/path"} <= set(found)
    assert not {"/index.html", "/feed.xml", "/"} & set(found)
    for new in set(found.values()):
        assert (house.sites / "chengdu" / new.lstrip("/")).is_file()


def test_a_bucket_shows_a_page_that_leads_on(house: House) -> None:
    site = house.sites / "chengdu"
    for old in ("2015/03/hello.html", "h/index.html", "news/早安/index.html", "plain/path/index.html"):
        html = (site / old).read_text(encoding="utf-8")
        refresh = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', html)
        assert refresh is not None
        assert ((site / old).parent / refresh[1]).resolve().is_file()
        assert f'<a class="button" href="{refresh[1]}">' in html
        new = (site / old).parent.joinpath(refresh[1]).resolve().relative_to(site.resolve()).as_posix()
        canonical = re.search(r'<link rel="canonical" href="[^"]*/([^/"]+/[^/"]+)">', html)
        assert canonical is not None and canonical[1] == new
    assert not (site / "show.php").exists()
    assert "旧文" not in (site / "404.html").read_text(encoding="utf-8")


def test_our_own_server_answers_301_and_then_200(house: House) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipeline.cli", "serve", str(house.root), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ})
    base = f"http://127.0.0.1:{port}/sites/chengdu"
    try:
        wait_for(f"{base}/")
        for old in (
            "/2015/03/hello.html",
            "/h/",
            "/h",
            "/news/早安/",
            "/show.php?id=7",
            "/2015/03/hello.html?from=timeline",
        ):
            status, to = asked(base + quote(old, safe="/?=&"))
            assert status == 301, old
            assert to.startswith("/sites/chengdu/s/")
            assert asked(f"http://127.0.0.1:{port}{to}") == (200, "")
        for here in ("/index.html", "/s/hello.html", "/archive.html"):
            assert asked(base + here) == (200, "")
        for nowhere in ("/show.php?id=8", "/show.php", "/2015/03/none.html"):
            assert asked(base + nowhere) == (404, "")
        assert asked(f"http://127.0.0.1:{port}/sites/ganzi/2015/03/hello.html")[0] == 404
    finally:
        server.terminate()
        server.wait(20)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def asked(url: str) -> tuple[int, str]:
    """Status and where it leads, one step at a time."""
    try:
        with urllib.request.build_opener(_Stay).open(url, timeout=20) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Location", "")


def nginx_tokens(text: str) -> list[list[str]]:
    """Statements of an nginx file by the rules of its own parser: quotes, escapes, comments, semicolons."""
    statements: list[list[str]] = [[]]
    for found in re.finditer(r'#[^\n]*|"((?:[^"\\]|\\.)*)"|;|[^\s;"#]+', text):
        if found[0] == ";":
            statements.append([])
        elif not found[0].startswith("#"):
            statements[-1].append(re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[0])
    assert statements.pop() == []
    return statements


def test_nginx_reads_the_map_as_we_mean_it(house: House) -> None:
    text = (house.root / "redirects" / "chengdu.map").read_text(encoding="utf-8")
    assert dict(nginx_tokens(text)) == table(house)
    odd = {'/a"b;c{d}.html': "/s/x.html", "/$uri#x": "/s/x.html", "/空 格/": "/s/y.html"}
    written = redirects.nginx_map(odd, "odd.map")
    assert dict(nginx_tokens(written)) == odd == redirects.read_map(written)


def test_nginx_itself_takes_the_map(house: House, tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("NOT TESTED: apt-get install nginx-light")
    file = house.root / "redirects" / "chengdu.map"
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error; events {{}}\nhttp {{ access_log off;\n"
        "map_hash_bucket_size 1024; map_hash_max_size 2048;\n"
        f"map $uri$is_args$args $exact {{ include {file}; }}\nmap $uri $moved {{ include {file}; }}\n}}\n"
    )
    done = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(conf)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_old_address_takes_a_page_of_ours() -> None:
    pairs = [("/s/a.html", "s/b.html"), ("/s/b.html", "s/b.html"), ("/m/2015-03.html", "s/b.html"), ("/x", "s/b.html")]
    assert redirects.moves(pairs, {"s/a.html", "m/2015-03.html"}) == {"/x": "/s/b.html", "/x/": "/s/b.html"}


@pytest.mark.parametrize(
    ("old", "file"),
    [
        ("/a/b.html", "a/b.html"),
        ("/a/", "a/index.html"),
        ("/a", "a/index.html"),
        ("/a.htm", "a.htm"),
        ("/a.php", ""),
        ("/a.asp?id=1", ""),
        ("/.well-known/x/", ""),
        ("/a/../b/", ""),
        ("/" + "长" * 100 + ".html", ""),
    ],
)
def test_where_a_bucket_could_answer(old: str, file: str) -> None:
    assert redirects.file_for(old) == file


def test_a_feeds_numbered_addresses_lead_on(house: House, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(range(1, 3)))
    order = Order(str(tmp_path / "feed.xml"), "chengdu", "wang", "归档", site_url=SITE)
    Importer(house, order, lambda: NOW, Fetcher()).run()
    found = table(house)
    assert {"/show.php?id=1", "/show.php?id=2", "/show.php?id=7"} <= set(found)
    assert "/2015/03/hello.html" in found
