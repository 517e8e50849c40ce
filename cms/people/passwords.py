"""Passwords: what one must be like, and its argon2id hash. A hash takes 64 MiB, so only two are made at a time."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cms.people.roles import PeopleError

SHORTEST, LONGEST = 10, 128
_hasher = PasswordHasher()  # RFC 9106, the second recommendation: 64 MiB, 3 passes
_turns = threading.BoundedSemaphore(2)
# Words people here really choose; a list of millions would be better, these are what guessing begins with.
_COMMON = (
    "password", "qwerty", "asdfgh", "zxcvbn", "123456", "654321", "abcdef", "abc123", "111111", "000000", "888888",
    "666666", "iloveyou", "admin", "woaini", "5201314", "yigao", "letmein", "welcome", "1qaz2wsx", "qazwsx",
)  # fmt: skip


def hash_of(password: str, login: str) -> str:
    """The hash to keep; PeopleError when the password is too easy to guess."""
    if trouble := weakness(password, login):
        raise PeopleError(trouble)
    with _turns:
        return _hasher.hash(password)


def weakness(password: str, login: str) -> str:
    """Why this password will not do, with the remedy; "" when it does."""
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 位，可以是一句您记得住的话。"
    if len(password) > LONGEST:
        return f"密码最长 {LONGEST} 位，请缩短一些。"
    small = password.casefold()
    rest = small
    for word in (*_COMMON, *([login.casefold()] if login else [])):
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST // 2 or len(set(small)) < 5:
        return "这个密码太容易猜到，请换一个：不用登录名、连续数字和常见词。"
    return ""


def is_right(kept: str, password: str) -> bool:
    """Whether ``password`` is the one that was kept; as slow where there is none, so that nobody learns which is so."""
    with _turns:
        try:
            return _hasher.verify(kept or _nobodys(), password[: LONGEST + 1]) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def is_old(kept: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
