"""What the Toutiao console takes out of a pasted article, as dated data, and the clean-up played through.

No list is published; what is known was read off a client that posts to the live console and off the console itself.
One step: the paste. At publishing a picture from elsewhere refuses the whole article (7115), so here it counts as lost.
"""

import re
from types import MappingProxyType

from channels.making.cleaning import Attribute, Clean, Cleaner, Element, Place
from channels.making.tags import Tag
from channels.values import CleaningRule

_CLIENT = "github.com/AceDataCloud/Skills skills/toutiao"
_CONSOLE = "mp.toutiao.com/profile_v4/graphic/publish"
_OWN = "已知可用的标签和属性之外，一律按会被删去对待"


def _rule(key: str, what: str, action: str, source: str, test: str, confidence: str = "unverified") -> CleaningRule:
    return CleaningRule(
        key=f"toutiao.clean.{key}",
        step="draft",
        what=what,
        action=action,
        source=source,
        read_on="2026-11-22",
        confidence=confidence,  # type: ignore[arg-type]
        test=f"tests/toutiao/test_toutiao_cleaning.py::{test}",
    )


_TAGS = frozenset("p h1 h2 h3 strong em blockquote ul ol li img table tbody tr th td br".split())  # noqa: SIM905
_PICTURE = frozenset(("src", "alt", "img_width", "img_height", "image_type", "mime_type", "web_uri"))
_BOXES = frozenset("div section article figure figcaption pre h4 h5 h6 dl dt dd".split())  # noqa: SIM905
_WHOLE = frozenset(
    "script style link meta base title head iframe embed object video audio canvas svg math form input select "  # noqa: SIM905
    "textarea button noscript template".split()
)
_SLOT = re.compile("\x02[^\x02\x03]*\x03")
_UPLOADED = re.compile(r"https?://[a-z0-9.-]+\.(?:toutiaoimg\.com|byteimg\.com|pstatp\.com)/", re.IGNORECASE)


def _foreign_picture(tag: Tag) -> bool:
    source = tag.value("src") or ""
    uploaded = _UPLOADED.match(source) and tag.value("web_uri")
    return tag.name == "img" and not (_SLOT.fullmatch(source) or uploaded)


def _strange(tag: Tag, name: str, value: str) -> bool:
    return not (tag.name == "img" and name in _PICTURE)


CLEANS = (
    Clean(
        _rule("active", "脚本、样式表、嵌入、表单和 SVG", "连内容一起删去", _CONSOLE, "test_active_elements_go_whole"),
        Element(lambda tag: tag.name in _WHOLE, whole=True),
    ),
    Clean(
        _rule(
            "picture",
            "没有上传到头条的图片",
            "整篇退回（7115）",
            _CLIENT,
            "test_a_picture_from_elsewhere_goes",
            "client",
        ),
        Element(_foreign_picture, whole=True),
    ),
    Clean(
        _rule("link", "链接", "不能点，只留文字", _CONSOLE, "test_links_leave_their_words"),
        Element(lambda tag: tag.name == "a"),
    ),
    Clean(
        _rule("box", "段落以外的容器和四级以下标题", "改成段落", _OWN, "test_boxes_become_paragraphs", "own"),
        Element(lambda tag: tag.name in _BOXES, becomes="p"),
    ),
    Clean(
        _rule(
            "tag", "名单以外的标签", "删去标签，只留文字", f"{_CONSOLE}; {_OWN}", "test_strange_tags_leave_their_words"
        ),
        Element(lambda tag: tag.name not in _TAGS),
    ),
    Clean(
        _rule("style", "内联样式", "大多删去", _CONSOLE, "test_styles_go"),
        Attribute(lambda tag, name, value: name == "style"),
    ),
    Clean(
        _rule("attribute", "图片以外的属性", "删去", _OWN, "test_strange_attributes_go", "own"),
        Attribute(_strange),
    ),
    Clean(
        _rule("nested", "列表里的列表", "移到条目后面", _OWN, "test_nested_lists_move_behind_their_entry"),
        Place("nested"),
    ),
    Clean(
        _rule("remark", "注释和写坏的标签", "删去", _OWN, "test_remarks_and_broken_tags_go"),
        Place("remark"),
    ),
)
RULES = tuple(one.rule for one in CLEANS)
CLEANINGS = MappingProxyType({"draft": Cleaner(CLEANS)})
