"""The 公众号 transport against the sandbox: staged once, published once, looked up before anything is repeated."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.contract import AdministratorError, ChannelError, LaterError, StoryError, UnknownOutcome
from channels.slots import unfill_matches
from channels.transport import Connected, Hears, QuotaError, Sent, SentItem, Staged, Transport
from channels.wechat import channel
from channels.wechat.api import ENDED, ID_KEPT, WeChatTransport
from channels.wechat.wire import fetch
from cms.matrix.wires import Calls
from tests.wechat.wired import APPID, KEY, NAME, Wire, error_of

OTHER = "zyxwvutsrqponmlk5432"


def test_the_channel_brings_its_interface() -> None:
    assert isinstance(channel, Connected) and isinstance(channel.transport, Transport)
    assert isinstance(channel.transport, Hears) and channel.transports == ("handover", "api")
    assert channel.sandbox().platform == "wechat" and channel.base == "https://api.weixin.qq.com"
    assert {one.name for one in channel.secret_fields if one.is_secret} == {
        "secret",
        "callback_token",
        "callback_aes_key",
    }


# ----------------------------------------------------------------- stage


@pytest.mark.proves("F03")
def test_pictures_are_uploaded_once_by_content(wired: Wire) -> None:
    rendition = wired.rendition("头条", "次条")
    first = wired.staged(rendition)
    second = wired.staged(rendition, OTHER)
    assert first.remote["media_id"] != second.remote["media_id"]
    assert wired.calls("media/uploadimg") == 1 and wired.calls("material/add_material") == 1
    assert wired.calls("draft/add") == 2


def test_a_draft_under_our_key_is_taken_again_and_made_what_was_signed(wired: Wire) -> None:
    first = wired.staged()
    wired.sandbox.console_save(NAME, first.remote["media_id"])
    kept = wired.sandbox.draft(APPID, first.remote["media_id"])
    kept["articles"][0]["title"] = "有人改了标题"
    wired.sandbox.keep_draft(APPID, first.remote["media_id"], kept["articles"])
    assert wired.staged() == first and wired.calls("draft/add") == 1
    assert wired.sandbox.draft(APPID, first.remote["media_id"])["articles"][0]["title"] == "一条消息"


def test_a_draft_is_found_on_any_page(wired: Wire) -> None:
    first = wired.staged()
    cover = wired.cover()
    for at in range(21):
        wired.draft(title=f"别的{at}", cover=cover)
    assert wired.staged() == first


def test_a_lost_answer_to_draft_add_leaves_one_draft(wired: Wire) -> None:
    wired.fault("accept_then_drop", "draft/add", nth=1)
    assert isinstance(error_of(wired.staged), UnknownOutcome)
    wired.staged()
    assert wired.say("draft/count")["total_count"] == 1


def test_a_lost_cover_is_uploaded_once_more(wired: Wire) -> None:
    wired.staged()
    for name in wired.sandbox.book.things("wechat", f"material:{APPID}"):
        wired.sandbox.book.put("wechat", f"material:{APPID}", name, None)
    assert wired.staged(key=OTHER).remote["media_id"] and wired.calls("material/add_material") == 2
    wired.fault("media_expired", "draft/add")
    assert isinstance(error_of(wired.staged, key="k" * 20), AdministratorError)


@pytest.mark.parametrize("switch", ["upload_fail_nth", "upload_response_lost"])
def test_an_upload_that_fails_is_tried_again(wired: Wire, switch: str) -> None:
    wired.fault(switch, "media/uploadimg", nth=1)
    assert isinstance(error_of(wired.staged), LaterError)
    assert wired.staged().remote["media_id"]


def test_what_is_sent_is_what_was_signed(wired: Wire) -> None:
    rendition = wired.rendition("头条", "次条")
    staged = wired.staged(rendition)
    wired.publish(staged)
    wired.after(seconds=10)
    assert [one.position for one in wired.sandbox.copies()] == [1, 2]
    for part, copy in zip(rendition.parts, wired.sandbox.copies(), strict=True):
        assert unfill_matches(part.body, copy.body, part.slots, staged.fills[part.story]) and KEY in copy.carried
    assert [one.body for one in wired.sandbox.book.posts("wechat")] == [one.body for one in wired.sandbox.copies()]


def test_a_story_without_a_cover_is_the_editors(wired: Wire) -> None:
    rendition = wired.rendition()
    bare = replace(rendition, parts=tuple(replace(one, files=one.files[2:]) for one in rendition.parts))
    assert isinstance(error_of(wired.staged, bare), StoryError)


# ----------------------------------------------------------------- publish and confirm


def test_a_publication_is_accepted_then_confirmed_with_its_addresses(wired: Wire) -> None:
    sent = wired.publish(wired.staged(wired.rendition("头条", "次条")))
    assert sent.state == "accepted" and wired.confirm(sent) == sent
    wired.after(seconds=10)
    done = wired.confirm(sent)
    assert done.state == "published" and [one.position for one in done.items] == [1, 2]
    assert all(one.address.startswith("https://mp.weixin.qq.com/s/") for one in done.items)


@pytest.mark.parametrize("outcome", range(2, 7))
def test_every_other_end_is_a_clear_no_or_taken_away(wired: Wire, outcome: int) -> None:
    wired.sandbox.change(NAME, outcomes=[outcome])
    sent = wired.publish(wired.staged())
    wired.after(seconds=10)
    done = wired.confirm(sent)
    assert done.state == ("refused" if outcome < 5 else "removed")
    assert done.note.startswith(("微信", "没有", "文章")) and "请" in done.note


def test_a_draft_that_is_gone_is_looked_up_not_made_again(wired: Wire) -> None:
    wired.fault("manual_publish", "draft/add", nth=1)
    staged = wired.staged()
    for push in ("", "1"):
        error = error_of(wired.publish, replace(staged, remote={**staged.remote, "push": push}))
        assert isinstance(error, UnknownOutcome)
    found = wired.transport.look_up(wired.fingerprint(staged), wired.credential)
    assert [one.state for one in found.matches] == ["published"] and wired.live() == 1


@pytest.mark.parametrize(
    "switch",
    ["accept_then_drop", "accept_then_hang", "reset_mid_body", "http_500_after_accept", "html_page", "json_truncated",
     "empty_200", "wrong_type"],
)  # fmt: skip
@pytest.mark.proves("F04", "F13")
def test_no_clear_answer_to_submit_is_an_unknown_outcome(wired: Wire, switch: str) -> None:
    staged = wired.staged()
    wired.fault(switch, "freepublish/submit", nth=1)
    assert isinstance(error_of(wired.publish, staged), UnknownOutcome)
    wired.after(seconds=90)
    found = wired.transport.look_up(wired.fingerprint(staged), wired.credential)
    assert len(found.matches) == 1 and found.matches[0].items[0].address


@pytest.mark.parametrize("switch", ["refuse", "tls_error", "http_429"])
@pytest.mark.proves("F05")
def test_what_never_arrived_is_tried_again(wired: Wire, switch: str) -> None:
    staged = wired.staged()
    wired.fault(switch, "freepublish/submit", nth=1)
    assert isinstance(error_of(wired.publish, staged), LaterError)
    assert wired.publish(staged).state == "accepted"


def test_more_fields_than_we_know_do_no_harm(wired: Wire) -> None:
    wired.fault("extra_fields")
    sent = wired.publish(wired.staged())
    wired.after(seconds=10)
    assert wired.confirm(sent).state == "published"


# ----------------------------------------------------------------- look up


def test_a_draft_in_the_box_means_nothing_until_no_job_can_be_running(wired: Wire) -> None:
    staged = wired.staged()
    seen = wired.fingerprint(staged)
    assert not wired.transport.look_up(seen, wired.credential).complete
    wired.world.now += ENDED
    found = wired.transport.look_up(seen, wired.credential)
    assert found.complete and found.trusted and not found.matches


def test_a_draft_that_left_the_box_is_never_taken_for_unsent(wired: Wire) -> None:
    wired.fault("visibility_delay", "freepublish/submit", nth=1)
    staged = wired.staged()
    wired.publish(staged)
    wired.after(seconds=90)
    seen = wired.fingerprint(staged)
    assert not wired.transport.look_up(seen, wired.credential).complete
    wired.after(minutes=2)
    assert len(wired.transport.look_up(seen, wired.credential).matches) == 1
    wired.say("freepublish/delete", {"article_id": wired.sandbox.copies()[0].remote.partition(":")[0]})
    wired.world.now += ENDED
    assert not wired.transport.look_up(seen, wired.credential).complete


@pytest.mark.proves("F30")
def test_a_publication_whose_key_was_dropped_is_known_by_its_content(wired: Wire) -> None:
    wired.fault("content_altered", "draft/add")
    staged = wired.staged(wired.rendition("头条“一”，第一篇", "次条"))
    kept = wired.sandbox.draft(APPID, staged.remote["media_id"])["articles"]
    wired.sandbox.keep_draft(APPID, staged.remote["media_id"], [{**one, "content_source_url": ""} for one in kept])
    wired.publish(staged)
    wired.after(seconds=90)
    same, other = wired.rendition("头条“一”，第一篇", "次条"), wired.rendition("另一篇", "次条")
    assert len(wired.transport.look_up(wired.fingerprint(staged, same), wired.credential).matches) == 1
    assert not wired.transport.look_up(wired.fingerprint(staged, other), wired.credential).matches
    alone = wired.fingerprint(staged, wired.rendition("头条“一”，第一篇"))
    assert not wired.transport.look_up(alone, wired.credential).matches


@pytest.mark.proves("F33")
def test_a_list_that_is_down_is_no_answer(wired: Wire) -> None:
    staged = wired.staged()
    wired.fault("list_down", "freepublish/batchget")
    assert isinstance(error_of(wired.transport.look_up, wired.fingerprint(staged), wired.credential), LaterError)


def test_the_list_is_read_to_its_end(wired: Wire) -> None:
    staged = wired.staged()
    wired.publish(staged)
    wired.after(seconds=10)
    cover = wired.cover()
    for at in range(21):
        wired.say("freepublish/submit", {"media_id": wired.draft(title=f"别的{at}", cover=cover)})
    wired.after(seconds=10)
    assert len(wired.transport.look_up(wired.fingerprint(staged), wired.credential).matches) == 1
    assert wired.calls("freepublish/batchget") == 2


# ----------------------------------------------------------------- pushes


def test_a_push_carries_our_key_and_is_confirmed(wired: Wire) -> None:
    sent = wired.publish(wired.staged(push=True))
    running = wired.confirm(sent)
    assert sent.state == running.state == "accepted" and sent.remote_id.startswith("mass:")
    assert running.remote_id == sent.remote_id and running.phone == timedelta(minutes=30) and "手机" in running.note
    wired.after(seconds=10)
    assert wired.confirm(sent).state == "published" and wired.live() == 1
    assert wired.sandbox.copies()[0].carried.endswith(KEY)


def test_a_push_again_is_the_same_push(wired: Wire) -> None:
    staged = wired.staged(push=True)
    first = wired.publish(staged)
    assert isinstance(error_of(wired.publish, staged), LaterError)  # 45066
    wired.world.now += timedelta(seconds=61)
    assert wired.publish(staged) == first


def test_a_lost_push_is_known_by_its_key_once_its_draft_is_gone(wired: Wire) -> None:
    staged = wired.staged(push=True)
    wired.fault("accept_then_drop", "message/mass/sendall", nth=1)
    assert isinstance(error_of(wired.publish, staged), UnknownOutcome)
    wired.after(seconds=90)
    (found,) = wired.transport.look_up(wired.fingerprint(staged), wired.credential).matches
    assert wired.confirm(found).state == "published" and wired.live() == 1


def test_a_push_nobody_can_tell_of_is_a_persons(wired: Wire) -> None:
    staged = wired.staged(push=True)
    seen = wired.fingerprint(staged)
    assert not wired.transport.look_up(seen, wired.credential).complete
    wired.world.now += ENDED
    assert wired.transport.look_up(seen, wired.credential).trusted
    wired.world.now += ID_KEPT
    assert not wired.transport.look_up(seen, wired.credential).trusted
    wired.say("draft/delete", {"media_id": staged.remote["media_id"]})
    found = wired.transport.look_up(seen, wired.credential)
    assert found.complete and not found.trusted and not found.matches
    assert wired.live() == 0


def test_a_failed_and_a_deleted_push_end_clearly(wired: Wire) -> None:
    wired.sandbox.change(NAME, outcomes=[3])
    failed = wired.publish(wired.staged(push=True))
    wired.after(seconds=10)
    assert wired.confirm(failed).state == "refused"
    sent = wired.publish(wired.staged(key=OTHER, push=True), OTHER)
    wired.after(seconds=10)
    assert wired.transport.withdraw(wired.confirm(sent), 1, OTHER, wired.credential).state == "removed"
    assert wired.confirm(sent).state == "removed" and wired.live() == 0


def test_the_second_push_of_a_day_waits_for_midnight(wired: Wire) -> None:
    wired.publish(wired.staged(push=True))
    error = error_of(wired.publish, wired.staged(key=OTHER, push=True), OTHER)
    assert isinstance(error, QuotaError) and error.until.isoformat() == "2026-11-18T16:00:00+00:00"


def test_a_preview_reaches_one_phone(wired: Wire) -> None:
    wired.transport.preview(wired.rendition(), wired.staged(), "bianji", wired.credential)
    (shown,) = wired.sandbox.book.things("wechat", f"preview:{APPID}").values()
    assert shown["to"] == "bianji" and wired.live() == 0


# ----------------------------------------------------------------- withdraw, check, allowances, tokens


def test_one_article_is_withdrawn_and_once_is_enough(wired: Wire) -> None:
    sent = wired.publish(wired.staged(wired.rendition("头条", "次条")))
    wired.after(seconds=10)
    done = wired.confirm(sent)
    for _ in range(2):
        assert wired.transport.withdraw(done, 2, KEY, wired.credential).state == "removed"
    assert [one.position for one in wired.sandbox.copies() if one.state == "live"] == [1]
    wired.transport.withdraw(done, 1, KEY, wired.credential)
    assert wired.transport.withdraw(done, 1, KEY, wired.credential).state == "removed" and wired.live() == 0
    bare = Sent(state="published", remote_id="a1", items=(SentItem(position=2, remote_id="a1:2"),))
    assert wired.transport.withdraw(bare, 2, KEY, wired.credential).state == "removed"


def test_a_withdrawal_that_fails_says_so(wired: Wire) -> None:
    sent = wired.publish(wired.staged())
    wired.after(seconds=10)
    done = wired.confirm(sent)
    wired.fault("delete_fails", "freepublish/delete", nth=1)
    assert isinstance(error_of(wired.transport.withdraw, done, 1, KEY, wired.credential), LaterError)
    wired.fault("accept_then_drop", "freepublish/delete", nth=1)
    assert isinstance(error_of(wired.transport.withdraw, done, 1, KEY, wired.credential), UnknownOutcome)


@pytest.mark.parametrize(
    ("switch", "method", "words"),
    [
        ("ip_denied", "stable_token", "白名单"),
        ("token_down", "stable_token", "稍后"),
        ("account_banned", "*", "限制"),
        ("permission_missing", "freepublish/batchget", "权限"),
        ("refuse", "*", "网络"),
    ],
)
def test_a_check_tells_the_trouble_in_words(wired: Wire, switch: str, method: str, words: str) -> None:
    assert wired.transport.check(wired.credential).troubles == ()
    wired.world.now += timedelta(hours=3)
    wired.fault(switch, method)
    (trouble,) = wired.transport.check(wired.credential).troubles
    assert words in trouble


def test_a_check_counts_what_is_left(wired: Wire) -> None:
    assert wired.transport.check(wired.credential).left["freepublish/submit"] == 100
    token = wired.token()["access_token"]
    for _ in range(100):
        wired.say("freepublish/submit", {"media_id": "x"}, token=token)
    (trouble,) = wired.transport.check(wired.credential).troubles
    assert "次数用完" in trouble and wired.live() == 0


def test_allowances_follow_the_kind_of_account() -> None:
    transport = WeChatTransport()
    pushes = {
        kind: next(one for one in transport.allowances({"kind": kind}) if one.call == "message/mass")
        for kind in ("subscription", "service")
    }
    assert (pushes["subscription"].count, pushes["subscription"].per) == (1, "day")
    assert (pushes["service"].count, pushes["service"].per) == (4, "month")
    assert all(one.a_push == 1 and one.a_post == 0 and one.source for one in pushes.values())
    by_call = {one.call: one for one in transport.allowances({})}
    assert (by_call["freepublish/submit"].count, by_call["freepublish/submit"].a_post) == (100, 1)
    assert by_call["draft/add"].reserve == 100


def test_an_accepted_push_is_counted_a_repeated_one_is_not(wired: Wire) -> None:
    staged = wired.staged(push=True)
    credential = wired.credential
    assert isinstance(credential.budget, Calls)
    for left in (0, 0):
        wired.publish(staged)
        assert credential.budget.left()["message/mass:day"] == left
        wired.world.now += timedelta(seconds=61)


@pytest.mark.proves("F09")
def test_eight_workers_fetch_one_token(wired: Wire) -> None:
    """F09: the real store; whoever loses the race is told to come again, and finds the token there."""
    found: list[str] = []

    def work() -> None:
        credential, was_late = wired.credential, True
        while was_late:
            try:
                found.append(credential.tokens.renew("", lambda: fetch(credential)).value)
                was_late = False
            except LaterError:
                was_late = True

    workers = [threading.Thread(target=work) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert len(found) == 8 and len(set(found)) == 1
    assert wired.calls("stable_token") == 1


def test_a_token_near_its_end_is_fetched_anew(wired: Wire) -> None:
    wired.staged()
    wired.world.now += timedelta(minutes=116)
    wired.staged()
    assert wired.calls("stable_token") == 2


def test_a_token_store_that_is_busy_is_only_a_delay(wired: Wire) -> None:
    credential = wired.credential

    def slow() -> Any:
        assert isinstance(error_of(wired.staged), LaterError)
        return fetch(credential)

    assert credential.tokens.renew("", slow).value
    assert isinstance(wired.staged(), Staged)


def test_secrets_that_are_wrong_are_the_administrators(wired: Wire) -> None:
    credential = wired.credential
    for changed, code in (({"secret": "no"}, "40125"), ({"appid": "wx0"}, "40013")):
        wrong = replace(credential, secrets={**credential.secrets, **changed})
        error = error_of(fetch, wrong)
        assert isinstance(error, AdministratorError) and code in error.sentence
        assert isinstance(error, ChannelError) and "secret" not in error.sentence
