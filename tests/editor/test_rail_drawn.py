"""检查 says first what the drawing says later, of what stands in no text and only in what a channel makes of it."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from channels import canonical
from channels.values import Finding, Manuscript
from cms import checks, releases, review
from cms import manuscript as desk_manuscript
from cms.db import session_scope
from cms.matrix import Account, Matrix, built_in, load_matrix
from cms.people.roles import tree
from cms.releases import Target
from cms.stories import Apart, newest, own_texts, save, story_named
from cms.web.pages import as_json, found_elsewhere
from cms.web.preview import Frozen, Preview, Previewer, Written
from pipeline.house import House, build_house, open_house
from pipeline.intake import take_in_text
from pipeline.press import render_release
from pipeline.serve import desk_of
from tests.checks.conftest import OWN, SAMPLE
from tests.checks.planting import DAY, FAULTS, PICTURE, lists, plant
from tests.library.photos import photo
from tests.people.house import NOON

SOAK = os.environ.get("YIGAO_SOAK") == "1"
SLUG = "chengdu-rail"
MOBILE = "13812345678"
TEXT = f"---\nslug: {SLUG}\nheadline: {{headline}}\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n{{body}}\n"
WORDS = "word,kind,severity,suggestion\n黑天鹅,错敏词,block,\n布署,易错词,warn,部署\n".encode()
WRITTEN = ("site", "feed", "wechat", "weibo", "toutiao")
FILMED = ("shipinhao", "douyin")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with every channel, no rehearsal, and a list of its own."""
    root = tmp_path_factory.mktemp("rail") / "house"
    whole = load_matrix(built_in())
    matrix = Matrix(tuple(one for one in whole.units if one.slug in ("sichuan", "chengdu", "ganzi")))
    channels = (*WRITTEN, *FILMED)
    house = build_house(root, "四川科技", matrix, channels, NOON, demo=False, base_url="https://kj.test")
    with session_scope(house.engine) as session:
        checks.import_list(session, checks.parse(WORDS, "words.csv"), "admin", "words.csv", NOON)
    house.engine.dispose()
    return root


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(built, tmp_path / "house")
    house = open_house(tmp_path / "house")
    yield house
    house.engine.dispose()


def written(body: str, headline: str = "一件要紧的事今天办成", **front: str) -> str:
    text = TEXT.format(headline=headline, body=body)
    return text.replace("byline:", "".join(f"{name}: {value}\n" for name, value in front.items()) + "byline:")


def saved(house: House, text: str, own: Mapping[str, str] | None = None) -> None:
    with session_scope(house.engine) as session:
        unit = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
    apart = tuple(Apart(channel=name, text=own_text) for name, own_text in (own or {}).items())
    take_in_text(house, text, f"{SLUG}.md", house.drafts / SLUG, "zhang", NOON, unit_id=unit, apart=apart)


def saved_text(house: House, channel: str = "") -> Written:
    """The newest text as it was saved, that channel's own under the hands."""
    with session_scope(house.engine) as session:
        story = story_named(session, SLUG)
        assert story
        last, own = newest(session, story), own_texts(session, story)
        assert last
        return Written(last.text, {name: one.text for name, one in own.items()}, channel)


def rail(house: House, unit: str = "chengdu", channel: str = "") -> Preview:
    """What stands beside it."""
    return Previewer(desk_of(house, lambda: NOON)).look(saved_text(house, channel), unit, SLUG, ("chengdu", "ganzi"))


def at_drawing(
    house: House, slug: str = SLUG, channels: tuple[str, ...] = WRITTEN, units: tuple[str, ...] = ("chengdu", "ganzi")
) -> list[Finding]:
    """What the press room finds when it draws the newest version for these accounts."""
    with session_scope(house.engine) as session:
        story = story_named(session, slug)
        assert story
        last = newest(session, story)
        assert last
        target, due = Target(channels, units), NOON + timedelta(days=1)
        number = releases.plan(session, [last], target, due, "zhang", review.LAWFUL, NOON).id
    return [one for made in render_release(house, number, NOON) for one in made.findings]


def blocks(found: list[Finding] | tuple[Finding, ...], channels: tuple[str, ...] = WRITTEN) -> set[tuple[str, ...]]:
    """What stands against it on these channels, or on all."""
    return {
        (one.rule, one.channel, one.account, one.place, one.message)
        for one in found
        if one.level == "block" and one.channel in ("", *channels)
    }


