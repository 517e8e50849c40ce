"""The 公众号 sandbox, point by point of the checklist in its facts (§14), over the bare wire."""

from datetime import timedelta
from typing import Any

import pytest

from channels.wechat.sandbox.base import CLEARS_A_MONTH, QUOTAS
from channels.wechat.sandbox.mass import A_MINUTE
from channels.wechat.sandbox.tokens import FORCES_A_DAY
from tests.wechat.wired import APPID, NAME, Wire, picture

# ----------------------------------------------------------------- 1. tokens


def test_a_stable_token_stays_the_same_until_five_minutes_before_its_end(alone: Wire) -> None:
    first = alone.token()
    assert len(first["access_token"]) >= 512 and first["expires_in"] == 7200
    alone.after(minutes=100)
    again = alone.token()
    assert again["access_token"] == first["access_token"] and again["expires_in"] == 1200
    alone.after(minutes=15)
    fresh = alone.token()
    assert fresh["access_token"] != first["access_token"] and fresh["expires_in"] == 7200
    alone.after(minutes=4)
    for one in (first, fresh):
        assert "total_count" in alone.say("draft/count", token=one["access_token"])
    alone.after(minutes=2)
    assert alone.say("draft/count", token=first["access_token"])["errcode"] == 42001


def test_force_kills_the_old_token_at_once_twenty_times_a_day(alone: Wire) -> None:
    old = alone.token()["access_token"]
    new = alone.token(force_refresh=True)["access_token"]
    assert alone.say("draft/count", token=old)["errcode"] == 42001
    assert alone.token(force_refresh=True)["access_token"] == new  # sooner than 30 s nothing is refreshed
    for _ in range(FORCES_A_DAY - 1):
        alone.after(seconds=31)
        assert alone.token(force_refresh=True)["access_token"] != new
    alone.after(seconds=31)
    assert alone.token(force_refresh=True)["errcode"] == 45009


def test_the_two_roads_to_a_token_leave_each_other_alone(alone: Wire) -> None:
    stable, plain = alone.token()["access_token"], alone.token("token")["access_token"]
    newer = alone.token("token")["access_token"]
    assert len({stable, plain, newer}) == 3 and alone.token()["access_token"] == stable
    alone.token(force_refresh=True)
    assert "total_count" in alone.say("draft/count", token=newer)
    assert "total_count" in alone.say("draft/count", token=plain)
    alone.after(minutes=6)
    assert alone.say("draft/count", token=plain)["errcode"] == 42001


@pytest.mark.parametrize(
    ("switch", "method", "code"),
    [
        ("token_expired", "draft/count", 42001),
        ("token_rotate_during_request", "draft/count", 42001),
        ("ip_denied", "draft/count", 40164),
        ("permission_missing", "draft/count", 48001),
        ("account_banned", "draft/count", 50002),
        ("quota_minute", "draft/count", 45011),
        ("quota_day", "draft/count", 45009),
        ("errcode_in_200", "draft/count", -1),
    ],
)
def test_switches_of_every_call(alone: Wire, switch: str, method: str, code: int) -> None:
    token = alone.token()["access_token"]
    alone.fault(switch, method, nth=1)
    assert alone.say(method, token=token)["errcode"] == code


def test_bad_credentials_have_codes_of_their_own(alone: Wire) -> None:
    assert alone.token(appid="wx0")["errcode"] == 40013
    assert alone.token(secret="no")["errcode"] == 40125
    assert alone.token(grant_type="code")["errcode"] == 40002
    assert alone.say("draft/count", token="nobody!")["errcode"] == 40001
    assert alone.client.post("/cgi-bin/draft/count").json()["errcode"] == 41001
    alone.fault("token_down", "stable_token", nth=1)
    assert alone.token()["errcode"] == -1
    alone.fault("token_invalidate_on_refresh", "token", nth=1)
    old = alone.token("token")["access_token"]
    alone.fault("token_invalidate_on_refresh", "token")
    alone.token("token")
    assert alone.say("draft/count", token=old)["errcode"] == 42001


# ----------------------------------------------------------------- 2. pictures


