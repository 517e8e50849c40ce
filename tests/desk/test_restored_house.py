"""In a house that was restored everybody reads on 今天 what the backup cannot know, until a person ends it."""

from datetime import timedelta

import pytest
from flask import Flask

from cms.db import session_scope
from cms.people import PeopleDesk, Workspace
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, signed_in

pytestmark = pytest.mark.keeps("backup")
WORDS = "备份以后发出又撤下的，平台上已经查不到"


@pytest.mark.parametrize(("role", "unit", "may_stop"), [("签发", "sichuan", True), ("记者", "chengdu", False)])
def test_who_opens_the_newsroom_reads_what_to_give_again(
    app: Flask, people: PeopleDesk, world: PlatformsWorld, role: str, unit: str, may_stop: bool
) -> None:
    client = signed_in(app, people, login_of(role, unit), world.now)
    assert WORDS not in client.get("/").text
    with session_scope(people.engine) as session:
        session.get_one(Workspace, 1).restored_at = world.now - timedelta(hours=5)
    said = client.get("/").text
    assert WORDS in said
    assert "请现在补上" in said
    assert ("请签发人停发" in said) != may_stop
    assert ('<a href="/halts">停发</a>' in said) == may_stop
    with session_scope(people.engine) as session:
        session.get_one(Workspace, 1).restored_at = None
    assert WORDS not in client.get("/").text
