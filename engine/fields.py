"""The limits of a description's values, as data: what each may be, and how to say so.

Values are checked and coerced here, where they come in, so that the layers can trust them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol, get_type_hints

from cnn_loupe.engine.errors import SpecError


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
class FourSides:
    """How much lies around maps: [height, width] for both ends alike, or [[top, bottom], [left, right]]."""

    low: int
    high: int

    def accepts(self, value: Any) -> tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]:
        pair = WholePair(self.low, self.high)
        try:
            return pair.accepts(value)
        except ValueError:
            if not isinstance(value, list | tuple) or len(value) != 2:
                raise
        rows, columns = pair.accepts(value[0]), pair.accepts(value[1])
        if rows[0] == rows[1] and columns[0] == columns[1]:
            return (rows[0], columns[0])
        return (rows, columns)

    def __str__(self) -> str:
        return f"[height, width] or [[top, bottom], [left, right]] of whole numbers from {self.low} to {self.high}"


@dataclass(frozen=True)
class Real:
    """A finite number from `low` to `high`."""

    low: float
    high: float

    def accepts(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        if not self.low <= value <= self.high:  # nothing of the kind holds for NaN
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


@dataclass(frozen=True)
class Choice:
    """One of these words."""

    words: tuple[str, ...]

    def accepts(self, value: Any) -> str:
        if value not in self.words or not isinstance(value, str):
            raise ValueError
        return value

    def __str__(self) -> str:
        return " or ".join(map(repr, self.words))


FINITE = Real(-sys.float_info.max, sys.float_info.max)
_LARGEST = (2 - 2**-23) * 2.0**127
SINGLE = Real(-_LARGEST, _LARGEST)  # what float32 holds


@cache
def rules(described: type) -> Mapping[str, Rule]:
    """The rule for each hyperparameter of a layer's class, from the `Annotated` types of its fields.

    `slope: Annotated[float, Real(0, 1)] = 0.01` has the rule Real(0, 1).
    """
    types = get_type_hints(described, include_extras=True)
    return MappingProxyType({f.name: types[f.name].__metadata__[0] for f in fields(described) if f.name != "name"})


def check(place: str, key: str, value: Any, rule: Rule) -> Any:
    """The value in its proper type, or SpecError naming the place, the value and the rule."""
    try:
        return rule.accepts(value)
    except ValueError:
        raise bad(place, key, value, str(rule)) from None


def bad(place: str, key: str, value: Any, rule: str) -> SpecError:
    """The error for a value that breaks a rule."""
    return SpecError(
        "bad_field",
        f"{place}: {key} is {_shown(value)}; it must be {rule}",
        place=place,
        field=key,
        value=_shown(value),
        rule=rule,
    )


def as_object(place: str, value: Any) -> Mapping[str, Any]:
    """The value, if it is a JSON object."""
    if not isinstance(value, Mapping):
        raise bad(place, "value", value, "an object with named values")
    return value


def as_list(place: str, key: str, value: Any) -> Sequence[Any]:
    """The value, if it is a JSON list."""
    if not isinstance(value, list | tuple):
        raise bad(place, key, value, "a list")
    return value


def as_text(place: str, key: str, value: Any) -> str:
    """The value, if it is text and not empty."""
    if not isinstance(value, str) or not value:
        raise bad(place, key, value, "a text")
    return value


def as_texts(place: str, value: Any) -> Mapping[str, str]:
    """The value, if it is an object of texts: one for each language."""
    data = as_object(place, value)
    return MappingProxyType({key: as_text(place, key, text) for key, text in data.items()})


def as_range(place: str, value: Any) -> tuple[float, float]:
    """The value, if it is two finite numbers, the smaller first."""
    pair = as_list(place, "range", value)
    try:
        low, high = (FINITE.accepts(end) for end in pair)
    except ValueError:  # too few, too many, or not numbers
        raise _bad_range(place, pair) from None
    if low >= high:
        raise _bad_range(place, pair)
    return low, high


def _bad_range(place: str, pair: Sequence[Any]) -> SpecError:
    return bad(place, "range", list(pair), "two numbers, the smaller first")


def _shown(value: Any) -> str:
    """The value as an error quotes it; a long one is cut."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
