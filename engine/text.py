"""Text that comes from outside: decoded whatever editor wrote it, compared, and shown without harm."""

from __future__ import annotations

import codecs
import unicodedata

# Notepad and PowerShell write these in front; without one a text is UTF-8.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """The text of a file: in the encoding of its byte order mark, otherwise UTF-8.

    Raises UnicodeDecodeError where it is neither.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    return data.decode("utf-8")


def folded(text: str) -> str:
    """The text for comparing names: letter case, spaces, `_` and `-` make no difference.

    Nor does whether an accented letter is one character or two, in which file systems differ.
    """
    plain = unicodedata.normalize("NFKC", text).replace("_", " ").replace("-", " ")
    return " ".join(plain.split()).casefold()


_JOINERS = frozenset("\u200c\u200d")  # invisible, and part of Persian words and of many emoji


def printable(text: str) -> str:
    """The text with every control or invisible character as an escape, such as `\\x1b`.

    Names from strangers would otherwise move the cursor, change colours or forge lines of a terminal.
    Bytes of a file name that are no UTF-8 show as they are, such as `\\xe9`.
    """
    return "".join(c if c.isprintable() or c in _JOINERS else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that it could not decode (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def storable(text: str) -> bool:
    """Whether a name can stand in a JSON file and on a screen: UTF-8, and no control characters."""
    return not any(unicodedata.category(c) in ("Cc", "Cs") for c in text)
