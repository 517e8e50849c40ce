"""What a page offers, its reader may do: every form and every button that leads on, on the pages of the newsroom, for
every role, in the unit itself and above it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask

from cms.people import PeopleDesk
from cms.people.roles import READER, ROLES, SERVICE
from cms.web.permits import PERMITS
from pipeline.house import House
from tests.people import delivered
from tests.people.house import login_of, signed_in
from tests.people.things import a_push
from tests.review.conftest import FIRST, SECOND
from tests.review.test_rooms import take

PAGES = (
    "/", "/stories", "/stories?state=bin", "/review", "/review/{submission}", "/review/{submission}/sheet",
    "/review/rules", "/review/new?story=chengdu-liangzi", "/write/chengdu-liangzi", "/write/chengdu-one",
    "/write/chengdu-liangzi/history", "/write/chengdu-liangzi/blocks", "/write/chengdu-liangzi/phone", "/releases",
    "/releases/{release}", "/deliveries/{delivery}", "/recalls", "/recalls/{recall}", "/strangers", "/halts",
    "/halts/{halt}", "/flash", "/hand-over", "/schedule", "/schedule/columns", "/schedule/calendar", "/pushes",
    "/pushes/{push}", "/library", "/accounts", "/people", "/words", "/me", "/me/notices",
)  # fmt: skip


class Offers(HTMLParser):
    """The (kind, address) of each form (its method) and of each link that looks like a button, on one page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.found.add(((said.get("method") or "get").upper(), said.get("action") or ""))
        elif tag == "a" and "button" in (said.get("class") or "").split() and "data-for" not in said:
            self.found.add(("link", said.get("href") or ""))  # what is for another state has no place to lead to


@pytest.mark.parametrize(("unit", "stage"), [("chengdu", "初审"), ("sichuan", "终审")])
def test_nothing_is_offered_that_is_refused(
    app: Flask, people: PeopleDesk, crew: House, sent: Callable[..., int], unit: str, stage: str
) -> None:
    numbers = {"submission": sent(), "push": a_push(people), **delivered.furnish(people)}
    if stage == "终审":
        take(crew, numbers["submission"], FIRST)
        take(crew, numbers["submission"], SECOND)
    routes, wrong, count = app.url_map.bind("localhost"), set(), 0
    for role in ROLES:
        if role in (READER, SERVICE):
            continue
        client = signed_in(app, people, login_of(role, unit))
        for page in PAGES:
            answer = client.get(page.format(**numbers))
            if answer.status_code != 200:
                continue
            offers = Offers()
            offers.feed(answer.text)
            for kind, address in offers.found:
                if not address.startswith("/") or address.startswith("/sites/"):
                    continue  # this very page with other words, a part of it, or what readers have
                count += 1
                if kind == "link":
                    refused = client.get(address).status_code in (403, 404)
                else:
                    endpoint, given = routes.match(re.split("[?#]", address)[0], kind)
                    permit = PERMITS[endpoint, kind]
                    reach = permit.roles.get(role, "")
                    is_far = bool(given) and reach == "own" and unit == "sichuan"
                    refused = permit.gate == "roles" and (not reach or is_far)
                if refused:
                    wrong.add((role, page, kind, address))
    assert sorted(wrong) == []
    assert count > 300
