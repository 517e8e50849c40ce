"""Text that was damaged before it reached us, and the cleaned copy we offer for it.

Three kinds of damage are known: characters decoded with the wrong code (乱码), places where a byte was lost
and what follows is shifted by one (the tell-tale ``?！`` and a run of unlikely characters), and readings left
behind by a converter, such as 內(nèi). Nothing is repaired silently: a draft with damage is held, and the copy
``clean_copy`` offers marks every place a person must look up in the original.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from channels.values import Finding
from cms.manuscript.letters import lined, tidy

GAP = "【此处原文缺损】"
MANY_READINGS = 5
_EXAMPLES = 3
_FEW = 3
_ENOUGH = 0.6  # of the bytes must fit; sound Chinese, read the wrong way round, never comes near
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_READING = re.compile(rf"(?<=[{_HAN}])\([a-zü]{{0,3}}[{_TONED}][a-z{_TONED}]{{0,3}}\)")
_SHIFTED = re.compile(rf"[?\ufffd]([!\uff01-\uff5e][{_HAN}\u3000-\u303f\uff01-\uff5e\u2010-\u2030]{{2,16}}[!-~]?)")
_LOST = re.compile("\ufffd+")
_STOCK = re.compile("(?:锟斤|斤拷锟|烫烫|屯屯)[锟斤拷烫屯]+")
_AS_LATIN = re.compile("(?:[Â-ô][\u0080-¿ŒœŠšŸŽžƒˆ˜–-„†-•…‰‹›€™]{1,3}){2,}")
_GBK_AS_LATIN = re.compile("[\u00a1-\u00ff]{6,}")
_RUN = re.compile(rf"[{_HAN}\u3000-\u303f\ufe30-\ufe4f\uff01-\uffee\ue000-\uf8ff€]{{4,}}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_OPENERS = "《“‘〈「『【（"


@dataclass(frozen=True)
class Damage:
    """A damaged place: where it is, the words found, and what they may have been (perhaps nothing)."""

    start: int
    words: str
    guess: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.words)


def damages(text: str) -> list[Damage]:
    """The places where characters are wrong or lost, in order, none inside another."""
    found: list[Damage] = []
    for search in (_shifted, _replaced, _stock, _latin, _gbk):
        found += search(text)
    out: list[Damage] = []
    for damage in sorted(found, key=lambda d: (d.start, -d.end)):
        if not out or damage.start >= out[-1].end:
            out.append(damage)
    return out


def _shifted(text: str) -> Iterator[Damage]:
    """A byte lost in GBK text: the rest of the run, put back by one, reads like the rest of the story."""
    if "?" not in text and "\ufffd" not in text:
        return
    counts: Counter[str] | None = None
    for match in _SHIFTED.finditer(text):
        guess = _put_back(match[1])
        if len(guess) < 3 or guess[0] != "。" or guess[1] not in _OPENERS:
            continue
        counts = counts or Counter(text)
        if _likeness(guess[2:], counts) > _likeness(match[1][1:], counts):
            yield Damage(match.start(), match[0], guess)


def _put_back(run: str) -> str:
    """The run with the lost lead byte (of 。) put back in front."""
    shifted = b"\xa1" + run.replace("!", "！", 1).encode("gbk", "ignore")
    return shifted.decode("gbk", "ignore")


def _likeness(run: str, counts: Counter[str]) -> float:
    """How much the characters of ``run`` are at home in the story."""
    han = [char for char in run if "\u3400" <= char <= "\u9fff"]
    return sum(counts[char] > 1 for char in han) / len(han) if han else 0.0


def _replaced(text: str) -> Iterator[Damage]:
    """Replacement characters, where a decoder gave up."""
    if "\ufffd" in text:
        yield from (Damage(match.start(), match[0]) for match in _LOST.finditer(text))


def _stock(text: str) -> Iterator[Damage]:
    """锟斤拷, 烫烫: the classic ones."""
    if "锟" in text or "烫烫" in text or "屯屯" in text:
        yield from (Damage(match.start(), match[0]) for match in _STOCK.finditer(text))


def _latin(text: str) -> Iterator[Damage]:
    """UTF-8 or GBK read as Latin-1 or Windows-1252."""
    yield from _redecoded(text, _AS_LATIN, _utf8_from_latin)
    yield from _redecoded(text, _GBK_AS_LATIN, _gbk_from_latin)


def _utf8_from_latin(run: str) -> str:
    raw = b"".join(c.encode("cp1252") if _fits(c, "cp1252") else c.encode("latin-1", "ignore") for c in run)
    return raw.decode("utf-8", "ignore")


def _fits(char: str, code: str) -> bool:
    try:
        char.encode(code)
    except UnicodeEncodeError:
        return False
    return True


def _gbk_from_latin(run: str) -> str:
    try:
        return run.encode("latin-1").decode("gb2312")
    except UnicodeError:
        return ""


def _gbk(text: str) -> Iterator[Damage]:
    """UTF-8 read as GBK: 涓浗 for 中国."""
    yield from _redecoded(text, _RUN, _utf8_from_gbk)


def _utf8_from_gbk(run: str) -> str:
    raw = run.encode("gb18030")
    guess = raw.decode("utf-8", "ignore")
    plain = sum(map(_is_everyday, guess))
    return guess if plain >= _FEW and 3 * plain >= _ENOUGH * len(raw) else ""


def _is_everyday(char: str) -> bool:
    """Whether ``char`` is one of the 3,755 characters of GB 2312's first level, or its punctuation."""
    code = char.encode("gb2312", "ignore")
    return len(code) == 2 and (0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3))


