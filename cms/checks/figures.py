"""Figures (数字口径): what a story states, in one form, and where the same figure stands otherwise in the house.

A stated figure is subject + unit + as-of + value: 全省技术合同成交额 · 元 · 2025 · 210,000,000,000. The subject is the
clause's words before the number; a figure whose time nobody can tell is not compared. Rounded figures agree with
what they round: 2100亿元 and 2099.8亿元 are the same statement.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from channels.values import Finding, KeyFigure, Manuscript
from cms.checks import folding
from cms.checks.passages import Passage, Reading

SCALES = {
    "": 1,
    "百": 10**2,
    "千": 10**3,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "千亿": 10**11,
    "万亿": 10**12,
}
_UNITS = (
    "个百分点|百分点|%|％|亿美元|美元|元|人次|人|户|家|个|项|件|篇|场|次|名|位|台|套|所|座|条|公里|千米|平方公里|平方千米|平方米|立方米|米|"
    "公顷|亩|吨|千瓦时|千瓦|倍|岁|辆|批|张|种|只|头|株|处|门|支|栋|瓦|度"
)
NUMBER = re.compile(
    rf"(?P<about>约|近|逾|超过|超|突破|达到|不足)?\s?(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?(?P<more>余|多)?\s?"
    rf"(?P<scale>万亿|千亿|千万|百万|十万|亿|万|千|百)?(?P<more2>余|多)?\s?(?P<unit>{_UNITS})(?![a-z])"
)
_CLAUSE = re.compile(r"[，。；：！？、,;:!?（）()\n“”\"]")
_SENTENCE = re.compile(r"[^。；！？\n]*[。；！？\n]?")
_YEAR = r"(?P<year>(?:19|20)\d{2})年"
_PERIOD = (
    r"(?P<period>全年|上半年|下半年|前三季度|前[一二三四1-4]个?季度|第?[一二三四1-4]季度|前\d{1,2}个?月|"
    r"1[—\-至到~－]\d{1,2}月|\d{1,2}月(?:\d{1,2}日|末|底)?|末|底)?"
)
_WHEN = re.compile(rf"(?:截至|截止|到)?(?:{_YEAR}|(?P<word>今年|本年|去年|上年|前年|当年))(?:的)?{_PERIOD}")
_TAIL = re.compile(
    r"(?:达到了|达到|达|为|共计|共有|共|合计|总计|超过|突破|大约|约|接近|近|逾|有|是|增至|增加到|增长到|已经|已|累计|实现|完成|至|到|了|超|的|总量|总额为|\s)+$"
)
_HEAD = re.compile(r"^(?:其中|同时|此外|另外|目前|据统计|据介绍|数据显示|统计显示|今年|去年|全年|当年|当前|[,，\s])+")
_NOT_A_SUBJECT = re.compile(r"(?:同比|环比|增长|增加|下降|减少|提高|增幅|降幅|比上年|比去年|较上年|每|平均每|第)$")
_SCOPED = re.compile(r"(?:全市|我市|本市|全州|我州|全县|我县|全区|我区)")
_SAME_SCOPE = (
    ("我省", "全省"),
    ("本省", "全省"),
    ("我市", "全市"),
    ("本市", "全市"),
    ("我州", "全州"),
    ("我县", "全县"),
    ("我区", "全区"),
)
_DIGIT = re.compile(r"\d")
_LOOSE = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: ``value`` in plain units, ``step`` what its last written digit stands for."""

    value: Decimal
    unit: str
    step: Decimal
    is_about: bool
    start: int
    end: int

    def agrees(self, other: "Quantity") -> bool:
        """Whether one may be the other rounded."""
        slack = max(self.step, other.step)
        if self.is_about or other.is_about:
            slack = max(slack, _LOOSE * max(abs(self.value), abs(other.value)))
        return abs(self.value - other.value) <= slack


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure a story states, as the register keeps it."""

    subject: str
    unit: str
    as_of: str
    value: str
    step: str
    is_about: bool
    words: str
    story: str = ""
    headline: str = ""
    place: str = ""
    line: int = 0

    @property
    def key(self) -> str:
        return f"{self.subject}|{self.unit}|{self.as_of}"

    @property
    def quantity(self) -> Quantity:
        return Quantity(Decimal(self.value), self.unit, Decimal(self.step), self.is_about, 0, 0)


def quantity(found: re.Match[str]) -> Quantity:
    """What ``NUMBER`` found, in plain units."""
    digits = found["digits"].replace(",", "")
    unit, scale = _plain_unit(found["unit"]), SCALES[found["scale"] or ""]
    if found["unit"] == "亿美元":
        scale *= 10**8
    behind = len(digits.partition(".")[2])
    step = Decimal(scale) / 10**behind
    about = bool(found["more"] or found["more2"]) or found["about"] not in (None, "达到")
    return Quantity(Decimal(digits) * scale, unit, step / 2, about, found.start("digits"), found.end())


def _plain_unit(unit: str) -> str:
    same = {
        "％": "%",
        "亿美元": "美元",
        "个百分点": "百分点",
        "千米": "公里",
        "平方千米": "平方公里",
        "名": "人",
        "位": "人",
    }
    return same.get(unit, unit)


# --------------------------------------------------------------------------- what is stated


def stated(reading: Reading, today: date) -> list[Stated]:
    """The figures of a story that can be compared with others', in reading order."""
    story = reading.story
    base = _year_of(story, today)
    found = []
    for passage in reading.passages:
        if passage.kind in ("prose", "caption", "title") and _DIGIT.search(passage.prose):
            found += list(_stated_in(passage, story, base))
    return list({(one.key, one.value): one for one in reversed(found)}.values())[::-1]


