"""Remote fetch (rules.md §4): what is let through, and everything that is not, against a real server on loopback."""

import threading
import time
from collections.abc import Iterator

import pytest

from assets.fetch import Fetched, Fetcher, FetchError, is_public
from tests.archive.server import Server, running


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


def fetcher(server: Server, resolved: str = "127.0.0.1", **settings: object) -> Fetcher:
    """One that may reach this very server, whose resolver says ``resolved`` to every name."""
    allowed = [("127.0.0.1", server.port)]
    return Fetcher(resolve=lambda _host, _port: [resolved], allowed=allowed, **settings)  # type: ignore[arg-type]


def test_a_page_comes_with_its_type_and_the_address_that_answered(server: Server) -> None:
    server.leads("/old", "/feed.xml", 301)
    server.gives("/feed.xml", "<rss>一稿</rss>".encode(), "application/rss+xml")
    got = fetcher(server).get(server.url("/old"))
    assert got == Fetched(server.url("/feed.xml"), "<rss>一稿</rss>".encode(), "application/rss+xml")
    headers = server.seen[-1][1]
    assert headers["Host"] == f"news.test:{server.port}"
    assert "Cookie" not in headers and "Authorization" not in headers


def test_packed_answers_are_unpacked(server: Server) -> None:
    server.bomb("/packed", 5000)
    assert fetcher(server).get(server.url("/packed")).content == bytes(5000)


REFUSED = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.127.255.255", "0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1", "192.0.0.8", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1",
    "2001:0:53aa:64c::1", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1",
    "100::1", "nonsense", "2606:4700::1%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_no_special_address_is_public_and_none_is_asked(address: str) -> None:
    assert not is_public(address)
    asked = Fetcher(resolve=lambda _host, _port: [address])
    with pytest.raises(FetchError, match="内部或特殊的地址"):
        asked.get("http://news.test/")


@pytest.mark.parametrize("address", ["8.8.8.8", "1.2.3.4", "2606:4700::1111", "2400:3200::1"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_one_inner_address_among_public_ones_spoils_them() -> None:
    asked = Fetcher(resolve=lambda _host, _port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(FetchError, match=r"10\.0\.0\.1"):
        asked.get("http://news.test/")


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/", "http://0177.0.0.1/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://127.1/",
        "http://134744072/", "http://8.8.8.8./", "http://08.8.8.8/",
    ],
)  # fmt: skip
def test_hosts_written_as_numbers_are_refused_before_anybody_is_asked(url: str) -> None:
    def never(_host: str, _port: int) -> list[str]:
        raise AssertionError("asked")

    with pytest.raises(FetchError, match=r"数字|不是能用"):
        Fetcher(resolve=never).get(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "http://"),
        ("ftp://news.test/a", "http://"),
        ("gopher://news.test/", "http://"),
        ("//news.test/a", "http://"),
        ("feed.xml", "http://"),
        ("http://user:word@news.test/", "用户名"),
        ("http://news.test:22/", "端口"),
        ("http://news.test:8080/", "端口"),
        ("https://news.test:80/", "端口"),
        ("http://[::1/", "不是能用的网址"),
        ("http://127.0.0.1/", "内部"),
        ("http://[::ffff:127.0.0.1]/", "内部"),
    ],
)
def test_addresses_that_may_not_be_asked(url: str, why: str) -> None:
    with pytest.raises(FetchError, match=why) as refused:
        Fetcher(resolve=lambda host, _port: [host.strip("[]")]).get(url)
    assert refused.value.sentence.endswith("。")


def test_a_redirect_into_the_house_is_refused(server: Server) -> None:
    """Each redirect is resolved and checked like a first address."""
    names = {"news.test": "127.0.0.1", "inner.test": "169.254.169.254"}
    asked = Fetcher(resolve=lambda host, _port: [names[host]], allowed=[("127.0.0.1", server.port)])
    server.leads("/a", "http://inner.test/latest/meta-data/")
    with pytest.raises(FetchError, match=r"169\.254\.169\.254"):
        asked.get(server.url("/a"))
    server.leads("/b", "file:///etc/passwd")
    with pytest.raises(FetchError, match="http://"):
        asked.get(server.url("/b"))


def test_three_redirects_are_followed_and_not_a_fourth(server: Server) -> None:
    for number in range(5):
        server.leads(f"/{number}", f"/{number + 1}")
    server.gives("/5", b"end")
    assert fetcher(server).get(server.url("/2")).content == b"end"
    with pytest.raises(FetchError, match="3 次以上"):
        fetcher(server).get(server.url("/1"))


def test_a_name_server_that_changes_its_mind_is_asked_once(server: Server) -> None:
    """DNS rebinding: the answer that was checked is the address that is used."""
    server.gives("/", b"the checked one")
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    allowed = [("127.0.0.1", server.port)]
    asked = Fetcher(resolve=lambda _host, _port: next(answers), allowed=allowed)
    assert asked.get(server.url("/")).content == b"the checked one"
    with pytest.raises(FetchError, match=r"10\.0\.0\.1"):
        asked.get(server.url("/"))


def test_the_allowance_is_one_address_and_one_port(server: Server) -> None:
    with pytest.raises(FetchError, match="内部"):
        fetcher(server, resolved="127.0.0.2").get(server.url("/"))
    with pytest.raises(FetchError, match="端口"):
        Fetcher(resolve=lambda _host, _port: ["127.0.0.1"]).get(server.url("/"))


def test_too_much_is_too_much_however_small_it_is_packed(server: Server) -> None:
    server.gives("/big", bytes(70_000))
    server.bomb("/bomb", 50_000_000)
    small = fetcher(server, max_bytes=65_536)
    for path in ("/big", "/bomb"):
        with pytest.raises(FetchError, match="超过"):
            small.get(server.url(path))


def test_a_slow_drip_ends_by_the_clock(server: Server) -> None:
    server.drips("/slow", 60)
    began = time.monotonic()
    with pytest.raises(FetchError, match="没有取完"):
        fetcher(server, seconds=0.8).get(server.url("/slow"))
    assert time.monotonic() - began < 30


def test_a_resolver_that_never_answers_ends_by_the_clock() -> None:
    answered = threading.Event()
    asked = Fetcher(resolve=lambda _host, _port: [str(answered.wait())], seconds=0.3)
    with pytest.raises(FetchError, match="没有取完"):
        asked.get("http://news.test/")  # ends while the resolver still waits
    answered.set()


def test_refusals_of_the_other_side_are_told(server: Server) -> None:
    server.fails("/gone", 410)
    server.gives("/odd", b"x", **{"Content-Encoding": "br"})
    server.gives("/broken", b"not gzip", **{"Content-Encoding": "gzip"})
    for path, why in (("/gone", "410"), ("/odd", "br"), ("/broken", "坏了")):
        with pytest.raises(FetchError, match=why):
            fetcher(server).get(server.url(path))


def test_the_environments_proxies_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.gives("/", b"direct")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert fetcher(server).get(server.url("/")).content == b"direct"
