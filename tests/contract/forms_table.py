"""Writes docs/blocks.md, the table block × channel, from what the channels themselves state.

python -m tests.contract.forms_table --write
"""

import sys
from pathlib import Path

from channels import registry
from channels.contract import Channel
from channels.values import BLOCK_KINDS

PAGE = Path(__file__).parents[2] / "docs" / "blocks.md"
NAMES = {
    "heading": "标题",
    "paragraph": "段落",
    "list": "列表",
    "quote": "引文",
    "figure": "图片",
    "gallery": "图集",
    "video": "视频",
    "audio": "音频",
    "live_stream": "外部直播",
    "dialogue": "拟人对白",
    "table": "表格",
    "code": "代码",
    "formula": "公式",
    "fact_box": "小知识",
    "divider": "分隔",
    "resource_card": "资源卡",
    "policy_link": "政策链接",
    "key_figure": "关键数字",
    "region": "地区块",
    "local_lead": "地方导语",
    "footnote": "脚注",
    "correction": "更正",
}


def page() -> str:
    """The page as it should stand."""
    channels = sorted(registry.all_channels().values(), key=lambda one: one.name)
    head = "| 块 | " + " | ".join(f"{one.title} `{one.name}`" for one in channels) + " |"
    rule = "|---" * (len(channels) + 1) + "|"
    rows = [_row(kind, channels) for kind in BLOCK_KINDS]
    return "\n".join([_INTRODUCTION, head, rule, *rows, ""])


def _row(kind: str, channels: list[Channel]) -> str:
    cells = (_cell(one, kind) for one in channels)
    return f"| {NAMES[kind]} `{kind}` | " + " | ".join(cells) + " |"


def _cell(channel: Channel, kind: str) -> str:
    form = channel.forms[kind]
    return ("" if form.native else "△ ") + form.form.replace("|", "\\|")


_INTRODUCTION = """# 块与渠道

每个渠道怎样显示每一种块。△ 是替代形式：渠道没有这种块，用写明的办法代替；替代和删去在发布前逐条列给编辑。
本页由 `python -m tests.contract.forms_table --write` 生成，测试会核对，请不要手改。
"""


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
