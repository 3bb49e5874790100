"""What is done around every request: its id, its log line, the headers of its answer, the last word on exceptions.

One pure ASGI layer instead of several: it sits on the way of every megabyte. The concerns are in modules of their own:
`hosts` (whom it asks for), `cross_origin` (scripts of other sites), `policies` (what a browser may do with the answer).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import string
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnn_loupe.server.cross_origin import CrossOrigin
from cnn_loupe.server.errors import Problem, problem_response
from cnn_loupe.server.hosts import Hosts, check_version, inner_scope
from cnn_loupe.server.limits import ClientGone, stopping
from cnn_loupe.server.policies import AnswerHeaders
from cnn_loupe.server.settings import Settings

access = logging.getLogger("cnn_loupe.access")
logger = logging.getLogger("cnn_loupe")

_ID_CHARACTERS = frozenset(string.ascii_letters + string.digits + "-_.")


class RequestMiddleware:
    """Request id, host check, sub-path, HEAD, headers, log line, and the last word on exceptions."""

    def __init__(self, app: ASGIApp, settings: Settings, observe: Callable[[str, int, float], None]) -> None:
        self._app = app
        self._headers = AnswerHeaders(settings)
        self._hosts = Hosts(settings.allowed_hosts)
        self._cross_origin = CrossOrigin(settings.cors_origins)
        self._root = settings.root_path
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        identity = _request_id(headers.get("x-request-id", ""))
        method, status = scope["method"], 0
        inner = inner_scope(scope, self._root)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                found = list(message.get("headers", ()))
                found += self._headers.of(inner["path"], found)
                found.append((b"x-request-id", identity.encode()))
                message = {**message, "headers": found}
                self._cross_origin.allow(headers.get("origin"), message)
            await send(message)

        try:
            check_version(scope["http_version"])
            self._hosts.check(inner["path"], headers.get("host", ""))
            if self._cross_origin.is_preflight(scope, headers):
                await self._cross_origin.preflight()(inner, receive, send_with_headers)
            else:
                await self._app(inner, receive, send_with_headers)
        except Problem as problem:
            if status:
                raise
            await _answer(problem)(inner, receive, send_with_headers)
        except ClientGone:
            status = status or 499  # the client has disconnected
        except asyncio.CancelledError:
            # uvicorn does so when draining has taken its time. Passed on, this would be one traceback a request.
            if not status:
                await _answer(stopping())(inner, receive, send_with_headers)
        except Exception:
            logger.exception(
                "internal error in %s %s", method, _loggable(inner["path"]), extra={"request_id": identity}
            )
            if status:
                raise
            await _internal_error()(inner, receive, send_with_headers)
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


def _answer(problem: Problem) -> Response:
    return problem_response(problem.status, problem.code, problem.detail, problem.params, headers=problem.headers)


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
