"""Which look a unit's site wears: that of its last whole building, in a file beside the index (账册).

What it is to wear stands in the rows. Where the two differ the site was not dressed, or only half: a server that
stopped in between finds it again. Like the index the file is worth nothing by itself; where it is missing the site
wears no look of its own.
"""

from collections.abc import Iterable
from pathlib import Path

from channels import canonical
from channels.values import Profile
from pipeline.files import write_atomic
from pipeline.house import House


def look_of(profiles: Iterable[Profile]) -> str:
    """What can be changed of a site's look, in its accounts' own settings, as a hash; "" where nothing was."""
    own = {one.channel: [sorted(one.own_tokens), one.setting("logo")] for one in profiles}
    return canonical.digest(own) if any(any(one) for one in own.values()) else ""


def worn(house: House, unit: str) -> str:
    """The look of the site's last whole building."""
    try:
        return _file(house, unit).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def note(house: House, unit: str, look: str) -> None:
    """The site wears this look from its first page to its last."""
    write_atomic(_file(house, unit), look.encode())


def _file(house: House, unit: str) -> Path:
    return house.sites.parent / "shelf" / f"{unit}.look"