def with_elsewhere(house: House, unit: str = "chengdu", reach: tuple[str, ...] = ("chengdu", "ganzi")) -> Preview:
    """The same with what readers of other units see against it."""
    seen, previewer = rail(house, unit), Previewer(desk_of(house, lambda: NOON))
    more = previewer.elsewhere(saved_text(house), unit, reach, SLUG)
    return replace(seen, findings=(*seen.findings, *(one.finding for one in more)))


def both(house: House, channel: str = "") -> set[tuple[str, ...]]:
    """What the rail has of both units."""
    return blocks(rail(house, "chengdu", channel).findings) | blocks(rail(house, "ganzi", channel).findings)


def about(preview: Preview, rule: str) -> list[tuple[str, int]]:
    """(channels, line) of what the page shows of a rule."""
    found = as_json(preview)["findings"]
    level = {one.message: one.rule for one in preview.findings}
    return [(one["channel"], one["line"]) for one in found if level[one["message"]].startswith(rule)]


ONLY_DRAWN = {
    "a headline without its brackets": (written("正文。", headline="黑【天】鹅飞来"), "checks.word", "headline:"),
    "a formula in words": (written(f"第一段。\n\n电话 ${MOBILE}$ 号。"), "checks.personal", "电话"),
    "a formula of its own": (written(f"第一段。\n\n$$\n{MOBILE}\n$$"), "checks.personal", MOBILE),
    "a figure beside its label": (written("第一段。\n\n:::数字 1381234 5678"), "checks.personal", ":::数字"),
    "words for one unit": (
        written(f"第一段。\n\n:::导语\nganzi: 甘孜电话 ${MOBILE}$ 号\nchengdu: 成都\n:::"), "checks.personal", "ganzi:"
    ),
    "a block for one unit": (
        written(f"第一段。\n\n::::地区 ganzi\n甘孜电话 ${MOBILE}$ 号。\n::::"), "checks.personal", "甘孜电话"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONLY_DRAWN)
def test_what_only_a_rendition_shows_stands_in_the_rail_on_its_line(house: House, name: str) -> None:
    text, rule, place = ONLY_DRAWN[name]
    saved(house, text)
    later = at_drawing(house)
    seen = {one for one in blocks(later) if one[0].startswith(rule)}
    assert seen and all(account for _, _, account, _, _ in seen), "found on accounts alone"
    assert both(house) == blocks(later)
    for unit in ("chengdu", "ganzi"):
        seen_there = blocks(with_elsewhere(house, unit).findings)
        assert {(one[0], one[1], *one[3:]) for one in seen_there} == {
            (one[0], one[1], *one[3:]) for one in blocks(later)
        }
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith(place))
    shown = [one for unit in ("chengdu", "ganzi") for one in about(rail(house, unit), rule)]
    assert shown and {at for _, at in shown} == {line}


def test_what_other_units_readers_see_is_looked_at_once_for_all_who_see_the_same(house: House) -> None:
    previewer = Previewer(desk_of(house, lambda: NOON))
    saved(house, written("第一段。"))
    assert rail(house).is_all
    saved(house, ONLY_DRAWN["words for one unit"][0])
    assert not rail(house).is_all
    text, both_units = saved_text(house), ("chengdu", "ganzi")
    here = previewer.elsewhere(text, "chengdu", both_units, SLUG)
    assert {one.units for one in here} == {("ganzi",)}
    assert previewer.elsewhere(text, "chengdu", ("chengdu",), SLUG) == []
    assert previewer.elsewhere(text, "ganzi", both_units, SLUG) == []
    told = found_elsewhere(here, {"ganzi": "甘孜州"})
    line = text.main.splitlines().index(f"ganzi: 甘孜电话 ${MOBILE}$ 号") + 1
    assert [(one["what"], one["channel"], one["line"]) for one in told if one["level"] == "block"] == [
        ("甘孜州", "今日头条、RSS 订阅", line)
    ]


def test_the_same_on_several_channels_is_one_entry_that_names_them(house: House) -> None:
    saved(house, written("第一段。\n\n:::数字 1381234 5678"))
    ((channels, _),) = about(rail(house), "checks.personal")
    assert channels == "微站、今日头条"


