"""What the day a story goes out brings: a licence that is over by then, a word or an office that counts from then on.

The checks ask about one day. Whoever sends, signs or moves a story asks them about today and about the slot; what only
the slot finds says so.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from channels.values import Finding
from cms.checks.overrides import on_the_clock

AT = "@"
"""Between the state a result was made under and the slots that found more than today."""
_WRITTEN = ("checks.date.", "checks.figure.")
"""Read by the day a text is written, whenever it goes out."""
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d) ?")
_OVER = "，已经过期"


def slots_in(state: str) -> list[datetime]:
    """The slots a kept result says something about that today does not."""
    return [datetime.fromisoformat(one) for one in state.split(AT)[1:]]


def beyond(today: Sequence[Finding], then: Iterable[Finding], at: datetime) -> list[Finding]:
    """Of what is found on the day of ``at``, what is asked of somebody and not found ``today``, in its own words."""
    known = {(one.rule, one.place, one.channel): one.level for one in today}
    rank = ("info", "warn", "block").index
    return [
        replace(one, message=_said(one, at))
        for one in then
        if one.level != "info"
        and not one.rule.startswith(_WRITTEN)
        and rank(one.level) > rank(known.get((one.rule, one.place, one.channel), "info"))
    ]


def _said(found: Finding, at: datetime) -> str:
    """The finding's message, with the slot it is about."""
    slot = on_the_clock(at)
    until, is_over, _ = found.message.partition(_OVER)
    if is_over:
        year = f"{at.year}年"
        until = _DAY.sub(lambda one: f"{one[1]}年{int(one[2])}月{int(one[3])}日".removeprefix(year), until)
        return f"{until}，而这篇排在 {slot} 发布，请换图、续授权或改期"
    return f"{found.message}（今天还可以，到 {slot} 发布时不行）"
