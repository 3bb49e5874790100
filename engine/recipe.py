"""A training recipe: everything that decides how a model is trained, as one TOML file.

The same recipe, seed, pictures and machine give the same model, so the recipe is what a model
card can point at. Unknown keys are refused: a misspelt setting must not be ignored quietly.
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
from cnn_loupe.engine.optimise import OPTIMISERS, SCHEDULES, Muon, Optimiser
from cnn_loupe.engine.spec import FORMAT, ModelSpec

RULES: Mapping[str, Rule] = {
    "epochs": Whole(1, 100_000),
    "batch": Whole(1, 65_536),
    "seed": Whole(0, 2**63 - 1),
    "smoothing": Real(0, 0.9),
    "mixing": Real(0, 10),
    "averaging": Real(0, 0.99999),
    "warm_up": Real(0, 0.9),
    "plain_end": Real(0, 1),
    "standardise": Flag(),
    "folds": Whole(2, 100),
    "split_seed": Whole(0, 2**63 - 1),
    "area": Real(0.01, 1),
    "aspect": Real(1, 4),
    "shift": Real(0, 0.5),
    "whole": Real(0, 1),
    "flip": Real(0, 1),
    "brightness": Real(0, 1),
    "contrast": Real(0, 1),
    "saturation": Real(0, 1),
    "tint": Real(0, 1),
    "hole": Whole(0, 1024),
    "rate": Real(0, 100),
    "vector_rate": Real(0, 100),
    "momentum": Real(0, 0.9999),
    "beta1": Real(0, 0.9999),
    "beta2": Real(0, 0.99999),
    "epsilon": Real(1e-16, 1),
    "decay": Real(0, 100),
}


@dataclass(frozen=True)
class Recipe:
    """How to train.

    epochs       how often all pictures are shown
    batch        pictures a step
    seed         decides the start, the order, and every change of a picture
    smoothing    the part of every target that is spread over all classes
    mixing       two pictures are blended in the ratio λ : 1 − λ, λ drawn from Beta(m, m); 0 for never
    averaging    decay of the averaged weights, which are the ones that are kept; 0 keeps the last
    schedule     the course of the rate, `one_cycle` or `constant`; warm_up is the climb's part
    plain_end    the last part of the epochs in which pictures are only flipped
    standardise  learn on pictures of mean 0 and deviation 1 for each channel; afterwards this is
                 folded into the first layer, which sees 0 to 1
    folds        the training folder is split in this many parts of which one is held out
    split_seed   decides the split
    card         words for the model card (`cnn_loupe.engine.card`); they decide nothing
    """

    model: Mapping[str, Any]
    epochs: int = 100
    batch: int = 64
    seed: int = 0
    smoothing: float = 0.0
    mixing: float = 0.0
    averaging: float = 0.998
    schedule: str = "one_cycle"
    warm_up: float = 0.15
    plain_end: float = 0.0
    standardise: bool = True
    folds: int = 5
    split_seed: int = 0
    optimiser: Optimiser = field(default_factory=Muon)
    augmentation: Augmentation = field(default_factory=Augmentation)
    card: Mapping[str, str] = field(default_factory=dict)

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
        return ModelSpec.from_json({"format": FORMAT, **self.model, "layers": layers, "classes": listed})

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
        """SHA-256 over everything that decides the outcome; a checkpoint carries it."""
        data = json.dumps({**self.describe(), "model": self.model}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(data.encode()).hexdigest()

    def changed(self, **settings: Any) -> Recipe:
        """The recipe with some settings replaced, checked like those of a file."""
        given = {key: value for key, value in settings.items() if value is not None}
        return replace(self, **{key: check("the recipe", key, v, RULES[key]) for key, v in given.items()})


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file. Raises TrainingError or SpecError, naming what is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
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
    training, chosen = given["training"], given["optimiser"]
    _known("training", training, [f.name for f in fields(Recipe) if f.name in RULES] + ["schedule"])
    schedule = training.pop("schedule", "one_cycle")
    _choice("training", "schedule", schedule, SCHEDULES)
    kind = chosen.pop("kind", "muon")
    _choice("optimiser", "kind", kind, OPTIMISERS)
    return Recipe(
        model=given["model"],
        card={key: str(text) for key, text in given["card"].items()},
        schedule=schedule,
        optimiser=OPTIMISERS[kind](**_checked("optimiser", chosen, OPTIMISERS[kind])),
        augmentation=Augmentation(**_checked("augmentation", given["augmentation"], Augmentation)),
        **{key: check("training", key, value, RULES[key]) for key, value in training.items()},
    )


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
