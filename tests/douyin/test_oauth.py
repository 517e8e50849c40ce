"""The chain of tokens to its end: 15 days, 30 days, five renewals (douyin.md §2)."""

from datetime import timedelta

import httpx
import pytest

from channels.contract import AdministratorError, LaterError
from channels.douyin import oauth
from channels.douyin.sandbox.platform import CLIENT_KEY, CLIENT_SECRET
from channels.making.sandbox import InProcess
from tests.douyin.desk import NOW, Wired, wired


def asked(wire: Wired, path: str, **form: str) -> httpx.Response:
    client = httpx.Client(transport=InProcess(wire.sandbox), base_url="http://douyin")
    return client.post(path, data=form)


def test_an_account_asked_about_weekly_lives_through_all_renewals_and_is_warned_before_the_end() -> None:
    wire = wired()
    troubles: dict[int, str] = {}
    for day in range(0, 200, 2):
        wire.moment[0] = NOW + timedelta(days=day)
        health = wire.transport.check(wire.credential)
        if health.troubles:
            troubles[day] = health.troubles[0]
    chain = oauth.Chain.of(wire.credential.tokens.read() or pytest.fail())
    assert chain.renewals == oauth.RENEWALS and wire.calls().count("renew_refresh_token") == oauth.RENEWALS
    lived = (chain.refresh_until - NOW).days
    assert 145 <= lived <= 180
    first = min(troubles)
    assert 12 <= lived - first <= 14 and "重新扫码" in troubles[first]
    assert "授权已到期" in troubles[max(troubles)]


def test_what_is_left_is_told() -> None:
    wire = wired()
    assert wire.transport.check(wire.credential).left == {"renew_refresh_token": 5}
    wire.later(days=24)
    health = wire.transport.check(wire.credential)
    assert health.left == {"renew_refresh_token": 4} and health.troubles == ()
    assert health.subject == wire.credential.secrets["open_id"]


def test_a_refresh_before_the_end_keeps_the_token_and_its_life_grows() -> None:
    wire = wired()
    before = oauth.ready(wire.credential)
    wire.later(days=14, hours=1)
    after = oauth.ready(wire.credential)
    assert after.access == before.access and after.access_until == wire.now + timedelta(days=15)
    assert after.refresh_until == before.refresh_until


def test_an_expired_token_is_replaced() -> None:
    wire = wired()
    before = oauth.ready(wire.credential)
    wire.later(days=16)
    assert oauth.ready(wire.credential).access != before.access


def test_a_lost_renewal_does_not_stop_a_token_that_still_lives() -> None:
    wire = wired()
    oauth.ready(wire.credential)
    wire.later(days=14, hours=12)
    oauth.ready(wire.credential)
    wire.strike("accept_then_drop", "renew_refresh_token", nth=1)
    wire.later(days=9)
    assert oauth.ready(wire.credential).access_until > wire.now
    health = wire.transport.check(wire.credential)
    assert health.left == {"renew_refresh_token": 0} and "重新扫码" in health.troubles[0]
    assert wire.publish().state == "accepted"


def test_an_application_without_the_right_to_renew_asks_once() -> None:
    wire = wired()
    wire.strike("permission_missing", "renew_refresh_token")
    oauth.ready(wire.credential)
    wire.later(days=24)
    for _ in range(3):
        assert oauth.ready(wire.credential).ends_at <= wire.now + timedelta(days=6)
    assert wire.calls().count("renew_refresh_token") == 1
    assert "重新扫码" in wire.transport.check(wire.credential).troubles[0]


def test_a_busy_platform_is_asked_for_the_renewal_again() -> None:
    wire = wired()
    wire.strike("errcode_in_200", "renew_refresh_token", nth=1)
    oauth.ready(wire.credential)
    wire.later(days=14, hours=12)
    oauth.ready(wire.credential)
    wire.later(days=9)
    assert oauth.ready(wire.credential).renewals == 0
    assert oauth.ready(wire.credential).renewals == 1


def test_a_refused_token_is_replaced_once_and_the_work_is_made_once() -> None:
    wire = wired()
    made, staged = wire.stage()
    wire.strike("token_expired", "create_video", nth=1)
    assert wire.transport.publish(made, staged, "k" * 20, wire.credential).state == "accepted"
    assert wire.calls().count("create_video") == 2 and len(wire.sandbox.sends()) == len(wire.sandbox.copies()) == 1


def test_a_code_from_the_qr_page_opens_the_chain_once() -> None:
    wire = wired()
    client = httpx.Client(transport=InProcess(wire.sandbox), base_url="http://douyin")
    query = {
        "client_key": CLIENT_KEY, "account": "douyin:chengdu", "redirect_uri": "https://kjt.example/back", "state": "s",
    }  # fmt: skip
    back = httpx.URL(client.get("/platform/oauth/connect/", params=query).headers["Location"])
    fresh = wire.with_secrets(refresh_token="", open_id="", code=back.params["code"])
    chain = oauth.ready(fresh.credential)
    assert back.params["state"] == "s" and chain.open_id == wire.credential.secrets["open_id"]
    assert chain.access_until == NOW + timedelta(days=15) and chain.refresh_until == NOW + timedelta(days=30)
    with pytest.raises(AdministratorError):
        oauth.ready(wire.with_secrets(refresh_token="", code=back.params["code"]).credential)


def test_without_code_or_refresh_token_a_person_must_scan() -> None:
    with pytest.raises(AdministratorError, match="重新扫码"):
        oauth.ready(wired().with_secrets(refresh_token="", code="").credential)


def test_token_endpoints_that_are_down_are_tried_later() -> None:
    wire = wired()
    wire.strike("token_down", "refresh_token", nth=1)
    with pytest.raises(LaterError):
        oauth.ready(wire.credential)
    assert oauth.ready(wire.credential).access


def test_a_client_token_lives_two_hours_and_five_minutes_beside_the_next() -> None:
    wire = wired()
    application = {"client_key": CLIENT_KEY, "client_secret": CLIENT_SECRET}
    first = asked(wire, "/oauth/client_token/", **application).json()["data"]
    second = asked(wire, "/oauth/client_token/", **application).json()["data"]
    kept = wire.sandbox.book.things("douyin", "client")
    assert first["expires_in"] == 7200 and second["access_token"] != first["access_token"]
    assert kept[first["access_token"]] == (NOW + timedelta(minutes=5)).isoformat()
    assert asked(wire, "/oauth/client_token/", client_key="x").json()["data"]["error_code"] == 2100005


@pytest.mark.proves("I12")
def test_no_secret_is_ever_printed() -> None:
    wire = wired()
    chain = oauth.ready(wire.credential)
    assert chain.access not in repr(chain) and chain.refresh not in repr(chain)
