"""The page in a handover package that leads a hand: steps, copy buttons, pictures, what was changed.

Self-contained and readable on a phone. Its one script may run by hash alone (CSP), so nothing an editor
wrote could ever run beside it.
"""

import base64
import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from channels.making import words
from channels.values import Loss, Part, Profile, RenderedFile

if TYPE_CHECKING:
    from channels.making.handover import Guide

_SCRIPT = """
document.querySelectorAll("button[data-from]").forEach(function (button) {
  button.addEventListener("click", function () {
    var from = document.getElementById(button.dataset.from), range = document.createRange();
    var chosen = window.getSelection();
    range.selectNodeContents(from); chosen.removeAllRanges(); chosen.addRange(range);
    var done = document.execCommand("copy");
    chosen.removeAllRanges();
    button.textContent = done ? "已复制" : "请手动选中复制";
    setTimeout(function () { button.textContent = button.dataset.words; }, 2500);
  });
});
"""
_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#FAF8F3;color:#1E2422;font:16px/1.6 system-ui,"PingFang SC","HarmonyOS Sans SC",
"Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:720px;margin:0 auto;padding:24px 16px 64px}
h1{font:700 26px/1.35 "Source Han Serif SC","Noto Serif CJK SC","Songti SC",STSong,serif;margin:4px 0 8px}
h2{font-size:17px;margin:32px 0 8px}
.quiet{color:#56605B;font-size:13px;margin:0;overflow-wrap:anywhere}
ol{padding-left:24px;margin:8px 0}li{margin:8px 0}
.field{display:flex;gap:12px;align-items:flex-start;border-top:1px solid #DFDBD1;padding:12px 0}
.field div{flex:1;min-width:0;overflow-wrap:anywhere;white-space:pre-wrap}
.field small{display:block;color:#56605B;font-size:13px}
button,.go{font:inherit;min-height:44px;padding:0 16px;border:1px solid #838A85;border-radius:6px;
background:#fff;color:#1C5F70;cursor:pointer;white-space:nowrap;text-decoration:none;display:inline-flex;align-items:center}
.go{background:#1C5F70;border-color:#1C5F70;color:#fff}
.body img{max-width:100%;height:auto}
.body{background:#fff;border:1px solid #DFDBD1;border-radius:6px;padding:16px;margin-top:12px;overflow-x:auto}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(132px,1fr));gap:12px}
figure{margin:0}figure img{width:100%;border:1px solid #DFDBD1;border-radius:4px;display:block}
figcaption{font-size:13px;color:#56605B;overflow-wrap:anywhere}
"""
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; img-src * data: file:; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'none'"
)
_ROLES = {"cover": "封面", "thumb": "分享小图", "picture": "正文图"}


def page(part: Part, profile: Profile, guide: "Guide", losses: tuple[Loss, ...], signed: str) -> str:
    """The whole page for one story on one account."""
    title = part.field("title") or words.excerpt(part.body, 30)
    steps = _steps(part, guide.steps)
    fields = "".join(_field(name, label, part.field(name)) for name, label in guide.copies if part.field(name))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{words.escape(_POLICY)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>代发 · {guide.title} · {words.escape(title)}</title><style>{_STYLE}</style></head><body>"
        "<main>"
        f'<p class="quiet">{guide.title} · {words.escape(profile.name)}</p><h1>{words.escape(title)}</h1>'
        f'<p><a class="go" href="{guide.console}" rel="noreferrer">打开{guide.title}后台</a></p>'
        f"<h2>步骤</h2><ol>{steps}</ol><h2>要填的内容</h2>{fields}{_body(part, guide)}"
        f"{_pictures(part.files)}{_losses(losses)}"
        f'<h2>核对清单</h2>{_checks(part)}<p class="quiet">成品指纹 {signed}</p></main>'
        f"<script>{_SCRIPT}</script></body></html>\n"
    )


def _button(source: str, label: str) -> str:
    return f'<button type="button" data-from="{source}" data-words="{label}">{label}</button>'


def _field(name: str, label: str, value: str) -> str:
    text = f'<div><small>{label}</small><span id="f-{name}">{words.escape(value)}</span></div>'
    return f'<div class="field">{text}{_button(f"f-{name}", "复制")}</div>'


def _body(part: Part, guide: "Guide") -> str:
    if not guide.rich_text:
        return ""
    return f'<h2>正文</h2>{_button("story", "复制正文")}<div class="body" id="story">{part.body}</div>'


def _pictures(files: tuple[RenderedFile, ...]) -> str:
    if not files:
        return ""
    return f'<h2>图片</h2><div class="pictures">{"".join(map(_picture, files))}</div>'


def _picture(file: RenderedFile) -> str:
    said = words.escape(f"{_ROLES.get(file.role, file.role)} {file.width}×{file.height}　{file.name}")
    alt = words.escape(file.alt)
    image = f'<img src="pictures/{file.name}" alt="{alt}">'
    return f"<figure>{image}<figcaption>{said}<br>{alt}</figcaption></figure>"


def _losses(losses: tuple[Loss, ...]) -> str:
    if not losses:
        return ""
    lines = "".join(f"<li>{words.escape(one)}</li>" for one in told(losses))
    return f"<h2>与原稿不同之处</h2><ul>{lines}</ul>"


def told(losses: tuple[Loss, ...]) -> list[str]:
    """The losses in words, those with one reason together: 段落 13 处、图片：微博正文只取……"""
    by_reason: dict[str, Counter[str]] = {}
    for one in losses:
        by_reason.setdefault(one.reason, Counter())[one.what] += 1
    return [
        "、".join(what if count == 1 else f"{what} {count} 处" for what, count in found.items()) + f"：{reason}"
        for reason, found in by_reason.items()
    ]


def _checks(part: Part) -> str:
    """What to look at before the last button is pressed."""
    pictures = sum(one.role == "picture" for one in part.files)
    checks = [
        "标题、作者、来源与上面一致",
        f"正文图片 {pictures} 张，位置和图注都对" if pictures else "本篇没有正文图片",
        "链接能打开，没有多余的空行和乱码",
    ]
    return f"<ul>{''.join(f'<li>{one}</li>' for one in checks)}</ul>"


def _steps(part: Part, steps: tuple[str, ...]) -> str:
    """The steps this package needs: none about pictures where there are none."""
    roles = {one.role for one in part.files}
    needed = [step for step in steps if roles or not any(word in step for word in ("配图", "上传正文图片"))]
    return "".join(f"<li>{words.escape(step)}</li>" for step in needed)
