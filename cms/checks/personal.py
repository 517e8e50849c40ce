"""Personal data (R9), told from chance figures by their checksums; the number itself is never repeated in a finding.

居民身份证 GB 11643-1999 (ISO 7064 MOD 11-2), 统一社会信用代码 GB 32100-2015 (MOD 31), bank cards by Luhn and the
beginning of their number. Phones of offices (area code, 400, 12345, three digits) are nobody's own.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit

from channels.values import Finding
from cms.checks import folding
from cms.checks.passages import Level, Link, Passage, Reading

_GAP = r"[ \-\u2010-\u2015.·]?"
# Nothing may stand right before or after that would make the figure part of a longer one, a decimal, a version or a
# code (KJ-138…); 姓名/电话 and 手机=… are how people write contacts. Addresses of pages are looked at by themselves.
_START, _END = r"(?<![0-9a-z])(?<![0-9][._\-=])(?<![a-z][_\-=/])", r"(?![0-9a-z_]|[.\-][0-9])"
_IDENTITY = re.compile(
    rf"{_START}[1-9]\d{{5}}{_GAP}(?:18|19|20)\d{{2}}{_GAP}[01]\d{_GAP}[0-3]\d{_GAP}\d{{3}}[0-9x]{_END}"
)
# However it is grouped: with province, date and check figure right it is no chance.
_GROUPED_IDENTITY = re.compile(rf"{_START}[1-9](?:{_GAP}\d){{16}}{_GAP}[0-9x]{_END}")
_OLD_IDENTITY = re.compile(rf"{_START}[1-9]\d{{5}}\d{{2}}[01]\d[0-3]\d\d{{3}}{_END}")
_CALLED = "|".join(rf"(?<={word})|(?<={word}[./:=_\-])" for word in ("tel", "phone", "mobile", "mob", "wx", "vx"))
_BEFORE = rf"(?:{_START}|{_CALLED})"
_AFTER = r"(?![0-9a-z_]|\.[0-9]|-[0-9]{3})"  # an extension may follow
_LAND = rf"(?:\+?(?:00)?86{_GAP})?"
_MOBILE = re.compile(rf"{_BEFORE}{_LAND}(?:\(1[3-9]\d\)|1[3-9]\d){_GAP}\d{{4}}{_GAP}\d{{4}}{_AFTER}")
_SEP = _GAP.removesuffix("?")


def _grouped(*sizes: int) -> str:
    return _SEP.join([rf"1[3-9]\d{{{sizes[0] - 2}}}", *(rf"\d{{{size}}}" for size in sizes[1:])])


_GROUPS = ((5, 6), (6, 5), (4, 7), (8, 3), (4, 3, 4), (4, 4, 3), (3, 3, 5), (3, 5, 3), (5, 3, 3))
_ODDLY = "|".join([*(_grouped(*one) for one in _GROUPS), rf"1{_SEP}[3-9](?:{_SEP}\d){{9}}"])
# The same eleven figures in other groups, or one by one: they may be counts in a row.
_ODD_MOBILE = re.compile(rf"(?<![0-9][ \-.·]){_BEFORE}{_LAND}(?:{_ODDLY}){_AFTER}")
_CALLED_ABROAD = re.compile(r"(?:\+|00)?861[3-9]\d{9}")
_NUMERALS = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_SPELLED_MOBILE = re.compile(
    r"(?<![零〇一幺二三四五六七八九十百千万])[一幺][三四五六七八九][零〇一幺二三四五六七八九]{9}(?![零〇一幺二三四五六七八九十百千万])"
)
_MEANT_PHONE = re.compile(r"(?:电话|手机|联系|致电|拨打|微信|热线|咨询|tel|phone|mob)")
_PAGE = re.compile(r"(?:https?://|www\.)[!-~]+")
_CARD = re.compile(
    rf"{_START}(?:62|60|9[0-9]|4\d|5[1-5]|35)\d{{2}}(?:{_GAP}\d{{4}}){{2}}(?:{_GAP}\d{{4}}{_GAP}\d{{1,3}}|{_GAP}\d{{4}}|{_GAP}\d{{3}}){_END}"
)
_CREDIT = re.compile(r"(?<![0-9a-z])[159any][1239][0-9]{6}[0-9a-hj-npqrtuwxy]{10}(?![0-9a-z])")
_PASSPORT = re.compile(r"(?<![0-9a-z])(?:[gedsph]\d{8}|e[a-hj-np-z]\d{7})(?![0-9a-z])")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][·•. ]?"
    r"(?=[a-z]*\d)[a-hj-np-z0-9]{5,6}(?![a-z0-9])"
)
_EMAIL = re.compile(r"(?<![a-z0-9._+-])[a-z0-9._+-]{1,64}@((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,10})(?![\w-])")
_ADDRESS = re.compile(
    r"[\u3400-\u9fff]{1,12}(?:路|街|巷|道|村|小区|花园|家园|苑|社区|组)[\u3400-\u9fff0-9a-z]{0,12}?\d{1,5}号?[^，。；\n]{0,10}?"
    r"(?:\d{1,3}(?:栋|幢|号楼)[^，。；\n]{0,6}?)?(?:\d{1,2}单元[^，。；\n]{0,4}?\d{2,4}(?:室|号|户)?|\d{1,3}(?:栋|幢|号楼)\D{0,3}\d{2,4}(?:室|号|户)|\d{3,4}室)"
)
_LIVES = re.compile(
    r"(?:家住|住址|家庭地址|户籍地址|现住|居住地址|家住在)[是为在：: ]{0,2}"
    r"[\u3400-\u9fff0-9a-z]{4,30}?(?:号|室|组|栋|单元|楼)"
)
_PRIVATE_MAIL = frozenset(
    [
        "qq.com",
        "vip.qq.com",
        "foxmail.com",
        "163.com",
        "126.com",
        "yeah.net",
        "sina.com",
        "sina.cn",
        "sohu.com",
        "gmail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "icloud.com",
        "yahoo.com",
        "aliyun.com",
        "139.com",
        "189.cn",
        "wo.cn",
    ]
)
_OF_A_COUNT = re.compile(
    r"\s*(?:万|亿|千|元|美元|个|次|人|字节|bytes?|kb|mb|克|吨|米|公里|%|‰|度|岁|年|位|条|件|页|行)"
)
_MEANT_CARD = re.compile(r"(?:卡号|账号|帐号|账户|帐户|银行|信用卡|储蓄卡|收款|汇款|开户)")
_MEANT_IDENTITY = re.compile(r"(?:身份证|证件号|公民身份号码)")
_CODES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))  # GB/T 2260, first two
_PROVINCES = frozenset(str(code) for first, last in _CODES for code in range(first, last + 1))
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_AROUND = 16


# --------------------------------------------------------------------------- checksums


def is_identity(number: str, today: date) -> bool:
    """Whether 18 characters are a 居民身份证 number: province, a date somebody living can have, MOD 11-2."""
    return _has_person(number, today) and identity_check(number) == number[17].upper()


def identity_check(number: str) -> str:
    """The last character the first 17 ask for."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]


