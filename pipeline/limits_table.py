"""`yigao limits`: what a platform accepts, what its clean-up does, and what can be done about what is out: dated data
for people and machines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from channels.contract import Channel, Mend
from channels.making.measure import in_force
from channels.transport import Allowance, Connected
from channels.values import CleaningRule, Limit
from cms.recalls import ACTION_NAMES

FRESH = timedelta(days=180)
CONFIDENCE = {"doc": "官方文档", "client": "客户端实测", "unverified": "未核实", "own": "自家规定", "ours": "自家规定"}
LEVELS = {"block": "拦截", "warn": "提醒", "info": "提示"}
SERVES = {"correction": "更正", "retraction": "撤稿"}
SENDS = {"push": "只限群发", "publish": "只限发布（不推送）"}
PER = {"minute": "每分钟", "hour": "每小时", "day": "每天", "month": "每月"}
CALLS = {
    "*": "接口调用",
    "freepublish/submit": "发布",
    "freepublish/delete": "删除",
    "message/mass": "群发",
}
STEPS = {"draft": "存草稿时", "console": "后台保存时"}


def is_stale(read_on: str, on_date: date) -> bool:
    """Whether a reading is too old to trust on ``on_date``."""
    return on_date - date.fromisoformat(read_on) > FRESH


def rows(channel: Channel, on_date: date) -> dict[str, Any]:
    """Everything of one channel, for machines: readings by key and date, clean-up rules by step and key."""
    valid = in_force(channel.limits, on_date)
    limits = [
        {**asdict(one), "in_force": valid[one.key] == one, "stale": is_stale(one.read_on, on_date)}
        for one in _by_key(channel.limits)
    ]
    rules = [{**asdict(one), "stale": is_stale(one.read_on, on_date)} for one in _by_step(channel)]
    mends = [{**asdict(one), "stale": is_stale(one.read_on, on_date)} for one in channel.mends]
    return {
        "channel": channel.name,
        "title": channel.title,
        "rules_version": channel.rules_version,
        "limits": limits,
        "cleaning_rules": rules,
        "mends": mends,
    }


def _by_key(limits: Iterable[Limit]) -> list[Limit]:
    return sorted(limits, key=lambda one: (one.key, one.read_on))


def _by_step(channel: Channel) -> list[CleaningRule]:
    """The rules in the platform's order of steps: the known ones first, then any other."""
    order = (*STEPS, *channel.cleanings)
    return sorted(channel.cleaning_rules, key=lambda one: (order.index(one.step), one.key, one.read_on))


def stale(channel: Channel, on_date: date) -> list[str]:
    """The keys whose reading in force is too old."""
    readings: list[Limit | CleaningRule | Mend] = [*in_force(channel.limits, on_date).values()]
    readings += [*channel.cleaning_rules, *channel.mends]
    return sorted({one.key for one in readings if is_stale(one.read_on, on_date)})


def warning(channel: Channel, on_date: date) -> str:
    """One sentence about old readings, or nothing."""
    keys = stale(channel, on_date)
    if not keys:
        return ""
    several = f"等 {len(keys)} 条" if len(keys) > 3 else f" {len(keys)} 条"
    return (
        f"{channel.title}的 {'、'.join(keys[:3])}{several}读数到 {on_date} 已超过 {FRESH.days} 天，"
        "请到平台重新核对，把新读数和日期写进渠道的 limits。"
    )


# --------------------------------------------------------------------------- tables


def summary(channels: Sequence[Channel], on_date: date) -> Table:
    """A line a channel."""
    table = plain_table(
        f"渠道限制（{on_date}）",
        ("渠道", "代号"),
        ("限制", "拦截", "清理规则", "更正撤稿", "读数过期"),
        ("读于", "规则版本"),
    )
    for one in channels:
        valid = in_force(one.limits, on_date).values()
        dates = sorted([*(each.read_on for each in valid), *(rule.read_on for rule in one.cleaning_rules)])
        span = "" if not dates else dates[0] if dates[0] == dates[-1] else f"{dates[0]} 至 {dates[-1]}"
        counts = (
            len(valid),
            sum(each.level == "block" for each in valid),
            len(one.cleaning_rules),
            len(one.mends),
            len(stale(one, on_date)),
        )
        table.add_row(one.title, one.name, *map(str, counts), span, one.rules_version)
    return table


