"""审稿 over HTTP: sent from the story, passed, signed with a fresh code, batched, and signed by a leader's link."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms import audit, review
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk
from cms.people.rows import SignIn
from cms.review import Submission, submissions
from cms.stories import Story
from cms.web import Desk, create_app
from pipeline.house import House
from pipeline.intake import take_in_text
from pipeline.notices import tell
from pipeline.settings import Ways
from pipeline.submissions import draw
from tests.people.asking import fill, offered
from tests.people.house import BOSS, NOON, hire, login_of, signed_in
from tests.review.conftest import AUTHOR, CHIEF, FIRST, SECOND, STORY, a_leader, person, state, unit_of, write
from tests.review.test_rooms import take

Send = Callable[..., int]


@pytest.fixture
def app(desk: Desk, crew: House) -> Flask:
    app = create_app(desk)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


_keys = iter(range(10**6))


def post(client: FlaskClient, path: str, **fields: object):  # type: ignore[no-untyped-def]
    fields = {**offered(client, path), **fields}
    return client.post(path, data=fields, headers={"Idempotency-Key": f"review-web-key-{next(_keys):06}"})


def test_sent_from_the_story_with_what_the_column_knows(app: Flask, people: PeopleDesk, crew: House) -> None:
    write(crew)
    client = signed_in(app, people, AUTHOR)
    page = client.get("/review/new?story=chengdu-liangzi").text
    assert 'value="2026-11-23T09:00"' in page and "初审 → 复审 → 终审 → 签发" in page
    wrong = post(client, "/write/chengdu-liangzi/submit", due="2026-11-23T09:00", grade="A")
    assert wrong.status_code == 422 and "还没有选渠道" in wrong.text
    bare = post(client, "/write/chengdu-liangzi/submit", due="2026-11-23T09:00", grade="C", channel="site")
    assert bare.status_code == 422 and "要附上依据材料" in bare.text
    sent = post(client, "/write/chengdu-liangzi/submit", due="2026-11-23T09:00", grade="B", channel="site")
    assert sent.status_code == 303
    page = client.get(sent.headers["Location"]).text
    assert "正在排版" in page and "写过或改过这篇稿件，不能自审" in page
    with session_scope(crew.engine) as session:
        one = session.exec(select(Submission)).one()
        assert (one.grade, one.due_at.isoformat()) == ("B", "2026-11-23T01:00:00+00:00")


def test_a_time_before_the_embargo_is_refused_where_it_is_chosen(app: Flask, people: PeopleDesk, crew: House) -> None:
    """Not at the drawing, on every account."""
    write(crew)
    text = STORY.format(slug="chengdu-liangzi", headline="成都量子网络开通", words="今天")
    late = text.replace("byline:", "embargo: 2026-11-24 08:00\nbyline:")
    take_in_text(crew, late, "chengdu-liangzi.md", crew.drafts, AUTHOR, NOON)
    client = signed_in(app, people, AUTHOR)
    fields = {"grade": "A", "channel": "site"}
    early = post(client, "/write/chengdu-liangzi/submit", due="2026-11-24T07:59", **fields)
    assert early.status_code == 422 and "禁发到 2026-11-24" in early.text
    assert post(client, "/write/chengdu-liangzi/submit", due="2026-11-24T08:00", **fields).status_code == 303


def test_today_and_the_page_to_write_know_of_the_review(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    author = signed_in(app, people, AUTHOR)
    write(crew)
    assert "已经送审" not in author.get("/write/chengdu-liangzi").text
    number = sent()
    assert "改动保存后要重新送审" in author.get("/write/chengdu-liangzi").text
    reviewer = signed_in(app, people, FIRST)
    assert "等您初审" in reviewer.get("/").text and "等您初审" not in author.get("/").text
    take(crew, number, FIRST)
    assert "初审员的初审作废" in author.get("/write/chengdu-liangzi").text
    assert "等您初审" not in reviewer.get("/").text
    second = signed_in(app, people, SECOND)
    assert post(second, f"/review/{number}/return", reason="事实存疑", words="全长是多少？").status_code == 303
    page = author.get("/").text
    assert "被退回" in page and "事实存疑" in page


def test_sent_again_the_form_says_what_was_asked_and_the_reviewer_sees_what_changed(
    app: Flask, people: PeopleDesk, crew: House
) -> None:
    write(crew)
    author, first = signed_in(app, people, AUTHOR), signed_in(app, people, FIRST)
    asked = {"due": "2026-11-25T10:30", "grade": "B", "channel": "site", "attachment": "川科发〔2026〕8号"}
    number = post(author, "/write/chengdu-liangzi/submit", **asked).headers["Location"].rpartition("/")[2]
    draw(crew, NOON)
    assert post(first, f"/review/{number}/return", reason="错别字").status_code == 303
    write(crew, "这是第二天")
    form = author.get("/review/new?story=chengdu-liangzi").text
    assert 'value="2026-11-25T10:30"' in form and 'value="川科发〔2026〕8号"' in form
    assert re.search(r'name="grade" value="B" checked', form)
    assert re.search(r'name="channel" value="site" checked', form)
    assert not re.search(r'name="channel" value="wechat" checked', form)
    again = post(author, "/write/chengdu-liangzi/submit", **asked).headers["Location"]
    draw(crew, NOON)
    page = first.get(again).text
    assert "和上次审过的第 1 版比" in page and "<del>一</del><ins>二</ins>" in page


def test_a_notice_ends_with_its_step_and_leads_to_the_story(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    number = sent()
    tell(crew, NOON, Ways())
    first, second = signed_in(app, people, FIRST), signed_in(app, people, SECOND)
    page = first.get("/").text
    assert page.count("成都量子网络开通</h3>") == 1 and "《成都量子网络开通》等您初审" not in page  # one row, not two
    told = first.get("/me/notices").text
    assert "《成都量子网络开通》等您初审，11月23日" in told and f'href="/review/{number}"' in told
    take(crew, number, FIRST)
    assert "等您初审" not in first.get("/me/notices").text and "等您初审" not in second.get("/me/notices").text
    tell(crew, NOON, Ways())
    assert "等您复审" in second.get("/me/notices").text
    assert post(second, f"/review/{number}/return", reason="错别字").status_code == 303
    assert "等您复审" not in second.get("/me/notices").text
    tell(crew, NOON, Ways())
    author = signed_in(app, people, AUTHOR)
    assert "退回修改" in author.get("/me/notices").text and author.get("/").text.count("错别字") == 1
    write(crew, "这是第二天")
    sent()
    assert "退回修改" not in author.get("/me/notices").text


def test_signing_asks_for_a_fresh_code(app: Flask, people: PeopleDesk, crew: House, sent: Send) -> None:
    number = sent()
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    client = signed_in(app, people, CHIEF)
    with session_scope(people.engine) as session:
        row = session.exec(select(SignIn).where(SignIn.person_id == person(session, CHIEF).id)).one()
        row.checked_at = NOON - timedelta(minutes=6)
    answer = post(client, f"/review/{number}/sign", opinion="同意。")
    assert answer.status_code == 401 and "再输一次验证码" in answer.text and 'value="同意。"' in answer.text
    shown = {"Accept": "text/html", "Referer": f"http://localhost/review/{number}"}
    carried = {"opinion": "同意。", **offered(client, f"/review/{number}/sign")}
    led = client.post(f"/review/{number}/sign", data=carried, headers={**shown, "Idempotency-Key": "a-stale-code-0001"})
    assert led.status_code == 401 and 'value="同意。"' in led.text  # on the spot: it carries the form on
    fresh = signed_in(app, people, CHIEF)
    assert post(fresh, f"/review/{number}/sign", opinion="同意。", read=["site", "wechat"]).status_code == 303
    assert post(fresh, f"/review/{number}/sign", opinion="同意。").status_code == 303
    assert state(crew, number) == "signed"
    assert "已签发" in fresh.get(f"/review/{number}/sheet").text
    pdf = fresh.get(f"/review/{number}/sheet.pdf")
    assert pdf.mimetype == "application/pdf" and pdf.data.startswith(b"%PDF")


def test_no_proof_no_pass_and_no_text_step_by_the_signers_way(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:  # fmt: skip
    number = sent()
    client = signed_in(app, people, FIRST)
    answer = post(client, f"/review/{number}/pass", opinion="同意。")
    assert answer.status_code == 422 and "请先逐字校对" in answer.text
    note = post(client, f"/review/{number}/note", sentence="blocks.0#0@0-5|成都的量子", words="请核对")
    assert note.status_code == 303 and "请核对" in client.get(f"/review/{number}").text
    assert re.search(r"<details open><summary><h2 id=.words", client.get(note.headers["Location"]).text)
    lost = post(client, f"/review/{number}/note", sentence="", words="哪一句都没有选")
    assert lost.status_code == 422 and 'value="哪一句都没有选"' in lost.text
    assert re.search(r"<details open><summary><h2 id=.words", lost.text) and lost.text.count("哪一句都没有选") == 1
    back = post(client, f"/review/{number}/return", reason="错别字")
    assert back.status_code == 303 and state(crew, number) == "returned"
    assert "错别字" in signed_in(app, people, AUTHOR).get("/review").text


def test_a_form_signs_the_step_it_shows_and_no_later_one(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:  # fmt: skip
    """Two windows at 初审, two at 终审: the second of each signs nothing, though its person might sign what is next."""
    number = sent()
    first, path = signed_in(app, people, FIRST), f"/review/{number}/pass"
    stale = offered(first, path)
    assert post(first, path, opinion="同意。", proof="yes").status_code == 303
    late = post(signed_in(app, people, SECOND), path, opinion="同意。", proof="yes", **stale)
    assert late.status_code == 422 and "初审已经有人签了，现在是复审，这一次没有签" in late.text
    assert post(signed_in(app, people, SECOND), path, opinion="同意。", turn="").status_code == 422
    take(crew, number, SECOND)
    chief, path = signed_in(app, people, CHIEF), f"/review/{number}/sign"
    stale = offered(chief, path)
    together = {f"turn-{number}": stale["turn"]}
    assert post(chief, path, opinion="同意。", read=["site", "wechat"]).status_code == 303
    late = post(chief, path, opinion="同意。", read=["site", "wechat"], **stale)
    assert (
        late.status_code == 422 and "终审已经有人签了，现在是签发" in late.text and state(crew, number) == "reviewing"
    )
    assert "终审已经有人签了" in post(chief, "/review/batch", number=str(number), opinion="同意。", **together).text
    assert state(crew, number) == "reviewing"
    assert post(chief, path, opinion="同意。").status_code == 303 and state(crew, number) == "signed"


def test_several_signed_at_once_each_by_its_own_right(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:  # fmt: skip
    numbers = [sent(), sent(slug="chengdu-er")]
    for number in numbers:
        take(crew, number, FIRST)
        take(crew, number, SECOND)
    chief = signed_in(app, people, CHIEF)
    shown = offered(chief, "/review/batch")
    write(crew, "又改了", slug="chengdu-er")
    answer = post(chief, "/review/batch", number=[*map(str, numbers)], opinion="同意。", **shown)
    assert "已签 1 篇" in answer.text and "改动" in answer.text
    with read_scope(crew.engine) as session:
        title = session.get_one(Story, session.get_one(Submission, numbers[1]).story_id).headline
    assert f"《{title}》：" in answer.text


def test_one_out_of_sight_keeps_none_of_the_others(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:  # fmt: skip
    """Each that was not signed has a line of its own, in words of the page."""
    numbers = [sent(), sent(slug="chengdu-er")]
    for number in numbers:
        take(crew, number, FIRST)
        take(crew, number, SECOND)
    chief = signed_in(app, people, CHIEF)
    answer = post(chief, "/review/batch", number=["987654", *map(str, numbers)], opinion="同意。")
    assert answer.status_code == 200 and "有一篇已经不在您能看到的稿件里" in answer.text
    assert "已签 2 篇" in answer.text
    answer = post(chief, "/review/batch", number=["987654", *map(str, numbers)], opinion="同意。")
    assert len(re.findall(r'<p class="said bad">', answer.text)) == 3 and "用命令的" not in answer.text


def test_a_leader_without_an_account_signs_by_link_and_code(
    desk: Desk, people: PeopleDesk, crew: House, sent: Send, tmp_path: Path
) -> None:
    """The messages go through the house's own hook: a program that writes what it is given."""
    spool = tmp_path / "sms"
    leader_id = a_leader(crew, people, spool)
    number = sent()
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    later = [NOON]
    app = create_app(replace(desk, now=lambda: later[0]))
    app.config["WTF_CSRF_ENABLED"] = False
    asked = post(signed_in(app, people, FIRST), f"/review/{number}/link", to=str(leader_id))
    assert asked.status_code == 303, asked.text
    token = re.search(r"/sign/([\w-]+)", spool.read_text())[1]  # type: ignore[index]
    phone = app.test_client()
    assert "第一条线路" not in phone.get(f"/sign/{token}").text
    post(phone, f"/sign/{token}/code")
    code = re.findall(r"验证码 (\d{6})", spool.read_text())[-1]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert post(phone, f"/sign/{token}/open", code=wrong).status_code == 422
    assert post(phone, f"/sign/{token}", opinion="同意。").status_code == 422  # not before the code
    as_shown = {"Accept": "text/html", "Referer": f"/sign/{token}", "Idempotency-Key": "opened-in-a-browser"}
    opened = phone.post(f"/sign/{token}/open", data={"code": code}, headers=as_shown)
    assert opened.status_code == 200 and "第一条线路" in opened.text  # on the spot: it is kept nowhere
    page = phone.get(f"/sign/{token}?channel=wechat").text
    framed = re.search(r'<iframe[^>]* src="([^"]+)"', page)[1]  # type: ignore[index]
    seen = phone.get(framed, follow_redirects=True)
    assert (
        seen.status_code == 200
        and "第一条线路" in seen.text
        and "script" not in seen.headers["Content-Security-Policy"]
    )
    shown = set(re.findall(r"/sign/[\w-]+/pictures/[0-9a-f]{64}", seen.text))
    assert shown and {phone.get(one).mimetype.partition("/")[0] for one in shown} == {"image"}
    assert "/pictures/" not in re.sub(r"/sign/[\w-]+/pictures/", "", seen.text), (
        "no picture by a door that is shut to them"
    )
    stranger = app.test_client()
    assert {stranger.get(one).status_code for one in (framed, *shown)} == {404}, (
        "the code was right in one browser only"
    )
    assert phone.get(f"/sign/{token}/pictures/{'0' * 64}").status_code == 404
    assert "已签字" in post(phone, f"/sign/{token}", opinion="同意。", deed="pass", read=["site", "wechat"]).text
    assert phone.get(f"/sign/{token}").status_code == 404
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        signed = {each.stage.step: each.name for each in submissions.stages_signed(session, one)}
        assert signed["终审"] == "成局长" and not signed["签发"]
        said = session.exec(select(review.Opinion).where(review.Opinion.way == "link")).one()
        assert said.person_id == leader_id


