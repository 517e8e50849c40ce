"""Events from platforms, at ``/hooks/<account key>``: the account's transport opens them, and they only wake the
question about a delivery; what became of it is asked for as ever.

Whatever is not signed by the platform is answered 403, and so is an account that is not there: nobody learns
which ones are.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sqlalchemy import bindparam, update
from sqlmodel import select
from werkzeug.wrappers import Request, Response

from channels.contract import ChannelError
from channels.transport import Hears
from cms.db import fetch, put, read_scope
from cms.matrix import Account
from cms.matrix.wires import secrets_of
from cms.releases import Delivery
from pipeline.clock import TimeSource, wall_clock
from pipeline.house import House

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/hooks/"
LARGEST = 64 * 1024
WAITING = ("accepted", "confirming", "held")
_ACCOUNT = select(Account).where(Account.key == bindparam("key"))
_ROWS = Delivery.__table__.c  # type: ignore[attr-defined]
_WAKING = (
    update(Delivery.__table__)  # type: ignore[attr-defined]
    .where(_ROWS.account_id == bindparam("account"), _ROWS.remote_id.in_(bindparam("those", expanding=True)))
    .where(_ROWS.state.in_(WAITING), _ROWS.next_at > bindparam("at"))
    .values(next_at=bindparam("at"))
)


class Hooks:
    """The endpoint as a WSGI application."""

    def __init__(self, house: House, now: TimeSource = wall_clock) -> None:
        self.house, self.now = house, now

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        """What the platform expects to hear."""
        if request.method not in ("GET", "POST"):
            return Response("", 405, mimetype="text/plain")
        if request.content_length is not None and request.content_length > LARGEST:
            return Response("", 413, mimetype="text/plain")
        body = request.stream.read(LARGEST + 1)
        account = self._account(unquote(request.path.removeprefix(PATH)))
        if account is None:
            return _refused()
        try:
            transport = self.house.wires.transport(account.channel)
            if not isinstance(transport, Hears):
                return _refused()
            secrets = secrets_of(self.house.engine, self.house.wires.vault, account.id)
            now = self.now()
            heard = transport.hear(request.args.to_dict(), dict(request.headers), body, secrets, now)
        except ChannelError:
            return _refused()
        self._wake(account.id, heard.remote_ids, now)
        return Response(heard.answer, mimetype="text/plain")

    def _account(self, key: str) -> Account | None:
        with read_scope(self.house.engine) as session:
            found = fetch(session, _ACCOUNT, key=key)
        return found[0] if found else None

    def _wake(self, account_id: int, remote_ids: tuple[str, ...], now: datetime) -> None:
        """Ask after these now. What a person must decide (held, without a time) is left alone."""
        if not remote_ids:
            return
        put(self.house.engine, _WAKING, account=account_id, those=remote_ids, at=now)


def _refused() -> Response:
    return Response("", 403, mimetype="text/plain")
