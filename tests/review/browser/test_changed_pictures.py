"""Pictures, speakers and cards that changed, in 历史 and in 审稿, desk and phone: seen, not read as markup."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cms.db import session_scope
from cms.releases import submitting
from cms.review import Submission, lend
from cms.web.shelf import keep
from pipeline.house import House
from pipeline.intake import take_in_text
from tests.library.photos import photo
from tests.people.house import BOSS, NOON, login_of
from tests.review.conftest import AUTHOR, FIRST, person, unit_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
SLUG = "chengdu-liangzi"
TEXT = """---
slug: chengdu-liangzi
headline: 成都量子网络开通
digest: 成都的量子网络今天开通，第一条线路连接两个园区。
byline: 记者 张三
cast:
- key: ke
  name: 小科
- key: bu
  name: 捕手
  side: right
---

成都的量子网络今天开通。第一条线路连接两个园区，全长四十公里。

![{alt}]({first} "{caption}"){{focus={focus} credit="李敏" licence="本社"}}

:::dialogue
{speaker}：量子网络和宽带有什么不同？
bu：它送的是钥匙，不是信。
:::

:::gallery
![机房里的柜子]({first}){{credit="李敏" licence="本社"}}
![接线的人]({more}){{credit="李敏" licence="本社"}}
{third}
:::

:::card 量子通信科普站
地点: {place}
网址: https://example.com/
:::

