"""What is done about one copy: pure, from where the copy is, what its platform allows, and what the person prefers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from channels.contract import Mend

Kind = Literal["correction", "retraction"]
UNSENT = frozenset({"planned", "rendered", "ready", "staged", "held"})
FLYING = frozenset({"sending", "accepted", "confirming", "unknown", "reconciling"})
OUT = frozenset({"published", "amended", "withdrawing", "withdraw_failed"})
IN_DOUBT = "in_doubt"
"""Held, and perhaps out: the platform could not tell."""
WITH_A_PERSON = "handed_over"
ACTION_NAMES: Mapping[str, str] = {
    "amend": "原地更正",
    "withdraw": "下架",
    "reissue": "下架后发更正版",
    "replace": "改发更正版",
    "cancel": "不再发送",
    "remark": "留言说明更正",
    "by_hand": "人工到后台处理",
    "expire": "标明已解除",
    "wait": "等发送有结果再处置",
    "watch": "平台上已不见，盯着",
    "none": "不用处置",
}
WATCH = "watch"
"""Of a copy that was found gone from its platform: nothing can be done about it until it comes back."""
REMOVED = "removed"
SAME = "same"
"""The rule of a copy a correction does not touch: readers see the same of it before and after."""
SAME_WORDS = "更正没有改到这个账号上读者看到的文字和图片：不删、不重发，原来那一份照旧。"
ENDED = "快讯已到解除时间，不再重发"
_CLASSES: Mapping[str, frozenset[str]] = {
    "unsent": frozenset({"cancel", "replace"}),
    "flying": frozenset({"wait"}),
    "out": frozenset({"amend", "withdraw", "reissue", "remark", "by_hand", "expire", "none"}),
    "gone": frozenset({"watch", "none"}),
}


@dataclass(frozen=True, slots=True)
class Action:
    """What is done (``Remedy.action``), on which dated rule of the platform, and the calls it takes."""

    name: str
    rule: str = ""
    costs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction changes of one copy, its notice apart: ``size``, in characters of the body's words;
    ``beyond_body``, whether anything else (title, summary, picture); ``used``: the rules this copy was changed by
    before."""

    size: int = 0
    beyond_body: bool = False
    used: frozenset[str] = frozenset()


def decide(
    kind: Kind,
    state: str,
    mends: Sequence[Mend],
    age_days: int,
    change: Change,
    prefer: str = "",
    *,
    is_push: bool = False,
    is_over: bool = False,
) -> Action:
    """The action for a copy whose delivery is in ``state``. ``prefer``: the action, or the rule ("comment"),
    the person chose for this channel; it counts where the platform allows it. ``is_over``: it carries a flash that has
    ended, so nothing of it goes out any more: what would be sent anew is only taken away."""
    place = class_of(state)
    if place == "gone":
        return Action(WATCH if state == REMOVED else "none")
    if place == "unsent":
        return Action("cancel" if kind == "retraction" or is_over else "replace")
    if place == "flying":
        return Action("wait")
    allowed = allowed_by(kind, mends, age_days, change, is_push=is_push)
    if state == WITH_A_PERSON:
        allowed = [one for one in allowed if one.action == "by_hand" and not is_remark(one.key)]
    chosen = [one for one in allowed if prefer in (one.action, one.key, one.key.rpartition(".")[2])] or allowed
    if is_over and chosen and chosen[0].action == "reissue":
        ways = allowed_by("retraction", mends, age_days, change, is_push=is_push)
        return Action("withdraw", ways[0].key, dict(ways[0].calls)) if ways else Action("withdraw")
    return Action(chosen[0].action, chosen[0].key, dict(chosen[0].calls)) if chosen else Action("by_hand")


def allowed_by(kind: Kind, mends: Sequence[Mend], age_days: int, change: Change, *, is_push: bool) -> list[Mend]:
    """What the platform lets be done about a copy that is out, the preferred way first."""
    return [
        one
        for one in mends
        if one.allows(
            kind, is_push=is_push, days=age_days, changed=change.size, beyond_body=change.beyond_body,
            is_used=one.key in change.used,
        )
    ]  # fmt: skip


def class_of(state: str) -> str:
    """Where a copy is: unsent, flying (nobody knows yet), out, or gone."""
    if state in UNSENT:
        return "unsent"
    if state in FLYING or state == IN_DOUBT:
        return "flying"
    return "out" if state in OUT or state == WITH_A_PERSON else "gone"


def may_go_instead(action: str, state: str) -> bool:
    """Whether a person who was to post the copy posts the corrected one instead, should they not have posted yet."""
    return action == "by_hand" and state == WITH_A_PERSON


def is_remark(rule: str) -> bool:
    """Whether a person only says something under the copy, whose text stays as it is."""
    return rule.endswith(".comment")


def still_fits(action: str, state: str) -> bool:
    """Whether an action decided earlier is still one for a copy in ``state``."""
    if state == WITH_A_PERSON:
        return action in ("by_hand", "none")
    return action in _CLASSES[class_of(state)]


@lru_cache(maxsize=64)
def change_size(old: str, new: str) -> int:
    """How many characters of a text are put in, taken out or exchanged: asked for every copy of the same correction."""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in steps if tag != "equal")
