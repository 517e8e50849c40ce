"""沙箱: every sandbox platform behind one address, with one book, one clock and one set of faults.

``/wechat/cgi-bin/…`` is the 公众号, ``/weibo/2/…`` Weibo, and so on: the first part of the path is the channel.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from channels import registry
from channels.contract import AdministratorError
from channels.making.sandbox import Book, Faults, InProcess, Sandbox, Seen, Send
from channels.transport import Connected

ASK_S = 10.0

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Sandboxes:
    """The platforms, by the name of their channel. ``platforms``: given ones instead of all the channels bring.
    ``console``: what answers every address that is no platform's (``pipeline.sandbox_console``)."""

    def __init__(
        self,
        book: Book,
        now: Callable[[], datetime],
        faults: Faults | None = None,
        sleep: Callable[[float], None] = time.sleep,
        platforms: Sequence[type[Sandbox]] | None = None,
    ) -> None:
        self.book, self.now, self.faults = book, now, faults or Faults()
        kinds = sandbox_kinds() if platforms is None else platforms
        self.console: WSGIApplication | None = None
        self.platforms: dict[str, Sandbox] = {kind.platform: kind(book, now, self.faults, sleep) for kind in kinds}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        first, _, rest = str(environ.get("PATH_INFO", "")).lstrip("/").partition("/")
        platform = self.platforms.get(first)
        if platform is None:
            other = self.console or Response("没有这个平台。", 404, mimetype="text/plain")
            return other(environ, start_response)
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{first}"
        environ["PATH_INFO"] = f"/{rest}"
        return platform(environ, start_response)

    def connect(self, account: str, base: str) -> dict[str, str]:
        """Make the test account of our account ``account`` ("wechat:chengdu"); what speaks for it. ``base``: the
        address this stands at, no slash at the end."""
        channel = account.partition(":")[0]
        if channel not in self.platforms:
            known = "、".join(sorted(self.platforms))
            raise AdministratorError(f"沙箱里没有平台“{channel}”，有的是：{known}。", account)
        secrets = {**self.platforms[channel].open_account(account), "base": f"{base}/{channel}"}
        self.book.put("", "handed out", account, secrets)
        return secrets

    def handed_out(self) -> dict[str, dict[str, str]]:
        """What ``connect`` last gave each account, for the console."""
        return self.book.things("", "handed out")

    def settle(self) -> None:
        """Let every platform do what its time has come for."""
        for one in self.platforms.values():
            one.settle()

    def next_at(self) -> datetime | None:
        """When some platform next does something by itself."""
        return min((at for one in self.platforms.values() if (at := one.next_at())), default=None)

    def copies(self) -> list[Seen]:
        """What readers of all platforms see or saw."""
        return [seen for one in self.platforms.values() for seen in one.copies()]

    def sends(self) -> list[Send]:
        """Every call whose effect readers may see."""
        return [sent for one in self.platforms.values() for sent in one.sends()]

    def mends(self) -> list[Send]:
        """Every call that changed, took back or remarked on what readers saw: of one about several, one."""
        touched = [touch for one in self.platforms.values() for touch in one.touches()]
        return list(dict.fromkeys(Send(one.account, one.method, one.at) for one in touched))

    def struck(self) -> list[Send]:
        """Every call of any platform that a fault struck, or that it refused."""
        return [one for platform in self.platforms.values() for one in platform.struck()]

    def client(self, base: str = "http://sandbox") -> httpx.Client:
        """A client that reaches the platforms without a socket: for a simulated clock."""
        return httpx.Client(transport=InProcess(self), base_url=base)


def sandbox_kinds() -> list[type[Sandbox]]:
    """The sandbox of every channel that has an interface."""
    found = [one for one in registry.all_channels().values() if isinstance(one, Connected)]
    return [one.sandbox() for one in found]


def ask_for_account(address: str, account: str) -> dict[str, str]:
    """The test account for ``account`` of the sandboxes that stand at ``address`` (with a console), and its base."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise AdministratorError(f"“{address}”不是网址，请照 yigao sandbox 显示的写，例如 http://127.0.0.1:8900。")
    try:
        answer = httpx.post(f"{address.rstrip('/')}/_accounts", json={"account": account}, timeout=ASK_S)
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise AdministratorError(f"{address} 没有沙箱在听，请先运行 yigao sandbox。", str(error)) from error
    if answer.status_code != 200 or not isinstance(said, dict):
        words = said.get("message") if isinstance(said, dict) else None
        raise AdministratorError(str(words or "沙箱没有给出凭据，请检查地址。"), str(said))
    return {name: str(value) for name, value in said.items()}


class _Quiet(WSGIRequestHandler):
    """The book keeps every call; a line of log for each would say it twice."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        return


class SandboxServer:
    """The platforms on a real port, each request in a thread of its own; they settle once a second."""

    def __init__(self, sandboxes: Sandboxes, host: str = "127.0.0.1", port: int = 0) -> None:
        self.sandboxes = sandboxes
        self._server: BaseWSGIServer = make_server(host, port, sandboxes, threaded=True, request_handler=_Quiet)
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, name="yigao-sandbox", daemon=True),
            threading.Thread(target=self._settle, name="yigao-sandbox-clock", daemon=True),
        ]

    @property
    def address(self) -> str:
        return f"http://{self._server.host}:{self._server.port}"

    @property
    def port(self) -> int:
        return self._server.port

    def __enter__(self) -> "SandboxServer":
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._server.shutdown()
        self._server.server_close()

    def _settle(self) -> None:
        while not self._is_over.wait(1):
            self.sandboxes.settle()
