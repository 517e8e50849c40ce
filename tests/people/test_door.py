"""Coming in: password, second step, links; and everything that keeps somebody else out."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.datastructures import MultiDict

from cms import audit
from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, PeopleError, Person, codes, invitations, lockouts, passwords, visits
from cms.people.roles import appoint, appointments_of, dismiss, tree
from cms.people.rows import Invitation, Lockout, RecoveryCode, SignIn
from cms.web import Desk, create_app
from tests.compiled import SLOW
from tests.people.asking import fill, hidden
from tests.people.house import NOON, PLACE, SECRET, login_of, signed_in, token_for

PASSWORD = "每周三上午九点发稿子"
EDITOR, SIGNER = "sichuan.1", "sichuan.3"


@pytest.fixture(scope="session")
def hashed() -> str:
    return passwords.hash_of(PASSWORD, "x")


@pytest.fixture(autouse=True)
def known(people: PeopleDesk, hashed: str) -> None:
    """Everybody here has the same password."""
    with session_scope(people.engine) as session:
        for one in session.exec(select(Person)):
            one.password_hash = hashed


def come_in(client: FlaskClient, login: str = EDITOR, password: str = PASSWORD) -> str:
    """What the door says: where to, or the sentence."""
    answer = fill(client, "/sign-in", "/sign-in", login=login, password=password)
    said = re.search(r'role="alert"[^>]*>([^<]+)<', answer.text)
    return answer.headers.get("Location", "") or (unescape(said[1]) if said else "")


def actions(people: PeopleDesk, login: str) -> list[str]:
    with read_scope(people.engine) as session:
        return [one.action for one in audit.history(session, f"person:{login}")]


def clock(desk: Desk, now: datetime) -> Flask:
    """The same newsroom at another time."""
    return create_app(replace(desk, now=lambda: now))


def code(now: datetime = NOON) -> str:
    return codes.code_at(SECRET, codes.step_of(now))


def test_without_a_sign_in_every_page_leads_to_the_door_and_back(app: Flask) -> None:
    client = app.test_client()
    shown = client.get("/write/sichuan-one")
    assert (shown.status_code, shown.headers["Location"]) == (303, "/sign-in?next=/write/sichuan-one")
    page = client.get(shown.headers["Location"]).text
    answer = client.post("/sign-in", data={**hidden(page, "/sign-in"), "login": EDITOR, "password": PASSWORD})
    assert answer.headers["Location"] == "/write/sichuan-one"
    assert client.get("/write/sichuan-one").status_code == 200


def test_a_script_is_told_in_words_that_it_has_to_sign_in(app: Flask) -> None:
    answer = app.test_client().post("/preview", json={"text": "x"}, headers={"Accept": "application/json"})
    said = answer.json
    assert answer.status_code == 401 and said is not None
    assert "重新登录" in said["sentence"] and said["way"] == "/sign-in"


@pytest.mark.parametrize(
    "address", ["https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_is_never_somewhere_else(app: Flask, address: str) -> None:
    client = app.test_client()
    page = client.get("/sign-in", query_string={"next": address}).text
    fields = {**hidden(page, "/sign-in"), "next": address, "login": EDITOR, "password": PASSWORD}
    assert client.post("/sign-in", data=fields).headers["Location"] == "/"


def test_wrong_password_and_nobody_by_that_name_are_told_alike(app: Flask) -> None:
    client = app.test_client()
    assert come_in(client, password="不是这个密码呀") == come_in(client, login="nobody.here") == visits.WRONG


def test_every_sign_in_and_every_failure_is_in_the_audit_log(app: Flask, people: PeopleDesk) -> None:
    client = app.test_client()
    come_in(client, password="不是这个密码呀")
    come_in(client)
    fill(client, "/me", "/sign-out")
    assert actions(people, EDITOR)[-3:] == ["person.refused", "person.sign_in", "person.sign_out"]
    come_in(client, login=PASSWORD)  # typed into the wrong field: never written down
    with read_scope(people.engine) as session:
        assert PASSWORD not in " ".join(session.exec(select(AuditEntry.subject)))
        assert audit.verify(session) is None


def test_too_many_tries_wait_longer_and_longer(people: PeopleDesk) -> None:
    waits, now = [], NOON
    for _ in range(9):
        with pytest.raises(PeopleError):
            visits.sign_in(people, EDITOR, "wrong", PLACE, now)
        with read_scope(people.engine) as session:
            until = session.get_one(Lockout, lockouts.account(EDITOR).name).until
        waits.append(int((until - now).total_seconds()) if until else 0)
        now = until or now
    assert waits == [0, 0, 0, 0, 15, 30, 60, 120, 240]
    with pytest.raises(lockouts.LockedError, match="分钟"):
        visits.sign_in(people, EDITOR, PASSWORD, PLACE, now - timedelta(seconds=200))
    assert "person.locked" in actions(people, EDITOR)
    assert visits.sign_in(people, EDITOR, PASSWORD, PLACE, now)
    with read_scope(people.engine) as session:
        assert session.get(Lockout, lockouts.account(EDITOR).name) is None


def test_one_address_guessing_at_many_accounts_is_stopped_too(people: PeopleDesk) -> None:
    for number in range(30):
        with pytest.raises(PeopleError):
            visits.sign_in(people, f"guess{number}", "wrong", PLACE, NOON)
    with pytest.raises(lockouts.LockedError):
        visits.sign_in(people, EDITOR, PASSWORD, PLACE, NOON)
    assert visits.sign_in(people, EDITOR, PASSWORD, visits.Place("10.0.0.10", ""), NOON)


def test_the_token_is_new_at_every_sign_in_and_only_its_hash_is_kept(app: Flask, people: PeopleDesk) -> None:
    client = app.test_client()
    come_in(client)
    first = client.get_cookie("yigao-who")
    come_in(other := app.test_client())
    second = other.get_cookie("yigao-who")
    assert first is not None and second is not None and first.value != second.value
    with read_scope(people.engine) as session:
        kept = set(session.exec(select(SignIn.token_hash)))
    assert {visits.token_hash(first.value), visits.token_hash(second.value)} <= kept
    assert first.http_only and first.same_site == "Lax"


def test_over_https_the_cookie_is_bound_to_the_host(desk: Desk) -> None:
    client = create_app(replace(desk, https=True)).test_client()
    base = "https://xinwen.example"
    fields = hidden(client.get("/sign-in", base_url=base).text, "/sign-in")
    sent = {**fields, "login": EDITOR, "password": PASSWORD}
    cookies = client.post("/sign-in", data=sent, base_url=base, headers={"Referer": f"{base}/sign-in"}).headers
    mine = next(one for one in cookies.getlist("Set-Cookie") if one.startswith("__Host-yigao-who="))
    assert "Secure" in mine and "HttpOnly" in mine and "Path=/" in mine and "Domain" not in mine


def test_half_an_hour_idle_ends_a_visit_and_so_do_twelve_hours(people: PeopleDesk) -> None:
    token = token_for(people, EDITOR)
    at = NOON
    while at - NOON < timedelta(hours=11, minutes=55):
        at += timedelta(minutes=25)
        assert (visits.visitor(people, token, at) is None) == (at - NOON > visits.LONGEST)
    assert visits.visitor(people, token, NOON + timedelta(hours=12, seconds=1)) is None
    other = token_for(people, EDITOR)
    assert visits.visitor(people, other, NOON + timedelta(minutes=31)) is None


def test_disabling_ends_every_visit_at_once(app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, EDITOR)
    assert client.get("/").status_code == 200
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == EDITOR)).one()
        invitations.disable(session, person, "boss", NOON)
    assert client.get("/").status_code == 303
    assert come_in(app.test_client()) == visits.WRONG


def test_a_signer_is_asked_for_a_code_and_nothing_opens_before_it(app: Flask, people: PeopleDesk) -> None:
    client = app.test_client()
    assert come_in(client, SIGNER) == "/"
    assert client.get("/").headers["Location"].startswith("/second-step")
    before = client.get_cookie("yigao-who")
    assert fill(client, "/second-step", "/second-step", code="000000").status_code == 422
    assert fill(client, "/second-step", "/second-step", code=code()).status_code == 303
    after = client.get_cookie("yigao-who")
    assert client.get("/").status_code == 200
    assert before is not None and after is not None and before.value != after.value
    assert actions(people, SIGNER)[-3:] == ["person.password", "person.wrong_code", "person.sign_in"]


def test_a_code_counts_once(desk: Desk, people: PeopleDesk) -> None:
    for expected in (303, 422):
        client = clock(desk, NOON).test_client()
        come_in(client, SIGNER)
        assert fill(client, "/second-step", "/second-step", code=code()).status_code == expected


def test_codes_are_those_of_rfc_6238() -> None:
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the appendix' "12345678901234567890"; its codes, the last six digits
    told = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
    assert {at: codes.code_at(seed, at // 30) for at in told} == told


def test_a_signer_without_a_second_step_sets_it_up_before_anything_else(app: Flask, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        session.exec(select(Person).where(Person.login == SIGNER)).one().totp_sealed = ""
    client = app.test_client()
    come_in(client, SIGNER)
    assert client.get("/").headers["Location"].startswith("/me/second-step")
    page = client.get("/me/second-step").text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found and "<svg" in page
    secret = found[1].replace(" ", "")
    fields = hidden(page, "/me/second-step")
    wrong = client.post("/me/second-step", data={**fields, "code": "123"})
    assert wrong.status_code == 422 and found[1] in wrong.text  # the same secret: it is in the phone already
    said = codes.code_at(secret, codes.step_of(NOON))
    as_browser = {"Accept": "text/html", "Referer": "/me/second-step"}  # a page that leads away from now on
    sent = {**hidden(wrong.text, "/me/second-step"), "code": said}
    kept = client.post("/me/second-step", data=sent, headers=as_browser, follow_redirects=True)
    recovery = re.findall(r"<li>(\w{5}-\w{5})</li>", kept.text)
    assert len(recovery) == 10
    assert client.get("/").status_code == 200
    other = app.test_client()
    come_in(other, SIGNER)
    assert fill(other, "/second-step", "/second-step", code=recovery[3].upper()).status_code == 303
    assert other.get("/").status_code == 200
    third = app.test_client()
    come_in(third, SIGNER)
    assert fill(third, "/second-step", "/second-step", code=recovery[3]).status_code == 422
    with read_scope(people.engine) as session:
        assert not {recovery[0], recovery[0].replace("-", "")} & set(session.exec(select(RecoveryCode.code_hash)))


def test_what_matters_asks_for_a_code_again(desk: Desk, people: PeopleDesk) -> None:
    later = NOON + timedelta(minutes=6)
    client = signed_in(clock(desk, later), people, "sichuan.5", NOON)
    page = client.get("/people").text
    action = re.search(r'action="(/people/\d+/disable)"', page)
    assert action
    shown = client.post(action[1], data=hidden(page, action[1]), headers={"Referer": "http://localhost/people"})
    assert shown.status_code == 401 and "再输一次验证码" in shown.text and 'href="/people"' in shown.text
    carried = hidden(shown.text, action[1])
    wrong = client.post(action[1], data={**carried, "fresh_code": "000000"})
    assert wrong.status_code == 422 and "不对" in wrong.text
    again = {**hidden(wrong.text, action[1]), "fresh_code": code(later)}
    done = [client.post(action[1], data=again) for _ in range(2)]  # clicked twice: one deed
    assert [one.status_code for one in done] == [303, 303]
    assert actions(people, "sichuan.5").count("person.step_up") == 1
    with read_scope(people.engine) as session:
        assert len(list(session.exec(select(Person).where(col(Person.disabled_at).is_not(None))))) == 1


def test_what_was_filled_in_is_not_thrown_away_for_a_code(desk: Desk, people: PeopleDesk) -> None:
    """Words over two lines, ticks of one name, an empty field: all are handed in with the code."""
    later = NOON + timedelta(minutes=6)
    client = signed_in(clock(desk, later), people, "sichuan.5", NOON)
    fields = hidden(client.get("/people").text, "/people/invite")
    filled = MultiDict(
        [*fields.items(), ("name", "张“小”三<b>"), ("note", "一\n二"), ("role", "记者"), ("role", "编辑"), ("unit", "")]
    )
    shown = client.post("/people/invite", data=filled)
    kept = carried(shown.text)
    sent = [(name, value) for name, value in filled.items(multi=True) if name != "csrf_token"]
    assert sorted(one for one in kept if one[0] not in ("csrf_token", "fresh_code")) == sorted(sent)


def test_a_form_of_another_site_is_not_dressed_up_as_ours(desk: Desk, people: PeopleDesk) -> None:
    client = signed_in(clock(desk, NOON + timedelta(minutes=6)), people, "sichuan.5", NOON)
    answer = client.post("/people/invite", data={"name": "外人", "csrf_token": "made-up"})
    assert answer.status_code == 303 and "外人" not in answer.text


def carried(page: str) -> list[tuple[str, str]]:
    """Every field of the page's first form, as a browser would send it."""
    form = html5lib.parse(page, namespaceHTMLElements=False).find(".//form")
    assert form is not None
    return [(one.get("name", ""), one.get("value", "")) for one in form.iter("input")]


