"""One call to Weibo with an account's token, and what its refusal means."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from channels.making.asking import ask
from channels.transport import Credential
from channels.weibo.errors import code_of, error_for

SHARE, ADVANCED, ARTICLE = "statuses/share", "statuses/upload_url_text", "proxy/article/publish"
INSPECT = "oauth2/get_token_info"
_URLS = {ARTICLE: f"/{ARTICLE}.json", INSPECT: f"/{INSPECT}"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Picture = tuple[str, bytes, str]
"""File name, bytes, media type."""


def get(credential: Credential, name: str, **params: str | list[str]) -> dict[str, Any]:
    """The answer of a call that only reads, whatever it says. The token stands in a header: addresses are logged."""
    credential.budget.spend(name, reserve=True)
    headers = {"Authorization": f"OAuth2 {credential.secrets['access_token']}"}
    return ask(credential, "GET", f"/2/{name}.json", changes=False, headers=headers, params=params)


def read(credential: Credential, name: str, **params: str | list[str]) -> dict[str, Any]:
    """The answer of a call that only reads; the error of ours where it is a refusal."""
    return checked(get(credential, name, **params), credential, changes=False)


def post(
    credential: Credential,
    name: str,
    fields: Mapping[str, str],
    *,
    changes: bool = True,
    reserve: bool = False,
    picture: Picture | None = None,
) -> dict[str, Any]:
    """The answer of a form, whatever it says. ``changes``: whether it may have had an effect nobody can tell."""
    credential.budget.spend(name, reserve=reserve)
    url, form = _URLS.get(name, f"/2/{name}.json"), {**fields, "access_token": credential.secrets["access_token"]}
    if picture is not None:
        return ask(credential, "POST", url, changes=changes, data=form, files={"pic": picture})
    # A space is %20, not +: the article interface asks for it (weibo.md §3.3), the others take it.
    body = urlencode(form, quote_via=quote, safe="").encode()
    return ask(credential, "POST", url, changes=changes, content=body, headers=_FORM)


def checked(answer: dict[str, Any], credential: Credential, *, changes: bool) -> dict[str, Any]:
    """The answer when it is no refusal; else the error of ours for its code."""
    code = code_of(answer)
    if code is None:
        return answer
    raise error_for(code, answer, credential.now(), changes=changes)
