"""A person's own model: its files go in, and every other route then takes its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from cnn_loupe.server import schemas
from cnn_loupe.server.cached import NO_STORE
from cnn_loupe.server.dependencies import EntryOf, Services, ServicesOf
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.own.body import read_body
from cnn_loupe.server.own.bring import Bounds, answer, bring, identity, size_of
from cnn_loupe.server.own.lineup import line_up
from cnn_loupe.server.own.proof import by_expected, by_runtime
from cnn_loupe.server.routes.crop import CropQuery
from cnn_loupe.server.routes.documentation import PICTURES, problems, success
from cnn_loupe.server.settings import PREFIX
from cnn_loupe.server.wire import SAFETENSORS, dumps

router = APIRouter(tags=["Own models"])

BINARY = {"schema": {"type": "string", "format": "binary"}}
# Types that a form cannot send: so no other site's page can have a browser bring a model here unasked.
BODIES = (SAFETENSORS, "application/octet-stream")
_BODY: dict[str, Any] = {
    "required": True,
    "description": "A safetensors file in which each file is a tensor of the type U8 with one axis, under the file's "
    "name. Its metadata may have `choices`: a JSON object, see `Choices`.",
    "content": dict.fromkeys(BODIES, BINARY),
}
_PICTURE: dict[str, Any] = {
    "required": True,
    "description": "The bytes of a picture (PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF).",
    "content": dict.fromkeys(PICTURES, BINARY),
}
_EXPECTED: dict[str, Any] = {
    "required": True,
    "description": "The bytes of expected.npz, as numpy.savez writes it.",
    "content": {"application/octet-stream": BINARY},
}
InspectQuery = Annotated[bool, Query(description="Only say what it is: nothing is held, and `id` is null.")]
CheckQuery = Annotated[
    bool,
    Query(description="Compare every layer with ONNX Runtime, where it is installed and the file is ONNX: `proof`."),
]


class LineUpQuery(CropQuery):
    """How the picture of a line-up fills the input."""

    fit: Literal["cover", "contain", "stretch"] | None = Field(
        None, description="How a picture without a crop fills the input; otherwise as the model's preparation says."
    )


@router.post(
    "/own",
    summary="Bring a model of your own",
    openapi_extra={"requestBody": _BODY},
    responses={**success(schemas.OwnModel), **problems(403, 408, 413, 415, 422, 503)},
)
async def bring_own(
    request: Request, services: ServicesOf, inspect: InspectQuery = False, check: CheckQuery = False
) -> Response:
    """What the files hold, what became of each layer, what is left to ask, and an id that every other route takes.

    The model is held in memory alone, by the SHA-256 of its files and of what was said of it, and the one that was not
    used for longest makes room. A route that answers 404 `own_model_gone` wants the files anew. Problems come all at
    once, in `problems`.
    """
    settings = services.settings
    allow(services)
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in BODIES:
        raise Problem(
            415,
            "own_body_type",
            f"A model is sent as {SAFETENSORS}; the request says {declared[:80] or 'nothing'}.",
            found=declared[:80] or "nothing",
            expected=SAFETENSORS,
        )
    bounds = Bounds(settings.max_multiply_adds, settings.max_activations)
    async with services.pool.body(request, settings.largest_model, too_large) as data:

        def job(left: Callable[[], bool]) -> bytes:
            brought = read_body(data)
            name, content = identity(brought)
            imported, entry = bring(brought, name, bounds, left)
            if not inspect:
                services.own.put(name, entry, size_of(entry))
            proof = by_runtime(entry, brought.files) if check else None
            return dumps(answer(imported, entry, content, held=not inspect, proof=proof))

        return _never_stored(await services.pool.run_cancellable(request, job))


@router.post(
    "/models/{model}/lineup",
    summary="Prepare one picture in the usual ways",
    openapi_extra={"requestBody": _PICTURE},
    responses={**success(schemas.LineUp), **problems(404, 408, 413, 415, 503)},
)
async def create_line_up(
    request: Request, services: ServicesOf, entry: EntryOf, query: Annotated[LineUpQuery, Query()]
) -> Response:
    """The scores of one picture prepared in each of the eight usual ways: for people who know what it shows.

    The ways are the ranges 0…1, −1…1, ImageNet's mean and deviation, and 0…255, each with the colours in both orders; a
    grey picture as it is and inverted.
    """
    own, limits = entry.spec.preparation, services.picture_limits
    fit, crop = query.fit or (own.fit if own else "cover"), query.crop()
    async with services.pool.body(request) as data:

        def job(left: Callable[[], bool]) -> bytes:
            return dumps(line_up(entry, data, fit=fit, crop=crop, limits=limits, left=left))

        return _never_stored(await services.pool.run_cancellable(request, job))


@router.post(
    "/models/{model}/proof",
    summary="Compare with what another framework computed",
    openapi_extra={"requestBody": _EXPECTED},
    responses={**success(schemas.Proof), **problems(404, 408, 413, 503)},
)
async def create_proof(request: Request, services: ServicesOf, entry: EntryOf) -> Response:
    """The numbers of an expected.npz beside ours, layer by layer, for the input that it holds.

    It has the arrays `input`, as the framework takes it and without a batch, and `output`; it may have values under the
    names that layers have in the model's file. A difference is a share of the layer's largest value.
    """
    most = max(services.settings.max_upload_bytes, services.settings.largest_body)
    async with services.pool.body(request, most, too_large) as data:
        return _never_stored(await services.pool.run(request, lambda: dumps(by_expected(entry, data))))


def _never_stored(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": NO_STORE})


def allow(services: Services) -> None:
    """Raise Problem (`own_models_off`) where this server takes no models of people's own."""
    if not services.settings.own_models_on:
        raise Problem(
            403,
            "own_models_off",
            f"This server takes no models of people's own; whoever runs it can set {PREFIX}OWN_MODELS=on.",
            setting=f"{PREFIX}OWN_MODELS",
        )


def too_large(size: int, most: int) -> Problem:
    """The refusal of files that are larger than the setting allows."""
    return Problem(
        413,
        "own_too_large",
        f"The files have {size:,} bytes together and {most:,} are read; use a smaller network, or raise "
        f"{PREFIX}MAX_MODEL_BYTES.",
        bytes=size,
        limit=most,
        setting=f"{PREFIX}MAX_MODEL_BYTES",
    )