def test_a_new_password_ends_the_other_visits_and_keeps_this_one(app: Flask, people: PeopleDesk) -> None:
    here, there = app.test_client(), app.test_client()
    come_in(here)
    come_in(there)
    new = "换一个更长的密码句子"
    wrong = fill(here, "/me", "/me/password", old="不对的旧密码", password=new, again=new)
    assert wrong.status_code == 422 and "现在的密码不对" in wrong.text
    unlike = fill(here, "/me", "/me/password", old=PASSWORD, password=new, again=new + "!")
    assert "两次输入的密码不一样" in unlike.text
    assert fill(here, "/me", "/me/password", old=PASSWORD, password=new, again=new).status_code == 303
    assert here.get("/").status_code == 200 and there.get("/").status_code == 303
    assert come_in(app.test_client()) == visits.WRONG
    assert come_in(app.test_client(), password=new) == "/"


def test_other_devices_can_be_signed_out(app: Flask, people: PeopleDesk) -> None:
    here, there = signed_in(app, people, EDITOR), signed_in(app, people, EDITOR)
    assert here.get("/me").text.count("来过") == 2
    assert fill(here, "/me", "/me/others-out").status_code == 303
    assert here.get("/").status_code == 200 and there.get("/").status_code == 303


@pytest.mark.parametrize(
    "easy", ["short", "1234567890", "aaaaaaaaaaaa", "password123456", "sichuan.1sichuan.1", "字" * 129]
)
def test_passwords_that_are_easily_guessed_are_refused_with_the_remedy(easy: str) -> None:
    assert passwords.weakness(easy, "sichuan.1")


