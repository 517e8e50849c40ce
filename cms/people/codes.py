"""动态验证码: time-based one-time codes (RFC 6238, SHA-1, six digits, 30 s), and the recovery codes beside them."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote

STEP_S, DIGITS, DRIFT = 30, 6, 1
RECOVERY = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else


def new_secret() -> str:
    """A fresh secret of 160 bits, in base32 as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one 30 s step."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S


def step_matching(secret: str, said: str, now: datetime, after: int) -> int | None:
    """The step whose code was said, one step of drift allowed either way; None when none is, or when it was used
    already (``after`` is the last step taken)."""
    said = "".join(said.split())
    here = step_of(now)
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), said.encode()) and step > after:
            found = step
    return found


def address(secret: str, login: str, house: str) -> str:
    """The otpauth address an authenticator app reads from the QR code."""
    label = quote(f"{house}:{login}")
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={quote(house)}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )


def new_recovery_codes() -> list[str]:
    """Ten words to print: 50 bits each, written in two halves."""
    words = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY)]
    return [f"{word[:5]}-{word[5:]}" for word in words]


def recovery_hash(said: str) -> str:
    """What is kept of a recovery code, however it was typed."""
    return hashlib.sha256("".join(said.split()).replace("-", "").casefold().encode()).hexdigest()
