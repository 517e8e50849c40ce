"""Measuring by dated limits: which figures are in force on a day, and the finding when one is passed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from channels.making import words
from channels.values import Finding, Limit


def in_force(limits: Iterable[Limit], on_date: date) -> dict[str, Limit]:
    """The limit of each key as known on ``on_date``: the latest reading not after it, else the first."""
    known: dict[str, Limit] = {}
    for limit in sorted(limits, key=lambda one: one.read_on):
        if limit.key not in known or limit.read_on <= on_date.isoformat():
            known[limit.key] = limit
    return known


@dataclass(slots=True)
class Gauge:
    """Collects findings while a rendition is measured. A limit's key is the rule of its finding."""

    limits: dict[str, Limit]
    found: list[Finding] = field(default_factory=list)

    def at_most(self, key: str, measured: int, what: str, remedy: str, excerpt: str = "") -> bool:
        """Whether ``measured`` keeps the limit ``key``; a finding when it does not."""
        return self._holds(key, measured <= self.limits[key].value, measured, what, "超过上限", remedy, excerpt)

    def at_least(self, key: str, measured: int, what: str, remedy: str, excerpt: str = "") -> bool:
        """Whether ``measured`` reaches the limit ``key``; a finding when it does not."""
        return self._holds(key, measured >= self.limits[key].value, measured, what, "少于下限", remedy, excerpt)

    def _holds(self, key: str, holds: bool, measured: int, what: str, how: str, remedy: str, excerpt: str) -> bool:
        limit = self.limits[key]
        if not holds:
            sentence = f"{what} {measured} {limit.unit}，{how} {limit.value} {limit.unit}，{remedy}。"
            self.found.append(Finding(level=limit.level, rule=key, message=sentence, excerpt=words.excerpt(excerpt)))
        return holds

    def say(self, key: str, sentence: str) -> None:
        """A finding by a limit that is not a measure of length."""
        self.found.append(Finding(level=self.limits[key].level, rule=key, message=sentence))
