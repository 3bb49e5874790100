"""The graph that a Keras configuration describes: Sequential and Functional models, one inside another.

Each call of a layer becomes a node. A layer that is called twice gives two nodes with the same weights. Nested models
are unrolled: their inner layers stand in the graph as if they had been written there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.foreign import DEEPEST, ForeignGraph, ForeignNode, ForeignValue, damaged, short

Config = Mapping[str, Any]
Weights = Callable[["Layer"], Mapping[str, np.ndarray[Any, Any]]]
OPERATIONS = "keras.src.ops."  # the modules of Keras 3's functions on values, as in x / 255 or ops.relu(x)
MODELS = {"Sequential", "Functional", "Model"}
MOST_LAYERS = 10_000


@dataclass(frozen=True)
class Layer:
    """One layer of a configuration.

    path     its name behind the names of the models that hold it, outermost first
    counted  the same places as Keras 3 names them in its archives: class and count, `conv2d_1`
    """

    kind: str
    config: Config
    path: tuple[str, ...]
    counted: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass
class _Draft:
    file: str
    weights: Weights
    nodes: list[ForeignNode] = field(default_factory=list)
    inputs: list[ForeignValue] = field(default_factory=list)
    constants: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    loaded: dict[tuple[str, ...], Mapping[str, str]] = field(default_factory=dict)

    def unused(self, wanted: str) -> str:
        name, count = wanted, 2
        while name in self.names:
            name, count = f"{wanted}_{count}", count + 1
        self.names.add(name)
        return name


def graph_of(
    file: str, config: Any, producer: str, weights: Weights, told: Mapping[str, Any] = MappingProxyType({})
) -> ForeignGraph:
    """The whole graph. `weights` gives a layer's tensors by Keras's short names; `told` is what else the file says.

    Constants are called `<layer>/<weight>`; the node's attribute `weights` lists them by short name.
    """
    top = _model(file, config)
    draft = _Draft(file, weights)
    outputs = _unroll(draft, top, None, (), (), 0)
    return ForeignGraph(
        format="keras",
        producer=producer or "Keras",
        version=0,
        nodes=draft.nodes,
        inputs=draft.inputs,
        outputs=[ForeignValue(name, None) for name in outputs],
        constants=draft.constants,
        metadata={**told, **({"name": str(top[1].get("name", ""))} if isinstance(top[1], Mapping) else {})},
    )


def _model(file: str, config: Any) -> tuple[str, Any]:
    """Class and configuration of a model; old TF.js files leave the wrapping out."""
    if isinstance(config, Mapping) and "class_name" in config and "config" in config:
        kind = str(config["class_name"])
        if kind in MODELS:
            inner = config["config"]
            if (
                isinstance(inner, Mapping)
                and "build_input_shape" not in inner
                and isinstance(config.get("build_config"), Mapping)
            ):
                inner = {**inner, "build_input_shape": config["build_config"].get("input_shape")}
            return kind, inner
        raise FileError(
            "file_model_class_unknown",
            f"{file} holds a model of the class {short(kind)}, whose call is Python code and is never run; build it "
            f"with keras.Sequential or keras.Model(inputs, outputs), or export it to ONNX",
            file=file,
            kind=short(kind),
        )
    raise damaged(file, "its configuration describes no model")


def _entries(draft: _Draft, kind: str, config: Any) -> list[Mapping[str, Any]]:
    """The layers' entries of a model."""
    layers = config.get("layers") if isinstance(config, Mapping) else config
    if not isinstance(layers, Sequence) or isinstance(layers, str) or not all(isinstance(e, Mapping) for e in layers):
        raise damaged(draft.file, f"the {kind} model lists no layers")
    if len(layers) + len(draft.nodes) > MOST_LAYERS:
        raise damaged(draft.file, f"it has more than {MOST_LAYERS} layers")
    return list(layers)


