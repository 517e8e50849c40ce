"""单独编辑 in review: what differs, and what changed since a signature, clean at both widths, light and dark."""

from collections.abc import Callable

import pytest

from pipeline.house import House
from tests.review.browser.test_review_pages import Open, seen
from tests.review.conftest import AUTHOR, FIRST, SECOND, write
from tests.review.test_apart import apart
from tests.review.test_rooms import take

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["apart", "apart-changed", "apart-new"])
def test_pages_with_a_cut_channel_are_clean(
    open_window: Open, address: str, crew: House, sent: Callable[..., int], name: str
) -> None:
    write(crew)
    apart(crew, long="全长四万米")
    if name == "apart-new":
        write(crew, "这是第二天")
        seen(open_window, address, "/review/new?story=chengdu-liangzi", AUTHOR, name)
        return
    number = sent()
    if name == "apart-changed":
        take(crew, number, FIRST)
        apart(crew, daily="每天讲解四次")
        number = sent()
    seen(open_window, address, f"/review/{number}?channel=wechat", SECOND, f"review-{name}")
