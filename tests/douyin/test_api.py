"""Create, review, look-up, withdrawal, webhooks: the adapter against the sandbox."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from channels import canonical, registry
from channels.contract import AdministratorError, StoryError, UnknownOutcome
from channels.douyin.sandbox import DouyinSandbox
from channels.making.sandbox import Book, Fault, Faults
from channels.transport import Connected, Hears, Staged, Transport
from pipeline.sandboxes import Sandboxes, SandboxServer
from tests.douyin.desk import KEY, TEXT, Wired, wired

ALIKE = TEXT[: len(TEXT) // 2]  # cut short by the platform, or somebody else's beginning


def test_the_channel_brings_its_interface_and_its_sandbox() -> None:
    channel = registry.get("douyin")
    assert isinstance(channel, Connected) and isinstance(channel.transport, Transport | Hears)
    assert channel.sandbox().platform == "douyin" and channel.base == "https://open.douyin.com"
    assert all(one.label for one in channel.secret_fields)


def test_a_work_is_its_owners_alone_until_its_review_ends() -> None:
    wire = wired()
    sent = wire.publish()
    assert sent.state == "accepted" and wire.transport.confirm(sent, wire.credential) == sent
    (copy,) = wire.sandbox.copies()
    assert (copy.state, copy.carried, copy.body, copy.account) == ("pending", KEY, TEXT, "douyin:chengdu")
    wire.later(minutes=1)
    public = wire.transport.confirm(sent, wire.credential)
    assert public.state == "published" and public.items[0].address.startswith("https://")
    assert wire.sandbox.copies()[0].state == "live"


def test_a_review_that_says_no_is_a_refusal_with_its_remedy() -> None:
    wire = wired(Fault("reject_sensitive", method="create_video"))
    sent = wire.publish()
    wire.later(minutes=1)
    refused = wire.transport.confirm(sent, wire.credential)
    assert refused.state == "refused" and "不适宜公开" in refused.note
    assert wire.sandbox.copies()[0].state == "removed"


def test_a_staged_delivery_survives_the_database() -> None:
    _, staged = wired().stage()
    assert canonical.build(Staged, json.loads(json.dumps(canonical.plain(staged)))) == staged


def test_there_is_no_push() -> None:
    wire = wired()
    with pytest.raises(StoryError, match="群发"):
        wire.transport.stage(wire.rendition(), {}, KEY, wire.credential, push=True)


def lost(wire: Wired, text: str = TEXT) -> None:
    """A create call whose answer never came."""
    made, staged = wire.stage(text)
    wire.strike("accept_then_drop", "create_video", nth=1)
    with pytest.raises(UnknownOutcome):
        wire.transport.publish(made, staged, KEY, wire.credential)


@pytest.mark.parametrize("altered", [False, True])
@pytest.mark.proves("F04", "F30")
def test_a_lost_answer_is_found_by_its_words_alone(altered: bool) -> None:
    wire = wired(*([Fault("content_altered", method="create_video")] if altered else []))
    asked = wire.asked_for()
    for number in range(25):
        wire.publish(f"第{number}条别的消息，写的是完全不同的一件事：{'甲乙丙丁戊'[number % 5] * 30}")
    lost(wire)
    found = wire.transport.look_up(asked, wire.credential)
    assert found.complete and found.trusted
    assert [one.remote_id for one in found.matches] == [wire.sandbox.copies()[-1].remote]


def test_what_is_merely_alike_is_not_adopted_and_allows_no_second_send() -> None:
    wire = wired()
    asked = wire.asked_for()
    wire.publish(ALIKE)
    found = wire.transport.look_up(asked, wire.credential)
    assert found.matches == () and found.complete and len(found.doubts) == 1


def test_an_empty_list_is_trusted_only_where_somebody_vouched_for_it() -> None:
    wire = wired()
    assert wire.transport.look_up(wire.asked_for(), wire.credential).trusted
    plain = wire.with_secrets(list_trusted="")
    assert not plain.transport.look_up(plain.asked_for(), plain.credential).trusted


def test_works_from_before_the_send_are_not_read_to_the_end() -> None:
    wire = wired()
    for _ in range(11):
        wire.publish()
    wire.later(hours=27)
    before = wire.calls().count("video_list")
    assert wire.transport.look_up(wire.asked_for(), wire.credential).matches == ()
    assert wire.calls().count("video_list") == before + 1


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ("permission_missing", "申请能力"),
        ("account_banned", "封禁"),
        ("identity_changed", "不是同一个抖音号"),
        ("quota_day", "明天自动"),
    ],
)
def test_troubles_are_told_before_the_time_comes(switch: str, words: str) -> None:
    wire = wired(Fault(switch, method="video_list"))
    (trouble,) = wire.transport.check(wire.credential).troubles
    assert words in trouble


def test_the_platform_is_strict_about_words_and_names() -> None:
    wire = wired()
    made, staged = wire.stage("字" * 1001)
    with pytest.raises(AdministratorError, match="28001007"):
        wire.transport.publish(made, staged, KEY, wire.credential)
    assert wire.sandbox.copies() == [] and wire.sandbox.sends() == []


def test_comments_are_listed() -> None:
    wire = wired()
    sent = wire.publish()
    wire.later(minutes=1)
    wire.sandbox.settle()
    open_id = wire.credential.secrets["open_id"]
    wire.sandbox.webhooks.comment(open_id, sent.remote_id, "好看")
    token = wire.sandbox.oauth.authorise(open_id)["access_token"]
    query = {"open_id": open_id, "item_id": sent.remote_id, "cursor": "0", "count": "10"}
    told = wire.credential.http.request("GET", "/item/comment/list/", params=query, headers={"access-token": token})
    (one,) = json.loads(told.content)["data"]["list"]
    assert one["content"] == "好看"


def test_over_a_real_socket_a_cut_connection_is_survived() -> None:
    wire = wired()
    now = datetime.now(UTC)
    faults = Faults((Fault("accept_then_drop", method="upload_video", nth=1),))
    platforms = Sandboxes(Book(), lambda: now, faults, platforms=[DouyinSandbox])
    with SandboxServer(platforms) as server:
        secrets = platforms.connect("douyin:chengdu", server.address)
        with httpx.Client(base_url=secrets["base"]) as client:
            wire.credential = replace(wire.credential, secrets=secrets, http=client, now=lambda: now)
            with pytest.raises(UnknownOutcome):
                wire.stage()
            sent = wire.publish()
    assert sent.state == "accepted"
    assert [(one.account, one.carried) for one in platforms.copies()] == [("douyin:chengdu", KEY)]


# --------------------------------------------------------------------------- webhooks


class Heard(list[tuple[dict[str, str], bytes]]):
    """What came in at the application's address: headers and body."""


