"""What a training record holds for out-of-distribution detection: ranges, threshold, error rates.

A network that learnt from everything has no held-out pictures to be judged on. Its ranges are its own,
from what it learnt from; the threshold and the rate of false alarms come from the folds' networks, each
with ranges of its own and the pictures that were held out from it. After a simple training the kept
network is the one fold's network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.dataset import Dataset
from cnn_loupe.engine.metrics import CUTS
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.ood.detector import (
    RANGE_COVERAGE,
    TARGET_SPECIFICITY,
    MapStatistics,
    count_outside,
    fit_ranges,
    map_statistics,
    monitored_layers,
    stacked,
    threshold,
)
from cnn_loupe.engine.ood.synthetic import MAKERS, synthetic_picture

PICTURES = 500  # of each synthetic sort
MEASURE = (
    "of each map of each activation layer: mean, spread (standard deviation) and share of the layer's spread; "
    "a picture is noted where more than `most_outside` of these numbers lie outside `ranges`"
)


def calibrate(kept: Network, folds: Sequence[tuple[Network, Array]], data: Dataset, seed: int) -> dict[str, Any]:
    """Ranges, threshold and error rates; empty where the model has no activation layer with maps.

    folds are networks with the rows held out from each; kept learnt from the rest of its fold, or
    from everything where it is none of them.
    """
    if not folds or not monitored_layers(kept.spec):
        return {}
    counts, ranges = [], {}
    for network, rows in folds:
        learnt = np.setdiff1d(np.arange(len(data)), rows)
        own = fit_ranges(_statistics(network, data, learnt))
        counts.append(count_outside(_statistics(network, data, rows), own))
        if network is kept:
            ranges = own
    ranges = ranges or fit_ranges(_statistics(kept, data, np.arange(len(data))))
    most = threshold(np.concatenate(counts))
    shown = np.sort(np.concatenate([rows for _, rows in folds]))
    return {
        "ranges_hold": RANGE_COVERAGE,
        "familiar_part": TARGET_SPECIFICITY,
        "ranges": ranges,
        "most_outside": most,
        "rates": {"held_out": _false_alarms(counts), **_rates(kept, ranges, most, data, shown, seed)},
        "strange_pictures": PICTURES,
        "rule": MEASURE,
    }


def _statistics(network: Network, data: Dataset, rows: Array) -> MapStatistics:
    layers = monitored_layers(network.spec)
    runs = (network.run(data.inputs(slice(row, row + 1))[0]) for row in rows)
    return stacked([map_statistics(run, layers) for run in runs])


def _false_alarms(counts: Sequence[Array]) -> float:
    """The part of the held-out pictures detected, each with the threshold that the others give."""
    alone = len(counts) == 1 and len(counts[0]) >= CUTS
    groups = [counts[0][cut::CUTS] for cut in range(CUTS)] if alone else counts
    detected = 0
    for number, own in enumerate(groups):
        others = [group for other, group in enumerate(groups) if other != number] or [own]
        detected += int((own > threshold(np.concatenate(others))).sum())
    return round(detected / sum(map(len, groups)), 4)


def _rates(
    network: Network, ranges: Mapping[str, Any], most: int, data: Dataset, rows: Array, seed: int
) -> dict[str, float]:
    """The part of the synthetic pictures of each sort that is detected."""
    layers = monitored_layers(network.spec)
    found: dict[str, float] = {}
    for name in MAKERS:
        rng = np.random.default_rng([seed, len(found)])
        chosen = rng.choice(rows, PICTURES)
        pictures = (synthetic_picture(name, rng, data.inputs(slice(row, row + 1))[0]) for row in chosen)
        runs = (network.run(picture) for picture in pictures)
        counts = count_outside(stacked([map_statistics(run, layers) for run in runs]), ranges)
        found[name] = round(float((counts > most).mean()), 4)
    return found
