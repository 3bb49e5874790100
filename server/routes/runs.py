"""Runs: a picture, a sample or a tensor goes in, every layer's values come out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from engine.data.images import Crop
from server import schemas
from server.dependencies import EntryOf, ServicesOf
from server.errors import Problem
from server.routes.documentation import problems, success
from server.runs import Wish, most_json, run_picture, run_request

router = APIRouter(tags=["Runs"])

_PICTURE_TYPES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/bmp",
    "application/octet-stream",
)
_BODY: dict[str, Any] = {
    "required": True,
    "description": "The bytes of a picture (PNG, JPEG, WebP, GIF or BMP; the content decides, not the "
    "header), or JSON with a sample or an input tensor.",
    "content": {
        **{name: {"schema": {"type": "string", "format": "binary"}} for name in _PICTURE_TYPES},
        "application/json": {
            "schema": {
                "oneOf": [
                    {"$ref": "#/components/schemas/RunOfSample"},
                    {"$ref": "#/components/schemas/RunOfTensor"},
                ]
            },
            "examples": {
                "sample": {"value": {"sample": "espresso"}},
                "tensor": {
                    "summary": "A grey 1×2×2 input",
                    "value": {
                        "input": {"shape": [1, 2, 2], "dtype": "float32", "data": [[[0, 1], [0.5, 0]]]}
                    },
                },
            },
        },
    },
}
_Side = Annotated[float | None, Query(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]


@router.post(
    "/models/{model}/runs",
    summary="Run a picture through a model",
    openapi_extra={"requestBody": _BODY},
    responses={**success(schemas.Run), **problems(404, 408, 413, 415, 503)},
)
async def create_run(
    request: Request,
    services: ServicesOf,
    entry: EntryOf,
    layers: Annotated[
        str | None, Query(max_length=5000, description="Only these layers, by comma; `none` for none.")
    ] = None,
    encoding: Annotated[
        Literal["base64", "list"], Query(description="Form of tensors: base64, or nested lists.")
    ] = "base64",
    preparation: Annotated[
        Literal["none", "summary", "full"],
        Query(description="What to tell of the picture's preparation; `full` adds small pictures."),
    ] = "summary",
    x: _Side = None,
    y: _Side = None,
    size: Annotated[float | None, Query(gt=0, le=1_000_000, allow_inf_nan=False)] = None,
    rotate: Annotated[float, Query(ge=-360, le=360, allow_inf_nan=False)] = 0,
) -> Response:
    """Every layer's output for one picture, with the steps of its preparation and the scores.

    A crop is given as `x`, `y` and `size` (a square on the upright picture, in its pixels), with
    `rotate` in degrees clockwise about its centre; what lies outside the picture is white.
    Nothing is stored.
    """
    wish = Wish(entry.layer_names(layers), encoding, preparation, _crop(x, y, size, rotate))
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = declared == "application/json"
    make = run_request if is_json else run_picture
    async with services.workshop.body(request, most_json(entry) if is_json else None) as data:
        answer = await services.workshop.run(
            request, lambda: make(entry, data, wish, services.picture_limits)
        )
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


def _crop(x: float | None, y: float | None, size: float | None, rotate: float) -> Crop | None:
    given = (x, y, size)
    if None not in given:
        assert x is not None
        assert y is not None
        assert size is not None
        return Crop(x, y, size, rotate)
    if any(value is not None for value in given) or rotate:
        raise Problem(422, "crop_incomplete", "A crop needs x, y and size; rotate is optional.")
    return None
