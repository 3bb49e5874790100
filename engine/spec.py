"""A model as data: its graph, its picture and its classes put together, and checked to fit each other.

Everything that can be wrong with a model's structure is found here or in `cnn_loupe.engine.graph`, from
shapes alone, before any array exists. What comes out is trusted by the rest of the engine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from cnn_loupe.engine.arrays import Shape, shape_text
from cnn_loupe.engine.entries import Category, category_from_json, graph_from_json, node_to_json
from cnn_loupe.engine.errors import ShapeError, SpecError
from cnn_loupe.engine.fields import Whole, as_list, as_object, as_range, as_text, as_texts, bad, check
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.surroundings import Origin, Output, Preparation
from cnn_loupe.engine.windows import ReceptiveField

FORMATS = (1, 2)  # 2 adds `inputs` to a layer, `preparation` to the input, and `output` and `origin`
MODEL_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

CHANNELS, SIDE = Whole(1, 4096), Whole(1, 1024)
CLASSES = Whole(1, 10000)
# What one run may hold and one model may weigh, in numbers of 4 bytes, and what one run may take.
ACTIVATIONS, PARAMETERS = Whole(1, 64_000_000), Whole(0, 64_000_000)
MULTIPLICATIONS = Whole(0, 10_000_000_000)

_USUAL_CHANNELS = {1: ("grey",), 3: ("red", "green", "blue")}

T = TypeVar("T")


@dataclass(frozen=True)
class ModelSpec:
    """A model without its weights: input, graph of layers, classes.

    Built by `from_json`, or directly from a graph; both check everything, and raise SpecError
    (ShapeError among them) naming the layer, the value, the rule and the remedy. What is worked out
    of it (shapes, counts, receptive fields) is by the name of the value, in the layers' order.
    """

    id: str
    input_shape: Shape
    graph: Graph
    classes: tuple[Category, ...] = ()
    title: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    channels: tuple[str, ...] = ()
    input_range: tuple[float, float] = (0.0, 1.0)
    preparation: Preparation | None = None
    output: Output | None = None
    origin: Origin | None = None

    def __post_init__(self) -> None:
        _check_input(self)
        _check_sizes(self)
        _check_output(self)
        _check_classes(self)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer, in order."""
        return tuple(node.layer for node in self.graph.nodes)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of every layer, in order."""
        return tuple(node.name for node in self.graph.nodes)

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """The shape of every value: of the picture, `input`, and of every layer's output."""
        return self._walk(lambda layer, shapes: layer.output_shape(*shapes), self.input_shape)

    @cached_property
    def receptive_fields(self) -> Mapping[str, ReceptiveField]:
        """What one number of every value sees of the picture."""
        start = ReceptiveField.of_input(self.input_shape[1], self.input_shape[2])
        return self._walk(lambda layer, fields: layer.receptive_field(*fields), start)

    def _walk(self, step: Callable[[Layer, list[T]], T], start: T) -> Mapping[str, T]:
        return MappingProxyType(self.graph.walk(lambda node, values: step(node.layer, values), start))

    def input_shapes(self, name: str) -> tuple[Shape, ...]:
        """The shapes of what the layer with this name reads, in its order."""
        return tuple(self.shapes[source] for source in self.node(name).inputs)

    @cached_property
    def layer_parameters(self) -> Mapping[str, Mapping[str, Shape]]:
        """For every layer the shapes of its parameters, by its own names for them."""
        return MappingProxyType(
            {
                node.name: MappingProxyType(node.layer.parameter_shapes(*self.input_shapes(node.name)))
                for node in self.graph.nodes
            }
        )

    @cached_property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """The shape of every parameter of the model, by full name: `conv_1.weight`."""
        return MappingProxyType(
            {f"{name}.{key}": shape for name, shapes in self.layer_parameters.items() for key, shape in shapes.items()}
        )

    @cached_property
    def learnt(self) -> frozenset[str]:
        """The full names of the parameters that training learns by their gradients."""
        return frozenset(
            f"{layer.name}.{key}"
            for layer in self.layers
            for key in self.layer_parameters[layer.name]
            if key not in layer.buffers
        )

    @cached_property
    def parameter_counts(self) -> Mapping[str, int]:
        """How many numbers each layer learns."""
        return MappingProxyType(
            {layer.name: layer.parameter_count(*self.input_shapes(layer.name)) for layer in self.layers}
        )

    @property
    def parameter_count(self) -> int:
        """How many numbers the model learns."""
        return sum(self.parameter_counts.values())

    @cached_property
    def multiplications(self) -> Mapping[str, int]:
        """How many multiply-adds each layer takes for one picture."""
        return MappingProxyType(
            {layer.name: layer.multiplications(*self.input_shapes(layer.name)) for layer in self.layers}
        )

    @property
    def ending(self) -> str:
        """How the last layer's values are read: see `Output`."""
        return self.output.ending if self.output else self.graph.output.layer.endings[0]

    @property
    def scores(self) -> str:
        """The name of the value that holds the scores: the output, or what goes into a softmax or sigmoid."""
        last = self.graph.output
        return last.name if self.ending == "logits" else last.inputs[0]

    def node(self, name: str) -> Node:
        """The node with this name. Raises SpecError where there is none."""
        if name in self.graph.by_name:
            return self.graph.by_name[name]
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
        version = data.get("format")
        if version not in FORMATS or isinstance(version, bool):
            known = " and ".join(map(str, FORMATS))
            raise SpecError(
                "unknown_format",
                f"the description has format {version!r}; this version reads formats {known}",
                format=str(version),
                known=list(FORMATS),
            )
        given = as_object("input", data.get(INPUT))
        low, high = as_range("input", given.get("range", [0, 1]))
        # Whatever a file of format 1 holds under the names of format 2 has no meaning there.
        second = data if version == 2 else {}
        preparation = given.get("preparation") if version == 2 else None
        return cls(
            id=as_text("the description", "id", data.get("id")),
            title=as_texts("title", data.get("title", {})),
            input_shape=tuple(as_list("input", "shape", given.get("shape"))),
            input_range=(low, high),
            channels=tuple(
                as_text("input", "channels", c) for c in as_list("input", "channels", given.get("channels", []))
            ),
            graph=graph_from_json(data.get("layers"), inputs=version == 2),
            classes=tuple(
                category_from_json(entry, position)
                for position, entry in enumerate(as_list("the description", "classes", data.get("classes", [])))
            ),
            preparation=None if preparation is None else Preparation.from_json(preparation),
            output=None if second.get("output") is None else Output.from_json(second["output"]),
            origin=None if second.get("origin") is None else Origin.from_json(second["origin"]),
        )

    def to_json(self) -> dict[str, Any]:
        """The description that `from_json` reads, in the lowest format that can say it."""
        around = {"output": self.output, "origin": self.origin}
        found: dict[str, Any] = {
            "format": self.format,
            "id": self.id,
            "title": dict(self.title),
            INPUT: {
                "shape": list(self.input_shape),
                "range": list(self.input_range),
                "channels": list(self.channel_names),
            },
            "classes": [category.describe() for category in self.classes],
            "layers": [
                node_to_json(node, before) for node, before in zip(self.graph.nodes, (INPUT, *self.names), strict=False)
            ],
            **{key: part.describe() for key, part in around.items() if part is not None},
        }
        if self.preparation is not None:
            found[INPUT]["preparation"] = self.preparation.describe()
        return found

    @property
    def format(self) -> int:
        """The lowest format that can describe the model."""
        plain = self.preparation is None and self.output is None and self.origin is None
        return 1 if plain and self.graph.is_chain else 2

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The input channels' names; usual ones where the description gives none."""
        count = self.input_shape[0]
        usual = _USUAL_CHANNELS.get(count, tuple(f"channel_{i}" for i in range(count)))
        if self.preparation is not None and self.preparation.colour == "bgr":
            usual = usual[::-1]
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
    if spec.preparation is not None:
        spec.preparation.check(spec.input_shape[0])


