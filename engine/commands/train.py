"""`cnn-loupe train`: a folder of pictures in, a model folder out."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cnn_loupe.engine import metrics, zoo
from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.commands.console import note
from cnn_loupe.engine.commands.preflight import (
    check_counts,
    check_fold,
    check_options,
    check_out,
    model_id,
    writing,
)
from cnn_loupe.engine.commands.progress import BAR, LINES, SILENT, counter, show
from cnn_loupe.engine.data.batches import split
from cnn_loupe.engine.data.dataset import Dataset, class_names, load_dataset
from cnn_loupe.engine.data.folder import find_pictures, named, told
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import DataError
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.storage import replace_file
from cnn_loupe.engine.text import storable
from cnn_loupe.engine.training.card import model_card
from cnn_loupe.engine.training.loop import Task, Trained, finished, start, train
from cnn_loupe.engine.training.recipe import Recipe, read_recipe
from cnn_loupe.engine.training.record import (
    FoldResult,
    common_temperature,
    fold_temperature,
    judge,
    pooled,
    training_record,
)
from cnn_loupe.engine.weights import save_model

RECIPE = zoo.FOLDER / zoo.DEFAULT / "recipe.toml"
EVERYTHING = "everything"
KEPT = ". Finished epochs are kept: the same command goes on after the last of them"


def add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "train",
        help="train a model on a folder of labelled pictures",
        description="Train a model with the engine itself. After an interruption the same command goes on "
        "from the last finished epoch.",
    )
    add = parser.add_argument
    add("data", type=Path, metavar="FOLDER", help="one folder a class, or Tiny ImageNet's layout")
    add("--out", type=Path, required=True, metavar="FOLDER", help="where the model and its checkpoints go")
    add(
        "--recipe",
        type=Path,
        metavar="FILE",
        help="a TOML recipe; default: the shipped one, with the folder's classes",
    )
    add("--model-id", metavar="ID", help="the model's id; default: the recipe's, or the name of --out")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--fold", type=int, metavar="N", help="which part to hold out, from 0 (default 0)")
    part.add_argument("--everything", action="store_true", help="hold nothing out")
    part.add_argument(
        "--cross-validate",
        action="store_true",
        help="hold out each part in turn, then learn from everything; the record has the held-out figures",
    )
    for key, what in (
        ("epochs", "how often all pictures are shown"),
        ("batch", "pictures a step"),
        ("seed", "random seed"),
    ):
        add(f"--{key}", type=int, metavar="N", help=f"{what}; default: the recipe's")
    add("--folds", type=int, metavar="N", help="number of parts; default: the recipe's")
    resume = parser.add_mutually_exclusive_group()
    resume.add_argument("--resume", action="store_true", help="refuse to start without a checkpoint")
    resume.add_argument("--fresh", action="store_true", help="start from the beginning in spite of a checkpoint")
    add("--threads", type=int, default=1, metavar="N", help="threads that share a batch (default 1)")
    add(
        "--verbose",
        type=int,
        choices=(SILENT, BAR, LINES),
        default=BAR,
        help="0 silent, 1 bar, 2 one line an epoch",
    )
    add("--measure-every", type=int, default=1, metavar="N", help="a point of the curves every N epochs")
    add("--skip-unreadable", action="store_true", help="leave out pictures that cannot be read")
    parser.set_defaults(run=run_train)


@dataclass(frozen=True)
class Session:
    """One call of the command: what is trained, where it goes, how it is shown."""

    recipe: Recipe
    spec: ModelSpec
    data: Dataset
    args: argparse.Namespace

    def part(self, fold: int | None) -> tuple[Trained, Array]:
        """Train with one part held out (none: learn from everything); also give the held-out rows."""
        labels, recipe = self.data.labels, self.recipe
        learn, held_out = np.arange(len(self.data)), np.arange(0)
        if fold is not None:
            learn, held_out = split(labels, recipe.folds, fold, recipe.split_seed)
        name = EVERYTHING if fold is None else f"fold-{fold}"
        path = self.args.out / "checkpoints" / f"{name}.npz"
        resume = self.args.resume or (path.is_file() and not self.args.fresh)
        task = Task(
            recipe,
            self.spec,
            self.data,
            learn,
            held_out,
            checkpoint=path,
            resume=resume,
            threads=self.args.threads,
            measure_every=self.args.measure_every,
        )
        state = start(task)
        if resume and self.args.verbose != SILENT:
            note(f"{name}: going on after epoch {state.epoch} of {recipe.epochs}")
        with writing(self.args.out, kept=KEPT):
            show(train(task, state), self.args.verbose, name)
        return finished(task, state), held_out

    def judged(self, fold: int) -> FoldResult:
        """Train with one part held out, and judge the network on it."""
        trained, rows = self.part(fold)
        return judge(trained, self.data, rows)

    def save(self, kept: Trained, parts: Sequence[FoldResult], seconds: float) -> None:
        """Fold the temperature in, and write model, record and card."""
        temperature = common_temperature(parts) if parts else 1.0
        parameters = fold_temperature(kept.spec, kept.parameters, temperature)
        record = training_record(
            self.recipe,
            self.data,
            kept,
            parts,
            temperature=temperature,
            seconds=seconds,
            threads=self.args.threads,
        )
        card = model_card(kept.spec, record, self.recipe.card).encode()
        with writing(self.args.out, kept=KEPT):
            save_model(self.args.out, kept.spec, parameters, record)
            replace_file(self.args.out / "card.md", lambda file: file.write(card))


def run_train(args: argparse.Namespace) -> None:
    """Train as the options say, save the model, and say how good it is."""
    session = _session(args)
    with warnings.catch_warnings():
        # Numbers that grow beyond all bounds end the training in one sentence; NumPy would remark on each.
        warnings.simplefilter("ignore", RuntimeWarning)
        kept, parts, seconds = _trained(session)
        if parts and args.verbose != SILENT:
            note("measuring what the units do on held-out and on synthetic pictures")
        session.save(kept, parts, seconds)
    if args.verbose != SILENT:
        _conclude(args.out, parts)


def _trained(session: Session) -> tuple[Trained, Sequence[FoldResult], float]:
    """The network to keep, the networks that were judged, and the seconds that all of them took."""
    args = session.args
    if args.cross_validate:
        parts = [session.judged(fold) for fold in range(session.recipe.folds)]
        kept, _ = session.part(None)
        return kept, parts, kept.seconds + sum(part.trained.seconds for part in parts)
    if args.everything:
        kept, _ = session.part(None)
        return kept, [], kept.seconds
    part = session.judged(args.fold or 0)
    return part.trained, [part], part.trained.seconds


def _conclude(out: Path, parts: Sequence[FoldResult]) -> None:
    note(f"saved in {out}")
    if parts:
        logits, labels = pooled(parts)
        part = metrics.accuracy(logits, labels)
        scatter = metrics.standard_error(part, len(labels))
        note(f"held-out accuracy {part:.4f} ± {scatter:.4f} ({len(labels)} pictures)")


def _session(args: argparse.Namespace) -> Session:
    """Everything that can be refused is refused here, before the first step."""
    check_options(args)
    recipe = _recipe(args)
    check_fold(args.fold, recipe)
    survey = find_pictures(args.data)
    if args.verbose != SILENT and survey.folder != args.data:
        note(f"the classes are read from {survey.folder}")
    classes = _classes(recipe) if args.recipe and recipe.classes else class_names(survey)
    spec = recipe.spec(classes)
    check_out(args.out, spec, recipe.folds + 1 if args.cross_validate else 1)
    progress = counter("reading pictures") if args.verbose == BAR else None
    data = load_dataset(
        args.data,
        classes,
        spec.input_shape,
        survey=survey,
        skip_unreadable=args.skip_unreadable,
        progress=progress,
    )
    for line in told(data.left_out):
        note(f"left out: {line}")
    missing = [c.name for c in classes if c.index not in data.labels]
    if missing:
        raise DataError(
            "class_without_pictures",
            f"{args.data} has no pictures of {named(missing)}; add a folder for each class of the recipe, "
            "or train without --recipe to get the folder's own classes",
            folder=str(args.data),
            classes=missing,
        )
    if not args.everything:
        check_counts(data.labels, spec, recipe.folds)
    return Session(recipe, spec, data, args)


def _recipe(args: argparse.Namespace) -> Recipe:
    """The recipe of the options: a file's, or the shipped one without its classes' title and card."""
    recipe = read_recipe(args.recipe or RECIPE)
    for line in recipe.notes:
        note(f"note: {line}")
    model = dict(recipe.model)
    model["id"] = model_id(args.model_id or (model.get("id") if args.recipe else None), args.out)
    if not args.recipe:
        model["title"] = {"en": args.out.resolve().name if storable(args.out.resolve().name) else model["id"]}
        recipe = replace(recipe, card={})
    recipe = replace(recipe, model=model)
    return recipe.changed(epochs=args.epochs, batch=args.batch, seed=args.seed, folds=args.folds)


def _classes(recipe: Recipe) -> list[Category]:
    return [
        Category(index=i, name=entry["name"], labels=entry.get("labels", {}), wnid=entry.get("wnid"))
        for i, entry in enumerate(recipe.classes)
    ]