def test_pictures_are_looked_into(alone: Wire) -> None:
    assert alone.upload("media/uploadimg", picture())["url"].startswith("http://mmbiz.qpic.cn/")
    assert alone.upload("media/uploadimg", picture("JPEG"), "p.jpeg", mime="image/jpeg")["errcode"] == 0
    assert alone.upload("media/uploadimg", picture("GIF"), "p.gif")["errcode"] == 40005
    assert alone.upload("media/uploadimg", picture(), "p.jpg")["errcode"] == 40005
    assert alone.upload("media/uploadimg", picture(), "p.png", mime="image/jpeg")["errcode"] == 40005
    assert alone.upload("media/uploadimg", b"\x89PNG\r\n\x1a\nnot a picture")["errcode"] == 40005
    assert alone.upload("media/uploadimg", b"")["errcode"] == 44001
    assert alone.say("media/uploadimg", files={"file": ("p.png", picture())})["errcode"] == 41005
    heavy = picture("PNG", (700, 700), compress_level=0)
    assert alone.upload("media/uploadimg", heavy)["errcode"] == 40009


def test_material_has_a_size_by_its_kind(alone: Wire) -> None:
    heavy = picture("JPEG", (2000, 2000), quality=100)
    assert alone.upload("material/add_material", picture("GIF"), "p.gif", "image")["media_id"]
    assert alone.upload("material/add_material", picture("BMP"), "p.bmp", "image")["media_id"]
    assert alone.upload("material/add_material", picture("WEBP"), "p.webp", "image")["errcode"] == 40005
    assert alone.upload("material/add_material", picture(), "p.png", "thumb")["errcode"] == 40005
    assert alone.upload("material/add_material", picture("JPEG"), "p.jpg", "thumb")["media_id"]
    assert alone.upload("material/add_material", heavy + b"\0" * 64_000, "p.jpg", "thumb")["errcode"] == 40009
    assert alone.upload("material/add_material", picture(), "p.png", "news")["errcode"] == 40004


# ----------------------------------------------------------------- 3. drafts


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": ""}, 44003),
        ({"title": "长" * 65}, 45003),
        ({"author": "长" * 17}, 45110),
        ({"digest": "长" * 129}, 45004),
        ({"content": ""}, 44004),
        ({"content": "字" * 20_000}, 45002),
        ({"content_source_url": "https://kj.test/" + "a" * 1024}, 45005),
        ({"cover": "nobody"}, 40007),
        ({"pic_crop_235_1": "0_0_2_1"}, 40035),
        ({"pic_crop_235_1": "0.5_0_1_1"}, 40035),
        ({"pic_crop_1_1": "0_0_1_1"}, 40035),
        ({"article_type": "newspic"}, 40007),
        ({"article_type": "newspic", "image_info": {"image_list": [{"image_media_id": "x"}]}}, 40007),
    ],
)
def test_a_draft_is_measured_field_by_field(alone: Wire, changed: dict[str, Any], code: int) -> None:
    assert alone.say("draft/add", {"articles": [alone.article(**changed)]})["errcode"] == code


def test_a_draft_holds_one_to_eight_articles(alone: Wire) -> None:
    one = alone.article(pic_crop_235_1="0_0_1_1", pic_crop_1_1="0.2872_0_0.7128_1")
    assert alone.say("draft/add", {"articles": [one] * 8})["media_id"]
    assert alone.say("draft/add", {"articles": [one] * 9})["errcode"] == 45008
    assert alone.say("draft/add", {"articles": []})["errcode"] == 44003
    posts = {"article_type": "newspic", "image_info": {"image_list": [{"image_media_id": alone.cover()}]}}
    assert alone.say("draft/add", {"articles": [{"title": "贴图", "content": "字", **posts}]})["media_id"]


def test_escapes_and_bad_json_are_refused(alone: Wire) -> None:
    query = {"access_token": alone.token()["access_token"]}
    for raw, code in ((b'{"articles":"\\u4e2d"}', 40033), (b"{", 47001), (b"[]", 47001), (b"", 44002)):
        answer = alone.client.post("/cgi-bin/draft/add", params=query, content=raw).json()
        assert answer["errcode"] == code
    assert alone.client.get("/cgi-bin/draft/add", params=query).json()["errcode"] == 43002


