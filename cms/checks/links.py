"""Links: where they lead. Addresses inside the house are told at once; whether one answers is asked only on demand."""

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from assets.fetch import Fetched, FetchError, is_public
from channels.values import Finding
from cms.checks.passages import Reading

Get = Callable[[str], Fetched]
_INSIDE = ("localhost", ".local", ".internal", ".lan", ".intranet", ".corp", ".home.arpa")


def check(reading: Reading) -> list[Finding]:
    """Addresses a reader outside cannot open."""
    return [
        link.say("block", "checks.link.inside", f"链接指向内网或本机（{host}），读者打不开，请换成公开的网址")
        for link in reading.links
        if (host := inside(link.address))
    ]


def inside(address: str) -> str:
    """The host when it is one of ours or of no network; "" when the world may reach it."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
    if host == "localhost" or host.endswith(_INSIDE):
        return host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ""
    return "" if is_public(host) else host


def ask(reading: Reading, get: Get | None) -> list[Finding]:
    """Every address once, by the rules of ``assets/fetch.py``. Without ``get`` (no network) that is said."""
    asked: dict[str, str] = {}
    found = []
    links = [one for one in reading.links if one.address.startswith(("http://", "https://"))]
    if get is None:
        return [_unchecked(len(links))] if links else []
    for link in links:
        if link.address not in asked:
            asked[link.address] = _answer(get, link.address)
        if asked[link.address]:
            found.append(link.say("warn", "checks.link.dead", f"链接打不开：{asked[link.address]}"))
    return found


def _unchecked(count: int) -> Finding:
    message = f"有 {count} 个链接没有查：现在没有联网，联网后请用 yigao checks story --links 再查一次"
    return Finding(level="info", rule="checks.link.unchecked", message=message)


def _answer(get: Get, address: str) -> str:
    """Why it does not open; "" when it does."""
    try:
        get(address)
    except FetchError as error:
        return error.sentence
    return ""
