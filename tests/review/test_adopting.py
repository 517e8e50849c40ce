"""采用省级来稿: what the province signed goes out below by one confirmation; every refusal on the way."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cms import audit, recalls, releases, review
from cms.audit import AuditEntry
from cms.db import session_scope
from cms.matrix import Account
from cms.people import Notice, NoticeSend, Person, appoint, telling
from cms.people.notices import see_told, told_to
from cms.releases import Delivery, Release, adopting, freeze, halts, moment, moving, pushes, submitting
from cms.releases.adopting import Wish
from cms.releases.ahead import releases_in, why_early
from cms.releases.states import HaltedError, move
from cms.releases.submitting import SubmitError
from cms.review import SealedSet, SignError, Submission, submissions
from cms.stories import story_named, workdays
from pipeline import pushing
from pipeline import recalls as press
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.submissions import alarm, draw
from tests.people.house import NOON, hire, login_of
from tests.review.conftest import STORY, person, state, unit_of
from tests.review.test_rooms import take

SLUG = "sheng-liangzi"
SLOT = NOON + timedelta(days=1)
LATER = SLOT + timedelta(hours=2)
WRITER, EDITOR = login_of("记者", "sichuan"), login_of("编辑", "chengdu")
CHIEF = login_of("签发", "chengdu")
PROVINCE = login_of("签发", "sichuan")
START = text("UPDATE deliveries SET state = 'sending' WHERE id = :one")
Above = Callable[..., int]


def save(house: House, words: str = "这是第一天") -> None:
    with session_scope(house.engine) as session:
        unit = unit_of(session, "sichuan")
    story = STORY.format(slug=SLUG, headline="全省量子网络开通", words=words)
    made = take_in_text(house, story, f"{SLUG}.md", house.drafts / SLUG, WRITER, NOON, unit_id=unit)
    assert not made.is_blocked, made.findings


@pytest.fixture
def above(crew: House) -> Above:
    """The province's story, sent there and signed whole."""
    with session_scope(crew.engine) as session:
        hire(session, "sichuan.shen1", "省初审", "审核", "sichuan", crew.wires.vault)
        hire(session, "sichuan.shen2", "省复审", "审核", "sichuan", crew.wires.vault)
        hire(session, "sichuan.qian2", "省里另一位签发", "签发", "sichuan", crew.wires.vault)
        unit = unit_of(session, "sichuan")
        for channel in ("site", "wechat"):
            like = session.exec(select(Account).where(Account.key == f"{channel}:chengdu")).one()
            own = {**like.model_dump(exclude={"id"}), "key": f"{channel}:sichuan", "unit_id": unit, "name": "四川科技"}
            session.add(Account(**own | {"site_url": like.site_url.replace("chengdu", "sichuan")}))

    def sign(grade: str = "A", words: str = "这是第一天", *, until: int = 9) -> int:
        save(crew, words)
        with session_scope(crew.engine) as session:
            order = submitting.Order(
                due_at=SLOT,
                targets=(releases.Target(("site", "wechat"), ("sichuan",), alone=True),),
                grade=grade,
                attachment="川科发〔2026〕8号" if grade == "C" else "",
                replaces=waiting(session),
            )
            story = story_named(session, SLUG)
            assert story is not None
            number = submitting.submit(session, story, person(session, WRITER), order, NOON).id
        draw(crew, NOON)
        chain = ["sichuan.shen1", "sichuan.shen2", PROVINCE, PROVINCE]
        if grade != "A":
            chain[3] = "sichuan.qian2"
        if grade == "C":
            chain = ["sichuan.shen1", "sichuan.shen2", login_of("审核", "sichuan"), PROVINCE, "sichuan.qian2"]
            with session_scope(crew.engine) as session:
                hire(session, "sichuan.qian3", "第三位签发", "签发", "sichuan", crew.wires.vault)
            chain.append("sichuan.qian3")
        for login in chain[:until]:
            take(crew, number, login)
        return number

    return sign


def waiting(session: Session) -> frozenset[int]:
    """The signed releases of the story that have not gone out."""
    story = story_named(session, SLUG)
    return frozenset(one.release.id for one in submitting.replaced_by(session, story)) if story else frozenset()


