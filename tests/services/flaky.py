"""A door before a real S3 server that can be made to fail: it forwards every request as it is, or plays a fault."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FAULTS = ("down", "slow", "short_read", "500_after_put", "500", "damaged")


class Door(ThreadingHTTPServer):
    """``strike(fault, times)``: the next ``times`` requests (of the kind the fault is about) meet it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, upstream: str, port: int = 0) -> None:
        self.upstream = urlsplit(upstream)
        self.fault, self.left, self.slow_s = "", 0, 0.0
        self.seen: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Request)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def strike(self, fault: str, times: int = 1_000_000, slow_s: float = 0.0) -> None:
        assert fault in ("", *FAULTS)
        self.fault, self.left, self.slow_s = fault, times, slow_s

    def take(self, method: str) -> str:
        """The fault this request meets, "" for none."""
        about = {"short_read": "GET", "damaged": "GET", "500_after_put": "PUT"}.get(self.fault, method)
        with self._lock:
            if not self.fault or about != method or self.left <= 0:
                return ""
            self.left -= 1
            return self.fault


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def _forward(self) -> None:
        fault = self.server.take(self.command)
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path))
        if fault == "down":
            return
        if fault == "slow":
            time.sleep(self.server.slow_s)
        if fault == "500":
            self._answer(500, {}, b"")
            return
        status, headers, content = self._upstream(body)
        if fault == "500_after_put":
            status, headers, content = 500, {}, b""
        if fault == "damaged":
            content = bytes(byte ^ 1 for byte in content)
        self._answer(status, headers, content, cut=fault == "short_read")

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _forward

    def _upstream(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        where = self.server.upstream
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            connection.request(self.command, self.path, body=body, headers={**headers, "Connection": "close"})
            answer = connection.getresponse()
            kept = ("content-type", "etag", "content-length", "last-modified")
            found = {name.lower(): value for name, value in answer.getheaders() if name.lower() in kept}
            return answer.status, found, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], content: bytes, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in ({"content-length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)


@contextmanager
def door(upstream: str) -> Iterator[Door]:
    """A door that is open."""
    server = Door(upstream)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
