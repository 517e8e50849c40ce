"""The room of review: a submission from the author's desk to ready deliveries, and every refusal on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from channels import canonical
from channels.values import Finding
from cms import checks, review
from cms.checks import RULES, CheckRun
from cms.db import session_scope
from cms.people import Notice
from cms.people.notices import told_to
from cms.releases import Delivery, submitting
from cms.review import FINAL, ISSUE, SignError, Submission, submissions
from cms.review import FIRST as CHU
from cms.review import SECOND as FU
from cms.stories import Revision, Story
from pipeline.house import House
from pipeline.notices import tell
from pipeline.review_pdf import pdf
from pipeline.settings import Ways
from pipeline.submissions import alarm
from tests.people.house import BOSS, NOON, login_of
from tests.review.conftest import AUTHOR, CHIEF, FIRST, PROVINCE, SECOND, person, state, write

Send = Callable[..., int]


def take(house: House, number: int, login: str, read: tuple[str, ...] = ("site", "wechat")) -> list[str]:
    """One step by one person, as their page does it."""
    with session_scope(house.engine) as session:
        one, me = session.get_one(Submission, number), person(session, login)
        turn, sealed = submissions.turn_of(session, one), submissions.sealed_of(session, one)
        if turn is not None and turn.step in review.MANUSCRIPT_STEPS:
            review.proof_next(session, one.manuscript_hash, me, NOON)
        elif sealed is not None:
            for channel in read:
                review.read_channel(session, sealed, channel, me, NOON)
        return submitting.take_step(session, one, me, "同意。", NOON)


def test_the_whole_way_of_an_ordinary_story(sent: Send, crew: House) -> None:
    number = sent()
    assert state(crew, number) == "reviewing"
    assert take(crew, number, FIRST) == [FU, FINAL, ISSUE]
    assert take(crew, number, SECOND) == [FINAL, ISSUE]
    assert take(crew, number, CHIEF) == [ISSUE]
    assert take(crew, number, CHIEF) == []
    assert state(crew, number) == "signed"
    with session_scope(crew.engine) as session:
        release = session.get_one(Submission, number).release_id
        assert {one.state for one in session.exec(select(Delivery).where(Delivery.release_id == release))} == {"ready"}


def refusal(house: House, number: int, login: str) -> str:
    with pytest.raises(SignError) as refused:
        take(house, number, login)
    return str(refused.value)


def test_nobody_signs_out_of_turn_role_or_twice(sent: Send, crew: House) -> None:
    number = sent()
    assert "要由本单位或上级的“审核”来做" in refusal(crew, number, CHIEF)
    assert "不能自审" in refusal(crew, number, AUTHOR)
    assert "要由本单位或上级的“审核”来做" in refusal(crew, number, login_of("审核", "ganzi"))
    assert "“审核”来做" in refusal(crew, number, login_of("审核", "wuhou"))
    take(crew, number, FIRST)
    assert "同一人不能再签复审" in refusal(crew, number, FIRST)
    take(crew, number, login_of("审核", "sichuan"))  # from above
    with session_scope(crew.engine) as session:
        one, chief = session.get_one(Submission, number), person(session, CHIEF)
        submitting.take_step(session, one, chief, "同意。", NOON)  # 终审
        with pytest.raises(SignError, match="还没有通读这些渠道的样子：微站、微信公众号"):
            submitting.take_step(session, one, chief, "同意。", NOON)
    assert state(crew, number) == "reviewing"


def test_the_third_proof_is_somebody_elses(sent: Send, crew: House) -> None:
    number = sent()
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        for login in (FIRST, SECOND):
            submitting.take_step(session, one, person(session, login), "同意。", NOON)
        with pytest.raises(SignError, match="三校还没有做完，还缺二校、三校"):
            submitting.take_step(session, one, person(session, CHIEF), "同意。", NOON)
        made = [review.proof_next(session, one.manuscript_hash, person(session, who), NOON) for who in (FIRST, FIRST)]
        assert [row.number if row else None for row in made] == [2, None]
        review.proof_next(session, one.manuscript_hash, person(session, SECOND), NOON)
        submitting.take_step(session, one, person(session, CHIEF), "同意。", NOON)
        machine = session.exec(select(review.Reading).where(review.Reading.number == 1)).one()
        assert machine.person_id is None


def test_an_important_story_needs_the_province_and_an_attachment(sent: Send, crew: House) -> None:
    number = sent("C")
    for login in (FIRST, SECOND, login_of("审核", "chengdu"), CHIEF):
        take(crew, number, login)
    assert "同一人不能再签签发" in refusal(crew, number, CHIEF)
    assert take(crew, number, "chengdu.qian2") == ["省级签发"]
    assert state(crew, number) == "reviewing"
    assert "省级的“签发”来做" in refusal(crew, number, login_of("签发", "wuhou"))
    assert take(crew, number, PROVINCE) == []
    assert state(crew, number) == "signed"
    with session_scope(crew.engine) as session:
        with pytest.raises(submitting.SubmitError, match="要附上依据材料"):
            order = submitting.Order(NOON.replace(day=25), (), "C")
            submitting._check(session, order, "", NOON)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.exec(text("UPDATE submissions SET grade = 'A'"))  # type: ignore[call-overload]


def test_returned_edited_and_sent_again_starts_anew(sent: Send, crew: House) -> None:
    number = sent()
    take(crew, number, FIRST)
    with session_scope(crew.engine) as session:
        one, second = session.get_one(Submission, number), person(session, SECOND)
        story = session.get_one(Story, one.story_id)
        assert "初审员的初审作废" in review.under_review(session, story)
        with pytest.raises(SignError, match="退回要写原因"):
            submitting.send_back(session, one, second, [], " ", NOON)
        submitting.send_back(session, one, second, ["错别字"], "第二段", NOON)
        assert review.under_review(session, story) == ""
        told = session.exec(select(Notice.sentence).order_by(col(Notice.id).desc())).first()
        assert told == "《成都量子网络开通》被复审员退回修改：错别字 第二段"
        assert {one.state for one in session.exec(select(Delivery))} == {"cancelled"}
    assert state(crew, number) == "returned"
    write(crew, "这是第二天")
    again = sent()
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, again)
        first, second = person(session, FIRST), person(session, SECOND)
        turn, before = submissions.turn_of(session, one), submissions.last_seen(session, one, first)
        assert turn is not None and turn.step == CHU and before is not None
        changes = review.difference(before.text, session.get_one(Revision, one.revision_id).text)
        runs = [run for change in changes for run in change.runs if run.kind != "same"]
        assert [(run.kind, run.words) for run in runs] == [("gone", "一"), ("new", "二")]
        submitting.send_back(session, one, first, ["错别字"], "", NOON)
    write(crew, "这是第三天")
    third = sent()
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, third)
        seen = [submissions.last_seen(session, one, who) for who in (first, second, person(session, CHIEF))]
        assert [each.number if each else 0 for each in seen] == [2, 1, 2]  # each what they judged, else the last judged


def test_an_edit_under_review_voids_it_and_a_stale_one_is_refused(sent: Send, crew: House) -> None:
    number = sent()
    take(crew, number, FIRST)
    write(crew, "又改了一处")
    assert "在送审后已改动" in refusal(crew, number, SECOND)
    again = sent()
    assert (state(crew, number), state(crew, again)) == ("replaced", "reviewing")


def test_handed_on_lent_and_pulled(sent: Send, crew: House) -> None:
    number = sent()
    with session_scope(crew.engine) as session:
        one, first, second = (session.get_one(Submission, number), person(session, FIRST), person(session, SECOND))
        submitting.pass_on(session, one, first, second, "", NOON)
        with pytest.raises(SignError, match="已转交复审员"):
            submitting.take_step(session, one, first, "同意。", NOON)
        stranger = person(session, login_of("审核", "ganzi"))
        with pytest.raises(SignError, match="ganzi审核不是"):
            submitting.pass_on(session, one, second, stranger, "", NOON)
        chengdu = one.unit_id
        review.lend(session, stranger, chengdu, "审核", NOON + timedelta(days=2), "借调", BOSS, NOON)
        submitting.pass_on(session, one, second, stranger, "", NOON)
        assert submissions.obstacle(session, one, stranger, NOON + timedelta(days=3)) != ""  # over by itself
    assert take(crew, number, login_of("审核", "ganzi"))
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        with pytest.raises(submitting.SubmitError, match="只有送审的人能撤回"):
            submitting.pull(session, one, person(session, FIRST), NOON)
        submitting.pull(session, one, person(session, AUTHOR), NOON)
    assert state(crew, number) == "pulled"


def test_a_slot_in_danger_is_told_once_to_who_is_due(sent: Send, crew: House) -> None:
    number = sent()
    assert alarm(crew, NOON + timedelta(hours=20)) == 0
    assert [alarm(crew, NOON + timedelta(hours=22, minutes=1)) for _ in range(2)] == [1, 0]
    tell(crew, NOON, Ways())
    with session_scope(crew.engine) as session:
        due = person(session, FIRST)
        words = [one.sentence for one in told_to(session, due.id)]
        assert any("还没有初审" in one and "请马上处理" in one for one in words)
        assert not told_to(session, person(session, login_of("审核", "ganzi")).id)
        assert session.get_one(Submission, number).alarmed_at is not None


def test_what_the_checks_ask_about_waits_for_a_reason(crew: House, sent: Send) -> None:
    manuscript = write(crew)
    with session_scope(crew.engine) as session:
        found = Finding(level="warn", rule="checks.words.lexicon", message="请核对“最好”", place="blocks.0#0@0-2")
        run = CheckRun(manuscript_hash=manuscript, standards_hash="x", findings=[canonical.plain(found)], run_at=NOON)
        session.add(run)
    with pytest.raises(submitting.SubmitError, match="还有 1 条提醒没有写理由：请核对“最好”"):
        sent()
    with session_scope(crew.engine) as session:
        rule = next(one for one in RULES if one.startswith("checks."))
        run = session.exec(select(CheckRun).where(CheckRun.standards_hash == "x")).one()
        found = Finding(level="warn", rule=rule, message="请核对", place="blocks.0#0@0-2")
        session.add(
            CheckRun(manuscript_hash=manuscript, standards_hash="y", findings=[canonical.plain(found)], run_at=NOON)
        )
        session.flush()
        with pytest.raises(SignError, match="检查还有没处理的：请核对"):
            review.sign(session, manuscript, CHU, person(session, FIRST), "同意", NOON)
        checks.let_pass(session, manuscript, found, person(session, AUTHOR), "已核对", NOON)
        review.sign(session, manuscript, CHU, person(session, FIRST), "同意", NOON)


def test_words_once_said_stay(sent: Send, crew: House) -> None:
    number = sent()
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        review.note(session, one, person(session, FIRST), "blocks.0#0@0-5", "成都的量子", "请核对", NOON)
        with pytest.raises(SignError, match="先选中一句话"):
            review.note(session, one, person(session, FIRST), "", "", "请核对", NOON)
        for statement in (
            "UPDATE opinions SET words = 'x'", "DELETE FROM opinions", "DELETE FROM readings",
            "DELETE FROM submissions",
            "UPDATE readings SET number = 3", "DELETE FROM submission_steps",
        ):  # fmt: skip
            with pytest.raises(IntegrityError), session.begin_nested():
                session.exec(text(statement))  # type: ignore[call-overload]


def test_the_form_is_one_page_and_says_who(sent: Send, crew: House) -> None:
    number = sent("C")
    for login in (FIRST, SECOND):
        take(crew, number, login)
    with session_scope(crew.engine) as session:
        sheet = review.review_sheet(session, session.get_one(Submission, number))
    assert [name for _, name, _, _ in sheet.stages] == ["初审员", "复审员", "", "", "", ""]
    assert sheet.proofs[0][1] == "系统检查（机器）" and sheet.proofs[2][1] == "复审员"
    many = replace(sheet, accounts=tuple((f"渠道{n}", tuple(f"账号{m}" for m in range(105))) for n in range(7)))
    for one in (sheet, replace(many, note="说明" * 240, checks=("放行的一条" * 60,) * 8)):
        assert pdf(one, NOON).count(b"/Type /Page\n") == 1
