"""ONNX: a protobuf message of nodes, values and tensors, with the weights inside or in a second file.

Field numbers are those of the public onnx.proto (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto,
ValueInfoProto). Operators of other domains than ONNX's own keep their domain as a prefix: `com.microsoft:FusedConv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files import protobuf
from cnn_loupe.engine.files.bounded import Buffer
from cnn_loupe.engine.files.foreign import (
    DEEPEST,
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

# TensorProto.DataType → NumPy. bfloat16 (16) is widened by hand; strings (8) stay text.
DTYPES = {
    1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "?", 10: "<f2", 11: "<f8", 12: "<u4",
    13: "<u8",
}  # fmt: skip
BFLOAT16, STRING = 16, 8
MOST_NODES = 100_000

Message = dict[int, list[Any]]


def looks_like(data: bytes) -> bool:
    """Whether the bytes can be an ONNX model: its own field numbers in front, a plausible version, a graph."""
    buffer, seen = Buffer("", data), set()
    try:
        for number, encoding, value in protobuf.fields(buffer):
            if number not in {1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26}:
                return False
            if number == 1 and not (encoding == protobuf.VARINT and isinstance(value, int) and 1 <= value < 100):
                return False
            seen.add(number)
    except FileError as error:
        # The graph is announced and not whole, or whatever came before it is ONNX's already.
        return error.code == "file_cut_short" and 1 in seen and len(data) > 16
    return 7 in seen


def read(name: str, files: Files) -> ForeignGraph:
    """The graph in `files[name]`; tensors that it keeps elsewhere are taken from the other files by base name."""
    model = _message(Buffer(name, files[name]))
    if 7 not in model:
        raise damaged(name, "there is no graph in it")
    reader = _Reader(name, files)
    opset = {_text(m, 1): _int(m, 2) for m in map(reader.message, model.get(8, []))}
    producer = " ".join(filter(None, (_text(model, 2), _text(model, 3))))
    metadata = {_text(m, 1): _text(m, 2) for m in map(reader.message, model.get(14, []))}
    return reader.graph(model[7][0], producer, opset.get("", opset.get("ai.onnx", 1)), metadata)


class _Reader:
    def __init__(self, file: str, files: Files) -> None:
        self.file, self.files = file, files
        self.budget = Budget(file)

    def message(self, data: Any) -> Message:
        return _message(Buffer(self.file, self.bytes_of(data)))

    def bytes_of(self, data: Any) -> memoryview:
        """The content of a field that must be bytes."""
        if isinstance(data, int):
            raise damaged(self.file, "a number stands where a message belongs")
        found: memoryview = data
        return found

    def graph(self, data: memoryview, producer: str, opset: int, metadata: Mapping[str, str]) -> ForeignGraph:
        graph = self.message(data)
        if len(graph.get(1, [])) > MOST_NODES:
            raise damaged(self.file, f"its graph has {len(graph[1])} nodes")
        constants: dict[str, np.ndarray[Any, Any]] = {}
        for entry in graph.get(5, []):
            key, tensor = self.tensor(entry)
            constants[key] = tensor
        nodes = [self.node(entry, 0) for entry in graph.get(1, [])]
        inputs = [self.value(entry) for entry in graph.get(11, [])]
        return ForeignGraph(
            format="onnx",
            producer=producer,
            version=opset,
            nodes=nodes,
            # Files of IR version 3 list their weights among the inputs.
            inputs=[value for value in inputs if value.name not in constants],
            outputs=[self.value(entry) for entry in graph.get(12, [])],
            constants=constants,
            metadata=dict(metadata),
        )

    def node(self, data: memoryview, depth: int) -> ForeignNode:
        m = self.message(data)
        domain = _text(m, 7)
        op = _text(m, 4) if domain in {"", "ai.onnx"} else f"{domain}:{_text(m, 4)}"
        attributes = dict(self.attribute(entry, depth) for entry in m.get(5, []))
        return ForeignNode(op, _text(m, 3), _texts(m, 1), _texts(m, 2), attributes)

    def attribute(self, data: memoryview, depth: int) -> tuple[str, Any]:
        if depth > DEEPEST:
            raise damaged(self.file, f"its graphs nest deeper than {DEEPEST}")
        m = self.message(data)
        name = _text(m, 1)
        # AttributeProto.type says which field counts; IR version 1 leaves it out.
        kind = _int(m, 20) or next(
            (k for k, n in ((1, 2), (2, 3), (3, 4), (4, 5), (6, 7), (7, 8), (8, 9)) if n in m), 0
        )
        if kind == 1:
            return name, _float(self.file, m.get(2, [0.0])[-1])
        if kind == 2:
            return name, protobuf.signed(_int(m, 3))
        if kind == 3:
            return name, _text(m, 4)
        if kind == 4 and 5 in m:
            return name, self.tensor(m[5][-1])[1]
        if kind == 6:
            return name, _floats(self.file, m.get(7, []))
        if kind == 7:
            return name, _ints(self.file, m.get(8, []))
        if kind == 8:
            return name, [_decoded(value) for value in m.get(9, [])]
        return name, None  # a sub-graph (If, Loop): the importer refuses the operation by its name

    def value(self, data: memoryview) -> ForeignValue:
        m = self.message(data)
        kind = self.message(m[2][-1]) if 2 in m else {}
        tensor = self.message(kind[1][-1]) if 1 in kind else {}
        if 2 not in tensor:
            return ForeignValue(_text(m, 1), None)
        sides = [self.message(entry) for entry in self.message(tensor[2][-1]).get(1, [])]
        shape = tuple(protobuf.signed(_int(side, 1)) if 1 in side else None for side in sides)
        return ForeignValue(_text(m, 1), tuple(n if n is not None and n > 0 else None for n in shape))

    def tensor(self, data: memoryview) -> tuple[str, np.ndarray[Any, Any]]:
        m = self.message(data)
        name, kind = _text(m, 8), _int(m, 2)
        shape = tuple(_ints(self.file, m.get(1, [])))
        count = self.budget.take(name, shape)
        if kind == STRING:
            found = [_decoded(value) for value in m.get(6, [])]
            if len(found) != count:
                raise damaged(self.file, f"the tensor {short(name)} holds {len(found)} of {count} texts")
            return name, np.array(found, dtype=object).reshape(shape)
        if kind not in DTYPES and kind != BFLOAT16:
            raise FileError(
                "file_numbers_unknown",
                f"{self.file}: the tensor {short(name)} holds numbers of a kind that is not read here (type {kind}); "
                f"export the network in float32",
                file=self.file,
                tensor=short(name),
                kind=kind,
            )
        raw = self._external(m, name) if _int(m, 14) == 1 else self.bytes_of(m[9][-1]) if 9 in m else None
        if raw is None:
            flat = self._listed(m, kind)
        else:
            dtype = np.dtype("<u2" if kind == BFLOAT16 else DTYPES[kind])
            if len(raw) < count * dtype.itemsize:
                raise cut_short(self.file, count * dtype.itemsize - len(raw))
            flat = np.frombuffer(raw, dtype, count)
        if flat.size != count:
            raise damaged(self.file, f"the tensor {short(name)} holds {flat.size} of {count} numbers")
        if kind == BFLOAT16:  # the upper half of a float32
            flat = (flat.astype("<u4") << 16).view("<f4")
        return name, finite(self.file, name, flat.reshape(shape))

    def _listed(self, m: Message, kind: int) -> np.ndarray[Any, Any]:
        """Numbers that stand one by one in the message, in the field of their kind."""
        if kind == 1:
            return np.array(_floats(self.file, m.get(4, [])), "<f4")
        if kind == 11:
            values: list[float] = []
            for entry in m.get(10, []):
                values += protobuf.packed_floats(self.file, self.bytes_of(entry), "<f8")
            return np.array(values, "<f8")
        field = 7 if kind == 7 else 11 if kind in (12, 13) else 5
        found = _ints(self.file, m.get(field, []))
        if kind == 10:  # halves are written as the whole numbers of their bits
            return np.array([x & 0xFFFF for x in found], "<u2").view("<f2")
        try:
            return np.array(found, "<u2" if kind == BFLOAT16 else DTYPES[kind])
        except OverflowError as error:
            raise damaged(self.file, "a number is too large for the kind that its tensor names") from error

    def _external(self, m: Message, tensor: str) -> memoryview:
        """The tensor's bytes in a second file, which was given together with this one."""
        told = {_text(e, 1): _text(e, 2) for e in map(self.message, m.get(13, []))}
        location = told.get("location", "").replace("\\", "/").rsplit("/", 1)[-1]
        if location not in self.files or location == self.file:
            raise FileError(
                "file_needs_another",
                f"{self.file} keeps its weights in a second file, {short(location)}, which is not here; give both "
                f"together, or export in one file: torch.onnx.export(…, external_data=False)",
                file=self.file,
                missing=short(location),
            )
        data = memoryview(self.files[location])
        try:
            offset = int(told.get("offset") or 0)
            length = int(told.get("length") or len(data) - offset)
        except ValueError as error:
            raise damaged(self.file, f"the place of the tensor {short(tensor)} in {short(location)}") from error
        if offset < 0 or length < 0:
            raise damaged(self.file, f"the place of the tensor {short(tensor)} in {short(location)}")
        if offset + length > len(data):
            raise cut_short(location, offset + length - len(data))
        return data[offset : offset + length]


