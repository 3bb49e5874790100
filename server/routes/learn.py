"""Learn's chapters as fragments of HTML, with the numbers of the chosen model in them."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from cnn_loupe.server.cached import REVALIDATE, CachedResponse
from cnn_loupe.server.chapters import ModelFacts
from cnn_loupe.server.dependencies import ServicesOf
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.exercises import FORMS, TASKS, as_notebook, as_python, solution
from cnn_loupe.server.i18n import LANGUAGES, translator
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.pages import Pages
from cnn_loupe.server.teaching import PLANS, TEST, UNITS, length
from cnn_loupe.server.vocabulary import PAGES

router = APIRouter(include_in_schema=False)


@router.get("/learn/exercises/{language}/{name}.{form}")
async def exercise(request: Request, language: str, name: str, form: str) -> Response:
    """A task of "Build it in NumPy" as a file to work on, with checks against the engine's numbers."""
    if language not in LANGUAGES or name not in TASKS or form not in FORMS:
        raise Problem(
            404,
            "unknown_exercise",
            f"There is no task {name[:64]!r} as {form[:16]!r} in {language[:16]!r}; the tasks are {', '.join(TASKS)}, "
            f"each as {' and '.join(FORMS)}.",
            task=f"{name[:64]}.{form[:16]}",
            known=[f"{task}.{kind}" for task in TASKS for kind in FORMS],
        )
    pages: Pages = request.app.state.pages
    words = pages.catalogue(language)["learn"]["exercises"]
    make = as_notebook if form == "ipynb" else as_python
    body = make(name, words[name]["title"], words[name]["text"], words["checks"]).encode("utf-8")
    kind = "application/x-ipynb+json" if form == "ipynb" else "text/x-python; charset=utf-8"
    answer = CachedResponse(body, kind, etag=hashlib.sha256(body).hexdigest()[:20]).response(request, REVALIDATE)
    answer.headers["content-disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


@router.get("/learn/{language}/{chapter}")
async def chapter_text(
    request: Request, services: ServicesOf, language: str, chapter: str, model: str | None = None
) -> Response:
    """One chapter, for the page to put in its place; `model` says whose numbers stand in it."""
    if language not in LANGUAGES or chapter not in PAGES:
        raise Problem(
            404,
            "unknown_chapter",
            f"There is no chapter {chapter[:64]!r} in {language[:16]!r}; "
            f"the languages are {', '.join(LANGUAGES)}, the chapters {', '.join(PAGES)}.",
            chapter=chapter[:64],
            language=language[:16],
            known=list(PAGES),
        )
    entry = services.library.entry(model) if model is not None else services.library.default
    if entry is None:
        raise Problem(404, "no_models", "This server has no model that a chapter could speak of.")
    pages: Pages = request.app.state.pages
    root = services.settings.root_path
    body = render_chapter(pages, language, chapter, entry, root).encode("utf-8")
    etag = hashlib.sha256(body).hexdigest()[:20]
    return CachedResponse(body, "text/html; charset=utf-8", etag=etag).response(request, REVALIDATE)


def render_chapter(pages: Pages, language: str, chapter: str, entry: ServedModel, root: str) -> str:
    """The chapter's template with what its text may use: `m` (the model), `t`, and number formats."""
    catalogue: dict[str, Any] = pages.catalogue(language)
    text = pages.environment.get_template(f"learn/{language}/{chapter}.html").render(
        m=ModelFacts(entry.spec, language, entry.description["training"]),
        t=translator(catalogue),
        terms=catalogue["learn"]["terms"],
        others=pages.catalogue(next(other for other in LANGUAGES if other != language))["learn"]["terms"],
        language=language,
        number=grouped,
        pair=pair,
        percent=percent,
        teaching=catalogue["teaching"],
        teaching_units=UNITS,
        teaching_plans=PLANS,
        plan_length=length,
        test=TEST,
        exercises=tasks(catalogue["learn"]["exercises"], language, root),
    )
    references = pages.environment.get_template("learn/references.html")
    return text + references.render(chapter=chapter, t=translator(catalogue))


def tasks(words: dict[str, Any], language: str, root: str) -> list[dict[str, Any]]:
    """The tasks as a chapter lists them: words, files, and one way to write each."""
    return [
        {
            "id": name,
            **words[name],
            "files": {form: f"{root}/learn/exercises/{language}/{name}.{form}" for form in FORMS},
            "solution": solution(name),
        }
        for name in TASKS
    ]


def grouped(value: float) -> str:
    """A count with its thousands apart: 16,910."""
    return f"{value:,}"


def pair(sizes: tuple[int, int]) -> str:
    """Height × width."""
    return f"{sizes[0]}×{sizes[1]}"


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"
