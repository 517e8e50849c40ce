"""Events: sent by the sandbox over HTTP, opened by the transport, and only ever a reason to ask."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from wechatpy.crypto import WeChatCrypto

from channels.contract import AdministratorError
from channels.wechat.sandbox.callbacks import seal, sign
from pipeline.hooks import Hooks
from pipeline.serve import Front
from tests.ledger.platforms_world import hooked
from tests.wechat.wired import APPID, NAME, Wire, error_of

END = b"<xml><Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>7</publish_id></PublishEventInfo></xml>"


class Server:
    """An account's server that writes down what it is told."""

    def __init__(self, answer: str = "success") -> None:
        self.answer, self.heard = answer, []  # type: ignore[var-annotated]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        query = dict(httpx.QueryParams(environ["QUERY_STRING"]))
        self.heard.append((query, environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [(query.get("echostr") or self.answer).encode()]


@pytest.fixture
def told(alone: Wire) -> Server:
    server = Server()
    alone.sandbox.http = httpx.Client(transport=httpx.WSGITransport(app=server))
    alone.sandbox.change(NAME, callback="http://server/hooks")
    return server


def opened(wire: Wire, heard: tuple[dict[str, str], bytes]) -> tuple[str, ...]:
    """What our transport makes of it."""
    secrets = wire.sandbox.open_account(NAME)
    return wire.transport.hear(heard[0], {}, heard[1], secrets, wire.world.now).remote_ids


def signed(wire: Wire, body: bytes, **changed: str) -> tuple[dict[str, str], bytes]:
    """A plain event, well signed unless changed."""
    token, moment = wire.sandbox.settings(APPID)["token"], str(int(wire.world.now.timestamp()))
    query = {"timestamp": moment, "nonce": "n", "signature": sign(token, moment, "n")}
    return {**query, **changed}, body


@pytest.mark.parametrize("is_safe", [True, False])
@pytest.mark.parametrize("name", ["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH"])
def test_the_end_of_a_publication_is_told_under_three_names(
    alone: Wire, told: Server, name: str, is_safe: bool
) -> None:
    alone.sandbox.change(NAME, event=name, is_safe=is_safe)
    done = alone.published()
    assert alone.sandbox.check_address(NAME)
    assert len(told.heard) == 2 and (b"Encrypt" in told.heard[0][1]) == is_safe
    assert opened(alone, told.heard[0]) == (str(done["publish_id"]), done["article_id"])


def test_the_end_of_a_push_is_told_by_its_number(alone: Wire, told: Server) -> None:
    asked = {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": alone.draft()}}
    number = alone.say("message/mass/sendall", asked)["msg_id"]
    alone.after(seconds=10)
    assert opened(alone, told.heard[0]) == (f"mass:{number}",)


def test_a_stock_client_opens_a_sealed_event(alone: Wire, told: Server) -> None:
    done = alone.published()
    (query, body) = told.heard[0]
    kept = alone.sandbox.settings(APPID)
    inner = WeChatCrypto(kept["token"], kept["aes_key"], APPID).decrypt_message(
        body, query["msg_signature"], query["timestamp"], query["nonce"]
    )
    assert f"<publish_id>{done['publish_id']}</publish_id>" in inner


@pytest.mark.parametrize(
    ("switch", "at_once", "later"), [("async_dup", 2, 2), ("async_lost", 0, 0), ("async_reorder", 0, 1)]
)
def test_events_come_twice_never_or_late(alone: Wire, told: Server, switch: str, at_once: int, later: int) -> None:
    alone.fault(switch, "freepublish/submit", nth=1)
    alone.published()
    assert len(told.heard) == at_once
    alone.after(minutes=2)
    assert len(told.heard) == later and alone.sandbox.next_at() is None


def test_an_event_out_of_order_comes_after_a_younger_one(alone: Wire, told: Server) -> None:
    alone.fault("async_reorder", "freepublish/submit", nth=1)
    first, second = alone.published(), alone.published()
    alone.after(minutes=2)
    assert [opened(alone, one)[0] for one in told.heard[1:]] == [str(first["publish_id"])]
    assert len(told.heard) == 2 and first["publish_id"] < second["publish_id"]


def test_a_forged_event_is_refused_and_the_true_one_heard(alone: Wire, told: Server) -> None:
    alone.fault("async_forged", "freepublish/submit", nth=1)
    done = alone.published()
    forged, true = told.heard
    assert isinstance(error_of(opened, alone, forged), AdministratorError)
    assert opened(alone, true)[0] == str(done["publish_id"])


@pytest.mark.parametrize(("switch", "minutes"), [("async_late", 20), ("async_never", 0)])
def test_a_job_may_end_late_or_never(alone: Wire, told: Server, switch: str, minutes: int) -> None:
    alone.fault(switch, "freepublish/submit", nth=1)
    number = alone.published()["publish_id"]
    assert told.heard == [] and alone.say("freepublish/get", {"publish_id": number})["publish_status"] == 1
    alone.after(minutes=21)
    assert len(told.heard) == (1 if minutes else 0)


def test_a_server_that_does_not_answer_is_told_three_times_more(alone: Wire, told: Server) -> None:
    told.answer = "error"
    alone.published()
    for _ in range(9):
        alone.after(seconds=6)
    assert len(told.heard) == 4


FORGERIES: dict[str, Callable[[Wire], tuple[dict[str, str], bytes]]] = {
    "another signature": lambda wire: signed(wire, END, signature="0" * 40),
    "no signature": lambda wire: signed(wire, END, signature=""),
    "letters beyond ASCII": lambda wire: signed(wire, END, signature="签" * 40),
    "another nonce": lambda wire: signed(wire, END, nonce="m"),
    "no XML": lambda wire: signed(wire, b"{}"),
    "too large": lambda wire: signed(wire, END + b" " * 64 * 1024),
    "entities": lambda wire: signed(wire, b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Event>&a;</Event></xml>'),
}


@pytest.mark.parametrize("what", FORGERIES)
@pytest.mark.proves("F07")
def test_whatever_is_not_from_the_platform_is_refused(alone: Wire, what: str) -> None:
    alone.sandbox.change(NAME, is_safe=False)
    assert opened(alone, signed(alone, END)) == ("7",)
    assert isinstance(error_of(opened, alone, FORGERIES[what](alone)), AdministratorError)


def test_an_event_is_good_for_five_minutes(alone: Wire) -> None:
    alone.sandbox.change(NAME, is_safe=False)
    heard = signed(alone, END)
    alone.world.now += timedelta(minutes=5)
    assert opened(alone, heard) == ("7",)
    alone.world.now += timedelta(seconds=1)
    assert "timestamp" in error_of(opened, alone, heard).cause
    alone.world.now -= timedelta(minutes=11)
    assert "timestamp" in error_of(opened, alone, heard).cause


def sealed(wire: Wire, key: str = "", appid: str = APPID, raw: str = "") -> tuple[dict[str, str], bytes]:
    kept = wire.sandbox.settings(APPID)
    words = raw or seal(END.decode(), key or kept["aes_key"], appid)
    query, _ = signed(wire, END)
    proof = sign(kept["token"], query["timestamp"], query["nonce"], words)
    return {**query, "msg_signature": proof}, f"<xml><Encrypt>{words}</Encrypt></xml>".encode()


def test_in_safe_mode_only_what_is_sealed_for_us_counts(alone: Wire) -> None:
    assert opened(alone, sealed(alone)) == ("7",)
    plain, other_key = signed(alone, END), sealed(alone, key="A" * 43)
    query, body = sealed(alone)
    wrong = {**query, "msg_signature": "0" * 40}
    for heard in (plain, other_key, (wrong, body), sealed(alone, appid="wx0")):
        assert isinstance(error_of(opened, alone, heard), AdministratorError)
    for raw in ("%%%", base64.b64encode(b"x" * 16).decode(), base64.b64encode(b"x" * 15).decode()):
        assert isinstance(error_of(opened, alone, sealed(alone, raw=raw)), AdministratorError)


def test_an_event_of_another_kind_wakes_nobody(alone: Wire) -> None:
    alone.sandbox.change(NAME, is_safe=False)
    assert opened(alone, signed(alone, b"<xml><Event>subscribe</Event><MsgID>3</MsgID></xml>")) == ()


# ----------------------------------------------------------------- the house's endpoint


def hook(wire: Wire) -> httpx.Client:
    world = wire.world
    front = Front(Path("nowhere"), Server(), str, Hooks(world.house, world.clock))
    return httpx.Client(transport=httpx.WSGITransport(app=front), base_url="http://yigao")


def test_the_endpoint_answers_the_check_and_nobody_else(wired: Wire) -> None:
    hooked(wired.world, "wechat")
    assert wired.sandbox.check_address(NAME, "回声")
    client = hook(wired)
    query, body = sealed(wired)
    good = client.post(f"/hooks/{NAME}", params=query, content=body)
    assert (good.status_code, good.text) == (200, "success")
    assert client.post(f"/hooks/{NAME}", params={**query, "nonce": "m"}, content=body).status_code == 403
    assert client.post("/hooks/wechat:nobody", params=query, content=body).status_code == 403
    assert client.post(f"/hooks/{NAME}", params=query, content=b" " * 70_000).status_code == 413
    assert client.put(f"/hooks/{NAME}").status_code == 405
