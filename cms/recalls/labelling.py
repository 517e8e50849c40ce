"""The notice a corrected text carries on top: readers of every channel are told what was wrong."""

import re
from datetime import datetime, timedelta, timezone

_FRONT = re.compile(r"\A---\r?\n.*?\n---\r?\n", re.S)
_LABELLED = re.compile(r"^:{3,}\s*(更正|correction)\b", re.M)
LABEL = ":::更正\n更正日期: {day}\n更正前: 此前发布的内容有误\n更正为: {notice}\n:::\n\n"
_CHINA = timezone(timedelta(hours=8))


def labelled(text: str, notice: str, now: datetime) -> str:
    """``text`` with a correction notice on top, unless its author wrote one."""
    if _LABELLED.search(text):
        return text
    front = _FRONT.match(text)
    at = front.end() if front else 0
    label = LABEL.format(day=f"{now.astimezone(_CHINA):%Y-%m-%d}", notice=" ".join(notice.split()))
    return f"{text[:at]}\n{label}{text[at:].lstrip()}"
