"""The line-up: one picture, prepared in each of the usual ways, and what the network makes of it.

Who knows what a picture shows sees at once which of the ways is the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cnn_loupe.engine.data.images import Crop, Limits
from cnn_loupe.engine.importing import preparation
from cnn_loupe.engine.surroundings import Preparation
from cnn_loupe.server.inputs import prepared_for
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.limits import ClientGone
from cnn_loupe.server.run_answer import scores_of


def line_up(
    entry: ServedModel, data: bytes, *, fit: str, crop: Crop | None, limits: Limits, left: Callable[[], bool]
) -> dict[str, Any]:
    """The scores of each way; null where the values overflow. Raises ClientGone when the client has disconnected."""
    channels = entry.spec.input_shape[0]
    plain = Preparation("grey" if channels == 1 else "rgb", fit=fit)
    values = prepared_for(entry, data, limits, crop=crop, preparation=plain).input
    found = []
    for told in _ways(channels, fit):
        if left():
            raise ClientGone
        way, described = told
        with np.errstate(over="ignore", invalid="ignore"):
            run = entry.network.run(Preparation.from_json(described).apply(values))
        finite = bool(np.isfinite(run.activations[entry.spec.names[-1]]).all())
        found.append(
            {
                "way": way,
                "colour": described["colour"],
                "invert": described["invert"],
                "preparation": described,
                "scores": list(scores_of(run)) if finite else None,
            }
        )
    return {"ways": found}


def _ways(channels: int, fit: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each usual range of values, in both orders of colours; grey pictures as they are and inverted."""
    for way in preparation.WAYS:
        for second in (False, True):
            colour = "grey" if channels == 1 else "bgr" if second else "rgb"
            invert = second and channels == 1
            yield way, preparation.usual(way, channels, source="person", colour=colour, invert=invert, fit=fit)
