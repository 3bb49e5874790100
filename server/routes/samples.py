"""The gallery of a model: its list, its pictures, and the runs of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from cnn_loupe.server import schemas
from cnn_loupe.server.cached import CachedResponse, cache_rule
from cnn_loupe.server.dependencies import EntryOf, ServicesOf
from cnn_loupe.server.gallery import Sample
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.routes.documentation import problems, success
from cnn_loupe.server.routes.encoding import EncodingQuery, encoding_of
from cnn_loupe.server.wire import dumps

router = APIRouter(tags=["Samples"])

_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture",
        "content": {"image/*": {"schema": {"type": "string", "contentMediaType": "image/webp"}}},
    }
}
_MEDIA_TYPES = {
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
}


@router.get(
    "/models/{model}/samples",
    summary="List a model's gallery",
    responses={**success(schemas.Samples), **problems(404)},
)
async def list_samples(request: Request, services: ServicesOf, entry: EntryOf) -> Response:
    """Pictures to try, with titles and captions by language, and the addresses of picture and run."""
    root = services.settings.root_path
    body = {"samples": [describe_sample(entry, sample, root) for sample in entry.samples.values()]}
    return CachedResponse(dumps(body)).response(request, entry.cache_rule(None))


@router.get(
    "/models/{model}/samples/{sample}",
    summary="Give a gallery picture",
    responses={**_PICTURE, **problems(404)},
)
async def give_picture(request: Request, entry: EntryOf, sample: str, v: str | None = None) -> Response:
    """The picture's bytes; under `v` = its digest they may be kept for ever."""
    return _picture(request, entry.sample(sample), "picture", v)


@router.get(
    "/models/{model}/samples/{sample}/thumbnail",
    summary="Give a gallery picture, small",
    responses={**_PICTURE, **problems(404)},
)
async def give_thumbnail(request: Request, entry: EntryOf, sample: str, v: str | None = None) -> Response:
    """A small form of the picture for the strip."""
    return _picture(request, entry.sample(sample), "thumbnail", v)


@router.get(
    "/models/{model}/samples/{sample}/run",
    summary="Give the run of a gallery picture",
    responses={**success(schemas.Run, files=True), **problems(404, 503)},
)
async def give_sample_run(
    request: Request,
    services: ServicesOf,
    entry: EntryOf,
    sample: str,
    v: str | None = None,
    encoding: EncodingQuery = None,
) -> Response:
    """The same answer as a POST of it to `runs`, but cacheable: made and compressed once."""
    found, form = entry.sample(sample), encoding_of(request, encoding)
    stored = await services.sample_runs.get(
        entry, found, form, services.picture_limits, lambda job: services.pool.run(None, job)
    )
    if stored.must_unpack(request):
        stored = await services.pool.run(request, stored.unpacked)
    return stored.response(request, cache_rule(v, found.digest), vary="Accept, Accept-Encoding")


def describe_sample(entry: ServedModel, sample: Sample, root: str) -> dict[str, Any]:
    """A sample as the list of samples shows it."""
    address = f"{root}/api/v1/models/{entry.id}/samples/{quote(sample.id, safe='')}"
    return {
        "id": sample.id,
        "class": sample.category,
        "role": sample.role,
        "title": sample.title,
        "caption": sample.caption,
        "url": f"{address}?v={sample.digest}",
        "thumbnail": f"{address}/thumbnail?v={sample.digest}",
        "run": f"{address}/run?v={sample.digest}",
        "digest": sample.digest,
        "lesson": sample.lesson,
    }


def _picture(request: Request, sample: Sample, form: str, v: str | None) -> Response:
    path = sample.picture if form == "picture" else sample.thumbnail
    if isinstance(path, bytes):
        body, media_type = path, "image/png"
    else:
        body = sample.read() if form == "picture" else path.read_bytes()
        media_type = _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
    stored = CachedResponse(body, media_type, etag=f"{sample.digest}-{form}")
    return stored.response(request, cache_rule(v, sample.digest))
