"""A model as data: its entries put together, and checked to fit each other.

Everything that can be wrong with a model's structure is found here, from shapes alone, before
any array exists. What comes out is trusted by the rest of the engine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from cnn_loupe.engine.arrays import Shape, shape_text
from cnn_loupe.engine.entries import Category, category_from_json, layer_from_json
from cnn_loupe.engine.errors import ShapeError, SpecError
from cnn_loupe.engine.fields import (
    Whole,
    as_list,
    as_object,
    as_range,
    as_text,
    as_texts,
    bad,
    check,
    rules,
)
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.windows import ReceptiveField

FORMAT = 1
INPUT = "input"  # the name that a run gives to its input; no layer may have it
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
MODEL_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

CHANNELS, SIDE = Whole(1, 4096), Whole(1, 1024)
LAYERS, CLASSES = Whole(1, 64), Whole(1, 10000)
# What one run may hold and one model may weigh, in numbers of 4 bytes.
ACTIVATIONS, PARAMETERS = Whole(1, 32_000_000), Whole(0, 32_000_000)

_USUAL_CHANNELS = {1: ("grey",), 3: ("red", "green", "blue")}


@dataclass(frozen=True)
class ModelSpec:
    """A sequential model without its weights: input, layers in order, classes.

    Built by `from_json`, or directly from layers; both check everything, and raise SpecError
    (ShapeError among them) naming the layer, the value, the rule and the remedy.
    """

    id: str
    input_shape: Shape
    layers: tuple[Layer, ...]
    classes: tuple[Category, ...] = ()
    title: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    channels: tuple[str, ...] = ()
    input_range: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        _check_input(self)
        _check_layers(self.layers)
        _check_sizes(self)
        _check_classes(self)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of every layer, in order."""
        return tuple(layer.name for layer in self.layers)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The output shape of every layer, in order."""
        return tuple(
            accumulate(self.layers, lambda s, layer: layer.output_shape(s), initial=self.input_shape)
        )[1:]

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        """The shape that goes into every layer, in order."""
        return (self.input_shape, *self.shapes[:-1])

    @cached_property
    def receptive_fields(self) -> tuple[ReceptiveField, ...]:
        """What one value of every layer sees of the picture, in order."""
        start = ReceptiveField.of_input(self.input_shape[1], self.input_shape[2])
        return tuple(accumulate(self.layers, lambda f, layer: layer.receptive_field(f), initial=start))[1:]

    @cached_property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """The shape of every parameter of the model, by full name: `conv_1.weight`."""
        return MappingProxyType(
            {
                f"{layer.name}.{key}": shape
                for layer, before in zip(self.layers, self.input_shapes, strict=True)
                for key, shape in layer.parameter_shapes(before).items()
            }
        )

    @cached_property
    def learnt(self) -> frozenset[str]:
        """The full names of the parameters that training learns by their gradients."""
        return frozenset(
            f"{layer.name}.{key}"
            for layer, before in zip(self.layers, self.input_shapes, strict=True)
            for key in layer.parameter_shapes(before)
            if key not in layer.buffers
        )

    @property
    def parameter_count(self) -> int:
        """How many numbers the model learns."""
        return sum(
            layer.parameter_count(before)
            for layer, before in zip(self.layers, self.input_shapes, strict=True)
        )

    def index(self, name: str) -> int:
        """The position of the layer with this name. Raises SpecError where there is none."""
        if name in self.names:
            return self.names.index(name)
        raise SpecError(
            "unknown_layer",
            f"{self.id} has no layer {name!r}; its layers are {', '.join(self.names)}",
            model=self.id,
            layer=name,
            known=list(self.names),
        )

    @classmethod
    def from_json(cls, description: Any) -> ModelSpec:
        """The model that a description (parsed JSON) describes."""
        data = as_object("the description", description)
        if data.get("format") != FORMAT:
            raise SpecError(
                "unknown_format",
                f"the description has format {data.get('format')!r}; this version reads format {FORMAT}",
                format=str(data.get("format")),
                known=FORMAT,
            )
        given = as_object("input", data.get(INPUT))
        low, high = as_range("input", given.get("range", [0, 1]))
        return cls(
            id=as_text("the description", "id", data.get("id")),
            title=as_texts("title", data.get("title", {})),
            input_shape=tuple(as_list("input", "shape", given.get("shape"))),
            input_range=(low, high),
            channels=tuple(
                as_text("input", "channels", c)
                for c in as_list("input", "channels", given.get("channels", []))
            ),
            layers=tuple(
                layer_from_json(entry, position)
                for position, entry in enumerate(as_list("the description", "layers", data.get("layers")))
            ),
            classes=tuple(
                category_from_json(entry, position)
                for position, entry in enumerate(
                    as_list("the description", "classes", data.get("classes", []))
                )
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """The description that `from_json` reads."""
        return {
            "format": FORMAT,
            "id": self.id,
            "title": dict(self.title),
            INPUT: {
                "shape": list(self.input_shape),
                "range": list(self.input_range),
                "channels": list(self.channel_names),
            },
            "classes": [category.describe() for category in self.classes],
            "layers": [layer.describe() for layer in self.layers],
        }

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The input channels' names; usual ones where the description gives none."""
        count = self.input_shape[0]
        usual = _USUAL_CHANNELS.get(count, tuple(f"channel_{i}" for i in range(count)))
        return self.channels or usual


