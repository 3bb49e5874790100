"""Does a picture resemble anything that the network learnt from? Judged by the energy of its scores.

A softmax always gives its hundred percent away among the classes; how large the scores were before,
it forgets. Their free energy remembers: familiar pictures have low energy, strange ones often high.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array

# A picture is called unlike where its energy is above that of 95 % of the held-out pictures:
# by this choice 5 % of pictures of the classes are called unlike by mistake.
QUANTILE = 0.95


def energy(logits: Array) -> float:
    """Free energy of one picture's scores, (K,): −log Σ_k e^z[k], in nats.

    Source: Liu et al., 2020, https://arxiv.org/abs/2010.03759.
    """
    z = logits.astype(np.float64)
    top = z.max()
    return -float(top + np.log(np.exp(z - top).sum()))


def unlike(logits: Array, record: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A note about a picture that resembles none of the classes; None where it does.

    record is the model's `training["out_of_distribution"]`: quantiles of the held-out pictures'
    energy. None as well for models that carry no such record.
    """
    if not record or QUANTILE not in record.get("quantiles", ()) or "energy" not in record:
        return None
    threshold = float(record["energy"][list(record["quantiles"]).index(QUANTILE)])
    value = energy(logits)
    if value <= threshold:
        return None
    return {
        "measure": "energy",
        "value": value,
        "threshold": threshold,
        "held_out_share": round(1 - QUANTILE, 6),
    }