def test_a_sentence_makes_a_good_password() -> None:
    assert passwords.weakness("高原上的花四月才开", "x") == "密码至少 10 位，可以是一句您记得住的话。"
    assert passwords.weakness(PASSWORD + "，别忘", "x") == ""


def test_what_is_kept_of_a_password_is_slow_to_guess_and_an_easier_hash_is_made_anew(
    app: Flask, people: PeopleDesk, hashed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", SLOW)
    assert passwords.is_old(hashed)  # the quick one of the other tests here
    assert come_in(app.test_client()) == "/"
    with read_scope(people.engine) as session:
        kept = session.exec(select(Person.password_hash).where(Person.login == EDITOR)).one()
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106, its second recommendation
    assert passwords.is_right(kept, PASSWORD) and not passwords.is_right(kept, PASSWORD + "x")


# --------------------------------------------------------------------------- links


def link_for(people: PeopleDesk, login: str = "xin.ren", role: str = "签发") -> str:
    with session_scope(people.engine) as session:
        person = invitations.add_person(session, login, "新来的人")
        unit = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        return f"/join/{invitations.invite(session, person, 'boss', NOON, role=role, unit_id=unit)}"


def test_a_link_sets_the_password_gives_the_role_and_works_once(app: Flask, people: PeopleDesk) -> None:
    link = link_for(people)
    client = app.test_client()
    assert "成都" in client.get(link).text and "签发" in client.get(link).text
    short = fill(client, link, link, password="short", again="short")
    assert short.status_code == 422 and "至少 10 位" in short.text
    done = fill(client, link, link, password=PASSWORD, again=PASSWORD, role="省级管理员", unit="1")
    assert done.status_code == 303
    assert client.get("/").headers["Location"].startswith("/me/second-step")  # a signer: the second step comes first
    with read_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "xin.ren")).one()
        held = appointments_of(session, person.id)
        units = tree(session)
    assert [(one.role, units.slug(one.unit_id)) for one in held] == [("签发", "chengdu")]
    assert app.test_client().get(link).status_code == 404
    assert "person.appoint" in actions(people, "xin.ren")


