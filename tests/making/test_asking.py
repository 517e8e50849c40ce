"""What a failed call means: nothing happened, or nobody knows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from channels.contract import ChannelError, LaterError, UnknownOutcome
from channels.making.asking import ask
from channels.transport import Credential

GARBAGE = {"Content-Encoding": "gzip"}
ANSWERS: dict[str, tuple[Callable[[], httpx.Response], type[ChannelError], type[ChannelError]]] = {
    "unreadable": (
        lambda: httpx.Response(200, headers=GARBAGE, stream=httpx.ByteStream(b"no gzip")),
        UnknownOutcome,
        LaterError,
    ),
    "a page": (lambda: httpx.Response(200, text="<html>busy</html>"), UnknownOutcome, LaterError),
    "a list": (lambda: httpx.Response(200, json=[]), UnknownOutcome, LaterError),
    "empty": (lambda: httpx.Response(200, text=""), UnknownOutcome, LaterError),
    "a server's error": (lambda: httpx.Response(502, text="bad gateway"), UnknownOutcome, LaterError),
    "too many": (lambda: httpx.Response(429, text=""), LaterError, LaterError),
}


def credential(answer: httpx.Response) -> Credential:
    wire = httpx.Client(transport=httpx.MockTransport(lambda request: answer), base_url="http://platform")
    none: Any = None
    return Credential("a", {}, wire, none, none, none, lambda: datetime.now(UTC), lambda digest: b"")


@pytest.mark.proves("F12", "F13")
@pytest.mark.parametrize("name", ANSWERS)
def test_what_says_neither_yes_nor_no(name: str) -> None:
    answer, after_a_change, after_a_question = ANSWERS[name]
    with pytest.raises(after_a_change):
        ask(credential(answer()), "POST", "/x", changes=True)
    with pytest.raises(after_a_question):
        ask(credential(answer()), "GET", "/x", changes=False)
