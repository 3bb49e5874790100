"""Where a training stands, on disk: enough to go on as if nothing had happened.

One .npz file of plain arrays and one JSON text; never a pickle. Random numbers need no storing:
every epoch draws from a generator of its own, made from the seed and the epoch's number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.errors import TrainingError
from cnn_loupe.engine.storage import replace_file

# Attribute of State → name of the group in the file.
GROUPS = {"parameters": "parameters", "mean": "mean", "optimiser": "memory"}


@dataclass
class State:
    """Everything that changes while a training runs.

    epoch       how many epochs are done
    step        how many steps are done
    parameters  the current weights, and `mean` the averaged ones, by full name
    optimiser   the optimiser's state
    history     one list for each curve, one number an epoch
    seconds     time spent so far
    """

    parameters: dict[str, Array]
    mean: dict[str, Array]
    optimiser: dict[str, Array] = field(default_factory=dict)
    history: dict[str, list[float]] = field(default_factory=dict)
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0


def save_checkpoint(path: Path, state: State, identity: dict[str, Any]) -> None:
    """Write the state in one step, so that an interruption leaves the old file or the new one.

    identity says what is being trained (recipe, pictures, part held out).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{group}/{name}": value
        for attribute, group in GROUPS.items()
        for name, value in getattr(state, attribute).items()
    }
    plain = {"epoch": state.epoch, "step": state.step, "seconds": state.seconds, "history": state.history}
    about = np.frombuffer(json.dumps({**plain, "identity": identity}).encode(), np.uint8)
    replace_file(path, lambda file: np.savez(file, about=about, **arrays))


def _plain(about: dict[str, Any]) -> dict[str, Any]:
    return {key: about[key] for key in ("epoch", "step", "seconds", "history")}


def load_checkpoint(path: Path, identity: dict[str, Any]) -> State:
    """The state that was saved.

    Raises TrainingError where the file is missing, damaged, or of another training.
    """
    if not path.is_file():
        raise TrainingError(
            "checkpoint_missing",
            f"there is no checkpoint {path}; leave out --resume to start from the beginning, "
            "or give the folder of the interrupted training with --out",
            file=str(path),
        )
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved_arrays:
            arrays = {name: saved_arrays[name] for name in saved_arrays.files}
        about = json.loads(arrays.pop("about").tobytes())
        groups: dict[str, dict[str, Array]] = {group: {} for group in GROUPS.values()}
        for key, value in arrays.items():
            group, name = key.split("/", 1)
            groups[group][name] = value
        saved = about.pop("identity")
        state = State(groups["parameters"], groups["mean"], groups["memory"], **_plain(about))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        # What the readers say is about their own formats, or recommends reading pickles.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "damaged or cut short"
        raise TrainingError(
            "checkpoint_damaged",
            f"the checkpoint {path} cannot be read ({reason}); remove it or give --fresh to start from the beginning",
            file=str(path),
            reason=reason,
        ) from None
    other = [key for key in identity if saved.get(key) != identity[key]]
    if other:
        raise TrainingError(
            "checkpoint_of_other_training",
            f"the checkpoint {path} belongs to another training (its {', '.join(other)} differ); "
            "use the same recipe, pictures and options, or another folder with --out",
            file=str(path),
            differs=other,
        )
    return state
