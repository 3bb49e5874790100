"""How answers with tensors travel: as JSON, or as a safetensors file.

An answer is plain data and tensors by name (`Answer`). In JSON a tensor stands in its place, as base64 or as nested
lists; a safetensors file holds the tensors as they are in memory and the rest as JSON in its metadata, where each
tensor's place holds its name in the file. The contract tests hold both to the schemas that the documentation shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from pydantic_core import to_json
from safetensors.numpy import save

from cnn_loupe.engine.arrays import Array

try:
    from pybase64 import b64encode  # the extra `fast`: the same text in a fraction of the time
except ImportError:
    from base64 import b64encode

Encoding = Literal["base64", "list", "safetensors"]
JSON = "application/json"
SAFETENSORS = "application/vnd.safetensors"
MEDIA_TYPES: dict[Encoding, str] = {"base64": JSON, "list": JSON, "safetensors": SAFETENSORS}
# The metadata's key under which a safetensors file holds what is not a tensor.
ANSWER = "answer"

# Made once: `json.dumps` makes an encoder for every call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def dumps(value: Any) -> bytes:
    """Compact JSON; NaN and infinity are not JSON and raise ValueError."""
    return _ENCODER.encode(value).encode("utf-8")


@dataclass(frozen=True)
class LayerPart:
    """What an answer says of one layer: plain fields, and tensors by their key."""

    name: str
    fields: Mapping[str, Any]
    tensors: Mapping[str, Array]


def units_there(units: range, count: int) -> range:
    """Those of the units that a layer with so many has; as many of its last ones where it has none of them."""
    start = min(units.start, max(0, count - len(units)))
    return range(start, min(count, start + len(units)))


@dataclass(frozen=True)
class Answer:
    """What a route gives: plain data with finite numbers, tensors, and a list of layers.

    before, after  the fields that stand before and after the layers
    tensors        tensors among the first fields, by key
    layers         None where the answer has no such list
    """

    before: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, Array] = field(default_factory=dict)
    layers: Sequence[LayerPart] | None = None
    after: Mapping[str, Any] = field(default_factory=dict)

    def encode(self, encoding: Encoding) -> bytes:
        """The answer as it is sent."""
        return self._file() if encoding == "safetensors" else b"".join(self._json(encoding))

    def _json(self, encoding: Encoding) -> Iterator[bytes]:
        """In pieces, so that megabytes of base64 are copied once, into the answer."""
        yield b"{"
        between = b""
        for key, value in self.before.items():
            yield b"%b%b:%b" % (between, _key(key), to_json(value))
            between = b","
        for key, array in self.tensors.items():
            yield b"%b%b:" % (between, _key(key))
            yield from _tensor(array, encoding)
            between = b","
        if self.layers is not None:
            yield b'%b"layers":[' % between
            for index, layer in enumerate(self.layers):
                yield b"," if index else b""
                yield to_json({"name": layer.name, **layer.fields})[:-1]
                for key, array in layer.tensors.items():
                    yield b",%b:" % _key(key)
                    yield from _tensor(array, encoding)
                yield b"}"
            yield b"]"
            between = b","
        for key, value in self.after.items():
            yield b"%b%b:%b" % (between, _key(key), to_json(value))
            between = b","
        yield b"}"

    def _file(self) -> bytes:
        """The tensors without a detour, each under its key, a layer's under `layer/key`."""
        found = dict(self.tensors)
        plain: dict[str, Any] = {**self.before, **{key: key for key in self.tensors}}
        if self.layers is not None:
            plain["layers"] = []
            for layer in self.layers:
                names = {key: f"{layer.name}/{key}" for key in layer.tensors}
                plain["layers"].append({"name": layer.name, **layer.fields, **names})
                found.update({names[key]: array for key, array in layer.tensors.items()})
        plain |= self.after
        contiguous = {name: np.ascontiguousarray(array) for name, array in found.items()}
        return bytes(save(contiguous, {ANSWER: to_json(plain).decode()}))


@lru_cache(maxsize=64)
def _key(key: str) -> bytes:
    return dumps(key)


def _tensor(array: Array, encoding: Encoding) -> Iterator[bytes]:
    """`{"shape": […], "dtype": "float32", "data": …}`: base64 little-endian, or nested lists."""
    yield _opening(array.shape, array.dtype.name)
    if encoding == "list":
        yield from _nested(array)
        yield b"}"
        return
    yield b'"'
    yield b64encode(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data)
    yield b'"}'


@lru_cache(maxsize=1024)
def _opening(shape: tuple[int, ...], dtype: str) -> bytes:
    return b'{"shape":%b,"dtype":"%b","data":' % (dumps(shape), dtype.encode())


def _nested(array: Array) -> Iterator[bytes]:
    """Nested lists, one slice of the first axis at a time: one call that encodes everything would
    keep the interpreter, and so every other request, waiting for a tenth of a second."""
    if array.ndim < 2:
        yield dumps(array.tolist())
        return
    for index, part in enumerate(array):
        yield b"," if index else b"["
        yield dumps(part.tolist())
    yield b"]"
