"""A story with every kind of block, a tiny picture store, and the accounts that carry it: shared by tests."""

import io
from datetime import datetime, timedelta, timezone

from PIL import Image, ImageDraw

from assets.pictures import Pictures
from channels import values as v
from channels.making.entries import Entry
from tests.pictures import pictures as pictures

CST = timezone(timedelta(hours=8))


def drawn(width: int, height: int, colour: str) -> bytes:
    """A small picture made on the spot: a ground and three rings."""
    image = Image.new("RGB", (width, height), colour)
    pen = ImageDraw.Draw(image)
    for ring in (0.45, 0.3, 0.15):
        reach = min(width, height) * ring
        box = (width / 2 - reach, height / 2 - reach, width / 2 + reach, height / 2 + reach)
        pen.ellipse(box, outline="white", width=max(2, width // 200))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def t(text: str, *marks: v.Mark) -> v.Text:
    return v.Text(text, marks)


def p(text: str) -> v.Paragraph:
    return v.Paragraph(text=(t(text),))


def story(kept: Pictures, contents: tuple[bytes, ...] = (), **changes: object) -> v.Manuscript:
    """《芯粒》, with every kind of block. ``contents``: four pictures to use instead of the drawn ones."""
    given = contents or tuple(
        drawn(1600, 1000 + 100 * n, c) for n, c in enumerate(("#1C5F70", "#846500", "#5B4A94", "#2F7A2A"))
    )
    taken = [kept.take_in(content, f"{n}.jpg") for n, content in enumerate(given)]
    sound = kept.store.put(b"not really a sound")
    film = kept.store.put(b"not really a film")

    def shown(place: int, alt: str, **more: object) -> v.Picture:
        return v.Picture(src=f"asset:{taken[place].hash}", alt=alt, **more)  # type: ignore[arg-type]

    blocks: v.Blocks = (
        v.CorrectionNotice(corrected="2026-11-20", was="0.42 pJ/bit", now="0.38 pJ/bit"),
        v.Paragraph(
            text=(
                t("把一颗大芯片拆成几颗小的，再"),
                t("像搭积木一样", v.Mark("em")),
                t("拼回去，听起来像走回头路。可在成都高新区的一间洁净室里，"),
                t("十一位工程师", v.Mark("strong")),
                t("用两年时间证明：拆开之后，良率从 46% 升到了 87%，成本少了三分之一"),
                v.FootnoteRef("yield"),
                t("。"),
            )
        ),
        v.LocalLead(texts=(v.LocalText(unit="zigong", text=(t("自贡的盐卤化工企业为它提供了高纯材料。"),)),)),
        v.Heading(level=2, text=(t("为什么要拆"),)),
        v.Paragraph(
            text=(
                t("一片晶圆上的缺陷是撒芝麻式的。芯片面积"),
                v.InlineFormula("A"),
                t("越大，躲开缺陷的机会越小。泊松模型给出的良率是："),
            )
        ),
        v.Formula(tex=r"Y = e^{-A D_0} \approx \frac{1}{1 + A D_0}", alt="良率约等于一除以一加面积乘缺陷密度"),
        v.KeyFigure(value="87", unit="%", label="封装后良率", note="拆分前 46%"),
        v.KeyFigure(value="0.38", unit="pJ/bit", label="片间传输能耗"),
        v.KeyFigure(value="428", unit="万", label="首批订单"),
        v.Figure(
            picture=shown(0, "洁净室里的贴片机正在放置芯粒", credit="受访单位供图"),
            caption=(t("贴片机每小时可放置 3,200 颗芯粒，误差不超过 1.5 微米。"),),
        ),
        v.Dialogue(
            lines=(
                v.Line(speaker="xin", text=(t("我是一颗芯粒，边长只有 4 毫米。单独看，我什么也算不了。"),)),
                v.Line(speaker="wen", text=(t("那你怎么和邻居说话？"),)),
                v.Line(
                    speaker="xin",
                    text=(
                        t("靠脚下这块"),
                        t("硅中介层", v.Mark("strong")),
                        t("。一平方毫米里有上千根线，比头发丝细一百倍。"),
                    ),
                ),
                v.Line(speaker="guest", text=(t("线越短，说话越省力。"),)),
            )
        ),
        v.Heading(level=2, text=(t("三条路线"),)),
        v.List(
            items=(
                v.ListItem(blocks=(p("有机基板：便宜，线宽 10 微米；"),)),
                v.ListItem(blocks=(p("硅中介层：线宽 0.4 微米，成本高；"),)),
                v.ListItem(
                    blocks=(
                        p("玻璃基板：介于两者之间。"),
                        v.List(items=(v.ListItem(blocks=(p("翘曲小，适合大尺寸"),)),)),
                    )
                ),
            ),
            ordered=True,
        ),
        v.Table(
            header=((t("路线"),), (t("线宽 / 微米"),), (t("能耗 / pJ·bit⁻¹"),), (t("状态"),)),
            rows=(
                ((t("有机基板"),), (t("10"),), (t("1.20"),), (t("量产"),)),
                ((t("硅中介层"),), (t("0.4"),), (t("0.38"),), (t("小批量"),)),
                ((t("玻璃基板"),), (t("2"),), (t("0.55"),), (t("中试"),)),
            ),
            aligns=("", "right", "right", ""),
            caption="三种封装路线比较",
        ),
        v.Heading(level=3, text=(t("代价在哪里"),)),
        v.Quote(
            blocks=(p("不是把题做大，而是把题拆对。拆错了，线比电路还贵。"),),
            cite="项目负责人 林知远",
        ),
        v.FactBox(
            title="小知识 · 芯粒（Chiplet）",
            blocks=(p("把功能拆成独立制造的小裸片，再用先进封装合成一颗芯片的做法。"),),
        ),
        v.Code(text="for die in wafer:\n    if die.passed():\n        stack.append(die)", syntax="python"),
        v.Gallery(
            figures=(
                v.Figure(picture=shown(1, "显微镜下的微凸点"), caption=(t("微凸点"),)),
                v.Figure(picture=shown(2, "待切割的晶圆"), caption=(t("晶圆"),)),
            ),
            caption=(t("从晶圆到封装，只隔一道墙。"),),
        ),
        v.Figure(picture=shown(3, "示意图：芯粒通过中介层互连", ai=True), caption=(t("芯粒互连示意"),), ai=False),
        v.Video(src="https://example.org/film/1", title="走进洁净室", seconds=96, poster=shown(1, "洁净室")),
        v.Video(src=f"asset:{film}", title="封装过程", seconds=30, poster=shown(2, "封装")),
        v.Audio(src=f"asset:{sound}", title="工程师口述", seconds=185, transcript="那天夜里第一片亮了。"),
        v.LiveStream(url="https://example.org/live/9", title="先进封装论坛", state="upcoming", starts="11-28 09:30"),
        v.ResourceCard(
            title="先进封装公共测试平台",
            fields=(("开放时间", "工作日 9:00-17:00"), ("地点", "成都高新区"), ("预约", "提前 3 个工作日")),
            summary="向省内中小企业开放热、电、可靠性三类测试。",
            url="https://example.org/r/1",
        ),
        v.PolicyLink(
            title="关于支持集成电路产业高质量发展的若干政策",
            url="https://example.org/policy",
            number="川办发〔2026〕12号",
            issuer="四川省人民政府办公厅",
            issued="2026-06-01",
        ),
        v.Divider(),
        v.Paragraph(text=(t("本段由模型整理，经编辑核对。"),), ai=True),
        v.Paragraph(
            text=(
                t("模型补充："),
                t("全球约有 40 家企业在做同样的事", v.Mark("ai")),
                t("。更多见"),
                t("项目主页", v.Mark("link", href="https://example.org/chiplet")),
                v.FootnoteRef("yield"),
                t("。"),
                v.LineBreak(),
                t("H"),
                t("2", v.Mark("sub")),
                t("O、"),
                t("make all", v.Mark("code")),
                t("、"),
                t("旧称", v.Mark("strike")),
                t("。"),
            )
        ),
        v.Paragraph(text=(t("བོད་ཡིག་གི་ཚན་རིག"),), lang="bo"),
        v.Paragraph(text=(t("（本刊记者）"),), align="right"),
        v.RegionBlock(units=("ganzi",), blocks=(p("甘孜的高原测试场明年启用。"),)),
        v.Footnote(label="yield", blocks=(p("良率数据为 2026 年 9 月第三方抽检，样本 1,200 颗。"),)),
    )
    fields: dict[str, object] = {
        "slug": "xinli-pinban",
        "headline": "把大芯片拆小：一群成都工程师的“拼板”实验",
        "subtitle": "芯粒封装良率从 46% 到 87% 的两年",
        "digest": "面积越大，良率越低。拆成芯粒再拼回去，成都这支团队把片间能耗降到 0.38 pJ/bit，成本少了三分之一。",
        "byline": ("周见山", "何小满"),
        "editor": "陈一鸣",
        "column": "成都黑科技",
        "column_slug": "hei-keji",
        "issue": 128,
        "topics": ("芯片", "封装"),
        "ai_label": "本文含人工智能生成的图片与段落，均已标注并由编辑核对。",
        "cover": shown(0, "洁净室里的贴片机", focus_x=500, focus_y=400),
        "cast": (
            v.Character(key="xin", name="芯芯", side="left"),
            v.Character(key="wen", name="小问", side="right"),
            v.Character(key="guest", name="林工", side="left", picture=shown(2, "林工")),
        ),
        "assets": (
            *(
                v.AssetInfo(hash=one.hash, mime=one.mime, width=one.width, height=one.height, size=one.size)
                for one in taken
            ),
            v.AssetInfo(hash=film, mime="video/mp4", size=17, name="f.mp4"),
            v.AssetInfo(hash=sound, mime="audio/mpeg", size=18, name="a.mp3"),
        ),
        "blocks": blocks,
    }
    return v.Manuscript(**{**fields, **changes})  # type: ignore[arg-type]


def profile(unit: str = "chengdu", channel: str = "site", **changes: object) -> v.Profile:
    fields: dict[str, object] = {
        "account": f"{channel}:{unit}",
        "channel": channel,
        "unit": unit,
        "unit_name": "成都市科学技术局",
        "unit_short": "成都",
        "unit_path": ("sichuan", unit),
        "name": "成都科技微站",
        "site_url": f"https://kj.{unit}.example.cn",
        "theme": unit,
        "contact": "028-0000 0000",
        "footer": (("承办单位", "成都市科技信息中心"), ("ICP 备案", "蜀ICP备00000000号-1")),
    }
    return v.Profile(**{**fields, **changes})  # type: ignore[arg-type]


def entry(number: int, **changes: object) -> Entry:
    """Story ``number`` of a column, one every third day."""
    at = datetime(2026, 1, 7, 9, tzinfo=CST) + timedelta(days=3 * number)
    fields: dict[str, object] = {
        "slug": f"story-{number}",
        "path": f"s/story-{number}.html",
        "headline": f"第 {number} 篇：一次测量的来历",
        "digest": "从一个读数说起，看一台仪器怎样走出实验室。",
        "published_at": at,
        "changed_at": at,
        "guid": f"tag:kj.example.cn,2026:chengdu/story-{number}",
        "item_html": f'<p>第 {number} 篇的全文 &amp; 图：<a href="https://example.org/">链接</a></p>',
        "column": "成都黑科技",
        "column_slug": "hei-keji",
        "issue": number,
        "byline": ("周见山",),
    }
    return Entry(**{**fields, **changes})  # type: ignore[arg-type]
