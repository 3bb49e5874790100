"""In which form tensors are wanted: as the address says, else as the client accepts them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from cnn_loupe.server.wire import SAFETENSORS, Encoding

ENCODING = (
    "Form of tensors: `base64` in JSON, nested `list`s in JSON, or a `safetensors` file. Without it, safetensors where "
    f"`Accept` names `{SAFETENSORS}`, else base64."
)
MOST_NAMES = 20_000  # characters of a list of layers
LAYERS = "Only these layers, by comma; `none` for none."

EncodingQuery = Annotated[Encoding | None, Query(description=ENCODING)]
LayersQuery = Annotated[str | None, Query(max_length=MOST_NAMES, description=LAYERS)]


def encoding_of(request: Request, asked: Encoding | None) -> Encoding:
    """The form of this request's answer."""
    if asked is not None:
        return asked
    accepted = (part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(","))
    return "safetensors" if SAFETENSORS in accepted else "base64"
