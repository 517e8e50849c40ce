"""Slips of the pen a machine sees at once: pairs left open, words said twice, half-width marks among 汉字."""

import re
from collections.abc import Iterator

from channels.values import Finding
from cms.checks.passages import Passage, Reading

_PAIRS = {
    "“": "”",
    "‘": "’",
    "（": "）",
    "《": "》",
    "〈": "〉",
    "「": "」",
    "『": "』",
    "【": "】",
    "〔": "〕",
    "［": "］",
}
_CLOSING = {close: open_ for open_, close in _PAIRS.items()}
_ALIKE = {"(": "（", ")": "）"}
_ANY = re.compile("[“”‘’（）()《》〈〉「」『』【】〔〕［］]")
_NUMBERED = re.compile(r"(?:^|[\s，。；、：])[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-zA-Z])[)）]")
_FACES = (":", "：", ";", "；", "^")
_TWICE = re.compile(
    r"的的|了了|是是|在在|和和|与与|及及|把把|被被|为为|对对于|由由|从从|将将(?!就)|并并|其其|该该|就就|也也|都都|还还|很很|最最(?!后)|更更|已已|不不(?!是|能|得)|，，|。。(?!。)|、、|；；|：：|！！！！"
)
_PHRASE_TWICE = re.compile(r"([\u3400-\u9fff]{3,8})\1")
_FALSE_TWICE = re.compile(
    r"(?:目的的|标的的|有的的|的的确|打的的|了了解|不了了|末了了|明了了|了了之|一了了|有为为|成为为|认为为|作为为|行为为|人为为|在在线|现在在|存在在|正在在|所在在|内在在|潜在在|自在在|实在在|和和平|和和谐|饱和和|温和和|总和和|缓和和|于是是|还是是|总是是|但是是|就是是|要是是|算是是|或是是|只是是|而是是|由由于|自由由|理由由|将将来|即将将|并并行|合并并|一并并|及及时|以及及|普及及|涉及及|该该|成就就|就就业|就就地|就就是|与与会|参与与|与与时|把把握|被被子|对对于|针对对于|最最后|都都市|首都都|成都都|还还原|归还还|其其他|其其中|尤其其|极其其|与其其|更更新|变更更|更更改|已已经|不已已|从从事|服从从|也也许)"
)
_HALF = re.compile(r"[\u3400-\u9fff]([,;:!?])(?=[\u3400-\u9fff“”])")


def check(reading: Reading) -> list[Finding]:
    """The slips of every passage a person wrote."""
    found: list[Finding] = []
    mixed = 0
    for passage in reading.passages:
        if passage.kind in ("code", "file", "name", "field"):
            continue
        found += _pairs(passage)
        found += _repeated(passage)
        if not mixed:
            told = list(_mixed(passage))
            mixed, found = len(told), found + told
    return found


def _pairs(passage: Passage) -> Iterator[Finding]:
    """Each opening mark has its closing one within the passage; a list's 1) is no bracket."""
    text = passage.prose
    numbers = {found.end() - 1 for found in _NUMBERED.finditer(text)}
    waiting: list[tuple[str, int]] = []
    for found in _ANY.finditer(text):
        mark = _ALIKE.get(found[0], found[0])
        if mark == "’" and _is_apostrophe(text, found.start()):
            continue
        if mark in _PAIRS:
            waiting.append((mark, found.start()))
        elif waiting and waiting[-1][0] == _CLOSING[mark]:
            waiting.pop()
        elif found.start() not in numbers and not (mark == "）" and text[: found.start()].rstrip("-").endswith(_FACES)):
            at = next((n for n in range(len(waiting) - 1, -1, -1) if waiting[n][0] == _CLOSING[mark]), None)
            if at is None:
                yield _unpaired(passage, mark, found.start())
                return
            yield _unpaired(passage, waiting[-1][0], waiting[-1][1])
            return
    # A quotation of several paragraphs opens anew in each and closes in the last.
    left = [one for one in waiting if not (one[0] in "“‘「" and one[1] == 0)]
    if left:
        yield _unpaired(passage, *left[-1])


def _is_apostrophe(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return before.isascii() and before.isalnum() and (after.isascii() or not after)


def _unpaired(passage: Passage, mark: str, at: int) -> Finding:
    other = _PAIRS.get(mark) or _CLOSING[mark]
    message = f"“{mark}”没有对应的“{other}”，请补上或删去"
    return passage.say("warn", "checks.text.pair", message, at, at + 1, passage.text[max(0, at - 8) : at + 9])


def _repeated(passage: Passage) -> Iterator[Finding]:
    text = passage.prose
    for found in _TWICE.finditer(text):
        around = text[max(0, found.start() - 1) : found.end() + 1]
        if not _FALSE_TWICE.search(around):
            yield passage.say("warn", "checks.text.repeated", f"“{found[0]}”重复了，请删去一个", *found.span())
    for found in _PHRASE_TWICE.finditer(text):
        yield passage.say("warn", "checks.text.repeated", f"“{found[1]}”连着写了两遍，请删去一遍", *found.span())


def _mixed(passage: Passage) -> Iterator[Finding]:
    """Told once a story: whoever writes one way writes so throughout."""
    if found := _HALF.search(passage.prose):
        message = f"汉字之间用了半角标点“{found[1]}”（全文同类的只提示这一处），请改成全角"
        yield passage.say("info", "checks.text.mixed", message, found.start(1), found.end(1), found[0])
