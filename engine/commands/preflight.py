"""What can be known before the first step: everything that would otherwise end a training at its last line."""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.errors import DataError, TrainingError
from cnn_loupe.engine.spec import MODEL_ID, ModelSpec
from cnn_loupe.engine.text import printable
from cnn_loupe.engine.training.recipe import Recipe

BYTES = 4  # of one parameter
COPIES = 4  # of every parameter in a checkpoint, at most: current, averaged, two numbers of AdamW
REST = 4_000_000  # bytes for description, record and card


def check_options(args: argparse.Namespace) -> None:
    """Refuse options out of range."""
    for option in ("threads", "measure_every"):
        if getattr(args, option) < 1:
            name = "--" + option.replace("_", "-")
            raise TrainingError("bad_option", f"{name} is {getattr(args, option)}; it must be 1 or more", option=name)
    if args.model_id is not None and not MODEL_ID.fullmatch(args.model_id):
        raise TrainingError(
            "bad_option",
            f"--model-id is {args.model_id!r}; it must be 1 to 64 of a–z, 0–9, _ and -, "
            "beginning with a letter or digit",
            option="--model-id",
        )


def check_fold(fold: int | None, recipe: Recipe) -> None:
    """Refuse a part that there is not."""
    if fold is not None and not 0 <= fold < recipe.folds:
        raise TrainingError(
            "bad_fold",
            f"--fold is {fold}; with {recipe.folds} parts it must be 0 to {recipe.folds - 1}",
            fold=fold,
            folds=recipe.folds,
        )


def model_id(chosen: str | None, out: Path) -> str:
    """The model's id: the chosen one, or else one made from the name of the folder it goes to.

    `Mein Modell` gives mein-modell. Raises TrainingError where nothing of the name can be used.
    """
    if chosen:
        return chosen
    name = out.resolve().name
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    found = re.sub(r"[^a-z0-9_]+", "-", letters).strip("-_")[:64]
    if not found:
        raise TrainingError(
            "model_id_needed",
            f"no id for the model can be made from the folder's name '{printable(name)}'; "
            "give one with --model-id, such as --model-id my-model",
            name=printable(name),
        )
    return found


def check_counts(labels: Array, spec: ModelSpec, folds: int) -> None:
    """Refuse classes with fewer pictures than there are parts to hold out in turn."""
    counts = np.bincount(labels, minlength=len(spec.classes))
    few = [(category.name, int(counts[category.index])) for category in spec.classes]
    few = [(name, count) for name, count in few if count < folds]
    if few:
        said = ", ".join(f"{name} has {count}" for name, count in few)
        raise DataError(
            "class_too_small",
            f"every class needs at least {folds} pictures, one for each part that is held out in turn: {said}; "
            "add pictures, choose fewer parts with --folds, or hold nothing out with --everything",
            folds=folds,
            classes=[name for name, _ in few],
        )


def check_out(out: Path, spec: ModelSpec, parts: int) -> None:
    """Make the folder that the model goes to; refuse one that cannot be written to, or a full disk.

    parts is the number of networks trained, each with a checkpoint of its own.
    """
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out) as probe:
            probe.write(b"cnn-loupe")
    # Each file is written beside the one that it replaces.
    needed = BYTES * spec.parameter_count * (COPIES * (parts + 1) + 2) + REST
    free = shutil.disk_usage(out).free
    if free < needed:
        raise TrainingError(
            "disk_full",
            f"{out} has {free / 1e6:.1f} MB of free space, and checkpoints and model take up to {needed / 1e6:.1f} MB; "
            "free some, or give a folder on another disk with --out",
            folder=str(out),
            free=free,
            needed=needed,
        )


@contextlib.contextmanager
def writing(out: Path, *, kept: str = "") -> Iterator[None]:
    """Say in a sentence what kept the model's folder from being written, and what is kept all the same."""
    try:
        yield
    except OSError as error:
        raise TrainingError(
            "out_not_writable",
            f"{error.filename or out} cannot be written ({error.strerror or error}); free space, change the "
            f"permissions, or give another folder with --out{kept}",
            folder=str(out),
            reason=str(error.strerror or error),
        ) from None
