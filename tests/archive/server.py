"""A real web server on loopback whose answers are given by path."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """What it answers, and every request it saw (path, headers)."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.port = 0

    def url(self, path: str = "/", host: str = "news.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def gives(self, path: str, body: bytes, mime: str = "text/plain", **headers: str) -> None:
        self.answers[path] = lambda asked: _send(asked, 200, body, {"Content-Type": mime, **headers})

    def leads(self, path: str, to: str, status: int = 302) -> None:
        self.answers[path] = lambda asked: _send(asked, status, b"", {"Location": to})

    def fails(self, path: str, status: int) -> None:
        self.answers[path] = lambda asked: _send(asked, status, b"no", {})

    def bomb(self, path: str, size: int) -> None:
        """``size`` bytes of nothing, packed small."""
        packed = gzip.compress(bytes(size))
        self.gives(path, packed, **{"Content-Encoding": "gzip"})

    def drips(self, path: str, seconds: float) -> None:
        """Headers at once, then a byte every tenth of a second."""

        def drip(asked: BaseHTTPRequestHandler) -> None:
            asked.send_response(200)
            asked.send_header("Content-Length", "1000000")
            asked.end_headers()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                asked.wfile.write(b"x")
                time.sleep(0.1)

        self.answers[path] = drip


def _send(asked: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    asked.send_response(status)
    for name, value in headers.items():
        asked.send_header(name, value)
    asked.send_header("Set-Cookie", "id=1")
    asked.send_header("Content-Length", str(len(body)))
    asked.end_headers()
    asked.wfile.write(body)


@contextmanager
def running() -> Iterator[Server]:
    """The server, until the end of the block."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.seen.append((self.path, dict(self.headers)))
            answer = server.answers.get(self.path, lambda asked: _send(asked, 404, b"", {}))
            try:
                answer(self)
            except OSError:
                return  # whoever asked has gone away

        def log_message(self, *_: object) -> None:
            return

    real = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.port = real.server_port
    thread = threading.Thread(target=real.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        real.shutdown()
        real.server_close()
