"""Lengths under an editor's eye: what each channel counts, against its own dated limits.

Which counters there are follows from the limits alone. A limit is called ``<channel>.<subject>.<measure>``:
its subject is a field of the part, the body, or a kind of file, and its measure says that it is an upper one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from channels.contract import Channel
from channels.making.measure import in_force
from channels.slots import blank
from channels.values import Limit, Part, Rendition
from channels.weibo import count as weibo_count
from channels.weibo import limits as weibo_limits

_LENGTHS = frozenset({"advised", "long", "characters", "bytes", "heavy"})
_WHOLE = frozenset({"body", "page", "item"})
_LABELS = {
    "title": "标题",
    "text": "正文",
    "author": "作者",
    "digest": "摘要",
    "body": "正文格式",
    "page": "页面",
    "item": "全文",
    "source_url": "原文链接",
    "picture": "最大图片",
    "pictures": "配图",
    "cover": "封面",
    "thumb": "小图",
}
_FIELD_NAMES = {"source_url": "content_source_url"}
_FIRST = ("title", "text")


@dataclass(frozen=True, slots=True)
class Counter:
    """``count`` of a field, ``warn`` and ``block`` where the channel begins to complain (0 = never)."""

    field: str
    label: str
    count: int
    warn: int = 0
    block: int = 0
    unit: str = "字"

    @property
    def level(self) -> str:
        """block, warn or nothing, by the highest bound that is passed."""
        passed = (name for name in ("block", "warn") if 0 < getattr(self, name) < self.count)
        return next(passed, "")

    @property
    def is_quiet(self) -> bool:
        """Far from every bound, and not what an editor looks at first."""
        return self.field not in _FIRST and self.count * 2 < min(self.bounds)

    @property
    def bounds(self) -> tuple[int, ...]:
        """The bounds it has, the lowest first."""
        return tuple(sorted(bound for bound in (self.warn, self.block) if bound))


def count(rendition: Rendition, channel: Channel, on_date: date) -> tuple[Counter, ...]:
    """The counters this channel's limits ask for, what editors look at first in front."""
    groups: dict[tuple[str, str], list[Limit]] = {}
    for key, limit in in_force(channel.limits, on_date).items():
        name, _, rest = key.partition(".")
        subject, _, measure = rest.partition(".")
        if name == channel.name and _is_upper(measure, subject):
            groups.setdefault((subject, limit.unit), []).append(limit)
    made = [_counter(subject, unit, own, rendition) for (subject, unit), own in groups.items()]
    found = [one for one in made if one is not None]
    return tuple(sorted(found, key=lambda one: _FIRST.index(one.field) if one.field in _FIRST else len(_FIRST)))


def _is_upper(measure: str, subject: str) -> bool:
    return measure in _LENGTHS or (measure == "many" and subject.endswith("s"))


def _counter(subject: str, unit: str, limits: list[Limit], rendition: Rendition) -> Counter | None:
    measured = _measured(subject, unit, rendition)
    if not measured:
        return None
    warn = min((one.value for one in limits if one.level != "block"), default=0)
    block = min((one.value for one in limits if one.level == "block"), default=0)
    return Counter(subject, _LABELS.get(subject, subject), measured, warn, block, unit)


def _measured(subject: str, unit: str, rendition: Rendition) -> int:
    """How much there is of ``subject``; 0 when the rendition has none of it."""
    part = rendition.parts[0]
    written = part.body if subject in _WHOLE else part.field(_FIELD_NAMES.get(subject, subject))
    if written:
        return _length(rendition.channel, unit)(part, written)
    files = [one.size for one in part.files if one.role == subject.removesuffix("s")]
    return len(files) if subject.endswith("s") else max(files, default=0)


def _length(channel: str, unit: str) -> Callable[[Part, str], int]:
    """Weibo counts half widths and links its own way; everybody else counts characters or bytes."""
    if channel == "weibo" and unit == "字":
        return _as_weibo
    if unit == "字节":
        return lambda part, written: len(blank(written, part.slots).encode())
    return lambda part, written: len(blank(written, part.slots))


def _as_weibo(part: Part, written: str) -> int:
    return weibo_count.count(weibo_limits.measured(written, {one.id: one.max_length for one in part.slots}))
