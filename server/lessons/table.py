"""A table of a lesson's file: gives values of the kind that is asked for, and notes what is wrong with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from cnn_loupe.server.i18n import LANGUAGES
from cnn_loupe.server.lessons import lines
from cnn_loupe.server.lessons.diagnostics import LessonError, Mistake

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")  # of lessons and of their pictures, in addresses
LONGEST_TITLE = 120  # characters
LONGEST_TEXT = 2000
LARGEST_FILE = 300_000  # bytes: a long book chapter
Texts = dict[str, str]


Value = TypeVar("Value")
# What is wrong and what to do about it, of a value under a key that pydantic refused.
Sentences = Callable[[str, ErrorDetails], tuple[str, str]]

_NUMBER: TypeAdapter[float] = TypeAdapter(Annotated[float, Field(ge=0, allow_inf_nan=False)])
_TABLE: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_TABLES: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[dict[str, Any]])
_LANGUAGE = Annotated[str, Field(pattern=f"^(?:{'|'.join(map(re.escape, LANGUAGES))})$")]
_LANGUAGES: TypeAdapter[list[str]] = TypeAdapter(Annotated[list[_LANGUAGE], Field(min_length=1)])


@lru_cache
def _text_of(most: int) -> TypeAdapter[str]:
    return TypeAdapter(Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=most)])


def _about_text(key: str, error: ErrorDetails) -> tuple[str, str]:
    if error["type"] == "string_too_long":
        size, most = len(error["input"].strip()), error["ctx"]["max_length"]
        return f"{key!r} has {size} characters; at most {most} are shown.", "Shorten it."
    return f"{key!r} is not a text.", f'Write {key} = "…" with something between the quotes.'


def _about_number(key: str, _: ErrorDetails) -> tuple[str, str]:
    return f"{key!r} is not a number from 0 on.", f"Write, for example, {key} = 0.01."


def _about_languages(key: str, error: ErrorDetails) -> tuple[str, str]:
    known = ", ".join(LANGUAGES)
    if error["loc"]:
        return f"{error['input']!r} is not a language of the page.", f"Known are {known}."
    return f"{key!r} is not a list of languages.", f"Name some of {known}."


def _about_tables(key: str, _: ErrorDetails) -> tuple[str, str]:
    return f"{key!r} is not a list of tables.", f"Begin each with a line [[{key}]]."


class Table:
    """One table of the document, with its place in it."""

    def __init__(
        self,
        file: Path,
        data: dict[str, Any],
        where: dict[lines.Path, int],
        mistakes: list[Mistake],
        path: lines.Path = (),
    ) -> None:
        self._file = file
        self._data = data
        self._where = where
        self._mistakes = mistakes
        self._path = path

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def wrong(self, what: str, remedy: str, *key: str | int) -> None:
        """Note a mistake at a key, or where the table begins where there is no such key."""
        path = (*self._path, *key)
        while path and path not in self._where:
            path = path[:-1]
        self._mistakes.append(Mistake(self._file, self._where.get(path, 1), what, remedy))

    def only(self, *known: str) -> None:
        """Note every key that means nothing here."""
        for key in self._data.keys() - set(known):
            self.wrong(f"{key!r} is not known here.", f"Known are {', '.join(known)}.", key)

    def _missing(self, key: str, remedy: str) -> None:
        self.wrong(f"{key!r} is missing.", remedy, key)

    def _value(self, key: str, kind: TypeAdapter[Value], sentences: Sentences, remedy: str | None) -> Value | None:
        """The value under a key if pydantic finds it to be of this kind; else None, with what is wrong noted.

        remedy  of a value that is missing; None where it may be
        """
        value = self._data.get(key)
        if value is None:
            if remedy is not None:
                self._missing(key, remedy)
            return None
        try:
            return kind.validate_python(value, strict=True)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                what, remedy = sentences(key, found)
                self.wrong(what, remedy, key, *found["loc"])
            return None

    def text(self, key: str, most: int, *, needed: bool = True) -> str | None:
        """A line of text; None where there is none, or none that can be used."""
        return self._value(key, _text_of(most), _about_text, f'Add {key} = "…".' if needed else None)

    def number(self, key: str) -> float | None:
        """A number from 0 on; None where there is none, or none that can be used."""
        return self._value(key, _NUMBER, _about_number, None)

    def languages(self) -> list[str]:
        """The languages that the lesson is written in; those that the page has, where others are named, too."""
        known = ", ".join(LANGUAGES)
        self._value("languages", _LANGUAGES, _about_languages, f'Add languages = ["en"]; known are {known}.')
        value = self._data.get("languages")
        return [language for language in LANGUAGES if isinstance(value, list) and language in value]

    def texts(self, key: str, languages: Sequence[str], most: int, *, needed: bool = True) -> Texts:
        """A text in each of the languages."""
        if key not in self._data and not needed:
            return {}
        first = languages[0] if languages else "en"
        table = self.table(key, f'Add {key}.{first} = "…".')
        if table is None:
            return {}
        if languages:
            table.only(*languages)
        found = {language: table.text(language, most) for language in languages}
        return {language: text for language, text in found.items() if text is not None}

    def table(self, key: str, remedy: str, *, needed: bool = True) -> Table | None:
        """The table under a key."""
        what = f"{key!r} is not a table."
        value = self._value(key, _TABLE, lambda _, __: (what, remedy), remedy if needed else None)
        return None if value is None else self._inner(value, key)

    def tables(self, key: str, most: int) -> Iterator[Table]:
        """The tables [[key]], in order."""
        value = self._value(key, _TABLES, _about_tables, None) or []
        if len(value) > most:
            self.wrong(f"There are {len(value)} {key}; at most {most} are read.", "Divide the lesson.", key, most)
        for index, item in enumerate(value[:most]):
            yield self._inner(item, key, index)

    def _inner(self, data: dict[str, Any], *key: str | int) -> Table:
        return Table(self._file, data, self._where, self._mistakes, (*self._path, *key))


def read_table(file: Path, mistakes: list[Mistake]) -> Table | None:
    """The whole document; None, with the mistake noted, where it is not TOML."""
    try:
        text = _text(file)
        data = tomllib.loads(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        mistakes.append(Mistake(file, None, f"It cannot be read: {reason}.", "Let the server's user read it."))
    except LessonError as wrong:
        mistakes.append(Mistake(file, 1, wrong.what, wrong.remedy))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        mistakes.append(Mistake(file, line, "This is not UTF-8.", "Save the file in the encoding UTF-8."))
    except RecursionError:
        mistakes.append(Mistake(file, 1, "Lists are nested too deeply.", "A lesson needs no list in a list."))
    except tomllib.TOMLDecodeError as error:
        what, line = _syntax(str(error), file)
        remedy = "Mend the line; texts stand between quotes, longer ones between three."
        mistakes.append(Mistake(file, line, f"{what}.", remedy))
    else:
        return Table(file, data, lines.key_lines(text), mistakes)
    return None


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise LessonError(f"The file has more than {LARGEST_FILE} bytes.", "Divide the lesson.")
    # Some editors put a mark before UTF-8.
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8").replace("\r\n", "\n")


def _syntax(message: str, file: Path) -> tuple[str, int]:
    """`Invalid value (at line 3, column 5)` as its two parts; at the end of the document it is the last line."""
    what, _, place = message.partition(" (at ")
    words = place.replace(",", " ").split()
    if words[:1] == ["line"]:
        return what, int(words[1])
    return what, max(1, len(_text(file).splitlines()))
