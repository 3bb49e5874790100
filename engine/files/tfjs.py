"""TensorFlow.js: model.json with a Keras configuration or a TensorFlow graph, and weights in shards beside it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.foreign import (
    Budget,
    Files,
    ForeignGraph,
    ForeignNode,
    ForeignValue,
    cut_short,
    damaged,
    finite,
    short,
)
from cnn_loupe.engine.files.keras import named_weights
from cnn_loupe.engine.files.keras_config import Layer, graph_of
from cnn_loupe.engine.files.plain_json import parse

DTYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint8": "u1", "uint16": "<u2", "bool": "?"}
_TYPES = {"DT_FLOAT": "<f4", "DT_INT32": "<i4", "DT_BOOL": "?"}


def read(name: str, files: Files) -> ForeignGraph:
    """The model in `files[name]`; its shards are found among the other files by their base names."""
    text = files[name].decode("utf-8-sig", "replace")
    model = parse(name, text, "content")
    if not isinstance(model, Mapping):
        raise damaged(name, "it holds no object")
    topology = model.get("modelTopology")
    if not isinstance(topology, Mapping):
        raise damaged(name, "there is no modelTopology in it")
    tensors = _tensors(name, model.get("weightsManifest"), files)
    producer = str(model.get("generatedBy") or model.get("convertedBy") or "TensorFlow.js")
    # What is said of the whole: a licence, say, and what Teachable Machine knows of its classes.
    metadata = {key: value for key, value in model.items() if key == "userDefinedMetadata" or isinstance(value, str)}
    if "node" in topology:
        return _graph_model(name, model, topology, tensors, producer, metadata)
    config = topology.get("model_config", topology)
    found = graph_of(name, config, f"Keras {topology.get('keras_version') or ''}".strip(), _by_name(name, tensors))
    return ForeignGraph(
        **{
            **vars(found),
            "producer": f"{found.producer} by way of {producer}",
            "metadata": {**found.metadata, **metadata},
        }
    )


def _tensors(file: str, manifest: Any, files: Files) -> dict[str, np.ndarray[Any, Any]]:
    """Every weight of the manifest. The shards of a group are one row of bytes; quantised weights are spread again."""
    if not isinstance(manifest, Sequence) or isinstance(manifest, str):
        raise damaged(file, "there is no weightsManifest in it")
    budget, found = Budget(file), {}
    for group in manifest:
        if (
            not isinstance(group, Mapping)
            or not isinstance(group.get("paths"), Sequence)
            or not isinstance(group.get("weights"), Sequence)
        ):
            raise damaged(file, "its weightsManifest")
        data = b"".join(_shard(file, str(path), files) for path in group["paths"])
        place = 0
        for entry in group["weights"]:
            if not isinstance(entry, Mapping) or not isinstance(entry.get("shape"), Sequence):
                raise damaged(file, "an entry of its weightsManifest")
            name, quantised = str(entry.get("name", "")), entry.get("quantization")
            kind = quantised.get("dtype") if isinstance(quantised, Mapping) else entry.get("dtype")
            if kind not in DTYPES:
                raise damaged(file, f"the weight {short(name)} has the type {short(str(kind))}")
            shape = tuple(side if isinstance(side, int) else -1 for side in entry["shape"])
            count, dtype = budget.take(name, shape), np.dtype(DTYPES[str(kind)])
            if place + count * dtype.itemsize > len(data):
                raise cut_short(file, place + count * dtype.itemsize - len(data))
            tensor = np.frombuffer(data, dtype, count, place).reshape(shape)
            place += count * dtype.itemsize
            found[name] = finite(file, name, _spread(file, tensor, quantised))
    return found


def _spread(file: str, tensor: np.ndarray[Any, Any], quantised: Any) -> np.ndarray[Any, Any]:
    """value = stored · scale + minimum, in float32 as TensorFlow.js reckons it."""
    if not isinstance(quantised, Mapping):
        return tensor
    if quantised.get("dtype") == "float16":
        return tensor.astype("<f4")
    scale, low = quantised.get("scale"), quantised.get("min", 0)
    if not isinstance(scale, (int, float)) or not isinstance(low, (int, float)):
        raise damaged(file, "the quantisation of a weight")
    return tensor.astype("<f4") * np.float32(scale) + np.float32(low)


def _shard(file: str, path: str, files: Files) -> bytes:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    if name in files:
        return files[name]
    # Browsers number repeated downloads: "weights (1).bin".
    stem, _, ending = name.partition(".")
    alike = [key for key in files if key.startswith(stem) and key.endswith(ending) and key != file]
    if len(alike) == 1:
        return files[alike[0]]
    raise FileError(
        "file_needs_another",
        f"{file} keeps its weights in a second file, {short(name)}, which is not here; give both together",
        file=file,
        missing=short(name),
    )


def _by_name(file: str, tensors: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    def load(layer: Layer) -> Mapping[str, np.ndarray[Any, Any]]:
        own = [
            (name, tensor)
            for name, tensor in tensors.items()
            if (parts := name.split("/")) and len(parts) > 1 and parts[-2] == layer.name
        ]
        return named_weights(own, layer)

    return load


# Graph models: TensorFlow's own nodes.


def _graph_model(
    file: str,
    model: Mapping[str, Any],
    topology: Mapping[str, Any],
    tensors: dict[str, np.ndarray[Any, Any]],
    producer: str,
    metadata: Mapping[str, Any],
) -> ForeignGraph:
    entries = topology["node"]
    if not isinstance(entries, Sequence) or not all(isinstance(entry, Mapping) for entry in entries):
        raise damaged(file, "its graph lists no nodes")
    nodes, inputs = [], []
    for entry in entries:
        op, name = str(entry.get("op", "")), str(entry.get("name", ""))
        attributes = {key: _attribute(file, value) for key, value in (entry.get("attr") or {}).items()}
        wanted = tuple(str(x).removesuffix(":0") for x in entry.get("input") or [] if not str(x).startswith("^"))
        if op in {"Placeholder", "PlaceholderWithDefault"}:
            inputs.append(ForeignValue(name, _open_sides(attributes.get("shape"))))
        elif op == "Const":
            if name not in tensors:
                raise damaged(file, f"the constant {short(name)} is not in its weightsManifest")
        else:
            nodes.append(ForeignNode(op, name, wanted, (name,), attributes))
    read = {value for node in nodes for value in node.inputs}
    told = _signature(model.get("signature") or (model.get("userDefinedMetadata") or {}).get("signature"))
    outputs = [name for name in told if name in {n.name for n in nodes}]
    outputs = outputs or [node.name for node in nodes if node.name not in read and node.op != "NoOp"]
    return ForeignGraph(
        format="tfjs",
        producer=producer,
        version=0,
        nodes=[node for node in nodes if node.op != "NoOp"],
        inputs=inputs,
        outputs=[ForeignValue(name, None) for name in outputs],
        constants=tensors,
        metadata=metadata,
    )


def _signature(signature: Any) -> list[str]:
    outputs = signature.get("outputs") if isinstance(signature, Mapping) else None
    if not isinstance(outputs, Mapping):
        return []
    return [str(value.get("name", "")).split(":")[0] for value in outputs.values() if isinstance(value, Mapping)]


def _attribute(file: str, value: Any) -> Any:
    """One attribute of protobuf's JSON form as a plain value."""
    if not isinstance(value, Mapping):
        return None
    if "list" in value:
        listed = value["list"] if isinstance(value["list"], Mapping) else {}
        return [_attribute(file, {key: one}) for key in ("i", "f", "s", "b") for one in listed.get(key) or []]
    if "i" in value:
        return _whole(file, value["i"])
    if "f" in value:
        return float(value["f"]) if isinstance(value["f"], (int, float)) else None
    if "b" in value:
        return bool(value["b"])
    if "s" in value:
        return _text(value["s"])
    if "type" in value:
        return value["type"]
    if "shape" in value:
        sides = value["shape"].get("dim") or [] if isinstance(value["shape"], Mapping) else []
        return [_whole(file, side.get("size", -1)) if isinstance(side, Mapping) else -1 for side in sides]
    return None


def _whole(file: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise damaged(file, f"{short(str(value))} where a whole number belongs") from error


def _text(value: Any) -> str:
    """Bytes in base64; some writers give a list of character codes."""
    if isinstance(value, list):
        return bytes(x & 255 for x in value if isinstance(x, int)).decode("utf-8", "replace")
    try:
        return base64.b64decode(str(value), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return str(value)


def _open_sides(shape: Any) -> tuple[int | None, ...] | None:
    return None if not isinstance(shape, list) else tuple(side if side > 0 else None for side in shape)