def _check_sizes(spec: ModelSpec) -> None:
    """Work out every shape (which raises ShapeError where layers do not fit) and add up."""
    numbers = sum(math.prod(shape) for shape in spec.shapes.values())
    check(spec.id, "number of activations", numbers, ACTIVATIONS)
    weights = sum(math.prod(shape) for shape in spec.parameter_shapes.values())
    check(spec.id, "number of parameters", weights, PARAMETERS)
    check(spec.id, "number of multiplications", sum(spec.multiplications.values()), MULTIPLICATIONS)


def _check_output(spec: ModelSpec) -> None:
    last = spec.graph.output
    if spec.ending not in last.layer.endings:
        known = " or ".join(last.layer.endings)
        raise bad("output", "ending", spec.ending, f"{known} for a model that ends in {last.layer.kind}")
    if spec.ending == "binary" and spec.shapes[last.name] != (1,):
        raise bad("output", "ending", spec.ending, "that of a model whose last layer gives a single value")
    for name in spec.output.added if spec.output else ():
        if name not in spec.graph.by_name:
            raise bad("output", "added", name, "the name of a layer")
    for name in spec.origin.layers if spec.origin else ():
        if name not in spec.graph.by_name:
            raise bad("origin", "layers", name, "the name of a layer")


def _check_classes(spec: ModelSpec) -> None:
    if not spec.classes:
        return
    check(spec.id, "number of classes", len(spec.classes), CLASSES)
    last = spec.graph.output.name
    shape, count = spec.shapes[last], len(spec.classes)
    if count != 2 if spec.ending == "binary" else shape != (count,):
        rule = "one value stands for two" if spec.ending == "binary" else "the two numbers must be the same"
        raise ShapeError(
            "classes_do_not_fit",
            f"{last}: the last layer gives {shape_text(shape)} values and there are {count} classes; {rule}",
            layer=last,
            shape=list(shape),
            classes=count,
        )
    if [c.index for c in spec.classes] != list(range(len(spec.classes))):
        raise bad(spec.id, "classes", [c.index for c in spec.classes], "listed in order, index 0 first")
