"""What the commands print: on any terminal, in any code page, whatever strangers put into names."""

from __future__ import annotations

import codecs
import io
import sys
from typing import TextIO

from cnn_loupe.engine.text import printable

# What the code pages of older consoles lack, in letters that all of them have.
_PLAIN = {
    "×": "x",
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "±": "+/-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "’": "'",
    "“": '"',
    "”": '"',
    "ε": "epsilon",
    "λ": "lambda",
}
HANDLER = "cnn_loupe_plain"


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Encode what the code page lacks as plain letters or as an escape; never fail."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    shown = (_PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode("ascii") for c in lacking)
    return "".join(shown), error.end


def use_any_console() -> None:
    """Let both standard streams take every character, in whatever code page they write."""
    codecs.register_error(HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def say(text: str, stream: TextIO | None = None) -> None:
    """Print one line; control characters in it show as escapes and reach no terminal."""
    print(printable(text), file=stream or sys.stdout, flush=True)


def note(text: str) -> None:
    """Print one line on standard error, where messages go."""
    say(text, sys.stderr)
