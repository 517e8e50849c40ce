"""What can be done about an article that is out on 头条号: each dated rule tripped. Everything there is by hand."""

import pytest

from channels.toutiao import channel
from channels.toutiao.mends import MENDS
from channels.transport import Connected

RULES = {one.key.removeprefix("toutiao."): one for one in MENDS}


def first(kind: str, days: int) -> str:
    allowed = (one for one in channel.mends if one.allows(kind, is_push=False, days=days, changed=900))  # type: ignore[arg-type]
    return next(one.key for one in allowed)


@pytest.mark.keeps("order")
def test_an_article_is_edited_for_fourteen_days() -> None:
    assert RULES["edit"].within_days == 14 and RULES["edit"].keeps_address
    assert [first("correction", days) for days in (0, 13)] == ["toutiao.edit"] * 2


@pytest.mark.keeps("order")
def test_after_that_it_is_deleted_and_posted_anew() -> None:
    assert first("correction", 14) == "toutiao.reissue" and not RULES["reissue"].keeps_address


def test_a_retraction_is_for_a_person_however_old() -> None:
    assert {first("retraction", days) for days in (0, 14, 900)} == {"toutiao.delete_by_hand"}
    assert not isinstance(channel, Connected) and RULES["delete_by_hand"].action == "by_hand"
