"""Reprints, the list of outlets, policies and their readings."""

from dataclasses import replace

import pytest

from channels.values import PolicyLink
from cms.checks.standards import Standards, Surroundings
from tests.checks.making import SOURCE, findings, rules, story, with_original

TEXT = "海拔4300米的垭口，风很大。新的气象站就立在这里。"


def test_a_whole_reprint_passes(standards: Standards) -> None:
    made = story(TEXT, source=SOURCE, editor="赵明")
    assert [one for one in rules(made, standards, with_original(TEXT)) if one.startswith(("reprint", "source"))] == []


@pytest.mark.parametrize("missing", ["outlet", "author", "title", "url", "editor"])
def test_each_missing_part_is_named(missing: str, standards: Standards) -> None:
    made = story(TEXT, source=SOURCE, editor="赵明")
    made = replace(made, editor="") if missing == "editor" else replace(made, source=replace(SOURCE, **{missing: ""}))
    (one,) = findings(made, standards, "reprint.incomplete", with_original(TEXT))
    assert (
        one.level == "block"
        and {"editor": "责任编辑", "url": "网址"}.get(missing, "原" if missing != "outlet" else "来源") in one.message
    )


def test_every_change_against_the_original_is_shown(standards: Standards) -> None:
    made = story(TEXT.replace("4300", "4500"), "编者加了一句。", source=SOURCE, editor="赵明")
    (one,) = findings(made, standards, "reprint.changed", with_original(TEXT))
    assert one.level == "warn" and "“3”改成“5”" in one.message and "编者加了一句" in one.message


def test_layout_alone_is_no_change(standards: Standards) -> None:
    made = story("海拔4300米的垭口，风很大。", "新的气象站就立在这里。", source=SOURCE, editor="赵明")
    assert "reprint.changed" not in rules(made, standards, with_original(f"  {TEXT}\n\n"))


def test_the_list_of_outlets(standards: Standards) -> None:
    def told(outlet: str, held: Standards = standards) -> list[str]:
        made = story(TEXT, source=replace(SOURCE, outlet=outlet), editor="赵明")
        return [one.rule for one in findings(made, held, "source.unknown", with_original(TEXT))]

    assert told("《四川科技报》") == told("四川日报社") == told("四川日报（记者 张三）") == []
    assert told("某自媒体") == told("旧日晚报") == told("") == ["checks.source.unknown"]
    soft = replace(standards, is_rehearsal=True)
    assert {one.level for one in findings(story(TEXT, source=SOURCE), soft, "reprint.unsaved")} == {"warn"}


def test_without_a_list_that_is_said(standards: Standards) -> None:
    made = story(TEXT, source=SOURCE, editor="赵明")
    assert "source.no_list" in rules(made, Standards(day=standards.day), with_original(TEXT))


def test_an_interpretation_links_its_policy_and_the_policy_its_interpretation(standards: Standards) -> None:
    policy = PolicyLink(title="若干措施", url="https://www.sc.gov.cn/1.html")
    reading = {"headline": "政策解读：若干措施怎么用", "look": "policy"}
    assert "policy.unlinked" in rules(story("正文", **reading), standards)
    assert "policy.unlinked" not in rules(story("正文", policy, **reading), standards)
    around = Surroundings(interpretations=("s/jie-du.html",))
    assert "policy.one_way" in rules(story("正文", headline="若干措施"), standards, around)
    back = PolicyLink(title="解读", url="https://cd.example.com/s/jie-du.html")
    assert "policy.one_way" not in rules(story("正文", back, headline="若干措施"), standards, around)
