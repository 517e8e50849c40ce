"""A rehearsal on the terminal: what a person wants to know first, in a few tables."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

from pipeline.rehearsal.page import burnt_words

MOST = 8


def show(found: Mapping[str, Any], out: Console) -> None:
    """All of it, the verdict last."""
    out.print(Group(*(one for one in (_channels(found), _late(found), _faults(found), _recalls(found), _stops(found),
                                      _hands(found), _quota(found), _promises(found)) if one is not None)))  # fmt: skip
    for one in burnt_words(found):
        out.print(one, highlight=False)
    out.print(summary(found), highlight=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", justify="left" if number == 0 else "default")
    return table


def _channels(found: Mapping[str, Any]) -> Table:
    states = list(dict.fromkeys(state for row in found["channels"].values() for state in row))
    table = _table(f"{found['days']} 天、{found['units']} 个单位的投递", "渠道", *states)
    for name, row in found["channels"].items():
        table.add_row(name, *(str(row.get(state, "")) for state in states))
    return table


def _late(found: Mapping[str, Any]) -> Table:
    table = _table("晚点（秒）", "渠道", "已发布", "中位", "95%", "最晚", "超过一分钟")
    for name, row in found["lateness"].items():
        table.add_row(name, *(str(row[one]) for one in ("count", "median_s", "p95_s", "worst_s", "over_a_minute")))
    return table


def _faults(found: Mapping[str, Any]) -> Table | None:
    struck = found["struck"]
    if not struck["faults"] and not found["deaths"]:
        return None
    title = f"故障：{struck['calls']} 次调用中打中 {struck['times']} 次（{struck['share']:.1%}），"
    table = _table(f"{title}工作进程死了 {sum(found['deaths'].values())} 次", "故障", "次数", "打中的投递后来")
    for one in struck["faults"][:MOST]:
        table.add_row(
            one["words"], str(one["times"]), "、".join(f"{name} {count}" for name, count in one["became"].items())
        )
    if len(struck["faults"]) > MOST:
        rest = struck["faults"][MOST:]
        table.add_row(f"其余 {len(rest)} 种", str(sum(one["times"] for one in rest)), "见报告")
    return table


def _recalls(found: Mapping[str, Any]) -> Table | None:
    if not found["recalls"]:
        return None
    table = _table("更正、撤稿、解除", "稿件", "种类", "份数", "每一份怎样了", "分钟")
    for one in found["recalls"]:
        ended = "、".join(f"{name} {count}" for name, count in one["ended"].items())
        minutes = "" if one["minutes"] is None else str(one["minutes"])
        table.add_row(escape(one["story"]), one["kind"], str(one["copies"]), ended, minutes)
    return table


def _stops(found: Mapping[str, Any]) -> Table | None:
    if not found["freezes"] and not found["flashes"]:
        return None
    table = _table("停发与快讯", "什么", "从", "到", "结果")
    for one in found["freezes"]:
        result = f"拦下 {one['held']} 份，解除后另定时间"
        if one["exempt"]:
            result += f"；豁免{'、'.join(one['exempt'])}，照发 {one['went']} 份"
        table.add_row(f"停发：{one['scope']}", one["from"], one["until"], escape(result))
    for one in found["flashes"]:
        pace = f"签发后 {one['first_s']} 秒第一份、{one['median_s']} 秒过半"
        result = f"{one['copies']} 份，{pace}；补审 {one['reviewed'] or '未'}"
        if one["slowest_s"] is not None:
            result += f"；接口账号 {one['interface_median_s']} 秒过半，最慢 {one['slowest_s']} 秒（{one['slowest']}）"
        table.add_row(f"快讯：{escape(one['title'])}", one["signed"], one["expires"], escape(result))
        for each in one["late"]:
            took = "没有发出" if each["seconds"] is None else f"{each['seconds']} 秒"
            words = escape(each["cause"]) or "[red]没有查到原因[/]"
            table.add_row(f"　超过 60 秒：{escape(each['account'])}", "", "", f"{took}，{words}")
    return table


def _hands(found: Mapping[str, Any]) -> Table | None:
    if not found["by_hand"]:
        return None
    table = _table("人做的事", "什么", "次数", "约需分钟", "等了（中位，分钟）", "等了最久（分钟）")
    for one in found["by_hand"]:
        table.add_row(
            one["what"], *(str(one[name]) for name in ("times", "minutes", "waited_median_min", "waited_worst_min"))
        )
    return table


def _quota(found: Mapping[str, Any]) -> Table | None:
    if not found["quota"]:
        return None
    table = _table("额度用得最满的一天", "账号", "接口", "日期", "用了", "允许")
    for one in found["quota"][:5]:
        table.add_row(one["account"], one["call"], one["day"], str(one["used"]), str(one["allowed"]))
    return table


def _promises(found: Mapping[str, Any]) -> Table:
    table = _table("承诺", "", "编号", "内容")
    for one in found["promises"]:
        table.add_row("[green]✓[/]" if one["ok"] else "[red]✗[/]", one["id"], one["words"])
        for breach in one["breaches"][:MOST]:
            table.add_row("", "", f"[red]{escape(breach)}[/]")
    return table


def summary(found: Mapping[str, Any]) -> str:
    """What it came to, in two lines."""
    out, planned = found["out"], found["planned"]
    words = "承诺全部成立" if found["is_well"] else "[red]有承诺被打破[/]"
    return (
        f"{planned['stories']} 篇稿件、{planned['deliveries']} 份投递：发布 {out['published']}，"
        f"收回 {out['called_back']}，取消 {out['cancelled']}，失败 {out['failed']}，被平台删除 {out['removed']}，"
        f"等人 {out['held'] + out['with_a_person']}，等原来那一份 {out['behind']}，还在路上 {out['open']}。\n"
        f"{words}；审计链 {found['audit']['entries']} 条。"
        f"种子 {found['seed']}，用时 {found['seconds']} 秒；再演一遍：{found['repeat']}"
    )
