"""Fetching what a stranger's address names, without being led into our own house.

http and https on ports 80 and 443 alone. A name is resolved once, every address it has must be a public one, and
the connection goes to an address that was checked: a second answer of the name server (DNS rebinding) is never
asked for. Each redirect is checked anew, three at most. No cookies, no credentials, no proxy of the environment;
ten seconds in all, 20 MiB in all, unpacked bytes counted.
"""

import contextlib
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

SECONDS = 10.0
MAX_BYTES = 20 * 1024 * 1024
REDIRECTS = 3
PORTS = {"http": (80,), "https": (443,)}
AGENT = "Yigao (archive import)"
_MOVED = (301, 302, 303, 307, 308)
# A host written as a number (2130706433, 0x7f.1, 0177.0.0.1): name servers never gave such a name to anybody.
_NUMBER = re.compile(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*\.?", re.I)
# Addresses that carry another one inside, or lead to whoever is near; ``is_global`` alone lets some of them pass.
_CARRIERS = tuple(
    ipaddress.ip_network(one)
    for one in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "fec0::/10",
                "192.88.99.0/24", "192.0.0.0/24", "0.0.0.0/8")
)  # fmt: skip

Resolve = Callable[[str, int], Sequence[str]]


class FetchError(Exception):
    """Why an address was not fetched: ``sentence`` is for the editor, with the remedy."""

    def __init__(self, sentence: str, cause: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.cause = sentence, cause or sentence


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: the address that answered in the end, its bytes, its type as the server names it."""

    url: str
    content: bytes
    mime: str


def is_online() -> bool:
    """Whether any name of the world can be looked up at all."""
    try:
        return bool(Fetcher().resolve("www.gov.cn", 443))
    except OSError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address (text) is one the whole world may reach, in every way it can be written."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        if one.scope_id:
            return False
        if one.ipv4_mapped is not None:
            return False
    inside = any(one in network for network in _CARRIERS if network.version == one.version)
    special = one.is_multicast or one.is_reserved or one.is_unspecified or one.is_loopback or one.is_link_local
    return one.is_global and not inside and not special


def system_resolve(host: str, port: int) -> list[str]:
    """Every address the system's resolver has for ``host``."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Fetcher:
    """Fetches public addresses. ``allowed`` are (IP, port) pairs let through although they are not public: for
    tests against a server of their own, empty everywhere else. ``resolve`` and ``clock`` (seconds) may be given."""

    def __init__(
        self,
        *,
        resolve: Resolve = system_resolve,
        allowed: Iterable[tuple[str, int]] = (),
        seconds: float = SECONDS,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.resolve, self.allowed = resolve, frozenset(allowed)
        self.seconds, self.max_bytes, self.clock = seconds, max_bytes, clock

    def get(self, url: str) -> Fetched:
        """The bytes at ``url``; FetchError when it may not be fetched or does not answer as it should."""
        deadline = self.clock() + self.seconds
        for _ in range(REDIRECTS + 1):
            answer = self._ask(url, deadline)
            if isinstance(answer, Fetched):
                return answer
            url = answer
        raise FetchError(f"{url}：网址转了 {REDIRECTS} 次以上，请直接写最后的网址。")

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Fetched:
        """What ``url`` answers to ``content``, under the same rules; it is never led on to another address."""
        answer = self._ask(url, self.clock() + self.seconds, content, headers)
        if isinstance(answer, str):
            raise FetchError(f"{url}：对方转去了别的网址，请直接写最后的网址。")
        return answer

    def _ask(
        self, url: str, deadline: float, content: bytes | None = None, more: Mapping[str, str] | None = None
    ) -> Fetched | str:
        """One request: what came, or where it leads on to."""
        parsed = self._checked(url)
        backend = _Pinned(self._addresses(parsed, deadline), deadline, self.clock)
        transport = _Transport(backend)
        headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip, deflate", "Accept": "*/*", **(more or {})}
        method = "GET" if content is None else "POST"
        client = httpx.Client(
            transport=transport, trust_env=False, follow_redirects=False, headers=headers, timeout=self.seconds
        )
        try:
            with client, client.stream(method, parsed, content=content) as answer:
                if answer.status_code in _MOVED and "location" in answer.headers:
                    return str(parsed.join(answer.headers["location"]))
                if answer.status_code != 200:
                    raise FetchError(f"{url}：对方回答 {answer.status_code}，请在浏览器里确认网址能打开。")
                return Fetched(str(parsed), self._body(answer, url), answer.headers.get("content-type", ""))
        except (httpcore.TimeoutException, httpx.TimeoutException, TimeoutError) as error:
            raise self._late(url) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise FetchError(f"{url}：连不上（{_brief(error)}），请检查网址，稍后再试。", str(error)) from error

    def _late(self, url: str) -> FetchError:
        return FetchError(f"{url}：{self.seconds:g} 秒内没有取完，请稍后再试，或下载成文件再导入。")

    def _checked(self, url: str) -> httpx.URL:
        """The address when its scheme, port and host may be asked at all."""
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise FetchError(f"{url[:200]}：不是能用的网址，请写 https:// 开头的完整网址。", str(error)) from error
        if parsed.scheme not in PORTS or not parsed.host:
            raise FetchError(f"{url[:200]}：只能取 http:// 和 https:// 网址，请换成这样的网址，或下载成文件再导入。")
        if parsed.userinfo:
            raise FetchError(f"{parsed.host}：网址里不能带用户名和密码，请去掉 @ 前面的部分。")
        port = parsed.port or PORTS[parsed.scheme][0]
        ports = {port for _, port in self.allowed} | set(PORTS[parsed.scheme])
        if port not in ports:
            raise FetchError(f"{url[:200]}：只能用 80 和 443 端口，请换成正式网址。")
        if _NUMBER.fullmatch(parsed.host) and not _is_plain(parsed.host):
            raise FetchError(f"{url[:200]}：主机不能写成数字，请写域名。")
        return parsed

    def _addresses(self, url: httpx.URL, deadline: float) -> list[str]:
        """The checked addresses of the host; one that is not public spoils them all."""
        port = url.port or PORTS[url.scheme][0]
        found = list(dict.fromkeys(self._resolved(url.host, port, deadline)))
        if not found:
            raise FetchError(f"{url.host}：查不到这个域名，请检查网址。")
        for one in found:
            if not is_public(one) and (one, port) not in self.allowed:
                raise FetchError(f"{url.host}：指向内部或特殊的地址（{one}），为安全起见不取，请换成公开的网址。")
        return found

    def _resolved(self, host: str, port: int, deadline: float) -> Sequence[str]:
        """What the resolver says, within the time: it knows no deadline, so it is asked beside us."""
        told: list[Sequence[str]] = []
        asking = threading.Thread(target=_quietly, args=(self.resolve, host, port, told), daemon=True)
        asking.start()
        asking.join(max(0.0, deadline - self.clock()))
        if asking.is_alive():
            raise self._late(host)
        return told[0] if told else ()

    def _body(self, answer: httpx.Response, url: str) -> bytes:
        kept = bytearray()
        for chunk in _unpacked(answer, self.max_bytes):
            kept += chunk
            if len(kept) > self.max_bytes:
                raise FetchError(f"{url}：超过 {self.max_bytes >> 20} MB，请缩小或拆开后下载成文件再导入。")
        return bytes(kept)


def _is_plain(host: str) -> bool:
    """Whether a host of digits is an IPv4 address in its one usual form."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.IPv4Address(host)) == host
    return False


def _quietly(resolve: Resolve, host: str, port: int, told: list[Sequence[str]]) -> None:
    with contextlib.suppress(OSError, UnicodeError):
        told.append(resolve(host, port))


def _brief(error: Exception) -> str:
    return str(error)[:80] or type(error).__name__


def _unpacked(answer: httpx.Response, limit: int) -> Iterator[bytes]:
    """The body without its gzip or deflate, never more than ``limit`` and a byte at a time: a small body must not
    become a large one in memory."""
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("", "identity"):
        yield from answer.iter_raw()
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(f"{answer.url}：对方用了没有约定的压缩（{coding[:20]}），请下载成文件再导入。")
    unpack = zlib.decompressobj(47 if coding != "deflate" else 15)
    try:
        for chunk in answer.iter_raw():
            yield unpack.decompress(chunk, limit + 1)
            if unpack.unconsumed_tail:
                yield unpack.decompress(unpack.unconsumed_tail, limit + 1)
        yield unpack.flush()
    except zlib.error as error:
        raise FetchError(f"{answer.url}：压缩的内容坏了，请稍后再试。", str(error)) from error


# --------------------------------------------------------------------------- the pinned connection


class _Stream(httpcore.NetworkStream):
    """A connection whose every read and write ends by one deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream, self._left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Pinned(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever the name would resolve to by now."""

    def __init__(self, addresses: Sequence[str], deadline: float, clock: Callable[[], float]) -> None:
        self._addresses, self._deadline, self._clock = addresses, deadline, clock
        self._backend = httpcore.SyncBackend()

    def _left(self) -> float:
        left = self._deadline - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout("over the deadline")
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        for place, address in enumerate(self._addresses, 1):
            try:
                return _Stream(self._backend.connect_tcp(address, port, self._left()), self._left)
            except httpcore.ConnectError:
                if place == len(self._addresses):
                    raise
        raise httpcore.ConnectError("no address")


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Transport(httpx.BaseTransport):
    """httpx over a pool of our own, so that the connection is made by ``_Pinned``; certificates name the host."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.read(), extensions=request.extensions
        )
        answer = self._pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()
