"""What the database refuses of an adoption (采用), on SQLite and PostgreSQL, whoever writes to it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from cms.matrix import Account, Unit
from cms.people import Person, Workspace
from cms.releases import deliveries_of, let_through, move, parse_target, plan, seal
from cms.releases.pushes import Order, compose, look, push_of
from cms.review import (
    ADOPT,
    ADOPTED,
    FINAL,
    FIRST,
    ISSUE,
    LAWFUL,
    REHEARSAL,
    SECOND,
    Policy,
    SealedSet,
    SignError,
    read_all,
    sign,
    sign_all,
)
from cms.stories import Revision, Story, save, workdays
from tests.cms.review.taking import take
from tests.cms.review.test_signature_walls import NOW, refused, run

Who = Callable[[str], Person]
Set = Callable[..., SealedSet]
WALL = "确认采用只用于上级已签发"


@pytest.fixture
def sealed(session: Session) -> Set:
    """A set of this version for these accounts, rendered and sealed."""

    def make(revision: Revision, to: str, policy: Policy = LAWFUL) -> SealedSet:
        release = plan(session, [revision], parse_target(to), NOW, "wang", policy, NOW)
        renditions = {}
        for one in deliveries_of(session, release):
            renditions[one.id] = f"r{one.id}"
            move(session, one, "render", actor="system", now=NOW, rendition_hash=renditions[one.id])
        return seal(session, release, renditions, [], policy, NOW)

    return make


@pytest.fixture
def revision(write: Callable[..., Revision]) -> Revision:
    """A story of the province's."""
    return write()


@pytest.fixture
def signed(session: Session, sealed: Set, revision: Revision, person: Who) -> SealedSet:
    """It, signed whole; the province has it on a site it speaks through (it has none of its own here)."""
    made = sealed(revision, "unit=zigong channel=site")
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen"), (ISSUE, "zhou")):
        take(session, made, step, person(login), "同意", NOW)
    return made


def confirm(session: Session, made: SealedSet, signer: Person) -> None:
    read_all(session, made, signer, NOW)
    sign(session, made, ADOPT, signer, "同意采用", NOW)


def test_what_is_signed_above_completes_by_one_confirmation(
    session: Session, sealed: Set, signed: SealedSet, revision: Revision, person: Who
) -> None:
    made = sealed(revision, "unit=chengdu channel=site,feed", ADOPTED)
    refused(session, f"UPDATE sealed_sets SET complete = true WHERE id = {made.id}", WALL)
    with pytest.raises(SignError, match="还没有通读这些渠道的样子：微站"):
        sign(session, made, ADOPT, person("zhou"), "同意采用", NOW)
    confirm(session, made, person("zhou"))
    assert made.complete


def test_unread_it_does_not_complete(
    session: Session, sealed: Set, signed: SealedSet, revision: Revision, person: Who
) -> None:
    made = sealed(revision, "unit=chengdu channel=site", ADOPTED)
    row = "step, signer_id, subject_hash, manuscript_hash, sealed_set_id, opinion, policy, signed_at"
    values = f"'{ADOPT}', {person('zhou').id}, hash, '', id, '同意', 'adopt', sealed_at"
    run(session, f"INSERT INTO signatures ({row}) SELECT {values} FROM sealed_sets WHERE id = {made.id}")
    refused(session, f"UPDATE sealed_sets SET complete = true WHERE id = {made.id}", WALL)
    read_all(session, made, person("zhou"), NOW)
    run(session, f"UPDATE sealed_sets SET complete = true WHERE id = {made.id}")


def test_what_nobody_signed_is_not_adopted(session: Session, sealed: Set, revision: Revision, person: Who) -> None:
    made = sealed(revision, "unit=chengdu channel=site", ADOPTED)
    with pytest.raises(IntegrityError, match=WALL), session.begin_nested():
        confirm(session, made, person("zhou"))
    half = sealed(revision, "unit=zigong channel=site")
    take(session, half, FIRST, person("li"), "同意", NOW)
    with pytest.raises(IntegrityError, match=WALL), session.begin_nested():
        confirm(session, made, person("zhou"))


