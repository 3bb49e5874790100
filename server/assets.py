"""Our own static files, and no others, under a path that carries the digest of their content.

All files are listed once; a request can only name one of the list, so there is no path to traverse.
Under the current digest they may be kept for ever; under any other the current file is given without
being stored, so that a page loaded from the previous version still finds its modules.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import time
from dataclasses import dataclass, field
from pathlib import Path

from cnn_loupe.server.cached import CachedResponse
from cnn_loupe.server.paths import LIVE, STATIC

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
# Which files each script imports, directly or not: {entry: [file, …]}. Made by .ci/bundle/bundle.mjs, for the plain
# modules of a checkout as for the bundle of an installation.
PRELOADS = "preloads.json"

# All style sheets directly under css/ in one file: one request instead of a dozen before first paint.
STYLESHEET = "css/all.css"
_FIRST = ("css/tokens.css", "css/base.css", "css/layout.css")


@dataclass(frozen=True)
class _Snapshot:
    signature: int
    digest: str
    files: dict[str, CachedResponse] = field(repr=False)
    preloads: dict[str, list[str]] = field(repr=False)


class Assets:
    """The files under static/, their common digest, and the scripts a page loads first."""

    def __init__(self, folder: Path = STATIC, *, live: bool = LIVE) -> None:
        self._folder = folder
        self._live = live
        self._looked = time.monotonic()
        self._snapshot = self._scan()

    @property
    def digest(self) -> str:
        return self._snapshot.digest

    def refresh(self) -> None:
        """Read again what has changed; called once a page, looks once a second, and only where files are live."""
        if not self._live or time.monotonic() - self._looked < 1:
            return
        self._looked = time.monotonic()
        if self._signature() != self._snapshot.signature:
            self._snapshot = self._scan()

    def file(self, name: str) -> CachedResponse | None:
        """The file of this name (`js/main.js`), if there is one."""
        return self._snapshot.files.get(name)

    def eager_modules(self, *entries: str) -> list[str]:
        """The files that these scripts need at once, themselves included, each once."""
        known, files = self._snapshot.preloads, self._snapshot.files
        names = (name for entry in entries for name in known.get(entry, [entry]))
        return list(dict.fromkeys(name for name in names if name in files))

    def _paths(self) -> list[Path]:
        return sorted(
            path
            for path in self._folder.rglob("*")
            if path.is_file() and not path.name.startswith(".") and path.suffix != ".md"
        )

    def _signature(self) -> int:
        return hash(tuple((str(path), path.stat().st_mtime_ns) for path in self._paths()))

    def _scan(self) -> _Snapshot:
        signature = self._signature()
        bodies = {path.relative_to(self._folder).as_posix(): path.read_bytes() for path in self._paths()}
        files, total = {}, hashlib.sha256()
        for name, body in bodies.items():
            total.update(name.encode() + b"\0" + len(body).to_bytes(8, "little") + body)
            suffix = Path(name).suffix
            kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
            files[name] = CachedResponse(body, kind)
        files[STYLESHEET] = _joined(files)
        preloads = json.loads(bodies.get(PRELOADS, b"{}"))
        return _Snapshot(signature, total.hexdigest()[:16], files, preloads)


def _joined(files: dict[str, CachedResponse]) -> CachedResponse:
    """Tokens, base and layout first, then the elements' by name."""
    names = [name for name in files if name.startswith("css/") and name.count("/") == 1 and name != STYLESHEET]
    names.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    parts = [f"/* {name} */\n".encode() + files[name].body for name in names]
    return CachedResponse(b"\n".join(parts), _TYPES[".css"])
