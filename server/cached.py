"""Answers that are made once and given often: stored, compressed once, cacheable by their content."""

from __future__ import annotations

import gzip
import hashlib
import threading

from fastapi import Request
from starlette.responses import Response

FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
NO_STORE = "no-store"


class CachedResponse:
    """A body under a strong ETag, with its gzip form made when it is first wanted."""

    def __init__(
        self,
        body: bytes,
        media_type: str = "application/json",
        *,
        etag: str | None = None,
        compress: bool = True,
    ) -> None:
        self._body: bytes | None = body
        self._packed: bytes | None = None
        self._tried = not compress
        self._lock = threading.Lock()
        self.media_type = media_type
        self.etag = etag or hashlib.sha256(body).hexdigest()[:20]

    @classmethod
    def packed(cls, body: bytes, media_type: str, *, etag: str | None = None) -> CachedResponse:
        """Keeps the compressed form alone; who takes no gzip gets it unpacked."""
        stored = cls(body, media_type, etag=etag)
        if stored.gzipped() is not None:
            stored._body = None
        return stored

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self._body or b"") + len(self._packed or b"")

    @property
    def body(self) -> bytes:
        if self._body is not None:
            return self._body
        assert self._packed is not None
        return unpack(self._packed)

    def must_unpack(self, request: Request) -> bool:
        """Whether the answer to this request is `unpacked()` first, which takes milliseconds: a thread's work."""
        return self._body is None and not accepts_gzip(request) and not matches(request, f'"{self.etag}"')

    def unpacked(self) -> CachedResponse:
        """The same with its body at hand, for those who take no gzip."""
        return CachedResponse(self.body, self.media_type, etag=self.etag)

    def gzipped(self) -> bytes | None:
        """The compressed form; None where compressing does not pay."""
        with self._lock:
            if not self._tried:
                self._tried = True
                if self._body is not None and _compressible(self.media_type) and len(self._body) >= 500:
                    packed = gzip.compress(self._body, 6, mtime=0)
                    self._packed = packed if len(packed) < 0.95 * len(self._body) else None
            return self._packed

    def response(self, request: Request, cache: str = REVALIDATE, vary: str = "Accept-Encoding") -> Response:
        """This answer in the form that the client takes, or 304 where it has it already."""
        packed = self.gzipped() if accepts_gzip(request) else None
        etag = f'"{self.etag}{"-gz" if packed is not None else ""}"'
        headers = {"ETag": etag, "Cache-Control": cache, "Vary": vary}
        if matches(request, etag):
            return Response(status_code=304, headers=headers)
        if packed is not None:
            headers["Content-Encoding"] = "gzip"
        return Response(self.body if packed is None else packed, media_type=self.media_type, headers=headers)


def unpack(packed: bytes) -> bytes:
    """The body of its gzip form."""
    return gzip.decompress(packed)


def accepts_gzip(request: Request) -> bool:
    """Whether Accept-Encoding names gzip and does not refuse it with q=0."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return parameters.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def matches(request: Request, etag: str) -> bool:
    """Whether If-None-Match names this ETag."""
    wanted = request.headers.get("if-none-match", "")
    return wanted.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in wanted.split(","))


def cache_rule(asked: str | None, digest: str) -> str:
    """For ever under the right digest, never under a wrong one, revalidated without one."""
    if asked is None:
        return REVALIDATE
    return FOREVER if asked == digest else NO_STORE


def _compressible(media_type: str) -> bool:
    return (
        media_type.startswith("text/")
        or "json" in media_type
        or "javascript" in media_type
        or "svg" in media_type
        or "safetensors" in media_type
    )