def test_a_link_is_void_after_three_days_when_revoked_and_when_replaced(desk: Desk, people: PeopleDesk) -> None:
    link = link_for(people)
    assert clock(desk, NOON + timedelta(hours=71)).test_client().get(link).status_code == 200
    assert clock(desk, NOON + timedelta(hours=73)).test_client().get(link).status_code == 404
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "xin.ren")).one()
        invitations.invite(session, person, "boss", NOON)
    assert clock(desk, NOON).test_client().get(link).status_code == 404


def test_links_of_somebody_who_was_disabled_are_void(app: Flask, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        boss = session.exec(select(Person).where(Person.login == "chengdu.4")).one()
        person = invitations.add_person(session, "xin.ren", "新人")
        link = f"/join/{invitations.invite(session, person, boss.login, NOON)}"
        invitations.disable(session, boss, "other", NOON)
    assert app.test_client().get(link).status_code == 404


@pytest.mark.parametrize("kind", ["invite", "reset"])
def test_a_link_gives_what_its_giver_might_give_now(app: Flask, people: PeopleDesk, kind: str) -> None:
    """An administrator who is one no longer leaves no way to a role behind, nor into an account that has one."""
    with session_scope(people.engine) as session:
        boss = session.exec(select(Person).where(Person.login == "chengdu.4")).one()
        unit = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        if kind == "invite":
            person = invitations.add_person(session, "xin.ren", "新人")
            link = f"/join/{invitations.invite(session, person, boss.login, NOON, role='签发', unit_id=unit)}"
        else:
            signer = session.exec(select(Person).where(Person.login == login_of("签发", "chengdu"))).one()
            link = f"/join/{invitations.invite(session, signer, boss.login, NOON, 'reset')}"
    client = app.test_client()
    page = client.get(link)
    assert page.status_code == 200
    with session_scope(people.engine) as session:
        for one in appointments_of(session, boss.id):
            dismiss(session, one, "other", NOON)
        appoint(session, boss, "签发", unit, "other", NOON)
    assert client.get(link).status_code == 404
    sent = client.post(link, data={**hidden(page.text, link), "password": PASSWORD, "again": PASSWORD})
    assert sent.status_code == 404 and "收回" in sent.text
    with read_scope(people.engine) as session:
        assert session.exec(select(Person.password_at).where(Person.login == "xin.ren")).first() is None
        units = {one.role for one in appointments_of(session, boss.id)}
    assert units == {"签发"}


def test_guessing_at_links_is_stopped(people: PeopleDesk) -> None:
    for _ in range(20):
        with pytest.raises(PeopleError, match="链接"):
            invitations.look_up(people, "guess", PLACE, NOON)
    with pytest.raises(lockouts.LockedError):
        invitations.look_up(people, "guess", PLACE, NOON)


def test_no_link_leads_straight_in_outside_a_demo(app: Flask, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == EDITOR)).one()
        with pytest.raises(PeopleError, match="演示"):
            invitations.invite(session, person, "cli", NOON, kind="enter")
    # even one that was written into the database in a demo counts for nothing here
    token, kept = visits.new_token()
    with session_scope(people.engine) as session:
        session.add(
            Invitation(
                kind="enter", person_id=person.id, token_hash=kept, invited_by="cli", invited_at=NOON,
                expires_at=NOON + timedelta(hours=1),
            )
        )  # fmt: skip
    assert app.test_client().get(f"/enter/{token}").status_code == 404


