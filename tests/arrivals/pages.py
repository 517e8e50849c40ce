# ruff: noqa: E501 (markup is easier to check unbroken)
"""Twelve clipboards and pages, written by hand after the real formats, and the story each must give."""

import base64
from dataclasses import dataclass

from tests.arrivals.ooxml import png


@dataclass(frozen=True)
class Case:
    """HTML, the body it must become in our Markdown, and rules that must be in the list."""

    html: str
    body: str
    rules: frozenset[str] = frozenset()
    headline: str = ""


def told(*rules: str) -> frozenset[str]:
    return frozenset(f"arrival.{rule}" for rule in rules)


DATA = "data:image/png;base64," + base64.b64encode(png()).decode()

WECHAT_EDITOR = Case(
    '<section data-tools="135编辑器" class="_135editor"><section style="text-align:center;font-size:0">'
    '<section style="font-size:22px"><strong>一、开放共享</strong></section></section></section>'
    '<p style="font-size:15px;line-height:2">　　全省大型科研仪器加快开放，服务企业创新，成效初步显现，数据如下。</p>'
    '<p style="text-align:center"><img data-src="https://mmbiz.qpic.cn/a.png" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="'
    ' alt="实验室"></p><p style="text-align:center;font-size:12px">▲实验室一角</p>'
    '<mpvoice name="录音一段" voice_encode_fileid="x"></mpvoice>'
    '<p><span style="display:none">看不见</span>末段<img class="icon_emotion_single" alt="[微笑]" src="x.png"></p>',
    "## 一、开放共享\n\n全省大型科研仪器加快开放，服务企业创新，成效初步显现，数据如下。\n\n"
    '![实验室](https://mmbiz.qpic.cn/a.png "▲实验室一角")\n\n末段[微笑]\n',
    told("picture.remote", "media", "hidden", "editor_style", "headings"),
)
WECHAT_READER = Case(
    '<html><head><meta property="og:title" content="页面标题"></head><body><h1 id="activity-name"> 公众号标题 </h1>'
    '<span id="js_author_name">张三</span><div id="js_content" style="visibility: hidden; opacity: 0;">'
    "<section><p>正文一段。</p></section><section><p>正文二段。</p></section></div><div>阅读 1024 在看</div></body></html>",
    "正文一段。\n\n正文二段。\n",
    told("page_rest"),
    "公众号标题",
)
WECHAT_CODE = Case(
    '<section class="code-snippet__fix"><ul class="code-snippet__line-index"><li></li><li></li></ul>'
    '<pre class="code-snippet__js" data-lang="python"><code><span>a = 1</span></code><code><span>print(a)</span></code></pre>'
    '</section><iframe class="video_iframe" data-src="https://v.qq.com/x"></iframe><p>完。</p>',
    "```python\na = 1\nprint(a)\n```\n\n完。\n",
    told("media"),
)
WORD_LIST = Case(
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><body><!--StartFragment--><p class=MsoTitle>纪要</p>"
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1."
    "<span>&nbsp; </span></span><![endif]>第一条<o:p></o:p></p>"
    "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·"
    "</span><![endif]>细目</p>"
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>第二条</p>"
    "<p class=MsoNormal><b>加粗</b>与<span style='color:red'>红字</span><del cite='mailto:a'>删去</del></p>"
    "<!--EndFragment--></body></html>",
    "1. 第一条\n    - 细目\n2. 第二条\n\n**加粗**与红字\n",
    told("colour", "deleted"),
    "纪要",
)
WORD_NOTES = Case(
    "<p class=MsoNormal>有注<a style='mso-footnote-id:ftn1' href='#_ftn1' name='_ftnref1'><sup>[1]</sup></a>的话。</p>"
    "<div style='mso-element:footnote-list'><br clear=all><hr align=left size=1>"
    "<div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href='#_ftnref1' name='_ftn1'>[1]</a> 注的内容。"
    "</p></div></div><img src='file:///C:/Temp/image001.png'>",
    "有注[^1]的话。\n\n[^1]: 注的内容。\n",
    told("picture.local"),
)
WORD_TABLE = Case(
    "<table class=MsoTableGrid><tr><td rowspan=2><p class=MsoNormal>甲</p></td><td><p>乙</p></td></tr>"
    "<tr><td><p>一行</p><p>二行</p></td></tr></table><p style='mso-outline-level:2'>小节</p><p>H<sub>2</sub>O <u>划线</u></p>",
    "| 甲 | 乙 |\n| --- | --- |\n|  | 一行<br>二行 |\n\n## 小节\n\nH<sub>2</sub>O 划线\n",
    told("table.merged", "underline"),
)
WPS = Case(
    '<html><body><!--StartFragment--><p class="MsoNormal" align="center" style="text-align:center"><b><span style="'
    "mso-spacerun:'yes';font-family:宋体;font-size:18pt\">WPS 里的标题</span></b></p>"
    '<p class="MsoNormal"><span style="font-size:10.5pt">　　正文说明了三件事情，第一件事情已经办完，其余两件正在办理之中。</span></p>'
    '<p class="MsoNormal"><a href="https://kjt.sc.gov.cn/">官网</a><a href="javascript:alert(1)">别点</a></p>'
    "<!--EndFragment--></body></html>",
    "正文说明了三件事情，第一件事情已经办完，其余两件正在办理之中。\n\n[官网](https://kjt.sc.gov.cn/)别点\n",
    told("headline", "link.unsafe"),
    "WPS 里的标题",
)
LARK = Case(
    '<div data-page-id="x" data-lark-html-role="root"><h1 class="heading-1 ace-line">飞书文档</h1>'
    '<h2 class="heading-2">要点</h2><ul class="list-bullet1"><li data-list="bullet">一</li><ul class="list-bullet2">'
    '<li data-list="bullet">一之一</li></ul><li data-list="bullet">二</li></ul>'
    '<div class="callout-block"><div class="ace-line"><b>提示</b></div><div class="ace-line">注意安全。</div></div>'
    '<pre><code class="language-Go" data-lark-language="Go"><div>x := 1</div><div>y := 2</div></code></pre></div>',
    "## 要点\n\n- 一\n    - 一之一\n- 二\n\n:::fact-box 提示\n注意安全。\n:::\n\n```go\nx := 1\ny := 2\n```\n",
    headline="飞书文档",
)
LARK_TABLE = Case(
    '<div data-lark-html-role="root"><table><colgroup><col width="100"><col width="200"></colgroup><tbody><tr><td>指标</td>'
    '<td style="text-align:right">数值</td></tr><tr><td>仪器</td><td style="text-align:right">12</td></tr></tbody></table>'
    '<ul class="list-check"><li class="list-checkbox done">已办</li><li class="list-checkbox">未办</li></ul>'
    '<blockquote><div>引的话</div></blockquote><div style="white-space:pre">上行\n下行</div></div>',
    "| 指标 | 数值 |\n| --- | --: |\n| 仪器 | 12 |\n\n- ☑ 已办\n- ☐ 未办\n\n> 引的话\n\n上行<br>下行\n",
)
PAGE = Case(
    "<html><head><title>网页标题</title><style>p{color:red}</style><script>alert(1)</script></head><body><nav>首页 新闻</nav>"
    "<article><p>第一段 <em>着重</em>。</p><hr><ol start=3><li>三</li><li>四</li></ol>"
    "<figure><img src='a/图.png' alt='说明'><figcaption>图的说明</figcaption></figure></article><footer>版权所有</footer></body></html>",
    '第一段 <em>着重</em>。\n\n---\n\n3. 三\n4. 四\n\n<img src="a/图.png" alt="说明" title="图的说明">\n',
    told("page_rest"),
    "网页标题",
)
INLINE_PICTURE = Case(
    f"<p>内嵌图</p><p><img src='{DATA}' alt='红块'></p><p>拼音<ruby>龙<rt>lóng</rt></ruby></p><video src='https://a.cn/v.mp4'></video>"
    "<button>点我</button><svg><text>图里字</text></svg>",
    "内嵌图\n\n![红块](pictures/pasted-1.png)\n\n拼音龙（lóng）\n",
    told("ruby", "media", "form", "svg"),
)
PAGE_NOTES = Case(
    "<p>一段<sup><a href='#fn1'>1</a></sup></p><section class='footnotes'><ol><li id='fn1'>注文<a href='#fnref1'>↩</a></li></ol>"
    "</section><details><summary>展开</summary><p>里面</p></details><dl><dt>词</dt><dd>释义</dd></dl>",
    "一段[^1]\n\n展开\n\n里面\n\n**词**\n\n释义\n\n[^1]: 注文\n",
)
PAGES = {
    "公众号 editor": WECHAT_EDITOR, "公众号 reader": WECHAT_READER, "公众号 code": WECHAT_CODE, "Word list": WORD_LIST,
    "Word notes": WORD_NOTES, "Word table": WORD_TABLE, "WPS": WPS, "飞书": LARK, "飞书 table": LARK_TABLE, "page": PAGE,
    "inline picture": INLINE_PICTURE, "page notes": PAGE_NOTES,
}  # fmt: skip
