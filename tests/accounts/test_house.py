"""本单位: the house's name and logo after its first run: on every page, on the sites and at the heads of papers."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from cms import audit
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Workspace
from cms.review import ReviewSheet
from cms.web import Desk
from pipeline import report_pdf, review_pdf
from pipeline.desk_press import HousePress
from pipeline.house import House
from pipeline.letterhead import Logo, logo_of
from pipeline.recall_report import Report
from tests.people.asking import fill, hidden
from tests.people.house import NOON, login_of, signed_in

BOSS = login_of("省级管理员", "sichuan")
WAY = "/accounts/house"


@pytest.fixture
def boss(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, BOSS)


def logo(width: int = 240, height: int = 96, kind: str = "PNG", ink: str = "#1C5F70") -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGBA" if len(ink) > 7 else "RGB", (width, height), ink).save(made, kind)
    return io.BytesIO(made.getvalue())


def sent(client: FlaskClient, name: str, picture: io.BytesIO, filename: str = "logo.png") -> tuple[int, str]:
    form = {**hidden(client.get(WAY).text, WAY), "name": name, "logo": (picture, filename)}
    answer = client.post(WAY, data=form, content_type="multipart/form-data")
    return answer.status_code, answer.text


def test_a_name_and_a_logo_are_on_every_page_the_sites_and_the_sheets(
    boss: FlaskClient, people: PeopleDesk, desk: Desk, press: HousePress, house: House
) -> None:
    assert 'class="sign"' not in boss.get("/").text
    assert sent(boss, "四川科技 <新>", logo())[0] == 303
    press.relooking.wait()
    page = boss.get("/").text
    assert 'class="sign"' in page and 'alt="四川科技 &lt;新&gt;"' in page and "<新>" not in page
    assert boss.get("/brand/logo").mimetype == "image/png"
    assert {bool(one.setting("logo")) for one in desk.profiles if one.channel == "site"} == {True}
    for unit in ("chengdu", "ganzi"):
        assert "<img" in (house.sites / unit / "index.html").read_text(encoding="utf-8")
    with read_scope(people.engine) as session:
        (entry,) = audit.history(session, "workspace")
        printed = logo_of(house, session)
    assert printed is not None and printed.address.startswith("data:image/png;base64,")
    assert (entry.actor, entry.action, entry.detail["name"]) == (BOSS, "house.change", "四川科技 <新>")
    assert fill(boss, WAY, WAY, name="四川科技", **{"no-logo": "yes"}).status_code == 303
    press.relooking.wait()
    assert 'class="sign"' not in boss.get("/").text and boss.get("/brand/logo").status_code == 404
    assert "<img" not in (house.sites / "chengdu" / "index.html").read_text(encoding="utf-8")


REVIEWED = ReviewSheet(
    house="四川省科学技术厅科技传播与融媒体中心四川科技报社",
    headline="成都量子网络开通",
    slug="chengdu-liangzi",
    version="第 3 版",
    unit="成都市科学技术局",
    column="",
    grade="B",
    author="记者",
    sender="编辑",
    sent="11月22日",
    due="11月23日 09:00",
    note="",
    attachment="",
    stages=(("初审", "审核员", "同意", "11月22日"),),
    proofs=(),
    readings=(),
    checks=(),
    accounts=(),
    apart=(),
    manuscript="f" * 64,
    seal="",
    is_signed=True,
    is_rehearsal=False,
)
REPORTED = Report(
    number=1,
    kind="撤稿",
    title="撤稿报告",
    house=REVIEWED.house,
    headline=REVIEWED.headline,
    corrected="",
    slug=REVIEWED.slug,
    versions="",
    state="已结案",
    reason="失实",
    notice="撤回",
    made="11月23日",
    facts=(),
    sums=(("份", "1"),),
    called=(),
    copies=(),
    history=(),
    audit_words="完整",
    audit_length=1,
    audit_head="a" * 64,
)


def papers(logo: Logo | None) -> list[bytes]:
    return [review_pdf.pdf(REVIEWED, NOON, logo), report_pdf.pdf(REPORTED, NOON, logo)]


@pytest.mark.parametrize(("width", "height"), [(64, 64), (5000, 1000), (700, 1000)], ids=["small", "huge", "tall"])
def test_a_logo_is_on_the_papers_and_a_clear_one_stays_clear(
    boss: FlaskClient, house: House, press: HousePress, width: int, height: int
) -> None:
    assert sent(boss, "四川科技", logo(width, height, ink="#1C5F7080"))[0] == 303
    press.relooking.wait()
    with read_scope(house.engine) as session:
        kept = logo_of(house, session)
    assert kept is not None and abs(kept.ratio - width / height) < 0.01 and len(kept.png) < 20_000
    wide, high = kept.fitted(36, 12)
    assert wide <= 36 and high <= 12 and abs(wide / high - kept.ratio) < 0.01
    for made, again, bare in zip(papers(kept), papers(kept), papers(None), strict=True):
        assert made == again and made.count(b"/Subtype /Image") == 2 and made.count(b"/SMask") == 1
        assert bare.count(b"/Subtype /Image") == 0
        assert made.count(b"/Type /Page\n") == bare.count(b"/Type /Page\n") == 1


def test_papers_are_printed_without_a_logo_that_is_gone(house: House) -> None:
    with session_scope(house.engine) as session:
        assert logo_of(house, session) is None
        session.get_one(Workspace, 1).logo = "0" * 64
        assert logo_of(house, session) is None
        digest = house.pictures.store.put(b"<svg onload=alert(1)>")
        session.get_one(Workspace, 1).logo = digest
        assert logo_of(house, session) is None


@pytest.mark.parametrize(
    ("picture", "filename", "words"),
    [
        (logo(32, 32), "small.png", "短的一边至少 64 像素"),
        (logo(1200, 100), "long.png", "宽最多是高的 6 倍"),
        (io.BytesIO(b"<svg onload=alert(1)>"), "x.svg", "PNG 或 JPEG"),
        (logo(kind="GIF"), "x.png", "PNG 或 JPEG"),
    ],
    ids=["small", "long", "svg", "gif"],
)
def test_what_makes_no_logo_is_refused_in_words(
    boss: FlaskClient, picture: io.BytesIO, filename: str, words: str
) -> None:
    code, page = sent(boss, "四川科技", picture, filename)
    assert code == 422 and words in page


@pytest.mark.parametrize(
    ("name", "words"), [("", "请写单位名称"), ("一" * 41, "40 字以内"), ("四川科技", "没有要保存的")]
)
def test_a_name_that_will_not_do_is_refused(boss: FlaskClient, name: str, words: str) -> None:
    answer = fill(boss, WAY, WAY, name=name)
    assert answer.status_code == 422 and words in answer.text


def test_it_is_there_for_the_houses_own_administrator_alone(app: Flask, people: PeopleDesk) -> None:
    for role, unit in (("地市管理员", "chengdu"), ("省级管理员", "ganzi"), ("签发", "sichuan"), ("审计员", "sichuan")):
        assert signed_in(app, people, login_of(role, unit)).get(WAY).status_code == 404