def _check_input(spec: ModelSpec) -> None:
    if not MODEL_ID.fullmatch(spec.id):
        raise bad(
            "the description",
            "id",
            spec.id,
            "1 to 64 of a–z, 0–9, _ and -, beginning with a letter or digit",
        )
    if len(spec.input_shape) != 3:
        raise bad("input", "shape", list(spec.input_shape), "[channels, height, width]")
    for side, rule in zip(spec.input_shape, (CHANNELS, SIDE, SIDE), strict=True):
        check("input", "shape", side, rule)
    as_range("input", spec.input_range)
    if spec.channels and len(spec.channels) != spec.input_shape[0]:
        raise bad("input", "channels", list(spec.channels), f"{spec.input_shape[0]} names, one a channel")


def _check_layers(layers: Sequence[Layer]) -> None:
    check("the description", "number of layers", len(layers), LAYERS)
    seen = {INPUT}
    for layer in layers:
        if not NAME.fullmatch(layer.name):
            raise bad("the description", "layer name", layer.name, "1 to 64 of A–Z, a–z, 0–9, _ . -")
        if layer.name in seen:
            raise SpecError(
                "name_taken",
                f"the name {layer.name!r} is used twice ({INPUT!r} is the picture's own); "
                f"give every layer a name of its own",
                layer=layer.name,
            )
        seen.add(layer.name)
        for key, rule in rules(type(layer)).items():
            check(layer.name, key, getattr(layer, key), rule)


def _check_sizes(spec: ModelSpec) -> None:
    """Work out every shape (which raises ShapeError where layers do not fit) and add up."""
    numbers = math.prod(spec.input_shape) + sum(math.prod(shape) for shape in spec.shapes)
    check(spec.id, "number of activations", numbers, ACTIVATIONS)
    check(spec.id, "number of parameters", spec.parameter_count, PARAMETERS)


def _check_classes(spec: ModelSpec) -> None:
    if not spec.classes:
        return
    check(spec.id, "number of classes", len(spec.classes), CLASSES)
    if spec.shapes[-1] != (len(spec.classes),):
        raise ShapeError(
            "classes_do_not_fit",
            f"{spec.layers[-1].name}: the last layer gives {shape_text(spec.shapes[-1])} values "
            f"and there are {len(spec.classes)} classes; the two numbers must be the same",
            layer=spec.layers[-1].name,
            shape=list(spec.shapes[-1]),
            classes=len(spec.classes),
        )
    if [c.index for c in spec.classes] != list(range(len(spec.classes))):
        raise bad(spec.id, "classes", [c.index for c in spec.classes], "listed in order, index 0 first")
