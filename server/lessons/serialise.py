"""Lessons as the API tells them; a question's answer is computed when the lesson is first asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnn_loupe.engine.data.images import Limits
from cnn_loupe.engine.run import Run
from cnn_loupe.server.cached import CachedResponse
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.inputs import run_of_sample
from cnn_loupe.server.lessons.lesson import Lesson, Question, Step
from cnn_loupe.server.lessons.loader import Shelf
from cnn_loupe.server.run_answer import check_finite
from cnn_loupe.server.wire import dumps


class Lessons:
    """The lessons of this server with the answers that never change."""

    def __init__(self, shelf: Shelf, limits: Limits) -> None:
        self.shelf = shelf
        self._limits = limits
        self._told: dict[str, CachedResponse] = {}

    def __len__(self) -> int:
        return len(self.shelf.lessons)

    def lesson(self, name: str) -> Lesson:
        lessons = self.shelf.lessons
        if name not in lessons:
            known = list(lessons)
            raise Problem(
                404,
                "unknown_lesson",
                f"There is no lesson {name[:64]!r}; the lessons are {', '.join(known) or 'none'}.",
                lesson=name[:64],
                known=known,
            )
        return lessons[name]

    def kept(self, lesson: Lesson) -> CachedResponse | None:
        """The serialised lesson, if it was asked for before."""
        return self._told.get(lesson.id)

    def tell(self, lesson: Lesson) -> CachedResponse:
        """The whole lesson, with the answers to its questions; takes a run for each picture they are about."""
        runs: dict[tuple[str, str], Run] = {}
        body = {
            **summary(lesson),
            "steps": [self._step(step, runs) for step in lesson.steps],
            "pictures": list(lesson.pictures),
        }
        self._told[lesson.id] = CachedResponse(dumps(body))
        return self._told[lesson.id]

    def _step(self, step: Step, runs: dict[tuple[str, str], Run]) -> dict[str, Any]:
        question = None if step.question is None else self._question(step, step.question, runs)
        return {"title": step.title, "text": step.text, "link": step.link.query, "question": question}

    def _question(self, step: Step, question: Question, runs: dict[tuple[str, str], Run]) -> dict[str, Any]:
        answer, run = question.answer, None
        entry, sample = step.link.entry, step.link.sample
        if answer.run:
            assert sample is not None
            key = (entry.id, sample.id)
            if key not in runs:
                with np.errstate(over="ignore", invalid="ignore"):
                    runs[key] = run_of_sample(entry, sample, self._limits)
                check_finite(runs[key])
            run = runs[key]
        value = answer.compute(run)
        return {
            "ask": question.ask,
            "answer": {
                "of": answer.of,
                "kind": answer.kind,
                "value": value,
                "tolerance": question.allowed(value),
            },
            "model": entry.id,
            "sample": None if sample is None else sample.id,
        }


def summary(lesson: Lesson) -> dict[str, Any]:
    """A lesson's line in the list."""
    return {
        "id": lesson.id,
        "languages": list(lesson.languages),
        "title": lesson.title,
        "about": lesson.about,
        "model": lesson.entry.id,
        "step_count": len(lesson.steps),
    }
