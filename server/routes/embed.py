"""Parts of the page alone, for frames in other pages, and the page that makes their snippets."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from cnn_loupe.server.cached import NO_STORE, REVALIDATE, CachedResponse
from cnn_loupe.server.dependencies import Services, ServicesOf
from cnn_loupe.server.embeds import CONTROLS, SIDE, TEXT, USUAL, Embed, Playground, playgrounds, read_embed
from cnn_loupe.server.errors import Problem, wants_page
from cnn_loupe.server.i18n import LANGUAGES, choose_language, known_language, translator
from cnn_loupe.server.library import OWN
from cnn_loupe.server.origins import allows, framing_page
from cnn_loupe.server.pages import HTML, VARY, Pages, choose_theme, script_json
from cnn_loupe.server.policies import content_policy, embed_ancestors
from cnn_loupe.server.routes.pages import answers, gallery, preloads
from cnn_loupe.server.settings import PREFIX

router = APIRouter(include_in_schema=False)

# Words that an embed starts with; views bring their own.
_WORDS = {
    "network": ("errors", "network", "kinds"),
    "view": ("errors", "network", "kinds"),
    "widget": ("errors", "kinds"),
}
_COMMON_WORDS = ("command", "retry", "offline", "close")
# Of Learn's words, what only the chapters around the playgrounds say.
_CHAPTERS_ALONE = ("questions", "terms", "question", "progress")
_STYLES = {
    "network": ("css/all.css", "css/features/embed.css"),
    "view": ("css/all.css", "css/features/views.css", "css/features/embed.css"),
    "widget": (
        "css/tokens.css",
        "css/base.css",
        "css/notices.css",
        "css/features/learn-widgets.css",
        "css/features/embed.css",
    ),
}


@router.get("/embed/network")
async def embed_network(request: Request, services: ServicesOf) -> Response:
    """The network map of a model."""
    return _embed(request, services, "network")


@router.get("/embed/view")
async def embed_view(request: Request, services: ServicesOf) -> Response:
    """One opened neuron, or another opened view."""
    return _embed(request, services, "view")


@router.get("/embed/widget/{widget}")
async def embed_widget(request: Request, services: ServicesOf, widget: str) -> Response:
    """A playground of a chapter."""
    return _embed(request, services, "widget", widget)


@router.get("/embed/{rest:path}")
async def embed_nothing(request: Request, services: ServicesOf, rest: str) -> Response:
    """Any other address below /embed/."""
    problem = Problem(
        404,
        "unknown_embed",
        f"There is nothing to embed at {'/embed/' + rest[:64]!r}; there are /embed/network, /embed/view?view=…, "
        "and /embed/widget/{name}.",
        address=f"/embed/{rest[:64]}",
    )
    return _refused(request, services, problem)


def _embed(request: Request, services: Services, what: str, widget: str | None = None) -> Response:
    services.assets.refresh()
    page = framing_page(request.headers)
    if page and not allows(embed_ancestors(services.settings), page, str(request.base_url).rstrip("/")):
        return _not_for(request, services, page)
    try:
        embed = read_embed(what, widget, request.query_params.multi_items(), services.library)
    except Problem as problem:
        return _refused(request, services, problem)
    pages: Pages = request.app.state.pages
    language = embed.language or choose_language(request, services.settings.language)

    def make() -> str:
        catalogue = pages.catalogue(language, services.assets.digest)
        return pages.render(
            "embed.html",
            language,
            services,
            theme=embed.theme,
            title=_title(embed, language, translator(catalogue)),
            embed=embed,
            chapter=playgrounds(language)[embed.widget].chapter if embed.widget else None,
            styles=_STYLES[what],
            script=f"js/features/embed/{what}.js",
            modules=_modules(services, embed),
            preloads=_preloads(services, embed, request),
            boot=script_json(_boot(services, embed, language, catalogue)),
        )

    if embed.entry.id.startswith(OWN):  # of a person's own model nothing stays when it is gone
        return CachedResponse(make().encode("utf-8"), HTML).response(request, REVALIDATE, VARY)
    address = tuple(request.query_params.multi_items())
    return pages.respond(request, ("embed", services.assets.digest, what, widget, language, address), make)


def _title(embed: Embed, language: str, t: Any) -> str:
    if embed.widget is not None:
        return playgrounds(language)[embed.widget].heading
    title = embed.entry.title
    return str(t(f"embed.title.{embed.what}", model=title.get(language) or title["en"]))


def _preloads(services: Services, embed: Embed, request: Request) -> list[str]:
    return preloads(services, embed.entry, request.query_params) if embed.needs == "run" else []


def _modules(services: Services, embed: Embed) -> list[str]:
    """What is sure to be loaded, so that it need not be found out import by import."""
    starts = [f"js/features/embed/{embed.what}.js"]
    if embed.what == "view":
        starts.append("js/features/views/index.js")
    if embed.widget is not None:
        starts.append(f"js/features/learn/widgets/{embed.widget}.js")
        starts += {"run": ["js/state/follow.js"], "model": ["js/model/kinds.js"], "nothing": []}[embed.needs]
    return services.assets.eager_modules(*starts)


def _boot(services: Services, embed: Embed, language: str, catalogue: dict[str, Any]) -> dict[str, Any]:
    """What the embed's script needs before its first request."""
    root = services.settings.root_path
    words = {area: catalogue[area] for area in _WORDS[embed.what]}
    words["common"] = {name: catalogue["common"][name] for name in _COMMON_WORDS}
    words["pictures"] = {name: catalogue["pictures"][name] for name in ("gallery", "made")}
    words["embed"] = {"page": catalogue["embed"]["page"]}
    if embed.widget is not None:
        words["learn"] = {k: v for k, v in catalogue["learn"].items() if k not in _CHAPTERS_ALONE}
    return {
        "language": language,
        "root": root,
        "api": f"{root}/api/v1",
        "static": f"{root}/static/{services.assets.digest}/",
        "model": embed.entry.id,
        "models": [entry.summary for entry in services.library],
        "controls": list(embed.controls),
        "size": embed.size,
        "text": embed.text,
        "widget": embed.widget,
        "needs": embed.needs,
        "catalogue": words,
        "answers": answers(embed.entry, gallery(services, embed.entry)) if embed.needs != "nothing" else {},
    }


