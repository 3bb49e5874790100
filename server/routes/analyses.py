"""Analyses: what an answer owes to each unit, and how two runs differ."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from cnn_loupe.server import analysis_schemas as schemas
from cnn_loupe.server.analyses import ablations, comparisons
from cnn_loupe.server.dependencies import services_of
from cnn_loupe.server.inputs import most_json
from cnn_loupe.server.routes.documentation import problems, success

router = APIRouter(tags=["Runs"])


def _body(description: str, *schemas_: str) -> dict[str, Any]:
    """A JSON body of one of these schemas."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas_]
    schema = references[0] if len(references) == 1 else {"oneOf": references}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


@router.post(
    "/models/{model}/ablations",
    summary="Switch units off, one at a time",
    openapi_extra=_body(
        "A sample or an input tensor, and what is switched off.", "AblationsOfSample", "AblationsOfTensor"
    ),
    responses={**success(schemas.Ablations), **problems(404, 408, 413, 503)},
)
async def create_ablations(request: Request, model: str) -> Response:
    """For each unit: what becomes of a class's score without it, and what its gradient foretells.

    `by` says what stands in a unit's place: 0, or its mean over the gallery, place by place. Without `layers` the units
    are those of the activation functions.
    """
    services = services_of(request)
    entry = services.library.entry(model)
    async with services.pool.body(request, min(most_json(entry), services.settings.max_upload_bytes)) as data:
        answer = await services.pool.run_cancellable(
            request, lambda gone: ablations(entry, data, services.picture_limits, gone)
        )
    return _answer(answer)


@router.post(
    "/models/{model}/comparisons",
    summary="Compare two runs layer by layer",
    openapi_extra=_body("The two runs, `a` and `b`.", "TwoRuns"),
    responses={**success(schemas.Comparison), **problems(404, 408, 413, 503)},
)
async def create_comparison(request: Request, model: str) -> Response:
    """How the values of B differ from those of A in every layer: of two pictures, or of one with edits and without."""
    services = services_of(request)
    entry = services.library.entry(model)
    async with services.pool.body(request, min(most_json(entry, 2), services.settings.max_upload_bytes)) as data:
        answer = await services.pool.run(request, lambda: comparisons(entry, data, services.picture_limits))
    return _answer(answer)


def _answer(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
