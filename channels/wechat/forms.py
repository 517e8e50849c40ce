"""How WeChat shows each kind of block, in words for the table in the documentation."""

from types import MappingProxyType

from channels.contract import Form

FORMS = MappingProxyType(
    {
        "heading": Form("标题，按版式：短线、带编号的页签、居中宋体双线"),
        "paragraph": Form("段落，段间留白不缩进"),
        "list": Form("列表；多层列表和不从 1 起的编号改为带编号的段落"),
        "quote": Form("引文，按品牌的竖线、引号或框"),
        "figure": Form("图片加图注、图源"),
        "gallery": Form("两两并排（4:3），五张起三张一排（1:1），按焦点裁切"),
        "video": Form("封面、标题和地址；本单位视频指向阅读原文", native=False),
        "audio": Form("标题、地址和文字稿", native=False),
        "live_stream": Form("状态、标题、时间和地址", native=False),
        "dialogue": Form("左右对话气泡，角色头像和颜色，头像署名在后"),
        "table": Form("表格，按版式画线，宽表可左右滑动"),
        "code": Form("等宽代码框"),
        "formula": Form("SVG 路径，随正文颜色；全文放不下时改为图片"),
        "fact_box": Form("按版式：浅色框、圆角卡、双线框"),
        "divider": Form("按版式：三点、斜线、菱形"),
        "resource_card": Form("带行的卡片，地址写成文字"),
        "policy_link": Form("政策卡片，地址写成文字", native=False),
        "key_figure": Form("居中大数字，按版式加线、底或双线"),
        "region": Form("渲染前按单位取舍，留下的照其内容显示"),
        "local_lead": Form("渲染前取本单位的一段，成为普通段落"),
        "footnote": Form("文末注释，正文上标注号", native=False),
        "correction": Form("更正框，写明原文与更正"),
    }
)
