"""Stories for tests: one with every block kind, each holding a marker word; and one written to break out."""

import io

from PIL import Image, ImageDraw

from assets.pictures import Pictures
from channels.values import (
    AssetInfo,
    Audio,
    Block,
    Character,
    Code,
    CorrectionNotice,
    Dialogue,
    Divider,
    FactBox,
    Figure,
    Footnote,
    FootnoteRef,
    Formula,
    Gallery,
    Heading,
    InlineFormula,
    KeyFigure,
    Line,
    LineBreak,
    List,
    ListItem,
    LiveStream,
    LocalLead,
    LocalText,
    Manuscript,
    Mark,
    Paragraph,
    Picture,
    PolicyLink,
    Profile,
    Quote,
    RegionBlock,
    ResourceCard,
    Source,
    Table,
    Text,
    Video,
)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>]]>&lt;\x00\x01\x0b\x1b\x7f"
MARKS = "\x02own_link\x03\x04accent\x05"  # like our own marks; the freeze takes them out, makers do again


def marker(kind: str) -> str:
    """The word that shows a block of ``kind`` arrived."""
    return f"记号{kind.replace('_', '')}号记"


def t(text: str, *marks: Mark) -> Text:
    """A run of text."""
    return Text(text, marks)


def para(text: str, line: int = 0) -> Paragraph:
    """A plain paragraph."""
    return Paragraph(text=(t(text),), line=line)


