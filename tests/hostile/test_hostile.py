"""10,000 hostile manuscripts, and no script-capable output on any channel."""

import os

import pytest

from tests.hostile import inputs, judge, outputs, press
from tests.hostile.vectors import HTML

SOAK = os.environ.get("YIGAO_SOAK") == "1"
COUNT = 10_000 if SOAK else 600


@pytest.mark.slow
@pytest.mark.timeout(3600 if SOAK else 1200)
def test_no_input_makes_an_output_that_could_run() -> None:
    made = press.press(inputs.all_inputs(COUNT))
    assert len(made) == COUNT
    faults = [(one.place, one.text[-300:], one.faults) for one in made if one.faults]
    assert faults == []
    assert [one.text for one in made if one.seconds > press.LONGEST_SECONDS] == []
    shown = sum(one.documents > 0 for one in made)
    assert shown > COUNT * 0.9  # the desk shows nearly all of them, so nearly all were judged


def test_the_judge_sees_what_it_must() -> None:
    """Each vector that is live as it stands is condemned: a judge that lets all pass would prove nothing."""
    assert len(HTML) > 100 and [one for one in HTML if not judge.dangers(one)] == []


@pytest.mark.parametrize("html", [
    "<p>话<a href='https://ok.example/?a=1&amp;b=2'>一</a></p>", "<img src='pictures/a.jpg' alt='on=1'>",
    "<svg viewBox='0 0 1 1' role='img' aria-label='x'><path d='M0 0'/></svg>", "<p style='color:#333'>javascript:x</p>",
    "<pre><code>&lt;script&gt;</code></pre>", "<a href='#note-1'>1</a>", "<a href='mailto:a@b.example'>信</a>",
])  # fmt: skip
def test_the_judge_leaves_reading_matter_in_peace(html: str) -> None:
    assert judge.dangers(html) == set()


CASES = (
    # a headline standing in for a missing digest was markup to feed readers
    "<img src=x onerror=__hit()>",
    "<svg><style><img src=x onerror=__hit()></style></svg>",
)


@pytest.mark.parametrize("text", CASES)
def test_what_once_got_through_no_longer_does(text: str) -> None:
    made = press.judged(("case", f"---\nheadline: '{text}'\nslug: h\n---\n\n话。\n"))
    assert made.faults == () and made.documents > 10


def test_an_empty_short_headline_is_none() -> None:
    """One that is nothing but hidden characters ended the site's page."""
    made = press.judged(
        ("case", '---\nheadline: 题\nslug: h\nshort_headlines: {site: "\\u200b", wechat: }\n---\n\n话。\n')
    )
    assert made.faults == () and made.documents > 10


def test_words_that_look_like_markup_stay_words() -> None:
    """Safe is not enough: what was typed as text is still read as text."""
    documents = dict(outputs.documents(inputs.FRONT.format(more="") + "他写下 \\<script> 和 `<img onerror>`。\n"))
    for name in ("wechat", "toutiao", "site page"):
        assert "&lt;script&gt;" in documents[name] and "&lt;img onerror&gt;" in documents[name]
