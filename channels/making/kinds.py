"""The Chinese name of each kind of block, as editors and the documentation read it."""

from types import MappingProxyType

NAMES = MappingProxyType(
    {
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
)
