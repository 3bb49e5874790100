"""What a model remembers of its training: curves, honest figures, and where they come from.

Everything here is measured on pictures that the measured network did not learn from, unless its
name begins with `train_`.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_loupe.engine import metrics
from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.data.dataset import Dataset
from cnn_loupe.engine.layers import Dense, ReLU
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.ood.calibration import calibrate
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.training.loop import Trained, scores
from cnn_loupe.engine.training.recipe import Recipe

CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


@dataclass(frozen=True)
class FoldResult:
    """One trained network, the pictures held out from it, and what it says of them."""

    trained: Trained
    rows: Array
    logits: Array
    labels: Array


def judge(trained: Trained, data: Dataset, rows: Array) -> FoldResult:
    """Let the network score the pictures that it did not learn from."""
    logits = scores(trained.spec, trained.parameters, data, rows)
    return FoldResult(trained, rows, logits, data.labels[rows])


def pooled(parts: Sequence[FoldResult]) -> tuple[Array, Array]:
    """All held-out logits (N, K) below each other, and their labels (N,)."""
    return np.concatenate([p.logits for p in parts]), np.concatenate([p.labels for p in parts])


def common_temperature(parts: Sequence[FoldResult]) -> float:
    """The temperature that suits the held-out scores of all parts together."""
    return metrics.best_temperature(*pooled(parts))


def cross_fitted(parts: Sequence[FoldResult]) -> tuple[Array, Array]:
    """Held-out logits, each part's divided by the temperature that suits all the others.

    So no picture has a say in the temperature that it is judged with. A single part is cut into
    five for this; its pictures lie class by class, so every fifth picture makes an even cut.
    """
    groups = [(part.logits, part.labels) for part in parts]
    if len(groups) == 1 and len(groups[0][1]) >= metrics.CUTS:
        logits, labels = groups[0]
        groups = [(logits[cut :: metrics.CUTS], labels[cut :: metrics.CUTS]) for cut in range(metrics.CUTS)]
    if len(groups) == 1:
        return groups[0]
    divided = []
    for number, (logits, _) in enumerate(groups):
        others = [group for other, group in enumerate(groups) if other != number]
        divided.append(logits / metrics.best_temperature(*map(np.concatenate, zip(*others, strict=True))))
    return np.concatenate(divided), np.concatenate([labels for _, labels in groups])


def fold_temperature(spec: ModelSpec, parameters: Mapping[str, Array], temperature: float) -> dict[str, Array]:
    """Parameters whose scores are those of before divided by `temperature`.

    The last dense layer takes the division into its own weights, so softmax stays softmax.
    """
    found = dict(parameters)
    if isinstance(spec.node(spec.scores).layer, Dense):
        for key in spec.layer_parameters[spec.scores]:
            name = f"{spec.scores}.{key}"
            found[name] = found[name] / found[name].dtype.type(temperature)
    return found


def activity(parts: Sequence[FoldResult], data: Dataset) -> dict[str, Any]:
    """On how many pixels of held-out pictures each unit of each ReLU layer is not zero.

    Each part's network sees its own held-out pictures. A unit of one part's network has nothing to
    do with the unit of the same number in another's: the figures are lists, one entry a part.
    """
    return _listed([activity_of(p.trained.spec, p.trained.parameters, data, p.rows) for p in parts])


def activity_of(spec: ModelSpec, parameters: Mapping[str, Array], data: Dataset, rows: Array) -> dict[str, Any]:
    """Dead, near-dead and active units of one network on the chosen pictures."""
    network, counted = Network(spec, parameters), metrics.Activity()
    watched = [layer.name for layer in spec.layers if isinstance(layer, ReLU)]
    for row in rows:
        run = network.run(data.inputs(slice(row, row + 1))[0])
        maps = {name: run.activations[name] for name in watched}
        counted.add({name: values for name, values in maps.items() if values.ndim == 3})
    return counted.report()


def _listed(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        layer: {
            "dead": [r[layer]["dead"] for r in reports],
            "near_dead": [r[layer]["near_dead"] for r in reports],
        }
        for layer in (reports[0] if reports else {})
    }


def mean_history(histories: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, list[float]]:
    """The mean of several trainings' curves, epoch by epoch; only curves that all of them have."""
    if not histories:
        return {}
    found: dict[str, list[float]] = {"epoch": [int(e) for e in histories[0].get("epoch", [])]}
    for curve in CURVES:
        if all(curve in history for history in histories):
            means = np.mean([history[curve] for history in histories], axis=0)
            found[curve] = [round(float(value), 5) for value in means]
    return found