@contextmanager
def listening(wire: Wired) -> Iterator[Heard]:
    """A real address that answers as the adapter says."""
    heard = Heard()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers, body = dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((headers, body))
            try:
                said = wire.transport.hear({}, headers, body, wire.credential.secrets, wire.now).answer.encode()
            except AdministratorError:
                said = b"no"
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        wire.sandbox.webhooks.subscribe(f"http://127.0.0.1:{server.server_port}/douyin")
        yield heard
    finally:
        server.shutdown()
        server.server_close()


def told(wire: Wired, heard: Heard) -> list[tuple[str, ...]]:
    """The works each call back wakes a question about; "forged" where the signature is not the platform's."""
    out: list[tuple[str, ...]] = []
    for headers, body in heard:
        try:
            out.append(wire.transport.hear({}, headers, body, wire.credential.secrets, wire.now).remote_ids)
        except AdministratorError:
            out.append(("forged",))
    return out


@pytest.mark.parametrize(
    ("switch", "times", "forged"),
    [("", 1, 0), ("async_lost", 0, 0), ("async_dup", 2, 0), ("async_forged", 0, 1)],
)
@pytest.mark.proves("F07")
def test_a_review_that_ended_is_told_signed(switch: str, times: int, forged: int) -> None:
    wire = wired(*([Fault(switch, method="create_video")] if switch else []))
    with listening(wire) as heard:
        assert wire.sandbox.webhooks.verify(4711)
        sent = wire.publish()
        wire.later(minutes=1)
        wire.sandbox.settle()
    events = told(wire, heard)[1:]
    assert events.count((sent.remote_id,)) == times and events.count(("forged",)) == forged


def test_events_may_come_in_another_order() -> None:
    wire = wired(Fault("async_reorder", method="create_video", nth=1))
    with listening(wire) as heard:
        first, second = wire.publish(), wire.publish("另一条消息")
        wire.later(minutes=1)
        assert wire.sandbox.next_at() is not None
        wire.sandbox.settle()
    assert told(wire, heard) == [(second.remote_id,), (first.remote_id,)]
    assert wire.sandbox.next_at() is None


def test_other_events_wake_nothing_and_a_changed_body_is_refused() -> None:
    wire = wired()
    body = json.dumps({"event": "unauthorize", "from_user_id": "o", "content": {}}).encode()
    right = hashlib.sha1(wire.credential.secrets["client_secret"].encode() + body).hexdigest()
    secrets = wire.credential.secrets
    assert wire.transport.hear({}, {"X-Douyin-Signature": right}, body, secrets, wire.now).remote_ids == ()
    for headers, changed in (({"X-Douyin-Signature": right}, body + b" "), ({}, body)):
        with pytest.raises(AdministratorError, match="不是抖音签名"):
            wire.transport.hear({}, headers, changed, secrets, wire.now)


def test_a_work_may_be_removed_later() -> None:
    wire = wired(Fault("removed_by_platform", method="create_video"))
    wire.publish()
    wire.later(minutes=1)
    wire.sandbox.settle()
    assert wire.sandbox.copies()[0].state == "live"
    next_at = wire.sandbox.next_at()
    assert next_at is not None and next_at <= wire.now + timedelta(hours=1)
    wire.later(hours=1)
    wire.sandbox.settle()
    assert wire.sandbox.copies()[0].state == "removed"
