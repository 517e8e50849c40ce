"""Writing down the limits of one platform: what all of them have in common said once."""

from dataclasses import dataclass
from typing import Any

from channels.values import Limit


@dataclass(frozen=True, slots=True)
class LimitsOf:
    """The hand that writes a platform's limits. ``prefix``: what its keys begin with; ``tests``: the module whose tests
    trip them; ``confidence``: how sure we are where a limit does not say (``Limit.confidence``)."""

    prefix: str
    read_on: str
    tests: str
    confidence: str = "doc"

    def __call__(
        self, key: str, value: int, unit: str, counted: str, source: str, test: str, confidence: str = "",
        level: str = "block",
    ) -> Limit:  # fmt: skip
        """One limit, tripped by ``test``."""
        grades: dict[str, Any] = {"confidence": confidence or self.confidence, "level": level}
        return Limit(
            key=f"{self.prefix}{key}",
            value=value,
            unit=unit,
            counted=counted,
            source=source,
            read_on=self.read_on,
            test=f"{self.tests}::{test}",
            **grades,
        )