def held_out_figures(logits: Array, labels: Array) -> dict[str, Any]:
    """Accuracy, loss, calibration and their scatter on held-out pictures."""
    figures = metrics.report(logits, labels)
    return {key: figures[key] for key in ("accuracy", "standard_error", "loss", "ece", "count")}


def training_record(
    recipe: Recipe,
    data: Dataset,
    kept: Trained,
    parts: Sequence[FoldResult],
    *,
    temperature: float,
    seconds: float,
    threads: int,
) -> dict[str, Any]:
    """The `training` entry of a model's description.

    parts are the networks whose held-out pictures give the figures: the kept one itself after a
    simple training, the folds' after cross-validation; none where everything was learnt from.
    """
    whole = not any(part.trained is kept for part in parts)
    record: dict[str, Any] = {
        "summary": _summary(recipe, data, parts, whole),
        "recipe": recipe.describe(),
        "seed": recipe.seed,
        "seconds": round(seconds, 1),
        "machine": machine(threads),
        "data": {
            "pictures": len(data),
            "per_class": np.bincount(data.labels, minlength=len(kept.spec.classes)).tolist(),
            "learnt_from": len(data) if whole else len(data) - sum(len(p.rows) for p in parts),
        },
        "history": mean_history([p.trained.history for p in parts] or [kept.history]),
        "temperature": round(temperature, 6),
    }
    if not parts:
        return record
    logits, labels = cross_fitted(parts)
    record["confusion"] = {
        "rows": "true",
        "columns": "predicted",
        "counts": metrics.confusion(logits, labels).tolist(),
    }
    record["activity"] = activity_of(kept.spec, kept.parameters, data, np.sort(np.concatenate([p.rows for p in parts])))
    all_logits, _ = pooled(parts)
    network = Network(kept.spec, kept.parameters)
    folds = [
        (network if part.trained is kept else Network(part.trained.spec, part.trained.parameters), part.rows)
        for part in parts
    ]
    record["out_of_distribution"] = {
        "measure": "energy = −log Σ exp(logit), entropy of the probabilities in nats, and the top probability, "
        "of held-out pictures",
        **metrics.confidence_quantiles(all_logits / temperature),
        **calibrate(network, folds, data, recipe.seed),
    }
    figures = held_out_figures(logits, labels)
    if not whole:
        return {**record, "held_out": figures}
    accuracies = [metrics.accuracy(p.logits, p.labels) for p in parts]
    record["cross_validation"] = {"folds": len(parts), **figures, "fold_accuracies": accuracies}
    record["final_history"] = mean_history([kept.history])
    record["activity_of_folds"] = activity(parts, data)
    return record


def _summary(recipe: Recipe, data: Dataset, parts: Sequence[FoldResult], whole: bool) -> str:
    if not parts:
        return f"Trained on all {len(data)} pictures for {recipe.epochs} epochs; nothing was held out."
    if not whole:
        return f"Trained for {recipe.epochs} epochs; judged on {len(parts[0].rows)} pictures that were held out."
    return (
        f"Trained on all {len(data)} pictures for {recipe.epochs} epochs. The figures come from "
        f"{len(parts)} networks trained in the same way, each judged on the part it did not see."
    )


def machine(threads: int) -> str:
    """The machine in words: processor, cores, threads used, and NumPy's version."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {threads} used; NumPy {np.__version__}"
