"""Time several ways of doing one job in turn and compare their medians with a yardstick's."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One way: its times in seconds, and the aim in words ("<= 2.5 x")."""

    name: str
    seconds: tuple[float, ...]
    aim: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def noise(self) -> float:
        """Half the spread between the quartiles, as a share of the median; 0 of a single run."""
        if len(self.seconds) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return (high - low) / 2 / self.median

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "median_s": self.median, "noise": self.noise, "runs": len(self.seconds)}


@dataclass(frozen=True)
class Measured:
    """The rows of one benchmark; the first is the yardstick. ``note`` says what was done."""

    rows: tuple[Row, ...]
    note: str


def interleave(ways: Sequence[tuple[str, Callable[[], object], str]], runs: int) -> tuple[Row, ...]:
    """Each way once to warm up, then ``runs`` rounds of all ways in turn."""
    times: dict[str, list[float]] = {name: [] for name, _, _ in ways}
    for round_ in range(runs + 1):
        for name, work, _ in ways:
            gc.collect()
            began = time.perf_counter()
            work()
            if round_:
                times[name].append(time.perf_counter() - began)
    return tuple(Row(name, tuple(times[name]), aim) for name, _, aim in ways)


def table(name: str, measured: Measured) -> Table:
    """The rows as a table a person reads."""
    out = Table(title=name, caption=measured.note)
    out.add_column("way")
    for heading in ("median ms", "noise", "ratio"):
        out.add_column(heading, justify="right")
    out.add_column("aim")
    yardstick = measured.rows[0].median
    for row in measured.rows:
        out.add_row(row.name, f"{row.median * 1000:.1f}", f"{row.noise:.0%}", f"{row.median / yardstick:.2f}", row.aim)
    return out
