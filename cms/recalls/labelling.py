"""The notice a corrected text carries on top: readers of every channel are told what was wrong."""

import re
from datetime import datetime, timedelta, timezone

_FRONT = re.compile(r"\A---\r?\n.*?\n---\r?\n", re.S)
_LABELLED = re.compile(r"^:{3,}\s*(更正|correction)\b", re.M)
_LABELS = re.compile(r"^(:{3,})[ \t]*(?:更正|correction)\b.*?^\1[ \t]*$\n*", re.M | re.S)
LABEL = ":::更正\n更正日期: {day}\n更正前: 此前发布的内容有误\n更正为: {notice}\n:::\n\n"
_CHINA = timezone(timedelta(hours=8))


def labelled(text: str, notice: str, now: datetime) -> str:
    """``text`` with a correction notice on top, unless its author wrote one."""
    if _LABELLED.search(text):
        return text
    front, body = parted(text)
    label = LABEL.format(day=f"{now.astimezone(_CHINA):%Y-%m-%d}", notice=" ".join(notice.split()))
    return f"{front}\n{label}{body.lstrip()}"


def parted(text: str) -> tuple[str, str]:
    """The front matter of a text ("" without one), and the rest."""
    front = _FRONT.match(text)
    return (text[: front.end()], text[front.end() :]) if front else ("", text)


def unlabelled(text: str) -> str:
    """``text`` without its correction notices and the space around it."""
    return _LABELS.sub("", text).strip()