def _year_of(story: Manuscript, today: date) -> int:
    return int(story.published[:4]) if re.match(r"\d{4}-", story.published) else today.year


def _stated_in(passage: Passage, story: Manuscript, base: int) -> Iterator[Stated]:
    text = folding.fold(passage.prose)
    for sentence in _SENTENCE.finditer(text):
        for found in NUMBER.finditer(sentence[0]):
            made = _one(sentence[0], found, passage, sentence.start(), story, base)
            if made:
                yield made


def _one(sentence: str, found: re.Match[str], passage: Passage, at: int, story: Manuscript, base: int) -> Stated | None:
    size = quantity(found)
    subject = subject_before(sentence[: found.start()])
    as_of = as_of_before(sentence[: found.start()], base)
    if not subject or not as_of or size.unit in ("%", "百分点", "倍", "岁", "度"):
        return None
    if _SCOPED.search(subject):
        subject = f"{subject}@{','.join(story.units)}"
    start, end = at + found.start("digits"), at + found.end()
    return Stated(
        subject=subject, unit=size.unit, as_of=as_of, value=str(size.value), step=str(size.step),
        is_about=size.is_about, words=passage.text[start:end], story=story.slug, headline=story.headline,
        place=passage.place(start, end), line=passage.line,
    )  # fmt: skip


def subject_before(text: str) -> str:
    """What a number is about: the words of its clause in front of it, without times, verbs and 的; "" when unclear."""
    clauses = _CLAUSE.split(text)
    words = clauses[-1]
    words = _WHEN.sub("", words)
    words = _HEAD.sub("", words.strip())
    if _NOT_A_SUBJECT.search(_TAIL.sub("", words)):
        return ""
    words = _TAIL.sub("", words)
    for other, usual in _SAME_SCOPE:
        words = words.replace(other, usual)
    words = re.sub(r"[的\s]", "", words)
    return (
        words
        if 3 <= len(words) <= 24 and re.search(r"[\u3400-\u9fff]{3}", words) and not re.search(r"\d", words)
        else ""
    )


def as_of_before(text: str, base: int) -> str:
    """The time a figure is of, as "2025", "2026-09" or "2026上半年"; "" when the words do not tell."""
    last = None
    for last in _WHEN.finditer(text):  # noqa: B007 (the nearest one before the number)
        pass
    if last is None:
        return ""
    words = {"今年": 0, "本年": 0, "当年": 0, "去年": -1, "上年": -1, "前年": -2}
    year = int(last["year"]) if last["year"] else base + words[last["word"]]
    if last["word"] and not last["period"]:
        return "" if last["word"] in ("今年", "本年", "当年") else str(year)
    return f"{year}{_normal_period(last['period'] or '')}"


