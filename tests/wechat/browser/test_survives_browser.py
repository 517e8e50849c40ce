"""What the editor saw is what readers get: an article looks the same after every clean-up, by the pixel."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import ImageChops

import themes
from assets.pictures import Pictures
from channels.rendering import resolve
from channels.values import Manuscript
from channels.wechat import channel
from tests.contract import stories
from tests.wechat import made
from tests.wechat.browser.reader import Seen, filled

pytestmark = pytest.mark.browser
SEEDS = {one.name[:3]: one for one in made.CORPUS.glob("seeds/*.md")}
STORIES = ["rich-news", "rich-column", "rich-policy", "seed-000", "seed-004"]


def story(name: str, assets: Pictures) -> Manuscript:
    kind, _, which = name.partition("-")
    if kind == "rich":
        return replace(stories.all_kinds(assets), look=which)
    if which not in SEEDS:
        pytest.skip("NOT TESTED: the corpus is not beside the project")
    return made.real(SEEDS[which], assets, look="column")


def cleaned(body: str) -> str:
    """The body after a draft and a save in the console."""
    for clean in channel.cleanings.values():
        body = clean(body).html
    return body


def differing(one: Seen, other: Seen) -> tuple[int, int, int, int] | None:
    """The part of the page where two pictures differ; None when not one pixel does."""
    if one.picture.size != other.picture.size:
        return (0, 0, *one.picture.size)
    return ImageChops.difference(one.picture, other.picture).getbbox()


@pytest.mark.parametrize("name", STORIES)
def test_an_article_looks_the_same_after_every_clean_up(name: str, see: Callable[..., Seen], assets: Pictures) -> None:
    account = stories.profile("wechat")
    rendition = channel.render([resolve(story(name, assets), account)], account, themes.load("chengdu"), assets)
    body = filled(rendition.parts[0])
    before, after = see(body), see(cleaned(body), stripped=True)
    assert before.words == after.words and len(before.words) > 500
    assert before.boxes == after.boxes and len(before.boxes) > 20
    assert differing(before, after) is None


LOST = {
    "a class": '<style>.lead{color:#B00020;font-size:30px}</style><p class="lead">导语</p>',
    "an id": '<style>#top{padding:40px}</style><section id="top">导语</section>',
    "a place": '<section style="height:60px"><p style="position:absolute;top:30px;left:90px">导语</p></section>',
    "a grid": '<section style="display:grid;grid-template-columns:1fr 1fr"><p>左</p><p>右</p></section>',
    "a ground": '<p style="background-color:rgba(0,120,138,.3)">导语</p>',
    "a gap": '<section style="white-space:pre-wrap"><p>一</p>\n\n<p>二</p></section>',
    "a picture": '<p>图</p><img src="https://e.example/a.png" style="width:80px;height:60px;border:1px solid #000000">',
}


@pytest.mark.parametrize("what", LOST)
def test_the_comparison_sees_what_a_clean_up_takes(what: str, see: Callable[..., Seen]) -> None:
    body = LOST[what]
    assert differing(see(body), see(body)) is None
    assert differing(see(body), see(cleaned(body), stripped=True)) is not None
    assert channel.cleanings["console"](body).changes
