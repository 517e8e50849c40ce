"""What is said of an asset: its words, whose it is, by what right and until when."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

UNVERIFIED = "待核实"
LICENCES: Mapping[str, str] = {
    "自有": "本单位拍的、画的",
    "已获授权": "写明作者和到期日",
    "CC BY": "署名即可使用",
    "CC BY-SA": "署名，改作也要同样许可",
    "CC0": "作者放弃权利",
    "公有领域": "保护期已满，或法律不保护",
    UNVERIFIED: "还不知道能不能用，核实之前不要发",
}
"""The closed list, in the order of the forms; what each means in a few words."""
_NO_AUTHOR = frozenset({"CC0", "公有领域", UNVERIFIED})
_LONGEST = {"name": 120, "alt": 300, "source": 120, "author": 80, "keywords": 200}
_LABELS = {"name": "名称", "alt": "画面内容", "source": "来源", "author": "作者", "keywords": "关键词"}


class LibraryError(Exception):
    """It cannot be so: one sentence with the remedy."""

    @property
    def sentence(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Facts:
    """The words of one asset. ``until``: the last day it may be used, None without an end."""

    name: str = ""
    alt: str = ""
    source: str = ""
    author: str = ""
    licence: str = UNVERIFIED
    until: date | None = None
    keywords: str = ""
    ai: bool = False

    def told(self) -> dict[str, str]:
        """As strings: for the log, and to be read again by ``facts_of``."""
        return {name: _written(value) for name, value in asdict(self).items() if value}


def _written(value: object) -> str:
    return "1" if value is True else str(value)


def facts_of(given: Mapping[str, str], name: str = "") -> Facts:
    """What a form says; LibraryError names what is wrong with it. ``name``: what it is called when nothing is said."""
    words = {field: " ".join(given.get(field, "").split()) for field in _LONGEST}
    words["name"] = words["name"] or name[: _LONGEST["name"]]
    for field, value in words.items():
        if len(value) > _LONGEST[field]:
            raise LibraryError(f"“{_LABELS[field]}”太长（{len(value)} 字），请缩到 {_LONGEST[field]} 字以内。")
    if not words["name"]:
        raise LibraryError("请给它起个名称，好找。")
    licence = given.get("licence", "") or UNVERIFIED
    if licence not in LICENCES:
        raise LibraryError(f"没有“{licence[:20]}”这种许可，请从 {'、'.join(LICENCES)} 里选。")
    if licence not in _NO_AUTHOR and not words["author"]:
        raise LibraryError(f"许可是“{licence}”，请写上作者；不知道作者就先选“{UNVERIFIED}”。")
    return Facts(**words, licence=licence, until=_day(given.get("until", "").strip()), ai=bool(given.get("ai")))


def _day(words: str) -> date | None:
    if not words:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise LibraryError(f"看不懂到期日“{words[:20]}”，请写成 2027-01-31 的样子。") from error


def focus_of(across: str, down: str) -> tuple[int, int]:
    """A focus point as two percentages, in per mille; LibraryError where it lies outside the picture."""
    try:
        x, y = (round(float(one) * 10) for one in (across, down))
    except (ValueError, OverflowError) as error:
        raise LibraryError("焦点要写两个 0 到 100 的数：从左、从上各百分之几。") from error
    if not (0 <= x <= 1000 and 0 <= y <= 1000):
        raise LibraryError("焦点在图片外面，请写 0 到 100 之间的数。")
    return x, y
