"""How a test asks like the page does: with a token, in JSON."""

import itertools
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

JSON = {"Accept": "application/json"}
_numbers = itertools.count(1)


def key() -> str:
    """A key nobody used yet."""
    return f"test-key-{next(_numbers):012}"


def token(client: FlaskClient) -> str:
    """The token the page carries."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/new").text)
    assert found
    return found[1]


def ask(client: FlaskClient, address: str, **body: Any) -> TestResponse:
    return client.post(address, json=body, headers={**JSON, "X-CSRFToken": token(client), "Idempotency-Key": key()})
