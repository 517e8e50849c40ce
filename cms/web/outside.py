"""The addresses that are handed to somebody else (an invitation, a link to sign by, a code for a phone): they point
where people reach the newsroom, not where whoever hands them out happens to sit."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request, url_for

from cms.web.desk import Desk

UNREACHED = (
    "网址里的 {host} 是这台电脑自己，手机和别的电脑都打不开。请管理员在 yigao.toml 的 [notices] 里写上大家打开一稿用的"
    '网址，例如 link = "https://xinwen.example.cn"，再{again}。'
)


def address(desk: Desk, endpoint: str, token: str) -> str:
    """Where ``endpoint`` with this ``token`` is for others: under the newsroom's own address; where nobody has said
    that, under the one this request came to."""
    home = desk.home()
    return f"{home}{url_for(endpoint, token=token)}" if home else url_for(endpoint, token=token, _external=True)


def unreached(desk: Desk, again: str) -> str:
    """That such addresses lead nobody here, since they name the reader's own machine, and what to do before doing
    ``again`` what was asked for; "" where they do lead here."""
    host = urlsplit(desk.home() or request.host_url).hostname or ""
    return UNREACHED.format(host=host, again=again) if _is_own(host) else ""


def _is_own(host: str) -> bool:
    """Whether this name means, to everybody who asks for it, their own machine."""
    try:
        found = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return found.is_loopback or found.is_unspecified
