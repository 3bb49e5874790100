"""A person's own model: its files go in, and every other route then takes its id."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cnn_loupe.server import schemas
from cnn_loupe.server.answers import NO_STORE
from cnn_loupe.server.dependencies import Services, ServicesOf
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.own.body import read_body
from cnn_loupe.server.own.bring import Bounds, answer, bring, identity, size_of
from cnn_loupe.server.routes.documentation import problems, success
from cnn_loupe.server.settings import PREFIX
from cnn_loupe.server.wire import SAFETENSORS, dumps

router = APIRouter(tags=["Own models"])

# Types that a form cannot send: so no other site's page can have a browser bring a model here unasked.
BODIES = (SAFETENSORS, "application/octet-stream")
_BODY: dict[str, Any] = {
    "required": True,
    "description": "A safetensors file in which each file is a tensor of the type U8 with one axis, under the file's "
    "name. Its metadata may have `choices`: a JSON object, see `OwnChoices`.",
    "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in BODIES},
}


@router.post(
    "/own",
    summary="Bring a model of your own",
    openapi_extra={"requestBody": _BODY},
    responses={**success(schemas.OwnModel), **problems(403, 408, 413, 415, 422, 503)},
)
async def bring_own(
    request: Request,
    services: ServicesOf,
    inspect: Annotated[bool, Query(description="Only say what it is; nothing is held, and `id` is null.")] = False,
) -> Response:
    """What the files hold, what became of each layer, what is left to ask, and an id that every other route takes.

    The model is held in memory alone, by the SHA-256 of its files and of what was said of it, and the one that was not
    used for longest makes room. A route that answers 404 `own_model_gone` wants the files anew. Problems come all at
    once, in `problems`.
    """
    settings = services.settings
    allowed(services)
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in BODIES:
        raise Problem(
            415,
            "own_body_type",
            f"A model is sent as {SAFETENSORS}; the request says {declared or 'nothing'}.",
            found=declared[:80],
            expected=SAFETENSORS,
        )
    bounds = Bounds(settings.max_multiply_adds, settings.max_activations)
    async with services.workshop.body(request, settings.largest_model, _too_large) as data:

        def job(left: Any) -> bytes:
            brought = read_body(data)
            name, content = identity(brought)
            imported, entry = bring(brought, name, bounds, left)
            if not inspect:
                services.own.put(name, entry, size_of(entry))
            return dumps(answer(imported, entry, content, held=not inspect, proof=None))

        body = await services.workshop.run_cancellable(request, job)
    return Response(body, media_type="application/json", headers={"Cache-Control": NO_STORE})


def allowed(services: Services) -> None:
    """Raise Problem (`own_models_off`) where this server takes no models of people's own."""
    if not services.settings.own_models_on:
        raise Problem(
            403,
            "own_models_off",
            f"This server takes no models of people's own; whoever runs it can set {PREFIX}OWN_MODELS=on.",
            setting=f"{PREFIX}OWN_MODELS",
        )


def _too_large(size: int, most: int) -> Problem:
    return Problem(
        413,
        "own_too_large",
        f"The files have {size:,} bytes together and {most:,} are read; use a smaller network, or raise "
        f"{PREFIX}MAX_MODEL_BYTES.",
        bytes=size,
        limit=most,
        setting=f"{PREFIX}MAX_MODEL_BYTES",
    )
