"""Runs: a picture, a sample or a tensor goes in, every layer's values come out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from cnn_loupe.engine.data.headers import wrapped
from cnn_loupe.engine.data.images import MOST_UPRIGHT
from cnn_loupe.engine.errors import ImageError
from cnn_loupe.server import schemas
from cnn_loupe.server.dependencies import services_of
from cnn_loupe.server.edited import MOST_TEXT, asked_edits
from cnn_loupe.server.inputs import most_json
from cnn_loupe.server.routes.crop import CropQuery
from cnn_loupe.server.routes.documentation import PICTURES, problems, success
from cnn_loupe.server.routes.encoding import (
    ENCODING,
    LAYERS,
    MOST_NAMES,
    UNITS,
    UNITS_PATTERN,
    encoding_of,
    unit_range,
)
from cnn_loupe.server.run_answer import SIDE, Detail, RunOptions
from cnn_loupe.server.runs import run_picture, run_request
from cnn_loupe.server.wire import MEDIA_TYPES, Encoding

router = APIRouter(tags=["Runs"])

_BODY: dict[str, Any] = {
    "required": True,
    "description": "The bytes of a picture (PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF; the content decides, not the "
    "header), or JSON with a sample or an input tensor.",
    "content": {
        **{name: {"schema": {"type": "string", "format": "binary"}} for name in PICTURES},
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
                    "value": {"input": {"shape": [1, 2, 2], "dtype": "float32", "data": [[[0, 1], [0.5, 0]]]}},
                },
            },
        },
    },
}


class RunQuery(CropQuery):
    """What may be said of a run in its address."""

    detail: Detail = Field(
        "full",
        description="`full` gives every value. `overview` gives of each layer its statistics, the least and the "
        "largest value of each unit, the units by their largest value, and small pictures of some units.",
    )
    layers: str | None = Field(None, max_length=MOST_NAMES, description=LAYERS)
    units: str | None = Field(
        None,
        pattern=UNITS_PATTERN,
        description=f"{UNITS} Without it all of them, or the first twelve maps of an overview.",
        examples=["0-11"],
    )
    side: int = Field(SIDE, ge=1, le=256, description="Longest side of an overview's small pictures, in pixels.")
    encoding: Encoding | None = Field(None, description=ENCODING)
    preparation: Literal["none", "summary", "full"] = Field(
        "summary", description="What to tell of the picture's preparation; `full` adds small pictures."
    )
    input: Literal["full", "none"] = Field(
        "full", description="Whether the answer holds the input, too; `none` leaves it out."
    )
    upright: int = Field(
        0,
        ge=0,
        le=MOST_UPRIGHT,
        description="Longest side, in pixels, of a picture of the whole as it stands upright, in sRGB and over white, "
        "to draw a crop on; 0 for none.",
    )

    edits: str | None = Field(
        None,
        max_length=MOST_TEXT,
        description="What is changed in the network for this run, `;` between edits: docs/api.md has the notation. A "
        "JSON body may have them as `edits`, a list of texts.",
        examples=["conv_1_2[3]=0;max_pool_1:avg_pool2d"],
    )


@router.post(
    "/models/{model}/runs",
    summary="Run a picture through a model",
    openapi_extra={"requestBody": _BODY},
    responses={**success(schemas.Run, files=True), **problems(404, 408, 413, 415, 503)},
)
async def create_run(request: Request, model: str, query: Annotated[RunQuery, Query()]) -> Response:
    """Every layer's output for one picture, with the steps of its preparation and the scores.

    A crop is given as `x`, `y` and `size` (a square on the upright picture, in its pixels), with
    `rotate` in degrees clockwise about its centre; what lies outside the picture is white.
    `edits` change the network for this run alone; the answer says them again in their canonical form.
    Nothing is stored. A network with millions of values is best asked for an overview first, and then for the layers
    (`layers`) and units (`units`) that are looked at.
    """
    services = services_of(request)
    entry = services.library.entry(model)
    options = RunOptions(
        layers=entry.layer_names(query.layers),
        units=unit_range(query.units),
        detail=query.detail,
        side=query.side,
        encoding=encoding_of(request, query.encoding),
        preparation=query.preparation,
        input=query.input == "full",
        crop=query.crop(),
        upright=query.upright,
    )
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = declared == "application/json"
    most = min(most_json(entry), services.settings.max_upload_bytes) if is_json else None
    async with services.pool.body(request, most) as data:
        try:
            limits = services.picture_limits
            answer = await services.pool.run(
                request,
                lambda: (
                    run_request(entry, data, options, limits, query.edits)
                    if is_json
                    else run_picture(entry, data, options, limits, asked_edits(query.edits, None))
                ),
            )
        except ImageError as error:
            # As `curl -d` sends a file: without its line ends.
            if declared == "application/x-www-form-urlencoded" and error.code == "picture_damaged":
                raise wrapped(declared) from error
            raise
    return Response(answer, media_type=MEDIA_TYPES[options.encoding], headers={"Cache-Control": "no-store"})
