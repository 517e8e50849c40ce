"""Pasted HTML: twelve clipboards become the blocks they showed; what did not come along is told."""

import re

import html5lib
import pytest

from cms.arrivals import ArrivalError, Arrived, arrive_html
from cms.arrivals.pieces import words_of
from cms.manuscript import read
from cms.manuscript.worker import parse_body
from tests.arrivals.pages import PAGES


@pytest.fixture(scope="module")
def arrived() -> dict[str, Arrived]:
    return {name: arrive_html(case.html, "") for name, case in PAGES.items()}


@pytest.mark.parametrize("name", PAGES)
def test_a_clipboard_becomes_these_blocks(name: str, arrived: dict[str, Arrived]) -> None:
    assert arrived[name].blocks == parse_body(PAGES[name].body)[0], arrived[name].text


@pytest.mark.parametrize("name", PAGES)
def test_what_did_not_come_along_is_told(name: str, arrived: dict[str, Arrived]) -> None:
    assert {one.rule for one in arrived[name].left} == PAGES[name].rules


@pytest.mark.parametrize("name", PAGES)
def test_the_headline_is_found_or_left_open(name: str, arrived: dict[str, Arrived]) -> None:
    assert arrived[name].front.headline == PAGES[name].headline


@pytest.mark.parametrize("name", PAGES)
def test_written_and_read_again_it_is_the_same_blocks(name: str, arrived: dict[str, Arrived]) -> None:
    assert read(arrived[name].text, "x.md").blocks == arrived[name].blocks


CENTRED = '<p style="text-align:center"><b>量子网络的路线</b></p>'


@pytest.mark.parametrize(
    "before", ["<p>第一段没有句号</p><p>第二段。</p>", "<ul><li>一条</li></ul>", "<table><tr><td>格</td></tr></table>"]
)
def test_a_small_heading_stays_where_it_stood(before: str) -> None:
    """What stands in the middle in bold is a headline only before all text: order is never changed."""
    told = arrive_html(f"{before}{CENTRED}<p>第三段。</p>", "")
    assert told.front.headline == ""
    assert [words_of((one,)) for one in told.blocks][-2:] == ["量子网络的路线", "第三段。"]
    assert arrive_html(f"{CENTRED}{before}", "").front.headline == "量子网络的路线"


def letters(text: str) -> str:
    return re.sub(r"\W|_", "", text)


@pytest.mark.parametrize("name", PAGES)
def test_every_word_of_a_page_is_in_the_story_or_in_the_list(name: str, arrived: dict[str, Arrived]) -> None:
    """By html5lib, which knows nothing of ours. Labels of notes and list numbers are structure, not words."""
    story = arrived[name]
    front = " ".join([story.front.headline, *story.front.byline])
    words = letters(f"{front} {words_of(story.blocks)} {' '.join(one.excerpt for one in story.left)}")
    body = html5lib.parse(PAGES[name].html, namespaceHTMLElements=False).find("body")
    shown = [one for one in body.iter() if isinstance(one.tag, str) and one.tag not in ("script", "style")]
    runs = [run for run in [*(one.text for one in shown), *(one.tail for one in body.iter())] if run]
    labels = re.compile(r"^(\[?\d+[.\]]?|·|↩)$")
    assert [run for run in runs if not labels.match(run.strip()) and letters(run) not in words] == []


def test_a_hundred_thousand_levels_are_refused_whole() -> None:
    with pytest.raises(ArrivalError, match="256 层"):
        arrive_html("<div>" * 100_000 + "底" + "</div>" * 100_000)


def test_no_script_comes_out() -> None:
    made = arrive_html(
        "<p onclick='alert(1)'>字<a href='JaVaScRiPt:alert(1)'>链</a><img src=x onerror=alert(1)></p>"
        "<script>alert(2)</script>"
        "<a href='data:text/html,<script>alert(3)</script>'>数</a><iframe srcdoc='<script>alert(4)</script>'></iframe>"
    )
    assert not re.search(r"(?i)script|onerror|onclick|srcdoc", made.text)
    assert letters(words_of(made.blocks)) == "字链数"
