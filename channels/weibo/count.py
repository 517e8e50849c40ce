"""How Weibo counts a text: half-width units, a pair to a 字, addresses at a flat rate.

After platforms/weibo.md §4 (the counter of a public client, for http addresses) with the safe reading for
https: the larger of the flat rate and the literal length.
"""

import re

UNITS_PER_ZI = 2
ADDRESS_UNITS = 20
LITERAL_WEIBO = 41
LONG_ADDRESS = 140
_ADDRESS = re.compile(r"https?://[\x21-\x7e]+")
_SHORT = re.compile(r"http://t\.cn/")
_WEIBO = re.compile(r"http://(?:[\w-]+\.)*weibo\.(?:com|cn)(?:[/:?#]|$)")


def count(text: str) -> int:
    """The length of ``text`` in 字, rounded up."""
    units = sum(map(_address_units, _ADDRESS.findall(text))) + _plain_units(_ADDRESS.sub("", text))
    return -(-units // UNITS_PER_ZI)


def _plain_units(text: str) -> int:
    """ASCII 1; anything else 2 a UTF-16 code unit, so an emoji beyond the first plane counts 4."""
    code_unit_bytes = len(text.encode("utf-16-le", "surrogatepass"))
    return code_unit_bytes - len(text.encode("ascii", "ignore"))


def _address_units(address: str) -> int:
    length = len(address)
    flat = ADDRESS_UNITS + max(0, length - LONG_ADDRESS)
    if address.startswith("https:"):  # the counter we know is older than https there: take the larger
        return max(flat, length)
    return length if _SHORT.match(address) or (_WEIBO.match(address) and length <= LITERAL_WEIBO) else flat
