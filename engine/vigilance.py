"""What a training remembers so that its network can notice strange pictures, and how well it does.

A network that learnt from everything has no held-out pictures to be judged on. So the ranges are
its own, from what it learnt from; how many numbers may lie outside, and how often familiar pictures
are noted by mistake, is found out on the parts' networks, each with ranges of its own and the
pictures that were held out from it. Kept and parts are the same network after a simple training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.dataset import Dataset
from cnn_loupe.engine.familiarity import (
    QUIET,
    WITHIN,
    Measured,
    measured,
    outside,
    stacked,
    threshold,
    usual,
    watched,
)
from cnn_loupe.engine.measure import CUTS
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.strange import MAKERS, strange
from cnn_loupe.engine.train import Trained

PICTURES = 500  # of each strange sort
MEASURE = (
    "of each map of each activation layer: mean, spread (standard deviation) and share of the layer's spread; "
    "a picture is noted where more than `most_outside` of these numbers lie outside `ranges`"
)


def vigilance(
    kept: Trained, parts: Sequence[tuple[Trained, Array]], data: Dataset, seed: int
) -> dict[str, Any]:
    """Ranges, threshold and error rates; empty where the model has no activation layer with maps.

    parts are networks with the rows held out from each; kept learnt from the rest of its part, or
    from everything where it is none of them.
    """
    if not parts or not watched(kept.spec):
        return {}
    counts, ranges = [], {}
    for trained, rows in parts:
        learnt = np.setdiff1d(np.arange(len(data)), rows)
        own = usual(_numbers(trained, data, learnt))
        counts.append(outside(_numbers(trained, data, rows), own))
        if trained is kept:
            ranges = own
    ranges = ranges or usual(_numbers(kept, data, np.arange(len(data))))
    most = threshold(np.concatenate(counts))
    shown = np.sort(np.concatenate([rows for _, rows in parts]))
    return {
        "ranges_hold": WITHIN,
        "familiar_part": QUIET,
        "ranges": ranges,
        "most_outside": most,
        "rates": {"held_out": _false_alarms(counts), **_rates(kept, ranges, most, data, shown, seed)},
        "strange_pictures": PICTURES,
        "rule": MEASURE,
    }


def _numbers(trained: Trained, data: Dataset, rows: Array) -> Measured:
    network, layers = Network(trained.spec, trained.parameters), watched(trained.spec)
    return stacked([measured(network.run(data.inputs(slice(row, row + 1))[0]), layers) for row in rows])


def _false_alarms(counts: Sequence[Array]) -> float:
    """The part of the held-out pictures noted, each with the threshold that the others give."""
    alone = len(counts) == 1 and len(counts[0]) >= CUTS
    groups = [counts[0][cut::CUTS] for cut in range(CUTS)] if alone else counts
    noted = 0
    for number, own in enumerate(groups):
        others = [group for other, group in enumerate(groups) if other != number] or [own]
        noted += int((own > threshold(np.concatenate(others))).sum())
    return round(noted / sum(map(len, groups)), 4)


def _rates(
    kept: Trained, ranges: Mapping[str, Any], most: int, data: Dataset, rows: Array, seed: int
) -> dict[str, float]:
    """The part of the strange pictures of each sort that is noted."""
    network, layers = Network(kept.spec, kept.parameters), watched(kept.spec)
    found: dict[str, float] = {}
    for name in MAKERS:
        rng = np.random.default_rng([seed, len(found)])
        chosen = rng.choice(rows, PICTURES)
        pictures = (strange(name, rng, data.inputs(slice(row, row + 1))[0]) for row in chosen)
        counts = outside(stacked([measured(network.run(picture), layers) for picture in pictures]), ranges)
        found[name] = round(float((counts > most).mean()), 4)
    return found
