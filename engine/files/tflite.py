"""TensorFlow Lite: a FlatBuffer of operators and tensors, float only; labels and metadata in a zip at its end.

A FlatBuffer table begins with the distance to its vtable, which lists where each field lies, 0 for one that is left
out. Field numbers are those of TensorFlow Lite's public schema.fbs.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.bounded import Archive, Buffer
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

MAGIC = b"TFL3"  # at byte 4
DTYPES = {0: "<f4", 1: "<f2", 2: "<i4", 3: "u1", 4: "<i8", 6: "?", 7: "<i2", 9: "i1", 10: "<f8"}
QUANTISED = {3, 9, 7}
MOST = 100_000  # entries of one list

# BuiltinOperator → name; those that a classifier of pictures can hold.
OPERATORS = {
    0: "ADD", 1: "AVERAGE_POOL_2D", 2: "CONCATENATION", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D", 6: "DEQUANTIZE",
    9: "FULLY_CONNECTED", 13: "LOCAL_RESPONSE_NORMALIZATION", 14: "LOGISTIC", 17: "MAX_POOL_2D", 18: "MUL",
    19: "RELU", 20: "RELU_N1_TO_1", 21: "RELU6", 22: "RESHAPE", 23: "RESIZE_BILINEAR", 25: "SOFTMAX", 28: "TANH",
    32: "CUSTOM", 34: "PAD", 39: "TRANSPOSE", 40: "MEAN", 41: "SUB", 42: "DIV", 43: "SQUEEZE", 45: "STRIDED_SLICE",
    50: "LOG_SOFTMAX", 53: "CAST", 54: "PRELU", 55: "MAXIMUM", 57: "MINIMUM", 60: "PADV2", 65: "SLICE",
    67: "TRANSPOSE_CONV", 70: "EXPAND_DIMS", 74: "SUM", 77: "SHAPE", 82: "REDUCE_MAX", 83: "PACK",
    97: "RESIZE_NEAREST_NEIGHBOR", 98: "LEAKY_RELU", 111: "ELU", 114: "QUANTIZE", 117: "HARD_SWISH", 150: "GELU",
}  # fmt: skip
ACTIVATIONS = {0: "", 1: "RELU", 2: "RELU_N1_TO_1", 3: "RELU6", 4: "TANH"}

# The options of operators, field by field: name:layout, "b" a byte, "i" an int32, "f" a float, "?" a truth value,
# "[i" a list; "-" is a field that is not needed.
_POOL = "padding:b stride_w:i stride_h:i filter_w:i filter_h:i activation:b"
OPTIONS: Mapping[str, str] = {
    "CONV_2D": "padding:b stride_w:i stride_h:i activation:b dilation_w:i dilation_h:i",
    "DEPTHWISE_CONV_2D": "padding:b stride_w:i stride_h:i multiplier:i activation:b dilation_w:i dilation_h:i",
    "TRANSPOSE_CONV": "padding:b stride_w:i stride_h:i activation:b",
    "AVERAGE_POOL_2D": _POOL,
    "MAX_POOL_2D": _POOL,
    "FULLY_CONNECTED": "activation:b - keep_dims:?",
    **dict.fromkeys(("ADD", "MUL", "SUB", "DIV"), "activation:b"),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX"), "keep_dims:?"),
    "CONCATENATION": "axis:i activation:b",
    "SOFTMAX": "beta:f",
    "RESHAPE": "new_shape:[i",
    "SQUEEZE": "squeeze_dims:[i",
    "LEAKY_RELU": "alpha:f",
    "GELU": "approximate:?",
    "LOCAL_RESPONSE_NORMALIZATION": "radius:i bias:f alpha:f beta:f",
    "STRIDED_SLICE": "begin_mask:i end_mask:i ellipsis_mask:i new_axis_mask:i shrink_axis_mask:i",
    "RESIZE_NEAREST_NEIGHBOR": "align_corners:? half_pixel_centers:?",
}


class Table:
    """One table of a FlatBuffer; fields are read by number."""

    def __init__(self, buffer: Buffer, position: int) -> None:
        self.buffer, self.position = buffer, position
        vtable = position - buffer.at(position).number("i")
        head = buffer.at(vtable)
        size = head.uint(2)
        head.take(2)
        self._fields = [head.uint(2) for _ in range((size - 4) // 2)] if size >= 4 else []

    def _at(self, number: int) -> Buffer | None:
        offset = self._fields[number] if number < len(self._fields) else 0
        return self.buffer.at(self.position + offset) if offset else None

    def number(self, number: int, layout: str, default: Any = 0) -> Any:
        found = self._at(number)
        return default if found is None else found.number(layout)

    def _target(self, number: int) -> Buffer | None:
        """Where the field points."""
        found = self._at(number)
        return None if found is None else self.buffer.at(found.position + found.uint(4))

    def text(self, number: int) -> str:
        found = self._target(number)
        return "" if found is None else bytes(found.take(found.uint(4))).decode("utf-8", "replace")

    def table(self, number: int) -> Table | None:
        found = self._target(number)
        return None if found is None else Table(self.buffer, found.position)

    def tables(self, number: int) -> list[Table]:
        found = self._target(number)
        if found is None:
            return []
        places = []
        for _ in range(_count(found)):
            here = found.position
            places.append(here + found.uint(4))
        return [Table(self.buffer, place) for place in places]

    def ints(self, number: int) -> list[int]:
        found = self._target(number)
        return [] if found is None else [found.number("i") for _ in range(_count(found))]

    def data(self, number: int, size: int = 1) -> memoryview:
        """The bytes of a list whose entries have `size` bytes."""
        found = self._target(number)
        return memoryview(b"") if found is None else found.take(found.uint(4) * size)


def _count(buffer: Buffer) -> int:
    count = buffer.uint(4)
    if count > MOST or count * 4 > buffer.left:
        raise damaged(buffer.file, f"a list of {count:,} entries")
    return count


def read(name: str, files: Files) -> ForeignGraph:
    """The network in `files[name]`, with the labels that its appended archive holds."""
    data = files[name]
    buffer = Buffer(name, data)
    try:
        model = Table(buffer, buffer.uint(4))
        graphs = model.tables(2)
        if not graphs:
            raise damaged(name, "there is no graph in it")
        return _graph(name, data, model, graphs[0])
    except (struct.error, RecursionError) as error:
        raise damaged(name, "its tables") from error


def _graph(name: str, data: bytes, model: Table, graph: Table) -> ForeignGraph:
    codes = [max(c.number(0, "b"), c.number(3, "i")) for c in model.tables(1)]
    customs = [c.text(1) for c in model.tables(1)]
    buffers = model.tables(4)
    tensors = graph.tables(0)
    names = [f"{i}:{t.text(3)}" for i, t in enumerate(tensors)]
    budget, constants = Budget(name), {}
    for key, tensor in zip(names, tensors, strict=True):
        index = tensor.number(2, "I")
        raw = buffers[index].data(0) if index < len(buffers) else memoryview(b"")
        if len(raw):
            constants[key] = _tensor(name, key, tensor, raw, budget)
    read_here, nodes = set(), []
    for number, operator in enumerate(graph.tables(3)):
        index = operator.number(0, "I")
        code = codes[index] if index < len(codes) else -1
        op = OPERATORS.get(code, f"operator {code}")
        if op == "CUSTOM":
            op = f"CUSTOM:{customs[index]}"
        inputs = tuple(_named(name, names, i) for i in operator.ints(1))
        outputs = tuple(_named(name, names, i) for i in operator.ints(2))
        read_here |= set(inputs)
        nodes.append(
            ForeignNode(op, outputs[0] if outputs else str(number), inputs, outputs, _options(op, operator.table(4)))
        )
    for value in (_named(name, names, i) for i in graph.ints(1)):
        _float_only(name, value, tensors[names.index(value)])
    inside = _appended(name, data)
    labels, metadata = _labels(inside), _preparation(name, model, buffers)
    return ForeignGraph(
        format="tflite",
        producer=f"TensorFlow Lite{' (' + model.text(3) + ')' if model.text(3) else ''}",
        version=model.number(0, "I"),
        nodes=nodes,
        inputs=[
            ForeignValue(v, _shape(tensors[names.index(v)])) for v in (_named(name, names, i) for i in graph.ints(1))
        ],
        outputs=[
            ForeignValue(v, _shape(tensors[names.index(v)])) for v in (_named(name, names, i) for i in graph.ints(2))
        ],
        constants=constants,
        labels=labels,
        metadata=metadata,
    )


def _named(file: str, names: list[str], index: int) -> str:
    if index == -1:
        return ""
    if not 0 <= index < len(names):
        raise damaged(file, f"there is no tensor {index}")
    return names[index]


def _shape(tensor: Table) -> tuple[int | None, ...]:
    return tuple(side if side > 0 else None for side in tensor.ints(0))


def _tensor(file: str, name: str, tensor: Table, raw: memoryview, budget: Budget) -> np.ndarray[Any, Any]:
    kind, shape = tensor.number(1, "b"), tuple(tensor.ints(0))
    if kind == 5:
        return np.array([], dtype=object)
    if kind not in DTYPES:
        raise damaged(file, f"the tensor {short(name)} has the type {kind}")
    _float_only(file, name, tensor)
    dtype = np.dtype(DTYPES[kind])
    count = budget.take(name, shape)
    if len(raw) < count * dtype.itemsize:
        raise cut_short(file, count * dtype.itemsize - len(raw))
    return finite(file, name, np.frombuffer(raw, dtype, count).reshape(shape))


def _float_only(file: str, name: str, tensor: Table) -> None:
    """Refuse whole numbers that stand for floats by a scale."""
    scale = tensor.table(4)
    if tensor.number(1, "b") in QUANTISED and scale is not None and len(scale.data(2)):
        raise FileError(
            "file_quantised",
            f"{file} computes with whole numbers (quantised), which are not the network's own values; export it in "
            f"float32 (converter without optimizations; Teachable Machine: “Floating point”)",
            file=file,
            tensor=short(name),
        )


def _options(op: str, table: Table | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, entry in enumerate(OPTIONS.get(op, "").split()):
        name, _, layout = entry.partition(":")
        if table is None or name == "-":
            continue
        usual = 1 if name.startswith("dilation") else 0
        found[name] = table.ints(number) if layout == "[i" else table.number(number, layout, usual)
    if "activation" in found:
        found["activation"] = ACTIVATIONS.get(found["activation"], f"activation {found['activation']}")
    if "padding" in found:
        found["padding"] = "VALID" if found["padding"] else "SAME"
    return found


def _appended(name: str, data: bytes) -> Archive | None:
    """The archive of associated files at the end of the model."""
    if b"PK\x05\x06" not in data[-66_000:]:
        return None
    try:
        return Archive(name, data)
    except FileError:
        return None  # the bytes of a weight that look like the end of an archive


def _labels(archive: Archive | None) -> tuple[str, ...]:
    if archive is None:
        return ()
    texts = [member for member in archive.names if member.lower().endswith(".txt")]
    if len(texts) != 1:
        texts = [member for member in texts if "label" in member.lower()][:1]
    return tuple(archive.read(texts[0]).decode("utf-8-sig", "replace").splitlines()) if texts else ()


def _preparation(file: str, model: Table, buffers: list[Table]) -> dict[str, Any]:
    """Mean and standard deviation from the TFLITE_METADATA buffer: the network wants (x − mean) / std of 0…255."""
    for entry in model.tables(6):
        index = entry.number(1, "I")
        if entry.text(0) != "TFLITE_METADATA" or index >= len(buffers):
            continue
        data = buffers[index].data(0)
        if len(data) < 8:
            continue
        try:
            root = Buffer(file, data)
            metadata = Table(root, root.uint(4))
            found: dict[str, Any] = {
                "name": metadata.text(0),
                "licence": metadata.text(5),
                "author": metadata.text(4),
            }
            for graph in metadata.tables(3):
                for tensor in graph.tables(2):
                    for unit in tensor.tables(4):
                        options = unit.table(1)
                        if unit.number(0, "B") == 1 and options is not None:  # NormalizationOptions
                            mean, std = (np.frombuffer(options.data(n, 4), "<f4").tolist() for n in (0, 1))
                            found["normalisation"] = {"mean": mean, "std": std}
            return {key: value for key, value in found.items() if value}
        except (FileError, struct.error, ValueError):
            return {}  # metadata is an extra: without it the person says how pictures are prepared
    return {}
