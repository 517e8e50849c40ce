"""Whose an article's address is: a link of one platform pasted for a copy on another is a slip, and is seen."""

from urllib.parse import urlsplit

from channels import registry


def why_not(address: str, channel: str) -> str:
    """Why ``address`` cannot be where a copy on ``channel`` is read: one sentence with the remedy; "" when it can.

    Only what is evident is refused: no web address at all, or the readers' host (``hosts``) of another channel. Some
    platforms hand out addresses on hosts no document names, so an unknown host is let through."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return f"“{address}”不是网址，请贴文章的完整地址（http:// 或 https:// 开头）。"
    if parts.scheme not in ("http", "https") or not host:
        return f"“{address}”不是网址，请贴文章的完整地址（http:// 或 https:// 开头）。"
    known = registry.all_channels()
    theirs = {name for name, one in known.items() if any(_is_of(host, own) for own in getattr(one, "hosts", ()))}
    if not theirs or channel in theirs:
        return ""
    there = "、".join(known[name].title for name in sorted(theirs))
    here = registry.get(channel).title
    return f"“{address}”是{there}的地址，这一份发在{here}，请贴{here}上这篇文章的地址。"


def _is_of(host: str, own: str) -> bool:
    return host == own or host.endswith(f".{own}")