def test_what_a_form_was_answered_is_read_no_longer_than_the_page_it_stands_at(
    app: Flask, people: PeopleDesk, crew: House, sent: Send
) -> None:
    number = sent()
    with session_scope(crew.engine) as session:
        stranger = hire(session, "ganzi.shen1", "借来的", "审核", "ganzi", crew.wires.vault)
        chengdu = unit_of(session, "chengdu")
        lent = review.lend(session, stranger, chengdu, "审核", NOON + timedelta(days=1), "借调", BOSS, NOON)
        loan_id = lent.id
    client = signed_in(app, people, "ganzi.shen1")
    browser = {"Accept": "text/html", "Idempotency-Key": "kept-answer-key-1", "Referer": f"/review/{number}"}
    led = client.post(f"/review/{number}/note", data={"sentence": "", "words": "哪一句都没有选"}, headers=browser)
    assert led.status_code == 303 and "?answered=" in led.headers["Location"]
    kept = client.get(led.headers["Location"])
    assert kept.status_code == 422 and "哪一句都没有选" in kept.text and "第一条线路" in kept.text
    with session_scope(crew.engine) as session:
        review.end_loan(session, session.get_one(review.Loan, loan_id), "boss", NOON)
    gone = client.get(led.headers["Location"])
    assert gone.status_code == client.get(f"/review/{number}").status_code == 404
    assert "第一条线路" not in gone.text