def test_the_box_is_read_in_pages_changed_by_index_and_emptied(alone: Wire) -> None:
    cover = alone.cover()
    drafts = [alone.draft(title=f"第{at}篇", cover=cover) for at in range(3)]
    page = alone.say("draft/batchget", {"offset": 0, "count": 2, "no_content": 1})
    assert (page["total_count"], page["item_count"]) == (3, 2)
    assert [one["media_id"] for one in page["item"]] == drafts[:0:-1]
    assert page["item"][0]["content"]["news_item"][0]["content"] == ""
    for count in (0, 21):
        assert alone.say("draft/batchget", {"offset": 0, "count": count})["errcode"] == 40035
    changed = alone.article(title="改过的", cover=cover)
    told = {"media_id": drafts[0], "index": 0, "articles": changed}
    assert alone.say("draft/update", told)["errcode"] == 0
    assert alone.say("draft/update", {**told, "articles": [changed]})["errcode"] == 40035
    assert alone.say("draft/update", {**told, "index": 1})["errcode"] == 40035
    (got,) = alone.say("draft/get", {"media_id": drafts[0]})["news_item"]
    assert got["title"] == "改过的" and {"url", "thumb_url", "is_deleted"} <= set(got)
    assert alone.say("draft/delete", {"media_id": drafts[0]})["errcode"] == 0
    assert alone.say("draft/get", {"media_id": drafts[0]})["errcode"] == 40007
    assert alone.say("draft/get", {})["errcode"] == 41006
    assert alone.say("draft/count")["total_count"] == 2
    assert alone.say("draft/switch", {})["is_open"] == 1


def test_a_draft_leaves_the_box_when_it_is_published_not_before(alone: Wire) -> None:
    media = alone.draft()
    alone.say("freepublish/submit", {"media_id": media})
    assert "news_item" in alone.say("draft/get", {"media_id": media})
    alone.after(seconds=10)
    assert alone.say("draft/get", {"media_id": media})["errcode"] == 40007


# ----------------------------------------------------------------- 4. what is cleaned


def test_the_interface_cleans_and_the_console_cleans_again(alone: Wire) -> None:
    mine = alone.upload("media/uploadimg", picture())["url"]
    body = (
        '<section id="a" onclick="x()" style="color:#333;float:left"><script>x</script>'
        f'<img src="{mine}"><img src="https://elsewhere.test/p.png">正文</section>'
    )
    media = alone.draft(content=body)
    (kept,) = alone.say("draft/get", {"media_id": media})["news_item"]
    assert "script" not in kept["content"] and "onclick" not in kept["content"] and "elsewhere" not in kept["content"]
    assert mine in kept["content"] and "float" in kept["content"]
    alone.sandbox.console_save(NAME, media)
    (again,) = alone.say("draft/get", {"media_id": media})["news_item"]
    assert "float" not in again["content"] and mine in again["content"]


# ----------------------------------------------------------------- 5. publishing


@pytest.mark.parametrize("outcome", range(7))
def test_a_publication_ends_in_each_of_its_outcomes(alone: Wire, outcome: int) -> None:
    alone.sandbox.change(NAME, outcomes=[outcome])
    media = alone.draft()
    number = alone.say("freepublish/submit", {"media_id": media})["publish_id"]
    assert alone.say("freepublish/get", {"publish_id": number})["publish_status"] == 1
    alone.after(seconds=10)
    told = alone.say("freepublish/get", {"publish_id": number})
    assert told["publish_status"] == outcome
    assert (alone.live() == 1) == (outcome == 0)
    assert (told["fail_idx"] == [1]) == (outcome in (2, 3, 4))
    assert alone.say("draft/count")["total_count"] == (0 if outcome in (0, 5, 6) else 1)


