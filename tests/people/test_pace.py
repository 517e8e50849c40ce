"""How often one person may ask for what costs much: counted by person and by what is asked for, within a minute."""

from flask import Flask

from cms.people import PeopleDesk
from cms.web.pace import Pace
from cms.web.permits import PERMITS
from tests.people.house import login_of, signed_in
from tests.web.asking import ask

EDITOR = login_of("编辑", "chengdu")
COSTLY = (
    "pages.preview", "pages.elsewhere", "pages.links", "arriving.arrive", "hands.copy", "hands.clip", "shelf.upload",
)  # fmt: skip


def test_after_so_many_one_waits_until_the_first_is_a_minute_old() -> None:
    moment = [0.0]
    pace = Pace(lambda: moment[0])
    for at in (0.0, 10.0, 20.0):
        moment[0] = at
        assert pace.wait("a", 3) == 0
    assert pace.wait("a", 3) == 40
    assert pace.wait("b", 3) == 0, "somebody else waits for nobody"
    moment[0] = 60.0
    assert pace.wait("a", 3) == 0 and pace.wait("a", 3) == 10


def test_whoever_asked_long_ago_takes_no_room() -> None:
    moment = [0.0]
    pace = Pace(lambda: moment[0])
    for number in range(10_001):
        pace.wait(number, 1)
    moment[0] = 61.0
    assert pace.wait("new", 1) == 0 and len(pace._asked) == 1


def test_what_costs_much_has_a_pace() -> None:
    assert all(PERMITS[name, "POST"].often for name in COSTLY)


def test_too_often_is_told_with_how_long_to_wait(app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, EDITOR)
    most = PERMITS["hands.clip", "POST"].often
    codes = [ask(client, "/clip", text="", unit="没有").status_code for _ in range(most + 1)]
    assert 429 not in codes[:-1] and codes[-1] == 429
    answer = ask(client, "/clip", text="", unit="没有")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert f"请等 {answer.headers['Retry-After']} 秒再试" in answer.json["sentence"]
    other = ask(signed_in(app, people, login_of("编辑", "sichuan")), "/clip", text="", unit="没有")
    assert other.status_code != 429
