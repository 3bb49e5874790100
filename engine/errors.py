"""What can go wrong in the engine, said so that the reader can act on it.

Every error carries a stable `code` (also the translation key `errors.<code>`), the `params`
that its sentence mentions, and the English sentence itself: value, rule, remedy.
"""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """An input the engine refuses; the base of all its errors.

    `raise ShapeError("window_does_not_fit", "conv_1: kernel 5×5 does not fit …", layer="conv_1")`

    code is snake_case and never changes once released; params are JSON values (text, numbers,
    lists of them) for the translated sentence; `str(error)` is the English sentence.
    """

    def __init__(self, code: str, message: str, /, **params: Any) -> None:
        super().__init__(message)
        self.code = code
        self.params: dict[str, Any] = params


class SpecError(EngineError):
    """A model description that does not describe a model."""


class ShapeError(SpecError):
    """Layers whose shapes do not fit each other."""


class WeightsError(EngineError):
    """Parameters that are missing, damaged, or do not fit the description."""


class FileError(EngineError):
    """A model file of another program that cannot be read or shown."""


class ImageError(EngineError):
    """A picture that cannot be read or is beyond the limits."""


class DataError(EngineError):
    """A folder of pictures that cannot be used."""


class TensorError(EngineError):
    """An array of the wrong shape, of no numbers, or with values that are not finite."""


class EditError(EngineError):
    """An intervention that does not fit the model."""


class TrainingError(EngineError):
    """A training run that cannot start or go on."""
