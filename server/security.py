"""The frame around every request: who is asked, what a browser may do with the answer, what is logged.

One pure ASGI layer instead of six: it sits on the way of every megabyte.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import string
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnn_loupe.server.errors import problem_response
from cnn_loupe.server.limits import ClientGone, stopping
from cnn_loupe.server.settings import Settings

access = logging.getLogger("cnn_loupe.access")
logger = logging.getLogger("cnn_loupe")

_ID_CHARACTERS = frozenset(string.ascii_letters + string.digits + "-_.")


def content_policy(settings: Settings, ancestors: str | None = None, frames: str = "") -> str:
    """What pages of this server may load: from itself and nowhere else, and nothing inline.

    `ancestors` says who may show the page in a frame, as the setting does where it is left out;
    `frames` what the page itself may show in frames, which is nothing unless it is said.
    """
    pictures = " https:" if settings.picture_by_address else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{pictures}",
            f"connect-src 'self'{pictures}",
            "font-src 'self'",
            "media-src 'self' blob:",
            "worker-src 'self'",
            "manifest-src 'self'",
            *((f"frame-src {frames}",) if frames else ()),
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors or settings.frame_ancestors}",
        )
    )


def fixed_headers(settings: Settings, **changed: str) -> list[tuple[bytes, bytes]]:
    """The headers of every answer; `changed` ones by their names with _ for -."""
    shared = "cross-origin" if settings.cors_origins else "same-origin"
    headers = {
        "Content-Security-Policy": content_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), clipboard-write=(self), fullscreen=(self), geolocation=(), "
        "microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": shared,
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


# Where the page that makes snippets is; what they show is below it.
BUILDER = "/embed"
# Asked by machines that know a container's address and no name; what they say is nobody's secret.
PROBES = frozenset({"/healthz", "/readyz"})


def embed_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """The headers below /embed/, which other sites may show in frames, isolated ones (COEP) among them."""
    return fixed_headers(
        settings,
        Content_Security_Policy=content_policy(settings, " ".join(embed_ancestors(settings))),
        Cross_Origin_Resource_Policy="cross-origin",
        Cross_Origin_Embedder_Policy="require-corp",
    )


def embed_ancestors(settings: Settings) -> tuple[str, ...]:
    """Who may show embeds: our own pages, whoever may show the whole page, and the embeds' own list."""
    whole = (source for source in settings.frame_ancestors.split() if source not in ("'none'", "'self'"))
    return tuple(dict.fromkeys(("'self'", *whole, *settings.embed_origins)))


class Frame:
    """Request id, host check, sub-path, HEAD, headers, log line, and the last word on exceptions."""

    def __init__(self, app: ASGIApp, settings: Settings, observe: Callable[[str, int, float], None]) -> None:
        self._app = app
        self._headers = fixed_headers(settings)
        self._embed_headers = embed_headers(settings)
        self._builder_headers = fixed_headers(
            settings, Content_Security_Policy=content_policy(settings, frames="'self'")
        )
        self._hosts = settings.allowed_hosts
        self._root = settings.root_path
        self._origins = frozenset(settings.cors_origins)
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        identity = _request_id(headers.get("x-request-id", ""))
        method, status = scope["method"], 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                found = list(message.get("headers", ()))
                found += self._headers_of(inner["path"], found)
                found.append((b"x-request-id", identity.encode()))
                message = {**message, "headers": found}
                self._allow_origin(headers.get("origin"), message)
            await send(message)

        inner = self._inner(scope)
        try:
            if inner["path"] not in PROBES and not self._knows_host(headers.get("host", "")):
                await _unknown_host()(inner, receive, send_framed)
            elif self._is_preflight(scope, headers):
                await _preflight()(inner, receive, send_framed)
            else:
                await self._app(inner, receive, send_framed)
        except ClientGone:
            status = status or 499  # nobody is there to read an answer
        except asyncio.CancelledError:
            # uvicorn does so when draining has taken its time. Passed on, this would be one traceback a request.
            if not status:
                problem = stopping()
                answer = problem_response(problem.status, problem.code, problem.detail, headers=problem.headers)
                await answer(inner, receive, send_framed)
        except Exception:
            logger.exception(
                "internal error in %s %s", method, _loggable(inner["path"]), extra={"request_id": identity}
            )
            if status:
                raise
            await _internal_error()(inner, receive, send_framed)
        finally:
            seconds = time.perf_counter() - began
            self._observe(method, status, seconds)
            if access.isEnabledFor(logging.INFO):
                access.info(
                    "%s %s %d %.1f ms",
                    method,
                    _loggable(inner["path"]),
                    status,
                    1000 * seconds,
                    extra={"request_id": identity, "status": status, "ms": round(1000 * seconds, 2)},
                )

    def _headers_of(self, path: str, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        if not path.startswith(BUILDER):
            return self._headers
        if path == BUILDER:
            return self._builder_headers
        if not path.startswith(BUILDER + "/"):
            return self._headers
        names = {name for name, _ in given}
        return [header for header in self._embed_headers if header[0] not in names]

    def _inner(self, scope: Scope) -> Scope:
        """The request as the routes see it: without the sub-path, whether the proxy removed it or not."""
        path: str = scope["path"]
        if self._root and (path == self._root or path.startswith(self._root + "/")):
            path = path[len(self._root) :] or "/"
        # HEAD is GET without its body; uvicorn leaves that out by the outer scope's method.
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return {
            **scope,
            "path": path,
            "raw_path": path.encode("utf-8", "surrogateescape"),
            "root_path": "",
            "method": method,
        }

    def _knows_host(self, header: str) -> bool:
        if "*" in self._hosts:
            return True
        name = header.rsplit(":", 1)[0] if not header.endswith("]") else header
        name = name.strip("[]").lower()
        return any(
            name == known.lower() or (known.startswith("*.") and name.endswith(known[1:].lower()))
            for known in self._hosts
        )

    def _allow_origin(self, origin: str | None, message: Message) -> None:
        if not self._origins:
            return
        answer = MutableHeaders(scope=message)
        answer.add_vary_header("Origin")
        if origin and ("*" in self._origins or origin in self._origins):
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Request-ID"

    def _is_preflight(self, scope: Scope, headers: Headers) -> bool:
        return bool(self._origins) and scope["method"] == "OPTIONS" and "access-control-request-method" in headers


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, HEAD, POST",
            "Access-Control-Allow-Headers": "Content-Type, If-None-Match, X-Request-ID",
            "Access-Control-Max-Age": "600",
        },
    )


def _unknown_host() -> Response:
    return problem_response(
        400,
        "unknown_host",
        "This server does not answer under this name; its operator lists names in CNN_LOUPE_ALLOWED_HOSTS.",
    )


def _internal_error() -> Response:
    return problem_response(
        500,
        "internal_error",
        "The server made a mistake. Its log has it under the id in this answer's X-Request-ID header.",
    )


def _request_id(given: str) -> str:
    """The caller's id where it is short and plain, else a new one."""
    if 8 <= len(given) <= 64 and _ID_CHARACTERS.issuperset(given):
        return given
    return secrets.token_hex(8)


def _loggable(path: str) -> str:
    """The path without control characters, which could forge lines of the log, and not endless."""
    return "".join(character if character.isprintable() else "?" for character in path[:200])
