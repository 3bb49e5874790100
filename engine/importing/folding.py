"""What a file computes of constants alone: shapes put together, weights reshaped, numbers cast.

Exporters write the free batch and the length of a flattened vector as a little program of such steps. They are
computed once, here, with a batch of 1; the operations have ONNX's meaning, and the other vocabularies use its words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Constant = np.ndarray[Any, Any]
LARGEST = 64_000_000  # numbers of one result
_CASTS = {
    1: np.float32,
    2: np.uint8,
    3: np.int8,
    6: np.int32,
    7: np.int64,
    9: np.bool_,
    10: np.float16,
    11: np.float64,
}


class CannotFold(Exception):
    """The operation is not folded, or its constants do not allow it."""


class TooLarge(CannotFold):
    """The result would have more numbers than are read here."""


def fold(op: str, inputs: Sequence[Constant | None], attributes: Mapping[str, Any]) -> list[Constant]:
    """The outputs of an operation whose inputs are all constant. Raises CannotFold."""
    function = _FOLDS.get(op)
    if function is None:
        raise CannotFold(op)
    try:
        found = function(list(inputs), attributes)
    except (ValueError, IndexError, TypeError, KeyError, OverflowError, ZeroDivisionError) as error:
        raise CannotFold(op) from error
    results = found if isinstance(found, list) else [found]
    if any(result.size > LARGEST for result in results):
        raise TooLarge(op)
    return [np.asarray(result) for result in results]


def reshaped(sides: Sequence[int], target: Sequence[int], *, zero_copies: bool = True) -> list[int]:
    """ONNX's Reshape: 0 copies a side, -1 takes what is left. Raises ValueError where it does not come out even."""
    found = [sides[i] if n == 0 and zero_copies else n for i, n in enumerate(target)]
    if found.count(-1) > 1:
        raise ValueError("two open sides")
    if -1 in found:
        rest = math.prod(n for n in found if n != -1)
        if rest == 0 or math.prod(sides) % rest:
            raise ValueError("sides do not come out even")
        found[found.index(-1)] = math.prod(sides) // rest
    if math.prod(found) != math.prod(sides) or any(n < 0 for n in found):
        raise ValueError("another count of numbers")
    return found


def axes_of(inputs: Sequence[Constant | None], attributes: Mapping[str, Any], place: int = 1) -> list[int] | None:
    """The axes that an operation names, as an attribute or, since opset 13, as an input."""
    given = inputs[place] if len(inputs) > place else None
    if given is not None:
        return [int(a) for a in np.ravel(given)]
    listed = attributes.get("axes")
    return None if listed is None else [int(a) for a in listed]


def _reshape(x: list[Any], a: Mapping[str, Any]) -> Any:
    target = a["shape"] if len(x) < 2 or x[1] is None else x[1].tolist()
    return x[0].reshape(reshaped(x[0].shape, target, zero_copies=not a.get("allowzero")))


def _squeeze(x: list[Any], a: Mapping[str, Any]) -> Any:
    axes = axes_of(x, a)
    return np.squeeze(x[0], None if axes is None else tuple(axes))


def _unsqueeze(x: list[Any], a: Mapping[str, Any]) -> Any:
    axes = axes_of(x, a)
    if axes is None:
        raise ValueError("no axes")
    rank = x[0].ndim + len(axes)
    for axis in sorted(n % rank for n in axes):
        x[0] = np.expand_dims(x[0], axis)
    return x[0]


def _slice(x: list[Any], a: Mapping[str, Any]) -> Any:
    if len(x) > 1:
        starts, ends = x[1].tolist(), x[2].tolist()
        axes = x[3].tolist() if len(x) > 3 and x[3] is not None else list(range(len(starts)))
        steps = x[4].tolist() if len(x) > 4 and x[4] is not None else [1] * len(starts)
    else:
        starts, ends = a["starts"], a["ends"]
        axes, steps = a.get("axes") or list(range(len(starts))), [1] * len(starts)
    cut = [slice(None)] * x[0].ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        cut[axis] = slice(start, None if step < 0 and end < -x[0].shape[axis] else end, step)
    return x[0][tuple(cut)]


def _constant_of_shape(x: list[Any], a: Mapping[str, Any]) -> Constant:
    shape = [int(n) for n in x[0]]
    if any(n < 0 for n in shape):
        raise ValueError("negative")
    if math.prod(shape) > LARGEST:
        raise TooLarge
    value = a.get("value")
    return np.full(shape, np.float32(0) if value is None else np.ravel(value)[0])


def _transpose(x: list[Any], a: Mapping[str, Any]) -> Constant:
    return np.transpose(x[0], a.get("perm") or (x[1].tolist() if len(x) > 1 else None))


def _expand(x: list[Any], _: Mapping[str, Any]) -> Constant:
    shape = np.broadcast_shapes(x[0].shape, tuple(int(n) for n in x[1]))
    if math.prod(shape) > LARGEST:
        raise TooLarge
    return np.broadcast_to(x[0], shape)


def _range(x: list[Any], _: Mapping[str, Any]) -> Constant:
    start, stop, step = (np.ravel(v)[0] for v in x)
    if step == 0 or abs((stop - start) / step) > LARGEST:
        raise TooLarge
    return np.arange(start, stop, step)