def _not_for(request: Request, services: Services, page: str) -> Response:
    """A sentence for a page that is not on the list, instead of the browser's empty box. It holds nothing else."""
    problem = Problem(
        403,
        "embed_origin_refused",
        f"Pages of {page} are not allowed to show this; whoever runs this server can add them to "
        f"{PREFIX}EMBED_ORIGINS.",
        origin=page,
        setting=f"{PREFIX}EMBED_ORIGINS={page}",
    )
    answer = _refused(request, services, problem)
    answer.headers["Content-Security-Policy"] = content_policy(services.settings, "*")
    return answer


def _refused(request: Request, services: Services, problem: Problem) -> Response:
    """Why nothing is shown: as a page where a browser asks, which a frame does, too."""
    if not wants_page(request):
        raise problem
    language = known_language(request.query_params.get("lang", "")) or choose_language(
        request, services.settings.language
    )
    pages: Pages = request.app.state.pages
    t = translator(pages.catalogue(language, services.assets.digest))
    html = pages.render(
        "embed_refused.html",
        language,
        services,
        status=problem.status,
        code=problem.code,
        sentence=t(f"errors.{problem.code}", **problem.params),
    )
    return Response(html, problem.status, {"Cache-Control": NO_STORE}, "text/html; charset=utf-8")


@router.get("/embed")
async def builder(request: Request, services: ServicesOf) -> Response:
    """The page that makes a snippet and shows it at work."""
    services.assets.refresh()
    settings = services.settings
    pages: Pages = request.app.state.pages
    language = choose_language(request, settings.language)
    theme = choose_theme(request)

    def make() -> str:
        catalogue = pages.catalogue(language, services.assets.digest)
        found = list(playgrounds(language).values())
        ancestors = embed_ancestors(settings)
        return pages.render(
            "embed_builder.html",
            language,
            services,
            theme=theme,
            script="js/features/embed/builder.js",
            modules=services.assets.eager_modules("js/features/embed/builder.js"),
            ancestors=[source for source in ancestors if source != "'self'"],
            boot=script_json(
                {
                    "language": language,
                    "languages": LANGUAGES,
                    "root": settings.root_path,
                    "api": f"{settings.root_path}/api/v1",
                    "static": f"{settings.root_path}/static/{services.assets.digest}/",
                    "models": [entry.summary for entry in services.library],
                    "playgrounds": [_listed(one, catalogue) for one in found],
                    "controls": CONTROLS,
                    "usual": USUAL,
                    "side": SIDE,
                    "text": TEXT,
                    "ancestors": ancestors,
                    "catalogue": {"embed": catalogue["embed"], "errors": catalogue["errors"]},
                }
            ),
        )

    return pages.respond(request, ("embed_builder", services.assets.digest, language, theme), make)


def _listed(playground: Playground, catalogue: dict[str, Any]) -> dict[str, str]:
    return {
        "name": playground.name,
        "heading": playground.heading,
        "chapter": catalogue["learn"]["chapters"][playground.chapter],
    }
