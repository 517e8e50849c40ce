"""Every limit of the site channel, tripped once."""

from dataclasses import replace
from datetime import date

import pytest

import themes
from channels import values as v
from channels.site import channel
from tests.site.sample import drawn, p, pictures, profile, t

TODAY = date(2026, 11, 22)


def bare_figure() -> tuple[v.Figure, object]:
    kept = pictures()
    stored = kept.take_in(drawn(300, 200, "#1C5F70"), "s.jpg")
    return v.Figure(picture=v.Picture(src=f"asset:{stored.hash}"), caption=(t("贴片机"),)), kept


def rendered(kept: object = None, **fields: object) -> v.Rendition:
    whole = {"slug": "one", "headline": "题", "blocks": (p("文"),), **fields}
    manuscript = v.Manuscript(**whole)  # type: ignore[arg-type]
    return channel.render([manuscript], profile(), themes.load("chengdu"), kept or pictures())  # type: ignore[arg-type]


def findings(rendition: v.Rendition, on: date = TODAY) -> dict[str, v.Finding]:
    return {one.rule: one for one in channel.check(rendition, profile(), on)}


WIDE = v.Table(header=(), rows=(tuple((t(str(n)),) for n in range(6)),))


@pytest.mark.parametrize(
    ("key", "fields", "words"),
    [
        ("site.title.long", {"headline": "长" * 41}, "41 字"),
        ("site.digest.long", {"digest": "长" * 121}, "121 字"),
        ("site.page.heavy", {"blocks": (p("长" * 34_000),)}, "KB"),
        ("site.table.wide", {"blocks": (WIDE,)}, "6 列"),
        ("site.slug.form", {"slug": "Bad Slug"}, "Bad Slug"),
        ("site.slug.form", {"slug": "a" * 81}, "80"),
        ("site.alt.missing", {}, "替代文字"),
    ],
)
def test_every_limit_is_tripped_by_a_story(key: str, fields: dict[str, object], words: str) -> None:
    kept = None
    if key == "site.alt.missing":
        figure, kept = bare_figure()
        fields = {"blocks": (figure,)}
    found = findings(rendered(kept, **fields))
    assert set(found) == {key}
    assert words in found[key].message and found[key].message.endswith("。")


def test_a_story_at_the_limits_passes() -> None:
    made = rendered(headline="长" * 40, digest="长" * 120, slug="a" * 80)
    assert findings(made) == {}


def test_the_place_of_a_bare_picture_is_told_by_its_caption() -> None:
    figure, kept = bare_figure()
    assert findings(rendered(kept, blocks=(figure,)))["site.alt.missing"].excerpt == "贴片机"


def test_a_limit_is_silent_before_its_day() -> None:
    assert findings(rendered(headline="长" * 41), date(2026, 11, 21)) == {}


def test_a_short_headline_for_the_site_counts() -> None:
    assert findings(rendered(headline="长" * 41, short_headlines=(("site", "短题"),))) == {}


def test_every_limit_says_where_it_was_read_and_names_its_test() -> None:
    for limit in channel.limits:
        assert limit.source and limit.read_on and limit.test.startswith("tests/site/test_site_limits.py::")
        assert replace(limit) == limit
