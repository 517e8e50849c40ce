"""From an empty machine to a signed release: a house of the first run publishes on its own pages at once, and says that
its address is only this machine's until somebody settles it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner
from werkzeug.test import Client

from channels.contract import AdministratorError
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import Person
from cms.releases import Delivery, submitting
from cms.review import Submission, proofs, submissions
from cms.stories import newest, story_named
from pipeline import address
from pipeline.cli import app
from pipeline.clock import wall_clock
from pipeline.engine import work_until_settled
from pipeline.house import House
from pipeline.intake import take_in
from pipeline.submissions import draw
from tests.first.conftest import furnished
from tests.people.house import hire
from tests.pipeline.conftest import STORY, write_story

CREW = (("yi", "初审员", "审核"), ("er", "复审员", "审核"), ("san", "签发人", "签发"))
CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")


@pytest.fixture
def begun(house: House, client: Client, first: str, tmp_path: Path) -> House:
    """The three steps taken, three colleagues, and a story."""
    furnished(client, first)
    with session_scope(house.engine) as session:
        for login, name, role in CREW:
            hire(session, login, name, role, "kejiju", house.wires.vault)
    take_in(house, write_story(tmp_path / "desk", text=STORY.split(":::region")[0]), "limin", wall_clock())
    return house


def send(house: House, channels: tuple[str, ...] = CHANNELS) -> int:
    now = wall_clock()
    with session_scope(house.engine) as session:
        story = story_named(session, "hong-tu")
        assert story is not None and newest(session, story) is not None
        author = session.exec(select(Person).where(Person.login == "limin")).one()
        order = submitting.Order(now + timedelta(hours=1), (releases.Target(channels, ("kejiju",)),))
        number = submitting.submit(session, story, author, order, now).id
    draw(house, now)
    return number


def sign(house: House, number: int) -> None:
    for login in ("yi", "er", "san", "san"):
        with session_scope(house.engine) as session:
            one, signer = (
                session.get_one(Submission, number),
                session.exec(select(Person).where(Person.login == login)).one(),
            )
            review.proof_next(session, one.manuscript_hash, signer, wall_clock())
            sealed = submissions.sealed_of(session, one)
            if sealed is not None and login == "san":
                proofs.read_all(session, sealed, signer, wall_clock())
            submitting.take_step(session, one, signer, "同意。", wall_clock())


def test_the_first_issue_is_signed_and_stands_on_the_site(begun: House) -> None:
    number = send(begun)
    with read_scope(begun.engine) as session:
        one = session.get_one(Submission, number)
        assert (one.state, one.trouble) == ("reviewing", "")
        found = [raw for raw in one.findings if raw["rule"] == "account.site_url"]
        assert found and {raw["level"] for raw in found} == {"warn"} and "试用" in found[0]["message"]
    sign(begun, number)
    later = wall_clock() + timedelta(hours=1, minutes=1)
    work_until_settled(begun, "test", lambda: later)
    with read_scope(begun.engine) as session:
        states = {key.partition(":")[0]: state for key, state in session.exec(
            select(Account.key, Delivery.state).where(Delivery.account_id == Account.id)
        )}  # fmt: skip
    assert (states["site"], states["feed"], states["wechat"]) == ("published", "published", "handed_over")
    assert (begun.sites / "kejiju" / "s" / "hong-tu.html").is_file()


def test_the_address_is_settled_later_and_every_account_takes_it(begun: House) -> None:
    send(begun)
    with pytest.raises(AdministratorError, match="写着旧网址"):
        address.settle(begun, "https://kj.test/sites", "limin", wall_clock())
    with session_scope(begun.engine) as session:
        release = session.exec(select(releases.Release)).one()
        releases.cancel(session, release, "limin", "先定网址", wall_clock())
    for wrong in ("kj.test", "http://127.0.0.1:8000/sites", "https://kj.example", "https://kj.test/?a=1"):
        with pytest.raises(AdministratorError, match="请写成 https://"):
            address.settle(begun, wrong, "limin", wall_clock())
    said = CliRunner().invoke(app, ["address", "https://kj.test/sites/", "-w", str(begun.root), "--json"])
    assert said.exit_code == 0, said.output
    with read_scope(begun.engine) as session:
        assert {one.site_url for one in session.exec(select(Account))} == {"https://kj.test/sites/kejiju"}
    number = send(begun)
    with read_scope(begun.engine) as session:
        found = session.get_one(Submission, number).findings
        assert [raw for raw in found if raw["rule"] == "account.site_url"] == []