def adopt(
    house: House, unit: str = "chengdu", login: str = EDITOR, *, drawn: bool = True, due: object = LATER, **more: object
) -> int:
    with session_scope(house.engine) as session:
        wish = Wish(due, more.get("channels", ("site", "wechat")))  # type: ignore[arg-type]
        number = adopting.adopt(session, SLUG, unit_of(session, unit), person(session, login), wish, NOON).id
    if drawn:
        draw(house, NOON)
    return number


def offers(house: House, unit: str = "chengdu") -> list[adopting.Offer]:
    with session_scope(house.engine) as session:
        return adopting.offered(session, unit_of(session, unit))


def refused(house: House, words: str, **given: object) -> None:
    with pytest.raises(SubmitError, match=words):
        adopt(house, **given)  # type: ignore[arg-type]


def deliveries(house: House, number: int) -> dict[str, str]:
    with session_scope(house.engine) as session:
        release = session.get_one(Submission, number).release_id
        query = select(Account.key, Delivery.state).where(
            Delivery.account_id == Account.id, Delivery.release_id == release
        )
        return dict(session.exec(query).all())


def test_the_whole_way(above: Above, crew: House) -> None:
    above()
    [offer] = offers(crew)
    assert (offer.story.slug, offer.unit, offer.grade, offer.one_step) == (SLUG, "四川", "A", True)
    number = adopt(crew)
    assert state(crew, number) == "reviewing"
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        assert [x.name for x in submissions.candidates(session, one, NOON)][:2] == ["chengdu签发", "另一位签发"]
        told = session.exec(select(Notice).where(Notice.subject == f"submission:{number}")).all()
        assert any("等您确认采用" in one.sentence for one in told)
        with pytest.raises(SignError, match="还没有通读这些渠道的样子"):
            submitting.take_step(session, one, person(session, CHIEF), "同意。", NOON)
    assert take(crew, number, CHIEF) == []
    assert state(crew, number) == "signed"
    assert deliveries(crew, number) == {"site:chengdu": "ready", "wechat:chengdu": "ready"}
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        source = session.get_one(SealedSet, one.source_set_id)
        assert source.manuscripts == [one.manuscript_hash]  # the very words
        sheet = review.review_sheet(session, one)
        assert [(step, name) for step, name, _, _ in sheet.stages] == [
            ("四川初审", "省初审"),
            ("四川复审", "省复审"),
            ("四川终审", "sichuan签发"),
            ("四川签发", "sichuan签发"),
            ("确认采用", "chengdu签发"),
        ]
        sealed = submissions.sealed_of(session, one)
        assert sealed is not None
        assert review.printed_line(session, sealed) == (
            "责编：省初审　审核：省复审、sichuan签发　签发：sichuan签发　确认采用：chengdu签发"
        )
        actions = set(session.exec(select(AuditEntry.action).where(AuditEntry.subject == f"submission:{number}")))
        assert "review.adopt" in actions
        assert audit.verify(session) is None
    assert offers(crew) == []  # it is on its accounts


def test_only_what_is_signed_whole_above_is_offered(above: Above, crew: House) -> None:
    above(until=3)
    assert offers(crew) == []
    refused(crew, "现在不能采用")


@pytest.mark.parametrize("unit", ["sichuan", "yunnan"])
def test_neither_the_province_itself_nor_another(above: Above, crew: House, unit: str) -> None:
    above()
    assert offers(crew, unit) == []
    refused(crew, "现在不能采用", unit=unit)


def test_nor_a_unit_beside(sent: Callable[..., int], crew: House) -> None:
    number = sent()
    for login in ("chengdu.shen1", "chengdu.shen2", CHIEF, CHIEF):
        take(crew, number, login)
    assert state(crew, number) == "signed"
    assert offers(crew, "ganzi") == []
    assert [one.unit for one in offers(crew, "wuhou")] == ["成都"]  # below Chengdu


