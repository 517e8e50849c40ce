"""Reprints (R4) and the list of outlets one may reprint from (R5); interpretations and their policies."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from channels.making.words import of_block
from channels.values import Finding, Manuscript, PolicyLink
from cms.checks import folding
from cms.checks.passages import Level, Reading
from cms.checks.words import Entry

_INTERPRETS = re.compile(r"解读|一图读懂|图解|政策问答|答记者问|一图看懂")
_SPACE = re.compile(r"[\s\u3000]+")
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Original:
    """The original of a reprint as it was saved: its text, where from and when (YYYY-MM-DD)."""

    text: str
    url: str = ""
    saved_on: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One place where a reprint is not its original: the words there were and the words there are."""

    was: str
    now: str


def check_reprint(story: Manuscript, original: Original | None, *, soft: bool) -> list[Finding]:
    """What a reprint must say, and whether it still is what was reprinted. ``soft``: a rehearsal is warned only."""
    if story.source is None:
        return []
    level: Level = "warn" if soft else "block"
    found = []
    wanted = (("outlet", "来源"), ("author", "原作者"), ("title", "原标题"), ("url", "原文网址"))
    missing = [words for name, words in wanted if not getattr(story.source, name).strip()]
    missing += [] if story.editor.strip() else ["责任编辑"]
    if missing:
        message = f"转载稿没有写{'、'.join(missing)}，请在稿头的“来源”和“编辑”里补上（Markdown：source、editor）"
        found.append(_said(level, "checks.reprint.incomplete", message, story.source.outlet))
    if original is None:
        message = "转载稿没有留存原文，请在送审页点“留存原文”，把原文存下来（yigao original）"
        found.append(_said(level, "checks.reprint.unsaved", message, story.source.url))
    elif changed := differences(original.text, story):
        shown = "；".join(_edit(one) for one in changed[:_MOST_SHOWN])
        more = f" 等 {len(changed)} 处" if len(changed) > _MOST_SHOWN else ""
        message = f"和留存的原文不一样：{shown}{more}，请写明改动理由，并经复审"
        found.append(_said("warn", "checks.reprint.changed", message, shown))
    return found


def _said(level: Level, rule: str, message: str, excerpt: str, path: str = "source") -> Finding:
    return Finding(level=level, rule=rule, message=message, excerpt=excerpt[:60], place=f"{path}#0")


def _edit(one: Edit) -> str:
    return (
        f"“{one.was[:20]}”改成“{one.now[:20]}”"
        if one.was and one.now
        else f"删了“{one.was[:20]}”"
        if one.was
        else f"加了“{one.now[:20]}”"
    )


def differences(original: str, story: Manuscript) -> list[Edit]:
    """Every change of words between the saved original and the story's body; layout and space do not count."""
    before, after = _letters(original), _letters("".join(of_block(block) for block in story.blocks))
    if before == after:
        return []
    old, new = _pieces(before), _pieces(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    edits: list[Edit] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            edits += _within("".join(old[a:b]), "".join(new[c:d]))
    return edits


def _letters(text: str) -> str:
    return _SPACE.sub("", folding.revealed(text).text)


def _pieces(text: str) -> list[str]:
    """Sentences: first they are matched whole, so that long stories stay quick."""
    return [one for one in re.split(r"(?<=[。！？；])", text) if one]


def _within(was: str, now: str) -> Iterator[Edit]:
    if not was or not now or len(was) + len(now) > 2000:
        yield Edit(was, now)
        return
    matcher = difflib.SequenceMatcher(None, was, now, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield Edit(was[a:b], now[c:d])


def check_outlet(story: Manuscript, entries: Iterable[Entry], day: date, *, soft: bool) -> list[Finding]:
    """The outlet stands on the list that holds on ``day`` (别名 in the entry's exceptions)."""
    if story.source is None:
        return []
    listed = [one for one in entries if one.kind == "source"]
    level: Level = "warn" if soft else "block"
    if not listed:
        message = "还没有导入稿源单位名单，转载来源没法核对，请先用 yigao words import 导入"
        return [_said("warn", "checks.source.no_list", message, story.source.outlet)]
    outlet = _plain_outlet(story.source.outlet)
    known = [
        one for one in listed if outlet and outlet in {_plain_outlet(name) for name in (one.word, *one.exceptions)}
    ]
    if any(one.is_valid(day) for one in known):
        return []
    ended = f"（名单里的有效期到 {known[-1].valid_to}）" if known and known[-1].valid_to else ""
    message = f"来源“{story.source.outlet}”不在稿源单位名单里{ended}，请换成名单里的来源，或请省级管理员放行"
    return [_said(level, "checks.source.unknown", message, story.source.outlet, "source.outlet")]


def _plain_outlet(name: str) -> str:
    """An outlet's name however it is dressed: 《四川日报》, 四川日报（记者…）, 四川日报网 stays another."""
    return re.sub(r"[《》“”\"\s]|[（(].*?[)）]", "", folding.fold(name))


# --------------------------------------------------------------------------- policies


def is_interpretation(story: Manuscript) -> bool:
    """Whether the story explains a policy document (政策解读)."""
    return bool(_INTERPRETS.search(story.headline)) and (
        story.look == "policy" or "政策" in story.headline + story.column + "".join(story.topics)
    )


def check_policy(reading: Reading, interpretations: Sequence[str]) -> list[Finding]:
    """An interpretation links its document, and the document its interpretations (their addresses, s/….html)."""
    story = reading.story
    linked = [link.address for link in reading.links]
    found = []
    if is_interpretation(story) and not _documents(story.blocks):
        level: Level = "block" if story.look == "policy" else "warn"
        message = "政策解读没有链接它解读的政策文件，请插入“政策”块，写上文件名、文号和网址（Markdown：:::policy）"
        found.append(_said(level, "checks.policy.unlinked", message, story.headline, "headline"))
    for one in interpretations:
        if not any(address.endswith(one) for address in linked):
            message = f"这份政策有解读（{one}），正文还没有链接它，请加上，让读者两边都找得到"
            found.append(_said("warn", "checks.policy.one_way", message, one, "blocks"))
    return found


def _documents(value: object) -> list[PolicyLink]:
    if isinstance(value, PolicyLink):
        return [value]
    inner = value if isinstance(value, tuple) else getattr(value, "blocks", ()) or getattr(value, "items", ())
    return [one for part in inner for one in _documents(part)] if isinstance(inner, tuple) else []


def documents_of(story: Manuscript) -> list[PolicyLink]:
    """The policy documents a story links."""
    return _documents(story.blocks)
