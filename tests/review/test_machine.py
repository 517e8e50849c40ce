"""Everybody tries everything, in any order: nothing gets out unsigned, signed by its author, or by one person twice."""

import shutil
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import Session, col, func, select

from cms import releases, review
from cms.db import migrate, open_engine, session_scope
from cms.matrix import Matrix, built_in, load_matrix, store_matrix
from cms.people import Person, Workspace
from cms.people.roles import REVIEWER, ROLES, SIGNER, appointments_of, tree
from cms.releases import Delivery, Item, submitting, voiding
from cms.review import Affirmation, SealedSet, SealedStep, Signature, SignError, Submission, submissions
from cms.stories import Revision, Story, newest, save, story_named
from tests.people.house import NOON, hire

UNITS = ("sichuan", "chengdu", "ganzi")
LOGINS = [f"{unit}.{number}" for unit in UNITS for number in range(len(ROLES))] + ["chengdu.r2", "chengdu.s2"]
SLUG = "chengdu-one"
_TEMPLATE: list[Path] = []


def template() -> Path:
    """Three units, somebody for each of nine roles in each, and a story of Chengdu's; made once."""
    if not _TEMPLATE:
        file = Path(mkdtemp()) / "yigao.db"
        engine = open_engine(file)
        migrate(engine)
        matrix = load_matrix(built_in())
        with session_scope(engine) as session:
            session.add(Workspace(name="四川科技", demo=False, created_at=NOON))
            store_matrix(session, Matrix(tuple(one for one in matrix.units if one.slug in UNITS)), ["site", "feed"])
            for unit in UNITS:
                for number, role in enumerate(ROLES):
                    hire(session, f"{unit}.{number}", f"{unit}{role}", role, unit)
            hire(session, "chengdu.r2", "第二位审核", REVIEWER, "chengdu")
            hire(session, "chengdu.s2", "第二位签发", SIGNER, "chengdu")
        engine.dispose()
        _TEMPLATE.append(file)
    return _TEMPLATE[0]


