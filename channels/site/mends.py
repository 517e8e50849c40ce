"""What can be done about a page of our own site, as data: everything, at once, at the same address."""

from functools import partial

from channels.contract import Mend

_rule = partial(Mend, read_on="2026-11-22", confidence="ours", calls={}, keeps_address=True)
_TESTS = "tests/contract/test_mends.py"
_SOURCE = "自家网站：地址终身不变，撤稿留告示并答 410（更正和撤稿要到发过的每个渠道，R15）"

MENDS = (
    _rule(
        key="site.amend",
        action="amend",
        serves=("correction",),
        words="在原地址换成更正稿，列表和归档里标“更正”",
        remains="地址不变；页首写明何时更正、错在哪里",
        source=_SOURCE,
        test=f"{_TESTS}::test_our_own_outputs_say_what_became_of_a_story",
        keeps_reads=True,
    ),
    _rule(
        key="site.withdraw",
        action="withdraw",
        serves=("retraction",),
        words="原地址换成撤稿告示（410），从列表、搜索和站点地图里撤下正文",
        remains="地址不变，只剩告示：何时由谁撤回；正文不再提供",
        source=_SOURCE,
        test=f"{_TESTS}::test_our_own_outputs_say_what_became_of_a_story",
    ),
)
