"""The OpenAPI 3.1 description: what the framework knows, with what only we know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from cnn_loupe.server import analysis_schemas, schemas
from cnn_loupe.server.cached import CachedResponse
from cnn_loupe.server.settings import Settings
from cnn_loupe.server.version import package_version
from cnn_loupe.server.wire import dumps

DESCRIPTION = """\
Every activation of a convolutional network, by HTTP. Requests carry what they need; nothing is stored.

Tensors are `{"shape", "dtype": "float32", "data"}` with base64 of the little-endian bytes, or nested
lists with `encoding=list`. Maps are (C, H, W), vectors (N,); indices start at 0; pairs are
[height, width]. Errors are `application/problem+json` with a stable `code`. Fields may be added to
answers of this version, never changed or taken away.
"""

_BODIES = (
    schemas.Problem,
    schemas.RunOfSample,
    schemas.RunOfTensor,
    analysis_schemas.AblationsOfSample,
    analysis_schemas.AblationsOfTensor,
    analysis_schemas.TwoRuns,
    schemas.Choices,
)
_TAGS = [
    {"name": "Models", "description": "What can be run: descriptions and learned numbers."},
    {"name": "Samples", "description": "The gallery: pictures to try, and their runs."},
    {"name": "Runs", "description": "A picture goes in, every layer's values come out."},
    {"name": "Own models", "description": "Models that people bring, held in memory alone."},
    {"name": "Lessons", "description": "Tours and pictures that a teacher's folder adds."},
    {"name": "Operation", "description": "For those who run the server."},
]


def describe(app: FastAPI, settings: Settings) -> None:
    """Give the application its description, and serve it at /api/v1/openapi.json."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title="CNN Loupe",
                version=package_version(),
                summary="Every activation of a convolutional network",
                description=DESCRIPTION,
                routes=app.routes,
                tags=_TAGS,
                servers=[{"url": settings.root_path or "/"}],
                license_info={"name": "MIT", "identifier": "MIT"},
            )
            _complete(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

    async def openapi_json(request: Request) -> Response:
        return CachedResponse(dumps(openapi())).response(request)

    app.add_api_route("/api/v1/openapi.json", openapi_json, include_in_schema=False)


def _complete(document: dict[str, Any]) -> None:
    """Schemas that only bodies refer to, and one problem shape in place of the framework's own."""
    components = document.setdefault("components", {}).setdefault("schemas", {})
    for schema in _BODIES:
        found = schema.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(found.pop("$defs", {}))
        components[schema.__name__] = found
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
