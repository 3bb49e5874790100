"""Models: the list, one description, its parameters."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from cnn_loupe.server import schemas
from cnn_loupe.server.answers import Stored, cache_rule
from cnn_loupe.server.dependencies import EntryOf, ServicesOf
from cnn_loupe.server.routes.documentation import problems, success
from cnn_loupe.server.wire import dumps

router = APIRouter(tags=["Models"])


@router.get("/models", summary="List the models", responses={**success(schemas.Models)})
async def list_models(request: Request, services: ServicesOf) -> Response:
    """Every model of this server, the default one first."""
    return Stored(dumps({"models": [entry.summary for entry in services.library]})).response(request)


@router.get(
    "/models/{model}",
    summary="Describe a model",
    responses={**success(schemas.Model), **problems(404)},
)
async def describe_model(request: Request, entry: EntryOf, v: str | None = None) -> Response:
    """Input, classes, and every layer with its shapes, hyperparameters and receptive field.

    With `v` = the model's digest the answer may be kept for ever.
    """
    return entry.description_answer.response(request, cache_rule(v, entry.digest))


@router.get(
    "/models/{model}/parameters",
    summary="Give a model's learned numbers",
    responses={**success(schemas.Parameters), **problems(404)},
)
async def give_parameters(request: Request, entry: EntryOf, v: str | None = None) -> Response:
    """Weights and biases of every layer that has any, in layer order."""
    return entry.parameters_answer.response(request, cache_rule(v, entry.digest))
