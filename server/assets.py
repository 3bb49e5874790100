"""Our own static files, and no others, under a path that carries the digest of their content.

All files are listed once; a request can only name one of the list, so there is no path to traverse.
Under the current digest they may be kept for ever; under any other the current file is given without
being stored, so that a page loaded from the previous version still finds its modules.
"""

from __future__ import annotations

import hashlib
import mimetypes
import posixpath
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from cnn_loupe.server.answers import Stored
from cnn_loupe.server.modules import START, join
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
_STATIC_IMPORT = re.compile(
    r"""^\s*(?:import|export)\s(?:[^;'"]*?\sfrom\s*)?["'](\.{1,2}/[^"']+)["']|^\s*import\s*["'](\.{1,2}/[^"']+)["']""",
    re.MULTILINE,
)


# All style sheets directly under css/ in one file: one request instead of a dozen before first paint.
STYLESHEET = "css/all.css"
_FIRST = ("css/tokens.css", "css/base.css", "css/layout.css")

_WHOLE_LINE_COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/)[\s\S])*\*/[ \t]*|//[^\n]*)$", re.MULTILINE)


@dataclass(frozen=True)
class _Snapshot:
    signature: int
    digest: str
    files: dict[str, Stored] = field(repr=False)


class Assets:
    """The files under static/, their common digest, and the scripts a page loads first."""

    def __init__(self, folder: Path = STATIC, *, live: bool = LIVE) -> None:
        self._folder = folder
        self._live = live
        self._looked = time.monotonic()
        self._eager: dict[tuple[str, str], list[str]] = {}
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

    def file(self, name: str) -> Stored | None:
        """The file of this name (`js/main.js`), if there is one."""
        return self._snapshot.files.get(name)

    def eager_modules(self, start: str = START) -> list[str]:
        """The files that `start` imports at once, directly or not, in the order they are met."""
        key = (self.digest, start)
        if key not in self._eager:
            self._eager = {known: names for known, names in self._eager.items() if known[0] == self.digest}
            self._eager[key] = self._follow_imports(start)
        return self._eager[key]

    def _follow_imports(self, start: str) -> list[str]:
        found: list[str] = []
        waiting = [start]
        while waiting:
            name = waiting.pop(0)
            source = self.file(name)
            if source is None or name in found:
                continue
            found.append(name)
            for match in _STATIC_IMPORT.finditer(source.body.decode("utf-8")):
                target = match[1] or match[2]
                waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(name), target)))
        return found

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
        scripts = {
            name: without_comments(body.decode("utf-8"))
            for name, body in bodies.items()
            if name.endswith(".js")
        }
        bodies |= {name: text.encode() for name, text in join(scripts).items()}
        files, total = {}, hashlib.sha256()
        for name, body in bodies.items():
            total.update(name.encode() + b"\0" + len(body).to_bytes(8, "little") + body)
            suffix = Path(name).suffix
            kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
            files[name] = Stored(body, kind)
        files[STYLESHEET] = _joined(files)
        return _Snapshot(signature, total.hexdigest()[:16], files)


def without_comments(source: str) -> str:
    """A module without the comments that stand on lines of their own; its lines keep their numbers.

    A third of what a page loads would be documentation. tests/web/test_web.py holds every module to
    this: what is left is the same program.
    """
    return _WHOLE_LINE_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)


def _joined(files: dict[str, Stored]) -> Stored:
    """Tokens, base and layout first, then the elements' by name."""
    names = [
        name for name in files if name.startswith("css/") and name.count("/") == 1 and name != STYLESHEET
    ]
    names.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    parts = [f"/* {name} */\n".encode() + files[name].body for name in names]
    return Stored(b"\n".join(parts), _TYPES[".css"])
