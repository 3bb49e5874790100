"""`cnn-loupe train`: a folder of pictures in, a model folder out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cnn_loupe.engine import metrics, zoo
from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.commands.progress import BAR, LINES, SILENT, counter, show
from cnn_loupe.engine.data.batches import split
from cnn_loupe.engine.data.dataset import Dataset, class_names, find_pictures, load_dataset
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.errors import DataError, TrainingError
from cnn_loupe.engine.spec import ModelSpec
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
    resume.add_argument(
        "--fresh", action="store_true", help="start from the beginning in spite of a checkpoint"
    )
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
            print(f"{name}: going on after epoch {state.epoch} of {recipe.epochs}", file=sys.stderr)
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
        save_model(self.args.out, kept.spec, parameters, record)
        card = model_card(kept.spec, record, self.recipe.card)
        (self.args.out / "card.md").write_text(card, encoding="utf-8")


def run_train(args: argparse.Namespace) -> None:
    """Train as the options say, save the model, and say how good it is."""
    session = _session(args)
    if args.cross_validate:
        parts = [session.judged(fold) for fold in range(session.recipe.folds)]
        kept, _ = session.part(None)
        seconds = kept.seconds + sum(part.trained.seconds for part in parts)
    elif args.everything:
        kept, _ = session.part(None)
        parts, seconds = [], kept.seconds
    else:
        parts = [session.judged(args.fold or 0)]
        kept, seconds = parts[0].trained, parts[0].trained.seconds
    if parts and args.verbose != SILENT:
        print("measuring what the units do on held-out and on synthetic pictures", file=sys.stderr)
    session.save(kept, parts, seconds)
    if args.verbose != SILENT:
        _conclude(args.out, parts)


def _conclude(out: Path, parts: Sequence[FoldResult]) -> None:
    print(f"saved in {out}", file=sys.stderr)
    if parts:
        logits, labels = pooled(parts)
        part = metrics.accuracy(logits, labels)
        scatter = metrics.standard_error(part, len(labels))
        print(f"held-out accuracy {part:.4f} ± {scatter:.4f} ({len(labels)} pictures)", file=sys.stderr)


def _session(args: argparse.Namespace) -> Session:
    for option in ("threads", "measure_every"):
        if getattr(args, option) < 1:
            name = "--" + option.replace("_", "-")
            raise TrainingError(
                "bad_option", f"{name} is {getattr(args, option)}; it must be 1 or more", option=name
            )
    recipe = read_recipe(args.recipe or RECIPE)
    for note in recipe.notes:
        print(f"note: {note}", file=sys.stderr)
    found = find_pictures(args.data)
    classes = _classes(recipe) if args.recipe and recipe.classes else class_names(found, args.data)
    model_id = args.model_id or (recipe.model.get("id") if args.recipe else None) or args.out.resolve().name
    recipe = replace(recipe, model={**recipe.model, "id": model_id})
    recipe = recipe.changed(epochs=args.epochs, batch=args.batch, seed=args.seed, folds=args.folds)
    if args.fold is not None and not 0 <= args.fold < recipe.folds:
        raise TrainingError(
            "bad_fold",
            f"--fold is {args.fold}; with {recipe.folds} parts it must be 0 to {recipe.folds - 1}",
            fold=args.fold,
            folds=recipe.folds,
        )
    spec = recipe.spec(classes)
    progress = counter("reading pictures") if args.verbose == BAR else None
    data = load_dataset(
        args.data, classes, spec.input_shape, skip_unreadable=args.skip_unreadable, progress=progress
    )
    for name in data.skipped:
        print(f"left out: {name}", file=sys.stderr)
    missing = [c.name for c in classes if c.index not in data.labels]
    if missing:
        raise DataError(
            "class_without_pictures",
            f"{args.data} has no pictures of {', '.join(missing)}; add a folder for each class of the recipe, "
            "or train without --recipe to get the folder's own classes",
            folder=str(args.data),
            classes=missing,
        )
    return Session(recipe, spec, data, args)


def _classes(recipe: Recipe) -> list[Category]:
    return [
        Category(index=i, name=entry["name"], labels=entry.get("labels", {}), wnid=entry.get("wnid"))
        for i, entry in enumerate(recipe.classes)
    ]
