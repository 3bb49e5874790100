"""How arrays and runs travel: JSON put together by hand around tensors that are encoded once.

A Tiny VGG run is about 203,000 numbers. Going through a general JSON encoder would cost more than
the network itself, so the megabyte of base64 is copied once, into the answer. The contract tests
hold the result to the schemas that the documentation shows.
"""

from __future__ import annotations

import binascii
import json
import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from pydantic_core import to_json

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.images import Prepared, View
from cnn_loupe.engine.run import Run
from cnn_loupe.server.errors import Problem

try:
    # The extra `fast`: the same text, made with the processor's wide registers in a tenth of the time.
    from pybase64 import b64encode
except ImportError:
    from base64 import b64encode

Encoding = Literal["base64", "list"]
Preparation = Literal["none", "summary", "full"]


# Made once: `json.dumps` makes an encoder for every call, and an answer is put together in sixty.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def dumps(value: Any) -> bytes:
    """Compact JSON; NaN and infinity are not JSON and raise ValueError."""
    return _ENCODER.encode(value).encode("utf-8")


def _finite(value: Any) -> bytes:
    """The same for what has finite numbers only, in a fifth of the time: for the parts of an answer to a run."""
    return to_json(value)


def tensor(array: Array, encoding: Encoding = "base64") -> bytes:
    """`{"shape": […], "dtype": "float32", "data": …}`: base64 little-endian, or nested lists."""
    return b"".join(_tensor(array, encoding))


def _tensor(array: Array, encoding: Encoding) -> Iterator[bytes]:
    """The same in pieces, so that a whole answer is copied once and not once for each level of it."""
    yield _opening(array.shape)
    if encoding == "list":
        yield from _nested(array)
        yield b"}"
        return
    yield b'"'
    yield b64encode(np.ascontiguousarray(array, dtype="<f4").data)
    yield b'"}'


@lru_cache(maxsize=1024)
def _opening(shape: tuple[int, ...]) -> bytes:
    return b'{"shape":%b,"dtype":"float32","data":' % dumps(shape)


@lru_cache(maxsize=1024)
def _layer_opening(name: str, kind: str, shape: tuple[int, ...]) -> bytes:
    return b'{"name":%b,"kind":%b,"shape":%b,"tensor":' % (dumps(name), dumps(kind), dumps(shape))


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


def read_tensor(value: Any, *, largest: int) -> Array:
    """The array in `{"shape", "dtype", "data"}`, data as base64 or nested lists.

    Only the form is checked here; whether shape and values suit the model is the engine's to say.
    """
    if not isinstance(value, dict):
        raise _bad_tensor("must be an object with shape, dtype and data")
    if value.get("dtype", "float32") != "float32":
        raise _bad_tensor("has a dtype other than float32")
    data, shape = value.get("data"), value.get("shape")
    if shape is not None and not _is_shape(shape, largest):
        raise _bad_tensor(f"needs a shape of up to 4 whole numbers with a product of at most {largest}")
    if isinstance(data, str):
        if shape is None:
            raise _bad_tensor("needs its shape beside base64 data")
        return _from_base64(data, shape)
    if isinstance(data, list):
        return _from_lists(data, shape)
    raise _bad_tensor("needs data: base64 text or nested lists of numbers")


def _from_base64(text: str, shape: list[int]) -> Array:
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise _bad_tensor("has data that are not base64") from error
    if len(raw) != 4 * math.prod(shape):
        raise _bad_tensor(f"has {len(raw)} bytes of data; its shape needs {4 * math.prod(shape)}")
    return np.frombuffer(raw, dtype="<f4").reshape(shape)


def _from_lists(data: list[Any], shape: list[int] | None) -> Array:
    if not _are_numbers(data, depth=0):
        raise _bad_tensor("has data that are not nested lists of numbers")
    try:
        array = np.asarray(data, dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise _bad_tensor("has lists of unequal length, or values beyond float32") from error
    if shape is not None and list(array.shape) != shape:
        raise _bad_tensor(f"has data of shape {list(array.shape)} where it declares {shape}")
    return array


def _are_numbers(value: Any, depth: int) -> bool:
    if isinstance(value, list):
        return depth < 4 and all(_are_numbers(item, depth + 1) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_shape(shape: Any, largest: int) -> bool:
    return (
        isinstance(shape, list)
        and 1 <= len(shape) <= 4
        and all(
            isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= largest for side in shape
        )
        and math.prod(shape) <= largest
    )


def _bad_tensor(reason: str) -> Problem:
    return Problem(422, "tensor_malformed", f"The input tensor {reason}.", reason=reason)


def run_answer(
    run: Run,
    *,
    digest: str,
    layers: frozenset[str] | None = None,
    encoding: Encoding = "base64",
    prepared: Prepared | None = None,
    preparation: Preparation = "summary",
    note: dict[str, Any] | None = None,
) -> bytes:
    """The whole answer to a run whose values are finite; `layers` limits which it carries (None is all)."""
    parts = [b'{"model":', dumps(run.spec.id), b',"digest":', dumps(digest), b',"input":']
    parts += _tensor(run.input, encoding)
    if prepared is not None and preparation != "none":
        parts += [b',"preparation":', _finite(describe_preparation(prepared))]
    between = b',"layers":['
    for layer in run.spec.layers:
        if layers is not None and layer.name not in layers:
            continue
        values = run.activations[layer.name]
        parts += [between, _layer_opening(layer.name, layer.kind, values.shape)]
        parts += _tensor(values, encoding)
        parts.append(b"}")
        between = b","
    parts.append(b',"layers":[],"scores":' if between != b"," else b'],"scores":')
    parts.append(_finite(list(_scores(run))))
    if note:
        parts += [b',"note":', _finite(note)]
    parts.append(b"}")
    return b"".join(parts)


def check_finite(run: Run) -> None:
    """Large values in a sent tensor can overflow float32 on the way; infinity is no answer."""
    for layer in run.spec.layers:
        if not layer.keeps_finite and not np.isfinite(run.activations[layer.name]).all():
            raise Problem(
                422,
                "run_overflows",
                f"The values overflow float32 in layer {layer.name}; send an input with smaller values.",
                layer=layer.name,
            )


def _scores(run: Run) -> Iterable[dict[str, Any]]:
    """One entry a class, in class order; null where the model computes no such number."""
    count = len(run.spec.classes)
    nothing: list[float | None] = [None] * count
    logits = nothing if run.logits is None else run.logits.tolist()
    probabilities = nothing if run.probabilities is None else run.probabilities.tolist()
    for index, (logit, probability) in enumerate(zip(logits[:count], probabilities[:count], strict=True)):
        yield {"class": index, "logit": logit, "probability": probability}


def describe_preparation(prepared: Prepared) -> dict[str, Any]:
    """What was done to the picture, step by step, as data."""
    crop = prepared.crop
    return {
        "source": prepared.source,
        "crop": {"x": crop.x, "y": crop.y, "size": crop.size, "rotate": crop.rotate},
        "steps": [
            {"id": step.id, "params": step.params, "before": _view(step.before), "after": _view(step.after)}
            for step in prepared.steps
        ],
    }


def _view(view: View) -> dict[str, Any]:
    size: dict[str, Any] = {"width": view.width, "height": view.height}
    if view.picture is not None:
        size["picture"] = "data:image/png;base64," + b64encode(view.picture).decode()
    return size