def test_a_leader_registered_by_phone_signs_and_whoever_has_an_account_is_told_what_to_do(
    app: Flask, people: PeopleDesk, crew: House, sent: Send, tmp_path: Path
) -> None:
    """All by pages: 人员 registers the leader, 审稿 sends the link, another telephone voids it."""
    app.config["WTF_CSRF_ENABLED"] = True
    spool, hook = tmp_path / "sms", tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ncat >> {spool}\necho >> {spool}\n")
    hook.chmod(0o700)
    (crew.root / "yigao.toml").write_text(f'[sms]\ncommand = "{hook}"\n')
    number = sent()
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    boss, clerk = signed_in(app, people, login_of("地市管理员", "chengdu")), signed_in(app, people, FIRST)
    with read_scope(people.engine) as session:
        chengdu, chief = unit_of(session, "chengdu"), person(session, CHIEF).id
    page = f"/review/{number}"
    assert "请没有账号的领导签" not in clerk.get(page).text
    words = {"name": "成局长", "login": "chengdu.ju", "unit": str(chengdu), "role": "签发", "number": "13800001234"}
    assert fill(boss, "/people", "/people/phone", **{**words, "number": "12"}).status_code == 422
    assert fill(boss, "/people", "/people/phone", **{**words, "role": "编辑"}).status_code == 422
    assert fill(boss, "/people", "/people/phone", **words).status_code == 303
    listed, shown = boss.get("/people").text, clerk.get(page).text
    assert "只用手机签字" in listed and "138****1234" in listed and "13800001234" not in listed
    assert "成局长（138****1234）" in shown
    with read_scope(people.engine) as session:
        leader = person(session, "chengdu.ju").id
    assert fill(clerk, page, f"{page}/link", to=str(leader)).status_code == 303
    token = re.search(r"/sign/([\w-]+)", spool.read_text())[1]  # type: ignore[index]
    assert app.test_client().get(f"/sign/{token}").status_code == 200
    assert fill(boss, "/people", f"/people/{leader}/phone", number="13900005678").status_code == 303
    assert app.test_client().get(f"/sign/{token}").status_code == 404, "another telephone, another link"
    refused = fill(clerk, page, f"{page}/link", to=str(chief))
    assert refused.status_code == 422 and "改为“只用手机签字”" in refused.text.replace("&#34;", '"')
    assert fill(boss, "/people", f"/people/{chief}/phone", number="13700004321").status_code == 303
    assert fill(clerk, page, f"{page}/link", to=str(chief)).status_code == 303
    assert fill(boss, "/people", f"/people/{leader}/phone", forget="yes").status_code == 303
    assert "成局长" not in re.findall(r"<select id=\"leader\".*?</select>", clerk.get(page).text, re.S)[0]
    with read_scope(people.engine) as session:
        acts = [(one.action, one.detail.get("number")) for one in audit.history(session, "person:chengdu.ju")]
    assert acts[-3:] == [("person.phone", "138****1234"), ("person.phone", "139****5678"), ("person.phone", "")]