def test_another_version_is_not_what_was_signed(
    session: Session, sealed: Set, signed: SealedSet, write: Callable[..., Revision], person: Who
) -> None:
    made = sealed(write(text="改过的正文"), "unit=chengdu channel=site", ADOPTED)
    with pytest.raises(IntegrityError, match=WALL), session.begin_nested():
        confirm(session, made, person("zhou"))


@pytest.mark.parametrize("to", ["unit=chengdu", "unit=zigong"])
def test_its_own_unit_and_one_beside_do_not_adopt(
    session: Session, sealed: Set, person: Who, unit_of: Callable[[str], int], to: str
) -> None:
    """The story is Chengdu's: neither Chengdu itself nor Zigong is below it."""
    text = save(session, "own", "正文", "成都的", "wang", NOW, manuscript_hash="m:own", unit_id=unit_of("chengdu"))
    assert session.get_one(Story, text.story_id).unit_id == unit_of("chengdu")
    first = sealed(text, "unit=chengdu channel=wechat")
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen"), (ISSUE, "zhou")):
        take(session, first, step, person(login), "同意", NOW)
    made = sealed(text, f"{to} channel=site", ADOPTED)
    with pytest.raises(IntegrityError, match=WALL), session.begin_nested():
        confirm(session, made, person("zhou"))


def test_its_author_does_not_confirm(
    session: Session, sealed: Set, signed: SealedSet, revision: Revision, person: Who
) -> None:
    made = sealed(revision, "unit=chengdu channel=site", ADOPTED)
    with pytest.raises(SignError, match="不能自审"):
        confirm(session, made, person("wang"))
    row = "step, signer_id, subject_hash, manuscript_hash, sealed_set_id, opinion, policy, signed_at"
    values = f"'{ADOPT}', {person('wang').id}, hash, '', id, '同意', 'adopt', sealed_at"
    refused(
        session, f"INSERT INTO signatures ({row}) SELECT {values} FROM sealed_sets WHERE id = {made.id}", "不能自审"
    )


def test_a_rehearsal_is_adopted_in_a_demo_house_alone(
    demo: Session, sealed: Set, revision: Revision, person: Who
) -> None:
    first = sealed(revision, "unit=zigong channel=site", REHEARSAL)
    sign_all(demo, first, person("wang"), "演练", NOW)
    made = sealed(revision, "unit=chengdu channel=site", ADOPTED)
    demo.get_one(Workspace, 1).demo = False
    demo.flush()
    with pytest.raises(IntegrityError, match=WALL), demo.begin_nested():
        confirm(demo, made, person("zhou"))
    demo.get_one(Workspace, 1).demo = True
    demo.flush()
    confirm(demo, made, person("zhou"))
    assert made.complete


def test_what_was_adopted_goes_out_in_a_push_like_what_was_signed_here(
    session: Session, sealed: Set, signed: SealedSet, revision: Revision, person: Who
) -> None:
    made = sealed(revision, "unit=chengdu channel=wechat", ADOPTED)
    confirm(session, made, person("zhou"))
    [one] = let_through(session, made, "zhou", NOW)
    account = session.get_one(Account, one.account_id)
    order = Order(account, (one.id,), NOW + timedelta(hours=2), push=False)
    assert look(session, order, workdays(session), NOW).stops == ()
    release = compose(session, order, [one.rendition_hash], "push", [], person("zhou"), workdays(session), NOW)
    assert push_of(session, release) is not None
    assert one.state == "composed"


@pytest.fixture
def unit_of(session: Session) -> Callable[[str], int]:
    return lambda slug: session.exec(select(Unit.id).where(Unit.slug == slug)).one()