def _normal_period(period: str) -> str:
    if period in ("", "全年", "末", "底"):
        return ""
    month = re.fullmatch(r"(\d{1,2})月(末|底|\d{1,2}日)?", period)
    if month:
        return f"-{int(month[1]):02}"
    same = {"前二季度": "上半年", "前2季度": "上半年", "1-6月": "上半年", "1-9月": "前三季度", "前三个季度": "前三季度"}
    plain = re.sub(r"[—至到~－]", "-", period)
    return same.get(plain, plain)


# --------------------------------------------------------------------------- what disagrees


def elsewhere(mine: Sequence[Stated], others: Iterable[Stated]) -> list[Finding]:
    """The figures another story of the house states otherwise."""
    known: dict[str, list[Stated]] = {}
    for one in others:
        known.setdefault(one.key, []).append(one)
    found = []
    for one in mine:
        for other in known.get(one.key, ()):
            if other.story != one.story and not one.quantity.agrees(other.quantity):
                message = (
                    f"“{one.subject.partition('@')[0]}”（{one.as_of}）这里是{one.words}，《{other.headline}》里是{other.words}，"
                    "请核对口径，或写明差别的原因"
                )
                found.append(_warn("checks.figure.elsewhere", message, one))
                break
    return found


def _warn(rule: str, message: str, one: Stated) -> Finding:
    return Finding(level="warn", rule=rule, message=message, line=one.line, excerpt=one.words, place=one.place)


def check(reading: Reading) -> list[Finding]:
    """Figures that contradict themselves, and key figures without what they need."""
    found: list[Finding] = []
    for passage in reading.passages:
        if passage.kind in ("prose", "caption") and passage.prose.count("%") + passage.prose.count("％"):
            text = folding.fold(passage.prose)
            for sentence in _SENTENCE.finditer(text):
                found += _shares(passage, sentence)
                found += _growth(passage, sentence)
    return [*found, *_bare(reading)]


_SHARE = re.compile(r"占(?:比|据|到|了)?(?:[^，。；、\d]{0,8}?)(\d+(?:\.\d+)?)%")
_SPLIT_SHARES = re.compile(r"分别占(?:比|到)?[^\d，。；]{0,8}((?:\d+(?:\.\d+)?%[、和及与]?){2,})")
_REST = re.compile(r"(?:其余|剩余|余下|合计|共计|总计|三者|两者|四者)")
_PART_OF = re.compile(r"(?:其中|同比|增长|提高|提升|分别比|以上)")


def _shares(passage: Passage, sentence: re.Match[str]) -> Iterator[Finding]:
    """Shares of one whole do not come to more than 100 %, and to 100 % where the rest is named."""
    text = sentence[0]
    if "占" not in text or _PART_OF.search(text):
        return
    listed = _SPLIT_SHARES.search(text)
    written = re.findall(r"\d+(?:\.\d+)?", listed[1]) if listed else [one[1] for one in _SHARE.finditer(text)]
    if len(written) < 2:
        return
    total = sum(map(Decimal, written), Decimal(0))
    slack = sum((Decimal(1).scaleb(-len(one.partition(".")[2])) / 2 for one in written), Decimal(0))
    if total > 100 + slack or (_REST.search(text) and abs(total - 100) > slack):
        message = f"这一句的占比加起来是 {total}%，不是 100%，请核对"
        start = sentence.start() + text.index(written[0])
        end = sentence.start() + text.rindex("%") + 1
        yield passage.say("warn", "checks.figure.shares", message, start, end)


