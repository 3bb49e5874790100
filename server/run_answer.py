"""The answer to a run: every layer's values, or an overview of them with small pictures.

A run of a network of the size of ResNet has tens of millions of values; nobody looks at all of them. `full` gives
tensors, of some layers and units if so asked; `overview` gives what a map of the network shows.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.images import Crop, Prepared, View
from cnn_loupe.engine.run import Run
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.wire import Answer, Encoding, LayerPart, units_there

Detail = Literal["full", "overview"]
Preparation = Literal["none", "summary", "full"]

# How many units of a layer an overview shows unless told otherwise, and how large.
THUMBNAILS = range(12)
SIDE = 48
# The share of a layer's |values| that `magnitude` reaches to: what a colour scale ends at.
QUANTILE = 0.995


@dataclass(frozen=True)
class RunOptions:
    """What of a run is asked for, and in which form.

    layers  only these (None: all)
    units   only these units of each layer, counted from 0 (None: all, or the first twelve of an overview)
    side    the longest side of an overview's small pictures, in pixels
    input   whether the input is told, too
    upright the longest side of a picture of the whole that is sent back, in pixels (0: none)
    """

    layers: frozenset[str] | None = None
    units: range | None = None
    detail: Detail = "full"
    side: int = SIDE
    encoding: Encoding = "base64"
    preparation: Preparation = "summary"
    input: bool = True
    crop: Crop | None = None
    upright: int = 0


def run_answer(
    run: Run,
    options: RunOptions,
    *,
    digest: str,
    prepared: Prepared | None = None,
    note: dict[str, Any] | None = None,
    edits: Sequence[str] = (),
) -> Answer:
    """What is said of a run whose values are finite."""
    before: dict[str, Any] = {"model": run.spec.id, "digest": digest, **({"edits": list(edits)} if edits else {})}
    if prepared is not None and options.preparation != "none":
        before["preparation"] = describe_preparation(prepared)
    describe = _overview if options.detail == "overview" else _values
    layers = [
        describe(layer.name, layer.kind, run.activations[layer.name], options)
        for layer in run.spec.layers
        if options.layers is None or layer.name in options.layers
    ]
    after = {"scores": list(scores_of(run)), **({"note": note} if note else {})}
    return Answer(before, {"input": run.input} if options.input else {}, layers, after)


def _values(name: str, kind: str, values: Array, options: RunOptions) -> LayerPart:
    """A layer's values, or those of the units asked for."""
    fields: dict[str, Any] = {"kind": kind, "shape": list(values.shape)}
    if options.units is not None:
        units = units_there(options.units, len(values))
        fields["units"] = [units.start, units.stop - 1]
        values = values[units.start : units.stop]
    return LayerPart(name, fields, {"tensor": values})


def _overview(name: str, kind: str, values: Array, options: RunOptions) -> LayerPart:
    """What a map of the network shows of a layer.

    minimum, maximum  (U,) float32: the least and the largest value of every unit
    order             (U,) int32: the units by their largest value, the largest first
    thumbnails        (N, h, w) uint8: maps number `units`, reduced by averaging to at most `side`; 0 stands for `low`,
                      255 for `high`, each (N,) float32. A vector has none: `maximum` holds its values.
    """
    flat = values.reshape(len(values), -1)
    minimum, maximum = flat.min(axis=1), flat.max(axis=1)
    fields: dict[str, Any] = {
        "kind": kind,
        "shape": list(values.shape),
        "statistics": {
            "count": values.size,
            "zeros": values.size - int(np.count_nonzero(values)),
            "minimum": float(minimum.min()),
            "maximum": float(maximum.max()),
            "mean": float(values.mean(dtype=np.float64)),
            "magnitude": magnitude(values, QUANTILE),
        },
    }
    order = np.argsort(-maximum, kind="stable").astype(np.int32)
    tensors: dict[str, Any] = {"minimum": minimum, "maximum": maximum, "order": order}
    if values.ndim == 3:
        units = units_there(options.units or THUMBNAILS, len(values))
        fields["units"] = [units.start, units.stop - 1]
        small = reduced(values[units.start : units.stop], options.side)
        low, high = small.min(axis=(1, 2)), small.max(axis=(1, 2))
        span = np.where(high > low, high - low, 1)[:, None, None]
        bytes_ = np.rint((small - low[:, None, None]) / span * 255).astype(np.uint8)
        tensors |= {"low": low, "high": high, "thumbnails": bytes_}
    return LayerPart(name, fields, tensors)


def reduced(maps: Array, side: int) -> Array:
    """Maps (N, H, W) reduced to at most side × side, each pixel the mean of the cells that it covers."""
    for axis in (1, 2):
        size = maps.shape[axis]
        if size > side:
            starts = np.arange(side) * size // side
            counts = np.diff(starts, append=size).astype(maps.dtype)
            maps = np.add.reduceat(maps, starts, axis=axis) / (counts[:, None] if axis == 1 else counts)
    return maps


def magnitude(values: Array, quantile: float) -> float:
    """The nearest-rank quantile of |v|: the ⌈q·n⌉-th smallest.

    The bits of a float32 without its sign sort as its size does, so the upper half of them is counted first and only
    the values that share it are sorted: a sixteenth of the time of a partition, which many equal values slow down.
    """
    numbers = np.ascontiguousarray(values, "<f4").reshape(-1)
    upper = numbers.view("<u2")[1::2] & np.uint16(0x7FFF)
    rank = max(1, int(np.ceil(quantile * numbers.size)))
    counted = np.cumsum(np.bincount(upper))
    digit = int(np.searchsorted(counted, rank))
    left = np.abs(numbers[upper == digit])
    place = rank - 1 - (int(counted[digit - 1]) if digit else 0)
    return float(np.partition(left, place)[place])


def check_finite(run: Run) -> None:
    """Large values in a sent tensor can overflow float32 on the way; infinity is no answer."""
    edited = {edit.target for edit in run.edits}
    for layer in run.spec.layers:
        may_overflow = not layer.keeps_finite or layer.name in edited
        if may_overflow and not np.isfinite(run.activations[layer.name]).all():
            raise Problem(
                422,
                "run_overflows",
                f"The values overflow float32 in layer {layer.name}; send an input with smaller values.",
                layer=layer.name,
            )


def scores_of(run: Run) -> Iterable[dict[str, Any]]:
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
        "upright": _view(prepared.upright),
        "crop": {"x": crop.x, "y": crop.y, "size": crop.size, "rotate": crop.rotate},
        "steps": [
            {"id": step.id, "params": step.params, "before": _view(step.before), "after": _view(step.after)}
            for step in prepared.steps
        ],
    }


def _view(view: View) -> dict[str, Any]:
    size: dict[str, Any] = {"width": view.width, "height": view.height}
    if view.picture is not None:
        kind = "png" if view.picture.startswith(b"\x89PNG") else "jpeg"
        size["picture"] = f"data:image/{kind};base64," + b64encode(view.picture).decode()
    return size