def _unroll(
    draft: _Draft,
    model: tuple[str, Any],
    given: Sequence[str] | None,
    path: tuple[str, ...],
    counted: tuple[str, ...],
    depth: int,
) -> list[str]:
    """Add the model's nodes; gives the names of its outputs. `given` are the values that a nested model gets."""
    if depth > DEEPEST:
        raise damaged(draft.file, f"its models nest deeper than {DEEPEST}")
    kind, config = model
    entries = _entries(draft, kind, config)
    counts: dict[str, int] = {}
    layers: dict[str, tuple[Layer, Mapping[str, Any]]] = {}
    for position, entry in enumerate(entries):
        own = entry.get("config")
        own = own if isinstance(own, Mapping) else {"layers": own} if isinstance(own, Sequence) else {}
        word = str(entry.get("class_name", "?")).rsplit(">", 1)[-1]
        name = str(entry.get("name") or own.get("name") or f"{word}_{position}")
        snake = _snake(word)
        number = counts.get(snake, 0)
        counts[snake] = number + 1
        key = snake if number == 0 else f"{snake}_{number}"
        layers[name] = Layer(word, own, (*path, name), (*counted, key)), entry
    if kind == "Sequential" or not any("inbound_nodes" in entry for entry in entries):
        return _chain(draft, config, list(layers.values()), given, depth)
    return _functional(draft, config, layers, given, depth)


def _chain(
    draft: _Draft,
    config: Any,
    layers: Sequence[tuple[Layer, Mapping[str, Any]]],
    given: Sequence[str] | None,
    depth: int,
) -> list[str]:
    """A Sequential model: every layer reads the one before."""
    current = list(given) if given else []
    for layer, entry in layers:
        if layer.kind == "InputLayer":
            if not current:
                current = [_input(draft, layer)]
            continue
        if not current:
            shape = _input_shape(layer.config)
            if shape is None and isinstance(config, Mapping):
                shape = _sides(config.get("build_input_shape"))
            if shape is None and layer.kind in MODELS:
                current = _unroll(draft, _model(draft.file, entry), None, layer.path, layer.counted, depth + 1)
                continue
            current = [_add_input(draft, "input", shape)]
        current = _call(draft, layer, entry, current, depth)
    return current


def _functional(
    draft: _Draft,
    config: Any,
    layers: Mapping[str, tuple[Layer, Mapping[str, Any]]],
    given: Sequence[str] | None,
    depth: int,
) -> list[str]:
    """A Functional model: each entry lists its calls, and each call the values that it reads."""
    values: dict[tuple[str, int, int], str] = {}
    starts = [name for name, _, _ in _references(config.get("input_layers"))] if isinstance(config, Mapping) else []
    for name, (layer, _) in layers.items():
        if layer.kind == "InputLayer":
            if given and name in starts and starts.index(name) < len(given):
                values[name, 0, 0] = given[starts.index(name)]
            elif given and not starts:
                values[name, 0, 0] = given[0]
            else:
                values[name, 0, 0] = _input(draft, layer)
    waiting = [
        (name, index, _call_inputs(draft.file, name, call))
        for name, (layer, entry) in layers.items()
        if layer.kind != "InputLayer"
        for index, call in enumerate(entry.get("inbound_nodes") or [])
    ]
    while waiting:
        later = []
        for name, index, wanted in waiting:
            if all(place in values for place in wanted):
                layer, entry = layers[name]
                found = _call(draft, layer, entry, [values[place] for place in wanted], depth)
                values.update({(name, index, i): value for i, value in enumerate(found)})
            else:
                later.append((name, index, wanted))
        if len(later) == len(waiting):
            # Calls of nested models made before the model was saved are listed too; nothing reads them.
            break
        waiting = later
    ends = _references(config.get("output_layers")) if isinstance(config, Mapping) else []
    found = []
    for end in ends:
        # A shared model counts its calls from where it was built; the first call that exists is meant.
        value = values.get(end) or next((v for (n, _, i), v in values.items() if (n, i) == (end[0], end[2])), None)
        if value is None:
            raise damaged(draft.file, f"the value of {short(end[0])} is never made")
        found.append(value)
    if not found:
        raise damaged(draft.file, "its configuration names no output")
    return found


