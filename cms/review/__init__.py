"""三审三校: policies, signatures and the sealed set they are given to."""

from cms.review.checks import SignError, check_unchanged
from cms.review.policies import (
    APPROVE,
    ARCHIVE,
    CORRECTION,
    FINAL,
    FIRST,
    FLASH,
    ISSUE,
    LATER,
    LAWFUL,
    POLICIES,
    REHEARSAL,
    SECOND,
    Policy,
)
from cms.review.rows import SealedRendition, SealedSet, SealedStep, Signature
from cms.review.sealing import seal
from cms.review.sheet import missing_steps, printed_line, printed_lines
from cms.review.signing import review_later, sign, sign_all

__all__ = [
    "APPROVE",
    "ARCHIVE",
    "CORRECTION",
    "FINAL",
    "FIRST",
    "FLASH",
    "ISSUE",
    "LATER",
    "LAWFUL",
    "POLICIES",
    "REHEARSAL",
    "SECOND",
    "Policy",
    "SealedRendition",
    "SealedSet",
    "SealedStep",
    "SignError",
    "Signature",
    "check_unchanged",
    "missing_steps",
    "printed_line",
    "printed_lines",
    "review_later",
    "seal",
    "sign",
    "sign_all",
]
