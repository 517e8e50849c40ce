"""What WeChat takes out of an article, as dated data, and the clean-ups played through.

The vendor says three things only (no scripts, pictures uploaded first, sizes); the rest was measured by the
authors of public editors, and they differ. What most of them name, or the vendor, is a rule of the draft; what is
stricter, in conflict or a matter of the console's editor is a rule of the console, whose save does both. Where
sources conflict the strictest counts, so that whatever comes through is safe in every version of the app.
"""

import re
from types import MappingProxyType

from channels.making.cleaning import Attribute, Clean, Cleaner, Declaration, Element, Place
from channels.values import CleaningRule
from channels.wechat import survivors

_DOC = "developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add"
_DOCS_MD = "github.com/doocs/md services/export"
_MBEDITOR = "github.com/AAAAAnson/mbeditor docs/wechat-svg/html-css-restrictions.md"
_TEMPLATE = "github.com/limin112/wechat-publish-template references/wechat-html-constraints.md"
_STYLER = "github.com/zjp1997720/zhijian-skills wechat-styler/references/wechat-compatibility.md"
_CONSOLE = "github.com/iniwap/AIWriteX issues 32; github.com/yahuian/blog issues 10"
_OWN = "以上各家列出的可用标签、属性和样式之外，一律按会被删去对待"


def _rule(
    key: str, step: str, what: str, action: str, source: str, test: str, confidence: str = "client"
) -> CleaningRule:
    return CleaningRule(
        key=f"wechat.clean.{key}",
        step=step,
        what=what,
        action=action,
        source=source,
        read_on="2026-11-22",
        confidence=confidence,  # type: ignore[arg-type]
        test=f"tests/wechat/test_wechat_cleaning.py::{test}",
    )


def _named(*names: str) -> Element:
    return Element(lambda tag: tag.name in names)


def _gone(*names: str) -> Element:
    return Element(lambda tag: tag.name in names, whole=True)


def _attribute(pattern: str) -> Attribute:
    found = re.compile(pattern)
    return Attribute(lambda tag, name, value: bool(found.fullmatch(name)))


def _property(pattern: str) -> Declaration:
    found = re.compile(pattern)
    return Declaration(lambda first, name, value: bool(found.fullmatch(name)))


def _value(pattern: str) -> Declaration:
    found = re.compile(pattern)
    return Declaration(lambda first, name, value: bool(found.search(value)))


