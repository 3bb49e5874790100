"""The models that ship with the program: one folder each, named like the model."""

from __future__ import annotations

from pathlib import Path

from cnn_loupe.engine.errors import WeightsError
from cnn_loupe.engine.weights import Model, load_model

FOLDER = Path(__file__).parent
DEFAULT = "tiny-vgg"


def model_ids() -> list[str]:
    """The ids of the shipped models, the default one first: every folder here, also one that has lost its files."""
    found = sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name[0] not in "._")
    return sorted(found, key=lambda id: id != DEFAULT)


def load(id: str = DEFAULT) -> Model:
    """The shipped model with this id. Raises WeightsError where there is none."""
    known = model_ids()
    if id not in known:
        raise WeightsError(
            "unknown_model",
            f"there is no model {id!r}; the models are {', '.join(known) or 'none'}",
            model=id,
            known=known,
        )
    return load_model(FOLDER / id)
