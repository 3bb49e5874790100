"""Making a run's answer from what was sent: a picture, a sample, or a tensor."""

from __future__ import annotations

import asyncio
import json
import math
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from cnn_loupe.engine.data.images import Crop, Limits, Prepared, prepare
from cnn_loupe.engine.run import Run
from cnn_loupe.engine.surroundings import Preparation
from cnn_loupe.server.cached import CachedResponse
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.gallery import Sample
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.run_answer import RunOptions, check_finite, run_answer
from cnn_loupe.server.tensor_input import read_tensor
from cnn_loupe.server.wire import MEDIA_TYPES, Encoding

# One picture is decoded at a time in each worker: a large one costs up to 200 MB while it lasts.
_decoding = threading.Lock()


def run_picture(entry: ServedModel, data: bytes, options: RunOptions, limits: Limits) -> bytes:
    """The answer to the bytes of a picture."""
    with _decoding:
        prepared = prepare(
            data,
            shape=_shape(entry),
            crop=options.crop,
            limits=limits,
            pictures=options.preparation == "full",
            upright=options.upright if options.preparation != "none" else 0,
            preparation=entry.spec.preparation,
        )
    return _answer(entry, prepared.input, options, prepared)


def run_sample(entry: ServedModel, sample: Sample, options: RunOptions, limits: Limits) -> bytes:
    """The answer to a picture of the gallery."""
    return run_picture(entry, sample.read(), options, limits)


def prepared_for(
    entry: ServedModel, data: bytes, limits: Limits, *, crop: Crop | None = None, preparation: Preparation | None = None
) -> Prepared:
    """A picture made ready for this model in another way than its own."""
    with _decoding:
        return prepare(data, shape=_shape(entry), crop=crop, limits=limits, preparation=preparation)


def run_of_sample(entry: ServedModel, sample: Sample, limits: Limits) -> Run:
    """The run itself of a picture of a gallery."""
    with _decoding:
        prepared = prepare(sample.read(), shape=_shape(entry), limits=limits, preparation=entry.spec.preparation)
    return entry.network.run(prepared.input)


# Read, JSON takes many times its bytes: an empty list of three bytes ("[],") becomes 64. So a body may have
# only as many bytes, and as many parts, as the model's input can need however it is written.
_BYTES_A_NUMBER = 32
_PARTS_A_NUMBER = 2  # itself, and at most one list around it


def most_json(entry: ServedModel) -> int:
    """The most bytes that a JSON body for this model can need."""
    return 65_536 + _BYTES_A_NUMBER * math.prod(_shape(entry))


def run_request(entry: ServedModel, data: bytes, options: RunOptions, limits: Limits) -> bytes:
    """The answer to a JSON body: `{"sample": id}` or `{"input": tensor}`."""
    numbers = math.prod(_shape(entry))
    if sum(map(data.count, (b",", b"[", b"{"))) > _PARTS_A_NUMBER * numbers + 1000:
        raise Problem(
            422,
            "tensor_malformed",
            f"The input tensor has far more parts than the {numbers} numbers of this model's input.",
            reason=f"has far more parts than the {numbers} numbers of this model's input",
        )
    try:
        # Numbers JSON does not have (NaN, Infinity) are read here and refused by the engine, by place.
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Problem(
            422,
            "body_not_json",
            "The body is declared as JSON and is not valid JSON; send JSON or a picture.",
        ) from error
    if not isinstance(body, dict) or len(body.keys() & {"sample", "input"}) != 1 or len(body) != 1:
        raise Problem(
            422,
            "run_request_malformed",
            'The body must be {"sample": …} or {"input": {"shape": …, "dtype": "float32", "data": …}}.',
        )
    if "sample" in body:
        return run_sample(entry, entry.sample(str(body["sample"])), options, limits)
    if options.crop is not None:
        raise Problem(422, "crop_of_tensor", "A crop applies to pictures; leave x, y, size and rotate out.")
    array = read_tensor(body["input"], largest=4 * math.prod(_shape(entry)) + 1024)
    return _answer(entry, array, options, None)


def _answer(entry: ServedModel, array: Any, options: RunOptions, prepared: Prepared | None) -> bytes:
    # Numbers that overflow are found in the result and refused by name; no need to warn of them as well.
    with np.errstate(over="ignore", invalid="ignore"):
        run = entry.network.run(array)
    check_finite(run)
    answer = run_answer(run, options, digest=entry.digest, prepared=prepared, note=_note(entry, run))
    return answer.encode(options.encoding)


def _note(entry: ServedModel, run: Run) -> dict[str, Any] | None:
    """What is to be said about this run: so far, that the picture resembles none of the classes."""
    found = entry.ood_detector.detect(run) if entry.ood_detector else None
    return {"out_of_distribution": found} if found else None


def _shape(entry: ServedModel) -> tuple[int, int, int]:
    channels, height, width = entry.spec.input_shape
    return channels, height, width


class SampleRuns:
    """Runs of gallery pictures: made and compressed once, kept while there is room.

    Only the compressed form is kept; the few clients that take no gzip get it unpacked.
    """

    def __init__(self, limit_bytes: int = 16_000_000) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[tuple[str, str, Encoding], CachedResponse] = OrderedDict()
        self._making: dict[tuple[str, str, Encoding], asyncio.Future[CachedResponse]] = {}

    async def get(
        self,
        entry: ServedModel,
        sample: Sample,
        encoding: Encoding,
        limits: Limits,
        compute: Callable[[Callable[[], CachedResponse]], Awaitable[CachedResponse]],
    ) -> CachedResponse:
        """The stored answer; `compute` runs a job in the pool where it has to be made."""
        key = (entry.id, sample.digest, encoding)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._making:
            # Shielded: the first client may disconnect while others wait for the same answer.
            self._making[key] = asyncio.ensure_future(compute(lambda: make_sample_run(entry, sample, encoding, limits)))
            self._making[key].add_done_callback(lambda done: self._keep(key, done))
        return await asyncio.shield(self._making[key])

    def _keep(self, key: tuple[str, str, Encoding], done: asyncio.Future[CachedResponse]) -> None:
        self._making.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[key] = done.result()
        while len(self._kept) > 1 and sum(stored.size for stored in self._kept.values()) > self._limit:
            self._kept.popitem(last=False)


def make_sample_run(entry: ServedModel, sample: Sample, encoding: Encoding, limits: Limits) -> CachedResponse:
    """The run of a sample as a stored answer, compressed."""
    body = run_sample(entry, sample, RunOptions(encoding=encoding), limits)
    return CachedResponse.packed(body, MEDIA_TYPES[encoding], etag=f"{sample.digest}-{encoding}")
