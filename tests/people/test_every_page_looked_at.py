"""Every page of the permission table is looked at somewhere by axe, in light and dark, on a desk and on a phone: the
table says where. A new page that stands nowhere fails here."""

import re
from pathlib import Path

import pytest

from cms.web.permits import PERMITS

TESTS = Path(__file__).resolve().parents[1]
DESK, OTHER = "desk/browser/test_desk_pages.py", "desk/browser/test_other_pages.py"
REVIEW, LINK = "review/browser/test_review_pages.py", "review/browser/test_by_link_page.py"
ACCOUNTS, WORDS = "accounts/browser/test_accounts_browser.py", "wording/browser/test_wording_screens.py"
PEOPLE, FIRST = "people/browser/test_people_pages.py", "first/browser/test_first_pages.py"
# endpoint: the test that looks at it, and the words by which it comes there.
LOOKED_AT = {
    "today.page": (DESK, '"today"'),
    "delivering.page": (DESK, '"/releases"'),
    "delivering.release": (DESK, '"/releases/1"'),
    "delivering.delivery": (DESK, '"/deliveries/{held}"'),
    "delivering.recalls": (DESK, '"/recalls"'),
    "delivering.recall": (OTHER, '"/recalls/1"'),
    "delivering.report": (OTHER, '"/recalls/1/report"'),
    "delivering.draft": (DESK, "/recall?kind=retraction"),
    "delivering.decide": (DESK, '"/recalls/1/decide"'),
    "delivering.strangers": (DESK, '"/strangers"'),
    "delivering.halts": (DESK, '"/halts?'),
    "delivering.halt": (DESK, '"/halts/1"'),
    "delivering.flashes": (DESK, '"/flash"'),
    "delivering.flash_of": (OTHER, '"flash-one"'),
    "delivering.grey": (DESK, '"/grey"'),
    "handing.page": (DESK, '"/hand-over"'),
    "handing.task": (DESK, '"/hand-over/{task}"'),
    "handing.arrive": (OTHER, "/h/{token}"),
    "handing.phone": (OTHER, "/phone/"),
    "pages.stories": (DESK, '"/stories"'),
    "adopting.page": ("review/browser/test_adopting_pages.py", '"above"'),
    "adopting.show": ("review/browser/test_adopting_pages.py", '"adopting"'),
    "pages.new": ("editor/browser/test_editor_screens.py", "/write/"),
    "pages.write": ("editor/browser/test_editor_screens.py", "?as=visual"),
    "plain.look": ("review/browser/test_below_the_floor.py", '"plain-look"'),
    "apart.write": ("editor/browser/test_apart_screens.py", '"apart-'),
    "apart.compare": ("editor/browser/test_apart_screens.py", '"{ON}/main"'),
    "apart.ask_to_follow": ("editor/browser/test_apart_screens.py", '"{ON}/follow"'),
    "apart.states": ("editor/browser/test_apart_screens.py", '"{ON}/history"'),
    "history.page": ("editor/browser/test_editor_screens.py", "/history"),
    "phone.page": (LINK, "/write/chengdu-one/phone"),
    "library.page": ("library/browser/test_library_pages.py", '"library"'),
    "library.asset": ("library/browser/test_library_pages.py", '"asset"'),
    "scheduling.page": ("schedule/browser/test_schedule_pages.py", '"/schedule?'),
    "scheduling.columns_page": ("schedule/browser/test_schedule_pages.py", '"/schedule/columns"'),
    "accounts.page": (ACCOUNTS, '"/accounts"'),
    "accounts.show": (ACCOUNTS, '"/accounts/{weibo:chengdu}"'),
    "accounts.connect": (ACCOUNTS, "/connect"),
    "accounts.leave": (ACCOUNTS, "/disconnect"),
    "accounts.our_house": (ACCOUNTS, '"/accounts/house"'),
    "accounts.look": (ACCOUNTS, '"/accounts/look?'),
    "scheduling.calendar_page": (WORDS, "/schedule/calendar"),
    "wording.page": (WORDS, '"words"'),
    "wording.version": (WORDS, '"words-version"'),
    "wording.original": (WORDS, '"original"'),
    "scheduling.skip_page": ("schedule/browser/test_schedule_pages.py", '"/schedule/columns/heikeji/skip"'),
    "scheduling.issue_page": ("schedule/browser/test_schedule_pages.py", '"/schedule/issues/1"'),
    "composing.page": ("pushes/browser/test_push_screens.py", '"pushes"'),
    "composing.new": ("pushes/browser/test_push_screens.py", '"push-table"'),
    "composing.show": ("pushes/browser/test_push_screens.py", '"push-one"'),
    "reviewing.page": (REVIEW, '"/review"'),
    "reviewing.new": (REVIEW, "/review/new"),
    "reviewing.blocks": (REVIEW, "/blocks"),
    "reviewing.show": (REVIEW, "/review/{number}"),
    "reviewing.sheet": (REVIEW, "/sheet"),
    "reviewing.rules": (REVIEW, "/review/rules"),
    "reviewing.by_link": (LINK, '"link-open"'),
    "beginning.start": (FIRST, '"first-name"'),
    "beginning.column": (FIRST, '"first-column"'),
    "beginning.ready": (FIRST, '"first-write"'),
    "door.sign_in": (PEOPLE, '"/sign-in"'),
    "door.second": (PEOPLE, '"/second-step"'),
    "door.invited": (PEOPLE, '"join"'),
    "mine.page": (PEOPLE, '"/me"'),
    "mine.enrol": (PEOPLE, '"/me/second-step"'),
    "mine.notices": (PEOPLE, '"/me/notices"'),
    "staff.page": (PEOPLE, '"/people"'),
}
# What answers a GET and is no page: files, data, frames of other pages, ways that only lead on.
NO_PAGE = {
    "static", "brand.logo", "shelf.show", "pages.frame", "editing.beside", "handing.file", "handing.phone_file",
    "library.frames", "library.pick", "library.upload", "reviewing.frame", "reviewing.beside", "reviewing.link_frame",
    "reviewing.link_picture", "reviewing.attachment", "reviewing.link_attachment", "reviewing.sheet_pdf",
    "delivering.report_pdf", "door.enter", "hands.package",
}  # fmt: skip


def test_every_page_there_is_stands_in_the_table_once() -> None:
    there = {endpoint for endpoint, method in PERMITS if method == "GET"}
    assert there == set(LOOKED_AT) | NO_PAGE, "say which test with axe looks at the new page"
    assert set(LOOKED_AT) & NO_PAGE == set()


@pytest.mark.parametrize("endpoint", LOOKED_AT)
def test_the_test_is_there_and_comes_by(endpoint: str) -> None:
    file, words = LOOKED_AT[endpoint]
    source = (TESTS / file).read_text(encoding="utf-8")
    assert words in source and re.search(r"\blook\(|\bseen\(", source)
