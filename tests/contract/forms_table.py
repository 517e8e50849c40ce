"""Writes docs/blocks.md, the table block × channel, from what the channels themselves state.

python -m tests.contract.forms_table --write
"""

import sys
from pathlib import Path

from channels import registry
from channels.contract import Channel
from channels.making.kinds import NAMES
from channels.values import BLOCK_KINDS

PAGE = Path(__file__).parents[2] / "docs" / "blocks.md"


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