def _message(buffer: Buffer) -> Message:
    found: Message = {}
    for number, _, value in protobuf.fields(buffer):
        found.setdefault(number, []).append(value)
    return found


def _int(m: Message, number: int) -> int:
    value = m.get(number, [0])[-1]
    return value if isinstance(value, int) else 0


def _text(m: Message, number: int) -> str:
    return _decoded(m.get(number, [b""])[-1])


def _texts(m: Message, number: int) -> tuple[str, ...]:
    return tuple(_decoded(value) for value in m.get(number, []))


def _decoded(value: Any) -> str:
    return "" if isinstance(value, int) else bytes(value).decode("utf-8", "replace")


def _float(file: str, value: Any) -> float:
    return 0.0 if isinstance(value, (int, float)) else protobuf.packed_floats(file, value, "<f4")[0]


def _floats(file: str, entries: Iterable[Any]) -> list[float]:
    """A repeated float: one field each, or many in one field."""
    return [x for entry in entries if not isinstance(entry, int) for x in protobuf.packed_floats(file, entry, "<f4")]


def _ints(file: str, entries: Iterable[Any]) -> list[int]:
    """A repeated whole number: one field each, or many in one field."""
    found: list[int] = []
    for entry in entries:
        found += [protobuf.signed(entry)] if isinstance(entry, int) else protobuf.packed_ints(file, entry)
    return found
