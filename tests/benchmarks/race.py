"""Contestants that take turns, and the table of what came of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

TURN = 0.02  # seconds that one turn of one contestant should take: short, so that all meet the
# same weather on a busy machine
TURNS = 12  # of each contestant in one round


class Times(NamedTuple):
    """How long one call takes, in seconds."""

    median: float
    fast: float  # a tenth of the calls took less: what other work on the machine hardly touches


@dataclass
class Row:
    """One line of the table.

    value       milliseconds, pictures/s, or a multiple of memory
    ratio       how the engine compares with this one, by medians: its time ÷ this time, or its
                rate ÷ this rate; None for the engine itself
    fast_ratio  the same for the calls that a tenth of the others undercut
    """

    what: str
    who: str
    value: float
    unit: str
    ratio: float | None = None
    fast_ratio: float | None = None
    goal: str = ""


def race(contestants: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Times]:
    """The time of one call of each; they take turns."""
    repeats = {}
    for name, call in contestants.items():
        call()
        start = time.perf_counter()
        call()
        took = time.perf_counter() - start
        repeats[name] = max(1, int(TURN / max(took, 1e-6)))
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds * TURNS):
        for name, call in contestants.items():
            for _ in range(repeats[name]):
                start = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - start)
    return {
        name: Times(statistics.median(found), statistics.quantiles(found, n=10)[0]) for name, found in times.items()
    }


def by_time(what: str, times: Mapping[str, Times], own: str, goal: str) -> list[Row]:
    """Rows in milliseconds; the others' with `own` in their measure."""
    mine = times[own]
    return [
        Row(what, who, 1e3 * t.median, "ms", goal=goal)
        if who == own
        else Row(what, who, 1e3 * t.median, "ms", mine.median / t.median, mine.fast / t.fast, goal)
        for who, t in times.items()
    ]


def by_rate(what: str, times: Mapping[str, Times], own: str, count: int, goal: str) -> list[Row]:
    """Rows in pictures/s, for calls that take `count` pictures each."""
    mine = times[own]
    return [
        Row(what, who, count / t.median, "pictures/s", goal=goal)
        if who == own
        else Row(what, who, count / t.median, "pictures/s", t.median / mine.median, t.fast / mine.fast, goal)
        for who, t in times.items()
    ]


def table(rows: list[Row], missing: list[str]) -> str:
    """The rows for people."""
    lines, before = [], ""
    for row in rows:
        if row.what != before:
            lines.append(f"\n{row.what}" + (f"   [goal {row.goal}]" if row.goal else ""))
            before = row.what
        lines.append(f"    {row.who:42s} {row.value:10.3f} {row.unit}{_ratio(row)}")
    lines += [f"\n{name} is not installed: its columns are left out." for name in missing]
    return "\n".join(lines)


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return ""
    measure = "time" if row.unit == "ms" else "rate"
    return f"   engine: {row.ratio:.2f} × its {measure} (fastest tenth: {row.fast_ratio:.2f} ×)"