def test_publications_are_listed_read_and_deleted_by_index(alone: Wire) -> None:
    one = alone.article()
    media = alone.say("draft/add", {"articles": [one, {**one, "title": "次条"}]})["media_id"]
    number = alone.say("freepublish/submit", {"media_id": media})["publish_id"]
    alone.after(seconds=10)
    told = alone.say("freepublish/get", {"publish_id": number})
    article = told["article_id"]
    assert [each["idx"] for each in told["article_detail"]["item"]] == [1, 2]
    (row,) = alone.say("freepublish/batchget", {"offset": 0, "count": 20, "no_content": 0})["item"]
    assert row["article_id"] == article
    assert [each["title"] for each in row["content"]["news_item"]] == ["一条消息", "次条"]
    assert alone.say("freepublish/delete", {"article_id": article, "index": 2})["errcode"] == 0
    gone = [each["is_deleted"] for each in alone.say("freepublish/getarticle", {"article_id": article})["news_item"]]
    assert gone == [False, True]
    assert alone.say("freepublish/delete", {"article_id": article})["errcode"] == 0
    assert alone.say("freepublish/get", {"publish_id": number})["publish_status"] == 5
    assert alone.say("freepublish/delete", {"article_id": article})["errcode"] == 53600
    assert alone.say("freepublish/get", {"publish_id": "7"})["errcode"] == 53600


def test_calls_are_counted_by_the_day_and_may_be_cleared(alone: Wire) -> None:
    token = alone.token()["access_token"]
    for _ in range(QUOTAS["freepublish/delete"]):
        assert alone.say("freepublish/delete", {"article_id": "x"}, token=token)["errcode"] == 53600
    assert alone.say("freepublish/delete", {"article_id": "x"}, token=token)["errcode"] == 45009
    asked = {"cgi_path": "/cgi-bin/freepublish/delete"}
    assert alone.say("openapi/quota/get", asked)["quota"] == {"daily_limit": 10, "used": 11, "remain": 0}
    assert alone.say("clear_quota", {"appid": "wx0"})["errcode"] == 40013
    assert alone.say("clear_quota", {"appid": APPID})["errcode"] == 0
    assert alone.say("openapi/quota/get", asked)["quota"]["remain"] == 10
    for _ in range(CLEARS_A_MONTH - 1):
        alone.say("clear_quota", {"appid": APPID})
    assert alone.say("clear_quota", {"appid": APPID})["errcode"] == 48006
    alone.world.now += timedelta(days=1)
    assert alone.say("freepublish/delete", {"article_id": "x"})["errcode"] == 53600


# ----------------------------------------------------------------- 6. mass sends


