"""What the slots of a signed template are filled with, once a delivery is really going out."""

from datetime import datetime, timedelta, timezone

from channels import slots
from channels.contract import StoryError
from channels.values import Part, Profile, Slot

SEAL = "seal"
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def fills_for(part: Part, profile: Profile, key: str, due_at: datetime, signoff: str, lead: str = "") -> dict[str, str]:
    """Slot id → text for one story of a delivery. Pictures are filled by whoever uploads or packs them.
    ``lead``: the address of the publication it reprints, known once that is out."""
    known = {
        "own_link": slots.own_link(profile, part.story),
        "key": key,
        "published_at": due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
    }
    filled = {}
    for slot in part.slots:
        if slot.kind == "signoff":
            filled[slot.id] = _seal(signoff) if slot.id == SEAL else _fitted(signoff, slot)
        elif slot.kind in known:
            filled[slot.id] = known[slot.kind]
        elif slot.kind == "lead_link" and lead:
            filled[slot.id] = lead
        elif slot.kind == "lead_link":
            raise StoryError("这份成品要等首发稿的链接，请先发布首发稿。", slot.id)
    return filled


def _seal(line: str) -> str:
    """The words in the round seal: a rehearsal never looks like the real thing, nor history like today's."""
    if line.startswith("归档核准"):
        return "已归档"
    return "演练" if line.endswith("（演练）") else "已签发" if line and not line.startswith("（") else "未签发"


def _fitted(line: str, slot: Slot) -> str:
    """The printed signatures, by whole names: trailing groups are left out where the place is too short."""
    while len(line) > slot.max_length and "　" in line:
        line = line[: line.rindex("　")]
    return line
