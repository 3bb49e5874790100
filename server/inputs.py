"""What a run begins with: a picture made ready for a model, or what a JSON body holds."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.images import Crop, Limits, Prepared, prepare
from cnn_loupe.engine.run import Run
from cnn_loupe.engine.surroundings import Preparation
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.gallery import Sample
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.tensor_input import read_tensor

# One picture is decoded at a time in each worker: a large one costs up to 200 MB while it lasts.
_decoding = threading.Lock()


@dataclass(frozen=True)
class Looks:
    """How a picture is made ready, and what is told of it.

    pictures  whether each step comes with a small picture
    upright   the longest side of a picture of the whole, in pixels (0: none)
    """

    crop: Crop | None = None
    pictures: bool = False
    upright: int = 0


def prepared_picture(entry: ServedModel, data: bytes, limits: Limits, looks: Looks) -> Prepared:
    """A picture made ready in the model's own way."""
    with _decoding:
        return prepare(
            data,
            shape=input_shape(entry),
            crop=looks.crop,
            limits=limits,
            pictures=looks.pictures,
            upright=looks.upright,
            preparation=entry.spec.preparation,
        )


def prepared_for(
    entry: ServedModel, data: bytes, limits: Limits, *, crop: Crop | None = None, preparation: Preparation | None = None
) -> Prepared:
    """A picture made ready for this model in another way than its own."""
    with _decoding:
        return prepare(data, shape=input_shape(entry), crop=crop, limits=limits, preparation=preparation)


def run_of_sample(entry: ServedModel, sample: Sample, limits: Limits) -> Run:
    """The run itself of a picture of a gallery."""
    return entry.network.run(prepared_picture(entry, sample.read(), limits, Looks()).input)


# Read, JSON takes many times its bytes: an empty list of three bytes ("[],") becomes 64. So a body may have
# only as many bytes, and as many parts, as the model's input can need however it is written.
_BYTES_A_NUMBER = 32
_PARTS_A_NUMBER = 2  # itself, and at most one list around it


def most_json(entry: ServedModel, inputs: int = 1) -> int:
    """The most bytes that a JSON body with so many inputs for this model can need."""
    return 65_536 + inputs * _BYTES_A_NUMBER * math.prod(input_shape(entry))


def read_body(entry: ServedModel, data: bytes, inputs: int = 1) -> Any:
    """The JSON of a body that may hold so many inputs for this model."""
    numbers = math.prod(input_shape(entry))
    if sum(map(data.count, (b",", b"[", b"{"))) > inputs * _PARTS_A_NUMBER * numbers + 1000:
        raise Problem(
            422,
            "tensor_malformed",
            f"The input tensor has far more parts than the {numbers} numbers of this model's input.",
            reason=f"has far more parts than the {numbers} numbers of this model's input",
        )
    try:
        # Numbers JSON does not have (NaN, Infinity) are read here and refused by the engine, by place.
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Problem(
            422,
            "body_not_json",
            "The body is declared as JSON and is not valid JSON; send JSON or a picture.",
        ) from error


def source_of(body: Any, also: Collection[str] = ()) -> Mapping[str, Any]:
    """A JSON object with `sample` or `input`, and at most these fields besides. Raises Problem where it is none."""
    if (
        not isinstance(body, dict)
        or len(body.keys() & {"sample", "input"}) != 1
        or body.keys() - {"sample", "input", *also}
    ):
        more = f"; beside it may stand {', '.join(also)}" if also else ""
        raise Problem(
            422,
            "run_request_malformed",
            'The body must be {"sample": …} or {"input": {"shape": …, "dtype": "float32", "data": …}}' + f"{more}.",
        )
    return body


def read_input(entry: ServedModel, source: Mapping[str, Any]) -> Array:
    """The tensor that a source brings; only its form is checked."""
    return read_tensor(source["input"], largest=4 * math.prod(input_shape(entry)) + 1024)


def input_of(entry: ServedModel, source: Mapping[str, Any], limits: Limits) -> Array:
    """What a source makes the network's input: a sample prepared in the model's way, or its tensor."""
    if "sample" in source:
        sample = entry.sample(str(source["sample"]))
        return prepared_picture(entry, sample.read(), limits, Looks()).input
    return read_input(entry, source)


def input_shape(entry: ServedModel) -> tuple[int, int, int]:
    """Channels, height and width of a model's input."""
    channels, height, width = entry.spec.input_shape
    return channels, height, width
