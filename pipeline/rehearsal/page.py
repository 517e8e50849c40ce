"""The report of a rehearsal as one page in Chinese: plain HTML, no script, nothing fetched; fit for printing."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_CSS = """
:root{color-scheme:light;--paper:#FAF8F3;--ink:#1E2422;--ink2:#56605B;--line:#DFDBD1;--ok:#1C6B3C;--bad:#9B1C1C}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:32px 20px 64px;background:var(--paper);color:var(--ink);
font:16px/1.65 system-ui,"PingFang SC","HarmonyOS Sans SC",MiSans,"Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1,h2{font-family:"Source Han Serif SC","Noto Serif CJK SC","Songti SC",STSong,serif;line-height:1.4;margin:0}
h1{font-size:32px}h2{font-size:22px}p{margin:8px 0}
code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px}
.quiet,small{color:var(--ink2)}section{margin-top:40px;padding-top:20px;border-top:1px solid var(--ink)}
.verdict{font-size:20px;font-weight:700}.ok{color:var(--ok)}.bad{color:var(--bad)}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:12px;list-style:none;padding:0}
.numbers b{display:block;font-size:28px;line-height:1.3;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:12px 0;font-size:15px}
th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid var(--line)}
th{font-weight:600;white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
@media print{body{background:#fff;padding:0}section{break-inside:avoid}}
"""
_WEATHER = {
    "none": "没有故障",
    "mild": "小故障（约百分之一的调用）",
    "storm": "风暴（约十分之一的调用，平台整段停摆，进程死亡，机器烧毁一次）",
}


def page(found: Mapping[str, Any]) -> str:
    """The whole document."""
    parts = (
        _head(found),
        _section("承诺", _promises(found)),
        _section("发出了什么", _channels(found) + _lateness(found)),
        _section("故障", _faults(found)),
        _section("机器烧毁，用备份恢复", _burnt(found)),
        _section("更正、撤稿、解除", _recalls(found)),
        _section("停发与快讯", _stops(found)),
        _section("人做的事", _hands(found)),
        _section("额度", _quota(found)),
    )
    title = f"{found['days']} 天 {found['units']} 个单位的演练"
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_CSS}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; columns whose name ends in # hold numbers."""
    heads = "".join(f'<th scope="col"{_class(name)}>{escape(name.rstrip("#"))}</th>' for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td{_class(name)}>{_cell(one)}</td>" for name, one in zip(names, row, strict=True)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>' if body else ""
    )


def _class(name: str) -> str:
    return ' class="n"' if name.endswith("#") else ""


def _cell(value: Any) -> str:
    return "—" if value is None or value == "" else escape(str(value))


def _joined(counted: Mapping[str, int]) -> str:
    return "、".join(f"{name} {count}" for name, count in counted.items())


def _head(found: Mapping[str, Any]) -> str:
    out, planned = found["out"], found["planned"]
    verdict = (
        '<p class="verdict ok">✓ 承诺全部成立</p>' if found["is_well"] else '<p class="verdict bad">✗ 有承诺被打破</p>'
    )
    numbers = (
        ("稿件", planned["stories"]), ("发布单", planned["releases"]), ("投递", planned["deliveries"]),
        ("发布", out["published"]), ("收回", out["called_back"]), ("取消", out["cancelled"]), ("失败", out["failed"]),
        ("被平台删除", out["removed"]), ("等人处理", out["held"] + out["with_a_person"]),
        ("等原来那一份", out["behind"]), ("还在路上", out["open"]),
    )  # fmt: skip
    items = "".join(f"<li><b>{count}</b>{name}</li>" for name, count in numbers)
    return (
        f"<h1>发布演练</h1><p>{escape(found['from'])} 起 {found['days']} 天，{found['units']} 个单位，"
        f"每天 {found['stories_per_day']} 篇，{_WEATHER[found['faults']]}。"
        "在模拟时间里对着沙箱平台演，什么也没有真的发出去。</p>"
        f'{verdict}<ul class="numbers">{items}</ul>'
        f'<p class="quiet">种子 {found["seed"]}，用时 {found["seconds"]} 秒，审计链 {found["audit"]["entries"]} 条，'
        f"末条指纹 <code>{found['audit']['head'][:16]}</code>。再演一遍：<code>{escape(found['repeat'])}</code></p>"
    )


def _promises(found: Mapping[str, Any]) -> str:
    rows = []
    for one in found["promises"]:
        mark = '<span class="ok">✓ 成立</span>' if one["ok"] else '<span class="bad">✗ 打破</span>'
        broken = "".join(f'<br><small class="bad">{escape(each)}</small>' for each in one["breaches"])
        rows.append(f"<tr><td>{mark}</td><td>{one['id']}</td><td>{escape(one['words'])}{broken}</td></tr>")
    return f'<div class="wide"><table><tbody>{"".join(rows)}</tbody></table></div>'


def _channels(found: Mapping[str, Any]) -> str:
    states = list(dict.fromkeys(state for row in found["channels"].values() for state in row))
    rows = [[name, *(row.get(state, "") for state in states)] for name, row in found["channels"].items()]
    return _table(["渠道", *(f"{state}#" for state in states)], rows)


def _lateness(found: Mapping[str, Any]) -> str:
    names = ("count", "median_s", "p95_s", "worst_s", "over_a_minute")
    rows = [[name, *(row[one] for one in names)] for name, row in found["lateness"].items()]
    words = "<p>从定好的时间到回执写着“已发布”，以秒计；人工代发的等人。</p>"
    return words + _table(["渠道", "已发布#", "中位#", "95%#", "最晚#", "超过一分钟#"], rows)


def _faults(found: Mapping[str, Any]) -> str:
    struck = found["struck"]
    if not struck["faults"] and not found["deaths"]:
        return "<p>这次没有安排故障。</p>"
    rows = [[one["words"], one["times"], _joined(one["became"])] for one in struck["faults"]]
    died = _table(["工作进程死在哪一步", "次数#"], found["deaths"].items())
    return (
        f"<p>{struck['calls']} 次调用中打中 {struck['times']} 次（{struck['share']:.1%}）。</p>"
        + _table(["故障", "次数#", "打中的投递后来"], rows)
        + died
    )


def _burnt(found: Mapping[str, Any]) -> str:
    """What was lost and found again, in sentences."""
    return "".join(f"<p>{escape(one)}</p>" for one in burnt_words(found))


def burnt_words(found: Mapping[str, Any]) -> list[str]:
    """The story of the machine that burnt, for page and terminal; nothing when none did."""
    one = found["burnt"]
    if one is None:
        return []
    became = _joined(one["became"]) or "没有要核对的"
    redone = "、".join(one["redone"])
    over = (
        f"{one['over']} 值班编辑确认都看过了，恢复之后的核对结束。" if one["over"] else "到演完还没有核对完，仍在核对。"
    )
    return [
        f"{one['kept']} 正在发布时做了备份；{one['lost']} 机器烧毁，这中间发出的、撤下的，备份里都没有。",
        f"{one['back']} 在另一台机器上用备份恢复：在途和到期的 {one['doubted']} 份投递先到平台核对，两次都没有才再发；"
        f"更正、撤稿、解除正在处置的 {one['remedies']} 份先看现状再接着做；待代发 {one['handed_over']} 份逐份看过。",
        f"核对的结果：{became}。",
        f"备份以后的决定重新下达：{redone}。" if redone else "备份到烧毁之间没有撤稿和停发，不用重新下达。",
        over,
    ]


def _recalls(found: Mapping[str, Any]) -> str:
    rows = [
        [one["ordered"], one["kind"], one["story"], one["reason"], one["copies"], _joined(one["ended"]), one["minutes"],
         "；".join(dict.fromkeys(one["left"]))]
        for one in found["recalls"]
    ]  # fmt: skip
    return _table(["何时", "种类", "稿件", "原因", "份数#", "每一份怎样了", "办完用了（分钟）#", "还在谁手里"], rows)


def _stops(found: Mapping[str, Any]) -> str:
    freezes = [
        [one["scope"], one["reason"], one["from"], one["until"], one["held"], "、".join(one["exempt"]), one["went"]]
        for one in found["freezes"]
    ]
    flashes = [
        [one["title"], one["signed"], one["copies"], one["first_s"], one["median_s"], one["expires"], one["reviewed"]]
        for one in found["flashes"]
    ]
    paces = [
        [one["title"], one["interface"], one["interface_median_s"], one["slowest_s"], one["slowest"]]
        for one in found["flashes"]
    ]
    words = "<p>接口账号：从签发到读者在平台上看得到，以秒计。</p>" if paces else ""
    return (
        _table(["停发范围", "原因", "从", "到", "拦下#", "豁免", "照发#"], freezes)
        + _table(["快讯", "签发", "份数#", "第一份（秒）#", "过半（秒）#", "解除", "补审"], flashes)
        + words
        + _table(["快讯", "接口账号#", "过半（秒）#", "最慢（秒）#", "最慢的账号"], paces)
        + _late(found)
    )


def _late(found: Mapping[str, Any]) -> str:
    """The accounts a minute was not enough for."""
    rows = []
    for flash in found["flashes"]:
        for one in flash["late"]:
            took = "没有发出" if one["seconds"] is None else f"{one['seconds']} 秒"
            mark = "" if one["cause"] else ' class="bad"'
            cells = (flash["title"], one["account"], took, one["cause"] or "✗ 没有查到原因")
            rows.append(f"<tr{mark}>{''.join(f'<td>{_cell(each)}</td>' for each in cells)}</tr>")
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("快讯", "超过 60 秒的账号", "用了", "被什么耽搁"))
    return (
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        if rows else ""
    )  # fmt: skip


def _hands(found: Mapping[str, Any]) -> str:
    names = ("what", "times", "minutes", "waited_median_min", "waited_worst_min")
    done = _table(
        ["什么", "次数#", "约需分钟#", "等了（中位，分钟）#", "等了最久（分钟）#"],
        [[one[name] for name in names] for one in found["by_hand"]],
    )
    waiting = _table(
        ["还等着人", "账号", "投递码", "原因"],
        [[one["state"], one["account"], one["key"][:8], one["reason"]] for one in found["waiting"]],
    )
    refused = _table(
        ["何时", "稿件", "系统没有照办，因为"], [[one["at"], one["about"], one["sentence"]] for one in found["refused"]]
    )
    minutes = sum(one["minutes"] for one in found["by_hand"])
    words = f"<p>按每件事的大致用时估计，共约 {minutes} 分钟。</p>" if found["by_hand"] else ""
    return words + done + waiting + refused


def _quota(found: Mapping[str, Any]) -> str:
    rows = [
        [one["account"], one["call"], one["day"], one["used"], one["allowed"], f"{one['share']:.0%}"]
        for one in found["quota"]
    ]
    words = "<p>每个账号每个接口最忙的一天，用得最满的在前。</p>" if rows else ""
    return words + _table(["账号", "接口", "日期", "用了#", "每天允许#", "占#"], rows)