class Review(RuleBasedStateMachine):
    """One story, 29 people."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        shutil.copy(template(), self.folder / "yigao.db")
        self.engine = open_engine(self.folder / "yigao.db")
        self.saves = 0
        self.edit("chengdu.0")

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @rule(login=st.sampled_from(["chengdu.0", "chengdu.1", "chengdu.2", "chengdu.3", "chengdu.r2"]))
    def edit(self, login: str) -> None:
        self.saves += 1
        with session_scope(self.engine) as session:
            unit = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
            made = save(session, SLUG, f"第 {self.saves} 稿", "题", login, NOON, f"m{self.saves}", unit_id=unit)
            voiding.settle(session, made.story_id, NOON)

    @rule()
    def undo(self) -> None:
        """The words that were sent last are brought back, by whoever wrote them."""
        with session_scope(self.engine) as session:
            story = self.story(session)
            query = select(Submission).where(Submission.story_id == story.id).order_by(col(Submission.id).desc())
            sent = session.exec(query).first()
            if sent is None:
                return
            was = session.get_one(Revision, sent.revision_id)
            save(session, SLUG, was.text, "题", "chengdu.0", NOON, was.manuscript_hash)
            voiding.settle(session, story.id, NOON)

    @rule(login=st.sampled_from(LOGINS), words=st.sampled_from(["", "照原样发"]))
    def affirm(self, login: str, words: str) -> None:
        """Somebody says that what was signed goes out as it was signed."""
        with session_scope(self.engine) as session:
            person = self.person(session, login)
            for release in session.exec(select(releases.Release)).all():
                may = words and not voiding.cannot(session, release, person, NOON)
                try:
                    voiding.send_as_signed(session, release, person, words, NOON)
                    assert may
                except SignError:
                    assert not may

    @rule(grade=st.sampled_from("ABC"), hours=st.integers(3, 9), is_told=st.booleans())
    def send(self, grade: str, hours: int, is_told: bool = True) -> None:
        with session_scope(self.engine) as session:
            target = releases.Target(("site", "feed"), ("chengdu",), alone=True)
            story = self.story(session)
            waiting = frozenset(one.release.id for one in submitting.replaced_by(session, story))
            order = submitting.Order(
                NOON + timedelta(hours=hours), (target,), grade, attachment="文号",
                replaces=waiting if is_told else frozenset(),
            )  # fmt: skip
            try:
                submitting.submit(session, story, self.person(session, "chengdu.0"), order, NOON)
                assert is_told or not waiting
            except submitting.SubmitError:
                session.rollback()

    @rule()
    def draw(self) -> None:
        """What the press room does, without ink."""
        with session_scope(self.engine) as session:
            for one in submitting.to_draw(session):
                release = session.get_one(releases.Release, one.release_id)
                made = releases.deliveries_of(session, release)
                for each in made:
                    hashed = {"rendition_hash": f"r{each.id}"}
                    releases.move(session, each, "render", actor="system", now=NOON, **hashed)
                renditions = {each.id: each.rendition_hash for each in made}
                sealed = releases.seal(session, release, renditions, [], review.LAWFUL, NOON)
                submitting.drawn(session, one, sealed.id, "", NOON)

    @rule(login=st.sampled_from(LOGINS))
    def take(self, login: str) -> None:
        self.act(login, lambda session, one, me: submitting.take_step(session, one, me, "同意", NOON))

    @rule(data=st.data(), grade=st.sampled_from("ABC"), steps=st.integers(1, 6))
    def go_on(self, data: st.DataObject, grade: str, steps: int) -> None:
        """As it should go, for a while."""
        self.send(grade, 5)
        self.draw()
        for _ in range(steps):
            self.take_in_turn(data)

    def take_in_turn(self, data: st.DataObject) -> None:
        """Somebody who may, so that the end is reached; with their proof and their readings."""
        with session_scope(self.engine) as session:
            one = review.open_of(session, self.story(session))
            able = submissions.candidates(session, one, NOON) if one else []
            if one is None or not able or not review.is_current(session, one):
                return
            me, sealed = data.draw(st.sampled_from(able)), submissions.sealed_of(session, one)
            review.proof_next(session, one.manuscript_hash, me, NOON)
            if sealed is not None:
                review.read_all(session, sealed, me, NOON)
            try:
                submitting.take_step(session, one, me, "同意", NOON)
            except SignError as refused:
                assert "排版" in str(refused) or "三校" in str(refused) or "刷新" in str(refused)

    @rule(login=st.sampled_from(LOGINS), step=st.sampled_from([*review.LAWFUL.steps, "保密审查", "省级签发"]))
    def sign_straight(self, login: str, step: str) -> None:
        """Round the desk, as a command would."""

        def sign(session: Session, one: Submission, me: Person) -> None:
            subject = submissions.sealed_or_text(session, one)
            review.sign(session, subject, step, me, "同意", NOON)
            submitting.noticed(session, subject, step, me, "同意", NOON)

        self.act(login, sign)

    @rule(login=st.sampled_from(LOGINS))
    def send_back(self, login: str) -> None:
        self.act(login, lambda session, one, me: submitting.send_back(session, one, me, ["错别字"], "", NOON))

    @precondition(lambda self: self.saves > 0)
    @rule(login=st.sampled_from(LOGINS))
    def let_out(self, login: str) -> None:
        """Somebody asks for the deliveries to go, signed or not."""

        def let(session: Session, one: Submission, _me: Person) -> None:
            sealed = submissions.sealed_of(session, one)
            if sealed is not None:
                releases.let_through(session, sealed, login, NOON)

        self.act(login, let)

    @invariant()
    def nothing_is_out_that_should_not_be(self) -> None:
        with session_scope(self.engine) as session:
            for one in session.exec(select(Delivery).where(col(Delivery.state) == "ready")):
                assert one.sealed_set_id is not None
                self.judge(session, session.get_one(SealedSet, one.sealed_set_id))
                self.judge_words(session, one)

    def judge_words(self, session: Session, one: Delivery) -> None:
        """The story says what was signed, or a signer who did not write it said that it goes out all the same."""
        item = session.exec(select(Item).where(Item.delivery_id == one.id)).one()
        last = newest(session, self.story(session))
        assert last is not None
        if last.manuscript_hash == item.manuscript_hash:
            return
        query = select(Affirmation, Revision).where(
            Affirmation.revision_id == Revision.id, Affirmation.release_id == one.release_id
        )
        words = [said for said, about in session.exec(query) if about.manuscript_hash == last.manuscript_hash]
        assert words
        for said in words:
            assert SIGNER in {each.role for each in appointments_of(session, said.person_id)}

    def judge(self, session: Session, sealed: SealedSet) -> None:
        """Everything again from the rows alone."""
        steps = list(session.exec(select(SealedStep).where(SealedStep.sealed_set_id == sealed.id)))
        subjects = {one.step: one.manuscript_hash or sealed.hash for one in steps}
        found = {}
        for step, subject in subjects.items():
            query = select(Signature).where(Signature.step == step, Signature.subject_hash == subject)
            found[step] = session.exec(query).one().signer_id
        sent = session.exec(select(Submission).where(Submission.release_id == sealed.release_id)).one()
        assert set(found) >= {"初审", "复审", "终审", "签发"} | (
            {"省级签发", "保密审查"} if sent.grade == "C" else set()
        )
        apart = [who for step, who in found.items() if step != "签发" or sent.grade != "A"]
        assert len(apart) == len(set(apart))
        revision = session.get_one(Revision, sent.revision_id)
        # What somebody wrote in between, and was taken back since, is not in what they signed before.
        first = select(func.min(Revision.number)).where(
            Revision.story_id == sent.story_id, Revision.manuscript_hash == revision.manuscript_hash
        )
        begun = session.exec(first).one()
        query = select(Revision.author).where(Revision.story_id == sent.story_id, Revision.number <= begun)
        writers = set(session.exec(query))
        units = tree(session)
        for step, who in found.items():
            assert session.get_one(Person, who).login not in writers
            wanted = REVIEWER if step in review.MANUSCRIPT_STEPS else SIGNER
            held = [each for each in appointments_of(session, who) if each.role == wanted]
            assert any(sent.unit_id in units.below(each.unit_id) for each in held)
            assert step != "省级签发" or any(each.unit_id == units.top for each in held)

    def act(self, login: str, deed: object) -> None:
        """Do it as somebody; a refusal leaves nothing behind."""
        with session_scope(self.engine) as session:
            one = review.open_of(session, self.story(session))
            if one is None:
                return
            try:
                deed(session, one, self.person(session, login))  # type: ignore[operator]
            except SignError:
                session.rollback()

    def story(self, session: Session) -> Story:
        story = story_named(session, SLUG)
        assert story is not None and newest(session, story)
        return story

    def person(self, session: Session, login: str) -> Person:
        return session.exec(select(Person).where(Person.login == login)).one()


Review.TestCase.settings = settings(
    max_examples=8, stateful_step_count=24, deadline=None, suppress_health_check=list(HealthCheck)
)
TestReview = Review.TestCase
