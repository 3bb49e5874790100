"""Which tensors are wanted, and in which form: as the address says, else as the client accepts them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from cnn_loupe.server.errors import Problem
from cnn_loupe.server.wire import SAFETENSORS, Encoding

ENCODING = (
    "Form of tensors: `base64` in JSON, nested `list`s in JSON, or a `safetensors` file. Without it, safetensors where "
    f"`Accept` names `{SAFETENSORS}`, else base64."
)
MOST_NAMES = 20_000  # characters of a list of layers
LAYERS = "Only these layers, by comma; `none` for none."
UNITS_PATTERN = r"^\d{1,7}-\d{1,7}$"
UNITS = (
    "Only these units of each layer, first and last, counted from 0; those that a layer has (as many of the last ones "
    "where it has none of them)."
)

EncodingQuery = Annotated[Encoding | None, Query(description=ENCODING)]
LayersQuery = Annotated[str | None, Query(max_length=MOST_NAMES, description=LAYERS)]
UnitsQuery = Annotated[str | None, Query(pattern=UNITS_PATTERN, description=UNITS, examples=["0-11"])]


def encoding_of(request: Request, asked: Encoding | None) -> Encoding:
    """The form of this request's answer."""
    if asked is not None:
        return asked
    accepted = (part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(","))
    return "safetensors" if SAFETENSORS in accepted else "base64"


def unit_range(text: str | None) -> range | None:
    """The units named in `?units=0-11`; None is all. Raises Problem (`units_reversed`)."""
    if text is None:
        return None
    first, last = map(int, text.split("-"))
    if last < first:
        raise Problem(
            422,
            "units_reversed",
            f"units={text} ends before it begins; the first unit stands before the dash, the last one behind it.",
            units=text,
        )
    return range(first, last + 1)
