"""Model files of other programs, made here: nothing of theirs is committed."""

from __future__ import annotations

import io
import json
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray[Any, Any]]


def rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(*shape: int, seed: int = 3) -> np.ndarray[Any, Any]:
    return rng(seed + sum(shape)).normal(0, 0.3, shape).astype(np.float32)


# ONNX


def onnx_model(*, external: bool = False) -> dict[str, bytes]:
    """conv (padded unevenly) → relu → pool → a free batch's reshape → gemm → softmax."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    constants = {
        "conv.weight": normal(4, 3, 3, 3), "conv.bias": normal(4), "fc.weight": normal(5, 4 * 4 * 4),
        "fc.bias": normal(5),
        "zero": np.array(0, np.int64), "minus": np.array([-1], np.int64), "axes": np.array([0], np.int64),
    }  # fmt: skip
    nodes = [
        helper.make_node(
            "Conv", ["picture", "conv.weight", "conv.bias"], ["c"], "conv", pads=[0, 0, 1, 1], strides=[1, 1]
        ),
        helper.make_node("Relu", ["c"], ["r"], "relu"),
        helper.make_node("MaxPool", ["r"], ["p"], "pool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        helper.make_node("Shape", ["p"], ["s"]),
        helper.make_node("Gather", ["s", "zero"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "axes"], ["n1"]),
        helper.make_node("Concat", ["n1", "minus"], ["shape"], axis=0),
        helper.make_node("Reshape", ["p", "shape"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", "fc.weight", "fc.bias"], ["scores"], "fc", transB=1),
        helper.make_node("Softmax", ["scores"], ["p_out"], "softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("p_out", TensorProto.FLOAT, ["N", 5])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, producer_name="here", opset_imports=[helper.make_opsetid("", 17)])
    if not external:
        return {"net.onnx": model.SerializeToString()}
    data = bytearray()
    for tensor in model.graph.initializer:
        raw = tensor.raw_data
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (
            ("location", "net.onnx.data"),
            ("offset", str(len(data))),
            ("length", str(len(raw))),
        ):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, value
        data += raw
    del onnx
    return {"net.onnx": model.SerializeToString(), "net.onnx.data": bytes(data)}


# Keras

LAYERS: list[tuple[str, dict[str, Any], Arrays]] = [
    ("Conv2D", {"name": "first", "filters": 4, "kernel_size": [3, 3], "strides": [2, 2],
        "padding": "same", "activation": "relu", "use_bias": True},
     {"kernel": normal(3, 3, 3, 4), "bias": normal(4)}),
    ("BatchNormalization", {"name": "norm", "epsilon": 0.001, "scale": True, "center": True},
     {"gamma": 1 + normal(4), "beta": normal(4), "moving_mean": normal(4), "moving_variance": 1 + normal(4) ** 2}),
    ("MaxPooling2D", {"name": "pool", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}, {}),
    ("Flatten", {"name": "flat"}, {}),
    ("Dropout", {"name": "drop", "rate": 0.5}, {}),
    ("Dense", {"name": "out", "units": 3, "activation": "softmax", "use_bias": True}, {"kernel": normal(16, 3),
        "bias": normal(3)}),
]  # fmt: skip


def keras_config() -> dict[str, Any]:
    entries = [{"class_name": kind, "config": dict(config)} for kind, config, _ in LAYERS]
    entries[0]["config"]["batch_input_shape"] = [None, 8, 8, 3]
    return {"class_name": "Sequential", "config": {"name": "net", "layers": entries}}


def h5_model(**options: Any) -> bytes:
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w", **options) as file:
        file.attrs["model_config"] = json.dumps(keras_config())
        file.attrs["keras_version"] = "2.15.0"
        weights = file.create_group("model_weights")
        for _, config, arrays in LAYERS:
            group = weights.create_group(config["name"])
            group.attrs["weight_names"] = [f"{config['name']}/{key}:0".encode() for key in arrays]
            for key, array in arrays.items():
                group.create_dataset(f"{config['name']}/{key}:0", data=array)
    return out.getvalue()


def keras_archive() -> bytes:
    counted = {"first": "conv2d", "norm": "batch_normalization", "out": "dense"}
    weights = {counted[config["name"]]: list(arrays.values()) for _, config, arrays in LAYERS if arrays}
    return keras_zip(keras_config(), weights)


def keras_zip(config: dict[str, Any], weights: dict[str, list[np.ndarray[Any, Any]]]) -> bytes:
    """An archive of Keras 3: weights by the layer's class and count, in its own order."""
    import h5py

    inner = io.BytesIO()
    with h5py.File(inner, "w") as file:
        for counted, arrays in weights.items():
            group = file.create_group(f"layers/{counted}/vars")
            for number, array in enumerate(arrays):
                group.create_dataset(str(number), data=array)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", inner.getvalue())
    return out.getvalue()