def _call(draft: _Draft, layer: Layer, entry: Mapping[str, Any], inputs: list[str], depth: int) -> list[str]:
    """One call of a layer or of a nested model."""
    if layer.kind in MODELS:
        return _unroll(draft, _model(draft.file, entry), inputs, layer.path, layer.counted, depth + 1)
    name = draft.unused(layer.name)
    if layer.kind in {"TimeDistributed", "Bidirectional", "RNN"} or layer.kind.endswith(("LSTM", "GRU", "RNN")):
        weights: Mapping[str, str] = {}
    else:
        weights = _weights(draft, layer, name)
    attributes = {**layer.config, "weights": weights, "layer": layer.name}
    if layer.kind in {"TFOpLambda", "SlicingOpLambda"}:
        attributes["arguments"] = entry.get("inbound_nodes")
    kind = layer.kind
    if _is_operation(entry, layer.config):
        # Keras 3's functions share names with its layers: Add, Softmax.
        kind, attributes["arguments"] = f"ops.{kind}", entry.get("inbound_nodes")
    draft.nodes.append(ForeignNode(kind, name, tuple(inputs), (name,), attributes))
    return [name]


def _is_operation(entry: Mapping[str, Any], config: Config) -> bool:
    """Whether the entry is one of Keras 3's functions on values, and no layer.

    Its archives name the module; its .h5 files do not, and there only layers say whether they are trainable.
    """
    if "module" in entry:
        return str(entry["module"]).startswith(OPERATIONS)
    calls = entry.get("inbound_nodes")
    third = isinstance(calls, Sequence) and any(isinstance(call, Mapping) and "args" in call for call in calls)
    return third and "trainable" not in config


def _weights(draft: _Draft, layer: Layer, name: str) -> Mapping[str, str]:
    """Short name → constant; read once for all calls of a layer."""
    if layer.path not in draft.loaded:
        tensors = {f"{name}/{key}": tensor for key, tensor in draft.weights(layer).items()}
        draft.constants.update(tensors)
        draft.loaded[layer.path] = {key.rsplit("/", 1)[1]: key for key in tensors}
    return draft.loaded[layer.path]


def _input(draft: _Draft, layer: Layer) -> str:
    return _add_input(draft, layer.name, _input_shape(layer.config))


def _add_input(draft: _Draft, name: str, shape: tuple[int | None, ...] | None) -> str:
    name = draft.unused(name)
    draft.inputs.append(ForeignValue(name, shape))
    return name


def _input_shape(config: Config) -> tuple[int | None, ...] | None:
    """The shape of the layer's input with the batch in front, under each version's name for it."""
    for key in ("batch_input_shape", "batch_shape", "batchInputShape"):
        if config.get(key) is not None:
            return _sides(config[key])
    if config.get("input_shape") is not None:
        inner = _sides(config["input_shape"])
        return None if inner is None else (None, *inner)
    return None


def _sides(value: Any) -> tuple[int | None, ...] | None:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    return tuple(side if isinstance(side, int) and side > 0 else None for side in value)


def _references(value: Any) -> list[tuple[str, int, int]]:
    """`["name", 0, 0]`, or a list of such."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    if len(value) >= 3 and isinstance(value[0], str):
        return [(value[0], _whole(value[1]), _whole(value[2]))]
    return [reference for entry in value for reference in _references(entry)]


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _call_inputs(file: str, layer: str, call: Any, depth: int = 0) -> list[tuple[str, int, int]]:
    """The values that one call reads. Keras 3 writes `__keras_tensor__` objects, Keras 2 lists of four."""
    if depth > DEEPEST:
        raise damaged(file, f"the calls of {short(layer)} nest too deep")
    if isinstance(call, Mapping):
        if call.get("class_name") == "__keras_tensor__":
            history = call.get("config", {}).get("keras_history") if isinstance(call.get("config"), Mapping) else None
            return _references(history)
        return [
            place for key in ("args", "kwargs") for place in _call_inputs(file, layer, call.get(key), depth + 1)
        ] or (
            [
                place
                for key, value in call.items()
                if key not in {"args", "kwargs"}
                for place in _call_inputs(file, layer, value, depth + 1)
            ]
        )
    if isinstance(call, Sequence) and not isinstance(call, str):
        if len(call) >= 3 and isinstance(call[0], str) and isinstance(call[1], int) and isinstance(call[2], int):
            return [(call[0], call[1], call[2])]
        return [place for entry in call for place in _call_inputs(file, layer, entry, depth + 1)]
    return []


def _snake(name: str) -> str:
    """`conv2d` of Conv2D, `batch_normalization` of BatchNormalization: as Keras counts classes in its archives."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
