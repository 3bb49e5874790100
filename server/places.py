"""Places in a network as addresses and lessons write them: `conv_1_2[3]` a unit, `conv_1_2[3,30,24]` a value of it.

The page reads the same notation (static/js/state/place.js); tests/contract/places.json holds both to one table.
The caller says in its own words what is wrong: an embed in an HTTP problem, a lesson in a mistake of its file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.server.vocabulary import COVER_CELLS, LONGEST_COVER, LONGEST_VIEW

_INDEXED = re.compile(r"([\w.-]{1,80})\[(\d{1,7}(?:,\d{1,7}){0,3})\]", re.ASCII)
_VIEW = re.compile(r"([a-z]{1,20}):([^!]+)(?:!(\d{1,7}))?", re.ASCII)
_WHY = re.compile(r"(top|.+?\])(?:-(\d{1,7}))?(?:@\d{1,7},\d{1,7})?", re.ASCII)
_COVER = re.compile(r"[0-9a-z]{1,3}(?:\.[0-9a-z]{1,3})*")
_LONGEST_NAME = 64
_MOST_AXES = 3


@dataclass(frozen=True)
class Place:
    """A name with an index behind it: a unit of a layer, a value of its output, or one of a tensor of parameters."""

    name: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class View:
    """An opened view in an address: `neuron:conv_1_2[3,30,24]!2~…`. The places are texts, not yet read.

    places  its own, then the trail's, from the score towards the pixel
    input   the input map that the microscope looks at
    """

    name: str
    places: tuple[str, ...]
    input: int | None


@dataclass(frozen=True)
class Why:
    """Whose evidence is laid over the picture: `output[6]-8@3,4`. of is None for the class that leads.

    against  a second unit of the same layer, that it is set against
    """

    of: Place | None
    against: int | None


@dataclass(frozen=True)
class Misplaced:
    """Why a model lacks a place: it has no such layer (shape is None), or the index does not fit the shape.

    axis is the first axis on which the index lies outside; None where the number of axes is wrong.
    """

    shape: tuple[int, ...] | None
    axis: int | None = None


def read_indexed(text: str) -> Place | None:
    """`name[1, 2]` with up to four indices, spaces where people write them; None for anything else."""
    match = _INDEXED.fullmatch(re.sub(r"\s*([\[\],])\s*", r"\1", text.strip()))
    return Place(match[1], tuple(map(int, match[2].split(",")))) if match else None


def read_place(text: str) -> Place | None:
    """A place of an address; None where the text is none."""
    match = _INDEXED.fullmatch(text)
    place = Place(match[1], tuple(map(int, match[2].split(",")))) if match else None
    return place if place and len(place.name) <= _LONGEST_NAME and len(place.index) <= _MOST_AXES else None


def read_why(text: str) -> Why | None:
    """Whose evidence an address asks for; None where the text makes no sense."""
    match = _WHY.fullmatch(text)
    if match is None:
        return None
    of = read_place(match[1]) if match[1] != "top" else None
    against = None if match[2] is None else int(match[2])
    unread = match[1] != "top" and (of is None or len(of.index) > 1)
    return None if unread or (of is None and against is not None) else Why(of, against)


def read_view(text: str) -> View | None:
    """The parts of a view's address; None where the text is none."""
    head, *trail = text.split("~")
    match = _VIEW.fullmatch(head)
    if match is None or len(text) > LONGEST_VIEW:
        return None
    return View(match[1], (match[2], *trail), None if match[3] is None else int(match[3]))


def misplaced(spec: ModelSpec, place: Place, *, whole: bool = False) -> Misplaced | None:
    """None where the model has this unit, or with `whole` this single value."""
    shape = spec.shapes.get(place.name)
    if shape is None:
        return Misplaced(None)
    if len(place.index) not in ((len(shape),) if whole else (1, len(shape))):
        return Misplaced(shape)
    for axis, (at, size) in enumerate(zip(place.index, shape, strict=False)):
        if at >= size:
            return Misplaced(shape, axis)
    return None


def is_cover(text: str) -> bool:
    """Whether a text says what is covered of a picture: run lengths in base 36 (static/js/model/cover.js)."""
    if len(text) > LONGEST_COVER or not _COVER.fullmatch(text):
        return False
    return sum(int(run, 36) for run in text.split(".")) <= COVER_CELLS
