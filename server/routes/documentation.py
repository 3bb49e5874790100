"""What the OpenAPI description says about answers; used by every route."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from cnn_loupe.server.schemas import Problem
from cnn_loupe.server.wire import SAFETENSORS

Responses = dict[int | str, dict[str, Any]]

PICTURES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/bmp",
    "image/avif",
    "image/tiff",
    "application/octet-stream",
)
_REASONS = {
    400: "The request cannot be read",
    403: "The server's settings do not allow it",
    404: "There is no such model, sample, lesson or address",
    408: "The request did not arrive in time",
    413: "The body or the picture is too large",
    415: "The body is not a picture in a known format",
    422: "A value breaks a rule that the answer names",
    503: "The server is busy; Retry-After says when to try again",
}


def success(schema: type[BaseModel], *, description: str = "Done", files: bool = False) -> Responses:
    """A 200 answer of this schema; with `files` also as a safetensors file."""
    answer: dict[str, Any] = {"model": schema, "description": description}
    if files:
        answer["content"] = {SAFETENSORS: {"schema": {"type": "string", "format": "binary"}}}
    return {200: answer}


def problems(*statuses: int) -> Responses:
    """Error answers, all of one shape."""
    reference = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
    return {
        status: {
            "description": _REASONS.get(status, HTTPStatus(status).phrase),
            "content": {"application/problem+json": reference},
        }
        for status in (*statuses, *(() if 422 in statuses else (422,)))
    }
