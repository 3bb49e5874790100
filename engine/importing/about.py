"""Whose a network is and what may be done with it, as far as its files say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cnn_loupe.engine.files import content
from cnn_loupe.engine.files.foreign import Files, short
from cnn_loupe.engine.files.plain_json import parse

LONGEST = 200  # characters
_KEYS = {"licence": ("license", "licence"), "author": ("author", "authors")}
_BESIDE = re.compile(r"(?i)licen[cs]e(\.(txt|md))?")


def about_files(metadata: Mapping[str, Any], files: Files) -> dict[str, str]:
    """`licence` and `author`, where the network's file, a JSON file beside it, or a file called LICENSE says them."""
    found: dict[str, str] = {}
    for said in _sources(metadata, files):
        for what, keys in _KEYS.items():
            text = next((v for k, v in said.items() if str(k).lower() in keys and isinstance(v, str) and v.strip()), "")
            if text:
                found.setdefault(what, short(text.strip(), LONGEST))
    return found


def _sources(metadata: Mapping[str, Any], files: Files) -> Iterator[Mapping[str, Any]]:
    yield metadata
    if isinstance(inner := metadata.get("userDefinedMetadata"), Mapping):
        yield inner
    for name, data in files.items():
        kind = content.format_of(data)
        if kind == "json" and isinstance(value := parse(name, data.decode("utf-8-sig"), "content"), Mapping):
            yield value
        elif kind == "text" and _BESIDE.fullmatch(name):
            # Its name stands in the first line: "MIT License".
            lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
            yield {"licence": next((line for line in lines if line), "")}
