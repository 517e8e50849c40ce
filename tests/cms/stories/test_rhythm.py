"""The rhythm of a column: its days, its words, the words read again, and what no calendar has."""

from datetime import date, timedelta

import pytest

from cms.stories.rhythm import LAST, Rhythm, RhythmError, from_plain, parse_rhythm, rhythm, weekly

NOVEMBER = date(2026, 11, 1)
SAID = [
    (weekly(2), "每周三", [4, 11, 18, 25]),
    (weekly(4, 0), "每周一、五", [2, 6, 9, 13, 16, 20, 23, 27, 30]),
    (weekly(0, 1, 2, 3, 4), "每周一至五", [one for one in range(1, 31) if date(2026, 11, one).weekday() < 5]),
    (weekly(*range(7)), "每天", list(range(1, 31))),
    (rhythm("fortnight", [2], since=date(2026, 11, 8)), "每两周的周三", [4, 18]),
    (rhythm("fortnight", [2], since=date(2026, 12, 9)), "每两周的周三", [11, 25]),  # counted back as well
    (rhythm("date", places=[LAST, 15, 1]), "每月1日、15日、最后一天", [1, 15, 30]),
    (rhythm("weekday", [2], [1]), "每月第一个周三", [4]),
    (rhythm("weekday", [2], [3, 1]), "每月第一、三个周三", [4, 18]),
    (rhythm("weekday", [0, 4], [2, LAST]), "每月第二个和最后一个周一、周五", [9, 13, 27, 30]),
    (rhythm("weekday", [6], [LAST]), "每月最后一个周日", [29]),
]


@pytest.mark.parametrize(("one", "words", "days"), SAID)
def test_days_and_words_and_the_words_read_again(one: Rhythm, words: str, days: list[int]) -> None:
    assert one.words == words
    assert [day + 1 for day in range(30) if one.holds(NOVEMBER + timedelta(days=day))] == days
    assert parse_rhythm(words, one.since) == one
    assert from_plain(one.plain) == one


def test_the_last_day_is_the_last_of_every_month() -> None:
    last = rhythm("date", places=[LAST])
    found = [date(2028, 1, 1) + timedelta(days=one) for one in range(366)]
    assert [(one.month, one.day) for one in found if last.holds(one)][:4] == [(1, 31), (2, 29), (3, 31), (4, 30)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("每周一三五", "每周一、三、五"),
        ("每星期一、星期四", "每周一、四"),
        ("每周五到周日", "每周五至日"),
        ("每周六至一", "每周一、六、日"),
        ("每周天", "每周日"),
        ("每日", "每天"),
        ("每月１号", "每月1日"),
        ("每个月第2个星期五", "每月第二个周五"),
        (" 每月 第一个、第三个 周三 ", "每月第一、三个周三"),
    ],
)
def test_words_as_people_write_them(said: str, words: str) -> None:
    assert parse_rhythm(said).words == words


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("", "看不懂"),
        ("有空就出", "看不懂“有空就出”.*每月第一、三个周三"),
        ("每周八", "看不懂"),
        ("每" * 4000, "看不懂"),
        ("每两周的周三", "从哪一天的那一周算起"),
        ("每月31日", "29、30、31 日不是每个月都有"),
        ("每月0日", "1 到 28 日"),
        ("每月第五个周三", "第五个不是每个月都有"),
    ],
)
def test_what_is_no_rhythm_is_refused_in_words(said: str, sentence: str) -> None:
    with pytest.raises(RhythmError, match=sentence):
        parse_rhythm(said)


@pytest.mark.parametrize(
    ("every", "weekdays", "places", "since", "field"),
    [
        ("year", [1], [], None, "every"),
        ("week", [], [], None, "weekday"),
        ("week", [7], [], None, "weekday"),
        ("fortnight", [1], [], date(1899, 1, 1), "since"),
        ("date", [], [], None, "day"),
        ("date", [], [29], None, "day"),
        ("weekday", [1], [], None, "nth"),
        ("weekday", [1], [5], None, "nth"),
        ("weekday", [], [1], None, "weekday"),
    ],
)
def test_what_no_calendar_has_names_the_field(
    every: str, weekdays: list[int], places: list[int], since: date | None, field: str
) -> None:
    with pytest.raises(RhythmError) as refused:
        rhythm(every, weekdays, places, since)
    assert refused.value.field == field
