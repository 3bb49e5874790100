"""The limits of a description's values, as data: what each may be, and how to say so.

Values are checked and coerced here, where they come in, so that the layers can trust them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.errors import SpecError


class Rule(Protocol):
    """What a value of a description must be."""

    def accepts(self, value: Any) -> Any:
        """The value in its proper type; ValueError where it breaks the rule."""

    def __str__(self) -> str:
        """The rule in words, to complete "… must be"."""


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def accepts(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError
        if not self.low <= value <= self.high:
            raise ValueError
        return value

    def __str__(self) -> str:
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class WholePair:
    """Two whole numbers (height, width), each from `low` to `high`."""

    low: int
    high: int

    def accepts(self, value: Any) -> tuple[int, int]:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise ValueError
        each = Whole(self.low, self.high)
        return (each.accepts(value[0]), each.accepts(value[1]))

    def __str__(self) -> str:
        return f"a pair [height, width] of whole numbers from {self.low} to {self.high}"


@dataclass(frozen=True)
class Real:
    """A finite number from `low` to `high`."""

    low: float
    high: float

    def accepts(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        if not (math.isfinite(value) and self.low <= value <= self.high):
            raise ValueError
        return float(value)

    def __str__(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def accepts(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError
        return value

    def __str__(self) -> str:
        return "true or false"


HYPERPARAMETERS: Mapping[str, Rule] = {
    "filters": Whole(1, 4096),
    "units": Whole(1, 65536),
    "kernel": WholePair(1, 64),
    "window": WholePair(1, 64),
    "stride": WholePair(1, 64),
    "padding": WholePair(0, 64),
    "dilation": WholePair(1, 64),
    "slope": Real(0, 1),
    "count_include_pad": Flag(),
    "epsilon": Real(1e-12, 1),
}


def check(place: str, key: str, value: Any, rule: Rule) -> Any:
    """The value in its proper type, or SpecError naming the place, the value and the rule."""
    try:
        return rule.accepts(value)
    except ValueError:
        raise SpecError(
            "bad_field",
            f"{place}: {key} is {value!r}; it must be {rule}",
            place=place,
            field=key,
            value=value if isinstance(value, int | float | str | list) else str(value),
            rule=str(rule),
        ) from None
