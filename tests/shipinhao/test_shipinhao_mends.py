"""What can be done about a clip that is out on 视频号: each dated rule tripped. Everything there is by hand."""

import pytest

from channels.shipinhao import channel
from channels.transport import Connected


def rules(kind: str) -> list[str]:
    return [one.key for one in channel.mends if one.allows(kind, is_push=False, days=400, changed=9)]  # type: ignore[arg-type]


@pytest.mark.keeps("order")
def test_a_correction_is_deleted_and_posted_anew_by_a_person() -> None:
    assert rules("correction") == ["shipinhao.reissue"] and not isinstance(channel, Connected)
    (rule,) = (one for one in channel.mends if one.key == "shipinhao.reissue")
    assert "按代发清单" in rule.words and not rule.keeps_address


def test_a_retraction_is_deleted_by_a_person() -> None:
    assert rules("retraction") == ["shipinhao.delete_by_hand"]
    assert all(one.calls == {} for one in channel.mends)
