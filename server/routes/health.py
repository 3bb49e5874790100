"""Is it alive, is it ready, what is it: for people who run it and for their machines."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cnn_loupe.server import schemas
from cnn_loupe.server.cached import NO_STORE
from cnn_loupe.server.dependencies import ServicesOf
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.routes.documentation import problems, success
from cnn_loupe.server.version import package_version
from cnn_loupe.server.wire import dumps

router = APIRouter(tags=["Operation"])


def _answer(body: object) -> Response:
    return Response(dumps(body), media_type="application/json", headers={"Cache-Control": NO_STORE})


@router.get("/healthz", summary="Is the process alive?", responses={**success(schemas.Health)})
async def healthz() -> Response:
    """Answers at once, whatever is being computed."""
    return _answer({"status": "ok"})


@router.get("/readyz", summary="Can it serve?", responses={**success(schemas.Readiness), **problems(503)})
async def readyz(services: ServicesOf) -> Response:
    """Ready when there is a model and every shipped model passed its self-test at the start."""
    if services.self_test is None:
        raise Problem(
            503,
            "self_test_failed",
            "A model that ships with the program failed its self-test at the start; the log says which and what to do.",
        )
    if not len(services.library):
        raise Problem(503, "no_models", "No model could be loaded; the log says why.")
    return _answer({"status": "ready", "models": services.self_test})


@router.get("/version", summary="What is running?", responses={**success(schemas.Version)})
async def give_version() -> Response:
    """Name and version of this program and of its API."""
    return _answer({"name": "cnn-loupe", "version": package_version(), "api": "v1"})
