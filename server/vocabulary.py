"""The words that addresses, lessons and embeds use for what the page shows, from static/vocabulary.json.

The page has the same file as a module (static/js/state/vocabulary.js), so neither side can know a view, a colour
scale or a chapter that the other does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cnn_loupe.server.paths import STATIC

_words: dict[str, Any] = json.loads((STATIC / "vocabulary.json").read_text("utf-8"))

PARAMETERS: tuple[str, ...] = tuple(_words["parameters"])
"""What the address of the page may carry."""

VIEWS: tuple[str, ...] = tuple(_words["views"])
LONGEST_VIEW: int = _words["longest_view"]
"""Characters of a view with its trail. With percent signs the whole address stays below 4 kB, which proxies take
(deploy/nginx.conf); of a longer trail the page's address has the steps next to the opened place."""

SCALES: tuple[str, ...] = tuple(_words["scales"])
ORDERS: tuple[str, ...] = tuple(_words["orders"])
THEMES: tuple[str, ...] = tuple(_words["themes"])
DEPTHS: tuple[str, ...] = tuple(_words["depths"])
PANELS: tuple[str, ...] = tuple(_words["panels"])
SWITCH = ("0", "1")

TRANSFORMS: Mapping[str, tuple[float, float]] = {
    name: (control["from"], control["to"]) for name, control in _words["transforms"].items()
}
"""Every control of the transform panel with its range."""

COVER_CELLS: int = _words["cover"]["side"] ** 2
"""The most cells of the grid that parts of a picture are covered by (static/js/model/cover.js)."""
LONGEST_COVER: int = _words["cover"]["longest"]
"""Characters of what is covered."""

PRESENTED: tuple[str, ...] = tuple(name for group in _words["presented"].values() for name in group)
"""What a class may be shown in presentation mode, in the order in which an address names it."""

CHAPTERS: tuple[str, ...] = tuple(_words["chapters"])
"""Learn's chapters in reading order."""

FORMER_CHAPTERS: Mapping[str, str] = _words["former_chapters"]
"""Where a chapter that was divided or renamed goes on."""

PAGES: tuple[str, ...] = (*CHAPTERS, *_words["learn_pages"])
"""The chapters, and the two pages behind them."""