def _has_person(number: str, today: date) -> bool:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[:2] in _PROVINCES and date(1890, 1, 1) < born <= today


def passes_luhn(number: str) -> bool:
    """Whether the last figure is the one Luhn's rule asks for."""
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(number))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def credit_check(code: str) -> str:
    """The 18th character a 统一社会信用代码 asks for."""
    total = sum(_CREDIT_LETTERS.index(letter) * pow(3, at, 31) for at, letter in enumerate(code[:17].upper()))
    return _CREDIT_LETTERS[-total % 31]


def masked(text: str, head: int, tail: int) -> str:
    """``text`` with all but its beginning and end hidden."""
    return text[:head] + "*" * max(len(text) - head - tail, 3) + (text[-tail:] if tail else "")


# --------------------------------------------------------------------------- the check


@dataclass(frozen=True, slots=True)
class _Place:
    """A passage, folded, with the places already explained: an identity number is no bank card as well."""

    passage: Passage
    folded: folding.Folded
    text: str
    today: date
    allowed: Collection[str]
    taken: list[tuple[int, int]]

    def is_free(self, start: int, end: int) -> bool:
        return not any(start < right and left < end for left, right in self.taken)

    def near(self, start: int) -> str:
        return self.text[max(0, start - _AROUND) : start]

    def say(self, level: Level, rule: str, message: str, found: re.Match[str], shown: str) -> Finding:
        self.taken.append(found.span())
        start, end = self.folded.span(*found.span())
        return self.passage.say(level, f"checks.personal.{rule}", message, start, end, shown)


