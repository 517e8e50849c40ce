"""三审三校 as a person meets it: each refusal in words, and the line printed at the end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from cms.audit import history
from cms.people import Person, Workspace
from cms.releases import Delivery, Release, deliveries_of, let_through, move, parse_target, plan, seal
from cms.review import (
    FINAL,
    FIRST,
    ISSUE,
    LAWFUL,
    POLICIES,
    REHEARSAL,
    SECOND,
    Policy,
    SealedRendition,
    SealedSet,
    Signature,
    SignError,
    missing_steps,
    printed_line,
    proof,
    proof_next,
    read_all,
    sign,
    sign_all,
)
from cms.stories import Revision
from tests.cms.review.taking import take

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
Write = Callable[..., Revision]
Who = Callable[[str], Person]


def rendered(session: Session, revisions: list[Revision], policy: Policy = LAWFUL) -> Release:
    release = plan(session, revisions, parse_target("unit=chengdu"), DUE, "wang", policy, NOW, group_limit=lambda _: 8)
    for delivery in deliveries_of(session, release):
        move(session, delivery, "render", actor="system", now=NOW, rendition_hash=f"r{delivery.id}")
    return release


def sealed_of(session: Session, release: Release, policy: Policy = LAWFUL) -> SealedSet:
    renditions = {one.id: one.rendition_hash for one in deliveries_of(session, release)}
    return seal(session, release, renditions, ["asset"], policy, NOW)


@pytest.fixture
def sealed(session: Session, write: Write) -> SealedSet:
    return sealed_of(session, rendered(session, [write(text="甲"), write("tea", "茶")][:2]))


def test_four_steps_by_three_people_complete_the_set(session: Session, sealed: SealedSet, person: Who) -> None:
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen"), (ISSUE, "chen")):
        assert missing_steps(session, sealed)[0] == step
        assert not sealed.complete
        take(session, sealed, step, person(login), "同意", NOW)
    assert sealed.complete
    assert missing_steps(session, sealed) == []
    assert printed_line(session, sealed) == "责编：李编辑　审核：赵主任、陈总编　签发：陈总编"


def test_first_and_second_sign_each_manuscript_the_others_the_set(
    session: Session, sealed: SealedSet, person: Who
) -> None:
    first = take(session, sealed, FIRST, person("li"), "同意", NOW)
    assert [one.manuscript_hash for one in first] == sorted(sealed.manuscripts)
    take(session, sealed, SECOND, person("zhao"), "同意", NOW)
    final = take(session, sealed, FINAL, person("chen"), "同意", NOW)
    assert [(one.sealed_set_id, one.subject_hash) for one in final] == [(sealed.id, sealed.hash)]
    assert history(session, f"signature:{final[0].id}")[0].actor == "chen"


def test_a_manuscript_may_be_signed_before_anything_is_rendered(session: Session, write: Write, person: Who) -> None:
    revision = write()
    sign(session, revision.manuscript_hash, FIRST, person("li"), "同意", NOW)
    sign(session, revision.manuscript_hash, SECOND, person("zhao"), "同意", NOW)
    sealed = sealed_of(session, rendered(session, [revision]))
    assert missing_steps(session, sealed) == [FINAL, ISSUE]


def test_nobody_signs_a_text_they_wrote_or_mended(session: Session, write: Write, person: Who) -> None:
    write(text="初稿", author="zhao")
    revision = write(text="改稿", author="li")
    for login in ("zhao", "li"):
        with pytest.raises(SignError, match="不能自审"):
            sign(session, revision.manuscript_hash, FIRST, person(login), "同意", NOW)


def test_who_mends_the_text_later_did_not_write_what_was_signed(session: Session, write: Write, person: Who) -> None:
    revision = write(text="甲")
    write(text="乙", author="li")
    write(text="甲")
    with pytest.raises(SignError, match="不能自审"):
        sign(session, revision.manuscript_hash, FIRST, person("li"), "同意", NOW)
    sign(session, revision.manuscript_hash, FIRST, person("zhao"), "同意", NOW)


@pytest.mark.parametrize(
    ("step", "login", "earlier"),
    [
        (SECOND, "li", FIRST),
        (FINAL, "li", FIRST),
        (FINAL, "zhao", SECOND),
        (ISSUE, "li", FIRST),
        (ISSUE, "zhao", SECOND),
    ],
)
def test_no_two_steps_by_one_person(
    session: Session, sealed: SealedSet, person: Who, step: str, login: str, earlier: str
) -> None:
    for done, by in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen")):
        if done == step:
            break
        take(session, sealed, done, person(by), "同意", NOW)
    with pytest.raises(SignError, match=f"已签过{earlier}，同一人不能再签{step}"):
        sign(session, sealed, step, person(login), "同意", NOW)


def test_a_house_may_ask_for_four_people(
    session: Session, write: Write, person: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(LAWFUL, name="strict", same_hand=())
    monkeypatch.setitem(POLICIES, "strict", strict)  # type: ignore[arg-type]
    sealed = sealed_of(session, rendered(session, [write()], strict), strict)
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen")):
        sign(session, sealed, step, person(login), "同意", NOW)
    with pytest.raises(SignError, match="陈总编已签过终审"):
        sign(session, sealed, ISSUE, person("chen"), "同意", NOW)
    sign(session, sealed, ISSUE, person("zhou"), "同意", NOW)
    assert sealed.complete


@pytest.mark.parametrize("opinion", ["", "  \n"])
def test_a_signature_needs_an_opinion(session: Session, sealed: SealedSet, person: Who, opinion: str) -> None:
    with pytest.raises(SignError, match="初审缺意见"):
        sign(session, sealed, FIRST, person("li"), opinion, NOW)


def test_a_text_is_proofed_three_times_and_each_channel_read(session: Session, sealed: SealedSet, person: Who) -> None:
    """R2, also for what was never sent to the desk: planned and signed by the command alone."""
    for step, login in ((FIRST, "li"), (SECOND, "zhao")):
        sign(session, sealed, step, person(login), "同意", NOW)
    with pytest.raises(SignError, match="三校还没有做完，还缺一校、二校、三校"):
        sign(session, sealed, FINAL, person("chen"), "同意", NOW)
    for manuscript in sealed.manuscripts:
        proof(session, manuscript, 1, None, NOW)
        for login in ("li", "zhao"):
            proof_next(session, manuscript, person(login), NOW)
    sign(session, sealed, FINAL, person("chen"), "同意", NOW)
    with pytest.raises(SignError, match="还没有通读这些渠道的样子"):
        sign(session, sealed, ISSUE, person("chen"), "同意", NOW)
    read_all(session, sealed, person("chen"), NOW)
    sign(session, sealed, ISSUE, person("chen"), "同意", NOW)
    assert sealed.complete


@pytest.mark.parametrize("step", [SECOND, FINAL, ISSUE])
def test_steps_are_taken_in_order(session: Session, sealed: SealedSet, person: Who, step: str) -> None:
    with pytest.raises(SignError, match=f"还没有初审，不能{step}；请按 初审 → 复审 → 终审 → 签发"):
        sign(session, sealed, step, person("li"), "同意", NOW)


def test_a_step_is_signed_once(session: Session, sealed: SealedSet, person: Who) -> None:
    sign(session, sealed, FIRST, person("li"), "同意", NOW)
    with pytest.raises(SignError, match="初审已经签过"):
        sign(session, sealed, FIRST, person("chen"), "同意", NOW)


def test_an_unknown_step_and_one_that_needs_a_sealed_set(session: Session, write: Write, person: Who) -> None:
    manuscript = write().manuscript_hash
    with pytest.raises(SignError, match="没有“四审”这一步，请用 --step 写：初审、复审、终审、签发"):
        sign(session, manuscript, "四审", person("li"), "同意", NOW)
    with pytest.raises(SignError, match="终审签的是封存件，请先渲染并封存"):
        sign(session, manuscript, FINAL, person("li"), "同意", NOW)
    with pytest.raises(SignError, match="没有这份定稿"):
        sign(session, "nothing", FIRST, person("li"), "同意", NOW)


@pytest.mark.proves("I6")
def test_an_edit_voids_what_was_signed(session: Session, sealed: SealedSet, write: Write, person: Who) -> None:
    sign(session, sealed, FIRST, person("li"), "同意", NOW)
    revision = write(text="改了一字")
    with pytest.raises(SignError, match="标题 quantum”在送审后已改动，请重新从初审开始"):
        sign(session, sealed, SECOND, person("zhao"), "同意", NOW)
    with pytest.raises(SignError, match="还没有初审"):
        sign(session, revision.manuscript_hash, SECOND, person("zhao"), "同意", NOW)


@pytest.mark.proves("I6")
def test_an_edit_after_the_last_signature_lets_nothing_through(
    session: Session, sealed: SealedSet, write: Write, person: Who
) -> None:
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen"), (ISSUE, "zhou")):
        take(session, sealed, step, person(login), "同意", NOW)
    write(text="改了一字")
    with pytest.raises(SignError, match="在送审后已改动"):
        let_through(session, sealed, "zhou", NOW)
    assert {one.state for one in session.exec(select(Delivery))} == {"rendered"}


def test_a_changed_rendition_needs_only_the_last_two_signatures_again(
    session: Session, write: Write, person: Who
) -> None:
    release = rendered(session, [write()])
    sealed = sealed_of(session, release)
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen")):
        take(session, sealed, step, person(login), "同意", NOW)
    first, *_ = deliveries_of(session, release)
    move(session, first, "render", actor="system", now=NOW, rendition_hash="new")
    again = sealed_of(session, release)
    assert again.id != sealed.id
    assert missing_steps(session, again) == [FINAL, ISSUE]


def test_sealing_the_same_again_keeps_its_signatures(session: Session, sealed: SealedSet, person: Who) -> None:
    sign(session, sealed, FIRST, person("li"), "同意", NOW)
    assert sealed_of(session, session.get_one(Release, sealed.release_id)).id == sealed.id


def test_a_rendition_slipped_in_before_the_first_signature_is_noticed(
    session: Session, sealed: SealedSet, write: Write, person: Who
) -> None:
    other = rendered(session, [write("other")])
    delivery = deliveries_of(session, other)[0]
    session.add(SealedRendition(sealed_set_id=sealed.id, delivery_id=delivery.id, rendition_hash="x"))
    with pytest.raises(SignError, match="与当初封存的不一致"):
        sign(session, sealed, FIRST, person("li"), "同意", NOW)


def test_nothing_rendered_or_not_what_the_ledger_says_cannot_be_sealed(session: Session, write: Write) -> None:
    release = rendered(session, [write()])
    with pytest.raises(SignError, match="没有可以封存的成品"):
        seal(session, release, {}, [], LAWFUL, NOW)
    with pytest.raises(SignError, match="与投递台账不一致"):
        seal(session, release, {1: "other"}, [], LAWFUL, NOW)
    with pytest.raises(SignError, match="与投递台账不一致"):
        seal(session, release, {99: "r99"}, [], LAWFUL, NOW)


def test_a_rehearsal_is_signed_by_one_person_in_a_demo_house(demo: Session, write: Write, person: Who) -> None:
    sealed = sealed_of(demo, rendered(demo, [write()], REHEARSAL), REHEARSAL)
    sign_all(demo, sealed, person("wang"), "演练", NOW)
    assert sealed.complete
    assert len(demo.exec(select(Signature)).all()) == 4
    assert printed_line(demo, sealed) == "责编：王记者　审核：王记者　签发：王记者（演练）"


def test_a_rehearsal_counts_nothing_in_a_real_house(demo: Session, write: Write, person: Who) -> None:
    release = rendered(demo, [write()], REHEARSAL)
    sealed = sealed_of(demo, release, REHEARSAL)
    demo.get_one(Workspace, 1).demo = False
    demo.flush()
    for attempt in (
        lambda: sealed_of(demo, release, REHEARSAL),
        lambda: sign_all(demo, sealed, person("wang"), "演练", NOW),
        lambda: sign(demo, "m:quantum:正文", FIRST, person("li"), "演练", NOW, REHEARSAL),
    ):
        with pytest.raises(SignError, match="“演练”只能用于演示工作区；正式工作区请按“三审三校”审签"):
            attempt()


def test_a_house_without_a_workspace_row_is_a_real_one(session: Session, write: Write, person: Who) -> None:
    session.delete(session.get_one(Workspace, 1))
    session.flush()
    with pytest.raises(SignError, match="演示工作区"):
        sign(session, write().manuscript_hash, FIRST, person("li"), "演练", NOW, REHEARSAL)


def test_a_rehearsed_signature_is_no_lawful_one(demo: Session, write: Write, person: Who) -> None:
    release = rendered(demo, [write()])
    sign_all(demo, sealed_of(demo, release, REHEARSAL), person("li"), "演练", NOW)
    assert missing_steps(demo, sealed_of(demo, release)) == [FIRST, SECOND, FINAL, ISSUE]


def test_deliveries_point_to_the_set_they_were_sealed_in(session: Session, sealed: SealedSet) -> None:
    assert {one.sealed_set_id for one in session.exec(select(Delivery))} == {sealed.id}
