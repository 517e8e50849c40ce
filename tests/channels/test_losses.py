"""Losses put in order for people, and their kind in the canonical form."""

from channels import canonical
from channels.losses import Place, grouped, tally
from channels.values import Loss

LOST = [
    Loss(what="段落", reason="全文见链接", line=9, excerpt="后面", kind="dropped"),
    Loss(what="公式", reason="公式写成文字", line=3, excerpt="x"),
    Loss(what="段落", reason="全文见链接", line=7, excerpt="前面", kind="dropped"),
    Loss(what="公式", reason="公式写成文字", line=3, excerpt="x"),
    Loss(what="图片", reason="全文见链接", line=8, kind="dropped"),
]


def test_equal_cases_stand_together_dropped_first_in_the_storys_order() -> None:
    dropped, changed = grouped(LOST)
    assert (dropped.word, dropped.reason, dropped.count) == ("省略", "全文见链接", 3)
    assert [one.line for one in dropped.places] == [7, 8, 9]
    assert dropped.what == "段落 2、图片"
    assert changed.places == (Place(3, "公式", "x", 2),) and (changed.word, changed.count) == ("改写", 2)


def test_nothing_is_lost_by_grouping() -> None:
    assert sum(one.count for one in grouped(LOST)) == len(LOST)
    assert grouped([]) == ()


def test_the_tally_names_only_what_there_is() -> None:
    assert tally(LOST) == "省略 3 处 · 改写 2 处"
    assert tally(LOST[1:2]) == "改写 1 处"
    assert tally([]) == ""


def test_a_changed_loss_hashes_as_before_and_a_dropped_one_does_not() -> None:
    changed, dropped = Loss(what="表格", reason="因"), Loss(what="表格", reason="因", kind="dropped")
    assert canonical.plain(changed) == {"what": "表格", "reason": "因"}
    assert canonical.plain(dropped) == {"what": "表格", "reason": "因", "kind": "dropped"}
    assert canonical.decode(Loss, canonical.encode(dropped)) == dropped != changed
