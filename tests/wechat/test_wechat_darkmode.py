"""Every text of the richest story reads at 4.5:1, by day and after the reader's dark mode turned it."""

from dataclasses import replace

import pytest

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.rendering import resolve
from channels.wechat import channel
from channels.wechat.looks import at_night, readable
from tests.contract import stories
from tests.wechat import darkmode


@pytest.fixture(scope="module")
def shared() -> Pictures:
    return Pictures(MemoryStore())


@pytest.mark.parametrize("brand", themes.names())
@pytest.mark.parametrize("look", themes.LOOKS)
def test_every_text_can_be_read_in_both_lights(shared: Pictures, look: str, brand: str) -> None:
    account = stories.profile("wechat", brand)
    story = replace(resolve(stories.all_kinds(shared), account), look=look)
    body = channel.render([story], account, themes.load(brand), shared).parts[0].body
    runs = list(darkmode.runs(body))
    faint = [one.text for one in runs if min(darkmode.contrast(*one.by_day), darkmode.contrast(*one.by_night)) < 4.5]
    assert len(runs) > 60
    assert faint == []


@pytest.mark.parametrize("look", themes.LOOKS)
def test_no_ground_glares_in_the_dark(shared: Pictures, look: str) -> None:
    """A tinted ground stays bright at night; ours are neutral, or a brand's own full colour under white."""
    account = stories.profile("wechat", "chengdu")
    story = replace(resolve(stories.all_kinds(shared), account), look=look)
    body = channel.render([story], account, themes.load("chengdu"), shared).parts[0].body
    assert max(darkmode.brightness(one.by_night[1]) for one in darkmode.runs(body)) < 130


def test_the_model_behaves_as_published() -> None:
    assert darkmode.ground_by_night((255, 255, 255)) == pytest.approx((25, 25, 25), abs=0.5)
    assert darkmode.brightness(darkmode.ground_by_night((250, 240, 225))) == pytest.approx(190, abs=0.5)
    assert darkmode.text_by_night((255, 255, 255), (40, 60, 90)) == (255, 255, 255)
    assert darkmode.text_by_night((86, 96, 91), darkmode.PAGE_BY_NIGHT) == (86, 96, 91)  # too bright to be flipped
    assert darkmode.brightness(darkmode.text_by_night((30, 36, 34), darkmode.PAGE_BY_NIGHT)) > 150


@pytest.mark.parametrize("colour", ["#FFFF00", "#3B46C4", "#B0342A", "#1E2422", "#FFFFFF", "#846500"])
def test_any_colour_is_made_readable_in_both_lights(colour: str) -> None:
    ink = _rgb(readable(colour))
    for day, night in (((255.0,) * 3, darkmode.PAGE_BY_NIGHT), ((246.0,) * 3, darkmode.ground_by_night((246.0,) * 3))):
        assert darkmode.contrast(ink, day) >= 4.5  # type: ignore[arg-type]
        assert darkmode.contrast(darkmode.text_by_night(ink, night), night) >= 4.5
    turned = darkmode.text_by_night(ink, darkmode.ground_by_night((246.0,) * 3))
    assert turned == pytest.approx(_rgb(at_night(readable(colour))), abs=1)


def _rgb(colour: str) -> tuple[float, float, float]:
    return tuple(float(int(colour[at : at + 2], 16)) for at in (1, 3, 5))  # type: ignore[return-value]
