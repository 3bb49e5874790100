"""The page, the API's documentation, and static files: everything for browsers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from markupsafe import escape
from starlette.responses import Response

from cnn_loupe.server.cached import FOREVER, NO_STORE, REVALIDATE
from cnn_loupe.server.dependencies import Services, ServicesOf
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.i18n import choose_language, translator
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.pages import EXAMPLE_BASE, VARY, Pages, boot_data, choose_theme, script_json
from cnn_loupe.server.routes.samples import describe_sample
from cnn_loupe.server.vocabulary import FORMER_CHAPTERS, PAGES

router = APIRouter(include_in_schema=False)

# The page's script, what reads the address where that asks for something, and what comes once the network is drawn.
START = "js/main.js"
FRAME = "js/elements/chrome/frame.js"
ADDRESS = "js/elements/chrome/address-bar.js"
LATER = ("js/deferred.js", "js/elements/inspector/pointing.js")
# What the first run waits for where a model has no gallery, and where its runs come in pieces.
MADE = "js/elements/made-pictures.js"
PIECES = "js/state/pieces.js"

TENSORS = "encoding=safetensors"  # how the page asks for runs and parameters


def pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


@router.get("/")
@router.get("/learn/{chapter}")
async def index(request: Request, services: ServicesOf, chapter: str | None = None) -> Response:
    """The page. It carries its words and settings, and links that load the first picture early."""
    if chapter is not None and chapter not in PAGES and chapter not in FORMER_CHAPTERS:
        raise Problem(
            404,
            "unknown_chapter",
            f"There is no chapter {chapter[:64]!r}; the chapters are {', '.join(PAGES)}.",
            chapter=chapter[:64],
            known=list(PAGES),
        )
    services.assets.refresh()
    language = choose_language(request, services.settings.language)
    pages = pages_of(request)
    asked = asked_model(services, request.query_params)
    theme, asks = choose_theme(request), bool(request.query_params)
    first, early = first_picture(asked, request.query_params), preloads(services, asked, request.query_params)

    def make() -> str:
        samples = gallery(services, asked)
        modules = services.assets.eager_modules(START, FRAME, *([ADDRESS] if asks else []), *first_run(asked))
        later = services.assets.eager_modules(*LATER)

        boot = boot_data(services, language, pages.catalogue(language, services.assets.digest))
        return pages.render(
            "index.html",
            language,
            services,
            boot=script_json(
                boot | {"answers": answers(asked, samples), "later": [name for name in later if name not in modules]}
            ),
            theme=theme,
            modules=modules,
            samples=samples,
            first=first,
            preloads=early,
        )

    key = ("index", services.assets.digest, language, theme, asked.id if asked else None, first, asks, *early)
    return pages.respond(request, key, make)


def asked_model(services: Services, query: Mapping[str, str]) -> ServedModel | None:
    """The model that the address names, or the default one; None where the address names an unknown one."""
    name = query.get("model")
    if name is None:
        return services.library.default
    return next((entry for entry in services.library if entry.id == name), None)


def gallery(services: Services, entry: ServedModel | None) -> list[dict[str, Any]]:
    """The model's samples, for the strip that stands in the page from the start."""
    if entry is None:
        return []
    root = services.settings.root_path
    return [describe_sample(entry, sample, root) for sample in entry.samples.values()]


def first_run(entry: ServedModel | None) -> list[str]:
    """The scripts without which the first run of this model cannot be asked for."""
    if entry is None:
        return []
    made = all(sample.role == "lesson" for sample in entry.samples.values())
    return [*([MADE] if made else []), *([PIECES] if entry.in_pieces else [])]


def answers(entry: ServedModel | None, samples: list[dict[str, Any]]) -> dict[str, Any]:
    """What the API would say of the model that is shown first, by path: it need not be asked for."""
    if entry is None:
        return {}
    return {f"/models/{entry.id}": entry.description, f"/models/{entry.id}/samples": {"samples": samples}}


def preloads(services: Services, entry: ServedModel | None, query: Mapping[str, str]) -> list[str]:
    """What this view fetches first, at the very addresses that the page will ask for."""
    if entry is None:
        return []
    root, first = services.settings.root_path, first_picture(entry, query)
    if entry.in_pieces:
        return []
    found = [f"{describe_sample(entry, entry.samples[first], root)['run']}&{TENSORS}"] if first else []
    parameters = f"{root}/api/v1/models/{entry.id}/parameters?v={entry.digest}&{TENSORS}"
    return [*found, parameters] if "view" in query else found


def first_picture(entry: ServedModel | None, query: Mapping[str, str]) -> str | None:
    """The sample that the address shows first; None where it is a picture of the person's own, or an unknown one."""
    if entry is None or "own" in query:
        return None
    name = query.get("sample") or entry.default_sample
    return name if name in entry.samples else None


@router.get("/api/docs")
async def api_docs(request: Request, services: ServicesOf) -> Response:
    """The API's documentation, made here from the OpenAPI description."""
    services.assets.refresh()
    language = choose_language(request, services.settings.language)
    document: dict[str, Any] = request.app.openapi()
    model = services.library.default.id if services.library.default else "tiny-vgg"
    theme, pages = choose_theme(request), pages_of(request)
    base = str(request.base_url).rstrip("/") + services.settings.root_path

    def make() -> str:
        html = pages.documentation(language, theme, services, document, model)
        return html.replace(EXAMPLE_BASE, str(escape(base)))

    key = ("api_docs", services.assets.digest, language, theme, base)
    stored = await services.pool.run(request, lambda: pages.stored(key, make))
    return stored.response(request, REVALIDATE, VARY)


def error_page(request: Request, status: int, code: str) -> Response:
    """A page for an address that leads nowhere, in the person's language."""
    services: Services = request.app.state.services
    language = choose_language(request, services.settings.language)
    pages = pages_of(request)
    sentence = translator(pages.catalogue(language))("errors.not_found" if status == 404 else f"errors.{code}")
    html = pages.render("error.html", language, services, theme=choose_theme(request), status=status, sentence=sentence)
    return Response(html, status, {"Cache-Control": NO_STORE}, "text/html; charset=utf-8")


@router.get("/static/{digest}/{name:path}")
async def static_file(request: Request, services: ServicesOf, digest: str, name: str) -> Response:
    """One of our own files; for ever under the current digest, unstored under any other."""
    found = services.assets.file(name)
    if found is None:
        raise Problem(404, "not_found", "There is nothing at this address.")
    return found.response(request, FOREVER if digest == services.assets.digest else NO_STORE)


@router.get("/favicon.ico")
async def favicon(request: Request, services: ServicesOf) -> Response:
    """Browsers ask for it by themselves."""
    found = services.assets.file("favicon.svg")
    if found is None:
        return Response(status_code=204)
    return found.response(request)


@router.get("/robots.txt")
async def robots() -> Response:
    """Pages may be found; the API is not for crawlers."""
    return Response("User-agent: *\nDisallow: /api/v1/\n", media_type="text/plain")
