"""Signed addresses: where the newsroom shows bytes of the store, to the people of one unit.

The store knows bytes by their hash and nobody they belong to; a page knows whose it is, for it asked for its own rows
in reach. So whoever writes such an address says for which unit, and both are signed. A hash alone opens nothing, and
an address opens nothing for who does not reach its unit when they ask. No table has to be kept level with the store.
"""

import base64
import hashlib
import hmac
from typing import Literal

Kind = Literal["pictures", "films"]


def address(secret: str, digest: str, unit: str, kind: Kind = "pictures") -> str:
    """The path at which the people of ``unit`` (its slug) are shown the bytes of ``digest``; the same every time, so
    that a browser keeps them. Only for what was found in reach of somebody of that unit: this is what vouches for it.
    """
    return f"/{kind}/{unit}/{_mark(secret, digest, unit)}/{digest}"


def is_signed(secret: str, digest: str, unit: str, mark: str) -> bool:
    """Whether ``mark`` was made here for these bytes and this unit."""
    return hmac.compare_digest(_mark(secret, digest, unit).encode(), mark.encode())


def _mark(secret: str, digest: str, unit: str) -> str:
    made = hmac.digest(secret.encode(), f"stored\n{unit}\n{digest}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made[:18]).decode()
