"""Accounts differ only where they may: every difference has the input that caused it."""

import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.pictures import Pictures
from channels import registry
from channels.contract import StoryError
from channels.values import Manuscript, Profile
from cms.matrix import built_in, known_slugs, load_matrix
from pipeline import compare, proof
from tests.pipeline.conftest import write_story

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "pipeline" / "sample" / "lhaaso.md"
LEAKY = """
from dataclasses import replace
from channels.weibo import Weibo

class Leaky(Weibo):
    name = "leaky"
    title = "漏话"

    def render(self, manuscripts, profile, theme, assets):
        made = super().render(manuscripts, profile, theme, assets)
        part = made.parts[0]
        fields = (*part.fields, ("said", {field}))
        return replace(made, channel="leaky", parts=(replace(part, body=part.body + {body}, fields=fields),))

channel = Leaky()
"""


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return proof.scratch()


@pytest.fixture(scope="module")
def sample(pictures: Pictures) -> Manuscript:
    manuscript, _ = proof.read_story(SAMPLE, known_slugs(built_in()), pictures)
    assert manuscript is not None
    return manuscript


def accounts(channel: str, *units: str) -> list[Profile]:
    return load_matrix(built_in()).profiles([channel], units or None)


@pytest.mark.parametrize("channel", proof.TEXT_CHANNELS)
def test_any_two_of_the_21_accounts_differ_only_where_declared(
    channel: str, sample: Manuscript, pictures: Pictures
) -> None:
    own = accounts(channel)
    pairs = list(itertools.combinations(own, 2))
    assert len(pairs) == 210
    bad = [(one.unit, other.unit) for one, other in pairs if not compare.is_declared(sample, one, other, pictures)]
    assert bad == []


def test_each_difference_is_told_with_its_reason(sample: Manuscript, pictures: Pictures) -> None:
    chengdu, ganzi = accounts("wechat", "chengdu", "ganzi")
    found = compare.compare(sample, chengdu, ganzi, pictures)
    by_reason = {reason: [one for one in found if one.reason == reason] for reason in {one.reason for one in found}}
    assert set(by_reason) == {"地区块", "地方导语", "刊头", "品牌", "单位名", "本单位链接"}
    assert any("怎么去看看" in one.other for one in by_reason["地区块"])
    assert any(one.one.startswith("从成都出发") for one in by_reason["地方导语"])
    assert [(one.one, one.other) for one in by_reason["刊头"]] == [("成都科技", "甘孜科技")]
    assert {one.place for one in by_reason["本单位链接"]} == {"槽位"}
    assert all(one.is_declared for one in found)


def test_an_account_does_not_differ_from_itself(sample: Manuscript, pictures: Pictures) -> None:
    (chengdu,) = accounts("wechat", "chengdu")
    assert compare.compare(sample, chengdu, chengdu, pictures) == []


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("联系方式", {"contact": "028-12345678"}),
        ("页脚", {"footer": (("ICP", "蜀ICP备1号"),)}),
        ("单位名", {"unit_name": "成都市科学技术局"}),
        ("本单位链接", {"site_url": "https://kj.chengdu.gov.cn"}),
        ("品牌", {"settings": (("theme.accent", "#123456"),)}),
        ("地方导语", {"unit_path": ("sichuan", "mianyang")}),
    ],
)
def test_one_changed_setting_is_the_only_reason(
    reason: str, change: dict[str, object], sample: Manuscript, pictures: Pictures
) -> None:
    (chengdu,) = accounts("wechat", "chengdu")
    found = compare.compare(sample, chengdu, replace(chengdu, **change), pictures)  # type: ignore[arg-type]
    assert {one.reason for one in found} == {reason}


def test_a_drawn_title_card_is_the_brands_difference(tmp_path: Path, pictures: Pictures) -> None:
    text = "---\nslug: bare\nheadline: 没有图片的一篇\n---\n\n只有一段话。\n"
    manuscript, _ = proof.read_story(write_story(tmp_path, text=text), (), pictures)
    assert manuscript is not None
    found = compare.compare(manuscript, *accounts("wechat", "chengdu", "ganzi"), pictures)
    assert {one.reason for one in found if one.place == "文件"} <= {"刊头", "品牌"}
    assert any(one.one.startswith("cover") for one in found if one.place == "文件")
    assert all(one.is_declared for one in found)


Install = Callable[..., list[Profile]]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """A stranger's channel, installed as a stranger installs it; its accounts in 成都 and 甘孜."""

    def put(body: str = '""', field: str = '""') -> list[Profile]:
        (tmp_path / "leaky_channel.py").write_text(LEAKY.format(body=body, field=field), encoding="utf-8")
        about = tmp_path / "leaky-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky\nVersion: 1.0\n", encoding="utf-8")
        (about / "entry_points.txt").write_text("[yigao.channels]\nleaky = leaky_channel:channel\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        registry.all_channels.cache_clear()
        return accounts("leaky", "chengdu", "ganzi")

    yield put
    sys.modules.pop("leaky_channel", None)
    registry.all_channels.cache_clear()


@pytest.mark.parametrize("body", ["profile.account", "profile.unit", "'/'.join(profile.unit_path)", "theme.name"])
def test_what_no_setting_explains_is_caught(
    body: str, install: Install, sample: Manuscript, pictures: Pictures
) -> None:
    chengdu, ganzi = install(body=body)
    found = [one for one in compare.compare(sample, chengdu, ganzi, pictures) if not one.is_declared]
    assert [one.place for one in found] == ["正文"]
    assert "chengdu" in found[0].one and "ganzi" in found[0].other
    assert not compare.is_declared(sample, chengdu, ganzi, pictures)


@pytest.mark.parametrize("field", ["profile.unit_name", "theme.token('masthead')"])
def test_a_declared_word_in_the_wrong_place_is_caught(
    field: str, install: Install, sample: Manuscript, pictures: Pictures
) -> None:
    chengdu, ganzi = install(field=field)
    found = [one for one in compare.compare(sample, chengdu, ganzi, pictures) if not one.is_declared]
    assert [one.place for one in found] == ["said"]


def test_a_channel_that_says_nothing_of_its_own_passes(
    install: Install, sample: Manuscript, pictures: Pictures
) -> None:
    chengdu, ganzi = install(body="profile.unit_name")
    assert compare.is_declared(sample, chengdu, ganzi, pictures)


def test_accounts_of_two_channels_are_not_compared(sample: Manuscript, pictures: Pictures) -> None:
    with pytest.raises(StoryError, match="同一个渠道"):
        compare.compare(sample, *accounts("wechat", "chengdu"), *accounts("weibo", "chengdu"), pictures)
