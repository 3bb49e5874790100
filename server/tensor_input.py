"""A tensor in a JSON body, read with every rule checked: form, sizes, numbers."""

from __future__ import annotations

import binascii
import math
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.server.errors import Problem


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
        and all(isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= largest for side in shape)
        and math.prod(shape) <= largest
    )


def _bad_tensor(reason: str) -> Problem:
    return Problem(422, "tensor_malformed", f"The input tensor {reason}.", reason=reason)