_EFFECTS = r"(?:-webkit-)?(?:transition|animation|filter|clip-path|mask|mix-blend-mode|backdrop-filter)(?:-.*)?"
_COLOUR = r"(?:rgba|hsla?|hwb|lab|lch|oklab|oklch|color(?:-mix)?)\("
_D, _C = "draft", "console"
_ALL = f"{_MBEDITOR}; {_TEMPLATE}; {_STYLER}"
CLEANS = (
    Clean(
        _rule("script", _D, "脚本 <script>", "连内容一起删去", _DOC, "test_a_script_goes_whole", "doc"), _gone("script")
    ),
    Clean(_rule("handler", _D, "事件属性 on*", "删去", _DOC, "test_handlers_go", "doc"), _attribute("on.*")),
    Clean(
        _rule("script_address", _D, "javascript: 地址", "删去", _DOC, "test_script_addresses_go", "doc"),
        Attribute(survivors.script_address),
    ),
    Clean(
        _rule(
            "sheet",
            _D,
            "<style>、<link> 等样式表",
            "连内容一起删去",
            f"{_DOCS_MD}; {_ALL}",
            "test_style_sheets_go_whole",
        ),
        _gone("style", "link", "meta", "base", "title", "head"),
    ),
    Clean(
        _rule(
            "embed",
            _D,
            "嵌入的视频、音频和网页",
            "连内容一起删去，后台自己插入的除外",
            _TEMPLATE,
            "test_embeds_go_whole",
        ),
        Element(
            lambda tag: (
                tag.name in ("iframe", "embed", "object", "video", "audio", "canvas", "source", "track")
                or tag.name.startswith(("mp-", "mpvo", "mpvi", "qqmusic"))
            ),
            whole=True,
        ),
    ),
    Clean(
        _rule("field", _D, "输入框 <input> 等", "连内容一起删去", _ALL, "test_fields_go_whole"),
        _gone("input", "select", "textarea", "datalist"),
    ),
    Clean(
        _rule("form", _D, "表单 <form>、<label>、<button>", "删去外壳，只留文字", _ALL, "test_forms_leave_their_words"),
        _named("form", "label", "button", "fieldset", "legend"),
    ),
    Clean(
        _rule("picture", _D, "没有上传到公众号的图片", "删去整张图", _DOC, "test_a_picture_from_elsewhere_goes", "doc"),
        Element(survivors.foreign_picture, whole=True),
    ),
    Clean(
        _rule("anchor", _D, "页内锚点链接", "删去链接，只留文字", _DOCS_MD, "test_anchors_leave_their_words"),
        Element(survivors.anchor),
    ),
    Clean(
        _rule(
            "link",
            _D,
            "外部链接",
            "删去链接，只留文字；已发表的公众号文章除外",
            _MBEDITOR,
            "test_outside_links_leave_their_words",
        ),
        Element(survivors.outside),
    ),
    Clean(
        _rule("id", _D, "id 属性", "删去", f"{_DOCS_MD}; {_TEMPLATE}; {_STYLER}", "test_ids_go"), _attribute("id|name")
    ),
    Clean(
        _rule("class", _D, "class 属性", "删去或失效", f"{_DOCS_MD}; {_TEMPLATE}; {_STYLER}", "test_classes_go"),
        _attribute("class"),
    ),
    Clean(
        _rule(
            "data", _D, "data-* 和 contenteditable 属性", "删去", f"{_TEMPLATE}; {_STYLER}", "test_data_attributes_go"
        ),
        _attribute("data-.*|contenteditable"),
    ),
    Clean(
        _rule(
            "position",
            _D,
            "position:absolute/fixed/sticky",
            "删去，版面会塌",
            f"{_MBEDITOR}; {_STYLER}",
            "test_positions_go",
        ),
        Declaration(lambda first, name, value: name == "position" and not re.fullmatch("relative|static", value)),
    ),
    Clean(
        _rule("grid", _D, "display:grid", "删去", f"{_MBEDITOR}; {_STYLER}", "test_a_grid_goes"),
        _value(r"^(?:inline-)?grid"),
    ),
    Clean(
        _rule("variable", _D, "样式变量 var()", "删去整条样式", f"{_DOCS_MD}; {_MBEDITOR}", "test_variables_go"),
        Declaration(lambda first, name, value: name.startswith("--") or "var(" in value),
    ),
    Clean(
        _rule("effect", _D, "动画、过渡、滤镜、裁切和混合", "删去", _ALL, "test_effects_go"),
        _property(_EFFECTS),
    ),
    Clean(
        _rule("at_rule", _D, "@规则和伪元素", "删去", _ALL, "test_at_rules_go"),
        Declaration(lambda first, name, value: name.startswith("@") or "{" in name + value or "::" in name + value),
    ),
    Clean(
        _rule("remark", _D, "注释和写坏的标签", "删去", _OWN, "test_remarks_and_broken_tags_go", "unverified"),
        Place("remark"),
    ),
    Clean(
        _rule(
            "division",
            _C,
            "<div>",
            "改成 <section>，或连样式一起丢",
            f"{_CONSOLE}; {_MBEDITOR}",
            "test_divisions_become_sections",
        ),
        Element(lambda tag: tag.name == "div", becomes="section"),
    ),
    Clean(
        _rule(
            "nested",
            _C,
            "列表里的列表",
            "移到条目后面，层级错位",
            _DOCS_MD,
            "test_nested_lists_move_behind_their_entry",
        ),
        Place("nested"),
    ),
    Clean(
        _rule(
            "placed",
            _C,
            "position:relative/static、z-index、top/left",
            "删去（各家说法不一，从严）",
            f"{_STYLER}; {_DOCS_MD}",
            "test_placing_goes",
        ),
        _property("position|z-index|top|right|bottom|left|inset.*"),
    ),
    Clean(
        _rule(
            "flex", _C, "display:flex 等", "可能删去（各家说法不一，从严）", f"{_STYLER}; {_TEMPLATE}", "test_flex_goes"
        ),
        Declaration(survivors.strange_display),
    ),
    Clean(_rule("float", _C, "float", "效果不一", _OWN, "test_floats_go", "unverified"), _property("float|clear")),
    Clean(
        _rule(
            "transform",
            _C,
            "transform",
            "可能删去（各家说法不一，从严）",
            f"{_TEMPLATE}; {_DOCS_MD}",
            "test_transforms_go",
        ),
        _property(r"(?:-webkit-)?(?:transform(?:-.*)?|translate|rotate|scale|perspective)"),
    ),
    Clean(
        _rule(
            "colour",
            _C,
            "rgba()、hsl() 等颜色",
            "底色可能消失（各家说法不一，从严），请用六位色值",
            f"{_STYLER}; {_MBEDITOR}",
            "test_colours_other_than_hex_go",
        ),
        _value(_COLOUR),
    ),
    Clean(
        _rule("important", _C, "!important", "删去整条样式", _MBEDITOR, "test_important_goes"), _value(r"!\s*important")
    ),
    Clean(
        _rule(
            "ground",
            _C,
            "没有上传到公众号的背景图，或带引号的地址",
            "删去",
            f"{_MBEDITOR}; {_TEMPLATE}",
            "test_grounds_from_elsewhere_go",
        ),
        Declaration(survivors.foreign_ground),
    ),
    Clean(
        _rule(
            "outer_ground", _C, "最外层的背景图", "删去", f"{_MBEDITOR}; {_TEMPLATE}", "test_the_outermost_ground_goes"
        ),
        Declaration(survivors.outer_ground),
    ),
    Clean(
        _rule("viewport", _C, "100vw 等视口单位", "宽度失控", _TEMPLATE, "test_viewport_units_go"),
        _value(r"\d(?:[sld]?v(?:w|h|min|max|i|b))\b"),
    ),
    Clean(
        _rule(
            "picture_size", _C, "图片的 width/height 属性", "删去，要写在 style 里", _DOCS_MD, "test_picture_sizes_go"
        ),
        Attribute(lambda tag, name, value: tag.name == "img" and name in ("width", "height")),
    ),
    Clean(
        _rule("drawing", _C, "没有 xmlns 或尺寸的 SVG", "删去整张图", _DOCS_MD, "test_drawings_without_a_size_go"),
        Element(survivors.bare_drawing, whole=True),
    ),
    Clean(
        _rule(
            "definition",
            _C,
            "SVG 的 <defs>、<marker>、<use> 等引用",
            "连内容一起删去",
            _DOCS_MD,
            "test_definitions_in_drawings_go",
        ),
        _gone(*"defs marker symbol use lineargradient radialgradient pattern clippath mask filter image".split()),  # noqa: SIM905
    ),
    Clean(
        _rule("reference", _C, "SVG 里的 href 和 url(#…)", "删去", _DOCS_MD, "test_references_in_drawings_go"),
        Attribute(survivors.drawing_reference),
    ),
    Clean(
        _rule(
            "motion",
            _C,
            "名单以外的 SVG 动画属性",
            "删去动画",
            f"{_DOCS_MD}; blog.iooioio.com/archives/SVG_AttributeName",
            "test_strange_motions_go",
        ),
        Element(survivors.strange_motion, whole=True),
    ),
    Clean(
        _rule(
            "foreign",
            _C,
            "foreignObject 里不是 <section xmlns>",
            "连内容一起删去",
            _DOCS_MD,
            "test_foreign_content_needs_a_section",
        ),
        Place("foreign"),
    ),
    Clean(
        _rule(
            "break",
            _C,
            "<pre> 里的换行",
            "并成一行，要写成 <br>",
            _DOCS_MD,
            "test_line_ends_in_listings_go",
            "unverified",
        ),
        Place("break"),
    ),
    Clean(
        _rule("gap", _C, "段落之间的空白和换行", "删去或变成空段", _OWN, "test_gaps_between_blocks_go", "unverified"),
        Place("gap"),
    ),
    Clean(
        _rule("tag", _C, "名单以外的标签", "删去标签，只留文字", _OWN, "test_strange_tags_leave_their_words", "own"),
        Element(lambda tag: tag.name not in survivors.TAGS),
    ),
    Clean(
        _rule("attribute", _C, "名单以外的属性", "删去", _OWN, "test_strange_attributes_go", "own"),
        Attribute(survivors.strange_attribute),
    ),
    Clean(
        _rule(
            "property",
            _C,
            "名单以外的样式",
            "删去",
            f"{_MBEDITOR}（实测文章的样式名单）",
            "test_strange_properties_go",
            "own",
        ),
        Declaration(survivors.strange_property),
    ),
)
RULES = tuple(one.rule for one in CLEANS)
CLEANINGS = MappingProxyType({_D: Cleaner(tuple(one for one in CLEANS if one.rule.step == _D)), _C: Cleaner(CLEANS)})