def test_secrets_are_nowhere_in_plain_words(app: Flask, people: PeopleDesk) -> None:
    """I12: what the database holds of passwords, codes, links and contacts opens nothing."""
    client = signed_in(app, people, EDITOR)
    token = client.get_cookie("yigao-who")
    fill(client, "/me", "/me/contacts", mail="zhang@kjt.example.cn", sms="13800001234")
    link = link_for(people).rsplit("/", 1)[1]
    people.engine.dispose()
    raw = b"".join(
        path.read_bytes() for path in sorted(people_file(people).parent.glob("yigao.db*"))
    )  # the write-ahead log too
    assert token is not None
    for secret in (PASSWORD, token.value, SECRET, link, "zhang@kjt.example.cn", "13800001234"):
        assert secret.encode() not in raw
    page = client.get("/me").text
    assert "z***@kjt.example.cn" in page and "138****1234" in page and "zhang@" not in page


def people_file(people: PeopleDesk) -> Path:
    return Path(str(people.engine.url.database))


def test_one_login_belongs_to_one_person(people: PeopleDesk) -> None:
    with session_scope(people.engine) as session, pytest.raises(PeopleError, match="已经有人用了"):
        invitations.add_person(session, EDITOR, "另一个人")
    with read_scope(people.engine) as session:
        assert len(session.exec(select(Person).where(col(Person.login) == EDITOR)).all()) == 1