def keras_tensor(name: str) -> dict[str, Any]:
    """How Keras 3 writes a value of the network among a call's arguments."""
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def keras_functional(shape: list[int], steps: list[tuple[str, dict[str, Any], list[Any]]]) -> dict[str, Any]:
    """The configuration of a graph: (class, settings, arguments) for each step; arguments that are names are values.

    A class `ops.…` is one of Keras 3's functions on values; every step is called like its class, or as `name` says.
    """
    first = {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, *shape]}, "inbound_nodes": []}
    entries: list[dict[str, Any]] = [first]
    for kind, settings, given in steps:
        module, _, plain = f"keras.layers.{kind}".rpartition(".")
        module = module.replace("keras.layers.ops", "keras.src.ops.numpy")
        name = settings.get("name", plain)
        args = [keras_tensor(one) if isinstance(one, str) else one for one in given]
        calls = [{"args": [args] if plain in ("Multiply", "Add") and module == "keras.layers" else args, "kwargs": {}}]
        entries.append(
            {"module": module, "class_name": plain, "name": name, "config": {"name": name, **settings},
             "inbound_nodes": calls}
        )  # fmt: skip
    last = entries[-1]["name"]
    config = {"name": "net", "layers": entries, "input_layers": [["x", 0, 0]], "output_layers": [[last, 0, 0]]}
    return {"module": "keras", "class_name": "Functional", "config": config}


def tfjs_model(*, quantised: bool = False) -> dict[str, bytes]:
    weights, data = [], b""
    for _, config, arrays in LAYERS:
        for key, array in arrays.items():
            entry: dict[str, Any] = {
                "name": f"{config['name']}/{key}",
                "shape": list(array.shape),
                "dtype": "float32",
            }
            if quantised:
                low, scale = float(array.min()), float((array.max() - array.min()) / 255) or 1.0
                entry["quantization"] = {"dtype": "uint8", "scale": scale, "min": low}
                array = np.round((array - low) / scale).astype(np.uint8)
            data += array.tobytes()
            weights.append(entry)
    half = len(data) // 2
    topology = {"keras_version": "2.15.0", "model_config": keras_config()}
    manifest = [{"paths": ["./group1-shard1of2.bin", "./group1-shard2of2.bin"], "weights": weights}]
    model = {
        "format": "layers-model",
        "generatedBy": "keras v2.15",
        "modelTopology": topology,
        "weightsManifest": manifest,
    }
    return {
        "model.json": json.dumps(model).encode(),
        "group1-shard1of2.bin": data[:half],
        "group1-shard2of2.bin": data[half:],
    }


# PyTorch: its archive and its pickle without PyTorch. The classes below stand in for the names that it writes.


class _Stored:
    """A tensor as PyTorch pickles it: a call of torch._utils._rebuild_tensor_v2."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = np.ascontiguousarray(array)

    def __reduce__(self) -> Any:
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        return rebuild, (_Storage(self.array), 0, self.array.shape, strides, False, OrderedDict())


class _Storage:
    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = array


def torch_archive(value: Any) -> bytes:
    """`torch.save(value)`; arrays inside stand for tensors."""
    modules = {name: types.ModuleType(name) for name in ("torch", "torch._utils")}

    def _rebuild_tensor_v2(*_: Any) -> None:
        raise AssertionError("nothing of a file is called")

    def storage(name: str) -> type:
        return type(name, (), {"__module__": "torch"})

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    modules["torch._utils"]._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined]
    kinds = {"f4": "FloatStorage", "i8": "LongStorage", "f2": "HalfStorage"}
    for name in kinds.values():
        setattr(modules["torch"], name, storage(name))
    saved: list[np.ndarray[Any, Any]] = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj: Any) -> Any:
            if not isinstance(obj, _Storage):
                return None
            saved.append(obj.array)
            kind = getattr(modules["torch"], kinds[obj.array.dtype.str[1:]])
            return "storage", kind, str(len(saved) - 1), "cuda:0", obj.array.size

    former = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        stream = io.BytesIO()
        Pickler(stream, protocol=2).dump(_wrapped(value))
    finally:
        for name, module in former.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("net/data.pkl", stream.getvalue())
        for number, array in enumerate(saved):
            archive.writestr(f"net/data/{number}", array.tobytes())
        archive.writestr("net/version", "3\n")
    return out.getvalue()


def _wrapped(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _Stored(value)
    if isinstance(value, dict):
        return OrderedDict((key, _wrapped(one)) for key, one in value.items())
    return value


BLITZ: Arrays = {
    "conv1.weight": normal(6, 3, 5, 5), "conv1.bias": normal(6), "conv2.weight": normal(16, 6, 5, 5),
    "conv2.bias": normal(16),
    "fc1.weight": normal(120, 400), "fc1.bias": normal(120), "fc2.weight": normal(84, 120), "fc2.bias": normal(84),
    "fc3.weight": normal(4, 84), "fc3.bias": normal(4),
}  # fmt: skip


def every_file() -> dict[str, dict[str, bytes]]:
    """One of each format, with what belongs to it."""
    return {
        "onnx": onnx_model(),
        "onnx with data": onnx_model(external=True),
        "h5": {"net.h5": h5_model()},
        "keras": {"net.keras": keras_archive()},
        "tfjs": tfjs_model(),
        "tfjs quantised": tfjs_model(quantised=True),
        "torch": {"net.pth": torch_archive(BLITZ)},
    }