def test_once_signed_the_frame_shows_what_goes_out(app: Flask, people: PeopleDesk, crew: House, sent: Send) -> None:
    number = sent()
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    client = signed_in(app, people, CHIEF)
    frames = [f"/review/{number}/frame/{channel}/frame.html" for channel in ("site", "wechat")]

    def shown() -> list[str]:
        return [client.get(one, follow_redirects=True).text for one in frames]

    assert "未签发" in shown()[0] and "（签发后填写）" in shown()[1]
    assert '<span class="stamp">' not in client.get(f"/review/{number}").text
    take(crew, number, CHIEF)
    take(crew, number, CHIEF)
    assert state(crew, number) == "signed"
    site, wechat = shown()
    assert "已签发" in site and "签发：" in site and "签发：" in wechat and "2026-11-23" in site
    for page in (site, wechat):
        assert not any(one in page for one in ("未签发", "（签发后填写）", "（发布时填写）"))
    assert '<span class="stamp">已签发</span>' in client.get(f"/review/{number}").text


def test_a_reason_once_given_is_offered_again_after_a_return(app: Flask, people: PeopleDesk, crew: House) -> None:
    write(crew, "这是第一天第一天")
    client = signed_in(app, people, AUTHOR)
    path, way = "/review/new?story=chengdu-liangzi", "/write/chengdu-liangzi/submit"
    asked = client.get(path).text
    places = re.findall(r'name="(place-\d+)" value="([^"]+)"', asked)
    assert places and "上一版写的理由" not in asked
    words = {name.replace("place", "reason"): f"已核对{name}" for name, _ in places}
    told = {"due": "2026-11-23T09:00", "grade": "A", "channel": "site"}
    assert post(client, way, **told, **dict(places), **words).status_code == 303
    with session_scope(crew.engine) as session:
        number = session.exec(select(Submission.id)).one()
    draw(crew, NOON)
    assert post(signed_in(app, people, FIRST), f"/review/{number}/return", reason="错别字").status_code == 303
    text = STORY.format(slug="chengdu-liangzi", headline="成都量子网络开通", words="这是第一天第一天")
    with session_scope(crew.engine) as session:
        unit = unit_of(session, "chengdu")
    made = take_in_text(
        crew, text.replace("三次", "四次"), "a.md", crew.drafts / "chengdu-liangzi", AUTHOR, NOON, unit_id=unit,
        slug="chengdu-liangzi",
    )  # fmt: skip
    assert not made.is_blocked
    again = client.get(path).text
    for name, _ in places:
        assert f'value="已核对{name}"' in again
    assert again.count("上一版写的理由") == len(places)
    bare = post(client, way, **told)
    assert bare.status_code == 422, "an old reason answers nothing by itself"
