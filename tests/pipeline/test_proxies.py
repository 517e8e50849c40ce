"""Behind the house's own reverse proxy: who asks is told from its headers, and from nobody else's."""

from collections.abc import Callable

import pytest
from sqlmodel import select
from werkzeug.test import Client

from cms.db import read_scope
from cms.people import lockouts
from cms.people.rows import Lockout
from pipeline import serve, settings
from pipeline.house import House
from tests.people.asking import hidden

NGINX, READER, LIAR = "10.0.0.2", "203.0.113.9", "198.51.100.7"


@pytest.mark.parametrize(("proxies", "believed"), [(0, NGINX), (1, READER), (2, LIAR)])
def test_only_as_many_proxies_are_believed_as_stand_there(
    make_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch, proxies: int, believed: str
) -> None:
    """A wrong password is counted against the address the house's own proxy saw, whatever the asker writes himself."""
    house = make_house()
    (house.root / settings.FILE).write_text(f"[web]\nproxies = {proxies}\n", encoding="utf-8")
    monkeypatch.setenv("YIGAO_WORKSPACE", str(house.root))
    client = Client(serve.application())
    sent = {"environ_overrides": {"REMOTE_ADDR": NGINX}, "headers": {"X-Forwarded-For": f"{LIAR}, {READER}"}}
    page = client.get("/sign-in", **sent).text
    client.post("/sign-in", data={**hidden(page, "/sign-in"), "login": "editor", "password": "不对的密码"}, **sent)
    with read_scope(house.engine) as session:
        counted = {one for one in session.exec(select(Lockout.key)) if one.startswith("address:")}
    assert counted == {lockouts.address(believed).name}


def test_an_https_newsroom_binds_its_cookies(make_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch) -> None:
    house = make_house()
    words = '[web]\nproxies = 1\n[notices]\nlink = "https://xinwen.example.cn"\n'
    (house.root / settings.FILE).write_text(words, encoding="utf-8")
    monkeypatch.setenv("YIGAO_WORKSPACE", str(house.root))
    headers = {"X-Forwarded-For": READER, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "xinwen.example.cn"}
    answer = Client(serve.application()).get("/sign-in", headers=headers)
    cookies = answer.headers.getlist("Set-Cookie")
    assert answer.status_code == 200 and cookies and all("Secure" in one for one in cookies)
    assert "max-age" in answer.headers["Strict-Transport-Security"]
