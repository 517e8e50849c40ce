"""Lengths under an editor's eye: what each channel counts, against its own dated limits."""

from dataclasses import dataclass
from datetime import date

from channels.contract import Channel
from channels.making.measure import in_force
from channels.slots import blank
from channels.values import Limit, Part, Rendition
from channels.weibo import count as weibo_count
from channels.weibo import limits as weibo_limits

_UPPER = ("advised", "long")
_FIELDS = (("title", "标题"), ("text", "正文"), ("digest", "摘要"))


@dataclass(frozen=True, slots=True)
class Counter:
    """``count`` of a field, ``warn`` and ``block`` where the channel begins to complain (0 = never)."""

    field: str
    label: str
    count: int
    warn: int = 0
    block: int = 0
    unit: str = "字"


def count(rendition: Rendition, channel: Channel, on_date: date) -> tuple[Counter, ...]:
    """The counters of the fields that have an upper limit on this channel."""
    limits = in_force(channel.limits, on_date)
    made = (_counter(field, label, rendition, channel.name, limits) for field, label in _FIELDS)
    return tuple(one for one in made if one is not None)


def _counter(field: str, label: str, rendition: Rendition, channel: str, limits: dict[str, Limit]) -> Counter | None:
    own = [limits[key] for name in _UPPER if (key := f"{channel}.{field}.{name}") in limits]
    part = rendition.parts[0]
    written = part.field(field)
    if not own or not written:
        return None
    warn = min((one.value for one in own if one.level != "block"), default=0)
    block = min((one.value for one in own if one.level == "block"), default=0)
    return Counter(field, label, _length(channel, part, written), warn, block, own[0].unit)


def _length(channel: str, part: Part, written: str) -> int:
    """Weibo counts half widths and links its own way; everybody else counts characters."""
    if channel == "weibo":
        return weibo_count.count(weibo_limits.measured(written, {one.id: one.max_length for one in part.slots}))
    return len(blank(written, part.slots))
