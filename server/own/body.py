"""The files of a person's model and what was said of it: a safetensors file of bytes by name.

Every file is a tensor of the type U8 with one axis, under the file's own name; the metadata's entry `choices` is a JSON
object. The form needs no package on either side, and nothing is copied that need not be.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.schemas import Choices

LARGEST_HEADER = 2_000_000  # bytes
MOST_FILES = 512  # a large model of TensorFlow.js has some fifty
LONGEST_NAME = 255
CHOICES = "choices"


@dataclass(frozen=True)
class Brought:
    """The files by name, and what was said of them."""

    files: Mapping[str, bytes]
    choices: Choices

    def choice(self, identity: str) -> Choice:
        """For the importer."""
        said = self.choices.model_dump()
        return Choice(**{**said, "id": identity, "classes": tuple(self.choices.classes)})


def read_body(data: bytes) -> Brought:
    """The files in a body. Raises Problem (`own_body_malformed`, `own_choices_invalid`)."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, LARGEST_HEADER):
        raise _malformed("does not begin with the length of its header")
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        raise _malformed("has a header that is not JSON") from None
    if not isinstance(header, dict):
        raise _malformed("has a header that is not an object")
    metadata = header.pop("__metadata__", {})
    files = _files(header, data, 8 + length)
    return Brought(files, _choices(metadata))


def _files(header: Mapping[str, Any], data: bytes, start: int) -> dict[str, bytes]:
    if not 1 <= len(header) <= MOST_FILES:
        raise _malformed(f"has {len(header)} files; 1 to {MOST_FILES} are read")
    spans: list[tuple[int, int, str]] = []
    for name, entry in header.items():
        if not name or len(name) > LONGEST_NAME:
            raise _malformed(f"has a file whose name is empty or longer than {LONGEST_NAME} characters")
        offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
        if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(at) is int for at in offsets):
            raise _malformed("has a file without data_offsets")
        if entry.get("dtype") != "U8" or entry.get("shape") != [offsets[1] - offsets[0]]:
            raise _malformed("has a file that is not one row of bytes (dtype U8)")
        spans.append((offsets[0], offsets[1], name))
    # One behind the other, without gap or overlap: so files have together as many bytes as the body.
    at = 0
    for begin, end, _ in sorted(spans):
        if begin != at or end < begin:
            raise _malformed("has files that overlap or leave gaps")
        at = end
    if at != len(data) - start:
        raise _malformed(f"has {len(data) - start} bytes behind its header and announces {at}")
    return {name: data[start + begin : start + end] for begin, end, name in spans}


def _choices(metadata: Any) -> Choices:
    text = metadata.get(CHOICES, "{}") if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise _malformed("has metadata that are not text by name")
    try:
        return Choices.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or CHOICES
        raise _bad_choices(f"{place}: {first['msg']}") from None


def _malformed(reason: str) -> Problem:
    return Problem(
        422,
        "own_body_malformed",
        f"The body {reason}; send a safetensors file in which each file is a tensor of bytes (dtype U8) under its "
        "name.",
        reason=reason,
    )


def _bad_choices(reason: str) -> Problem:
    return Problem(422, "own_choices_invalid", f"The choices are not understood: {reason}.", reason=reason)


def header_of(files: Mapping[str, int], choices: Mapping[str, Any]) -> bytes:
    """The beginning of a body with files of these names and sizes, for clients that make one."""
    entries: dict[str, Any] = {"__metadata__": {CHOICES: json.dumps(choices)}}
    at = 0
    for name, size in files.items():
        entries[name] = {"dtype": "U8", "shape": [size], "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(entries).encode()
    text += b" " * (math.ceil(len(text) / 8) * 8 - len(text))
    return len(text).to_bytes(8, "little") + text
