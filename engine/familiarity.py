"""Does a picture resemble what the network learnt from? Judged by how its units answer.

A softmax gives its hundred percent away among the classes whatever it is shown. The maps before it
tell more: each has a mean, a spread (the standard deviation of its values) and a share of its
layer's spread, and for familiar pictures each of these numbers keeps within a range. A picture that
lies outside many of the ranges at once makes the network work as no familiar picture does.

The ranges come from the pictures that a network learnt from; how many numbers may lie outside is
decided on pictures that it did not learn from. A photograph of another thing can have quite usual
maps: what the rule does not find, and how often it is wrong, stands in the record beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.layers.activation import Activation
from engine.run import Run
from engine.spec import ModelSpec

WITHIN = 0.99  # of the pictures learnt from lie within a range, half of the rest on each side
QUIET = 0.99  # of the held-out pictures are not noted
SHOWN = 5  # numbers that a note names, the furthest outside first

Measured = Mapping[str, Mapping[str, Array]]  # layer → statistic → (units,)


def watched(spec: ModelSpec) -> list[str]:
    """The layers whose maps are judged: those of the activation functions."""
    pairs = zip(spec.layers, spec.shapes, strict=True)
    return [layer.name for layer, shape in pairs if isinstance(layer, Activation) and len(shape) == 3]


def measured(run: Run, layers: Iterable[str]) -> dict[str, dict[str, Array]]:
    """Mean, spread and share of the layer's spread of every map, in float64.

    share[c] = spread[c] / Σ_k spread[k]; 0 where all maps of the layer are even.
    """
    found = {}
    for name in layers:
        maps = run.activations[name]
        values = maps.astype(np.float64, order="C").reshape(len(maps), -1)
        mean = values.mean(axis=1)
        values -= mean[:, None]
        # √(Σ (v − mean)² / n), as `std` has it, without the three further passes that it takes
        spread = np.sqrt(np.einsum("cn,cn->c", values, values) / values.shape[1])
        whole = spread.sum()
        share = spread / whole if whole else np.zeros_like(spread)
        found[name] = {"mean": mean, "spread": spread, "share": share}
    return found


def stacked(pictures: Sequence[Measured]) -> dict[str, dict[str, Array]]:
    """Many pictures' numbers below each other: (N, units) each."""
    first = pictures[0]
    return {
        name: {key: np.stack([picture[name][key] for picture in pictures]) for key in own}
        for name, own in first.items()
    }


def usual(familiar: Measured) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The range of each number, from the stacked numbers of the pictures learnt from.

    The ends are rounded outwards to four digits, so that what was at an end stays within.
    """
    edges = ((1 - WITHIN) / 2, (1 + WITHIN) / 2)

    def ends(values: Array) -> dict[str, list[float]]:
        low, high = np.quantile(values, edges, axis=0)
        return {"low": [_rounded(v, np.floor) for v in low], "high": [_rounded(v, np.ceil) for v in high]}

    return {name: {key: ends(values) for key, values in own.items()} for name, own in familiar.items()}


def _rounded(value: float, towards: Callable[[float], float]) -> float:
    if not value:
        return 0.0
    digits = 3 - int(np.floor(np.log10(abs(value))))
    return float(f"{towards(value * 10.0**digits) / 10.0**digits:.4g}")


def outside(numbers: Measured, ranges: Mapping[str, Any]) -> Array:
    """How many numbers lie outside their range: one count for each picture."""
    counts = [
        ((values < own[key]["low"]) | (values > own[key]["high"])).sum(axis=-1)
        for name, own in ranges.items()
        for key, values in numbers[name].items()
    ]
    return np.asarray(np.sum(counts, axis=0))


def threshold(counts: Array) -> int:
    """The smallest count that all but 1 % of these (held-out) pictures do not pass."""
    return int(np.quantile(counts, QUIET, method="inverted_cdf"))


def unlike(run: Run, record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A note about a picture that resembles nothing the network learnt from; None where it does.

    record is the model's `training["out_of_distribution"]`; None as well for models without the
    `ranges` in it. The note has the count (`value`), what it passed (`threshold`), how many
    numbers there are (`numbers`), the furthest outside (`outside`), and how often familiar
    pictures are noted by mistake (`false_alarms`).
    """
    ranges = record.get("ranges") if record else None
    if record is None or not ranges:
        return None
    numbers = measured(run, ranges)
    count = int(outside(numbers, ranges))
    if count <= record["most_outside"]:
        return None
    return {
        "measure": "activations",
        "reason": "unusual",
        "value": count,
        "threshold": record["most_outside"],
        "numbers": sum(len(values) for own in numbers.values() for values in own.values()),
        "outside": _furthest(numbers, ranges),
        "false_alarms": record["rates"]["held_out"],
    }


def _furthest(numbers: Measured, ranges: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The numbers furthest outside, in widths of their range; of each unit only its furthest."""
    found: dict[tuple[str, int], tuple[float, dict[str, Any]]] = {}
    for name, own in numbers.items():
        for key, values in own.items():
            low, high = (np.asarray(ranges[name][key][end]) for end in ("low", "high"))
            beyond = np.maximum(low - values, values - high) / np.maximum(high - low, np.finfo(float).tiny)
            for unit in np.flatnonzero(beyond > 0):
                entry = {
                    "layer": name,
                    "unit": int(unit),
                    "statistic": key,
                    "value": float(values[unit]),
                    "low": float(low[unit]),
                    "high": float(high[unit]),
                }
                if beyond[unit] > found.get((name, int(unit)), (0.0, {}))[0]:
                    found[name, int(unit)] = (float(beyond[unit]), entry)
    order = sorted(found.values(), key=lambda pair: -pair[0])
    return [entry for _, entry in order[:SHOWN]]