def test_who_may_confirm(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    for login in (EDITOR, login_of("签发", "ganzi"), login_of("审核", "chengdu"), login_of("签发", "wuhou")):
        with pytest.raises(SignError, match="要由本单位或上级的“签发”来做"):
            take(crew, number, login)
    with session_scope(crew.engine) as session:
        hire(session, "both", "又写又签", "签发", "chengdu", crew.wires.vault)
    take(crew, number, PROVINCE)  # above, within reach
    assert state(crew, number) == "signed"


def test_while_it_is_drawn_its_own_signers_wait(above: Above, crew: House) -> None:
    above()
    number = adopt(crew, drawn=False)
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        assert "正在排版" in submissions.obstacle(session, one, person(session, CHIEF), NOON)
        assert "签发" in submissions.obstacle(session, one, person(session, login_of("签发", "ganzi")), NOON)
        assert person(session, CHIEF) in submissions.candidates(session, one, NOON)


def test_its_author_does_not_confirm(above: Above, crew: House) -> None:
    above()
    with session_scope(crew.engine) as session:
        appoint(session, person(session, WRITER), "签发", unit_of(session, "chengdu"), "test", NOON)
    number = adopt(crew)
    with pytest.raises(SignError, match="不能自审"):
        take(crew, number, WRITER)


def test_several_units_adopt_at_once_and_clear_nothing_of_each_other(above: Above, crew: House) -> None:
    province = above()
    first = adopt(crew)
    second = adopt(crew, "ganzi", login_of("编辑", "ganzi"))
    assert [state(crew, one) for one in (province, first, second)] == ["signed", "reviewing", "reviewing"]
    take(crew, second, login_of("签发", "ganzi"))
    assert [state(crew, one) for one in (province, first, second)] == ["signed", "reviewing", "signed"]
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, first)
        submitting.send_back(session, one, person(session, CHIEF), [], "本地不发", NOON)
        assert submissions.opinions_of(session, session.get_one(Submission, second))[0][0].words == "同意。"
        assert len(submissions.opinions_of(session, session.get_one(Submission, second))) == 1  # not the others' words
        back = submissions.returned_to(session, person(session, EDITOR))
        assert [(one.id, why) for one, why in back] == [(first, "本地不发")]
    assert set(deliveries(crew, province).values()) == {"ready"}
    assert set(deliveries(crew, second).values()) == {"ready"}
    assert set(deliveries(crew, first).values()) == {"cancelled"}
    assert [one.under_way for one in offers(crew)] == [None]  # it can be taken again


