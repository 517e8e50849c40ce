"""Filling the slots of a signed template, and taking the fills out again.

``fill`` and ``unfill`` are inverse: what was sent, un-filled, must be the signed bytes (I6).
"""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from channels.values import Part, Profile, Slot, slot_mark

_MARK = re.compile("\x02([^\x02\x03]*)\x03")


class SlotError(ValueError):
    """A fill is missing, too long, or was changed on the way."""


def story_path(slug: str) -> str:
    """The address of a story on every micro-site, for life, relative to the site's root."""
    return f"s/{slug}.html"


def own_link(profile: Profile, slug: str) -> str:
    """The address of the story on the unit's own micro-site, known before anything is published."""
    return f"{profile.site_url}/{story_path(slug)}"


def escape(slot: Slot, value: str) -> str:
    """``value`` written the way the slot's place needs it; SlotError when longer than signed for."""
    if len(value) > slot.max_length:
        raise SlotError(f"槽位 {slot.id} 的内容有 {len(value)} 字，超过签发时约定的 {slot.max_length} 字。")
    if slot.escape == "html":
        return html.escape(value, quote=True)
    if slot.escape == "url":
        return quote(value, safe="")
    return value


def fill_text(template: str, slots: tuple[Slot, ...], fills: Mapping[str, str]) -> str:
    """``template`` with every slot mark replaced; SlotError names a missing one."""
    known = {slot.id: slot for slot in slots}

    def put(found: re.Match[str]) -> str:
        slot = known.get(found[1])
        if slot is None or slot.id not in fills:
            raise SlotError(f"槽位 {found[1]} 还没有内容。")
        return escape(slot, fills[slot.id])

    return _MARK.sub(put, template)


def fill(part: Part, fills: Mapping[str, str]) -> Part:
    """The part as it is sent."""
    fields = tuple((name, fill_text(value, part.slots, fills)) for name, value in part.fields)
    return replace(part, fields=fields, body=fill_text(part.body, part.slots, fills))


def unfill_matches(template: str, sent: str, slots: tuple[Slot, ...], fills: Mapping[str, str]) -> bool:
    """Whether ``sent`` is ``template`` with exactly these fills (I6)."""
    return fill_text(template, slots, fills) == sent


def came_from(template: str, sent: str, slots: tuple[Slot, ...], fills: Mapping[str, str]) -> bool:
    """The same where some fills are not known any more (their rows were lost with a house that was restored from a
    backup): any words no longer than signed for may stand in these slots, and nothing else may differ."""
    known = {slot.id: slot for slot in slots}
    if set(known) <= set(fills):
        return unfill_matches(template, sent, slots, fills)
    pieces = _MARK.split(template)  # text, id, text, id, …
    found = [re.escape(pieces[0])]
    for name, after in zip(pieces[1::2], pieces[2::2], strict=True):
        slot = known[name]
        found.append(re.escape(escape(slot, fills[name])) if name in fills else f".{{0,{6 * slot.max_length}}}?")
        found.append(re.escape(after))
    return re.fullmatch("".join(found), sent, re.DOTALL) is not None


def marks(text: str) -> list[str]:
    """The slot ids in a template, in order."""
    return _MARK.findall(text)


def blank(template: str, slots: tuple[Slot, ...]) -> str:
    """``template`` with each slot as its longest possible text: for counting toward limits."""
    known = {slot.id: slot for slot in slots}
    return _MARK.sub(lambda found: "x" * known[found[1]].max_length if found[1] in known else "", template)


__all__ = [
    "SlotError",
    "blank",
    "came_from",
    "escape",
    "fill",
    "fill_text",
    "marks",
    "own_link",
    "slot_mark",
    "story_path",
    "unfill_matches",
]
