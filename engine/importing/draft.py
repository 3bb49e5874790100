"""The model under construction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.entries import layer_from_json
from cnn_loupe.engine.errors import EngineError, FileError
from cnn_loupe.engine.files.foreign import ForeignGraph, ForeignNode, short
from cnn_loupe.engine.importing.axes import (
    BATCH,
    CHANNEL,
    CHW,
    COLUMN,
    FEATURE,
    HWC,
    ONE,
    ROW,
    Activation,
    flatten_order,
)
from cnn_loupe.engine.layers import Layer

LONGEST_NAME = 64


class Unknown:
    """The value of a step that could not be translated; what depends on it is passed over in silence."""


UNKNOWN = Unknown()


@dataclass
class Entry:
    """One layer of the draft.

    origin   the names that it had in the file, first the one whose output it is; empty for what was added
    """

    layer: Layer
    inputs: list[str]
    shape: Shape
    parameters: dict[str, Array]
    origin: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Note:
    """Something that was done on the way in, for the report.

    action is one of "folded", "dropped", "added", "renamed", "split"; `what` names the step of the file, `into` the
    layer of ours where there is one, and `reason` is the key of a sentence.
    """

    action: str
    what: str
    reason: str
    into: str | None = None


class Draft:
    """Layers and parameters as they are found, with what was noted and what stands in the way."""

    def __init__(self, graph: ForeignGraph, file: str) -> None:
        self.graph, self.file = graph, file
        self.input_shape: Shape = ()
        self.entries: dict[str, Entry] = {}
        self.values: dict[str, Any] = {}
        self.notes: list[Note] = []
        self.problems: list[EngineError] = []
        # How often each value of the file is read: what is read once can take in the step after it.
        self.consumers = Counter(name for node in graph.nodes for name in node.inputs)
        self.consumers.update(value.name for value in graph.outputs)

    def set_input(self, name: str, meaning: tuple[tuple[str, ...], Shape, int]) -> None:
        """The picture: the meaning of the sides, our shape, and the batch that the file has written down."""
        axes, self.input_shape, batch = meaning
        self.values[name] = Activation("input", self.input_shape, axes, batch=batch)

    # What converters do

    def add(
        self,
        node: ForeignNode,
        kind: str,
        inputs: Sequence[Activation],
        parameters: Mapping[str, np.ndarray[Any, Any]] | None = None,
        *,
        axes: tuple[str, ...] | None = None,
        wanted: str | None = None,
        origin: Sequence[str] | None = None,
        **hyperparameters: Any,
    ) -> Activation:
        """Add a layer and give its value.

        Where nothing else is said the value's axes are those of the first input, and its origin is the node.
        """
        name = self.name(wanted or own_name(node, self.graph), kind)
        layer = layer_from_json(name, {"kind": kind, **hyperparameters})
        shapes = [value.shape for value in inputs]
        shape = layer.output_shape(*shapes)
        arrays = {key: np.ascontiguousarray(array, dtype=FLOAT) for key, array in (parameters or {}).items()}
        self._check(node, layer, shapes, arrays)
        names = list(names_of(node)) if origin is None else list(origin)
        self.entries[name] = Entry(layer, [value.layer for value in inputs], shape, arrays, names)
        first = inputs[0]
        if axes is None:
            axes = first.axes
            if len(shape) == 1 and first.is_maps:
                axes = pooled_axes(first.axes)
        return Activation(name, shape, axes, batch=first.batch)

    def _check(self, node: ForeignNode, layer: Layer, shapes: list[Shape], arrays: Mapping[str, Array]) -> None:
        wanted = layer.parameter_shapes(*shapes)
        for key, shape in wanted.items():
            found = arrays[key].shape if key in arrays else None
            if found != shape:
                raise self.refusal(
                    node,
                    "weights_do_not_fit",
                    f"its {key} has the shape {list(found or ())} and should have {list(shape)}",
                    parameter=key,
                    found=list(found or ()),
                    expected=list(shape),
                )

    def name(self, wanted: str, kind: str) -> str:
        """A name of ours, unused: letters, digits and _ . - of the file's name, at most 64 of them."""
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", wanted).strip("_.-") or kind
        if len(plain) > LONGEST_NAME:
            plain = plain[-LONGEST_NAME:].lstrip("_.-")
        name, count = plain, 2
        while name in self.entries or name == "input":
            ending = f"_{count}"
            name, count = plain[: LONGEST_NAME - len(ending)] + ending, count + 1
        return name

    def note(self, action: str, node: ForeignNode, reason: str, into: str | None = None) -> None:
        self.notes.append(Note(action, f"{node.op} {short(label(node), 60)}", reason, into))

    def refusal(self, node: ForeignNode, reason: str, what: str, remedy: str = "", /, **params: Any) -> FileError:
        """A sentence that names layer, operation, attribute, value and remedy."""
        same = (node.name, node.inputs)  # a step may stand for a part of its node
        position = next((i for i, other in enumerate(self.graph.nodes) if (other.name, other.inputs) == same), 0)
        text = f"layer {position} {short(label(node), 60)!r} ({node.op}): {what}"
        return FileError(
            f"import_{reason}",
            f"{text}; {remedy}" if remedy else text,
            position=position,
            layer=short(label(node), 60),
            operation=node.op,
            what=what,
            **params,
        )

    # Values

    def maps(self, node: ForeignNode, value: Any, layout: Sequence[str]) -> Activation:
        """The value as maps whose sides the operation reads in this layout; refused where they mean something else."""
        if isinstance(value, Activation) and value.is_maps and len(value.axes) == len(layout):
            wrong = [
                a for a, wanted in zip(value.axes, layout, strict=True) if a not in (wanted, ONE) and value.size(a) != 1
            ]
            if not wrong:
                return Activation(value.layer, value.shape, tuple(layout), batch=value.batch)
        if isinstance(value, Activation):
            raise self.refusal(
                node,
                "layout_unknown",
                f"it reads a tensor of {list(value.sides)} as maps, and its sides mean {', '.join(value.axes)}",
                found=list(value.axes),
            )
        raise self.refusal(node, "needs_activation", "it reads a constant where the picture's values belong")

    def vector(self, node: ForeignNode, value: Any) -> Activation:
        """The value as a vector; maps whose sides were put aside are flattened in the file's order."""
        if not isinstance(value, Activation):
            raise self.refusal(node, "needs_activation", "it reads a constant where the picture's values belong")
        if not value.is_maps:
            return value
        joint = next((a for a in value.axes if a in (CHW, HWC)), None)
        order = joint.lower() if joint else flatten_order(value)
        if order is None or len(value.meaningful) > 1:
            raise self.refusal(
                node,
                "needs_vector",
                f"it reads one vector and gets maps of {'×'.join(map(str, value.shape))}",
                "put a flatten or global pooling layer before it",
                shape=list(value.shape),
            )
        return self.flatten(node, value, order, added=True)

    def flatten(
        self,
        node: ForeignNode,
        value: Activation,
        order: str,
        axes: tuple[str, ...] | None = None,
        *,
        added: bool = False,
    ) -> Activation:
        """A flatten layer that keeps the file's own order of the values."""
        result = self.add(
            node,
            "flatten",
            [value],
            axes=axes or vector_axes(value),
            order=order,
            origin=[] if added else None,
            wanted="flatten" if added else None,
        )
        if added:
            self.note("added", node, "flatten_for_vector", result.layer)
        return result

    def entry(self, value: Activation) -> Entry | None:
        return self.entries.get(value.layer)

    def alone(self, value: Activation) -> bool:
        """Whether what a layer gives goes one way only: the step that reads it can then be taken into the layer.

        The file may know it by several names, where steps in between only rename its sides.
        """
        ends = {output.name for output in self.graph.outputs}
        known = (n for n, v in self.values.items() if isinstance(v, Activation) and v.layer == value.layer)
        return all(self.consumers[name] == 1 and name not in ends for name in known)


