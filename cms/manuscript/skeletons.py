"""What a new story and a new block begin with: words to be written over, which nobody may send out by mistake.

``cms.checks.unwritten`` reads the blocks below and knows their words by that: what they say has to be what nobody would
write, and their dates and addresses such as no story has (a field that cannot be so is left empty).
"""

from dataclasses import dataclass

HEADLINE = "请写标题"
DIGEST = "一两句话，说清这篇写了什么。"
START = "从这里开始写正文。"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A block ready to be filled in; ``initials`` are what fingers know (对白: dh)."""

    name: str
    initials: str
    text: str


_BLOCKS = """\
图片 tp
![画面里是什么](pictures/一.jpg "图注写在这里"){credit="图片的作者或来源" licence="写明许可或授权"}
%%
标题 bt
## 小标题
%%
对白 dh
:::dialogue
甲: 这里写第一句话。
乙: 这里写回答的话。
:::
%%
小知识 xzs
:::fact-box 小知识：标题
一两句话说清楚。
:::
%%
数字 sz
:::key-figure 000 万 这个数字是什么 note=补充一句
:::
%%
表格 bg
| 第一栏的名称 | 第二栏的名称 |
|:-----|-----:|
| 第一行填内容 | 填数字 |
| 第二行填内容 | 填数字 |
%%
公式 gs
$$E = mc^2$$
%%
引文 yw
> 一句值得单独放大的话。
%%
列表 lb
- 第一条写什么
- 第二条写什么
%%
图集 tj
:::gallery
![第一张画的是什么](pictures/一.jpg "图注写在这里"){credit="图片的作者或来源" licence="写明许可或授权"}
![第二张画的是什么](pictures/二.jpg "图注写在这里"){credit="图片的作者或来源" licence="写明许可或授权"}
:::
%%
资源卡 zyk
:::card 仪器或平台的名称
地点: 所在地
summary: 一句话介绍。
url: https://example.com/address
:::
%%
政策 zc
:::policy 文件标题
number: 文号
issuer: 发文机关
issued:
url: https://example.com/address
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
开始时间: 2000-01-01 10:00
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
print("这里写代码")
```
%%
更正 gz
:::correction 2000-01-01
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
