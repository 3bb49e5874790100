"""JSON from a file that nobody vouches for."""

from __future__ import annotations

import json
from typing import Any

from cnn_loupe.engine.files.foreign import damaged

LARGEST = 32 * 2**20  # characters


def parse(file: str, text: str, what: str) -> Any:
    """The value that the text stands for; FileError where it is no JSON or nests too deep for the parser."""
    if len(text) > LARGEST:
        raise damaged(file, f"its {what} has {len(text):,} characters")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(file, f"its {what} is no JSON that can be read") from error
