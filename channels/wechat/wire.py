"""One call of the 公众号's interfaces: its token, its budget, and what its code means.

Who speaks for an account is decided by its secrets alone: ``fetch`` is the one place a token comes from.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from channels.making.asking import ask, unclear
from channels.making.refusals import raised, unlisted
from channels.transport import Credential, Token
from channels.wechat.errors import BY_CODE

RENEW_BEFORE = timedelta(minutes=5)  # §2: until then stable_token gives the same one again
TOKEN_CODES = (40001, 40014, 42001)
MASS_QUOTA = 45028


def call(
    credential: Credential,
    name: str,
    body: Mapping[str, Any] | None,
    *,
    changes: bool = False,
    reserve: bool = False,
    also: tuple[int, ...] = (),
    **options: Any,
) -> dict[str, Any]:
    """The answer of ``name``, below /cgi-bin unless it begins with a slash. ``also``: codes that are an answer here and
    not an error. A refused token is renewed once, and once more by force (§2)."""
    credential.budget.spend(name.partition("?")[0].removeprefix("/"), reserve=reserve)
    token = _token(credential)
    for force in (False, True):
        answer = _once(credential, name, token, body, changes, options)
        if code_of(answer) not in TOKEN_CODES:
            return _checked(answer, credential, changes, also)
        token = _renewed(credential, token, force)
    return _checked(_once(credential, name, token, body, changes, options), credential, changes, also)


def _once(
    credential: Credential,
    name: str,
    token: str,
    body: Mapping[str, Any] | None,
    changes: bool,
    options: dict[str, Any],
) -> dict[str, Any]:
    joint = "&" if "?" in name else "?"
    path = name if name.startswith("/") else f"/cgi-bin/{name}"
    url = f"{path}{joint}access_token={quote(token)}"
    if body is not None:
        # Raw UTF-8: readers would see \\uXXXX escapes (§2).
        raw = json.dumps(body, ensure_ascii=False).encode()
        options = {**options, "content": raw, "headers": {"Content-Type": "application/json; charset=utf-8"}}
    return ask(credential, "POST", url, changes=changes, **options)


def _token(credential: Credential) -> str:
    kept = credential.tokens.read()
    if kept and kept.expires_at - RENEW_BEFORE > credential.now():
        return kept.value
    return _renewed(credential, kept.value if kept else "", False)


def _renewed(credential: Credential, stale: str, force: bool) -> str:
    return credential.tokens.renew(stale, lambda: fetch(credential, force=force)).value


def fetch(credential: Credential, *, force: bool = False) -> Token:
    """A token by stable_token, which leaves the one other systems use alone (§2)."""
    asked = {
        "grant_type": "client_credential",
        "appid": credential.secrets["appid"],
        "secret": credential.secrets["secret"],
        "force_refresh": force,
    }
    answer = _checked(ask(credential, "POST", "/cgi-bin/stable_token", changes=False, json=asked), credential, False)
    life = timedelta(seconds=int(answer.get("expires_in", 0)))
    return Token(text(answer, "access_token", changes=False), credential.now() + life)


def code_of(answer: Mapping[str, Any]) -> object:
    """The errcode; 0 where there is none, for many good answers carry none (§2)."""
    return answer.get("errcode", 0)


def _checked(
    answer: dict[str, Any], credential: Credential, changes: bool, also: tuple[int, ...] = ()
) -> dict[str, Any]:
    """The answer when it is a yes, or one of the codes that answer here."""
    code = code_of(answer)
    if code == 0 or code in also:
        return answer
    cause = f"{code} {answer.get('errmsg', '')}"
    row = BY_CODE.get(code) if isinstance(code, int) else None
    if row is None:
        raise unlisted(code, cause, changes=changes)
    if row.code == MASS_QUOTA and credential.secrets.get("kind") == "service":
        row = replace(row, per="month")  # §5: four a calendar month
    raise raised(row, credential.now(), cause, changes=changes)


def text(answer: Mapping[str, Any], name: str, *, changes: bool) -> str:
    """A field that must be there, as text: ids are numbers in one tree of the documents and text in the other."""
    value = answer.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        raise unclear(changes, f"{name} missing: {str(answer)[:80]}")
    return str(value)


def rows(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The ``item`` of one page of a list; anything else is no answer."""
    found = answer.get("item")
    if not isinstance(found, list) or not all(isinstance(one, dict) and name in one for one in found):
        raise unclear(False, f"a list without item: {str(answer)[:80]}")
    return found
