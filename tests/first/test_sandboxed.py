"""沙箱 and 示例: nothing of an untouched house leaves it, the sample never does, and the words on 今天 say so."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from cms import releases, review
from cms.db import session_scope
from cms.matrix import Account, sandboxed
from cms.people import PeopleDesk
from cms.releases import Item, PlanError, Target
from cms.stories import save, story_named
from cms.web import Desk, create_app
from pipeline import accounts
from pipeline.house import House
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON, signed_in

WORDS = "全部渠道在沙箱，不会真的发出"


def connect(house: House, key: str, base: str) -> None:
    account = accounts.account_named(house, key)
    secrets = {"appid": f"wx{account.id:016}", "secret": "x" * 32, "base": base}
    accounts.connect(house, account, secrets, "editor", NOON)


@pytest.mark.parametrize(
    ("base", "stands_in"),
    [
        ("http://127.0.0.1:8001/wechat", True),
        ("http://localhost:8001/wechat", True),
        ("http://[::1]:8001", True),
        ("https://api.weixin.qq.com", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://10.0.0.8/wechat", False),
        ("", False),
    ],
)
def test_a_stand_in_is_on_this_machine(base: str, stands_in: bool) -> None:
    assert sandboxed.is_stand_in(base) is stands_in


def test_today_says_that_nothing_leaves_until_the_first_account_is_connected_in_earnest(
    house: House, people: PeopleDesk, desk: Desk
) -> None:
    client = signed_in(create_app(desk), people, "sichuan.1")
    assert WORDS in client.get("/").text
    connect(house, "wechat:chengdu", "http://127.0.0.1:8001/wechat")
    assert WORDS in client.get("/").text
    connect(house, "wechat:ganzi", "https://api.weixin.qq.com")
    assert WORDS not in client.get("/").text
    accounts.disconnect(house, accounts.account_named(house, "wechat:ganzi"), "editor", NOON)
    assert WORDS in client.get("/").text


def plan(session: Session, channel: str) -> int:
    revision = save(session, "chengdu-one", "示例", "示例的题", "somebody", NOON, manuscript_hash="0" * 64)
    story = story_named(session, "chengdu-one")
    if story is not None:
        story.is_sample = True
    session.flush()
    target = Target(channels=(channel,), units=("chengdu",))
    return releases.plan(session, [revision], target, NOON + timedelta(days=1), "somebody", review.LAWFUL, NOON).id


def test_the_sample_is_planned_for_our_own_pages_and_sandboxes_alone(house: House) -> None:
    with pytest.raises(PlanError, match="是示例稿件，不会发到真的平台"), session_scope(house.engine) as session:
        plan(session, "wechat")
    connect(house, "wechat:chengdu", "https://api.weixin.qq.com")
    with pytest.raises(PlanError, match="没有接沙箱"), session_scope(house.engine) as session:
        plan(session, "wechat")
    connect(house, "wechat:chengdu", "http://127.0.0.1:8001/wechat")
    with session_scope(house.engine) as session:
        assert plan(session, "site") < plan(session, "wechat")


def test_the_database_itself_keeps_the_sample_from_a_real_platform(house: House) -> None:
    with session_scope(house.engine) as session:
        number = plan(session, "site")
        item = session.exec(select(Item).join(releases.Delivery).where(releases.Delivery.release_id == number)).one()
        real = session.exec(select(Account.id).where(Account.key == "wechat:chengdu")).one()
        copied = {**item.model_dump(exclude={"id"}), "account_id": real, "position": 2}
    with pytest.raises(IntegrityError, match="示例稿件不会发到真的平台"), session_scope(house.engine) as session:
        session.add(Item(**copied))
        session.flush()
