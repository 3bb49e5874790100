"""What the routes share, taken from the application's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from cnn_loupe.engine.data.images import Limits
from cnn_loupe.server.assets import Assets
from cnn_loupe.server.held import Held
from cnn_loupe.server.lessons.serialise import Lessons
from cnn_loupe.server.library import Library, ServedModel
from cnn_loupe.server.limits import ComputePool
from cnn_loupe.server.runs import SampleRuns
from cnn_loupe.server.settings import Settings


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the application."""

    settings: Settings
    library: Library
    lessons: Lessons
    assets: Assets
    pool: ComputePool
    sample_runs: SampleRuns
    picture_limits: Limits
    own: Held[ServedModel]
    self_test: dict[str, float | None] | None


def services_of(request: Request) -> Services:
    return cast(Services, request.app.state.services)


async def services(request: Request) -> Services:
    """The same as a dependency: one that is not async the framework would call in a thread."""
    return services_of(request)


async def entry(request: Request, model: str) -> ServedModel:
    """The model named in the path."""
    return services_of(request).library.entry(model)


ServicesOf = Annotated[Services, Depends(services)]
EntryOf = Annotated[ServedModel, Depends(entry)]
