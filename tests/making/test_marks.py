"""Text that looks like a mark of ours stays text, in every maker of articles and short texts."""

import re

import pytest

import themes
from assets.pictures import Pictures
from channels import registry
from channels.contract import Channel
from channels.slots import marks
from tests.contract import stories

_STRAY = re.compile("[\x00\x01\x04-\x08\x0b\x0c\x0e-\x1f\x7f]")


@pytest.mark.parametrize("name", ["wechat", "weibo", "toutiao"])
@pytest.mark.parametrize("bad", [stories.HOSTILE, "文字" + stories.MARKS + "文字"])
def test_no_words_become_slots_or_brand_marks(name: str, bad: str, assets: Pictures) -> None:
    channel: Channel = registry.get(name)
    manuscript = stories.hostile(assets, bad)
    (part,) = channel.render([manuscript], stories.profile(name), themes.load("chengdu"), assets).parts
    texts = [part.body, *(value for _, value in part.fields)]
    assert not [found for text in texts for found in _STRAY.findall(text)]
    assert {one for text in texts for one in marks(text)} == {slot.id for slot in part.slots}
    assert all(text.count("\x02own_link\x03") <= 1 for text in texts)
