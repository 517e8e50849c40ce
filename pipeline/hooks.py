"""Events from platforms, at ``/hooks/<account key>``: the account's transport opens them, and they only wake the
question about a delivery; what became of it is asked for as ever.

Whatever is not signed by the platform is answered 403, and so is an account that is not there: nobody learns
which ones are.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sqlalchemy import update
from sqlmodel import col, select
from werkzeug.wrappers import Request, Response

from channels.contract import ChannelError
from channels.transport import Hears
from cms.db import read_scope, session_scope
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
            return session.exec(select(Account).where(Account.key == key)).first()

    def _wake(self, account_id: int, remote_ids: tuple[str, ...], now: datetime) -> None:
        """Ask after these now. What a person must decide (held, without a time) is left alone."""
        if not remote_ids:
            return
        waiting = (
            col(Delivery.account_id) == account_id,
            col(Delivery.remote_id).in_(remote_ids),
            col(Delivery.state).in_(WAITING),
            col(Delivery.next_at) > now,
        )
        with session_scope(self.house.engine) as session:
            session.exec(
                update(Delivery).where(*waiting).values(next_at=now).execution_options(synchronize_session=False)
            )


def _refused() -> Response:
    return Response("", 403, mimetype="text/plain")