def figures_of(text: str) -> str:
    """The figures and letters of a number as written, without what groups them."""
    return re.sub(r"[^0-9a-zA-Z]", "", text)


def normal_contact(text: str) -> str:
    """A number or address of the allow list in the form it is compared in."""
    plain = folding.fold(text).strip()
    return (
        plain
        if "@" in plain
        else re.sub(r"^(?:\+?(?:00)?86)(?=1[3-9])", "", re.sub(r"[^0-9a-z+]", "", plain)).lstrip("+")
    )


def check(reading: Reading, allowed: Collection[str], today: date) -> list[Finding]:
    """Personal data in every passage and behind every link. ``allowed``: the office's own contacts, see
    ``normal_contact``."""
    found = [one for passage in reading.passages for one in check_passage(passage, allowed, today)]
    return found + [one for link in reading.links for one in check_link(link, allowed, today)]


def check_link(link: Link, allowed: Collection[str], today: date) -> Iterator[Finding]:
    """Personal data a link calls or hands on: tel:, sms:, mailto:, a value of its query, a wa.me/86… to write to. Other
    figures of an address are numbers of pages."""
    for words in handed_on(link.address):
        for one in check_passage(Passage(link.path, "field", words, words, "", link.line), allowed, today):
            yield replace(one, message=f"链接里的{one.message}", place=f"{link.path}#0")


