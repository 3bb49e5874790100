"""Which language, and its words: one catalogue for pages, scripts and errors.

static/i18n/<language>/<area>.json holds nested words; `t("errors.not_found")` finds one by its path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import Request

from cnn_loupe.server.paths import CATALOGUES

LANGUAGES: dict[str, str] = {"en": "English", "zh-Hans": "简体中文"}
COOKIE = "lang"

# What the page needs to draw its first view; other areas are fetched with the part that needs them.
EAGER = ("common", "network", "kinds", "pictures", "errors")

Catalogue = dict[str, Any]


def load_catalogue(language: str, areas: tuple[str, ...] | None = None, folder: Path = CATALOGUES) -> Catalogue:
    """The words of a language, all areas or only some."""
    found: Catalogue = {}
    for path in sorted((folder / language).glob("*.json")):
        if areas is None or path.stem in areas:
            found.update(json.loads(path.read_text("utf-8")))
    return found


def translator(catalogue: Mapping[str, Any]) -> Callable[..., str]:
    """`t(key, name=value)`: the words under the key, `{name}` filled in; a missing key shows itself."""

    def t(key: str, **params: Any) -> str:
        node: Any = catalogue
        for part in key.split("."):
            node = node.get(part) if isinstance(node, Mapping) else None
        if not isinstance(node, str):
            return key
        return re.sub(r"\{(\w+)\}", lambda found: str(params.get(found[1], found[0])), node)

    return t


def choose_language(request: Request, default: str) -> str:
    """`?lang=`, then the person's last choice (cookie), then what the browser prefers."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        known = known_language(wanted or "")
        if known:
            return known
    for tag in accepted(request.headers.get("accept-language", "")):
        known = known_language(tag)
        if known:
            return known
    return default


def accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first."""
    weighted = []
    for position, part in enumerate(header[:1000].split(",")):
        tag, _, parameter = part.strip().partition(";")
        match = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameter)
        weight = float(match[1]) if match else 1.0
        if tag and weight > 0:
            weighted.append((-weight, position, tag.strip()))
    return [tag for _, _, tag in sorted(weighted)]


def known_language(tag: str) -> str | None:
    """`zh`, `zh-CN`, `zh-TW` … read simplified Chinese rather than English; `en-*` is English."""
    if tag in LANGUAGES:
        return tag
    primary = tag.lower().replace("_", "-").split("-")[0]
    return {"zh": "zh-Hans", "en": "en"}.get(primary)
