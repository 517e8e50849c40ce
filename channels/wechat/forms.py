"""How WeChat shows each kind of block, in words for the table in the documentation."""

from types import MappingProxyType

from channels.contract import Form

FORMS = MappingProxyType(
    {
        "heading": Form("标题（品牌色短线）"),
        "paragraph": Form("段落，段间留白不缩进"),
        "list": Form("列表；多层列表改为逐级缩进的平列表"),
        "quote": Form("引文，按品牌的竖线、引号或框"),
        "figure": Form("图片加图注、图源"),
        "gallery": Form("两两并排，按焦点裁 4:3", native=False),
        "video": Form("封面、标题和地址；本单位视频指向阅读原文", native=False),
        "audio": Form("标题、地址和文字稿", native=False),
        "live_stream": Form("状态、标题、时间和地址", native=False),
        "dialogue": Form("左右对话气泡，角色头像和颜色"),
        "table": Form("表格，宽表可左右滑动"),
        "code": Form("等宽代码框"),
        "formula": Form("SVG 路径，随正文颜色"),
        "fact_box": Form("浅色框"),
        "divider": Form("三点分隔"),
        "resource_card": Form("带行的卡片，地址写成文字"),
        "policy_link": Form("政策卡片，地址写成文字", native=False),
        "key_figure": Form("居中大数字"),
        "region": Form("渲染前按单位取舍，留下的照其内容显示"),
        "local_lead": Form("渲染前取本单位的一段，成为普通段落"),
        "footnote": Form("文末注释，正文上标注号", native=False),
        "correction": Form("更正框，写明原文与更正"),
    }
)
