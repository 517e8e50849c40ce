"""The stories of a rehearsal: short, Chinese, each about something else, made of one set of dice."""

import random
from dataclasses import dataclass, replace

PLACES = (
    "成都高新区",
    "绵阳科技城",
    "宜宾三江新区",
    "德阳装备产业园",
    "泸州国家高新区",
    "攀枝花钒钛园",
    "乐山硅材料基地",
    "南充临江新区",
    "达州产教园",
    "自贡航空产业园",
    "遂宁锂电产业园",
    "内江高新区",
)
THINGS = (
    "氢能重卡",
    "量子通信干线",
    "高海拔宇宙线观测",
    "超导磁悬浮",
    "核医疗同位素",
    "工业软件",
    "卫星互联网终端",
    "深地实验",
    "川藏铁路隧道监测",
    "竹基复合材料",
    "柔性显示",
    "无人机巡检",
    "冬小麦育种",
    "泡菜菌种库",
    "智慧水利",
)
DEEDS = (
    "完成首轮试运行",
    "通过专家组验收",
    "公布年度进展",
    "启动第二期建设",
    "开放预约参观",
    "发布技术白皮书",
    "实现稳定供货",
    "交付第一批用户",
    "签下联合攻关协议",
    "入选省级示范名单",
)
WHO = (
    "省科技厅",
    "项目组",
    "中国科学院成都分院",
    "四川大学团队",
    "电子科技大学团队",
    "园区管委会",
    "课题负责人",
    "省气象局",
)
SAID = ("介绍，", "表示，", "说，", "在通报会上指出，")
DETAILS = (
    "设备连续工作{n}小时没有停机",
    "参与调试的工程师有{n}人",
    "与上一代相比能耗下降{n}‰",
    "累计采集样本{n}份",
    "周边{n}所学校预约了课程",
    "相关专利增加到{n}项",
    "服务范围扩大到{n}个乡镇",
    "单次运行成本降到{n}元",
    "数据回传间隔缩短到{n}秒",
    "首批投入资金{n}万元",
)
CLOSES = ("下一步将在更多市州推广。", "全部结果将向社会公开。", "具体安排以官方通知为准。", "后续进展我们将持续关注。")
HAZARDS = ("暴雨红色预警", "地质灾害气象风险预警", "大风蓝色预警", "森林火险橙色预警", "低温雨雪预警")
COLOURS = ("#1f4e79", "#7a1f1f", "#1f7a4e", "#6b4e1f", "#4e1f7a", "#2d2d2d")


@dataclass(frozen=True, slots=True)
class Draft:
    """A story as the desk writes it. ``figure`` stands in the text and is what a correction changes; ``colour`` is the
    picture's."""

    slug: str
    headline: str
    paragraphs: tuple[str, ...]
    figure: str
    colour: str
    column: tuple[str, str] = ("", "")
    correction: str = ""

    @property
    def text(self) -> str:
        """The Markdown."""
        column = f"column: {self.column[1]}\ncolumn_slug: {self.column[0]}\n" if self.column[0] else ""
        front = (
            f"---\nslug: {self.slug}\nheadline: {self.headline}\ndigest: {self.paragraphs[0][:40]}\n"
            f"byline: 记者 演练\n{column}cover: pictures/{self.picture}\n---\n\n"
        )
        body = "\n\n".join(
            (self.paragraphs[0], f'![资料图](pictures/{self.picture}){{credit="本社"}}', *self.paragraphs[1:])
        )
        return f"{front}{body}\n"

    @property
    def picture(self) -> str:
        """The name of its picture."""
        return f"{self.colour.removeprefix('#')}.png"


def compose(dice: random.Random, day: int, number: int, words: int, column: tuple[str, str] | None) -> Draft:
    """A story of the ``day``: ``words`` paragraphs about one thing at one place."""
    place, thing, deed = dice.choice(PLACES), dice.choice(THINGS), dice.choice(DEEDS)
    serial = day * 50 + number + 1
    figure = f"{dice.randrange(1000, 9999)}项指标"
    lead = f"{place}的{thing}项目{deed}，本轮共核对{figure}，编号{serial}。"
    paragraphs = (lead, *(_paragraph(dice, thing) for _ in range(max(1, words - 1))))
    return Draft(
        slug=f"d{day + 1:02}-{number + 1}",
        headline=f"{place}{thing}{deed}（{serial}）",
        paragraphs=paragraphs,
        figure=figure,
        colour=dice.choice(COLOURS),
        column=column or ("", ""),
    )


def _paragraph(dice: random.Random, thing: str) -> str:
    details = dice.sample(DETAILS, 3)
    said = "，".join(one.format(n=dice.randrange(10, 9999)) for one in details)
    return f"{dice.choice(WHO)}{dice.choice(SAID)}{thing}{said}。{dice.choice(CLOSES)}"


def corrected(dice: random.Random, draft: Draft) -> Draft:
    """The same story with its figure put right."""
    figure = f"{dice.randrange(100, 999)}项指标"
    paragraphs = tuple(one.replace(draft.figure, figure) for one in draft.paragraphs)
    return replace(draft, paragraphs=paragraphs, figure=figure)


def warning(dice: random.Random, day: int) -> Draft:
    """A flash: what is coming, where, until when to take care."""
    hazard, place = dice.choice(HAZARDS), dice.choice(PLACES)
    figure = f"{dice.randrange(20, 90)}毫米"
    lead = f"{place}发布{hazard}，未来数小时局地影响明显，预计累计{figure}，请注意防范。"
    more = f"{dice.choice(WHO)}提醒：减少外出，远离危险地段，{dice.choice(CLOSES)}"
    return Draft(
        slug=f"flash-{day + 1:02}",
        headline=f"{place}{hazard}（第{day + 1}号）",
        paragraphs=(lead, more),
        figure=figure,
        colour=dice.choice(COLOURS),
    )
