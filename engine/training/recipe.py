"""A training recipe: everything that decides how a model is trained, as one TOML file.

The same recipe, seed, pictures and machine give the same model, so the recipe is what a model
card can point at. Unknown keys are refused: a misspelt setting must not be ignored quietly. Keys of
version 0.1 are still read, and noted.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from cnn_loupe.engine.data.augment import Augmentation
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import TrainingError
from cnn_loupe.engine.fields import Flag, Real, Rule, Whole, as_list, as_object, check
from cnn_loupe.engine.spec import FORMATS, ModelSpec
from cnn_loupe.engine.text import decode
from cnn_loupe.engine.training.optimisers import OPTIMISERS, SCHEDULES, Muon, Optimiser

RULES: Mapping[str, Rule] = {
    "epochs": Whole(1, 100_000),
    "batch": Whole(1, 65_536),
    "seed": Whole(0, 2**63 - 1),
    "label_smoothing": Real(0, 0.9),
    "mixup_alpha": Real(0, 10),
    "ema_decay": Real(0, 0.99999),
    "warm_up": Real(0, 0.9),
    "final_epochs_plain": Real(0, 1),
    "standardise": Flag(),
    "folds": Whole(2, 100),
    "split_seed": Whole(0, 2**63 - 1),
    "area": Real(0.01, 1),
    "aspect": Real(1, 4),
    "shift": Real(0, 0.5),
    "keep_scale": Real(0, 1),
    "flip": Real(0, 1),
    "brightness": Real(0, 1),
    "contrast": Real(0, 1),
    "saturation": Real(0, 1),
    "tint": Real(0, 1),
    "cutout_size": Whole(0, 1024),
    "learning_rate": Real(0, 100),
    "bias_learning_rate": Real(0, 100),
    "momentum": Real(0, 0.9999),
    "beta1": Real(0, 0.9999),
    "beta2": Real(0, 0.99999),
    "epsilon": Real(1e-16, 1),
    "weight_decay": Real(0, 100),
}

# Keys of version 0.1 and what they are called now, by table.
RENAMED: Mapping[str, Mapping[str, str]] = {
    "training": {
        "smoothing": "label_smoothing",
        "mixing": "mixup_alpha",
        "averaging": "ema_decay",
        "plain_end": "final_epochs_plain",
    },
    "optimiser": {
        "rate": "learning_rate",
        "decay": "weight_decay",
        "vector_rate": "bias_learning_rate",
    },
    "augmentation": {"whole": "keep_scale", "hole": "cutout_size"},
}


@dataclass(frozen=True)
class Recipe:
    """How to train.

    epochs              how often all pictures are shown
    batch               pictures a step
    seed                decides the start, the order, and every change of a picture
    label_smoothing     the part of every target that is spread over all classes
    mixup_alpha         two pictures are blended in the ratio λ : 1 − λ, λ drawn from Beta(α, α); 0: never
    ema_decay           decay of the averaged weights, which are the ones that are kept; 0 keeps the last
    schedule            the course of the learning rate, `one_cycle` or `constant`
    warm_up             the part of all steps in which the learning rate climbs
    final_epochs_plain  the last part of the epochs, in which pictures are only flipped
    standardise         learn on pictures of mean 0 and deviation 1 for each channel; afterwards this
                        is folded into the first layer, which takes 0 to 1
    folds               the training folder is split into this many parts, of which one is held out
    split_seed          decides the split
    card                words for the model card (`cnn_loupe.engine.training.card`); they decide nothing
    notes               what to tell whoever wrote the file, such as keys that have new names
    """

    model: Mapping[str, Any]
    epochs: int = 100
    batch: int = 64
    seed: int = 0
    label_smoothing: float = 0.0
    mixup_alpha: float = 0.0
    ema_decay: float = 0.998
    schedule: str = "one_cycle"
    warm_up: float = 0.15
    final_epochs_plain: float = 0.0
    standardise: bool = True
    folds: int = 5
    split_seed: int = 0
    optimiser: Optimiser = field(default_factory=Muon)
    augmentation: Augmentation = field(default_factory=Augmentation)
    card: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def classes(self) -> Sequence[Mapping[str, Any]]:
        """The classes that the recipe lists; empty where the folder decides."""
        found: Sequence[Mapping[str, Any]] = self.model.get("classes", [])
        return found

    def spec(self, classes: Sequence[Category]) -> ModelSpec:
        """The model to train, for these classes.

        The last layer that has `units` and does not say how many gets one for each class.
        """
        entries = as_list("model", "layers", self.model.get("layers", []))
        layers = [dict(as_object(f"layer {i}", entry)) for i, entry in enumerate(entries)]
        for layer in reversed(layers):
            if layer.get("kind") == "dense":
                layer.setdefault("units", len(classes))
                break
        listed = [category.describe() for category in classes]
        return ModelSpec.from_json({"format": FORMATS[-1], **self.model, "layers": layers, "classes": listed})

    def describe(self) -> dict[str, Any]:
        """The settings as JSON-ready data, without the model."""
        known = next(name for name, kind in OPTIMISERS.items() if isinstance(self.optimiser, kind))
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name in RULES}
        return {
            **settings,
            "schedule": self.schedule,
            "optimiser": {"kind": known, **_values(self.optimiser)},
            "augmentation": _values(self.augmentation),
        }

    def digest(self) -> str:
        """SHA-256 over everything that decides the outcome; a checkpoint carries it.

        It is taken over the keys of version 0.1, so that checkpoints of that version still fit.
        """
        settings = renamed(self.describe(), old_names=True)
        data = json.dumps({**settings, "model": self.model}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(data.encode()).hexdigest()

    def changed(self, **settings: Any) -> Recipe:
        """The recipe with some settings replaced, checked like those of a file."""
        given = {key: value for key, value in settings.items() if value is not None}
        return replace(self, **{key: check("the recipe", key, v, RULES[key]) for key, v in given.items()})


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file. Raises TrainingError or SpecError, naming what is wrong."""
    try:
        data = tomllib.loads(decode(path.read_bytes()))
    except OSError as error:
        raise TrainingError(
            "recipe_missing",
            f"{path} cannot be read ({error.strerror}); give a recipe file with --recipe, "
            "or leave the option out for the shipped one",
            file=str(path),
        ) from None
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, or nested without end
        raise TrainingError(
            "recipe_not_toml", f"{path} is not TOML: {error}", file=str(path), reason=str(error)
        ) from None
    return recipe_from(data)