读者可以在科技馆看到它怎样工作。工作人员每天讲解三次。
"""


@pytest.fixture
def changed(crew: House, sent: Callable[..., int]) -> int:
    """A submission sent again after a return: two pictures, a caption, a speaker and a card are others now."""
    folder = crew.drafts / SLUG
    red, blue, green = (
        keep(crew.pictures, folder, photo(colour), f"{colour}.jpg") for colour in ("teal", "olive", "navy")
    )
    old = {"first": red, "more": green, "alt": "一间机房", "caption": "机房一角", "focus": "50,50", "speaker": "ke"}
    new = old | {"first": blue, "alt": "一排机柜", "caption": "机房里的新机柜", "focus": "30,40", "speaker": "bu"}
    put(crew, TEXT.format(**old, place="高新区", third=""))
    number = sent()
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        submitting.send_back(session, one, person(session, FIRST), ["图片版权"], "换一张", NOON)
    third = f'![夜里的灯]({green}){{credit="李敏" licence="本社"}}'
    put(crew, TEXT.format(**new, place="高新区科技馆", third=third), minutes=60)
    return sent()


def put(house: House, text: str, minutes: int = 0) -> None:
    with session_scope(house.engine) as session:
        unit = unit_of(session, "chengdu")
    at, folder = NOON + timedelta(minutes=minutes), Path(house.drafts / SLUG)
    made = take_in_text(house, text, f"{SLUG}.md", folder, AUTHOR, at, unit_id=unit)
    assert not made.is_blocked, made.findings


def shown(page: Page) -> None:
    """Each picture that changed is there twice, side by side, and no markup anywhere."""
    swapped = page.locator(".change.pictured", has=page.locator(".plate:nth-child(2)"))
    expect(swapped).to_have_count(2)
    expect(swapped.first).to_contain_text("图片换了；图说改了")
    expect(swapped.first.locator("ins")).to_have_text(["里的新机柜"])
    expect(page.locator(".change.new.pictured")).to_contain_text("图集 · 图片")
    expect(page.locator(".change", has_text="对白 · 捕手").first).to_contain_text("原来是对白 · 小科")
    expect(page.locator(".change", has_text="资源卡").locator("ins")).to_have_text(["科技馆"])
    drawn(page)
    words = " ".join(page.locator(":is(.diff, .changes)").all_inner_texts())
    assert not [sign for sign in ("![", ":::", "](", "pictures/", "credit", "licence") if sign in words]


def drawn(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.plate img').forEach((one) => { one.loading = 'eager'; })")
    assert page.locator(".plate img").count()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.plate img')].every((one) => one.complete && one.naturalWidth > 0)"
    )


def test_the_history_shows_what_changed(open_window: Open, address: str, changed: int) -> None:
    window = open_window(f"{address}/write/{SLUG}/history", width=1280, login=AUTHOR)
    shown(window.page)
    look(window.page, "history-pictures", targets=":is(main, header) :is(button, .button, select, summary)")
    assert window.complaints == []


def test_the_reviewer_sees_what_changed_on_a_phone(open_window: Open, address: str, changed: int) -> None:
    window = open_window(f"{address}/review/{changed}", width=375, height=740, login=FIRST)
    shown(window.page)
    look(window.page, "review-pictures", targets="button, .button, summary, select, textarea", frames=False)
    assert window.complaints == []


def test_so_does_one_lent_from_another_unit(open_window: Open, address: str, crew: House, changed: int) -> None:
    lender = login_of("审核", "ganzi")
    with session_scope(crew.engine) as session:
        until = NOON + timedelta(days=2)
        lend(session, person(session, lender), unit_of(session, "chengdu"), "审核", until, "借调", BOSS, NOON)
    window = open_window(f"{address}/review/{changed}", width=1280, login=lender)
    expect(window.page.locator("#changed")).to_be_visible()
    drawn(window.page)


SHORT = TEXT.split("{alt}")[0].rsplit("![", 1)[0] + '![一间机房]({path} "机房一角"){{credit="李敏" licence="本社"}}\n'


@pytest.fixture
def repainted(crew: House, sent: Callable[..., int]) -> int:
    """A submission sent again with not a letter changed, while another picture lay at the path of the old one."""
    at = crew.drafts / SLUG / "pictures" / "room.jpg"
    at.parent.mkdir(parents=True)
    numbers = []
    for scene in (1, 2):
        at.write_bytes(photo(scene))
        put(crew, SHORT.format(path="pictures/room.jpg"), minutes=scene)
        numbers.append(sent())
        if scene == 1:
            with session_scope(crew.engine) as session:
                one = session.get_one(Submission, numbers[0])
                submitting.send_back(session, one, person(session, FIRST), ["图片版权"], "换一张", NOON)
    return numbers[-1]


def test_another_picture_at_the_same_path_is_shown_beside_the_old_one(
    open_window: Open, address: str, repainted: int
) -> None:
    for path, login in ((f"review/{repainted}", FIRST), (f"write/{SLUG}/history", AUTHOR)):
        window = open_window(f"{address}/{path}", width=1280, login=login)
        swapped = window.page.locator(".change.pictured")
        expect(swapped).to_have_count(1)
        expect(swapped).to_contain_text("图片换了")
        drawn(window.page)
        old, new = (one.get_attribute("src") for one in swapped.locator("img").all())
        assert old != new
        expect(window.page.get_by_text("没有变。")).to_have_count(0)
        expect(window.page.get_by_text("没有不同")).to_have_count(0)
        look(window.page, f"{login}-repainted", targets="main :is(button, .button, summary)", frames=False)
        assert window.complaints == []


def test_a_picture_named_by_its_hash_is_shown_wherever_its_text_is(
    open_window: Open, address: str, crew: House, sent: Callable[..., int]
) -> None:
    """As in stories of an archive: in the difference, and in the editor itself."""
    digest = crew.pictures.take_in(photo(1), "a.jpg").hash
    folder = crew.drafts / SLUG / "pictures"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(crew.pictures.read(digest))
    put(crew, SHORT.format(path="pictures/a.jpg"))
    put(crew, SHORT.format(path=f"asset:{digest}").replace("机房一角", "机房的一角"), minutes=60)
    window = open_window(f"{address}/write/{SLUG}/history", width=1280, login=AUTHOR)
    expect(window.page.locator(".change.pictured")).to_contain_text("图片没有换，只是文件改了名；图说改了")
    drawn(window.page)
    written = open_window(f"{address}/write/{SLUG}", login=AUTHOR)
    picture = written.page.locator("#prose .card-figure img")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("one => one.naturalWidth") > 1
    assert window.complaints == written.complaints == []
