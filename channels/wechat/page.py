"""The article around its blocks: 刊头, labels, notes, references, source line, 落款 and footer."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from channels.making import frame, words
from channels.making.article import Same, Sheet, brand
from channels.values import Blocks, Manuscript, Paragraph, Profile, slot_mark
from channels.wechat import scripts
from channels.wechat.look import ACCENT, INK2, LINE, RULE, SMALL, SOFT, section, small, tag
from channels.wechat.looks import brand_tokens
from themes import Theme


def compose(sheet: Sheet) -> str:
    """The whole article of a manuscript, for all brands at once."""
    return article(sheet, sheet.manuscript.blocks)


def article(sheet: Sheet, blocks: Blocks) -> str:
    """The article with ``blocks`` for its story, and each loss named once."""
    story = scripts.block(sheet.manuscript.lang, sheet.blocks(blocks))
    sheet.line = 0
    tail = (
        _footnotes(sheet) + _references(sheet) + _source(sheet.manuscript) + brand("lead") + _signoff(sheet) + _footer()
    )
    drawn = section(brand("body"), _head(sheet.manuscript) + _labels(sheet.manuscript) + story + tail)
    sheet.losses[:] = {(one.what, one.reason, one.line, one.excerpt): one for one in sheet.losses}.values()
    return _QUOTED.sub(lambda found: found[0].replace("&quot;", '"').replace("&#x27;", "'"), drawn)


def _head(manuscript: Manuscript) -> str:
    """刊头: the brand's name, the column and its number, in the shape of the look."""
    name = tag("span", brand("strip_name"), brand("name"))
    beside = ""
    if manuscript.column:
        number = f" · 第 {tag('span', brand('strip_number'), str(manuscript.issue))} 期" if manuscript.issue else ""
        beside = brand("strip_gap") + tag("span", brand("strip_column"), words.escape(manuscript.column) + number)
    return section(brand("strip"), tag("p", "margin:0", name + beside))


def _labels(manuscript: Manuscript) -> str:
    """What must be said before the story: subtitle, credit, source, and that a machine helped (R4, R7)."""
    out = []
    if manuscript.subtitle:
        style = f"margin:0 0 14px;text-align:left;font-size:16px;color:{INK2}"
        out.append(tag("p", style, words.escape(manuscript.subtitle)))
    facts = dict(frame.source_facts(manuscript))
    credit = [f"文｜{words.escape(' '.join(manuscript.byline))}"] if manuscript.byline else []
    credit += [f"{label}：{words.escape(facts[label])}" for label in ("来源", "作者") if label in facts]
    if credit:
        out.append(small("　".join(credit), "margin:0 0 20px;text-align:left"))
    if manuscript.ai_label:
        box = f"margin:0 0 24px;padding:8px 14px;background-color:{SOFT};border-left:3px solid {RULE}"
        out.append(section(box, small(f"AI 标识｜{words.escape(manuscript.ai_label)}")))
    return "".join(out)


_END = f"margin:28px 0 0;padding:14px 0 0;border-top:1px solid {LINE}"
_QUOTED = re.compile(r">[^<]*&(?:quot|#x27);[^<]*")  # in text, between tags, quotes need no six letters


def _end_heading(text: str) -> str:
    return tag("p", "margin:0 0 8px;font-size:15px;font-weight:700;text-align:left", text)


def _ending(heading: str, lines: list[str]) -> str:
    """A block of small print at the end, in one paragraph: every character counts toward the limit."""
    drawn = small("<br>".join(lines), "margin:0;text-align:left;word-break:break-all")
    return section(_END, _end_heading(heading) + drawn)


def _footnotes(sheet: Sheet) -> str:
    notes = sheet.footnotes()
    if not notes:
        return ""
    lines = []
    for number, one in notes:
        sheet.line = one.line or sheet.line
        inner = "<br>".join(
            sheet.inline(block.text) if isinstance(block, Paragraph) else sheet.block(block) for block in one.blocks
        )
        lines.append(f"注{number}　{inner}")
    body = "".join(tag("section", f"margin:0 0 6px;text-align:left;{SMALL}", line) for line in lines)
    return section(_END, _end_heading("注释") + body)


def _references(sheet: Sheet) -> str:
    """The addresses of the story's links: WeChat lets none of them be clicked in the text."""
    if not sheet.links:
        return ""
    return _ending("参考链接", [f"[{number}]　{words.escape(href)}" for href, number in sheet.links.items()])


def _source(manuscript: Manuscript) -> str:
    """The full source line of a reprint (R4)."""
    facts = frame.source_facts(manuscript)
    return _ending("转载来源", [f"{label}：{words.escape(value)}" for label, value in facts]) if facts else ""


def _signoff(sheet: Sheet) -> str:
    """落款: who answers for it, filled when it is signed."""
    sheet.slots["signoff"] = frame.SIGNOFF_SLOT
    editor = f"编辑：{words.escape(sheet.manuscript.editor)}　" if sheet.manuscript.editor else ""
    return small(f"{editor}{slot_mark('signoff')}", "margin:32px 0 0;text-align:right")


def _footer() -> str:
    style = f"margin:20px 0 0;padding:16px 0 8px;border-top:1px solid {LINE};text-align:center"
    name = tag("p", f"margin:0 0 4px;font-size:15px;line-height:1.6;font-weight:700;color:{ACCENT}", brand("unit_name"))
    return section(style, name + brand("contact"))


def _lead(name: str, brand_words: Mapping[str, str]) -> str:
    """首发: whose publication this one reprints, with its address once that is out; nothing for the lead itself."""
    if not name:
        return ""
    link = f'<a href="{slot_mark("lead_link")}" style="color:{ACCENT};text-decoration:none">查看首发</a>'
    drawn = _ending("首发", [f"本文首发于公众号“{words.escape(name)}”，{link}"])
    for mark, token in ((ACCENT, "accent_ink"), (INK2, "ink2"), (LINE, "line")):
        drawn = drawn.replace(mark, brand_words[token])
    return drawn


def account_tokens(profile: Profile, theme: Theme, look: str) -> MappingProxyType[str, str]:
    """What fills the marks of one account: its brand in ``look``, its name, how to reach it."""
    return _account_tokens(profile, Same(theme), look)


@lru_cache(maxsize=256)
def _account_tokens(profile: Profile, brand_of: Same[Theme], look: str) -> MappingProxyType[str, str]:
    theme = brand_of.value.worn(look)
    lines = [f"{words.escape(label)}：{words.escape(value)}" for label, value in profile.footer if value]
    if profile.contact:
        lines.insert(0, f"联系我们：{words.escape(profile.contact)}")
    if theme.token("footer"):
        lines.append(words.escape(theme.token("footer")))
    brand_words = brand_tokens(theme)
    contact = small("<br>".join(lines)).replace(INK2, brand_words["ink2"]) if lines else ""
    own = {
        "name": words.escape(theme.token("masthead") or profile.name),
        "unit_name": words.escape(profile.unit_name),
        "contact": contact,
        "lead": _lead(profile.setting("lead"), brand_words),
    }
    return MappingProxyType({**brand_words, **own})