def recipe_from(data: Mapping[str, Any]) -> Recipe:
    """The recipe that parsed TOML describes: tables model, training, optimiser, augmentation, card."""
    tables = ("model", "training", "optimiser", "augmentation", "card")
    _known("the recipe", data, tables)
    given = {table: dict(as_object(table, data.get(table, {}))) for table in tables}
    notes: list[str] = []
    for table, names in RENAMED.items():
        given[table] = _current(table, given[table], names, notes)
    training, chosen = given["training"], given["optimiser"]
    _known("training", training, [f.name for f in fields(Recipe) if f.name in RULES] + ["schedule"])
    schedule = training.pop("schedule", "one_cycle")
    _choice("training", "schedule", schedule, SCHEDULES)
    kind = chosen.pop("kind", "muon")
    _choice("optimiser", "kind", kind, OPTIMISERS)
    return Recipe(
        model=given["model"],
        card={key: str(text) for key, text in given["card"].items()},
        notes=tuple(notes),
        schedule=schedule,
        optimiser=OPTIMISERS[kind](**_checked("optimiser", chosen, OPTIMISERS[kind])),
        augmentation=Augmentation(**_checked("augmentation", given["augmentation"], Augmentation)),
        **{key: check("training", key, value, RULES[key]) for key, value in training.items()},
    )


def renamed(settings: Mapping[str, Any], *, old_names: bool = False) -> dict[str, Any]:
    """The settings of a training record under today's keys; with old_names under those of version 0.1.

    settings is what `Recipe.describe` gives: settings of training, with the tables optimiser and
    augmentation among them.
    """

    def under(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
        names = {new: old for old, new in RENAMED[table].items()} if old_names else RENAMED[table]
        return {names.get(key, key): value for key, value in values.items()}

    found = under("training", settings)
    for table in ("optimiser", "augmentation"):
        if isinstance(found.get(table), Mapping):
            found[table] = under(table, found[table])
    return found


def _current(table: str, given: Mapping[str, Any], names: Mapping[str, str], notes: list[str]) -> dict[str, Any]:
    """The table with today's keys; a note for each key that has a new name."""
    for old, new in names.items():
        if old in given and new in given:
            raise TrainingError(
                "setting_given_twice",
                f"{table}: {old!r} is the old name of {new!r}, and both are given; keep {new!r}",
                place=table,
                setting=old,
                renamed=new,
            )
    notes += [f"{table}: {key!r} is now called {names[key]!r}" for key in given if key in names]
    return {names.get(key, key): value for key, value in given.items()}


def _checked(place: str, given: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    _known(place, given, [f.name for f in fields(kind)])
    return {key: check(place, key, value, RULES[key]) for key, value in given.items()}


def _known(place: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in given:
        if key not in known:
            raise TrainingError(
                "unknown_setting",
                f"{place}: there is no setting {key!r}; the settings are {', '.join(known)}",
                place=place,
                setting=key,
                known=list(known),
            )


def _choice(place: str, key: str, value: Any, known: Mapping[str, Any]) -> None:
    if not isinstance(value, str) or value not in known:
        raise TrainingError(
            "unknown_choice",
            f"{place}: {key} is {value!r}; it must be one of {', '.join(known)}",
            place=place,
            field=key,
            value=str(value),
            known=list(known),
        )


def _values(settings: Any) -> dict[str, Any]:
    """The fields of a dataclass (every optimiser is one, which its protocol cannot say)."""
    return asdict(settings)
