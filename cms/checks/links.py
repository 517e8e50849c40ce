"""Links: where they lead. Addresses inside the house are told at once; whether one answers is asked behind the writer's
back, while they rest, and before reviewers read."""

import ipaddress
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from assets.fetch import Fetched, FetchError, is_public
from channels.values import Finding
from cms.checks.passages import Reading

Get = Callable[[str], Fetched]
Why = Callable[[Collection[str]], Mapping[str, str] | None]
MOST = 40
"""Addresses of one story that are asked."""
_AT_ONCE, _REMEMBERED = 8, 2000
_OPEN_S, _DEAD_S, _OFFLINE_S = 6 * 3600.0, 600.0, 60.0
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


def ask(reading: Reading, why: Why) -> list[Finding]:
    """Every address once, by the rules of ``assets/fetch.py``; what was not asked, for there is no network or there are
    too many, is said."""
    outside = [one for one in reading.links if one.address.startswith(("http://", "https://"))]
    links = [one for one in outside if not inside(one.address)]
    wanted = list(dict.fromkeys(one.address for one in links))[:MOST]
    answers = why(wanted) if wanted else {}
    if answers is None:
        return [_unchecked(len(links))]
    told = [(one, answers[one.address]) for one in links if one.address in answers]
    found = [one.say("warn", "checks.link.dead", f"链接打不开：{reason}") for one, reason in told if reason]
    return [*found, _beyond(len(links) - len(told))] if len(told) < len(links) else found


class Answers:
    """Why addresses do not open, asked eight at a time and remembered: an editor asks again at every pause.

    ``get`` fetches by the rules of ``assets/fetch.py``; ``is_online`` says whether there is a network at all; ``clock``
    counts seconds.
    """

    def __init__(self, get: Get, is_online: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._get, self._is_online, self._clock = get, is_online, clock
        self._known: dict[str, tuple[float, str]] = {}
        self._offline_until = 0.0
        self._lock = threading.Lock()

    def why(self, addresses: Collection[str]) -> Mapping[str, str] | None:
        """The reason each does not open, "" for those that do; None without a network."""
        now = self._clock()
        with self._lock:
            if len(self._known) > _REMEMBERED:
                self._known = {at: kept for at, kept in self._known.items() if kept[0] > now}
            known = {at: self._known[at][1] for at in addresses if at in self._known and self._known[at][0] > now}
            is_offline = now < self._offline_until
        asked = [one for one in addresses if one not in known]
        if not asked:
            return known
        if is_offline or not self._is_online():
            with self._lock:
                self._offline_until = max(self._offline_until, now + _OFFLINE_S)
            return None
        with ThreadPoolExecutor(_AT_ONCE) as hands:
            found = dict(zip(asked, hands.map(lambda one: _answer(self._get, one), asked), strict=True))
        with self._lock:
            self._known |= {at: (now + (_DEAD_S if reason else _OPEN_S), reason) for at, reason in found.items()}
        return known | found


def _beyond(count: int) -> Finding:
    message = f"链接太多，只查了前 {MOST} 个，还有 {count} 处没有查，请自己点开看看"
    return Finding(level="info", rule="checks.link.unchecked", message=message)


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