def test_the_province_sends_again_and_the_adoption_stays_its_own(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    with session_scope(crew.engine) as session:
        story = story_named(session, SLUG)
        assert story is not None
        assert submissions.open_of(session, story) is None  # the province's review is over
        assert submissions.under_review(session, story) == ""
    save(crew, "这是第二天")
    with session_scope(crew.engine) as session:
        story = story_named(session, SLUG)
        order = submitting.Order(
            SLOT, (releases.Target(("site",), ("sichuan",), alone=True),), replaces=waiting(session)
        )
        assert story is not None
        submitting.submit(session, story, person(session, WRITER), order, NOON)
    assert state(crew, number) == "reviewing"
    with pytest.raises(SignError, match="发稿单位又改了《全省量子网络开通》"):
        take(crew, number, CHIEF)
    assert state(crew, number) == "reviewing"


def test_what_the_province_changed_is_taken_anew_once_it_is_signed_again(above: Above, crew: House) -> None:
    above()
    first = adopt(crew)
    above(words="这是第二天")
    [offer] = offers(crew)
    assert offer.is_old and offer.under_way is not None
    second = adopt(crew)
    assert state(crew, first) == "replaced"
    assert set(deliveries(crew, first).values()) == {"cancelled"}
    assert take(crew, second, CHIEF) == []
    assert set(deliveries(crew, second).values()) == {"ready"}


def test_refusals(above: Above, crew: House) -> None:
    above()
    refused(crew, "已经过去", due=NOON - timedelta(hours=1))
    refused(crew, "不能抢先", due=SLOT - timedelta(hours=1))
    refused(crew, "还没有选渠道", channels=())
    refused(crew, "没有账号的渠道", channels=("site", "weibo"))
    adopt(crew)
    refused(crew, "本单位正在采用")


def test_an_important_story_takes_the_units_own_review_unless_the_province_says_otherwise(
    above: Above, crew: House
) -> None:
    above("C")
    [offer] = offers(crew)
    assert (offer.grade, offer.one_step) == ("C", False)
    refused(crew, "重要稿件要走本单位的三审")
    with session_scope(crew.engine) as session:
        review.rule_adoptions(session, unit_of(session, "sichuan"), {"C": True}, "sheng", NOON)
    number = adopt(crew)
    with session_scope(crew.engine) as session:
        review.rule_adoptions(session, unit_of(session, "sichuan"), {"C": False}, "sheng", NOON)
        kept = select(AuditEntry).where(AuditEntry.action == "review.adoptions")
        assert [one.actor for one in session.exec(kept)] == ["sheng", "sheng"]
    assert take(crew, number, CHIEF) == []  # what was sent keeps what it was sent with
    assert state(crew, number) == "signed"


def test_a_nearer_unit_may_be_stricter(crew: House) -> None:
    with session_scope(crew.engine) as session:
        chengdu, wuhou, ganzi = (unit_of(session, one) for one in ("chengdu", "wuhou", "ganzi"))
        review.rule_adoptions(session, chengdu, {"A": False}, "x", NOON)
        assert [review.one_is_enough(session, one, "A") for one in (chengdu, wuhou, ganzi)] == [False, False, True]
        with pytest.raises(review.GradeError, match="没有“D”这一级"):
            review.rule_adoptions(session, chengdu, {"D": True}, "x", NOON)


def test_it_is_pulled_by_who_took_it(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        with pytest.raises(SubmitError, match="只有送审的人能撤回"):
            submitting.pull(session, one, person(session, CHIEF), NOON)
        submitting.pull(session, one, person(session, EDITOR), NOON)
    assert state(crew, number) == "pulled"
    assert len(offers(crew)) == 1


def test_what_the_province_cancelled_is_not_offered(above: Above, crew: House) -> None:
    number = above()
    with session_scope(crew.engine) as session:
        release = session.get_one(Release, session.get_one(Submission, number).release_id)
        releases.cancel(session, release, PROVINCE, "不发了", NOON)
    assert offers(crew) == []


def stop(house: House) -> int:
    return press.order_retraction(house, SLUG, "不实", "本文不实，已撤回。", PROVINCE, NOON, policy=review.CORRECTION)


def test_what_is_stopped_is_neither_offered_nor_confirmed(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    stop(crew)
    assert offers(crew, "ganzi") == []
    with pytest.raises(SignError, match="已撤稿或正在更正，这一版不能再签"):
        take(crew, number, CHIEF)
    assert "ready" not in deliveries(crew, number).values()


def called_back(house: House, kind: str) -> int:
    if kind == "撤稿":
        return stop(house)
    words = STORY.format(slug=SLUG, headline="全省量子网络开通", words="这是改正过的第一天")
    by = login_of("编辑", "sichuan")
    return press.order_correction(house, SLUG, words, "日期写错", "日期应为第一天，特此更正。", by, NOON)


@pytest.mark.parametrize("kind", ["撤稿", "更正"])
def test_what_the_province_calls_back_reaches_the_adopted_copies(above: Above, crew: House, kind: str) -> None:
    above()
    number = adopt(crew)
    take(crew, number, CHIEF)
    order = called_back(crew, kind)
    with session_scope(crew.engine) as session:
        recall = session.get_one(releases.Recall, order)
        reached = {account.key for _, _, account in recalls.drafting.places(session, recall)}
        assert {"site:chengdu", "wechat:chengdu", "site:sichuan", "wechat:sichuan"} == reached
        query = select(releases.Remedy.account_id).where(releases.Remedy.recall_id == order)
        planned = {session.get_one(Account, one).key for one in session.exec(query)}
        assert reached == planned
        release = session.get_one(Submission, number).release_id
        ready = select(Delivery.id).where(Delivery.release_id == release, Delivery.state == "ready")
        if kind == "撤稿":  # meanwhile no old words start, whoever asks
            for one in session.exec(ready).all():
                with pytest.raises(IntegrityError, match="已撤稿、已更正的旧稿不能再发"), session.begin_nested():
                    session.connection().execute(START, {"one": one})
        assert len(session.exec(ready).all()) == 2


def test_an_adoption_nobody_confirms_is_told_again_two_hours_before_and_up_the_ladder(
    above: Above, crew: House
) -> None:
    above()
    number = adopt(crew)
    near = LATER - timedelta(hours=1, minutes=59)
    assert [alarm(crew, near), alarm(crew, near)] == [1, 0]
    with session_scope(crew.engine) as session:
        query = select(Notice).where(Notice.subject == f"submission:{number}").order_by(col(Notice.id).desc())
        late = session.exec(query.limit(1)).one()
        assert "还没有确认采用（chengdu签发" in late.sentence and "请马上处理" in late.sentence
        for minutes in (0, 31, 62):
            telling.spread(session, timedelta(minutes=30), (), near + timedelta(minutes=minutes))
        told = select(Person.login).where(NoticeSend.person_id == Person.id, NoticeSend.notice_id == late.id)
        assert {CHIEF, login_of("地市管理员", "chengdu")} <= set(session.exec(told))
        [own] = [each for each in told_to(session, person(session, EDITOR).id) if "已催，请您也盯着" in each.sentence]
        see_told(session, person(session, EDITOR).id, [own.id], near)
        assert late.seen_at is None, "whoever sent it takes note for themselves alone"
        assert late in told_to(session, person(session, CHIEF).id)


def test_what_was_adopted_is_moved_nowhere_before_where_it_comes_from(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    take(crew, number, CHIEF)
    early = SLOT - timedelta(hours=20)
    with session_scope(crew.engine) as session:
        release = session.get_one(Release, session.get_one(Submission, number).release_id)
        with pytest.raises(moving.MoveError, match="采用自四川"):
            moving.look(session, release, early, workdays(session), NOON)
        with pytest.raises(moving.MoveError, match="不能抢先"):
            moving.reschedule(session, release, early, CHIEF, "提前", NOON)
        account = session.exec(select(Account).where(Account.key == "wechat:chengdu")).one()
        one = session.exec(select(Delivery).where(Delivery.account_id == account.id)).one()
        for at, stopped in ((early, True), (SLOT, False)):
            outlook = pushes.look(session, pushes.Order(account, (one.id,), at, push=False), workdays(session), NOON)
            assert any("不能抢先" in words for words in outlook.stops) == stopped
        moving.reschedule(session, release, SLOT, CHIEF, "一起发", NOON)
        assert release.due_at == SLOT


def test_what_was_adopted_goes_along_when_the_province_postpones(above: Above, crew: House) -> None:
    """With its own reason and word to who adopted it; what is bound into a push is told of alone."""
    above()
    number = adopt(crew)
    take(crew, number, CHIEF)
    later, latest = LATER + timedelta(days=2), LATER + timedelta(days=3)
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        release = session.get_one(Release, one.release_id)
        source = session.get_one(Release, session.get_one(SealedSet, one.source_set_id).release_id)
        moving.reschedule(session, source, LATER - timedelta(minutes=1), PROVINCE, "先", NOON)
        assert release.due_at == LATER, "still not before it"
        moving.reschedule(session, source, later, PROVINCE, "会议推迟", NOON)
        mine = session.exec(select(Delivery).where(Delivery.release_id == release.id)).all()
        assert release.due_at == one.due_at == later and {each.due_at for each in mine} == {later}
        query = select(Notice).where(Notice.subject == f"submission:{number}").order_by(col(Notice.id).desc())
        assert "跟着改到同一时间" in session.exec(query.limit(1)).one().sentence
        bound = session.exec(select(Delivery).where(Delivery.release_id == release.id, Delivery.state == "ready")).all()
        move(session, bound[0], "hold", actor="x", now=NOON, reason="等人")
        moving.reschedule(session, source, latest, PROVINCE, "再推迟", NOON)
        assert release.due_at == later
        assert "不能抢先：请马上改期或取消" in session.exec(query.limit(1)).one().sentence


def test_what_waits_for_the_province_starts_with_it_and_not_before(above: Above, crew: House) -> None:
    """One held by a person kept the others from moving along: those are stopped at the moment of sending."""
    above()
    number = adopt(crew)
    take(crew, number, CHIEF)
    latest = LATER + timedelta(days=3)
    with session_scope(crew.engine) as session:
        release = session.get_one(Release, session.get_one(Submission, number).release_id)
        source = source_of(session, number)
        mine = session.exec(select(Delivery).where(Delivery.release_id == release.id).order_by(col(Delivery.id))).all()
        every = {one.id for one in mine}
        assert halts.startable(session, mine, LATER - timedelta(minutes=30)) == every
        move(session, mine[0], "hold", actor="x", now=NOON, reason="等人")
        moving.reschedule(session, source, latest, PROVINCE, "会议推迟", NOON)
        assert mine[1].due_at == LATER
        assert halts.startable(session, mine, LATER + timedelta(minutes=1)) == set()
        with pytest.raises(HaltedError, match="抢在发稿单位之前"):
            move(session, mine[1], "send", actor="x", now=LATER + timedelta(minutes=1))
        assert halts.startable(session, mine, latest) == every
        for one in session.exec(select(Delivery).where(Delivery.release_id == source.id)).all():
            one.state = "cancelled"
            session.add(one)
        session.flush()
        assert halts.startable(session, mine, LATER) == every, "the province sends none of it any more"


def test_bound_into_a_push_it_waits_for_the_province_too(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    take(crew, number, CHIEF)
    latest = LATER + timedelta(days=3)
    with session_scope(crew.engine) as session:
        account = session.exec(select(Account).where(Account.key == "wechat:chengdu")).one()
        article = session.exec(select(Delivery.id).where(Delivery.account_id == account.id)).one()
    composed = pushing.compose(crew, pushes.Order(account, (article,), LATER, push=False), CHIEF, NOON)
    with session_scope(crew.engine) as session:
        push = session.exec(select(Delivery).where(Delivery.release_id == composed)).one()
        assert halts.startable(session, [push], LATER) == {push.id}
        moving.reschedule(session, source_of(session, number), latest, PROVINCE, "会议推迟", NOON)
        assert push.due_at == LATER and halts.startable(session, [push], LATER) == set()
        notices = select(Notice).where(Notice.subject == f"submission:{number}").order_by(col(Notice.id).desc())
        said = session.exec(notices).first()
        assert said is not None and f"组进 {moving.on_the_clock(LATER)} 的推送" in said.sentence
        assert halts.startable(session, [push], latest) == {push.id}
        assert "不能抢先" in why_early(session, releases_in(session, push), LATER)


def test_a_push_is_not_moved_before_the_province_either(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    take(crew, number, CHIEF)
    with session_scope(crew.engine) as session:
        account = session.exec(select(Account).where(Account.key == "wechat:chengdu")).one()
        article = session.exec(select(Delivery.id).where(Delivery.account_id == account.id)).one()
    composed = pushing.compose(crew, pushes.Order(account, (article,), LATER, push=False), CHIEF, NOON)
    with session_scope(crew.engine) as session:
        release = session.get_one(Release, composed)
        slot = source_of(session, number).due_at
        with pytest.raises(moving.MoveError, match="不能抢先"):
            moving.look(session, release, slot - timedelta(minutes=1), workdays(session), NOON)
        with pytest.raises(moving.MoveError, match="不能抢先"):
            moving.reschedule(session, release, slot - timedelta(minutes=1), CHIEF, "提前", NOON)
        moving.reschedule(session, release, slot, CHIEF, "跟着省里", NOON)
        assert release.due_at == slot


def test_after_a_freeze_it_is_given_no_time_before_the_province(above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    take(crew, number, CHIEF)
    later = LATER + timedelta(days=2)
    with session_scope(crew.engine) as session:
        row = freeze.freeze(session, freeze.Scope(unit="chengdu"), "核实", PROVINCE, NOON)
        over = LATER + timedelta(minutes=5)
        held = freeze.hold_overdue(session, over)
        source = source_of(session, number)
        source.due_at = later
        session.add(source)
        freeze.thaw(session, row, PROVINCE, "核实了", over)
        with pytest.raises(freeze.FreezeError, match=f"定在 {moment(later)} 发布，不能抢先"):
            freeze.retime(session, held[0], later - timedelta(minutes=1), PROVINCE, "核实了", over)
        assert freeze.retime(session, held[0], later, PROVINCE, "核实了", over).due_at == later


def source_of(session: Session, number: int) -> Release:
    """The release this adoption rests on."""
    sealed = session.get_one(SealedSet, session.get_one(Submission, number).source_set_id)
    return session.get_one(Release, sealed.release_id)
