"""Lessons: the tours that a teacher's folder adds."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from cnn_loupe.server import lesson_schemas
from cnn_loupe.server.cached import CachedResponse
from cnn_loupe.server.dependencies import ServicesOf
from cnn_loupe.server.lessons.serialise import summary
from cnn_loupe.server.routes.documentation import problems, success
from cnn_loupe.server.wire import dumps

router = APIRouter(tags=["Lessons"])


@router.get("/lessons", summary="List the lessons", responses={**success(lesson_schemas.Lessons)})
async def list_lessons(request: Request, services: ServicesOf) -> Response:
    """Every lesson of the teacher's folder; none where the server has no such folder."""
    lessons = services.lessons.shelf.lessons.values()
    return CachedResponse(dumps({"lessons": [summary(lesson) for lesson in lessons]})).response(request)


@router.get(
    "/lessons/{lesson}",
    summary="Give a lesson",
    responses={**success(lesson_schemas.Lesson), **problems(404, 422, 503)},
)
async def give_lesson(request: Request, services: ServicesOf, lesson: str) -> Response:
    """Its steps, each with the state of the page that it speaks of, and the answers to its questions.

    Answers are the engine's, for the picture that the step shows.
    """
    lessons = services.lessons
    found = lessons.lesson(lesson)
    stored = lessons.kept(found)
    if stored is None:
        stored = await services.pool.run(request, lambda: lessons.tell(found))
    return stored.response(request)
