"""Bodies of `POST /api/v1/own`, and real files where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnn_loupe.server.own.body import header_of
from cnn_loupe.server.wire import SAFETENSORS
from tests.conftest import ROOT

TYPE = {"Content-Type": SAFETENSORS}
DATA = ROOT.parent / "shared" / "data"


def body(files: Mapping[str, bytes], **choices: Any) -> bytes:
    """The files and what is said of them, as a request carries them."""
    return header_of({name: len(data) for name, data in files.items()}, choices) + b"".join(files.values())