def _redecoded(text: str, shape: re.Pattern[str], decode: Callable[[str], str]) -> Iterator[Damage]:
    """Runs that turn into Chinese when decoded as they should have been."""
    for match in shape.finditer(text):
        guess = decode(match[0])
        if sum("\u2e80" <= char <= "\uffee" for char in guess) >= 2:
            yield Damage(match.start(), match[0], guess)


def look_for(text: str) -> list[Finding]:
    """What is damaged in a manuscript's text."""
    found = []
    if wrong := damages(text):
        guesses = [damage.guess for damage in wrong if damage.guess][:_EXAMPLES]
        hint = f"（疑为“{'”“'.join(guesses)}”）" if guesses else ""
        message = f"有 {len(wrong)} 处乱码或缺字{hint}，请对照原文逐处补正"
        level = "warn" if _is_only_talk(wrong) else "block"
        found.append(_fault(level, "mojibake", message, text, [d.start for d in wrong], [d.words for d in wrong]))
    if readings := list(_READING.finditer(text)):
        found.append(_readings(text, readings))
    if gaps := _places(text):
        message = f"还有 {len(gaps)} 处“{GAP}”没有补上，请对照原文补正后再送审"
        found.append(_fault("block", "gaps", message, text, gaps, [GAP]))
    if private := list(_PRIVATE.finditer(text)):
        message = f"有 {len(private)} 个私用区字符，多数手机显示不出，请换成正式的字或图片"
        found.append(
            _fault("warn", "private_use", message, text, [m.start() for m in private], [m[0] for m in private])
        )
    return found


def _is_only_talk(wrong: list[Damage]) -> bool:
    """A classic once or twice, and nothing else: an article about 乱码 rather than a damaged one."""
    return len(wrong) < _EXAMPLES and all(_STOCK.fullmatch(damage.words) for damage in wrong)


def _readings(text: str, readings: list[re.Match[str]]) -> Finding:
    count = len(readings)
    words = [text[match.start() - 1 : match.end()] for match in readings]
    starts = [match.start() for match in readings]
    if count > MANY_READINGS:
        message = f"有 {count} 处夹着拼音，像是转换残留，请采用清理稿；若是有意注音，请改用全角括号（）"
        return _fault("block", "readings", message, text, starts, words)
    message = f"有 {count} 处汉字后带拼音，请确认是有意注音"
    return _fault("info", "readings", message, text, starts, words)


def _fault(level: str, rule: str, message: str, text: str, starts: list[int], examples: list[str]) -> Finding:
    lines = list(dict.fromkeys(text.count("\n", 0, start) + 1 for start in starts[: _EXAMPLES * 10]))
    places = "、".join(str(line) for line in lines[:_EXAMPLES])
    return Finding(
        level=level,  # type: ignore[arg-type]
        rule=f"manuscript.text.{rule}",
        message=f"{message}（见第 {places} 行{'等' if len(lines) > _EXAMPLES else ''}）",
        line=lines[0],
        excerpt=" ".join(dict.fromkeys(examples))[:60],
    )


def clean_copy(text: str) -> tuple[str, list[Finding]]:
    """A cleaned copy to offer beside a damaged text, and what was done and what still needs a person."""
    mended, marked, repaired = _mended(lined(text))
    clean, findings = tidy(mended)
    if repaired:
        message = f"{repaired} 处乱码已按正确编码还原，请核对原文"
        findings.append(Finding(level="warn", rule="manuscript.clean.redecoded", message=message))
    if marked:
        places = [_line_of(clean, at) for at in _places(clean)]
        message = f"{marked} 处已标为{GAP}，无法自动还原，请对照原文补正后再送审"
        findings.append(Finding(level="block", rule="manuscript.clean.gaps", message=message, line=places[0]))
    clean, removed = _READING.subn("", clean)
    if removed:
        message = f"已去掉 {removed} 处夹在字后的拼音，请通读一遍"
        findings.append(Finding(level="info", rule="manuscript.clean.readings", message=message))
    split_up = _paragraphed(clean)
    if split_up != clean:
        message = "原稿各行之间没有空行，已逐行分段，请核对分段"
        findings.append(Finding(level="info", rule="manuscript.clean.paragraphs", message=message))
    return split_up, findings


def _mended(text: str) -> tuple[str, int, int]:
    """The text with gaps marked and whole wrong decodings undone; how many of each."""
    out, at, marked, repaired = "", 0, 0, 0
    for damage in damages(text):
        is_whole = bool(damage.guess) and damage.words[0] not in "?\ufffd"
        out += text[at : damage.start] + (damage.guess if is_whole else GAP)
        marked, repaired, at = marked + (not is_whole), repaired + is_whole, damage.end
    return out + text[at:], marked, repaired


def _places(text: str) -> list[int]:
    return [match.start() for match in re.finditer(GAP, text)]


def _line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _paragraphed(text: str) -> str:
    """A text of long lines without one empty line: each line is a paragraph of its own."""
    lines = text.strip().split("\n")
    has_gaps = any(not line.strip() for line in lines)
    is_prose = len(lines) > 2 and sum(map(len, lines)) / len(lines) > 40
    return "\n\n".join(lines) + "\n" if is_prose and not has_gaps else text
