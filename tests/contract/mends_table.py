"""The tables of docs/corrections.md: what each platform allows about what is out, from the channels' dated rules; and
which tests keep each line of the promise, from the marks they carry (``@pytest.mark.keeps("order", …)``).

python -m tests.contract.mends_table --write
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from channels import registry
from channels.contract import Channel, Mend
from cms.recalls import ACTION_NAMES
from pipeline.limits_table import CONFIDENCE, SERVES, bounds, costs
from tests.ledger.delivery_table import claims

PAGE = Path(__file__).parents[2] / "docs" / "corrections.md"
# line: (its number, what is promised)
LINES: dict[str, tuple[int, str]] = {
    "order": (
        1,
        "先列出每一份怎么处置、费什么、留下什么；具名批准；经台账执行；1 小时、1 天、7 天复查；出报告",
    ),
    "outputs": (
        2,
        "自家的网页、列表、订阅、归档、搜索、短片、各单位的副本一处不漏；`yigao build --verify` 查出 0 处",
    ),
    "races": (3, "和排期中、渲染中、发了一半、结果不明的投递相遇；更正的更正；被引用、被本地化的稿件撤稿"),
    "freeze": (4, "停发：按省、单位、渠道、话题，5 秒内生效，重启也不失效；例外；逐份解冻；网站变灰"),
    "flash": (5, "预警快讯：优先、快签、事后补审；过期后每个页面和订阅写“已解除”；签发 60 秒内发到全部接口账号"),
    "drift": (6, "每晚对账：平台上真正有的和回执比；被删、被改、有出入的都报，不悄悄修"),
    "rehearsal": (7, "演练：在沙箱里过一个省的一周，最后由核对程序检查"),
    "backup": (8, "备份和恢复：各一条命令，都要验证；恢复旧备份后，没有对过账的一份也不发"),
}
_HEAD = "| 先后 | 能做什么 | 怎么做 | 读者看到什么，留下什么 | 费什么（次数） | 时限和范围 | 依据与可信度，读取日期 |"


def rules() -> str:
    """A table a channel, the preferred way first, for a correction and for a retraction."""
    channels = sorted(registry.all_channels().values(), key=lambda one: (one.transports != ("files",), one.name))
    return "\n\n".join(_of_channel(one) for one in channels)


def _of_channel(channel: Channel) -> str:
    sources = list(dict.fromkeys(one.source for one in channel.mends))
    told = [f"### {channel.title}"]
    for kind, name in SERVES.items():
        mine = [one for one in channel.mends if kind in one.serves]
        rows = [_row(channel, at, one, sources) for at, one in enumerate(mine, 1)]
        told += ["", f"**{name}**", "", _HEAD, "|---" * 7 + "|", *rows]
    return "\n".join([*told, "", *(f"[{at}] {one}  " for at, one in enumerate(sources, 1))])


def _row(channel: Channel, at: int, mend: Mend, sources: list[str]) -> str:
    cells = (
        str(at), ACTION_NAMES[mend.action], mend.words, mend.remains, costs(channel, mend) or "不计次数",
        bounds(mend) or "没有", f"{CONFIDENCE[mend.confidence]} [{sources.index(mend.source) + 1}]，{mend.read_on}",
    )  # fmt: skip
    return f"| {' | '.join(one.replace('|', chr(92) + '|') for one in cells)} |"


def lines(claimed: Mapping[str, Sequence[str]]) -> str:
    """Each line of the promise with the tests that claim it."""
    table = ["| 行 | 承诺 | 由哪些测试守着 |", "|---|---|---|"]
    for line, (number, promise) in LINES.items():
        tests = "<br>".join(f"`{one.removeprefix('tests/')}`" for one in claimed.get(line, ()))
        table.append(f"| {number} | {promise} | {tests or '尚无'} |")
    return "\n".join(table)


def written(page: str) -> str:
    """``page`` with its tables as they are now."""
    for name, made in (("rules", rules()), ("lines", lines(claims("keeps", LINES.keys())))):
        head, begin, rest = page.partition(f"<!-- {name}: begin -->\n")
        _, end, tail = rest.partition(f"<!-- {name}: end -->")
        page = f"{head}{begin}\n{made}\n\n{end}{tail}"
    return page


if __name__ == "__main__":
    now = written(PAGE.read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(now, encoding="utf-8")
    else:
        print(now, end="")
