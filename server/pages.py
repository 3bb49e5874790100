"""Pages: templates with the boot data, the links that start loading early, and the words."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import jinja2
from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import Response

from cnn_loupe.engine.importing.proof import runtime_version
from cnn_loupe.server.assets import STYLESHEET
from cnn_loupe.server.cached import REVALIDATE, CachedResponse
from cnn_loupe.server.dependencies import Services
from cnn_loupe.server.i18n import EAGER, LANGUAGES, load_catalogue, translator
from cnn_loupe.server.paths import TEMPLATES
from cnn_loupe.server.settings import PREFIX
from cnn_loupe.server.vocabulary import THEMES

VARY = "Accept-Encoding, Accept-Language, Cookie"
HTML = "text/html; charset=utf-8"
MOST_STORED = 48  # pages in memory, of some 25 KB each: every language, theme and common address, and some
EXAMPLE_BASE = "http://127.0.0.1:8000"  # in examples; the page replaces it with its own address


def choose_theme(request: Request) -> str:
    """The person's last choice, which the page keeps in a cookie; `auto` follows the device."""
    theme = request.cookies.get("theme", "auto")
    return theme if theme in THEMES else "auto"


class Pages:
    """Renders templates; a missing name is an error, never an empty string."""

    def __init__(self, *, live: bool) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=live,
        )
        self._environment.filters["code"] = code
        self._environment.filters["compact"] = lambda value: json.dumps(value, ensure_ascii=False)
        self._live = live
        self._catalogues: dict[str, dict[str, Any]] = {}
        self._documents: dict[tuple[str, ...], str] = {}
        self._stored: OrderedDict[tuple[object, ...], CachedResponse] = OrderedDict()
        self._lock = threading.Lock()  # the documentation is made on a thread

    @property
    def environment(self) -> jinja2.Environment:
        return self._environment

    def catalogue(self, language: str, digest: str | None = None) -> dict[str, Any]:
        """All words of a language; read once for each digest of the static files that hold them."""
        key = f"{language} {digest}"
        if key not in self._catalogues or (self._live and digest is None):
            if len(self._catalogues) > 20:
                self._catalogues.clear()
            self._catalogues[key] = load_catalogue(language)
        return self._catalogues[key]

    def render(self, name: str, language: str, services: Services, *, theme: str = "auto", **context: Any) -> str:
        """A template with what every template gets: t, language, languages, root, static, theme."""
        root = services.settings.root_path
        return self._environment.get_template(name).render(
            t=translator(self.catalogue(language, services.assets.digest)),
            language=language,
            languages=LANGUAGES,
            root=root,
            static=f"{root}/static/{services.assets.digest}/",
            stylesheet=STYLESHEET,
            theme=theme,
            **context,
        )

    def documentation(
        self, language: str, theme: str, services: Services, document: dict[str, Any], example_model: str
    ) -> str:
        """The API's documentation; long, and made once for each language and theme."""
        key = (language, theme, services.assets.digest)
        if key not in self._documents or self._live:
            if len(self._documents) > 20:
                self._documents.clear()
            self._documents[key] = self.render(
                "api_docs.html",
                language,
                services,
                theme=theme,
                document=document,
                example_base=EXAMPLE_BASE,
                example_model=example_model,
            )
        return self._documents[key]

    def stored(self, key: tuple[object, ...], make: Callable[[], str]) -> CachedResponse:
        """The page that `key` tells apart from all others, made and compressed once; anew at every visit in a checkout.

        A page depends on nothing but its key, the settings and the models, which stay while the server runs.
        """
        with self._lock:
            found = None if self._live else self._stored.pop(key, None)
        if found is None:
            found = CachedResponse.packed(make().encode("utf-8"), HTML)
        with self._lock:
            self._stored[key] = found  # the last one: those not asked for longest go first
            while len(self._stored) > MOST_STORED:
                self._stored.popitem(last=False)
        return found

    def respond(self, request: Request, key: tuple[object, ...], make: Callable[[], str]) -> Response:
        """That page, revalidated at every visit."""
        return self.stored(key, make).response(request, REVALIDATE, VARY)


def boot_data(services: Services, language: str, catalogue: dict[str, Any]) -> dict[str, Any]:
    """What the page's script needs before its first request."""
    settings, root = services.settings, services.settings.root_path
    default = services.library.default
    return {
        "language": language,
        "languages": LANGUAGES,
        "root": root,
        "api": f"{root}/api/v1",
        "static": f"{root}/static/{services.assets.digest}/",
        "default_model": default.id if default else None,
        "models": [entry.summary for entry in services.library],
        "settings": {
            "picture_by_address": settings.picture_by_address,
            "max_upload_bytes": settings.max_upload_bytes,
            "max_pixels": settings.max_pixels,
            "own_models": settings.own_models_on,
            "own_models_setting": f"{PREFIX}OWN_MODELS",
            "max_model_bytes": settings.largest_model,
            "own_check": runtime_version() is not None,
            "lessons": len(services.lessons),
        },
        "catalogue": {area: catalogue[area] for area in EAGER if area in catalogue},
    }


def code(text: str) -> Markup:
    """Text in which `this` becomes code."""
    parts = text.split("`")
    pieces = [Markup("<code>{}</code>").format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)]
    return Markup("").join(pieces)


def script_json(value: Any) -> Markup:
    """JSON for a data block in HTML: nothing in it can end the block or be read as markup."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
