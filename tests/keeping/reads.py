"""The neutral platform with a call that shows one publication, and a transport that reads by it."""

from typing import Any

from flask import jsonify

from channels.transport import Credential, Sent, Standing
from tests.neutral.platform import Neutral, Refused
from tests.neutral.transport import NeutralTransport

STATES = {"live": "live", "removed": "blocked", "deleted": "gone"}


class Readable(Neutral):
    """GET /posts/<id> -> {state, title, body, address}."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.app.add_url_rule("/posts/<int:post>", "GET /posts/<int:post>", self.show, methods=["GET"])

    def show(self, post: int) -> Any:
        account = self._admit()
        if self.strike("list_down"):
            raise Refused("busy")
        for one in self.book.posts(self.platform, account):
            if one.remote == str(post):
                return jsonify(state=one.state, title=one.title, body=one.body, address=one.address)
        return jsonify(state="deleted", title="", body="", address="")


class ReadingTransport(NeutralTransport):
    """How ``Readable`` is spoken to."""

    def read(self, sent: Sent, credential: Credential) -> tuple[Standing, ...]:
        first = sent.items[0]
        answer = self._call(credential, "GET", f"/posts/{first.remote_id}")
        told = {name: str(answer[name]) for name in ("title", "address")}
        state = STATES[str(answer["state"])]
        return (Standing(position=1, state=state, text=str(answer["body"]), **told),)  # type: ignore[arg-type]
