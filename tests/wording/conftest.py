"""词表 over the real house of ``tests.people``."""

import itertools

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cms.people import PeopleDesk
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import login_of, signed_in

CHIEF = login_of("省级管理员", "sichuan")
_keys = itertools.count()


@pytest.fixture
def chief(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(app, people, CHIEF)


def key() -> dict[str, str]:
    return {"Idempotency-Key": f"wording-key-{next(_keys):010}"}
