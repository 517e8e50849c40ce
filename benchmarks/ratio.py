"""Time several ways of doing one job in turn and compare their medians with a yardstick's."""

import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One way: its times in seconds, and the aim in words ("<= 2.5 x"). ``cpu``: the seconds of them this process had a
    processor, which another's load hardly moves. ``cold``: the very first time, which counts for nothing else."""

    name: str
    seconds: tuple[float, ...]
    aim: str = ""
    cpu: tuple[float, ...] = ()
    cold: float = 0.0

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

    @property
    def p95(self) -> float:
        """What nineteen of twenty take at most."""
        return p95(self.seconds)

    @property
    def cpu_p95(self) -> float:
        return p95(self.cpu)

    def as_json(self) -> dict[str, object]:
        cpu = {"cpu_s": statistics.median(self.cpu), "cpu_p95_s": self.cpu_p95} if self.cpu else {}
        times = {"median_s": self.median, "p95_s": self.p95, "noise": self.noise, "runs": len(self.seconds)}
        return {"name": self.name, **times, **cpu, **({"cold_s": self.cold} if self.cold else {})}


def p95(times: Sequence[float]) -> float:
    """The least of ``times`` that at least nineteen in twenty do not exceed."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


@dataclass(frozen=True)
class Measured:
    """The rows of one benchmark; the first is the yardstick. ``note`` says what was done. ``is_told``: they were
    printed as they came."""

    rows: tuple[Row, ...]
    note: str
    is_told: bool = False


def interleave(ways: Sequence[tuple[str, Callable[[], object], str]], runs: int) -> tuple[Row, ...]:
    """Each way once to warm up, then ``runs`` rounds of all ways in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name, _, _ in ways}
    for round_ in range(runs + 1):
        for name, work, _ in ways:
            gc.collect()
            taken = timed(work)
            if round_:
                times[name].append(taken)
    return tuple(
        Row(name, tuple(one for one, _ in times[name]), aim, tuple(one for _, one in times[name]))
        for name, _, aim in ways
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor that it takes once."""
    began, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - worked


def looked(ways: Sequence[tuple[str, Callable[[], object]]], looks: int, aim_ms: int) -> list[Row]:
    """Each once as nobody has looked before, then ``looks`` rounds of all in turn. The collector runs as in the
    server: whenever it likes."""
    times = [[timed(work) for _, work in ways] for _ in range(looks + 1)]
    return [
        Row(name, tuple(one for one, _ in mine), f"p95 <= {aim_ms} ms", tuple(one for _, one in mine), cold)
        for (name, _), ((cold, _), *mine) in zip(ways, zip(*times, strict=True), strict=True)
    ]


HEAD = f"{'page':<52} first   p50   p95 | cpu p50   p95 | ratio |"


def line(row: Row, yardstick: float, aim_ms: int) -> str:
    """By the clock: first look, median and p95; of the processor the same; how often the yardstick."""
    clock = "".join(f"{1000 * one:6.0f}" for one in (row.cold, row.median, row.p95))
    cpu = f"{1000 * statistics.median(row.cpu):9.0f}{1000 * row.cpu_p95:6.0f}"
    verdict = "PASS" if row.p95 * 1000 <= aim_ms else "FAIL"
    return f"{row.name:<51}{clock} |{cpu} |{row.median / yardstick:6.1f} | {verdict}"


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
