"""Thousands of documents made of hostile input, in a real browser: not one handler, dialog or request."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.hostile import canary, inputs, outputs
from tests.hostile.vectors import HTML

SOAK = os.environ.get("YIGAO_SOAK") == "1"
COUNT = 2_000 if SOAK else 240
BATCH = 120
WATCHED = ("wechat", "toutiao", "site page", "wechat guide", "toutiao guide", "weibo guide", "feed item", "weibo frame")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

pytestmark = pytest.mark.browser


def documents() -> Iterator[str]:
    """What is made of the inputs, without the policy that would hold back what got through."""
    for _, text in inputs.all_inputs(COUNT):
        for name, html in outputs.documents(text):
            if name in WATCHED and "__hit" in html:
                yield _POLICY.sub("", html)


@pytest.mark.slow
@pytest.mark.timeout(1800 if SOAK else 1200)
def test_the_canary_stays_silent(browser: Browser) -> None:
    made = list(dict.fromkeys(documents()))
    assert len(made) > COUNT
    for at in range(0, len(made), BATCH):
        batch = made[at : at + BATCH]
        heard = canary.listen(browser, batch)
        first = next((int(name[1:]) for name in heard.hits if name.startswith("d")), 0)
        assert heard.is_silent, (heard, batch[first][:3000])


def test_the_canary_sings_when_it_must(browser: Browser) -> None:
    """The raw vectors are heard, or its silence would mean nothing."""
    heard = canary.listen(browser, HTML)
    assert len({name for name in heard.hits if name.startswith("d")}) > 60
    assert any("evil.invalid" in url for url in heard.requests)
