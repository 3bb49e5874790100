"""Converters, found by the file's vocabulary, its word for the operation, and its version."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from cnn_loupe.engine.files.foreign import ForeignNode

if TYPE_CHECKING:
    from cnn_loupe.engine.importing.draft import Draft

Converter = Callable[["Draft", ForeignNode, list[Any]], Any]
_CONVERTERS: dict[tuple[str, str], list[tuple[int, Converter]]] = {}


C = TypeVar("C", bound=Converter)


def converter(vocabulary: str, *operations: str, since: int = 0) -> Callable[[C], C]:
    """Register a function for operations of a vocabulary, from this version on.

    It gets the draft, the node, and the node's inputs (activations, arrays, None where one is left out), and gives
    the node's output, or a list of them.
    """

    def register(function: C) -> C:
        for operation in operations:
            entries = _CONVERTERS.setdefault((vocabulary, operation), [])
            entries.append((since, function))
            entries.sort(key=lambda entry: entry[0])
        return function

    return register


def find(vocabulary: str, operation: str, version: int) -> Converter | None:
    """The converter for this version; None where the operation is not known."""
    found = None
    for since, function in _CONVERTERS.get((vocabulary, operation), ()):
        if since <= version or not version:
            found = function
    return found


def operations(vocabulary: str) -> list[str]:
    """Every operation of this vocabulary that is translated."""
    return sorted(operation for known, operation in _CONVERTERS if known == vocabulary)
