"""Edits as text that a person can read, in one form for addresses, the API and files.

    conv_1.weight[3,2,1,1]=0.5   a number that the model has learned; of fewer indices the whole part: [3,2] a kernel
    conv_1.weight[3]*-1          multiplied
    relu_1[3]=0                  what a unit gives, everywhere
    relu_1[3]*1.5                multiplied
    relu_1[3]=clamp:-1,2         kept between two bounds
    relu_1[3]=mean               its mean over the gallery, place by place
    relu_1[3]=sample:koala       what it gives for another picture of the gallery
    pool_1:avg_pool2d            another kind of layer; relu_1:leaky_relu(slope=0.1) with a value of its own

Edits stand with `;` between them. `a.weight![3]=0` is of a unit of the layer `a.weight`, whose name is like a
parameter's. The page reads and writes the same (static/js/model/edits.js); tests/contract/edits.json holds both to
one table. This is version 1; a later one will begin with its number and `!`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Never

import numpy as np

from cnn_loupe.engine.edits import (
    ClampUnit,
    Edit,
    PartEdit,
    ScaleElement,
    ScaleUnit,
    SetElement,
    SetParameter,
    SetUnit,
    SwapKind,
    UnitEdit,
)
from cnn_loupe.engine.errors import EditError

MOST_EDITS = 4096
PARAMETERS = ("weight", "bias", "mean", "variance", "slope")  # what kinds call their parameters

_BLANK = " \t\r\n"
_SPACE = re.compile(r"[ \t\r\n]*([;\[\],=*:()!])[ \t\r\n]*")
_VERSION = re.compile(r"(\d{1,9})!(?!\[)", re.ASCII)
_EDIT = re.compile(r"([A-Za-z0-9_.-]{1,64})(!)?(?:\[(\d{1,7}(?:,\d{1,7}){0,3})\])?([=*:])(.*)", re.ASCII | re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d{1,60}(?:\.\d{1,60})?|\.\d{1,60})(?:[eE][+-]?\d{1,4})?", re.ASCII)
_KIND = re.compile(r"([a-z][a-z0-9_]{0,39})(?:\(([^()]*)\))?", re.ASCII)
_VALUE = re.compile(r"([a-z][a-z0-9_]{0,39})=(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, eq=False)
class BorrowUnit(UnitEdit):
    """A unit's values replaced by those that it has elsewhere: for a picture of the gallery, or its mean over all.

    It is run once somebody who has the gallery has made a SetUnit of it.
    """

    sample: str | None

    def forward(self, values: Any) -> Never:
        raise self._without_gallery()

    def backward(self, cache: Any, dy: Any) -> Never:
        raise self._without_gallery()

    def _without_gallery(self) -> EditError:
        return EditError(
            "edit_needs_gallery",
            f"{edit_text(self)}: the values come from a gallery, and there is none here; give them as SetUnit",
            edit=edit_text(self),
        )


def read_edits(text: str) -> tuple[Edit, ...]:
    """The edits of a text in canonical order. Raises EditError with the edit that is wrong, the rule and the remedy."""
    squeezed = _SPACE.sub(r"\1", text.strip(_BLANK))
    version = _VERSION.match(squeezed)
    if version and version[1] != "1":
        raise EditError(
            "edits_version",
            f"these edits are written in version {version[1]} of the notation; this program reads version 1: "
            f"use a newer program",
            version=version[1],
        )
    rest = squeezed[version.end() :] if version else squeezed
    return read_list(rest.split(";") if rest else [])


def read_list(texts: Sequence[str]) -> tuple[Edit, ...]:
    """The edits of a list of texts, one edit each, in canonical order."""
    if len(texts) > MOST_EDITS:
        raise EditError(
            "edits_too_many",
            f"there are {len(texts)} edits; at most {MOST_EDITS} are made at once",
            count=len(texts),
            limit=MOST_EDITS,
        )
    return canonical([_read(_SPACE.sub(r"\1", text.strip(_BLANK)), place) for place, text in enumerate(texts, 1)])


def edits_text(edits: Iterable[Edit]) -> str:
    """The canonical text of these edits. Raises EditError where one holds a whole array, which has no text."""
    return ";".join(map(edit_text, canonical(edits)))


def canonical(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The same edits in canonical order, without those that a later one makes void.

    By layer, kinds before parameters before units; what acts on the same numbers keeps its order. A run of them is
    the same run.
    """
    kept: list[Edit] = []
    replaced: set[tuple[Any, ...]] = set()
    for edit in reversed(list(edits)):
        if replaced.isdisjoint(_places(edit)):
            kept.append(edit)
            if isinstance(edit, SwapKind | SetElement | SetParameter | SetUnit | BorrowUnit):
                replaced.add(_places(edit)[-1])
    kept.reverse()
    depths: dict[str, set[int]] = {}
    for edit in kept:
        if isinstance(edit, PartEdit):
            depths.setdefault(edit.name, set()).add(len(edit.at))

    def order(edit: Edit) -> tuple[Any, ...]:
        match edit:
            case SwapKind():
                return (edit.layer, 0)
            case UnitEdit():
                return (edit.layer, 2, "", (edit.unit,))
            case PartEdit() if len(depths[edit.name]) == 1:  # none lies in another
                return (edit.target, 1, edit.name, edit.at)
            case PartEdit() | SetParameter():
                return (edit.target, 1, edit.name, ())
        raise TypeError(edit)

    return tuple(sorted(kept, key=order))