def push(alone: Wire, media: str, client: str = "", **more: Any) -> dict[str, Any]:
    asked = {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": media}, **more}
    return alone.say("message/mass/sendall", {**asked, "clientmsgid": client} if client else asked)


def test_a_subscription_account_pushes_once_a_day(alone: Wire) -> None:
    cover = alone.cover()
    first = push(alone, alone.draft(cover=cover))
    assert alone.say("message/mass/get", {"msg_id": first["msg_id"]})["msg_status"] == "SENDING"
    alone.after(seconds=10)
    assert alone.say("message/mass/get", {"msg_id": first["msg_id"]})["msg_status"] == "SEND_SUCCESS"
    second = alone.draft(cover=cover)
    assert push(alone, second)["errcode"] == 45028
    alone.after(days=1)
    assert push(alone, second)["errcode"] == 0


def test_a_service_account_pushes_four_times_a_month(alone: Wire) -> None:
    alone.sandbox.change(NAME, kind="service")
    cover = alone.cover()
    for _ in range(4):
        assert push(alone, alone.draft(cover=cover))["errcode"] == 0
        alone.after(hours=25)
    last = alone.draft(cover=cover)
    assert push(alone, last)["errcode"] == 45028
    alone.after(days=30)
    assert push(alone, last)["errcode"] == 0
    named = {"msgtype": "mpnews", "mpnews": {"media_id": last}, "touser": ["o1"]}
    assert alone.say("message/mass/send", named)["errcode"] == 40035
    assert alone.say("message/mass/send", {**named, "touser": ["o1", "o2"]})["errcode"] == 0


def test_the_same_clientmsgid_is_pushed_once(alone: Wire) -> None:
    media = alone.draft()
    first = push(alone, media, "mine")
    alone.after(seconds=30)
    assert push(alone, media, "mine")["errcode"] == 45066
    alone.after(seconds=40)
    again = push(alone, media, "mine")
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert push(alone, media, "x" * 65)["errcode"] == 45067
    assert alone.live() == 1


def test_a_protected_push_needs_the_administrator_in_half_an_hour(alone: Wire) -> None:
    alone.sandbox.change(NAME, is_protected=True)
    cover = alone.cover()
    first = push(alone, alone.draft(cover=cover))["msg_id"]
    alone.after(minutes=31)
    assert alone.say("message/mass/get", {"msg_id": first})["msg_status"] == "SEND_FAIL"
    second = push(alone, alone.draft(cover=cover))["msg_id"]  # a failed one does not count
    alone.after(minutes=5)
    alone.sandbox.confirm_push(NAME, second)
    alone.after(minutes=40)
    assert alone.say("message/mass/get", {"msg_id": second})["msg_status"] == "SEND_SUCCESS" and alone.live() == 1


def test_a_person_at_the_console_can_save_publish_and_confirm(alone: Wire) -> None:
    alone.sandbox.change(NAME, is_protected=True)
    cover = alone.cover()
    number = push(alone, alone.draft(cover=cover))["msg_id"]
    alone.draft(title="第二篇", cover=cover)
    can = {one.label: one.do for one in alone.sandbox.actions()}
    assert set(can) == {
        f"{NAME}：在后台{what}草稿“{title}”" for what in ("重新保存", "手工发布") for title in ("一条消息", "第二篇")
    } | {f"{NAME}：管理员确认群发 {number}", f"关闭群发保护（{NAME}）"}
    for what in (f"{NAME}：在后台重新保存草稿“第二篇”", f"{NAME}：在后台手工发布草稿“第二篇”"):
        can[what]()
    assert alone.live() == 1
    can[f"{NAME}：管理员确认群发 {number}"]()
    alone.after(minutes=40)
    assert alone.live() == 2
    assert [one.label for one in alone.sandbox.actions()] == [f"关闭群发保护（{NAME}）"]


def test_pushes_are_previewed_deleted_and_slowed_down(alone: Wire) -> None:
    media = alone.draft()
    asked = {"msgtype": "mpnews", "mpnews": {"media_id": media}}
    assert alone.say("message/mass/preview", {**asked, "towxname": "bianji"})["errcode"] == 0
    assert alone.say("message/mass/preview", asked)["errcode"] == 40035
    (shown,) = alone.sandbox.book.things("wechat", f"preview:{APPID}").values()
    assert shown == {"to": "bianji", "titles": ["一条消息"]} and alone.live() == 0
    assert push(alone, media, msgtype="text")["errcode"] == 40008
    assert push(alone, media, filter={})["errcode"] == 40035
    number = push(alone, media)["msg_id"]
    alone.after(seconds=10)
    assert push(alone, media)["errcode"] == 40007  # the draft is gone
    assert alone.say("message/mass/delete", {"msg_id": number, "article_idx": 2})["errcode"] == 40060
    assert alone.say("message/mass/delete", {"msg_id": number})["errcode"] == 0
    assert alone.say("message/mass/get", {"msg_id": number})["msg_status"] == "DELETE" and alone.live() == 0
    codes = [push(alone, media)["errcode"] for _ in range(A_MINUTE)]
    assert codes[-1] == 45011


# ----------------------------------------------------------------- 7. comments and statistics


def test_comments_are_listed_elected_answered_and_deleted(alone: Wire) -> None:
    number = alone.published()["msg_data_id"]
    under = {"msg_data_id": number, "index": 0}
    ids = [alone.sandbox.say(NAME, number, 0, f"留言{at}") for at in range(2)]
    asked = {**under, "begin": 0, "count": 49, "type": 0}
    assert alone.say("comment/list", asked)["total"] == 2
    assert alone.say("comment/list", {**asked, "count": 50})["errcode"] == 88010
    assert alone.say("comment/markelect", {**under, "user_comment_id": ids[0]})["errcode"] == 0
    (elected,) = alone.say("comment/list", {**asked, "type": 2})["comment"]
    assert elected["user_comment_id"] == ids[0] and elected["comment_type"] == 1
    answer = {**under, "user_comment_id": ids[1], "content": "谢谢"}
    assert alone.say("comment/reply/add", {**answer, "content": " "})["errcode"] == 88007
    assert alone.say("comment/reply/add", answer)["errcode"] == 0
    assert alone.say("comment/reply/add", answer)["errcode"] == 88005
    assert alone.say("comment/reply/delete", answer)["errcode"] == 0
    assert alone.say("comment/delete", answer)["errcode"] == 0
    assert alone.say("comment/delete", answer)["errcode"] == 88004
    assert alone.say("comment/delete", {**under, "user_comment_id": 99})["errcode"] == 88008
    assert alone.say("comment/list", {**asked, "index": 1})["errcode"] == 88001
    assert alone.say("comment/close", under)["errcode"] == 0
    alone.sandbox.change(NAME, comments=False)
    assert alone.say("comment/list", asked)["errcode"] == 88000
    assert alone.say("draft/add", {"articles": [alone.article(need_open_comment=1)]})["errcode"] == 88000


def test_statistics_join_by_the_number_of_the_message(alone: Wire) -> None:
    number = alone.published()["msg_data_id"]
    alone.after(days=1)
    day = {"begin_date": "2026-11-18", "end_date": "2026-11-18"}
    for name in ("getarticleread", "getarticleshare", "getarticletotaldetail"):
        told = alone.say(f"/datacube/{name}", day)
        assert [one["msgid"] for one in told["list"]] == [f"{number}_1"] and told["is_delay"] is False
    (row,) = alone.say("/datacube/getarticletotaldetail", day)["list"]
    assert row["publish_type"] == 1 and row["detail_list"][0]["stat_date"] == "2026-11-18"
    month = alone.say("/datacube/getbizsummary", {**day, "begin_date": "2026-10-20"})["list"]
    assert len(month) == 30 and month[-1]["detail"]["send_page_count"] == 1
    assert alone.say("/datacube/getbizsummary", {**day, "begin_date": "2026-10-19"})["errcode"] == 61501
    assert alone.say("/datacube/getarticleread", {**day, "end_date": "2026-11-19"})["errcode"] == 61501
    assert alone.say("/datacube/getarticleread", {**day, "end_date": "gestern"})["errcode"] == 61500
    alone.after(hours=17)  # past midnight there, before eight
    assert alone.say("/datacube/getarticleread", {"begin_date": "2026-11-19", "end_date": "2026-11-19"})["is_delay"]


# ----------------------------------------------------------------- 8. and what goes wrong


def test_lists_and_removals_have_their_switches(alone: Wire) -> None:
    alone.fault("visibility_delay", "freepublish/submit", nth=1)
    alone.fault("removed_by_platform", "freepublish/submit", nth=1)
    told = alone.published()
    asked = {"offset": 0, "count": 20}
    assert alone.say("freepublish/batchget", asked)["total_count"] == 0
    alone.after(minutes=2)
    assert alone.say("freepublish/batchget", asked)["total_count"] == 1
    alone.fault("list_unstable", "freepublish/batchget", nth=1)
    alone.fault("list_down", "freepublish/batchget", nth=2)
    assert alone.say("freepublish/batchget", asked)["total_count"] == 0
    assert alone.say("freepublish/batchget", asked)["errcode"] == -1
    alone.after(minutes=10)
    assert alone.say("freepublish/get", {"publish_id": told["publish_id"]})["publish_status"] == 6
    assert [one.state for one in alone.sandbox.book.posts("wechat")] == ["removed"]


def test_deletion_may_fail_or_come_late(alone: Wire) -> None:
    article = alone.published()["article_id"]
    alone.fault("delete_fails", "freepublish/delete", nth=1)
    alone.fault("delete_late", "freepublish/delete", nth=1)
    assert alone.say("freepublish/delete", {"article_id": article})["errcode"] == -1
    assert alone.say("freepublish/delete", {"article_id": article})["errcode"] == 0
    assert alone.live() == 1
    alone.after(minutes=10)
    assert alone.live() == 0


def test_bodies_may_come_as_plain_text(wired: Wire) -> None:
    wired.sandbox.app.json.mimetype = "text/plain"  # type: ignore[attr-defined]
    answer = wired.client.get("/cgi-bin/token", params={"appid": "wx0"})
    assert answer.headers["Content-Type"].startswith("text/plain") and answer.json()["errcode"] == 40002
    assert wired.staged().remote["media_id"]
