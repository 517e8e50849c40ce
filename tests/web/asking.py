"""How a test asks like the page does: with a token, in JSON."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

JSON = {"Accept": "application/json"}


def token(client: FlaskClient) -> str:
    """The token the page carries."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/new").text)
    assert found
    return found[1]


def ask(client: FlaskClient, address: str, **body: Any) -> TestResponse:
    return client.post(address, json=body, headers={**JSON, "X-CSRFToken": token(client)})
