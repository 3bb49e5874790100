"""Edits as requests bring them: read, and with what they borrow from the gallery put in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array
from cnn_loupe.engine.data.images import Limits
from cnn_loupe.engine.edit_text import BorrowUnit, edit_text, read_edits, read_list
from cnn_loupe.engine.edits import Edit, SetUnit
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.inputs import run_of_sample
from cnn_loupe.server.library import ServedModel

MOST_TEXT = 20_000  # characters in an address


def asked_edits(text: str | None, listed: Any) -> tuple[Edit, ...]:
    """The edits of an address (`?edits=`), or of a JSON body: a list of texts, one edit each."""
    if text is not None and listed is not None:
        raise Problem(
            422, "edits_twice", "There are edits in the address and in the body; leave them out of one of the two."
        )
    if text is not None:
        return read_edits(text)
    if listed is None:
        return ()
    if not isinstance(listed, list) or not all(isinstance(edit, str) for edit in listed):
        raise Problem(
            422,
            "edits_not_texts",
            'The field "edits" must be a list of texts, one edit each, such as ["conv_1_2[3]=0"].',
        )
    return read_list(listed)


def texts_of(edits: Iterable[Edit]) -> list[str]:
    """What an answer says of its edits."""
    return [edit_text(edit) for edit in edits]


def runnable(entry: ServedModel, edits: Sequence[Edit], limits: Limits) -> tuple[Edit, ...]:
    """The same edits with the values of the gallery's runs in the place of what borrows them."""
    return tuple(
        SetUnit(edit.layer, edit.unit, _borrowed(entry, edit, limits)) if isinstance(edit, BorrowUnit) else edit
        for edit in edits
    )


def gallery_mean(entry: ServedModel, layer: str, limits: Limits) -> Array:
    """A layer's mean over the gallery, place by place; worked out once. Raises Problem where there is no gallery."""
    entry.spec.node(layer)
    if layer not in entry.gallery_means:
        if not entry.samples:
            raise Problem(
                422,
                "no_gallery",
                f"{entry.id} has no gallery, so there is no mean over it; use 0 or another number.",
                model=entry.id,
            )
        total = np.zeros(entry.spec.shapes[layer])
        for sample in entry.samples.values():
            total += run_of_sample(entry, sample, limits).activations[layer]
        entry.gallery_means[layer] = (total / len(entry.samples)).astype(FLOAT)
    return entry.gallery_means[layer]


def _borrowed(entry: ServedModel, edit: BorrowUnit, limits: Limits) -> Array | float:
    """The values that a unit borrows: a map, or for a vector's unit a number."""
    edit.check(entry.spec)
    if edit.sample is None:
        values = gallery_mean(entry, edit.layer, limits)
    else:
        values = run_of_sample(entry, entry.sample(edit.sample), limits).activations[edit.layer]
    found: Array = values[edit.unit]
    return found if found.ndim else float(found)
