"""A browser's forms: the page is read, its hidden fields sent along, the next page followed."""

import itertools
import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_numbers = itertools.count(1)


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to ``action``."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.S)
    assert form, f"no form to {action}"
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1])
    }


def fill(client: FlaskClient, page: str, action: str, **words: str) -> TestResponse:
    """Fill in the form at ``page`` that goes to ``action``, as a person would."""
    return client.post(action, data={**hidden(client.get(page).text, action), **words})


def offered(client: FlaskClient, path: str) -> dict[str, str]:
    """The steps a page of 审稿 offers to sign, as its form to ``path`` carries them."""
    if not re.fullmatch(r"/review/(\d+/(pass|sign)|batch)", path):
        return {}
    page = client.get(path.rpartition("/")[0]).text
    return {name: unescape(mark) for name, mark in re.findall(r'name="(turn(?:-\d+)?)" value="([^"]*)"', page)}
