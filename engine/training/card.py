"""The model card: what a model was trained on, how, and how far it can be trusted, as Markdown.

Every figure comes from the training record, none is typed by hand; the words about data, limits
and use come from the recipe's `[card]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnn_loupe.engine.arrays import shape_text
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.training.recipe import renamed

POINTS = 12  # rows of the table of curves
Record = Mapping[str, Any]


def model_card(spec: ModelSpec, record: Record, words: Mapping[str, str]) -> str:
    """The card's text.

    record is the `training` entry of the model's description; words may have `about`, `data`,
    `training`, `use`, `limits` and `reproduce`, each a paragraph or more of Markdown.
    """
    names = [category.name for category in spec.classes]
    parts = [
        f"# {spec.title.get('en', spec.id)}: model card",
        words.get("about", record["summary"]).strip(),
        _section("Model", _model(spec)),
        _section("Data", words.get("data", ""), _data(record, names)),
        _section("Training", _training(record), words.get("training", "")),
        _section("Accuracy", _figures(record), _folds(record)),
        _section("Curves", _curves(record["history"])),
        _section("Confusion", _confusion(record, names)),
        _section("Units", _units(record)),
        _section("Strange pictures", _strange(record)),
        _section("Use", words.get("use", "")),
        _section("Limits", words.get("limits", "")),
        _section("Make it again", words.get("reproduce", "")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, *paragraphs: str) -> str:
    kept = [text.strip() for text in paragraphs if text.strip()]
    return "\n\n".join([f"## {title}", *kept]) if kept else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _model(spec: ModelSpec) -> str:
    rows = [
        (
            layer.name,
            layer.kind,
            shape_text(spec.shapes[layer.name]),
            f"{spec.parameter_counts[layer.name]:,}",
        )
        for layer in spec.layers
    ]
    low, high = spec.input_range
    return (
        f"Input {shape_text(spec.input_shape)} ({', '.join(spec.channel_names)}), {low:g} to {high:g}; "
        f"{spec.parameter_count:,} parameters.\n\n" + _table(("layer", "kind", "output", "parameters"), rows)
    )


def _data(record: Record, names: Sequence[str]) -> str:
    data = record["data"]
    each = ", ".join(f"{name} {count}" for name, count in zip(names, data["per_class"], strict=True))
    return f"{data['pictures']:,} pictures ({each}). The network kept has learnt from {data['learnt_from']:,} of them."


def _training(record: Record) -> str:
    settings = renamed(record["recipe"])
    rows = []
    for key, value in settings.items():
        if isinstance(value, Mapping):
            rows += [(f"{key}: {inner}", number) for inner, number in value.items()]
        else:
            rows.append((key, value))
    minutes = record["seconds"] / 60
    return f"{record['summary']} Time: {minutes:.0f} minutes on {record['machine']}.\n\n" + _table(
        ("setting", "value"), rows
    )


def _figures(record: Record) -> str:
    found = record.get("cross_validation") or record.get("held_out")
    if not found:
        return "Nothing was held out, so there is no accuracy to report."
    rows = [
        ("pictures", f"{found['count']:,}"),
        ("accuracy", f"{found['accuracy']:.4f} ± {found['standard_error']:.4f} (standard error)"),
        ("cross-entropy", f"{found['loss']:.4f} nats"),
        ("expected calibration error, ten bins", f"{found['ece']:.4f}"),
        ("temperature folded into the last dense layer", f"{record['temperature']:.4f}"),
    ]
    return (
        "On pictures that the judged network had not seen. For loss and calibration each picture's scores "
        "are divided by a temperature that was fitted on other held-out pictures.\n\n"
        + _table(("figure", "value"), rows)
    )


def _folds(record: Record) -> str:
    accuracies = record.get("cross_validation", {}).get("fold_accuracies", [])
    return f"Each fold: {', '.join(f'{value:.3f}' for value in accuracies)}." if accuracies else ""


def _curves(history: Mapping[str, Sequence[float]]) -> str:
    epochs = history.get("epoch", [])
    curves = [name for name in history if name != "epoch"]
    step = max(1, -(-len(epochs) // POINTS))
    chosen = sorted({*range(step - 1, len(epochs), step), len(epochs) - 1} - {-1})
    rows = [(epochs[i], *(f"{history[name][i]:.3f}" for name in curves)) for i in chosen]
    head = ("epoch", *(name.replace("_", " ") for name in curves))
    return (
        "Training figures are those of the changed pictures, as the network was when each was shown; "
        "validation figures are those of the averaged weights on unchanged held-out pictures.\n\n" + _table(head, rows)
    )


def _confusion(record: Record, names: Sequence[str]) -> str:
    if "confusion" not in record:
        return ""
    counts = record["confusion"]["counts"]
    rows = [(f"**{name}**", *row) for name, row in zip(names, counts, strict=True)]
    return "Rows are the true class, columns what the network said.\n\n" + _table(("", *names), rows)


def _units(record: Record) -> str:
    rows = [
        (
            layer,
            found["dead"],
            found["near_dead"],
            f"{min(found['active_fraction']):.3f}",
            f"{sum(found['active_fraction']) / len(found['active_fraction']):.3f}",
            f"{max(found['active_fraction']):.3f}",
        )
        for layer, found in record.get("activity", {}).items()
    ]
    if not rows:
        return ""
    head = ("layer", "dead", "near dead", "least active", "mean", "most active")
    return (
        "The part of pixels on which a unit is not zero, over the pictures held out. Dead: never; near dead: "
        "on under 1 %.\n\n" + _table(head, rows)
    )


def _strange(record: Record) -> str:
    found = record.get("out_of_distribution", {})
    if "ranges" not in found:
        return ""
    rates = dict(found["rates"])
    false_alarms = rates.pop("held_out")
    numbers = sum(len(ends["low"]) for own in found["ranges"].values() for ends in own.values())
    within, quiet = found["ranges_hold"], found["familiar_part"]
    return (
        f"A picture is noted as resembling none of the classes by what its maps are like: their mean, their "
        f"spread (standard deviation) and their share of their layer's spread, for every map of "
        f"{', '.join(found['ranges'])}, {numbers} numbers. Each has a range that {within:.0%} of the pictures learnt "
        f"from keep within. A picture with more than {found['most_outside']} numbers outside is noted; {quiet:.0%} of "
        f"held-out pictures have no more. Judged on held-out pictures that had no part in choosing that number, "
        f"{false_alarms:.1%} of familiar pictures are noted by mistake. Of {found['strange_pictures']} strange "
        f"pictures of each sort, made by rule (`engine/ood/synthetic.py`; the last two from familiar pictures):\n\n"
        + _table(("sort", "noted"), [(name, f"{rate:.1%}") for name, rate in rates.items()])
        + "\n\nPhotographs of things that it has not learnt can have quite usual maps. They are seldom noted; "
        "no note is no promise."
    )