def test_a_clip_is_read_before_it_is_filmed(house: House) -> None:
    """The marks its short title may not have fall out, and two halves become one word."""
    saved(house, written(f"第一段说到一件事，电话 ${MOBILE}$ 号。", headline="说起黑，天鹅的那一天"))
    seen = rail(house)
    assert about(seen, "checks.word.hidden") == [("视频号", 3)]
    filmed = blocks(at_drawing(house, channels=FILMED), FILMED)
    assert {one[0] for one in filmed} == {"checks.word.hidden", "checks.personal.mobile"}
    assert blocks(seen.findings, FILMED) | blocks(rail(house, "ganzi").findings, FILMED) == filmed


def test_in_a_channel_s_own_text_it_leads_to_that_text(house: House) -> None:
    main = written("第一段。")
    own = f"---\nheadline: 一件要紧的事今天办成\ndigest: 一句话。\n---\n\n头条这样说。\n\n电话 ${MOBILE}$ 号。\n"
    saved(house, main, {"toutiao": own})
    later = at_drawing(house)
    assert both(house) == both(house, "toutiao") == blocks(later) != set()
    here = rail(house, "chengdu", "toutiao")
    assert about(here, "checks.personal") == [("今日头条", own.splitlines().index(f"电话 ${MOBILE}$ 号。") + 1)]
    there = rail(house)
    assert about(there, "checks.personal") == [("今日头条", 0)]
    assert [one["on"] for one in as_json(there)["findings"] if one["level"] == "block"] == ["toutiao"]


def test_an_account_s_own_fault_is_said_too(house: House) -> None:
    with session_scope(house.engine) as session:
        for one in session.exec(select(Account)):
            one.site_url = "http://localhost/x"
    saved(house, written("第一段。"))
    assert {rule for rule, *_ in both(house)} == {"account.site_url"}
    assert both(house) == blocks(at_drawing(house))


def test_a_channel_without_a_form_for_it_says_so_in_the_same_words(house: House) -> None:
    with session_scope(house.engine) as session:
        for one in session.exec(select(Account)):
            one.settings = {**one.settings, "clip": "huge"}
    saved(house, written("第一段。"))
    seen = blocks(rail(house, "chengdu").findings, FILMED) | blocks(rail(house, "ganzi").findings, FILMED)
    assert {rule for rule, *_ in seen} == {"shipinhao.render", "douyin.render"}
    assert seen == blocks(at_drawing(house, channels=FILMED), FILMED)


# --------------------------------------------------------------------------- the planted set


class Given(Previewer):
    """Over a manuscript as it is, without its text."""

    story: Manuscript

    def frozen(self, text: str, slug: str, own: Mapping[str, str] | None = None) -> Frozen:
        return Frozen(self.story, {}, ())


def sound(house: House) -> list[Manuscript]:
    made = []
    for one in (*sorted(OWN.glob("*.md")), *sorted(SAMPLE.glob("[ls]*.md"))):
        draft = desk_manuscript.read(one.read_text(encoding="utf-8-sig"), one.name)
        made.append(desk_manuscript.freeze(draft, house.pictures, one.parent, remote="drop", keep=True).manuscript)
    return [one for one in made if one]


@pytest.mark.slow
def test_no_block_of_the_planted_stories_comes_at_the_drawing_first(house: House) -> None:
    """200 faulty stories in the long form, one of each kind in the short one."""
    picture = house.pictures.take_in(photo()).hash
    with session_scope(house.engine) as session:
        for one in lists():
            checks.import_list(session, one, "admin", one.name, NOON)
    previewer, differing, found = Given(desk_of(house, lambda: NOON)), [], 0
    for number, one in enumerate(plant(sound(house), 200 if SOAK else len(FAULTS), seed=DAY.year)):
        spelled = canonical.encode(one.story).replace(PICTURE.encode(), f"asset:{picture}".encode())
        story = canonical.decode(Manuscript, spelled)
        previewer.story, slug = story, f"planted-{number}"
        with session_scope(house.engine) as session:
            beside = [canonical.plain(each) for each in checks.beside_checks(session, story)]  # as when it is taken in
            save(session, slug, one.words, story.headline, "zhang", NOON, house.keep(story), beside)
        later = blocks(at_drawing(house, slug, units=("chengdu",)))
        seen = blocks(previewer.look(Written(""), "chengdu").findings)
        found += len(later)
        differing += [(one.fault.name, seen ^ later)] if seen != later else []
    assert differing == []
    assert found >= len(FAULTS)
