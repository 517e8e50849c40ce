"""A story rich enough for a clip, with drawn pictures (and the corpus's photographs where they lie beside)."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from assets.pictures import Pictures
from channels.values import (
    Character,
    Dialogue,
    Figure,
    Heading,
    KeyFigure,
    Line,
    Manuscript,
    Paragraph,
    Picture,
    Profile,
    Quote,
    Text,
)

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus/images"
PHOTOGRAPHS = ("rocket.jpg", "hubble_deep_field.jpg", "exif_Portrait_1.jpg", "china.jpg")


def text(words: str) -> tuple[Text]:
    return (Text(words),)


def paragraph(words: str) -> Paragraph:
    return Paragraph(text=text(words))


def drawn(number: int, size: tuple[int, int] = (640, 427)) -> bytes:
    """A picture of waves: smooth, coloured, and different for each number."""
    x, y = np.meshgrid(np.linspace(0, 6, size[0]), np.linspace(0, 4, size[1]))
    waves = [np.sin(x * (number + 1) + y * k + k) * 90 + 128 for k in (1, 2, 3)]
    held = io.BytesIO()
    Image.fromarray(np.stack(waves, axis=-1).astype(np.uint8)).save(held, "PNG")
    return held.getvalue()


def photographs(assets: Pictures, real: bool = False) -> list[Picture]:
    """Four pictures, the third upright."""
    out = []
    for number, name in enumerate(PHOTOGRAPHS):
        content = (CORPUS / name).read_bytes() if real else drawn(number, (400, 640) if number == 2 else (640, 427))
        kept = assets.take_in(content, name)
        out.append(Picture(src=f"asset:{kept.hash}", alt="样图", credit=f"摄影 {number}", licence="CC0"))
    return out


def story(assets: Pictures, real: bool = False) -> Manuscript:
    first, second, third, fourth = photographs(assets, real)
    return Manuscript(
        slug="energy-catcher",
        headline="会“听”大地心跳的“能源捕手”，飞起来了",
        short_headlines=(("shipinhao", "“能源捕手”飞起来了"),),
        digest="成都理工大学研发的航空伽马能谱仪，装上无人机，半天就能为一座山做完一次“体检”。",
        byline=("李晓", "周蓉"),
        editor="陈编",
        column="成都黑科技",
        issue=128,
        published="2026-11-25",
        cover=first,
        topics=("航空伽马能谱仪", "成都理工大学"),
        cast=(
            Character(key="catcher", name="能源捕手", side="left", colour="#1c5f70"),
            Character(key="rong", name="小蓉", side="right", colour="#846500"),
        ),
        blocks=(
            paragraph("它不靠眼睛，靠的是一块会发光的晶体。每一种元素放出的伽马射线，能量都不一样，就像各有各的口音。"),
            Figure(picture=second, caption=text("飞行中记录下的能谱图")),
            paragraph("在眉山的试飞中，它用4个小时测完了120平方公里，比人工徒步快了近30倍。"),
            KeyFigure(value="305.48", unit="亿元", label="交易会成交总金额", note="2018成都全球创新创业交易会"),
            Heading(level=2, text=text("听它自己说")),
            Dialogue(
                lines=(
                    Line(speaker="rong", text=text("你飞那么高，怎么知道地下有什么？")),
                    Line(speaker="catcher", text=text("我不看，我听。岩石里的铀、钍、钾都会悄悄“说话”。")),
                    Line(speaker="rong", text=text("那你听得懂四川话吗？")),
                )
            ),
            Figure(picture=third, caption=text("工程师在检查探测晶体")),
            paragraph("团队花了6年，把200公斤的设备减到了18.5公斤。“每减一克都要和物理定律讨价还价。”"),
            Quote(blocks=(paragraph("好仪器不是实验室里的摆设，要飞到最难走的山上去。"),), cite="项目负责人"),
            Figure(picture=fourth, caption=text("预约平台面向全省开放")),
            paragraph("从本周起，省内单位可以在线预约它的“出诊”时间。"),
        ),
    )


def profile(unit: str = "chengdu", name: str = "成都科技", short: str = "成都", **more: object) -> Profile:
    return Profile(
        account=f"shipinhao:{unit}",
        channel="shipinhao",
        unit=unit,
        unit_name=f"{short}市科学技术局",
        unit_short=short,
        unit_path=("sichuan", unit),
        name=name,
        site_url=f"https://{unit}.example.cn",
        theme=unit,
        **more,  # type: ignore[arg-type]
    )
