"""What the database itself refuses, whoever writes to it: raw SQL that tries to cheat."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from cms.people import Person, Workspace
from cms.releases import NEEDS_SIGNATURE, STATE_NAMES, Delivery, deliveries_of, move, parse_target, plan, seal
from cms.review import FINAL, FIRST, ISSUE, LAWFUL, SECOND, SealedSet, Signature, read_all, sign
from cms.stories import Revision
from tests.cms.review.taking import take
from tests.services.databases import spoken

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
AT = "'2026-11-24 02:00:00.000000'"


@pytest.fixture
def sealed(session: Session, write: Callable[..., Revision]) -> SealedSet:
    """Three rendered deliveries, sealed and not yet signed; one more that is in no set."""
    release = plan(
        session,
        [write()],
        parse_target("unit=chengdu,zigong channel=site,feed"),
        NOW,
        "wang",
        LAWFUL,
        NOW,
        group_limit=lambda _: 1,
    )
    for delivery in deliveries_of(session, release):
        move(session, delivery, "render", actor="system", now=NOW, rendition_hash=f"r{delivery.id}")
    return seal(session, release, {1: "r1", 2: "r2", 3: "r3"}, [], LAWFUL, NOW)


@pytest.fixture
def signed(session: Session, sealed: SealedSet, person: Callable[[str], Person]) -> SealedSet:
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen"), (ISSUE, "zhou")):
        take(session, sealed, step, person(login), "同意", NOW)
    return sealed


def run(session: Session, statement: str) -> None:
    connection = session.connection()
    assert connection.execute(text(spoken(statement, connection))).rowcount == 1  # it was about a row that is there


def refused(session: Session, statement: str, words: str) -> None:
    with pytest.raises(IntegrityError, match=words), session.begin_nested():
        run(session, statement)


UNSIGNED = "未经签发的投递不能进入待发"
KEPT = "封存"
STATES = sorted(NEEDS_SIGNATURE)
OPEN_STATES = sorted(STATE_NAMES.keys() - NEEDS_SIGNATURE)
ENTER = f"UPDATE deliveries SET state = '{{state}}', person = 'x', reason = 'x', deadline = {AT} WHERE id = 1"
NEW_ROW = (
    "INSERT INTO deliveries (id, release_id, account_id, stories, key, generation, state, due_at, "
    "rendition_hash, sealed_set_id, lease_owner, fence, attempts, deaths, reason, person, deadline, verified, "
    "changed_at) SELECT {id}, release_id, account_id, stories, 'stolen', generation, '{state}', due_at, "
    "rendition_hash, sealed_set_id, '', 0, 0, 0, 'why', 'who', due_at, verified, changed_at "
    "FROM deliveries WHERE id = 1"
)


@pytest.mark.proves("I14")
def test_an_unsigned_delivery_enters_none_of_these_states(session: Session, sealed: SealedSet) -> None:
    for state in STATES:
        refused(session, ENTER.format(state=state), UNSIGNED)
        refused(session, NEW_ROW.format(id="900", state=state), UNSIGNED)


def test_the_other_states_need_no_signature(session: Session, sealed: SealedSet) -> None:
    for state in OPEN_STATES:
        run(session, ENTER.format(state=state))


def test_a_signed_delivery_enters_each_of_them(session: Session, signed: SealedSet) -> None:
    for state in STATES:
        run(session, ENTER.format(state=state))


@pytest.mark.parametrize(
    "cheat",
    [
        "UPDATE deliveries SET state = 'ready', rendition_hash = 'other' WHERE id = 1",
        "UPDATE deliveries SET state = 'ready', sealed_set_id = NULL WHERE id = 1",
        "UPDATE deliveries SET state = 'ready', sealed_set_id = 1 WHERE id = 4",
        "UPDATE deliveries SET state = 'ready', sealed_set_id = 1, rendition_hash = 'r1' WHERE id = 4",
        NEW_ROW.format(id="900", state="ready"),
        NEW_ROW.format(id="77", state="published"),
    ],
)
def test_a_complete_set_lets_nothing_else_through(session: Session, signed: SealedSet, cheat: str) -> None:
    refused(session, cheat, UNSIGNED)


@pytest.mark.parametrize(
    "cheat",
    [
        "UPDATE deliveries SET rendition_hash = 'other' WHERE id = 1",
        "UPDATE deliveries SET sealed_set_id = NULL WHERE id = 1",
        "UPDATE deliveries SET state = 'published', rendition_hash = 'other' WHERE id = 1",
    ],
)
@pytest.mark.proves("I6")
def test_a_ready_delivery_cannot_change_what_is_sent(session: Session, signed: SealedSet, cheat: str) -> None:
    move(session, session.get_one(Delivery, 1), "sign", actor="zhou", now=NOW)
    refused(session, cheat, UNSIGNED)


def test_a_set_is_not_complete_by_saying_so(session: Session, sealed: SealedSet) -> None:
    refused(session, "UPDATE sealed_sets SET complete = true", "签字不齐")
    columns = "release_id, manuscripts, renditions, assets, policy, sealed_at"
    refused(
        session,
        f"INSERT INTO sealed_sets (hash, complete, {columns}) SELECT 'forged', true, {columns} FROM sealed_sets",
        "逐步签字",
    )
    run(
        session,
        f"INSERT INTO sealed_sets (hash, complete, {columns}) SELECT 'bare', false, {columns} FROM sealed_sets",
    )
    refused(session, "UPDATE sealed_sets SET complete = true WHERE hash = 'bare'", "签字不齐")


def test_a_set_with_one_signature_missing_is_not_complete(
    session: Session, sealed: SealedSet, person: Callable[[str], Person]
) -> None:
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen")):
        take(session, sealed, step, person(login), "同意", NOW)
        refused(session, "UPDATE sealed_sets SET complete = true", "签字不齐")


def test_a_set_nobody_read_is_not_complete(
    session: Session, sealed: SealedSet, person: Callable[[str], Person]
) -> None:
    """R2: every signature is there, slipped in past the room, but no channel was read."""
    for step, login in ((FIRST, "li"), (SECOND, "zhao"), (FINAL, "chen")):
        take(session, sealed, step, person(login), "同意", NOW)
    last = {"step": ISSUE, "signer_id": person("zhou").id, "sealed_set_id": sealed.id, "subject_hash": sealed.hash}
    session.add(Signature(**last, opinion="同意", policy=LAWFUL.name, signed_at=NOW))
    session.flush()
    refused(session, "UPDATE sealed_sets SET complete = true", "三校一读")
    read_all(session, sealed, person("zhou"), NOW)
    run(session, "UPDATE sealed_sets SET complete = true")


def test_a_set_of_unproofed_texts_is_not_complete(
    session: Session, sealed: SealedSet, person: Callable[[str], Person]
) -> None:
    for step, login in ((FIRST, "li"), (SECOND, "zhao")):
        sign(session, sealed, step, person(login), "同意", NOW)
    for step, login in ((FINAL, "chen"), (ISSUE, "zhou")):
        given = {"step": step, "signer_id": person(login).id, "sealed_set_id": sealed.id, "subject_hash": sealed.hash}
        session.add(Signature(**given, opinion="同意", policy=LAWFUL.name, signed_at=NOW))
        session.flush()
    read_all(session, sealed, person("zhou"), NOW)
    refused(session, "UPDATE sealed_sets SET complete = true", "三校一读")


@pytest.mark.parametrize(
    "cheat",
    [
        'UPDATE sealed_sets SET renditions = \'{"1":"other"}\'',
        "UPDATE sealed_sets SET manuscripts = '[]'",
        "UPDATE sealed_sets SET assets = '[\"x\"]'",
        "UPDATE sealed_sets SET hash = 'other'",
        "UPDATE sealed_sets SET policy = 'rehearsal'",
        "UPDATE sealed_sets SET release_id = 2",
        f"UPDATE sealed_sets SET sealed_at = {AT.replace('02:00', '03:00')}",
        "UPDATE sealed_sets SET complete = false",
        "DELETE FROM sealed_sets",
        "INSERT OR REPLACE INTO sealed_sets SELECT id, hash, release_id, manuscripts, '{}', assets, policy, false, "
        "sealed_at FROM sealed_sets",
        "UPDATE sealed_renditions SET rendition_hash = 'other'",
        "DELETE FROM sealed_renditions WHERE delivery_id = 1",
        "INSERT INTO sealed_renditions VALUES (1, 4, 'r4')",
        "INSERT OR REPLACE INTO sealed_renditions VALUES (1, 1, 'other')",
        "UPDATE sealed_steps SET step = '免审'",
        "DELETE FROM sealed_steps",
        "INSERT INTO sealed_steps VALUES (1, '五审', '')",
    ],
)
def test_a_signed_set_cannot_be_changed_or_deleted(session: Session, signed: SealedSet, cheat: str) -> None:
    refused(session, cheat, KEPT)


@pytest.mark.parametrize(
    "cheat",
    [
        "UPDATE signatures SET signer_id = 1",
        "UPDATE signatures SET opinion = '另说'",
        "DELETE FROM signatures",
        "INSERT OR REPLACE INTO signatures SELECT 900, step, 5, subject_hash, manuscript_hash, sealed_set_id, "
        "opinion, policy, signed_at FROM signatures WHERE id = 1",
    ],
)
def test_a_signature_cannot_be_changed_or_deleted(session: Session, signed: SealedSet, cheat: str) -> None:
    refused(session, cheat, "签字不能改动或删除")


def forged(session: Session, signer: int, policy: str, opinion: str = "同意") -> str:
    manuscript = "m:quantum:正文"
    return (
        "INSERT INTO signatures (step, signer_id, subject_hash, manuscript_hash, opinion, policy, signed_at) "
        f"VALUES ('初审', {signer}, '{manuscript}', '{manuscript}', '{opinion}', '{policy}', {AT})"
    )


def test_the_database_too_knows_self_review_and_rehearsals(session: Session, sealed: SealedSet) -> None:
    refused(session, forged(session, 1, "lawful"), "不能自审")
    refused(session, forged(session, 2, "rehearsal"), "演练签字不能用于正式工作区")
    refused(session, forged(session, 2, "lawful", opinion=""), "says_why")
    run(session, forged(session, 2, "lawful"))
    session.get_one(Workspace, 1).demo = True
    session.flush()
    run(session, forged(session, 1, "rehearsal"))


def test_a_delivery_is_never_deleted_once_it_is_more_than_a_plan(session: Session, signed: SealedSet) -> None:
    refused(session, "DELETE FROM deliveries WHERE id = 1", "不能删除，只能取消")
    if session.connection().dialect.name == "sqlite":  # the one database where an insert can delete
        refused(session, NEW_ROW.replace("INSERT", "INSERT OR REPLACE").format(id="1", state="planned"), "不能删除")


def test_no_silence_held_and_failed_say_why_and_a_handover_says_who(session: Session, signed: SealedSet) -> None:
    refused(session, "UPDATE deliveries SET state = 'held' WHERE id = 1", "says_why")
    refused(session, "UPDATE deliveries SET state = 'failed' WHERE id = 1", "says_why")
    refused(session, "UPDATE deliveries SET state = 'handed_over' WHERE id = 1", "says_who")
    refused(session, "UPDATE deliveries SET state = 'handed_over', person = 'x' WHERE id = 1", "says_who")
