"""Links that do not open: in the rail of whoever writes, and before whoever reviews."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from cms.people import EVERYWHERE, PeopleDesk
from cms.web import Desk, create_app
from pipeline.house import House
from pipeline.submissions import draw
from tests.people.asking import offered
from tests.people.house import NOON, signed_in
from tests.review.conftest import AUTHOR, FIRST, state, write
from tests.web.asking import ask

GONE = "https://a.cn/gone"
WORDS = f"见[旧的]({GONE})和[新的](https://a.cn/)"


def why(wanted: Collection[str]) -> Mapping[str, str]:
    return {one: "对方回答 404。" if one == GONE else "" for one in wanted}


def test_whoever_writes_is_told_which_link_does_not_open(desk: Desk, people: PeopleDesk, crew: House) -> None:
    write(crew, WORDS)
    text = desk.load("chengdu-liangzi", EVERYWHERE)
    client = signed_in(create_app(replace(desk, links=why)), people, AUTHOR)
    (one,) = ask(client, "/preview/links", text=text, unit="chengdu", slug="chengdu-liangzi").json["findings"]
    assert (one["level"], one["line"] > 0) == ("warn", True)
    assert one["message"] == "链接打不开：对方回答 404。" and GONE in one["excerpt"]
    offline = signed_in(create_app(replace(desk, links=lambda _wanted: None)), people, AUTHOR)
    (said,) = ask(offline, "/preview/links", text=text, unit="chengdu", slug="chengdu-liangzi").json["findings"]
    assert said["level"] == "info" and "2 个链接没有查" in said["message"] and "yigao" not in said["message"]


def test_whoever_reviews_reads_it_and_owes_no_reason(
    desk: Desk, people: PeopleDesk, crew: House, sent: Callable[..., int]
) -> None:
    write(crew, WORDS)
    number = sent(drawn=False)
    assert draw(crew, NOON, why) == 1
    page = signed_in(create_app(desk), people, FIRST).get(f"/review/{number}").text
    assert "链接打不开：对方回答 404。" in page and GONE in page
    client = signed_in(create_app(desk), people, FIRST)
    form = {"opinion": "同意。", "proof": "yes", **offered(client, f"/review/{number}/pass")}
    answer = client.post(f"/review/{number}/pass", data=form, headers={"Idempotency-Key": "links-pass-00001"})
    assert "没有处理" not in answer.text and state(crew, number) == "reviewing"
