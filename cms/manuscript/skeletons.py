"""What a new story and a new block begin with: words to be written over, which nobody may send out by mistake."""

from dataclasses import dataclass

HEADLINE = "请写标题"
DIGEST = "一两句话，说清这篇写了什么。"
START = "从这里开始写正文。"
PHRASES = (
    "画面里是什么", "第一张画的是什么", "第二张画的是什么", "小知识：标题", "一两句话说清楚。", "这个数字是什么",
    "一句值得单独放大的话。", "仪器或平台的名称", "一句话介绍。", "文件标题",
    "写给成都读者的导语。", "写给甘孜读者的导语。", "只有这些地方的读者看到的一段。",
    "直播的标题", "视频的标题", "一句说明。", "录音的标题", "这里是文字稿。",
    "原来写的", "正确的写法", "这里写注释，正文里用",
)  # fmt: skip
"""Of the blocks: what means nothing but "write here" when it stands alone."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A block ready to be filled in; ``initials`` are what fingers know (对白: dh)."""

    name: str
    initials: str
    text: str


_BLOCKS = """\
图片 tp
![画面里是什么](pictures/一.jpg "图注"){credit="作者" licence="许可"}
%%
标题 bt
## 小标题
%%
对白 dh
:::dialogue
甲: 您好，请问……
乙: 问得好！
:::
%%
小知识 xzs
:::fact-box 小知识：标题
一两句话说清楚。
:::
%%
数字 sz
:::key-figure 428 万 这个数字是什么 note=补充一句
:::
%%
表格 bg
| 名称 | 数量 |
|:-----|-----:|
| 甲 | 1 |
| 乙 | 2 |
%%
公式 gs
$$E = mc^2$$
%%
引文 yw
> 一句值得单独放大的话。
%%
列表 lb
- 第一条
- 第二条
%%
图集 tj
:::gallery
![第一张画的是什么](pictures/一.jpg "图注"){credit="作者" licence="许可"}
![第二张画的是什么](pictures/二.jpg "图注"){credit="作者" licence="许可"}
:::
%%
资源卡 zyk
:::card 仪器或平台的名称
地点: 所在地
summary: 一句话介绍。
url: https://example.com/
:::
%%
政策 zc
:::policy 文件标题
number: 文号
issuer: 发文机关
issued: 2026-01-01
url: https://www.gov.cn/
:::
%%
地方导语 df
:::local-lead
chengdu: 写给成都读者的导语。
ganzi: 写给甘孜读者的导语。
:::
%%
限定地区 dq
:::region units=ganzi,liangshan
只有这些地方的读者看到的一段。
:::
%%
直播 zb
:::live-stream
标题: 直播的标题
网址: https://example.com/live
状态: 预告
开始时间: 2026-12-01 10:00
:::
%%
视频 sp
:::video https://example.com/film.mp4 "视频的标题" seconds=60
一句说明。
:::
%%
音频 yp
:::audio https://example.com/talk.mp3 "录音的标题" seconds=60
这里是文字稿。
:::
%%
代码 dm
```python
print("一稿")
```
%%
更正 gz
:::correction 2026-01-01
更正前: 原来写的
更正后: 正确的写法
:::
%%
脚注 jz
[^1]: 这里写注释，正文里用 [^1] 指到它。
%%
分隔线 fgx
---
"""


def _skeleton(written: str) -> Skeleton:
    heading, _, text = written.strip("\n").partition("\n")
    name, initials = heading.split()
    return Skeleton(name, initials, text)


SKELETONS = tuple(map(_skeleton, _BLOCKS.split("%%")))
