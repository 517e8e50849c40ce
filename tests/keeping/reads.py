"""The neutral platform that tells what it took away from what was deleted, and transports that read, or cannot."""

from typing import Any, Literal

from flask import jsonify

from channels.transport import Credential, Sent, Standing
from tests.neutral.platform import Neutral, Refused
from tests.neutral.transport import NeutralTransport

STATES: dict[str, Literal["live", "gone", "blocked"]] = {"live": "live", "removed": "blocked", "deleted": "gone"}


class Readable(Neutral):
    """GET /posts/<id> -> {post, title, body, address, state}: the state as the book has it."""

    def read(self, post: int) -> Any:
        account = self._admit()
        if self.strike("list_down"):
            raise Refused("busy")
        for one in self.book.posts(self.platform, account):
            if one.remote == str(post):
                return jsonify(post=one.remote, state=one.state, title=one.title, body=one.body, address=one.address)
        raise Refused("no_such_post")


class ReadingTransport(NeutralTransport):
    """How ``Readable`` is spoken to."""

    def read(self, sent: Sent, credential: Credential) -> tuple[Standing, ...]:
        answer = self._call(credential, "GET", f"/posts/{sent.items[0].remote_id}")
        told = {name: str(answer[name]) for name in ("title", "address")}
        return (Standing(position=1, state=STATES[answer["state"]], text=str(answer["body"]), **told),)


class MuteTransport(NeutralTransport):
    """A platform that shows nothing of what is out."""

    read = None  # type: ignore[assignment]