def drawn_picture(colour: str = "#1c5f70", size: tuple[int, int] = (1200, 800), mime: str = "JPEG") -> bytes:
    """A picture made here: a ground, a horizon and a sun, so crops can be told apart."""
    picture = Image.new("RGB", size, colour)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, size[1] * 2 // 3, size[0], size[1]), fill="#dfdbd1")
    pen.ellipse((size[0] * 3 // 4, size[1] // 6, size[0] * 3 // 4 + 120, size[1] // 6 + 120), fill="#e6be5c")
    out = io.BytesIO()
    picture.save(out, mime)
    return out.getvalue()


def taken(assets: Pictures, content: bytes, alt: str, *, credit: str = "", ai: bool = False) -> Picture:
    """A picture in the store, ready for a block."""
    kept = assets.take_in(content, f"{alt}.jpg")
    return Picture(src=f"asset:{kept.hash}", alt=alt, credit=credit, licence="CC BY 4.0" if credit else "", ai=ai)


def profile(channel: str, unit: str = "chengdu", **changed: object) -> Profile:
    """The account of a prefecture on ``channel``."""
    values: dict[str, object] = {
        "account": f"{channel}:{unit}",
        "channel": channel,
        "unit": unit,
        "unit_name": "成都市科学技术局",
        "unit_short": "成都",
        "unit_path": ("sichuan", unit),
        "name": "成都科技",
        "site_url": f"https://kjt.example.gov.cn/{unit}",
        "theme": unit,
        "contact": "028-61881700",
        "footer": (("地址", "成都市高新区天府大道北段 966 号"),),
    }
    return Profile(**{**values, **changed})  # type: ignore[arg-type]


def all_kinds(assets: Pictures) -> Manuscript:
    """A rich story with every block kind; a block's marker is ``marker(kind)``, its line its place."""
    wide = taken(assets, drawn_picture(), "岷江边的观测站", credit="省气象台", ai=False)
    tall = taken(assets, drawn_picture("#846500", (800, 1200)), "银杏叶", ai=True)
    blocks = tuple(_placed(one, line) for line, one in enumerate(_blocks(wide, tall), 10))
    infos = tuple(
        AssetInfo(hash=one.hash, mime=one.mime, width=one.width, height=one.height, size=one.size)
        for one in (assets.info(picture.src.removeprefix("asset:")) for picture in (wide, tall))
    )
    return Manuscript(
        slug="all-kinds",
        headline="一篇用到每一种块的稿件",
        short_headlines=(("weibo", "每一种块都在"),),
        subtitle="它的每一块都带着一个记号",
        digest="这篇稿件用到了每一种块，用来检查各个渠道有没有漏掉什么。",
        byline=("张三", "李四"),
        editor="王五",
        source=Source(outlet="四川日报", author="赵六", url="https://sichuandaily.example/a", title="原来的题目"),
        column="成都黑科技",
        column_slug="heikeji",
        issue=128,
        cast=(
            Character(key="xiaoke", name="小科", side="left", colour="#1C5F70", picture=wide),
            Character(key="dashu", name="机器大叔", side="right", colour="#E6BE5C"),
        ),
        topics=("人工智能", "成都"),
        cover=wide,
        ai_label="本文部分图片由人工智能生成，经编辑核对",
        blocks=blocks,
        assets=infos,
    )


def _placed(block: Block, line: int) -> Block:
    object.__setattr__(block, "line", line)
    return block


def _blocks(wide: Picture, tall: Picture) -> tuple[Block, ...]:
    link = Mark(kind="link", href="https://example.org/a?b=1&c=2")
    article = Mark(kind="link", href="https://mp.weixin.qq.com/s/abc")
    return (
        Heading(level=2, text=(t(marker("heading")),)),
        Paragraph(
            text=(
                t(marker("paragraph")),
                t("重点", Mark(kind="strong")),
                t("着重", Mark(kind="em")),
                t("code()", Mark(kind="code")),
                t("删去", Mark(kind="strike")),
                t("H"),
                t("2", Mark(kind="sub")),
                t("O 的"),
                t("外部链接", link),
                t("和"),
                t("公众号文章", article),
                LineBreak(),
                t("机器写的一句", Mark(kind="ai")),
                FootnoteRef("1"),
                InlineFormula("E=mc^2"),
            )
        ),
        List(
            items=(
                ListItem(blocks=(para(marker("list")),)),
                ListItem(
                    blocks=(
                        para("第二条"),
                        List(items=(ListItem(blocks=(para("里层的一条"),)),), ordered=True),
                    )
                ),
                ListItem(blocks=(para("第三条"),)),
            )
        ),
        Quote(blocks=(para(marker("quote") + "科学要写给人看。"),), cite="一位读者"),
        Figure(picture=wide, caption=(t(marker("figure")),)),
        Gallery(
            figures=(Figure(picture=wide), Figure(picture=tall, caption=(t("银杏"),)), Figure(picture=wide)),
            caption=(t(marker("gallery")),),
        ),
        Video(src="https://video.example.org/v/1", title=marker("video"), poster=wide, seconds=95),
        Audio(
            src="https://audio.example.org/a/1",
            title=marker("audio"),
            seconds=61,
            transcript="录音的文字稿。",
        ),
        LiveStream(
            url="https://live.example.org/1",
            title=marker("live_stream"),
            state="live",
            starts="2026-11-22 14:00",
        ),
        Dialogue(
            lines=(
                Line(speaker="xiaoke", text=(t(marker("dialogue") + "你会读论文吗？"),)),
                Line(speaker="dashu", text=(t("会。我一秒钟能读三篇，就是读完爱忘。"),)),
                Line(speaker="dashu", text=(t("所以还是你们写得短一些好。"),)),
            )
        ),
        Table(
            header=((t("市州"),), (t("高新技术企业"),)),
            rows=(((t(marker("table")),), (t("12,345"),)), ((t("绵阳"),), (t("1,024"),))),
            aligns=("", "right"),
            caption="2025 年数据",
        ),
        Code(text=f"def 读(稿件):\n    return '{marker('code')}' < \"a\" & 1", syntax="python"),
        Formula(tex=r"\frac{a}{b} = \sqrt{x^2 + 1}", alt=marker("formula")),
        FactBox(title="小知识", blocks=(para(marker("fact_box")),)),
        Divider(),
        ResourceCard(
            title=marker("resource_card"),
            fields=(("依托单位", "四川大学"), ("开放时间", "工作日")),
            summary="可预约的电子显微镜。",
            url="https://res.example.org/1",
        ),
        PolicyLink(
            title=marker("policy_link"),
            url="https://gov.example.cn/p/1",
            number="川科发〔2026〕8 号",
            issuer="四川省科学技术厅",
            issued="2026-03-01",
        ),
        KeyFigure(value="428", unit="万", label=marker("key_figure"), note="截至 2026 年 10 月"),
        RegionBlock(units=("chengdu",), blocks=(para(marker("region")),)),
        LocalLead(texts=(LocalText(unit="chengdu", text=(t(marker("local_lead")),)),)),
        CorrectionNotice(corrected="2026-11-20", was="3 家", now=marker("correction")),
        Paragraph(text=(t("这一段由机器写成。"),), ai=True),
        Footnote(label="1", blocks=(para(marker("footnote")),)),
    )


def hostile(assets: Pictures, bad: str = HOSTILE) -> Manuscript:
    """A story whose every word tries to break out of its place."""
    picture = taken(assets, drawn_picture(), bad, credit=bad)
    return Manuscript(
        slug="hostile",
        headline=bad,
        subtitle=bad,
        digest=bad,
        byline=(bad,),
        editor=bad,
        column=bad,
        topics=(bad,),
        ai_label=bad,
        source=Source(outlet=bad, author=bad, url=f"javascript:{bad}", title=bad + "2", published=bad),
        cast=(Character(key="a", name=bad, colour='#fff" onload="x', picture=None),),
        cover=picture,
        blocks=(
            Heading(level=1, text=(t(bad),)),
            Paragraph(text=(t(bad, Mark(kind="link", href=f"javascript:alert(1){bad}")), t(bad, Mark(kind="code")))),
            Paragraph(text=(t("x", Mark(kind="link", href=f"https://mp.weixin.qq.com/{bad}")), FootnoteRef(bad))),
            Paragraph(
                text=(
                    t("y", Mark(kind="link", href=f"https://e.org/{bad}")),
                    t(bad, Mark(kind="lang", lang=bad)),
                )
            ),
            List(items=(ListItem(blocks=(para(bad),)),)),
            Quote(blocks=(para(bad),), cite=bad),
            Figure(picture=picture, caption=(t(bad),)),
            Gallery(figures=(Figure(picture=picture), Figure(picture=picture)), caption=(t(bad),)),
            Video(src=f"https://e.org/{bad}", title=bad, caption=(t(bad),)),
            Audio(src=f"https://e.org/{bad}", title=bad, transcript=bad),
            LiveStream(url=f"javascript:{bad}", title=bad, state=bad, starts=bad),
            Dialogue(lines=(Line(speaker="a", text=(t(bad),)), Line(speaker=bad, text=(t(bad),)))),
            Table(header=((t(bad),),), rows=(((t(bad),),),), aligns=(bad,), caption=bad),
            Code(text=bad, syntax=bad),
            Formula(tex="x", alt=bad),
            FactBox(title=bad, blocks=(para(bad),)),
            ResourceCard(title=bad, fields=((bad, bad),), summary=bad, url=f"javascript:{bad}"),
            PolicyLink(title=bad, url=f"javascript:{bad}", number=bad, issuer=bad, issued=bad),
            KeyFigure(value=bad, label=bad, unit=bad, note=bad),
            CorrectionNotice(corrected=bad, was=bad, now=bad),
            Footnote(label=bad, blocks=(para(bad),)),
        ),
    )
