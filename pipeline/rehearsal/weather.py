"""The weather of a rehearsal: which switches strike, how often, when a platform is down, when a worker dies."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from channels.making.sandbox import Fault
from pipeline.rehearsal.script import Script

Weather = Literal["none", "mild", "storm"]
WEATHERS: tuple[Weather, ...] = ("none", "mild", "storm")
# Struck on any call.
ANY = (
    "refuse",
    "drop_before_accept",
    "accept_then_drop",
    "http_500_before",
    "http_500_after_accept",
    "http_429",
    "accept_then_hang",
    "reset_mid_body",
    "errcode_in_200",
    "html_page",
    "json_truncated",
    "empty_200",
)
# Struck where a platform has a moment for it.
SPECIAL = (
    "token_expired",
    "token_invalidate_on_refresh",
    "token_down",
    "quota_minute",
    "reject_sensitive",
    "async_late",
    "async_fail",
    "async_never",
    "async_lost",
    "async_dup",
    "content_altered",
    "visibility_delay",
    "list_unstable",
    "list_down",
    "upload_fail_nth",
    "upload_response_lost",
    "media_expired",
    "media_dedup",
    "delete_fails",
    "delete_late",
    "removed_by_platform",
    "manual_publish",
)
STORMY = ("quota_day", "permission_missing", "ip_denied")
DOWN = {"wechat": "http_500_before", "weibo": "refuse", "douyin": "http_500_before"}


class Died(BaseException):
    """The worker is dead: nothing after this line runs."""


@dataclass
class Deaths:
    """Who dies where: one passage of a crash point in ``one_in``, by the seed. 0: nobody."""

    one_in: int
    dice: random.Random
    met: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.met.values())

    def watch(self, name: str) -> None:
        """For ``pipeline.crash``: dies at this passage, or not."""
        if self.one_in and self.dice.randrange(self.one_in) == 0:
            self.met[name] = self.met.get(name, 0) + 1
            raise Died(name)


def deaths(weather: Weather, seed: int) -> Deaths:
    """One passage in 3,000 in mild weather, one in 150 in a storm."""
    return Deaths({"none": 0, "mild": 3000, "storm": 150}[weather], random.Random(f"deaths {seed}"))


def faults(weather: Weather, script: Script, channels: Sequence[str]) -> tuple[Fault, ...]:
    """The rules in force from the beginning."""
    if weather == "none":
        return ()
    dice = random.Random(f"weather {script.seed}")
    mild = weather == "mild"
    rules = [Fault(one, per_mille=1 if mild else 4, seed=dice.randrange(2**31)) for one in ANY]
    rules += [Fault(one, per_mille=2 if mild else 12, seed=dice.randrange(2**31)) for one in SPECIAL]
    if not mild:
        rules += _outages(dice, script, channels)
        rules += [Fault(one, per_mille=4, seed=dice.randrange(2**31)) for one in STORMY]
    # With dice of its own: the weather of every seed known so far stays as it was.
    hand = random.Random(f"hand {script.seed}")
    return (*rules, Fault("manual_post", per_mille=25 if mild else 60, seed=hand.randrange(2**31)))


def _outages(dice: random.Random, script: Script, channels: Sequence[str]) -> Iterator[Fault]:
    """Every third day one platform is down for two to four hours, for everybody."""
    able = [one for one in channels if one in DOWN]
    for day in range(1, script.days, 3):
        channel = dice.choice(able)
        start = script.start + timedelta(days=day, hours=dice.randrange(8, 18))
        end = start + timedelta(hours=dice.choice((2, 3, 4)))
        yield from (Fault(DOWN[channel], account=f"{channel}:{unit}", start=start, end=end) for unit in script.units)
