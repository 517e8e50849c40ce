"""One call of the open platform (douyin.md §2, §3): token in the header, open_id in the query."""

from collections.abc import Mapping
from typing import Any

from channels.douyin import oauth
from channels.douyin.errors import TOKEN_CODES, checked, code_of
from channels.making.asking import ask
from channels.transport import Credential

VIDEO = "/api/douyin/v1/video"


def call(
    credential: Credential,
    name: str,
    wanted: str,
    *,
    changes: bool,
    method: str = "POST",
    query: Mapping[str, str | int] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """``data`` of a clear yes that holds ``wanted``. A refused token is replaced once: it is a clear no."""
    chain = oauth.ready(credential)
    credential.budget.spend(name, reserve=not changes)
    answer = _once(credential, chain, name, method, query or {}, changes, options)
    if code_of(answer) in TOKEN_CODES:
        chain = oauth.after_refusal(credential, chain)
        answer = _once(credential, chain, name, method, query or {}, changes, options)
    return checked(answer, wanted, credential.now(), changes=changes)


def _once(
    credential: Credential,
    chain: oauth.Chain,
    name: str,
    method: str,
    query: Mapping[str, str | int],
    changes: bool,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    return ask(
        credential, method, f"{VIDEO}/{name}/", changes=changes, params={"open_id": chain.open_id, **query},
        headers={"access-token": chain.access}, **options,
    )  # fmt: skip