def handed_on(address: str) -> Iterator[str]:
    """The parts of an address that may be somebody's number or mail address, plain."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    if parts.scheme.lower() in ("tel", "sms", "mailto"):
        yield from (unquote(one) for one in re.split(r"[;,]", parts.path))
    else:
        yield from (one for one in unquote(parts.path).split("/") if _CALLED_ABROAD.fullmatch(one))
    yield from (one for _, one in parse_qsl(parts.query))


def check_passage(passage: Passage, allowed: Collection[str], today: date) -> list[Finding]:
    """Personal data in one passage."""
    text = passage.text
    if not _MAY_HOLD.search(text):
        return []
    folded = folding.revealed(text)
    pages = list(_PAGE.finditer(folded.text))
    place = _Place(passage, folded, folded.text, today, allowed, [one.span() for one in pages])
    found = [one for step in _STEPS if not (passage.kind == "code" and step in _NOT_IN_CODE) for one in step(place)]
    for page in pages:
        shown = Link(passage.path, page[0], page[0], passage.line)
        at = passage.place(*folded.span(*page.span()))
        found += [replace(one, place=at) for one in check_link(shown, allowed, today)]
    return found


# Fast first look: figures in a row, an @, or a word that leads to an address.
_MAY_HOLD = re.compile(r"[0-9０-９①-⑨][\W_]?[0-9０-９①-⑨]|[@＠]|住|[一幺][三四五六七八九][零〇一幺二三四五六七八九]{9}")


def _identities(place: _Place) -> Iterator[Finding]:
    for found in (*_IDENTITY.finditer(place.text), *_GROUPED_IDENTITY.finditer(place.text)):
        if not place.is_free(*found.span()):
            continue
        number = figures_of(found[0]).upper()
        shown = masked(number, 3, 2)
        if is_identity(number, place.today):
            yield place.say(
                "block", "identity", f"居民身份证号（{shown}），请删去，或写成 {masked(number, 3, 0)}", found, shown
            )
        elif (
            found.re is _IDENTITY
            and number[:2] in _PROVINCES
            and (_has_person(number, place.today) or _MEANT_IDENTITY.search(place.near(found.start())))
        ):
            message = f"像身份证号（{shown}），但校验码或日期不对，请核对是不是真号，是就删去"
            yield place.say("warn", "identity_like", message, found, shown)
    for found in _OLD_IDENTITY.finditer(place.text):
        if place.is_free(*found.span()) and _MEANT_IDENTITY.search(place.near(found.start())):
            shown = masked(found[0], 3, 2)
            yield place.say(
                "block",
                "identity",
                f"十五位的旧身份证号（{shown}），请删去，或写成 {masked(found[0], 3, 0)}",
                found,
                shown,
            )


def _cards(place: _Place) -> Iterator[Finding]:
    for found in _CARD.finditer(place.text):
        number = figures_of(found[0])
        meant = bool(_MEANT_CARD.search(place.near(found.start())))
        if (
            not (16 <= len(number) <= 19 and place.is_free(*found.span()) and passes_luhn(number))
            or number in place.allowed
        ):
            continue
        if not (number.startswith("62") or meant) or len(set(number)) < 4:
            continue
        shown = masked(number, 4, 4)
        yield place.say("block", "bank", f"银行卡号（{shown}），请删去；对公账户请只写户名和开户行", found, shown)


def _mobiles(place: _Place) -> Iterator[Finding]:
    for pattern in (_MOBILE, _SPELLED_MOBILE, _ODD_MOBILE):
        for found in pattern.finditer(place.text):
            number = figures_of(found[0].translate(_NUMERALS))[-11:]
            free = place.is_free(*found.span()) and number not in place.allowed
            if not free or _OF_A_COUNT.match(place.text[found.end() :]):
                continue
            shown = masked(number, 3, 4)
            if pattern is not _ODD_MOBILE or _MEANT_PHONE.search(place.near(found.start())):
                message = f"手机号（{shown}），请改用单位电话；确是对外公布的，请加入“对外联系方式”名单"
                yield place.say("block", "mobile", message, found, shown)
            else:
                message = f"像手机号（{shown}），请核对：是就改用单位电话，不是就用顿号把数字分开"
                yield place.say("warn", "mobile_like", message, found, shown)


def _credit_codes(place: _Place) -> Iterator[Finding]:
    for found in _CREDIT.finditer(place.text):
        code = found[0].upper()
        if not place.is_free(*found.span()) or code.isalpha():
            continue
        shown = masked(code, 4, 4)
        if credit_check(code) != code[17]:
            if "信用代码" in place.text[max(0, found.start() - _AROUND) : found.start()]:
                yield place.say(
                    "warn", "credit_code", f"统一社会信用代码（{shown}）校验不对，请对照营业执照核对", found, shown
                )
        elif code.startswith("92"):
            yield place.say(
                "warn", "credit_code", f"个体工商户的信用代码（{shown}）关联到个人，请确认有必要公开", found, shown
            )


def _passports(place: _Place) -> Iterator[Finding]:
    for found in _PASSPORT.finditer(place.text):
        if "护照" in place.near(found.start()) and place.is_free(*found.span()):
            shown = masked(found[0].upper(), 2, 2)
            yield place.say(
                "block", "passport", f"护照号（{shown}），请删去，或写成 {masked(found[0].upper(), 2, 0)}", found, shown
            )


def _plates(place: _Place) -> Iterator[Finding]:
    for found in _PLATE.finditer(place.text):
        shown = masked(found[0].upper(), 2, 2)
        yield place.say(
            "warn", "plate", f"车牌号（{shown}），请遮挡，或写成 {masked(found[0].upper(), 2, 0)}", found, shown
        )


def _emails(place: _Place) -> Iterator[Finding]:
    for found in _EMAIL.finditer(place.text):
        if found[1] in _PRIVATE_MAIL and found[0] not in place.allowed and place.is_free(*found.span()):
            shown = masked(found[0].split("@")[0], 1, 0) + "@" + found[1]
            yield place.say(
                "warn", "email", f"私人邮箱（{shown}），请改用单位邮箱，或加入“对外联系方式”名单", found, shown
            )


def _addresses(place: _Place) -> Iterator[Finding]:
    for pattern in (_LIVES, _ADDRESS):
        for found in pattern.finditer(place.text):
            if place.is_free(*found.span()):
                shown = masked(found[0], 4, 0)
                yield place.say("warn", "address", f"像个人住址（{shown}），请只写到街道或社区", found, shown)


_STEPS: Sequence[Callable[[_Place], Iterator[Finding]]] = (
    _identities, _mobiles, _cards, _credit_codes, _passports, _plates, _emails, _addresses,
)  # fmt: skip
_NOT_IN_CODE = frozenset({_plates, _addresses, _emails, _credit_codes})
