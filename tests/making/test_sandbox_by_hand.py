"""The sandboxes' console: a person deletes or edits what is out, or the platform takes it away."""

from datetime import UTC, datetime

import pytest
from werkzeug.test import Client

from channels.making.sandbox import Book, Fault
from channels.making.sandbox.book import Post
from pipeline.sandbox_console import with_console
from pipeline.sandboxes import Sandboxes

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
BODY = "<p>海拔 4000 米，等一粒光。</p>"


@pytest.fixture
def sandboxes() -> Sandboxes:
    found = Sandboxes(Book(), lambda: NOW, sleep=lambda seconds: None)
    with_console(found)
    for platform in ("wechat", "weibo", "douyin"):
        found.connect(f"{platform}:chengdu", "http://localhost")
    return found


@pytest.fixture
def browse(sandboxes: Sandboxes) -> Client:
    return Client(sandboxes)


def out(sandboxes: Sandboxes, platform: str, title: str = "") -> int:
    (account,) = sandboxes.book.things(platform, "name")
    more = {"title": title, "body": BODY, "text": BODY, "position": 1}
    return sandboxes.book.publish(platform, account, "1", NOW, NOW, title, BODY, "", "https://p.example/1", more)


def post(sandboxes: Sandboxes) -> Post:
    (found,) = sandboxes.book.posts()
    return found


def do(browse: Client, number: int, what: str, title: str = "", body: str = BODY) -> tuple[int, str]:
    page = browse.get("/").get_data(as_text=True)
    token = page.partition('name="token" value="')[2].partition('"')[0]
    form = {"token": token, "what": what, "title": title, "body": body}
    answer = browse.post(f"/_posts/{number}", data=form)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_small_edit_shows_in_what_readers_see_and_not_in_what_was_sent(sandboxes: Sandboxes, browse: Client) -> None:
    number = out(sandboxes, "wechat", "拉索")
    assert do(browse, number, "edit", "拉索", BODY.replace("4000", "4410"))[0] == 303
    assert "4410" in post(sandboxes).body and post(sandboxes).more["body"] == BODY
    page = browse.get(f"/_posts/{number}").get_data(as_text=True)
    assert "<dd>1 次</dd>" in page and "4410" in page
    status, page = do(browse, number, "edit", "拉索", BODY)
    assert status == 400 and 'role="alert">每篇只能修改一次。' in page


@pytest.mark.parametrize(("platform", "title", "words"), [("wechat", "别的", "标题"), ("douyin", "", "只能删除后重发")])
def test_an_edit_the_platform_does_not_take_is_told(
    sandboxes: Sandboxes, browse: Client, platform: str, title: str, words: str
) -> None:
    number = out(sandboxes, platform)
    status, page = do(browse, number, "edit", title, f"{BODY}。")
    assert status == 400 and words in page and post(sandboxes).body == BODY


def test_the_switch_refuses_every_edit(sandboxes: Sandboxes, browse: Client) -> None:
    number = out(sandboxes, "weibo")
    sandboxes.faults.add(Fault("edit_unsupported", account="weibo:chengdu"))
    assert "不支持修改" in do(browse, number, "edit", "", "别的")[1]
    sandboxes.faults.clear()
    assert do(browse, number, "edit", "", "别的")[0] == 303 and post(sandboxes).body == "别的"


@pytest.mark.parametrize(("what", "state"), [("delete", "deleted"), ("remove", "removed")])
def test_what_is_gone_offers_nothing_more(sandboxes: Sandboxes, browse: Client, what: str, state: str) -> None:
    number = out(sandboxes, "weibo")
    assert "手工删除" in browse.get(f"/_posts/{number}").get_data(as_text=True)
    assert do(browse, number, what)[0] == 303 and post(sandboxes).state == state
    assert "手工删除" not in browse.get(f"/_posts/{number}").get_data(as_text=True)
    assert "不在了" in do(browse, number, "edit", "", "别的")[1]


def test_nothing_is_done_without_the_token_of_the_page(sandboxes: Sandboxes, browse: Client) -> None:
    number = out(sandboxes, "weibo")
    assert browse.post(f"/_posts/{number}", data={"what": "delete"}).status_code == 400
    assert post(sandboxes).state == "live"
