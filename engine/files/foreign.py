"""A network in the words of the file that it came from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError

Tensors = Mapping[str, np.ndarray[Any, Any]]
Files = Mapping[str, bytes]

# Numbers that one file may hold, and how deep its structures may nest.
LARGEST_TENSORS, DEEPEST = 64_000_000, 24


@dataclass(frozen=True)
class ForeignNode:
    """One step of the file's graph: its own word for the operation, and the values that it reads and gives.

    An input that is left out has the empty name. `attributes` are the file's own, under its own names.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ForeignValue:
    """An input or output of the whole graph; a side that the file leaves open is None."""

    name: str
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class ForeignGraph:
    """What a file says, nothing added.

    format      "onnx", "keras", "tfjs", "tflite" or "torch": the vocabulary of the nodes
    producer    the program that wrote it, with its version, as far as the file tells
    version     of the vocabulary (ONNX's opset); 0 where there is none
    constants   name → tensor: weights, and whatever else the file has as numbers
    labels      the names of the classes, where the file holds them
    metadata    what else it tells of itself (author, licence, preparation), plain JSON data
    """

    format: str
    producer: str
    version: int
    nodes: Sequence[ForeignNode]
    inputs: Sequence[ForeignValue]
    outputs: Sequence[ForeignValue]
    constants: Tensors
    labels: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


class Budget:
    """Counts the numbers that tensors ask for, before they are made."""

    def __init__(self, file: str, most: int = LARGEST_TENSORS) -> None:
        self._file, self._left, self._most = file, most, most

    def take(self, name: str, shape: Sequence[int]) -> int:
        """How many numbers a tensor of this shape has; FileError where a side is wrong or the budget is used up."""
        if any(side < 0 for side in shape):
            raise damaged(self._file, f"the tensor {short(name)} has the shape {list(shape)}")
        count = math.prod(shape)
        self._left -= count
        if self._left < 0:
            raise FileError(
                "file_tensors_too_large",
                f"{self._file}: the tensor {short(name)} of {'×'.join(map(str, shape))} numbers brings it to more than "
                f"{self._most:,} numbers, which is the most that is read here; use a smaller network",
                file=self._file,
                tensor=short(name),
                shape=list(shape),
                most=self._most,
            )
        return count


def short(text: str, most: int = 80) -> str:
    """A name from a file, short enough for a sentence and on one line."""
    plain = "".join(c if c.isprintable() else "�" for c in text)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def damaged(file: str, what: str) -> FileError:
    """The file contradicts itself or its format."""
    return FileError(
        "file_damaged",
        f"{file} is damaged: {what}; save or download it again",
        file=file,
        what=what,
    )


def cut_short(file: str, missing: int | None = None) -> FileError:
    """The file ends before what it announces."""
    amount = "" if missing is None else f" by at least {missing:,} bytes"
    return FileError(
        "file_cut_short",
        f"{file} is cut short{amount}: it announces more than it holds; download or copy it again",
        file=file,
        missing=missing or 0,
    )


def finite(file: str, name: str, tensor: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The tensor, refused where a number is not finite; says which."""
    if tensor.dtype.kind == "f" and not np.isfinite(tensor).all():
        place = [int(i) for i in np.argwhere(~np.isfinite(tensor))[0]]
        value = str(tensor[tuple(place)])
        raise FileError(
            "file_not_finite",
            f"{file}: the tensor {short(name)} holds {value} at {place}; a network with such a weight gives no answer: "
            f"its training diverged, take an earlier state",
            file=file,
            tensor=short(name),
            value=value,
            at=place,
        )
    return tensor