def edit_text(edit: Edit) -> str:
    """One edit's canonical text."""
    match edit:
        case SetElement():
            return f"{edit.name}{_index(edit.at)}={number_text(edit.value)}"
        case ScaleElement():
            return f"{edit.name}{_index(edit.at)}*{number_text(edit.factor)}"
        case BorrowUnit():
            return f"{_unit(edit)}={'mean' if edit.sample is None else f'sample:{edit.sample}'}"
        case SetUnit(value=float(number)):
            return f"{_unit(edit)}={number_text(number)}"
        case ScaleUnit():
            return f"{_unit(edit)}*{number_text(edit.factor)}"
        case ClampUnit():
            return f"{_unit(edit)}=clamp:{number_text(edit.low)},{number_text(edit.high)}"
        case SwapKind():
            values = ",".join(f"{key}={number_text(value)}" for key, value in edit.values)
            return f"{edit.layer}:{edit.kind}{f'({values})' if values else ''}"
    raise EditError(
        "edit_without_text",
        f"the edit of {edit.target} holds a whole array, which has no text; pass it to the run as it is",
        layer=edit.target,
    )


def number_text(value: float) -> str:
    """The shortest text that reads back as the same float32, as JavaScript prints that number, without `+`."""
    single = np.float32(value)
    if single == 0:
        return "0"
    exact = Decimal(float(single))
    digits = 1
    with np.errstate(over="ignore"):  # the largest numbers, rounded up
        while np.float32(float(found := Context(prec=digits, rounding=ROUND_HALF_UP).plus(exact))) != single:
            digits += 1
    sign, figures, exponent = found.normalize().as_tuple()
    text, point = "".join(map(str, figures)), len(figures) + int(exponent)
    if -6 < point <= 0:
        text = f"0.{'0' * -point}{text}"
    elif len(text) <= point <= 21:
        text = text.ljust(point, "0")
    elif 0 < point <= 21:
        text = f"{text[:point]}.{text[point:]}"
    else:
        text = f"{text[0]}{f'.{text[1:]}' if text[1:] else ''}e{point - 1}"
    return f"-{text}" if sign else text


def _places(edit: Edit) -> list[tuple[Any, ...]]:
    """Where an edit acts, last, and before it what that is a part of: replaced later, nothing is left of the edit."""
    match edit:
        case UnitEdit():
            return [("unit", edit.layer, edit.unit)]
        case PartEdit():
            return [("parameter", edit.name, edit.at[:count]) for count in range(len(edit.at) + 1)]
        case SetParameter():
            return [("parameter", edit.name, ())]
    return [("kind", edit.target)]


def _index(at: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, at))}]" if at else ""


def _unit(edit: UnitEdit) -> str:
    return f"{edit.layer}{'!' if _is_parameter(edit.layer) else ''}[{edit.unit}]"


def _is_parameter(name: str) -> bool:
    """Whether a name is read as a parameter's: `conv_1.weight`."""
    layer, _, key = name.rpartition(".")
    return layer != "" and key in PARAMETERS


def _read(text: str, place: int) -> Edit:
    match = _EDIT.fullmatch(text)
    if match is None:
        raise _malformed(text, place)
    name, mark, index, sign, rest = match.groups()
    at = tuple(map(int, index.split(","))) if index else ()
    if sign == ":":
        if at or mark:
            raise _malformed(text, place)
        return _read_kind(name, rest, text, place)
    if _is_parameter(name) and not mark:
        change = SetElement if sign == "=" else ScaleElement
        return change(name, at, _read_number(rest, text, place, "a number"))
    if len(at) != 1:
        raise _malformed(text, place)
    if sign == "*":
        return ScaleUnit(name, at[0], _read_number(rest, text, place, "a number"))
    if rest == "mean":
        return BorrowUnit(name, at[0], None)
    word, _, argument = rest.partition(":")
    if word == "sample" and 0 < len(argument) <= 64:
        return BorrowUnit(name, at[0], argument)
    if word == "clamp":
        bounds = argument.split(",")
        if len(bounds) == 2:
            low, high = (_read_number(bound, text, place, "a number") for bound in bounds)
            return ClampUnit(name, at[0], low, high)
    return SetUnit(name, at[0], _read_number(rest, text, place, "a number, mean, clamp:low,high or sample:name"))


def _read_kind(layer: str, rest: str, text: str, place: int) -> Edit:
    match = _KIND.fullmatch(rest)
    if match is None:
        raise _malformed(text, place)
    kind, inside = match.groups()
    values: dict[str, float] = {}
    for part in inside.split(",") if inside else ():
        value = _VALUE.fullmatch(part)
        if value is None or value[1] in values:
            raise _malformed(text, place)
        values[value[1]] = _read_number(value[2], text, place, "a number")
    return SwapKind(layer, kind, tuple(sorted(values.items())))


def _read_number(number: str, text: str, place: int, wanted: str) -> float:
    if not _NUMBER.fullmatch(number):
        raise EditError(
            "edit_number_malformed",
            f"edit {place}, {_shown(text)}: {_shown(number)} is not {wanted}; write numbers with a point, such as 0.5",
            position=place,
            edit=_short(text),
            number=_short(number),
            wanted=wanted,
        )
    with np.errstate(over="ignore"):
        single = float(np.float32(float(number)))
    if not np.isfinite(single):
        raise EditError(
            "edit_not_finite",
            f"edit {place}, {_shown(text)}: {_shown(number)} is beyond what float32 holds; use at most 3.4e38",
            place=_short(text),
        )
    return single + 0.0  # −0 is 0


def _malformed(text: str, place: int) -> EditError:
    return EditError(
        "edit_malformed",
        f"edit {place}, {_shown(text)}, cannot be read; write conv_1.weight[3,2,1,1]=0.5 or *2 for a learned number, "
        f"relu_1[3]=0 or *2 for a unit, pool_1:avg_pool2d for a kind",
        position=place,
        edit=_short(text),
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _shown(text: str) -> str:
    return repr(_short(text))
