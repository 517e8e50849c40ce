"""The console's pages: paper, ink, one seal. Every word that comes from outside is escaped here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from channels.making.sandbox.book import Post
from channels.making.sandbox.faults import ACTIONS, Fault
from channels.making.sandbox.wire import Action

_ZONE = timedelta(hours=8)  # Asia/Shanghai has no summer time
# state: what readers see, and its colour
_STATES = {
    "live": ("读者可见", "ok"),
    "pending": ("平台处理中", "wait"),
    "removed": ("被平台删除", "bad"),
    "deleted": ("已删除", "gone"),
}
_ANSWERS = {"refused": ("拒绝", "wait"), "dropped": ("断线", "bad")}
_CSS = """
:root{color-scheme:light dark;--paper:#FAF8F3;--surface:#FFF;--ink:#1E2422;--ink2:#56605B;--line:#DFDBD1;
--edge:#838A85;--act:#1C5F70;--seal:#B0342A;--wait:#7A5600;--ok:#2C6A45}
@media(prefers-color-scheme:dark){:root{--paper:#14181A;--surface:#1C2224;--ink:#E9E6DE;--ink2:#A8B1AC;
--line:#2E3638;--edge:#6F7A78;--act:#7FC4D3;--seal:#F28B7D;--wait:#E6BE5C;--ok:#86C99D}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:24px 16px 64px;background:var(--paper);color:var(--ink);
font:15px/1.6 system-ui,"PingFang SC","HarmonyOS Sans SC",MiSans,"Microsoft YaHei","Noto Sans CJK SC",sans-serif;
overflow-wrap:anywhere;line-break:strict}
h1,h2{font-family:"Source Han Serif SC","Noto Serif CJK SC","Songti SC",STSong,serif;line-height:1.35;margin:0}
h1{font-size:34px}h2{font-size:26px}h3{font-size:17px;margin:0;line-height:1.4}
p{margin:8px 0}a{color:var(--act)}
small,.quiet{color:var(--ink2);font-size:13px}
code,.num{font:13px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-variant-numeric:tabular-nums}
header{display:flex;justify-content:space-between;gap:16px;align-items:flex-start}
.seal{flex:none;width:64px;height:64px;border:2px solid var(--seal);border-radius:50%;color:var(--seal);
display:grid;place-items:center;font:700 20px/1 "Source Han Serif SC","Noto Serif CJK SC",serif;transform:rotate(-8deg)}
nav{display:flex;flex-wrap:wrap;gap:0 20px;margin:8px 0 0}
nav a,.go{display:inline-flex;align-items:center;min-height:44px;text-decoration:none}
section{margin-top:32px;padding-top:16px;border-top:1px solid var(--ink)}
.shelf{margin-top:24px}.shelf>div{display:flex;flex-wrap:wrap;gap:0 12px;align-items:baseline}
ol,ul{list-style:none;margin:8px 0 0;padding:0}
.rows>li{display:grid;gap:0 16px;border-top:1px solid var(--line);padding:8px 0;min-height:44px;align-items:center}
.posts>li{grid-template-columns:8.5em 1fr auto}
.calls>li{grid-template-columns:8.5em 5em minmax(0,1fr) minmax(0,1.4fr)}
.actions{display:flex;flex-wrap:wrap;gap:8px}
.rules>li{grid-template-columns:1fr auto}
.posts a{font-size:17px;text-decoration:none}.posts a:hover{text-decoration:underline}
.ok{color:var(--ok)}.wait{color:var(--wait)}.bad{color:var(--seal)}.gone{color:var(--ink2);text-decoration:line-through}
.mark{font-size:13px;white-space:nowrap}
.mark::before{content:"";display:inline-block;width:8px;height:8px;border-radius:50%;background:currentColor;margin-right:6px}
form.new{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px;align-items:end;margin-top:16px}
.new .wide{grid-column:span 2}
label{display:block;font-size:13px;color:var(--ink2)}
input,select,textarea,button{font:inherit;width:100%;min-height:44px;padding:0 12px;margin-top:4px;
border:1px solid var(--edge);border-radius:6px;background:var(--surface);color:var(--ink)}
button{width:auto;padding:0 20px;cursor:pointer;color:var(--act)}
button.main{background:var(--act);border-color:var(--act);color:var(--surface)}
:focus-visible{outline:2px solid var(--act);outline-offset:2px}
details{margin-top:4px}summary{min-height:44px;display:flex;align-items:center;cursor:pointer;color:var(--act);font-size:13px}
dl{display:grid;grid-template-columns:minmax(6em,max-content) 1fr;gap:4px 16px;margin:0 0 12px;padding:12px 16px;
background:var(--surface);border:1px solid var(--line);border-radius:6px}
dt{color:var(--ink2);font-size:13px}dd{margin:0}
.note{padding:10px 14px;border:1px solid var(--seal);color:var(--seal);border-radius:6px}
.empty{padding:16px;border:1px dashed var(--edge);border-radius:6px;color:var(--ink2)}
iframe{width:100%;max-width:677px;height:70vh;border:1px solid var(--line);border-radius:6px;background:#fff;
display:block;margin:8px auto 16px}.facts{max-width:677px;margin:0 auto}
@media(max-width:640px){h1{font-size:26px}h2{font-size:20px}.posts>li{grid-template-columns:1fr auto}
.posts>li>:first-child{grid-column:1/-1}.calls>li{grid-template-columns:minmax(9em,1fr) minmax(0,1.4fr)}
.calls>li>:nth-child(even){text-align:right}.rules>li{grid-template-columns:1fr}
dl{grid-template-columns:1fr}dt{margin-top:4px}}
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the book kept it."""

    platform: str
    account: str
    method: str
    at: datetime
    fault: str
    answer: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One platform: publications and credentials by our account names, newest first, and what a person may do there."""

    name: str
    base: str
    posts: Mapping[str, Sequence[Post]]
    spoken: Mapping[str, Mapping[str, str]]
    actions: Sequence[Action]


Rule = tuple[Fault, int, int]


def moment(at: datetime) -> str:
    """A time as people here read it."""
    return (at + _ZONE).strftime("%m-%d %H:%M:%S")


def document(post: Post) -> str:
    """What readers get: HTML as it was sent, or plain words with their line breaks."""
    is_markup = post.body.lstrip().startswith("<")
    body = post.body if is_markup else f'<p style="white-space:pre-wrap">{escape(post.body)}</p>'
    style = "body{margin:0 auto;max-width:677px;padding:16px;font:17px/1.75 system-ui,sans-serif;color:#1E2422}"
    style += "img{max-width:100%}"
    heading = f"<h1 style='font-size:22px;line-height:1.4'>{escape(post.title)}</h1>" if post.title else ""
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<style>{style}</style>{heading}{body}</html>"
    )


@dataclass(frozen=True, slots=True)
class Pages:
    """``titles``: the channels' Chinese names; ``token``: what every form must bring back."""

    titles: Mapping[str, str]
    token: str

    def front(
        self, shelves: Sequence[Shelf], calls: Sequence[Call], count: int, rules: Sequence[Rule], trouble: str
    ) -> str:
        """Platforms, faults, calls."""
        links = "".join(f'<a href="#{escape(one.name)}">{escape(self._title(one.name))}</a>' for one in shelves)
        head = (
            '<header><div><h1>沙箱控制台</h1><p class="quiet">这里的平台都是假的，什么也不会真的发出去；'
            "读者会看到的、每一次调用、被打中的故障都记在这里。时间为北京时间，刷新页面看最新。</p></div>"
            f'<div class="seal" aria-hidden="true">沙箱</div></header><nav>{links}'
            '<a href="#faults">故障</a><a href="#calls">调用</a></nav>'
        )
        parts = [*(self._shelf(one) for one in shelves), self._faults(rules, trouble), self._calls(calls, count)]
        return _page("沙箱控制台", head + "".join(parts))

    def article(self, post: Post, edits: int, trouble: str) -> str:
        """One publication: what is known of it, its page in a frame, and what a person may do about it."""
        facts = {
            "平台": self._title(post.platform),
            "账号": post.account,
            "发布时间": moment(post.at),
            "进入列表": moment(post.visible_at),
            "平台编号": post.remote,
            "地址": post.address,
            "携带": post.carried,
            "手工修改": f"{edits} 次" if edits else "",
        }
        rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
        return _page(
            post.title or "发布",
            f'<nav><a href="/">← 控制台</a></nav><p>{_state(post.state)}</p>'
            f'<iframe sandbox src="/_posts/{post.id}/body" title="读者看到的页面"></iframe>'
            f'<dl class="facts">{rows}</dl>{self._by_hand(post, trouble)}',
        )

    def _by_hand(self, post: Post, trouble: str) -> str:
        """What a person could do in the platform's own console to what is out."""
        note = f'<p class="note" role="alert">{escape(trouble)}</p>' if trouble else ""
        if post.state != "live":
            return note
        lines = min(24, post.body.count("\n") + 6)
        return (
            f'<section class="facts"><h2>在平台后台</h2>{note}<form method="post">{self._seal()}'
            f'<label>标题<input name="title" value="{escape(post.title)}"></label>'
            f'<label>正文<textarea name="body" rows="{lines}">\n{escape(post.body)}</textarea></label>'
            '<div class="actions"><button name="what" value="edit" class="main">手工修改</button>'
            '<button name="what" value="delete">手工删除</button>'
            '<button name="what" value="remove">由平台下架</button></div></form></section>'
        )

    def _title(self, platform: str) -> str:
        return self.titles.get(platform, platform)

    # ----------------------------------------------------------------- a platform

    def _shelf(self, shelf: Shelf) -> str:
        accounts = "".join(self._account(shelf, one) for one in shelf.posts)
        actions = "".join(self._action(shelf.name, one) for one in shelf.actions)
        base = shelf.base.rpartition("/")[0]
        empty = (
            '<p class="empty">还没有账号。在工作区运行 '
            f"<code>yigao accounts connect {escape(shelf.name)}:单位 --sandbox {escape(base)}</code>"
            "，它就会出现在这里。</p>"
        )
        return (
            f'<section id="{escape(shelf.name)}"><h2>{escape(self._title(shelf.name))}</h2>'
            f"<small>接口地址 <code>{escape(shelf.base)}</code></small>"
            f'<div class="actions">{actions}</div>{accounts or empty}</section>'
        )

    def _action(self, platform: str, action: Action) -> str:
        return (
            f'<form method="post" action="/_actions">{self._seal()}'
            f'<input type="hidden" name="platform" value="{escape(platform)}">'
            f'<button name="name" value="{escape(action.name)}">{escape(action.label)}</button></form>'
        )

    def _account(self, shelf: Shelf, account: str) -> str:
        posts = shelf.posts[account]
        seen = sum(one.state == "live" for one in posts)
        rows = "".join(_post(one) for one in posts) or '<li class="quiet">还没有发布。</li>'
        secrets = "".join(
            f"<dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd>"
            for name, value in shelf.spoken.get(account, {}).items()
        )
        spoken = f"<details><summary>接入凭据</summary><dl>{secrets}</dl></details>" if secrets else ""
        return (
            f'<div class="shelf"><div><h3>{escape(account)}</h3><small>读者可见 {seen} 篇</small></div>'
            f'<ul class="rows posts">{rows}</ul>{spoken}</div>'
        )

    # ----------------------------------------------------------------- faults

    def _faults(self, rules: Sequence[Rule], trouble: str) -> str:
        rows = "".join(_rule(*one) for one in rules)
        listed = f'<ul class="rows rules">{rows}</ul>' if rows else '<p class="empty">现在没有故障，一切正常。</p>'
        clear = f'<form method="post" action="/_faults/clear">{self._seal()}<button>清除全部故障</button></form>'
        note = f'<p class="note" role="alert">{escape(trouble)}</p>' if trouble else ""
        options = "".join(
            f'<option value="{name}">{escape(words)}（{name}）</option>' for name, words in ACTIONS.items()
        )
        return (
            f'<section id="faults"><h2>故障</h2>{note}{listed}{clear if rows else ""}'
            f'<form class="new" method="post" action="/_faults">{self._seal()}'
            f'<label class="wide">故障<select name="action">{options}</select></label>'
            f"{_field('account', '账号（* 为全部）', '*')}{_field('method', '接口（* 为全部）', '*')}"
            f"{_field('nth', '只打第几次（0 为不限）', '0', 'numeric')}"
            f"{_field('per_mille', '概率（千分之几）', '1000', 'numeric')}"
            f"{_field('minutes', '持续几分钟', '', 'numeric')}"
            '<button class="main">加上故障</button></form></section>'
        )

    def _seal(self) -> str:
        return f'<input type="hidden" name="token" value="{escape(self.token)}">'

    # ----------------------------------------------------------------- calls

    def _calls(self, calls: Sequence[Call], count: int) -> str:
        rows = "".join(self._call(one) for one in calls)
        listed = f'<ol class="rows calls">{rows}</ol>' if rows else '<p class="empty">还没有调用。</p>'
        return (
            f'<section id="calls"><h2>调用</h2><small>共 {count} 次，最近 {len(calls)} 次在此</small>{listed}</section>'
        )

    def _call(self, call: Call) -> str:
        words, colour = _ANSWERS.get(call.answer, (call.answer, "ok" if call.answer.startswith("2") else "wait"))
        struck = f'<span class="bad">打中：{escape(ACTIONS.get(call.fault, call.fault))}</span>' if call.fault else ""
        return (
            f'<li><span class="num">{moment(call.at)}</span>'
            f'<span class="mark {colour}">{escape(words)}</span>'
            f"<code>{escape(call.method)}</code>"
            f"<small>{escape(call.account or self._title(call.platform))} {struck}</small></li>"
        )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head><body>{body}</body></html>"
    )


def _state(state: str) -> str:
    words, colour = _STATES.get(state, (state, "wait"))
    return f'<span class="mark {colour}">{escape(words)}</span>'


def _post(post: Post) -> str:
    return (
        f'<li><span class="num">{moment(post.at)}</span>'
        f'<a class="go" href="/_posts/{post.id}">{escape(post.title or post.body[:40] or "（没有标题）")}</a>'
        f"{_state(post.state)}</li>"
    )


def _rule(rule: Fault, met: int, struck: int) -> str:
    when = f"只打第 {rule.nth} 次" if rule.nth else ("每次" if rule.per_mille >= 1000 else f"概率 {rule.per_mille}‰")
    window = f"，到 {moment(rule.end)} 为止" if rule.end else ""
    return (
        f"<li><span><b>{escape(ACTIONS[rule.action])}</b> <code>{rule.action}</code><br>"
        f"<small>账号 {escape(rule.account)}，接口 {escape(rule.method)}，{when}{window}</small></span>"
        f'<small class="num">遇到 {met} 次，打中 {struck} 次</small></li>'
    )


def _field(name: str, label: str, value: str, mode: str = "text") -> str:
    return f'<label>{label}<input name="{name}" value="{value}" inputmode="{mode}"></label>'