_FROM_TO = re.compile(
    r"(?:由|从)(?P<when>[^，。；\d]{0,6}(?:\d{4}年)?[^，。；\d]{0,6})(?P<old>\d[\d,.]*)(?P<s1>万亿|千亿|亿|万)?(?P<u1>元|人|家|户|项|件|个|吨|亩|公里)?[^，。；]{0,8}?"
    r"(?:增加到|增长到|提高到|上升到|增至|升至|提高至|增加至|增长至|下降到|减少到|降至|减至)(?P<mid>[^，。；\d]{0,4}(?:\d{4}年)?[^，。；\d]{0,4})(?P<new>\d[\d,.]*)(?P<s2>万亿|千亿|亿|万)?(?P<u2>元|人|家|户|项|件|个|吨|亩|公里)?"
    r"[^。；]{0,10}?(?P<sign>增长|增幅|提高|上升|增加|下降|减少|降幅)(?:了|达|为|率为|率达)?(?P<about>约|近|超过|逾)?(?P<rate>\d+(?:\.\d+)?)%"
)
_AGAINST = re.compile(
    r"(?P<new>\d[\d,.]*)(?P<s2>万亿|千亿|亿|万)?(?P<u2>元|人|家|户|项|件|个|吨|亩|公里)[，,]?(?:同比|比上年|较上年|比去年|较去年)(?:同期)?(?P<sign>增长|增加|上升|提高|下降|减少)(?:了)?(?P<about>约|近|超过|逾)?(?P<rate>\d+(?:\.\d+)?)%"
    r"[^。；]{0,12}?(?:上年|去年|上年同期|去年同期)(?:同期)?(?:[^，。；\d]{0,6})(?:为|是)(?P<old>\d[\d,.]*)(?P<s1>万亿|千亿|亿|万)?(?P<u1>元|人|家|户|项|件|个|吨|亩|公里)"
)


def _growth(passage: Passage, sentence: re.Match[str]) -> Iterator[Finding]:
    """A rate of growth fits the two numbers beside it, as exactly as they are written."""
    for pattern in (_FROM_TO, _AGAINST):
        for found in pattern.finditer(sentence[0]):
            if (told := _contradiction(found)) is not None:
                start, end = sentence.start() + found.start(), sentence.start() + found.end()
                yield passage.say("warn", "checks.figure.growth", told, start, end)


def _contradiction(found: re.Match[str]) -> str | None:
    old, new = _bounds(found["old"], found["s1"] or found["s2"]), _bounds(found["new"], found["s2"] or found["s1"])
    if old is None or new is None or old[0] <= 0:
        return None
    sign = -1 if found["sign"] in ("下降", "减少", "降幅") else 1
    rate, step = Decimal(found["rate"]), Decimal(1).scaleb(-len(found["rate"].partition(".")[2]))
    low = sign * (new[0 if sign > 0 else 1] / old[1 if sign > 0 else 0] - 1) * 100
    high = sign * (new[1 if sign > 0 else 0] / old[0 if sign > 0 else 1] - 1) * 100
    slack = step if not found["about"] else max(step, rate * _LOOSE)
    if low - slack <= rate <= high + slack:
        return None
    real = ((low + high) / 2).quantize(Decimal("0.1"))
    return f"按前后两个数算，变化是 {real * sign}%，这里写的是{found['sign']}{found['rate']}%，请核对"


def _bounds(digits: str, scale: str | None) -> tuple[Decimal, Decimal] | None:
    """The least and the most a written number may stand for."""
    plain = digits.rstrip(".,").replace(",", "")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    half = Decimal(1).scaleb(-len(plain.partition(".")[2])) / 2
    size = SCALES[scale or ""]
    return (value - half) * size, (value + half) * size


def _bare(reading: Reading) -> Iterator[Finding]:
    """A key figure says its unit, and in its note where it comes from and of when it is."""
    for at, block in enumerate(reading.story.blocks):
        if not isinstance(block, KeyFigure):
            continue
        missing = [] if block.unit or re.search(r"[^\d.,\s]", block.value) else ["单位"]
        missing += [] if re.search(r"来源|据|公布|发布|统计", block.note) else ["来源"]
        missing += [] if re.search(r"\d{4}|截至|今年|去年", block.note + block.label) else ["截至时间"]
        if missing:
            message = f"数字“{block.value}{block.unit}”没有写{'、'.join(missing)}，请在“补充”里补上（Markdown：note）"
            yield Finding(
                level="info", rule="checks.figure.bare", message=message, line=block.line,
                excerpt=f"{block.value}{block.unit} {block.label}"[:60], place=f"blocks.{at}.value#0",
            )  # fmt: skip
