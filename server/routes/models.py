"""Models: the list, one description, its parameters."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from cnn_loupe.server import schemas
from cnn_loupe.server.cached import CachedResponse
from cnn_loupe.server.dependencies import EntryOf, ServicesOf
from cnn_loupe.server.gallery import digest_of
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.routes.documentation import problems, success
from cnn_loupe.server.routes.encoding import EncodingQuery, LayersQuery, UnitsQuery, encoding_of, unit_range
from cnn_loupe.server.wire import MEDIA_TYPES, Encoding, dumps

router = APIRouter(tags=["Models"])

COMPRESSED = 1_000_000  # bytes of parameters that are worth the time that compressing them takes


@router.get("/models", summary="List the models", responses={**success(schemas.Models)})
async def list_models(request: Request, services: ServicesOf) -> Response:
    """Every model of this server, the default one first."""
    return CachedResponse(dumps({"models": [entry.summary for entry in services.library]})).response(request)


@router.get(
    "/models/{model}",
    summary="Describe a model",
    responses={**success(schemas.Model), **problems(404)},
)
async def describe_model(request: Request, entry: EntryOf, v: str | None = None) -> Response:
    """Input, classes, and every layer with its shapes, hyperparameters and receptive field.

    With `v` = the model's digest the answer may be kept for ever.
    """
    return entry.description_answer.response(request, entry.cache_rule(v))


@router.get(
    "/models/{model}/parameters",
    summary="Give a model's learned numbers",
    responses={**success(schemas.Parameters, files=True), **problems(404, 422, 503)},
)
async def give_parameters(
    request: Request,
    services: ServicesOf,
    entry: EntryOf,
    v: str | None = None,
    layers: LayersQuery = None,
    units: UnitsQuery = None,
    encoding: EncodingQuery = None,
) -> Response:
    """Weights and biases of every layer that has any, in layer order; of some layers, and of some units of them.

    What a unit has learned is a row of each tensor: a neuron of a 512×512×3×3 kernel is 18 KB of 9 MB. With `v` = the
    model's digest the answer may be kept for ever.
    """
    form, names, some = encoding_of(request, encoding), entry.layer_names(layers), unit_range(units)
    stored = await services.pool.run(request, lambda: _parameters(entry, names, some, form))
    return stored.response(request, entry.cache_rule(v), vary="Accept, Accept-Encoding")


def _parameters(
    entry: ServedModel, layers: frozenset[str] | None, units: range | None, encoding: Encoding
) -> CachedResponse:
    # Learned numbers are all but incompressible: gzip takes a tenth off them and a second for twenty megabytes.
    body = entry.parameters_answer(layers, units).encode(encoding)
    names = "all" if layers is None else digest_of(*(name.encode() for name in sorted(layers)))
    rows = "" if units is None else f"-{units.start}-{units.stop}"
    etag = f"{entry.digest}-{names}{rows}-{encoding}"
    return CachedResponse(body, MEDIA_TYPES[encoding], etag=etag, compress=len(body) <= COMPRESSED)
