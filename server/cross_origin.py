"""Scripts of other origins that may use the API (CORS); without a setting none may."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Scope


class CrossOrigin:
    """The origins whose scripts may read answers; `*` stands for any."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origins)

    def allow(self, origin: str | None, message: Message) -> None:
        """Say in the answer's start that a script of this origin may read it."""
        if not self._origins:
            return
        answer = MutableHeaders(scope=message)
        answer.add_vary_header("Origin")
        if origin and ("*" in self._origins or origin in self._origins):
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Request-ID"

    def is_preflight(self, scope: Scope, headers: Headers) -> bool:
        """Whether a browser asks what a script may ask."""
        return bool(self._origins) and scope["method"] == "OPTIONS" and "access-control-request-method" in headers

    def preflight(self) -> Response:
        """The answer to that."""
        return Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Methods": "GET, HEAD, POST",
                "Access-Control-Allow-Headers": "Content-Type, If-None-Match, X-Request-ID",
                "Access-Control-Max-Age": "600",
            },
        )
