"""Time several ways of doing one job in turn and compare their medians with a yardstick's."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One way: its times in seconds, and the aim in words ("<= 2.5 x"). ``cpu``: the seconds of them this process had a
    processor, which another's load hardly moves."""

    name: str
    seconds: tuple[float, ...]
    aim: str = ""
    cpu: tuple[float, ...] = ()

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
        cpu = {"cpu_s": statistics.median(self.cpu)} if self.cpu else {}
        return {"name": self.name, "median_s": self.median, "noise": self.noise, "runs": len(self.seconds), **cpu}


@dataclass(frozen=True)
class Measured:
    """The rows of one benchmark; the first is the yardstick. ``note`` says what was done."""

    rows: tuple[Row, ...]
    note: str


def interleave(ways: Sequence[tuple[str, Callable[[], object], str]], runs: int) -> tuple[Row, ...]:
    """Each way once to warm up, then ``runs`` rounds of all ways in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name, _, _ in ways}
    for round_ in range(runs + 1):
        for name, work, _ in ways:
            gc.collect()
            began, worked = time.perf_counter(), time.process_time()
            work()
            if round_:
                times[name].append((time.perf_counter() - began, time.process_time() - worked))
    return tuple(
        Row(name, tuple(one for one, _ in times[name]), aim, tuple(one for _, one in times[name]))
        for name, _, aim in ways
    )


def table(name: str, measured: Measured) -> Table:
    """The rows as a table a person reads."""
    out = Table(title=name, caption=measured.note)
    out.add_column("way")
    for heading in ("median ms", "processor ms", "noise", "ratio"):
        out.add_column(heading, justify="right")
    out.add_column("aim")
    yardstick = measured.rows[0].median
    for row in measured.rows:
        cpu = f"{statistics.median(row.cpu) * 1000:.1f}" if row.cpu else ""
        ratio = f"{row.median / yardstick:.2f}"
        out.add_row(row.name, f"{row.median * 1000:.1f}", cpu, f"{row.noise:.0%}", ratio, row.aim)
    return out
