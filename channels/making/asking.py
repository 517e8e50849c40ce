"""One HTTP call to a platform, and what its failure means: the only place that decides between 'nothing
happened' and 'nobody knows'.

A call that ``changes`` the platform and ends without a clear answer is ``UnknownOutcome``: it is looked up,
never repeated. A call that only reads is ``LaterError``: it may be repeated freely.
"""

import json
from typing import Any

import httpx

from channels.contract import ChannelError, LaterError, UnknownOutcome
from channels.transport import Credential

_REACHED = (httpx.ReadError, httpx.WriteError, httpx.ReadTimeout, httpx.WriteTimeout, httpx.RemoteProtocolError)


def ask(credential: Credential, method: str, url: str, *, changes: bool, **options: Any) -> dict[str, Any]:
    """The JSON object a platform answered with status 200.

    LaterError: the request never reached it, or was refused before acceptance (429, or any failure of a call
    that only reads). UnknownOutcome: it may have been accepted."""
    try:
        answer = credential.http.request(method, url, timeout=credential.timeout_s, **options)
    except httpx.TransportError as error:
        raise _unanswered(error, changes) from error
    except httpx.RequestError as error:  # an answer there was, but nobody can read it
        raise unclear(changes, f"{error!r} {url}") from error
    if answer.status_code == 429:
        raise LaterError("平台说请求太频繁，稍后自动重试。", f"429 {url}")
    if answer.status_code >= 500:
        raise unclear(changes, f"{answer.status_code} {url}")
    return as_object(answer.content, changes, url)


def as_object(content: bytes, changes: bool, url: str = "") -> dict[str, Any]:
    """The JSON object in ``content``: nothing else counts as an answer."""
    try:
        found = json.loads(content)
    except ValueError as error:
        raise unclear(changes, f"not JSON: {content[:80]!r} {url}") from error
    if not isinstance(found, dict):
        raise unclear(changes, f"not an object: {content[:80]!r} {url}")
    return found


def unclear(changes: bool, cause: str) -> ChannelError:
    """The error for an answer that says neither yes nor no."""
    if changes:
        return UnknownOutcome("平台没有给出明确的回答，先核对是否已经发布，不会重复发送。", cause)
    return LaterError("平台没有给出能用的回答，稍后自动再查。", cause)


def _unanswered(error: httpx.TransportError, changes: bool) -> ChannelError:
    if changes and isinstance(error, _REACHED):
        return UnknownOutcome("请求发出后没有收到回答，先核对是否已经发布，不会重复发送。", repr(error))
    return LaterError("连不上平台，稍后自动重试；若一直如此，请检查网络。", repr(error))
