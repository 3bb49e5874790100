"""The application, built by a factory: wiring and nothing else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from cnn_loupe.engine.data.images import Limits
from cnn_loupe.engine.errors import EngineError
from cnn_loupe.server.assets import Assets
from cnn_loupe.server.deadline import Connections, DeadlineMiddleware
from cnn_loupe.server.dependencies import Services
from cnn_loupe.server.descriptors import most_connections
from cnn_loupe.server.errors import install_error_handlers
from cnn_loupe.server.held import Held
from cnn_loupe.server.lessons.loader import load_shelf
from cnn_loupe.server.lessons.serialise import Lessons
from cnn_loupe.server.library import Library, ServedModel, load_library
from cnn_loupe.server.limits import ComputePool
from cnn_loupe.server.lingering import LingeringMiddleware
from cnn_loupe.server.metrics import Meter
from cnn_loupe.server.middleware import RequestMiddleware
from cnn_loupe.server.openapi import describe
from cnn_loupe.server.pages import Pages
from cnn_loupe.server.paths import LIVE
from cnn_loupe.server.routes import analyses, embed, health, learn, lessons, models, pages, runs, samples
from cnn_loupe.server.routes import own as own_models
from cnn_loupe.server.runs import SampleRuns
from cnn_loupe.server.settings import Settings

logger = logging.getLogger("cnn_loupe")

API = "/api/v1"
MOST_CONNECTIONS = 1000  # in each worker


def create_app(settings: Settings | None = None, *, live: bool = LIVE) -> FastAPI:
    """The server as an ASGI application; settings come from the environment where none are given.

    live  read templates and static files anew when they change, as it is wanted in a checkout
    """
    settings = settings or Settings()
    library = load_library(settings.models, settings.default_model)
    limits = Limits(bytes=settings.max_upload_bytes, pixels=settings.max_pixels)
    shelf = load_shelf(settings.lessons, library, limits)
    library = library.with_pictures(shelf.pictures(library))
    pool = ComputePool(
        threads=settings.threads,
        queue=settings.queue,
        max_body=settings.max_upload_bytes,
        max_pending=settings.max_pending_bytes,
    )
    own: Held[ServedModel] = Held(settings.own_cache_bytes)
    library = library.with_own(own)
    meter = Meter(pool)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        meter.serve(settings)
        yield Connections(settings.request_timeout, most_connections(MOST_CONNECTIONS)).state()
        pool.close()

    # No documentation pages of the framework's: they load scripts from other hosts.
    app = FastAPI(
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = Services(
        settings=settings,
        library=library,
        lessons=Lessons(shelf, limits),
        assets=Assets(live=live),
        pool=pool,
        sample_runs=SampleRuns(),
        picture_limits=limits,
        own=own,
        self_test=_self_test(library),
    )
    app.state.pages = Pages(live=live)
    # The one that is added last is the outermost.
    app.add_middleware(RequestMiddleware, settings=settings, observe=meter.observe)
    app.add_middleware(LingeringMiddleware, most=settings.largest_body)
    app.add_middleware(DeadlineMiddleware, seconds=settings.request_timeout)
    install_error_handlers(app, pages.error_page)
    for router in (
        models.router,
        samples.router,
        runs.router,
        analyses.router,
        own_models.router,
        lessons.router,
    ):
        app.include_router(router, prefix=API)
    for router in (health.router, pages.router, learn.router, embed.router):
        app.include_router(router)
    describe(app, settings)
    return app


def _self_test(library: Library) -> dict[str, float | None] | None:
    """The self-test's deviations; None where it failed, which /readyz then says."""
    try:
        return library.self_test()
    except EngineError as error:
        logger.error("self-test failed: %s", error)
        return None
