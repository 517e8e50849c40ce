"""Two real S3 servers for tests, for neither is strict in everything: nanio checks signatures, moto keeps to Amazon."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from assets.s3 import Bucket, S3Store
from tests.services.processes import free_port, server, tethered, unavailable

SERVERS = ("nanio", "moto")
_NAMES = count(1)
_KEYS = {"access_key": "yigao-test", "secret_key": "a-secret-of-the-tests"}
_MOTO = "import sys; from moto.server import main; main(sys.argv[1:])"


@contextmanager
def running(kind: str) -> Iterator[Bucket]:
    """A server of this kind, as a bucket that is not made yet (``fresh``). YIGAO_TEST_S3 names one to use instead:
    http://key:secret@host:port."""
    given = os.environ.get("YIGAO_TEST_S3")
    if given:
        yield _given(given)
        return
    if find_spec(kind) is None:
        unavailable(f"NOT TESTED: S3 against {kind}. Install it with: pip install {kind}")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix=f"yigao-{kind}-") as folder:
        environment = {**os.environ, "NANIO_ACCESS_KEY": _KEYS["access_key"], "NANIO_SECRET_KEY": _KEYS["secret_key"]}
        with server([*tethered(), *_command(kind, folder, port)], port, Path(folder), signal.SIGTERM, environment):
            yield Bucket("", endpoint=f"http://127.0.0.1:{port}", **_KEYS)


def _command(kind: str, folder: str, port: int) -> list[str]:
    if kind == "nanio":
        where = ["--data-dir", folder, "--host", "127.0.0.1", "--port", str(port)]
        return [sys.executable, "-m", "nanio", "serve", *where, "--no-access-log"]
    return [sys.executable, "-c", _MOTO, "-H", "127.0.0.1", "-p", str(port)]


def _given(address: str) -> Bucket:
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    endpoint = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    return Bucket("", endpoint=endpoint, access_key=parts.username or "", secret_key=parts.password or "")


def fresh(at: Bucket) -> Bucket:
    """A new, empty bucket there."""
    bucket = replace(at, name=f"yigao-{os.getpid()}-{next(_NAMES)}", timeout_s=2.0)
    S3Store(bucket)._client.create_bucket(Bucket=bucket.name)
    return bucket
