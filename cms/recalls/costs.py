"""What a remedy costs, in words: the calls of a platform by what they are for, as its allowances name them."""

from collections.abc import Mapping

from channels import registry
from channels.transport import Connected

OTHER = "接口调用"
"""A call no allowance names."""


def titles(channel: str, calls: Mapping[str, int]) -> dict[str, str]:
    """By call: what it is for, in Chinese."""
    found = registry.get(channel)
    allowed = found.transport.allowances({}) if isinstance(found, Connected) else ()
    known = {one.call: one.title for one in allowed if one.title}
    return {call: known.get(call, OTHER) for call in calls}


def words(channel: str, calls: Mapping[str, int]) -> str:
    """All of them in one line; what takes none says so."""
    named = titles(channel, calls)
    return "、".join(f"{named[call]} {count} 次" for call, count in calls.items()) or "不占额度"
