"""The ledger: releases, deliveries, their states, and how a decision becomes rows."""

from cms.releases.cancel import CancelError, cancel
from cms.releases.key import delivery_key
from cms.releases.plan import PlanError, plan
from cms.releases.rows import Attempt, Delivery, Item, Lane, Receipt, Release, ReleaseStory
from cms.releases.seal import deliveries_of, let_through, seal
from cms.releases.states import (
    EVENT_NAMES,
    GONE,
    NEEDS_SIGNATURE,
    STATE_NAMES,
    TERMINAL,
    TRANSITIONS,
    IllegalMove,
    LostRace,
    move,
)
from cms.releases.status import counts, why
from cms.releases.target import Target, TargetError, accounts_of, parse_target

__all__ = [
    "EVENT_NAMES",
    "GONE",
    "NEEDS_SIGNATURE",
    "STATE_NAMES",
    "TERMINAL",
    "TRANSITIONS",
    "Attempt",
    "CancelError",
    "Delivery",
    "IllegalMove",
    "Item",
    "Lane",
    "LostRace",
    "PlanError",
    "Receipt",
    "Release",
    "ReleaseStory",
    "Target",
    "TargetError",
    "accounts_of",
    "cancel",
    "counts",
    "deliveries_of",
    "delivery_key",
    "let_through",
    "move",
    "parse_target",
    "plan",
    "seal",
    "why",
]
