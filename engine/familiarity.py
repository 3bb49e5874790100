"""Does a picture resemble anything that the network learnt from? Judged by the energy of its scores.

A softmax always gives its hundred percent away among the classes; how large the scores were before,
it forgets. Their free energy remembers. Two kinds of picture stand out from the held-out ones:
those whose scores are all weak, and those whose scores are unusually strong and yet divided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array

# Weak: the energy is above that of 95 % of the held-out pictures, so that 5 % of the pictures of the
# classes are noted by mistake. Divided: the energy is below that of 95 % of them, and still the
# first class gets less than it does for half of them; very few pictures of the classes are like that.
WEAK, STRONG, MIDDLE = 0.95, 0.05, 0.5


def energy(logits: Array) -> float:
    """Free energy of one picture's scores, (K,): −log Σ_k e^z[k], in nats.

    Source: Liu et al., 2020, https://arxiv.org/abs/2010.03759.
    """
    z = logits.astype(np.float64)
    top = z.max()
    return -float(top + np.log(np.exp(z - top).sum()))


def unlike(logits: Array, record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A note about a picture that resembles none of the classes; None where it does.

    record is the model's `training["out_of_distribution"]`: quantiles of the energy and of the first
    class's probability over the held-out pictures. None as well for models without such a record.
    The note's `reason` is `weak` or `divided`; `value` is the energy, `threshold` what it passed.
    """
    if not record or not {"quantiles", "energy", "top_probability"} <= record.keys():
        return None
    quantiles = list(record["quantiles"])
    if not {WEAK, STRONG, MIDDLE} <= set(quantiles):
        return None
    weak = float(record["energy"][quantiles.index(WEAK)])
    strong = float(record["energy"][quantiles.index(STRONG)])
    sure = float(record["top_probability"][quantiles.index(MIDDLE)])
    value = energy(logits)
    if value > weak:
        return {"measure": "energy", "reason": "weak", "value": value, "threshold": weak}
    # p_max = e^(z_max) / Σ e^z = e^(z_max + energy)
    if value < strong and np.exp(float(logits.max()) + value) < sure:
        return {"measure": "energy", "reason": "divided", "value": value, "threshold": strong}
    return None
