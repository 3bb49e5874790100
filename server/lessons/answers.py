"""Answers that a lesson does not write down but asks of the engine: `conv_1_2[3, 30, 24]`, `probability(espresso)`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cnn_loupe.engine.run import Run
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.server.lessons.diagnostics import LessonError
from cnn_loupe.server.lessons.links import check_index, shape_of
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.places import Place, read_indexed

Kind = Literal["number", "probability", "count", "class", "shape"]

FORMS = (
    "a value such as conv_1_2[3, 30, 24], a learned number such as conv_1_2.weight[3, 0, 1, 1], "
    "probability(class), score(class), top, shape(layer), shape(layer)[0], parameters(layer), parameters"
)

_CALL = re.compile(r"(probability|score|shape|parameters)\s*\(([^()]{1,80})\)(?:\s*\[\s*(\d{1,3})\s*\])?")


@dataclass(frozen=True)
class Answer:
    """What is asked of the engine.

    of       as the lesson writes it
    kind     how it is typed and judged: `class` is an index, `shape` a list of sizes, all others are numbers
    run      whether it depends on the picture
    compute  its value; gets the run of the step's picture, or None where it needs none
    """

    of: str
    kind: Kind
    run: bool
    compute: Callable[[Run | None], Any]


def read_answer(text: str, entry: ServedModel) -> Answer:
    """The answer that a text asks for. Raises LessonError for one that this model cannot give."""
    wanted = text.strip()
    if wanted == "top":
        return Answer(wanted, "class", True, _top(entry.spec))
    if wanted == "parameters":
        count = entry.spec.parameter_count
        return Answer(wanted, "count", False, lambda _: count)
    if call := _CALL.fullmatch(wanted):
        return _called(wanted, call[1], call[2].strip(), call[3], entry)
    if place := read_indexed(wanted):
        return _indexed(wanted, place, entry)
    raise LessonError(f"The answer {wanted[:80]!r} cannot be asked of the engine.", f"Write {FORMS}.")


def default_tolerance(kind: Kind, value: float) -> float:
    """Half of the last digit that the page shows (static/js/core/i18n.js, `signed`); counts are exact."""
    if kind in ("count", "class", "shape"):
        return 0.0
    size = abs(value)
    if kind == "probability" or size == 0 or 0.1 <= size < 1000:
        return 0.005
    if size >= 1000:
        return 0.5
    return 0.0005 if size >= 0.01 else 0.00005 if size >= 0.001 else 0.5 * 10 ** (math.floor(math.log10(size)) - 1)


def _indexed(of: str, place: Place, entry: ServedModel) -> Answer:
    spec, name, index = entry.spec, place.name, place.index
    parameters = spec.parameter_shapes
    if name in parameters and name not in spec.names:
        shape = parameters[name]
        if len(index) != len(shape) or any(at >= size for at, size in zip(index, shape, strict=False)):
            raise LessonError(
                f"{name} has the shape {list(shape)}; it has no {list(index)}.",
                "Each number goes from 0 to one less.",
            )
        value = float(entry.network.parameters[name][index])
        return Answer(of, "number", False, lambda _: value)
    check_index(spec, place, whole=True)

    def compute(run: Run | None) -> float:
        assert run is not None
        return float(run.activations.get(name, run.input)[index])

    return Answer(of, "number", True, compute)


def _called(of: str, function: str, argument: str, position: str | None, entry: ServedModel) -> Answer:
    spec = entry.spec
    if position is not None and function != "shape":
        raise LessonError(f"{function}(…) is a single number.", f"Leave [{position}] out.")
    if function == "shape":
        shape = list(shape_of(spec, argument))
        if position is None:
            return Answer(of, "shape", False, lambda _: shape)
        if int(position) >= len(shape):
            raise LessonError(f"{argument} has the shape {shape}.", f"Ask for [0] to [{len(shape) - 1}].")
        size = shape[int(position)]
        return Answer(of, "count", False, lambda _: size)
    if function == "parameters":
        shape_of(spec, argument)
        count = spec.parameter_counts.get(argument, 0)
        return Answer(of, "count", False, lambda _: count)
    index = _class(spec, argument)
    if function == "probability":
        if spec.ending == "logits":
            raise LessonError(f"The model {spec.id} gives no probabilities.", "Ask for score(class).")
        return Answer(of, "probability", True, _scores("probabilities", index))
    return Answer(of, "number", True, _scores("logits", index))


def _class(spec: ModelSpec, name: str) -> int:
    """A class by its number, its name, or its name in a language of the page."""
    wanted = name.casefold()
    for category in spec.classes:
        names = (str(category.index), category.name, *category.labels.values())
        if wanted in (one.casefold() for one in names):
            return category.index
    known = ", ".join(category.name for category in spec.classes[:20])
    raise LessonError(f"The model {spec.id} has no class {name[:64]!r}.", f"Its classes are {known or 'none'}.")


def _scores(which: Literal["probabilities", "logits"], index: int) -> Callable[[Run | None], float]:
    def compute(run: Run | None) -> float:
        values = getattr(run, which)
        return float(values[index])

    return compute


def _top(spec: ModelSpec) -> Callable[[Run | None], int]:
    if not spec.classes:
        raise LessonError(f"The model {spec.id} has no classes.", "Ask for a value of a layer.")

    def compute(run: Run | None) -> int:
        assert run is not None
        assert run.logits is not None
        return int(run.logits.argmax())

    return compute
