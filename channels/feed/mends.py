"""What can be done about an item of our own feeds, as data: the same item changes, readers' programs follow."""

from functools import partial

from channels.contract import Mend

_rule = partial(Mend, read_on="2026-11-22", confidence="ours", calls={}, keeps_address=True)
_TESTS = "tests/contract/test_mends.py"
_SOURCE = "自家订阅源：guid 终身不变；平台资料 rss.md：撤稿时条目换成告示"

MENDS = (
    _rule(
        key="feed.amend",
        action="amend",
        serves=("correction",),
        words="同一条目（guid 不变）换成更正稿，标题前标“更正”，更新时间变新",
        remains="阅读器把它当同一篇的新版；已经下载到本地的旧版由阅读器决定何时换",
        source=_SOURCE,
        test=f"{_TESTS}::test_our_own_outputs_say_what_became_of_a_story",
        keeps_reads=True,
    ),
    _rule(
        key="feed.withdraw",
        action="withdraw",
        serves=("retraction",),
        words="同一条目（guid 不变）换成撤稿告示",
        remains="阅读器里这一条变成告示；已经下载到本地的旧版收不回来",
        source=_SOURCE,
        test=f"{_TESTS}::test_our_own_outputs_say_what_became_of_a_story",
    ),
)