def vector_axes(value: Activation) -> tuple[str, ...]:
    """The axes of maps of which at most one side is longer than 1, seen as one vector."""
    meaning = value.meaningful
    keep = meaning[0] if meaning else next((a for a in (CHANNEL, ROW, COLUMN) if a in value.axes), None)
    found = [axis if axis in (BATCH, ONE) else FEATURE if axis == keep else ONE for axis in value.axes]
    if FEATURE not in found:  # every side of 1 was put aside
        found = [*found[:1], FEATURE, *found[2:]] if len(found) > 1 else [FEATURE]
    return tuple(found)


def pooled_axes(axes: Sequence[str]) -> tuple[str, ...]:
    """The axes of maps after each became one number."""
    return tuple(FEATURE if axis == CHANNEL else ONE if axis in (ROW, COLUMN) else axis for axis in axes)


def own_name(node: ForeignNode, graph: ForeignGraph) -> str:
    """What a person would call the layer: the owner of its weights, else the node's name, else its output's."""
    if graph.format == "keras":
        return node.name
    for name in node.inputs[1:]:
        if name in graph.constants and name.endswith((".weight", ".bias")):
            return name.rsplit(".", 1)[0]
    plain = node.name.strip("/")
    if graph.format == "tflite":
        plain = plain.split(":", 1)[-1]
    parts = [part for part in plain.split("/") if part]
    for ending in (
        "BiasAdd",
        "Relu",
        "Relu6",
        "Conv2D",
        "MatMul",
        "MaxPool",
        "AvgPool",
        "Softmax",
        "Reshape",
        "depthwise",
    ):
        if len(parts) > 1 and parts[-1] == ending:
            parts = parts[:-1]
    if graph.format in ("tfjs", "tflite") and parts:
        return parts[-1]
    if not plain or plain.isdigit():
        return f"{node.op.lower()}_{node.outputs[0]}" if node.outputs else node.op.lower()
    return "_".join(parts[-2:]) if len(parts) > 1 else plain


def names_of(node: ForeignNode) -> list[str]:
    """The names under which the file knows a node: its output's, then its own."""
    return list(dict.fromkeys(name for name in (*node.outputs[:1], node.name) if name))


def label(node: ForeignNode) -> str:
    return node.name or (node.outputs[0] if node.outputs else node.op)
