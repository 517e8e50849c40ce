"""Dates, letters, pictures, links and adverts."""

import pytest

from assets.fetch import Fetched, FetchError
from channels.values import Mark, Paragraph, Text
from cms.checks import links
from cms.checks.passages import read
from cms.checks.standards import Standards, Surroundings
from tests.checks.making import figure, findings, rules, story

MARKED = "a1" * 32


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("2026年2月30日举行", "date.impossible"),
        ("定于11月31日开幕", "date.impossible"),
        ("2023年2月29日", "date.impossible"),
        ("2026-02-31", "date.impossible"),
        ("下午25:00开始", "date.impossible"),
        ("2026年13月", "date.impossible"),
        ("2026年11月18日（星期四）", "date.weekday"),
        ("11月18日（星期四）", "date.weekday_guess"),
        ("2026年11月18日，周日", "date.weekday"),
        ("他说：“这很好。", "text.pair"),
        ("《若干措施（试行》已印发", "text.pair"),
        ("我们的的生活", "text.repeated"),
        ("认真学习认真学习", "text.repeated"),
        ("今天,天气很好", "text.mixed"),
        ("本文由AI生成", "ai.unnamed"),
        ("配图：AI生成", "ai.unnamed"),
        ("行业第一品牌", "advert.puff"),
    ],
)
def test_each_slip_is_told(words: str, rule: str, standards: Standards) -> None:
    assert rule in rules(story(words), standards)


@pytest.mark.parametrize(
    "words",
    [
        "2024年2月29日", "2026年11月18日（星期三）", "11月18日（周三）", "1月3日（周日）", "11月25日24:00截止",
        "版本2026.13.45", "比分 11:31",
        "他说：“这很好。”", "（一）总则：1）目的；2）范围", "it's fine，don't worry", "：）", "目的的确",
        "为了了解情况", "现在在线", "于是是否",
        "2026年11月21日（周末）", "他认为“人工智能生成内容”要标识", "时间的函数f(x)的图像", "有限公司",
        "今天，天气很好",
    ],
)  # fmt: skip
def test_what_is_sound_is_left_alone(words: str, standards: Standards) -> None:
    told = rules(story(words), standards)
    assert [one for one in told if one.startswith(("date.", "text.", "ai.", "advert."))] == []


def test_a_machine_s_mark_in_a_picture_asks_for_the_label(standards: Standards) -> None:
    around = Surroundings(marks={MARKED: '{"Label":"1"}'})
    assert "ai.trace" in rules(story(figure()), standards, around)
    assert "ai.trace" not in rules(story(figure(ai=True)), standards, around)


def test_pictures_need_words_an_author_a_licence_and_time_left(standards: Standards) -> None:
    assert rules(story(figure()), standards) == []
    assert rules(story(figure(alt="图片1.png")), standards) == ["picture.alt"]
    assert rules(story(figure(credit="", licence="")), standards) == ["picture.rights"]
    assert rules(story(figure(licence="图库授权至2026年11月24日")), standards) == ["picture.expired"]
    assert rules(story(figure(licence="图库授权至2026年11月25日")), standards) == []


def linked(address: str) -> Paragraph:
    return Paragraph(text=(Text("看这里", (Mark("link", href=address),)),))


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("https://item.taobao.com/item.htm?id=1", "advert.shop"),
        ("https://s.click.taobao.com/t?e=m", "advert.shop"),
        ("http://127.0.0.1:8000/a", "link.inside"),
        ("http://192.168.0.3/", "link.inside"),
        ("http://[fe80::1]/", "link.inside"),
        ("https://www.sc.gov.cn/a.html", ""),
        ("https://www.taobao.com/about", ""),
    ],
)
def test_where_links_lead(address: str, rule: str, standards: Standards) -> None:
    assert rules(story(linked(address)), standards) == ([rule] if rule else [])


def test_dead_links_are_asked_once_each_and_offline_is_said() -> None:
    asked: list[str] = []

    def get(address: str) -> Fetched:
        asked.append(address)
        if "gone" in address:
            raise FetchError(f"{address}：对方回答 404，请在浏览器里确认网址能打开。")
        return Fetched(address, b"", "text/html")

    reading = read(story(linked("https://a.cn/gone"), linked("https://a.cn/gone"), linked("https://a.cn/")))
    answers = links.Answers(get, lambda: True)
    assert [one.rule for one in links.ask(reading, answers.why)] == ["checks.link.dead"] * 2
    assert [one.rule for one in links.ask(reading, answers.why)] == ["checks.link.dead"] * 2
    assert sorted(asked) == ["https://a.cn/", "https://a.cn/gone"], "what was asked is remembered"
    (said,) = links.ask(reading, links.Answers(get, lambda: False).why)
    assert said.rule == "checks.link.unchecked" and "3 个链接没有查" in said.message


def test_a_dead_link_is_asked_again_sooner_than_one_that_opens() -> None:
    asked: list[str] = []
    moment = [0.0]

    def get(address: str) -> Fetched:
        asked.append(address)
        if "gone" in address:
            raise FetchError("对方回答 404。")
        return Fetched(address, b"", "text/html")

    answers = links.Answers(get, lambda: True, lambda: moment[0])
    wanted = {"https://a.cn/": "", "https://a.cn/gone": "对方回答 404。"}
    for at, times in ((0.0, 2), (500.0, 2), (700.0, 3), (30_000.0, 5)):
        moment[0] = at
        assert answers.why(list(wanted)) == wanted
        assert len(asked) == times


def test_of_very_many_links_the_first_are_asked_and_the_rest_is_said() -> None:
    many = read(story(*(linked(f"https://a.cn/{number}") for number in range(links.MOST + 2))))
    (said,) = links.ask(many, lambda wanted: dict.fromkeys(wanted, ""))
    assert said.rule == "checks.link.unchecked" and "还有 2 处没有查" in said.message


def test_a_finding_s_place_leads_to_its_very_words(standards: Standards) -> None:
    (one,) = findings(story("第一段。", "第一句。2026年2月30日举行。"), standards, "date.impossible")
    assert one.place == "blocks.1.text#1@4-14"