def _divide(x: list[Any], _: Mapping[str, Any]) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        if x[0].dtype.kind in "iu":
            return np.trunc(x[0] / x[1]).astype(x[0].dtype)
        return np.asarray(x[0] / x[1])


def _split(x: list[Any], a: Mapping[str, Any]) -> list[Constant]:
    sizes = a.get("split") if len(x) < 2 else x[1].tolist()
    if sizes is None:
        raise ValueError("no sizes")
    return list(np.split(x[0], np.cumsum(sizes)[:-1], axis=int(a.get("axis", 0))))


def _reduce(function: Callable[..., Any]) -> Callable[[list[Any], Mapping[str, Any]], Constant]:
    def folded(x: list[Any], a: Mapping[str, Any]) -> Constant:
        axes = axes_of(x, a)
        return np.asarray(
            function(x[0], axis=None if axes is None else tuple(axes), keepdims=bool(a.get("keepdims", 1)))
        )

    return folded


def _strided_slice(x: list[Any], a: Mapping[str, Any]) -> Constant:
    """TensorFlow's slice: bits say which bounds do not count and which axes go."""
    cut: list[Any] = []
    for i, (start, end, step) in enumerate(zip(*(np.ravel(v).tolist() for v in x[1:4]), strict=True)):
        if a.get("shrink_axis_mask", 0) >> i & 1:
            cut.append(start)
            continue
        cut.append(
            slice(
                None if a.get("begin_mask", 0) >> i & 1 else start,
                None if a.get("end_mask", 0) >> i & 1 else end,
                step,
            )
        )
    return np.asarray(x[0][tuple(cut)])


def _pack(x: list[Any], a: Mapping[str, Any]) -> Constant:
    return np.stack(x, axis=int(a.get("axis", 0)))


_FOLDS: dict[str, Callable[[list[Any], Mapping[str, Any]], Constant | list[Constant]]] = {
    "Identity": lambda x, a: x[0],
    "Dropout": lambda x, a: x[0],
    "Cast": lambda x, a: x[0].astype(_CASTS[a["to"]]) if "to" in a else x[0],
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Flatten": lambda x, a: x[0].reshape(math.prod(x[0].shape[: a.get("axis", 1)]), -1),
    "Concat": lambda x, a: np.concatenate([np.atleast_1d(v) for v in x], axis=a.get("axis", 0)),
    "Gather": lambda x, a: np.take(x[0], x[1].astype(np.int64), axis=a.get("axis", 0)),
    "Slice": _slice,
    "Split": _split,
    "Shape": lambda x, a: np.array(x[0].shape[slice(a.get("start"), a.get("end"))], np.int64),
    "Size": lambda x, a: np.array(x[0].size, np.int64),
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Range": _range,
    "Add": lambda x, a: x[0] + x[1],
    "Sub": lambda x, a: x[0] - x[1],
    "Mul": lambda x, a: x[0] * x[1],
    "Div": _divide,
    "Pow": lambda x, a: x[0] ** x[1],
    "Neg": lambda x, a: -x[0],
    "Abs": lambda x, a: np.abs(x[0]),
    "Sqrt": lambda x, a: np.sqrt(x[0]),
    "Exp": lambda x, a: np.exp(x[0]),
    "Reciprocal": lambda x, a: 1 / x[0],
    "Floor": lambda x, a: np.floor(x[0]),
    "Ceil": lambda x, a: np.ceil(x[0]),
    "Equal": lambda x, a: x[0] == x[1],
    "Where": lambda x, a: np.where(x[0], x[1], x[2]),
    "Mod": lambda x, a: np.mod(x[0], x[1]),
    "ReduceProd": _reduce(np.prod),
    "ReduceMean": _reduce(np.mean),
    "ReduceSum": _reduce(np.sum),
    "ReduceMax": _reduce(np.max),
    "ReduceL2": _reduce(lambda x, **sides: np.sqrt(np.sum(np.square(x), **sides))),
    "ReduceMin": _reduce(np.min),
    "MatMul": lambda x, a: np.matmul(x[0], x[1]),
    # TensorFlow's words, and TensorFlow Lite's
    "StridedSlice": _strided_slice,
    "STRIDED_SLICE": _strided_slice,
    "Pack": _pack,
    "PACK": _pack,
    "RealDiv": _divide,
    "AddV2": lambda x, a: x[0] + x[1],
    "ConcatV2": lambda x, a: np.concatenate(x[:-1], axis=int(np.ravel(x[-1])[0])),
    "ExpandDims": lambda x, a: np.expand_dims(x[0], int(np.ravel(x[1])[0])),
    "Prod": lambda x, a: np.asarray(
        np.prod(x[0], axis=tuple(np.ravel(x[1]).tolist()), keepdims=bool(a.get("keep_dims")))
    ),
    "RESHAPE": lambda x, a: x[0].reshape(a.get("new_shape") or x[1].tolist()),
    "TRANSPOSE": _transpose,
    "DEQUANTIZE": lambda x, a: x[0].astype(np.float32),
}

FOLDED = frozenset(_FOLDS)
