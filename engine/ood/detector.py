"""Out-of-distribution detection: does a picture resemble what the network learnt from?

A softmax distributes 100 % among the classes whatever it is shown. The maps before it tell more: each
has a mean, a spread (the standard deviation of its values) and a share of its layer's spread, and for
pictures like the training pictures each of these statistics stays within a range. A picture that lies
outside many ranges at once makes the network work as no training picture does.

The ranges come from the pictures that a network learnt from; how many statistics may lie outside is
decided on held-out pictures (`cnn_loupe.engine.ood.calibration`). A photograph of another thing can
have usual maps: what the detector misses, and how often it is wrong, stands in the record beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.layers import Activation
from cnn_loupe.engine.run import Run
from cnn_loupe.engine.spec import ModelSpec

RANGE_COVERAGE = 0.99  # part of the training pictures within each range; half of the rest lies on each side
TARGET_SPECIFICITY = 0.99  # part of the held-out pictures that the detector must let pass
LISTED = 5  # statistics that a detection names, the furthest outside first
ROUNDING = 1e-12  # of the mean square: a variance below it is rounding, so the map is constant

MapStatistics = Mapping[str, Mapping[str, Array]]  # layer → statistic → (units,)


def monitored_layers(spec: ModelSpec) -> list[str]:
    """The layers whose maps are measured: activation functions that give maps (C, H, W)."""
    return [layer.name for layer in spec.layers if isinstance(layer, Activation) and len(spec.shapes[layer.name]) == 3]


def map_statistics(run: Run, layers: Iterable[str]) -> dict[str, dict[str, Array]]:
    """Mean, spread and share of the layer's spread of every map, in float64.

    spread[c] = √(Σ v² / n − mean²) over the n values of map c; 0 where that is within the rounding
    of Σ v², as it is for constant maps. share[c] = spread[c] / Σ_k spread[k]; 0 where all maps of
    the layer are constant.
    """
    found = {}
    for name in layers:
        maps = run.activations[name]
        values = maps.astype(np.float64, order="C").reshape(len(maps), -1)
        count = values.shape[1]
        mean = values @ np.ones(count) / count
        power = np.matmul(values[:, None], values[:, :, None]).reshape(-1) / count
        variance = power - mean * mean
        spread = np.sqrt(np.where(variance > ROUNDING * power, variance, 0.0))
        whole = spread.sum()
        share = spread / whole if whole else np.zeros_like(spread)
        found[name] = {"mean": mean, "spread": spread, "share": share}
    return found


def stacked(pictures: Sequence[MapStatistics]) -> dict[str, dict[str, Array]]:
    """The statistics of many pictures, stacked: (N, units) each."""
    first = pictures[0]
    return {
        name: {key: np.stack([picture[name][key] for picture in pictures]) for key in own}
        for name, own in first.items()
    }


def fit_ranges(training: MapStatistics) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The range of each statistic, from the stacked statistics of the training pictures.

    The ends are rounded outwards to four digits, so that a value at an end stays within.
    """
    edges = ((1 - RANGE_COVERAGE) / 2, (1 + RANGE_COVERAGE) / 2)

    def ends(values: Array) -> dict[str, list[float]]:
        low, high = np.quantile(values, edges, axis=0)
        return {"low": [_rounded(v, np.floor) for v in low], "high": [_rounded(v, np.ceil) for v in high]}

    return {name: {key: ends(values) for key, values in own.items()} for name, own in training.items()}


def _rounded(value: float, towards: Callable[[float], float]) -> float:
    if not value:
        return 0.0
    digits = 3 - int(np.floor(np.log10(abs(value))))
    return float(f"{towards(value * 10.0**digits) / 10.0**digits:.4g}")


def count_outside(statistics: MapStatistics, ranges: Mapping[str, Any]) -> Array:
    """How many statistics lie outside their range: one count for each picture."""
    counts = [
        ((values < own[key]["low"]) | (values > own[key]["high"])).sum(axis=-1)
        for name, own in ranges.items()
        for key, values in statistics[name].items()
    ]
    return np.asarray(np.sum(counts, axis=0))


def threshold(counts: Array) -> int:
    """The smallest count that at most 1 % of these (held-out) pictures exceed."""
    return int(np.quantile(counts, TARGET_SPECIFICITY, method="inverted_cdf"))


class OodDetector:
    """The ranges of a model's record as arrays, to judge one run after another.

    record is the model's `training["out_of_distribution"]` with `ranges`, `most_outside` and `rates`.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._ranges = record["ranges"]
        self._most = int(record["most_outside"])
        self._false_alarms = record["rates"]["held_out"]
        self._parts = [(layer, key) for layer, own in self._ranges.items() for key in own]
        ends = [[self._ranges[layer][key][end] for layer, key in self._parts] for end in ("low", "high")]
        self._low, self._high = (np.concatenate(end, dtype=np.float64) for end in ends)
        self._width = np.maximum(self._high - self._low, np.finfo(float).tiny)
        self._names = [
            (layer, key, unit) for layer, key in self._parts for unit in range(len(self._ranges[layer][key]["low"]))
        ]

    @classmethod
    def of(cls, record: Mapping[str, Any] | None) -> OodDetector | None:
        """The detector of a record; None for models without ranges."""
        return cls(record) if record and record.get("ranges") else None

    def detect(self, run: Run) -> dict[str, Any] | None:
        """The detection of a picture unlike all that the network learnt from; None for others.

        It has the count of statistics outside (`value`), what that exceeds (`threshold`), how many
        statistics there are (`numbers`), those furthest outside (`outside`), and how often pictures
        like the training pictures are detected by mistake (`false_alarms`).
        """
        statistics = map_statistics(run, self._ranges)
        values = np.concatenate([statistics[layer][key] for layer, key in self._parts])
        beyond = np.maximum(self._low - values, values - self._high)
        count = int(np.count_nonzero(beyond > 0))
        if count <= self._most:
            return None
        return {
            "measure": "activations",
            "reason": "unusual",
            "value": count,
            "threshold": self._most,
            "numbers": len(values),
            "outside": self._furthest(values, beyond / self._width, count),
            "false_alarms": self._false_alarms,
        }

    def _furthest(self, values: Array, beyond: Array, count: int) -> list[dict[str, Any]]:
        """The statistics furthest outside, in widths of their range; of each unit only its furthest."""
        found: dict[tuple[str, int], dict[str, Any]] = {}
        for place in np.argsort(-beyond, kind="stable")[:count]:
            layer, key, unit = self._names[place]
            if (layer, unit) not in found:
                found[layer, unit] = {
                    "layer": layer,
                    "unit": unit,
                    "statistic": key,
                    "value": float(values[place]),
                    "low": float(self._low[place]),
                    "high": float(self._high[place]),
                }
            if len(found) == LISTED:
                break
        return list(found.values())