def limits_table(channel: Channel, on_date: date, sources: list[str]) -> Table:
    """Every limit: its value, how it is counted, what happens, and what that rests on."""
    valid = in_force(channel.limits, on_date)
    table = plain_table(f"{channel.title}的限制", ("限制",), ("数值",), ("怎么数", "级别", "依据", "出处和测试"))
    for one in _by_key(channel.limits):
        name = one.key.removeprefix(f"{channel.name}.") + ("" if valid[one.key] == one else "（另有读数）")
        value = f"{one.value:,} {one.unit}"
        table.add_row(name, value, one.counted, LEVELS[one.level], *_ground(one, on_date, sources))
    return table


def cleaning_table(channel: Channel, on_date: date, sources: list[str]) -> Table:
    """Every clean-up rule, by step."""
    table = plain_table(f"{channel.title}的清理规则", ("规则",), (), ("遇到", "怎么处理", "依据", "出处和测试"))
    step = ""
    for one in _by_step(channel):
        if one.step != step:
            step = one.step
            table.add_section()
            table.add_row(Text(STEPS.get(step, step), style="bold"))
        name = one.key.removeprefix(f"{channel.name}.")
        table.add_row(name, one.what, one.action, *_ground(one, on_date, sources))
    return table


def mends_table(channel: Channel, on_date: date, sources: list[str]) -> Table:
    """What can be done about what is out, the preferred way first, for a correction and for a retraction."""
    title = f"{channel.title}发出后能做什么（先列的先用）"
    table = plain_table(title, ("规则",), (), ("怎么做，读者看到什么", "费什么、时限", "依据"))
    for kind, name in SERVES.items():
        table.add_section()
        table.add_row(Text(name, style="bold"))
        for one in channel.mends:
            if kind in one.serves:
                asked = "；".join(filter(None, (costs(channel, one), bounds(one)))) or "没有次数和时限"
                key = one.key.removeprefix(f"{channel.name}.")
                way = Text.assemble(f"{ACTION_NAMES[one.action]}：{one.words}\n", (one.remains, "dim"))
                sure, source = _ground(one, on_date, sources)
                table.add_row(key, way, asked, Text.assemble(sure, " ", source.plain.partition(" ")[0]))
    return table


def bounds(mend: Mend) -> str:
    """Until when, how much, and of which sends."""
    said = (
        f"发布满 {mend.within_days} 天就不行" if mend.within_days else "",
        f"最多改 {mend.most} 字" if mend.most else "",
        "只能改一次" if mend.once else "",
        "只改正文的字" if mend.body_only else "",
        SENDS.get(mend.only, ""),
    )
    return "，".join(filter(None, said))


def costs(channel: Channel, mend: Mend) -> str:
    """The calls it takes, and how many an account has."""
    allowed: dict[str, Allowance] = {}
    if isinstance(channel, Connected):
        allowed = {one.call: one for one in channel.transport.allowances({})}
    said = (f"{CALLS.get(name, name)} {count} 次{_had(allowed.get(name))}" for name, count in mend.calls.items())
    return "，".join(said)


def _had(allowed: Allowance | None) -> str:
    return f"（{PER[allowed.per]} {allowed.count} 次）" if allowed else ""


def _ground(one: Limit | CleaningRule | Mend, on_date: date, sources: list[str]) -> tuple[Text, Text]:
    """How sure it is and since when; the number of its source in ``sources`` (made longer) and its test."""
    if one.source not in sources:
        sources.append(one.source)
    sure = Text(f"{CONFIDENCE[one.confidence]}\n")
    sure.append(one.read_on + ("（过期）" if is_stale(one.read_on, on_date) else ""), style="dim")
    test = one.test.rpartition("::")[2].replace("_", " ") or "（还没有测试）"
    return sure, Text.assemble(f"[{sources.index(one.source) + 1}] ", (test, "dim"))


def grounds(channel: Channel, sources: Sequence[str]) -> Table:
    """The numbered sources, and the files the tests are in."""
    table = Table.grid(padding=(0, 1))
    for number, source in enumerate(sources, 1):
        table.add_row(Text(f"[{number}]"), Text(source, overflow="fold"))
    tests = [one.test for rules in (channel.limits, channel.cleaning_rules, channel.mends) for one in rules]
    for path in sorted({one.partition("::")[0] for one in tests} - {""}):
        table.add_row(Text("测试"), Text(path, overflow="fold"))
    return table


def plain_table(title: str, names: Sequence[str], numbers: Sequence[str], words: Sequence[str]) -> Table:
    """A table by hairlines: ``names`` and ``numbers`` are kept on one line, ``words`` fold."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for one in names:
        table.add_column(one, no_wrap=True)
    for one in numbers:
        table.add_column(one, justify="right", no_wrap=True)
    for one in words:
        table.add_column(one, overflow="fold", no_wrap=one in ("级别", "依据"))
    return table
