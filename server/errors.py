"""One shape for everything that goes wrong: application/problem+json (RFC 9457).

Whatever raised it (this server, the engine, the framework's own checks, a bug), the answer carries a
stable `code` that is also the translation key `errors.<code>`, the `params` its sentence mentions,
and the English sentence as `detail`.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cnn_loupe.engine.errors import EngineError

logger = logging.getLogger("cnn_loupe")

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An answer that is an error: `raise Problem(404, "unknown_model", "There is no …", model=…)`."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
        **params: Any,
    ) -> None:
        """`members` are further fields of the answer, beside `params`; their values are made plain like those."""
        super().__init__(detail)
        self.members = dict(members or {})
        self.status = status
        self.code = code
        self.detail = detail
        self.params = params
        self.headers = dict(headers or {})


# The engine knows nothing of HTTP; what its refusals mean there is said here. All others are 422.
_STATUS_BY_CODE = {
    "picture_too_large": 413,
    "picture_too_long": 413,
    "picture_too_many_pixels": 413,
    "picture_format_refused": 415,
    "picture_format_unknown": 415,
    "picture_is_archive": 415,
    "picture_is_page": 415,
    "picture_is_video": 415,
    "picture_is_wrapped": 415,
    "picture_kind_refused": 415,
}

# For errors that the framework raises itself, by status.
_FRAMEWORK = {
    400: ("bad_request", "The request cannot be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method; see the Allow header."),
    413: ("body_too_large", "The request body is too large."),
    415: ("media_type_unsupported", "This kind of body is not read here."),
}


def problem_response(
    status: int,
    code: str,
    detail: str,
    params: Mapping[str, Any] | None = None,
    *,
    fields: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response:
    """The answer itself; unusual values in `params` are written as text, never as invalid JSON."""
    body: dict[str, Any] = {
        "type": f"about:blank#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "params": {name: _plain(value) for name, value in (params or {}).items()},
        "detail": _printable(detail),
    }
    if fields:
        body["fields"] = fields
    body |= {name: _plain(value, MOST_PROBLEMS) for name, value in (members or {}).items()}
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    return Response(
        text.encode("utf-8"),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


MOST_PROBLEMS = 100  # of one file, at once


def _plain(value: Any, most: int = 20) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value[:most]]
    if isinstance(value, Mapping):
        return {
            str(name)[:64]: _printable(text)[:1000] if name == "detail" else _plain(text)
            for name, text in value.items()
        }
    return _printable(str(value))[:200]


def _printable(text: str) -> str:
    """Lone surrogates cannot be encoded, and control characters have no place in a sentence."""
    cleaned = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cleaned)


def install_error_handlers(app: FastAPI, page: Callable[[Request, int, str], Response]) -> None:
    """Make every source of errors answer in the one shape.

    `page(request, status, code)` is for the one exception: a person whose browser asks for a page that is
    not there.
    """

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> Response:
        if error.status == 404 and wants_page(request):
            return page(request, error.status, error.code)
        return problem_response(
            error.status, error.code, error.detail, error.params, headers=error.headers, members=error.members
        )

    @app.exception_handler(EngineError)
    async def on_engine_error(_: Request, error: EngineError) -> Response:
        if type(error).__name__ == "WeightsError":
            logger.error("a model is damaged: %s", error)
        return problem_response(_STATUS_BY_CODE.get(error.code, 422), error.code, str(error), error.params)

    @app.exception_handler(MemoryError)
    async def on_memory_error(_: Request, __: MemoryError) -> Response:
        logger.error("out of memory: give the server more of it, or lower CNN_LOUPE_MAX_PIXELS or CNN_LOUPE_THREADS")
        return problem_response(
            503,
            "out_of_memory",
            "The server has no memory for this at the moment. Try again later, or send a smaller picture.",
            headers={"Retry-After": "5"},
        )

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> Response:
        fields = [_field(item) for item in error.errors()[:20]]
        first = fields[0] if fields else {"field": "body", "message": "is not valid"}
        return problem_response(
            422,
            "invalid_parameter",
            f"{first['field']}: {first['message']}",
            {"field": first["field"], "reason": first["message"]},
            fields=fields,
        )

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and wants_page(request):
            return page(request, 404, "not_found")
        code, detail = _FRAMEWORK.get(error.status_code, ("request_refused", str(error.detail)))
        headers = dict(error.headers or {})
        if "GET" in (allowed := headers.get("Allow", "").split(", ")):
            headers["Allow"] = ", ".join(sorted({*allowed, "HEAD"}))  # RequestMiddleware makes it a GET
        return problem_response(error.status_code, code, detail, headers=headers)


def wants_page(request: Request) -> bool:
    """Whether a browser navigates here; scripts and tools ask for other types, or for any."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/v1")


def _field(item: Mapping[str, Any]) -> dict[str, str]:
    place = ".".join(str(part) for part in item.get("loc", ())) or "body"
    return {
        "field": _printable(place)[:100],
        "message": _printable(str(item.get("msg", "is not valid")))[:200],
    }
