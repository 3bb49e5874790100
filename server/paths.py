"""Where the pages, scripts and catalogues are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "_site"
SITE = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent

STATIC = SITE / "static"
TEMPLATES = SITE / "templates"
CATALOGUES = STATIC / "i18n"

# Lessons that come with the server, on no shelf as long as nobody asks for them.
READY_LESSONS = _PACKAGE / "lessons" / "ready"

# In a checkout files change under the running server and are read anew; installed ones do not.
LIVE = SITE != _INSTALLED
