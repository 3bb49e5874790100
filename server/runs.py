"""Making a run's answer from what was sent: a picture, a sample, or a tensor."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.data.images import Limits, Prepared
from cnn_loupe.engine.edits import Edit
from cnn_loupe.engine.run import Run
from cnn_loupe.server.cached import CachedResponse
from cnn_loupe.server.edited import asked_edits, runnable, texts_of
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.gallery import Sample
from cnn_loupe.server.inputs import Looks, prepared_picture, read_body, read_input, source_of
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.run_answer import RunOptions, check_finite, run_answer
from cnn_loupe.server.wire import MEDIA_TYPES, Encoding


def run_picture(
    entry: ServedModel, data: bytes, options: RunOptions, limits: Limits, edits: Sequence[Edit] = ()
) -> bytes:
    """The answer to the bytes of a picture."""
    told = options.preparation != "none"
    looks = Looks(options.crop, options.preparation == "full", options.upright if told else 0)
    prepared = prepared_picture(entry, data, limits, looks)
    return _answer(entry, prepared.input, options, limits, edits, prepared)


def run_sample(
    entry: ServedModel, sample: Sample, options: RunOptions, limits: Limits, edits: Sequence[Edit] = ()
) -> bytes:
    """The answer to a picture of the gallery."""
    return run_picture(entry, sample.read(), options, limits, edits)


def run_request(entry: ServedModel, data: bytes, options: RunOptions, limits: Limits, text: str | None = None) -> bytes:
    """The answer to a JSON body: `{"sample": id}` or `{"input": tensor}`, with `edits` or with those of an address."""
    body = source_of(read_body(entry, data), also=("edits",))
    edits = asked_edits(text, body.get("edits"))
    if "sample" in body:
        return run_sample(entry, entry.sample(str(body["sample"])), options, limits, edits)
    if options.crop is not None:
        raise Problem(422, "crop_of_tensor", "A crop applies to pictures; leave x, y, size and rotate out.")
    return _answer(entry, read_input(entry, body), options, limits, edits, None)


def _answer(
    entry: ServedModel,
    array: Any,
    options: RunOptions,
    limits: Limits,
    edits: Sequence[Edit],
    prepared: Prepared | None,
) -> bytes:
    # Numbers that overflow are found in the result and refused by name; no need to warn of them as well.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        run = entry.network.run(array, runnable(entry, edits, limits))
    check_finite(run)
    answer = run_answer(
        run,
        options,
        digest=entry.digest,
        prepared=prepared,
        note=None if edits else _note(entry, run),  # it knows runs of the model as it is
        edits=texts_of(edits),
    )
    return answer.encode(options.encoding)


def _note(entry: ServedModel, run: Run) -> dict[str, Any] | None:
    """What is to be said about this run: so far, that the picture resembles none of the classes."""
    found = entry.ood_detector.detect(run) if entry.ood_detector else None
    return {"out_of_distribution": found} if found else None


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
