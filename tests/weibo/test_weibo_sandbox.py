"""The sandbox Weibo keeps the written rules: each of platforms/weibo.md §3.1, §3.3, §4, §5 and §6 trips."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from channels.making.sandbox import Book, Fault, Faults, InProcess
from channels.weibo.sandbox import WeiboSandbox
from channels.weibo.sandbox.desk import APP
from channels.weibo.sandbox.rules import zi
from channels.weibo.sandbox.shown import base62
from tests.contract.stories import drawn_picture

NAME = "weibo:chengdu"
LINK = "http://kj.chengdu.gov.cn/s/a.html"
TEXT = f"【标题】一句话说清楚。 {LINK}"


@dataclass
class Desk:
    """The sandbox, its clock, and one account that speaks to it."""

    now: datetime = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.sandbox = WeiboSandbox(Book(), lambda: self.now, self.faults, lambda seconds: None)
        self.secrets = self.sandbox.open_account(NAME)
        self.sandbox.admit(NAME, safe_domains=["chengdu.gov.cn"], grants=["advanced", "article"])
        self.http = httpx.Client(transport=InProcess(self.sandbox), base_url="http://weibo")

    def ask(self, method: str, path: str, files: Any = None, **fields: str) -> dict[str, Any]:
        given = {"access_token": self.secrets["access_token"], "rip": self.secrets["rip"], **fields}
        options: dict[str, Any] = {"params": given} if method == "GET" else {"data": given, "files": files}
        answer: dict[str, Any] = self.http.request(method, path, **options).json()
        return answer

    def share(self, text: str = TEXT, pic: bytes | None = None, **fields: str) -> dict[str, Any]:
        files = {"pic": ("a.jpg", pic, "image/jpeg")} if pic is not None else None
        return self.ask("POST", "/2/statuses/share.json", files, status=text, **fields)

    def article(self, **fields: str) -> dict[str, Any]:
        given = {"title": "标题", "content": "<p>正 文</p>", "cover": "http://a.test/c.jpg", "text": TEXT, **fields}
        given |= {"access_token": self.secrets["access_token"], "rip": self.secrets["rip"]}
        body = urlencode(given, quote_via=quote).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.http.post("/proxy/article/publish.json", content=body, headers=kind)
        return dict(answer.json())


@pytest.fixture
def desk() -> Iterator[Desk]:
    yield Desk()


def code(answer: dict[str, Any]) -> str:
    return str(answer.get("error_code", ""))


def test_a_post_comes_back_as_a_status_object_with_its_link_shortened(desk: Desk) -> None:
    said = desk.share(pic=drawn_picture())
    assert said["text"].startswith("【标题】一句话说清楚。 http://t.cn/") and LINK not in said["text"]
    assert said["created_at"] == "Sun Nov 22 09:00:00 +0800 2026"
    assert said["idstr"] == str(said["id"]) == said["mid"] and said["user"]["idstr"] == desk.secrets["uid"]
    assert len(said["pic_urls"]) == 1 and said["thumbnail_pic"] == said["pic_urls"][0]["thumbnail_pic"]
    led = desk.ask("GET", "/2/short_url/expand.json", url_short=said["text"].split(" ")[-1])
    assert led["urls"][0]["url_long"] == LINK
    post = desk.sandbox.book.posts()[0]
    assert post.address == f"https://weibo.com/{desk.secrets['uid']}/{base62(said['mid'])}"


def test_base62_is_seven_digits_a_group() -> None:
    """The best-known example of the rule: mid 3501756485200075 is z0JH2lOMb."""
    assert base62("3501756485200075") == "z0JH2lOMb"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Test", 2),
        ("成都黑科技abc", 7),
        ("http://kj.chengdu.gov.cn/" + "a" * 100, 10),
        ("http://kj.test/" + "a" * 135, 15),
        ("http://t.cn/A6abcdef", 10),
        ("http://weibo.com/1/2", 10),
        ("http://weibo.com/" + "1" * 60, 10),
        ("https://kj.test/" + "a" * 44, 30),
        ("😀", 2),
        ("一\n", 2),
    ],
)
def test_lengths_are_counted_as_the_facts_say(text: str, wanted: int) -> None:
    assert zi(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "20008"),
        ("字" * 129 + f" {LINK}", ""),
        ("字" * 130 + f" {LINK}", "20012"),
        ("字" * 300 + f" {LINK}", "20013"),
        (f"#成都黑科技# 来了 {LINK}", "10017"),
        (f"＃成都黑科技＃ 来了 {LINK}", "10017"),
        (f"C# 和一个井号 {LINK}#top", ""),
        ("没有链接", "10017"),
        ("别人的链接 http://evil-chengdu.gov.cn.test/s", "10017"),
    ],
)
def test_a_text_is_refused_by_its_rule(desk: Desk, text: str, wanted: str) -> None:
    assert code(desk.share(text)) == wanted


@pytest.mark.parametrize("rip", ["", "10.0.0.1", "127.0.0.1", "203.0.113.9", "here"])
def test_the_operator_needs_a_public_address(desk: Desk, rip: str) -> None:
    assert code(desk.share(rip=rip)) in ("10016", "10017")


def test_pictures_are_sniffed_and_weighed_and_only_one(desk: Desk) -> None:
    assert code(desk.share(pic=b"RIFF....WEBPVP8 ")) == "20005"
    assert code(desk.share(pic=b"\xff\xd8\xff" + b"0" * 4_999_997)) == "20006"
    assert code(desk.share(pic=b"\xff\xd8\xff" + b"0" * 4_999_996)) == ""
    two = [("pic", ("a.gif", b"GIF89a", "image/gif"))] * 2
    assert code(desk.ask("POST", "/2/statuses/share.json", two, status=TEXT)) == "20007"
    named = desk.ask("POST", "/2/statuses/share.json", status=TEXT, pic="http://a.test/x.jpg")
    assert code(named) == "20007"


def test_the_same_again_is_refused_and_the_same_words_are_similar(desk: Desk) -> None:
    assert code(desk.share()) == ""
    assert code(desk.share()) == "20019"
    assert code(desk.share(TEXT + "?k=2")) == "20017"
    desk.now += timedelta(hours=1, seconds=1)
    assert code(desk.share()) == ""


def test_thirty_posts_an_hour(desk: Desk) -> None:
    said = [code(desk.share(f"第 {number} 条 {LINK}")) for number in range(31)]
    assert said == [""] * 30 + ["20016"]
    desk.now += timedelta(hours=1)
    assert code(desk.share()) == ""


def test_a_hundred_calls_a_day(desk: Desk) -> None:
    said = [code(desk.ask("GET", "/2/statuses/user_timeline.json")) for _ in range(101)]
    assert said == [""] * 100 + ["10023"]
    desk.now = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # midnight in Chengdu
    assert code(desk.ask("GET", "/2/statuses/user_timeline.json")) == ""


def test_a_token_dies_after_thirty_days_and_a_code_buys_one_once(desk: Desk) -> None:
    desk.now += timedelta(days=29)
    told = desk.ask("POST", "/oauth2/get_token_info")
    assert str(told["uid"]) == desk.secrets["uid"] and told["expire_in"] == 86400
    desk.now += timedelta(days=1)
    answer = desk.http.post("/2/statuses/share.json", data={"access_token": desk.secrets["access_token"]})
    assert answer.status_code == 403 and answer.json()["error_code"] == "21327"
    assert answer.json()["request"] == "/2/statuses/share.json" and answer.json()["error"] == "expired_token"
    asked = {"client_id": APP[0], "client_secret": APP[1], "grant_type": "authorization_code", "redirect_uri": "u"}
    bought = desk.sandbox.code_for(NAME)
    token = desk.http.post("/oauth2/access_token", data={**asked, "code": bought}).json()
    assert token["uid"] == desk.secrets["uid"] and token["expires_in"] == 30 * 86400
    assert code(desk.http.post("/oauth2/access_token", data={**asked, "code": bought}).json()) == "21314"
    assert code(desk.http.post("/oauth2/access_token", data={**asked, "client_secret": "no"}).json()) == "21301"
    assert code(desk.share(access_token=token["access_token"])) == ""


def test_other_tokens_paths_and_methods_are_refused(desk: Desk) -> None:
    assert code(desk.share(access_token="2.00no")) == "21332"
    assert code(desk.share(access_token="")) == "10006"
    assert code(desk.http.get("/2/nothing.json").json()) == "10020"
    assert code(desk.http.get("/2/statuses/share.json").json()) == "10021"


def test_advanced_calls_need_their_permission(desk: Desk) -> None:
    picture = {"pic": ("a.jpg", drawn_picture(), "image/jpeg")}
    kept = desk.ask("POST", "/2/statuses/upload_pic.json", picture)
    again = desk.ask("POST", "/2/statuses/upload_pic.json", picture)
    assert kept["pic_id"] != again["pic_id"] and kept["original_pic"].startswith("http://")
    ids = f"{kept['pic_id']},{again['pic_id']}"
    assert len(desk.ask("POST", "/2/statuses/upload_url_text.json", status="无链接", pic_id=ids)["pic_urls"]) == 2
    assert code(desk.ask("POST", "/2/statuses/upload_url_text.json", status="无链接", pic_id=ids)) == "20111"
    assert code(desk.ask("POST", "/2/statuses/upload_url_text.json", status="又一条", pic_id="none")) == "10017"
    many = ",".join([kept["pic_id"]] * 10)
    assert code(desk.ask("POST", "/2/statuses/upload_url_text.json", status="又一条", pic_id=many)) == "10017"
    desk.sandbox.admit(NAME, safe_domains=["chengdu.gov.cn"], grants=[])
    assert code(desk.ask("POST", "/2/statuses/upload_pic.json", picture)) == "10014"
    assert code(desk.ask("POST", "/2/statuses/upload_url_text.json", status="x", pic_id=ids)) == "10014"
    assert code(desk.article()) == "10014" and code(desk.share()) == ""


def test_an_article_answers_in_its_own_form(desk: Desk) -> None:
    said = desk.article()
    assert said["code"] == "100000" and said["data"]["mid"].isdecimal()
    assert said["data"]["url"] == f"https://weibo.com/ttarticle/p/show?id={said['data']['object_id']}"
    assert desk.sandbox.copies()[0].title == "标题" and desk.sandbox.copies()[0].body == "<p>正 文</p>"
    assert desk.article()["code"] == "11001"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "字" * 33},
        {"title": ""},
        {"content": "x" * 90_001},
        {"cover": ""},
        {"cover": "asset:1"},
        {"text": "字" * 1901},
        {"text": ""},
    ],
)
def test_an_article_outside_its_limits_is_refused(desk: Desk, fields: dict[str, str]) -> None:
    assert desk.article(**fields)["code"] == "10008"


def test_an_article_must_be_raw_url_encoded(desk: Desk) -> None:
    form = {"title": "t", "content": "<p>a b</p>", "cover": "http://a.test/c.jpg", "text": TEXT}
    assert desk.ask("POST", "/proxy/article/publish.json", **form)["code"] == "10008"


def test_posts_are_listed_newest_first_in_pages_shown_and_destroyed(desk: Desk) -> None:
    ids = []
    for number in range(3):
        desk.now += timedelta(seconds=1)
        ids.append(desk.share(f"第 {number} 条 {LINK}")["idstr"])
    first = desk.ask("GET", "/2/statuses/user_timeline.json", count="2", page="1")
    second = desk.ask("GET", "/2/statuses/user_timeline.json", count="2", page="2")
    assert [one["idstr"] for one in first["statuses"] + second["statuses"]] == ids[::-1]
    assert first["total_number"] == 3
    assert desk.ask("GET", "/2/statuses/show.json", id=ids[0])["idstr"] == ids[0]
    assert desk.ask("POST", "/2/statuses/destroy.json", id=ids[0])["idstr"] == ids[0]
    assert code(desk.ask("GET", "/2/statuses/show.json", id=ids[0])) == "20101"
    assert code(desk.ask("POST", "/2/statuses/destroy.json", id=ids[0])) == "20101"
    other = desk.sandbox.open_account("weibo:ganzi")["access_token"]
    assert code(desk.ask("POST", "/2/statuses/destroy.json", id=ids[1], access_token=other)) == "20102"


def test_comments_are_kept_counted_and_not_repeated(desk: Desk) -> None:
    post = desk.share()["idstr"]
    said = desk.ask("POST", "/2/comments/create.json", id=post, comment="好")
    assert desk.ask("POST", "/2/comments/reply.json", id=post, cid=said["idstr"], comment="谢谢")["text"] == "谢谢"
    assert code(desk.ask("POST", "/2/comments/create.json", id=post, comment="好")) == "20019"
    assert code(desk.ask("POST", "/2/comments/create.json", id=post, comment="字" * 141)) == "20012"
    assert code(desk.ask("POST", "/2/comments/reply.json", id=post, cid="1", comment="x")) == "20201"
    assert [one["text"] for one in desk.ask("GET", "/2/comments/show.json", id=post)["comments"]] == ["谢谢", "好"]
    params = {"access_token": desk.secrets["access_token"], "ids": post}
    counted = desk.http.get("/2/statuses/count.json", params=params).json()
    assert counted == [{"id": int(post), "comments": 2, "reposts": 0, "attitudes": 0}]


def test_posted_late_is_said_and_listed_two_minutes_later(desk: Desk) -> None:
    desk.faults.add(Fault("visibility_delay", method="statuses/share"))
    assert code(desk.share()) == "20032" and len(desk.sandbox.sends()) == 1
    assert desk.ask("GET", "/2/statuses/user_timeline.json")["statuses"] == []
    desk.now += timedelta(minutes=2)
    assert len(desk.ask("GET", "/2/statuses/user_timeline.json")["statuses"]) == 1


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ("token_expired", "21327"),
        ("ip_denied", "10004"),
        ("permission_missing", "10014"),
        ("account_banned", "10013"),
        ("quota_minute", "20016"),
        ("quota_day", "10023"),
        ("too_long", "20012"),
        ("reject_sensitive", "20021"),
        ("reject_duplicate", "20019"),
        ("errcode_in_200", "10001"),
    ],
)
def test_a_switch_refuses_a_post_and_nothing_is_seen(desk: Desk, action: str, wanted: str) -> None:
    desk.faults.add(Fault(action, method="statuses/share"))
    assert code(desk.share()) == wanted
    assert desk.sandbox.copies() == []


def test_switches_afterwards(desk: Desk) -> None:
    desk.faults.add(Fault("removed_by_platform", method="statuses/share", nth=1))
    desk.faults.add(Fault("delete_late", method="statuses/destroy", nth=1))
    desk.faults.add(Fault("delete_fails", method="statuses/destroy", nth=1))
    post = desk.share()["idstr"]
    due = desk.sandbox.next_at()
    assert due == desk.now + timedelta(minutes=10)
    desk.now = due
    desk.sandbox.settle()
    assert [one.state for one in desk.sandbox.copies()] == ["removed"]
    assert code(desk.ask("GET", "/2/statuses/show.json", id=post)) == "20101"
    other = desk.share(f"另一条 {LINK}")["idstr"]
    assert code(desk.ask("POST", "/2/statuses/destroy.json", id=other)) == "10009"
    desk.ask("POST", "/2/statuses/destroy.json", id=other)
    assert desk.sandbox.copies()[1].state == "live"
    desk.now += timedelta(minutes=10)
    desk.sandbox.settle()
    assert desk.sandbox.copies()[1].state == "deleted"


def test_switches_of_media_lists_and_identity(desk: Desk) -> None:
    for rule in (
        Fault("media_dedup"),
        Fault("upload_fail_nth", nth=1),
        Fault("upload_response_lost", nth=2),
        Fault("list_down", nth=1),
        Fault("list_unstable", nth=1),
        Fault("identity_changed"),
    ):
        desk.faults.add(rule)
    picture = {"pic": ("a.jpg", drawn_picture(), "image/jpeg")}
    assert code(desk.ask("POST", "/2/statuses/upload_pic.json", picture)) == "20014"
    kept = desk.ask("POST", "/2/statuses/upload_pic.json", picture)["pic_id"]
    with pytest.raises(httpx.RemoteProtocolError):
        desk.ask("POST", "/2/statuses/upload_pic.json", picture)
    assert list(desk.sandbox.book.things("weibo", "picture")) == [kept]
    desk.share()
    params = {"access_token": desk.secrets["access_token"]}
    assert desk.http.get("/2/statuses/user_timeline.json", params=params).status_code == 503
    missing = desk.ask("GET", "/2/statuses/user_timeline.json")
    assert missing["statuses"] == [] and missing["total_number"] == 1
    assert str(desk.ask("POST", "/oauth2/get_token_info")["uid"]) != desk.secrets["uid"]
