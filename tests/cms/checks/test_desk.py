"""The checks' desk: lists by version, results kept, overrides by role, the register of figures."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from channels.values import Manuscript, PolicyLink
from cms import audit, checks
from cms.checks.rows import CheckRun, StatedFigure
from cms.matrix import Unit
from cms.people import Person
from cms.people.roles import appoint
from cms.stories import Revision, Story, save
from tests.checks.making import SOURCE, story
from tests.cms.conftest import NOW

HEAD = "word,kind,severity,suggestion\n"
FIRST = (HEAD + "云顶内幕,错敏词,block,\n").encode()
SECOND = (HEAD + "云顶内幕,错敏词,block,\n蓝湾,错敏词,block,\n").encode()


def kept(session: Session, made: Manuscript, author: str = "wang") -> tuple[Revision, checks.Checked]:
    """A manuscript saved as intake saves it."""
    digest = f"m:{made.slug}:{hash(made.blocks)}"
    checked = checks.check(session, made, digest, checks.standards(session, NOW))
    revision = save(session, made.slug, repr(made.blocks), made.headline, author, NOW, manuscript_hash=digest)
    checks.keep(session, session.get_one(Story, revision.story_id), checked, NOW)
    return revision, checked


def take(session: Session, content: bytes, name: str = "words.csv") -> checks.WordBook:
    return checks.import_list(session, checks.parse(content, name), "li", name, NOW)


def test_a_list_is_kept_by_version_and_the_newest_holds(session: Session) -> None:
    first = take(session, FIRST)
    assert take(session, FIRST).id == first.id, "the same again is no new version"
    second = take(session, SECOND)
    assert [one.version for one in checks.in_force(session)] == [second.version] != [first.version]
    assert checks.as_list(second).entries == checks.parse(SECOND, "words.csv").entries
    assert second.hash != first.hash and audit.verify(session) is None
    checks.retire_list(session, "words", "li", NOW)
    assert checks.in_force(session) == []


def test_another_text_under_the_same_version_is_refused(session: Session) -> None:
    take(session, b'[list]\nversion="1"\n[[word]]\nword="a1"\n', "words.toml")
    with pytest.raises(checks.WordListError, match="换一个版本号"):
        take(session, b'[list]\nversion="1"\n[[word]]\nword="b2"\n', "words.toml")


def test_a_result_is_kept_per_text_and_lists(session: Session) -> None:
    take(session, FIRST)
    made = story("说到云顶内幕，还有蓝湾。")
    revision, checked = kept(session, made)
    assert [one.rule for one in checked.findings] == ["checks.word.block"] and checked.is_new
    again = checks.check(session, made, revision.manuscript_hash, checks.standards(session, NOW))
    assert not again.is_new and again.findings == checked.findings
    take(session, SECOND)
    new = checks.check(session, made, revision.manuscript_hash, checks.standards(session, NOW))
    assert new.is_new and len(new.findings) == 2
    checks.keep_run(session, new, NOW)
    checks.keep_run(session, new, NOW)
    assert len(session.exec(select(CheckRun)).all()) == 2


def test_a_block_passes_by_the_named_role_alone(session: Session, person: Callable[[str], Person]) -> None:
    take(session, FIRST)
    made = story("说到云顶内幕。")
    revision, checked = kept(session, made)
    (found,) = checked.findings
    digest = revision.manuscript_hash
    with pytest.raises(checks.OverrideError, match="只有省级管理员能放行，李编辑不是"):
        checks.let_pass(session, digest, found, person("li"), "引文", NOW)
    top = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))).one()
    for login in ("zhao", "wang"):
        appoint(session, person(login), "省级管理员", top, "system", NOW)
    with pytest.raises(checks.OverrideError, match="要写理由"):
        checks.let_pass(session, digest, found, person("zhao"), "  ", NOW)
    with pytest.raises(checks.OverrideError, match="不能放行自己的稿件"):
        checks.let_pass(session, digest, found, person("wang"), "引文", NOW)
    row = checks.let_pass(session, digest, found, person("zhao"), "判决书原文", NOW)
    assert (
        row.role == "省级管理员" and audit.history(session, f"manuscript:{digest}")[0].detail["reason"] == "判决书原文"
    )
    (settled,) = checks.settled(checked.findings, checks.given(session, [digest]))
    assert settled.level == "info" and "判决书原文" in settled.message


def test_a_signer_passes_for_their_own_unit_and_below(session: Session, person: Callable[[str], Person]) -> None:
    made = story("联系人电话13812345678。")
    revision, checked = kept(session, made)
    units = {one.slug: one.id for one in session.exec(select(Unit))}
    session.get_one(Story, revision.story_id).unit_id = units["chengdu"]
    session.flush()
    session.add(Person(login="qian", name="钱签发"))
    session.flush()
    appoint(session, person("qian"), "签发", units["mianyang"], "system", NOW)
    with pytest.raises(checks.OverrideError, match="只有签发能放行"):
        checks.let_pass(session, revision.manuscript_hash, checked.findings[0], person("qian"), "本人同意", NOW)
    appoint(session, person("qian"), "签发", units["sichuan"], "system", NOW)
    passed = checks.let_pass(session, revision.manuscript_hash, checked.findings[0], person("qian"), "本人同意", NOW)
    assert passed.role == "签发"


def test_a_changed_text_loses_what_was_let_pass(session: Session, person: Callable[[str], Person]) -> None:
    take(session, FIRST)
    revision, checked = kept(session, story("说到云顶内幕。"))
    appoint(session, person("zhao"), "省级管理员", 1, "system", NOW)
    checks.let_pass(session, revision.manuscript_hash, checked.findings[0], person("zhao"), "引文", NOW)
    newer, again = kept(session, story("说到云顶内幕。", "又一段。"))
    assert checks.given(session, [newer.manuscript_hash]) == []
    assert [one.level for one in checks.settled(again.findings, checks.given(session, [newer.manuscript_hash]))] == [
        "block"
    ]


def test_a_warning_asks_for_a_reason_of_anybody(session: Session, person: Callable[[str], Person]) -> None:
    revision, checked = kept(session, story("我们的的生活。"))
    digest = revision.manuscript_hash
    assert len(checks.unanswered(checked.findings, [])) == 1
    row = checks.let_pass(session, digest, checked.findings[0], person("wang"), "原话如此", NOW)
    assert row.role == "" and checks.unanswered(checked.findings, checks.given(session, [digest])) == []


def test_an_override_never_changes(session: Session, person: Callable[[str], Person]) -> None:
    revision, checked = kept(session, story("我们的的生活。"))
    row = checks.let_pass(session, revision.manuscript_hash, checked.findings[0], person("wang"), "原话如此", NOW)
    row.reason = "改了"
    session.add(row)
    with pytest.raises(DBAPIError, match="放行"):
        session.flush()


def test_the_same_figure_in_another_story_is_told_and_a_local_version_is_not(session: Session) -> None:
    first, _ = kept(session, story("2025年，全省技术合同成交额达2100亿元。", slug="yi"))
    made = story("去年我省技术合同成交额为2200亿元。", slug="er")
    second, checked = kept(session, made)
    assert [one.rule for one in checked.findings] == ["checks.figure.elsewhere"]
    session.get_one(Story, second.story_id).origin_id = first.story_id
    session.flush()
    again = checks.check(session, made, second.manuscript_hash, checks.standards(session, NOW))
    assert again.findings == ()


def test_the_register_holds_what_the_newest_text_says(session: Session) -> None:
    kept(session, story("2025年，全省技术合同成交额达2100亿元。", slug="yi"))
    kept(session, story("2025年，全省技术合同成交额达2150亿元。", slug="yi"))
    assert [one.words for one in session.exec(select(StatedFigure))] == ["2150亿元"]


def test_the_original_of_a_reprint_is_kept_and_compared(session: Session) -> None:
    made = story("海拔4300米的垭口。", source=SOURCE, editor="赵明")
    revision, checked = kept(session, made)
    assert "checks.reprint.unsaved" in {one.rule for one in checked.findings}
    row = session.get_one(Story, revision.story_id)
    checks.save_original(session, row, "海拔4500米的垭口。", "https://a.cn/1", "li", NOW)
    again = checks.check(session, made, revision.manuscript_hash, checks.standards(session, NOW))
    told = {one.rule: one.message for one in again.findings}
    assert "checks.reprint.unsaved" not in told and "“5”改成“3”" in told["checks.reprint.changed"]
    checks.save_original(session, row, "海拔4300米的垭口。", "https://a.cn/1", "li", NOW)
    last = checks.check(session, made, revision.manuscript_hash, checks.standards(session, NOW))
    assert "checks.reprint.changed" not in {one.rule for one in last.findings}


def test_a_policy_learns_of_its_interpretation(session: Session) -> None:
    link = PolicyLink(title="若干措施", url="https://cd.example.com/s/cuo-shi.html")
    kept(session, story("正文", link, slug="jie-du", headline="政策解读：若干措施怎么用", look="policy"))
    made = story("全文", slug="cuo-shi", headline="若干措施")
    _, checked = kept(session, made)
    assert [one.rule for one in checked.findings] == ["checks.policy.one_way"]
    assert "s/jie-du.html" in checked.findings[0].message
