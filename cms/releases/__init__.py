"""The ledger: releases, deliveries, their states, and how a decision becomes rows."""

from cms.releases.cancel import CLEAR_NO, CancelError, cancel, may_be_out
from cms.releases.halts import against, freezes, may_start, startable
from cms.releases.handling import HandlingError, adopt, cancel_one, find, hold, options, retry
from cms.releases.key import delivery_key
from cms.releases.plan import LATE_NAMES, PlanError, plan
from cms.releases.quota import Room, room
from cms.releases.recall_rows import Advisory, Freeze, Recall, Remedy, RemedyCheck, Stop
from cms.releases.resend import AGAIN, resend
from cms.releases.rows import LIVE_FATES, Attempt, Delivery, Item, Lane, Receipt, Release, ReleaseStory
from cms.releases.seal import deliveries_of, let_through, manuscripts_of, seal
from cms.releases.states import (
    EVENT_NAMES,
    GONE,
    NEEDS_SIGNATURE,
    STATE_NAMES,
    TERMINAL,
    TRANSITIONS,
    HaltedError,
    IllegalMove,
    LostRace,
    move,
    move_all,
)
from cms.releases.status import Lateness, Waits, counts, counts_by_account, lateness, moment, story, waiting, why
from cms.releases.stops import has_stopped, is_stopped, lift, put_up
from cms.releases.target import Target, TargetError, accounts_of, parse_target

__all__ = [
    "AGAIN",
    "CLEAR_NO",
    "EVENT_NAMES",
    "GONE",
    "LATE_NAMES",
    "LIVE_FATES",
    "NEEDS_SIGNATURE",
    "STATE_NAMES",
    "TERMINAL",
    "TRANSITIONS",
    "Advisory",
    "Attempt",
    "CancelError",
    "Delivery",
    "Freeze",
    "HaltedError",
    "HandlingError",
    "IllegalMove",
    "Item",
    "Lane",
    "Lateness",
    "LostRace",
    "PlanError",
    "Recall",
    "Receipt",
    "Release",
    "ReleaseStory",
    "Remedy",
    "RemedyCheck",
    "Room",
    "Stop",
    "Target",
    "TargetError",
    "Waits",
    "accounts_of",
    "adopt",
    "against",
    "cancel",
    "cancel_one",
    "counts",
    "counts_by_account",
    "deliveries_of",
    "delivery_key",
    "find",
    "freezes",
    "has_stopped",
    "hold",
    "is_stopped",
    "lateness",
    "let_through",
    "lift",
    "manuscripts_of",
    "may_be_out",
    "may_start",
    "moment",
    "move",
    "move_all",
    "options",
    "parse_target",
    "plan",
    "put_up",
    "resend",
    "retry",
    "room",
    "seal",
    "startable",
    "story",
    "waiting",
    "why",
]
