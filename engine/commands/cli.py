"""The engine's commands: train · evaluate · predict · describe · import · inspect · run.

Standard output carries the answer and nothing else; progress and messages go to standard error,
so that `cnn-loupe evaluate … --json | jq` works. `register` hangs the commands into a parser.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from cnn_loupe.engine import metrics, zoo
from cnn_loupe.engine.arrays import shape_text
from cnn_loupe.engine.commands.console import note, say, use_any_console
from cnn_loupe.engine.commands.own import add_own
from cnn_loupe.engine.commands.progress import counter
from cnn_loupe.engine.commands.train import add_train
from cnn_loupe.engine.data.dataset import Progress, load_dataset
from cnn_loupe.engine.data.folder import told
from cnn_loupe.engine.data.images import prepare
from cnn_loupe.engine.errors import DataError, EngineError
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.training.loop import scores
from cnn_loupe.engine.weights import Model, load_model

REFUSED = 2  # exit code for input that the program does not take
INTERRUPTED = 130  # the shell's code for a program that Ctrl-C stopped


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the engine's commands to those of a parser."""
    add_train(commands)
    evaluate = commands.add_parser("evaluate", help="accuracy, loss and calibration on a labelled folder")
    _model(evaluate)
    evaluate.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="one folder a class, or Tiny ImageNet's layout",
    )
    evaluate.add_argument("--json", action="store_true", help="JSON instead of a table")
    evaluate.add_argument("--skip-unreadable", action="store_true", help="leave out pictures that cannot be read")
    evaluate.add_argument("--quiet", action="store_true", help="no progress on standard error")
    evaluate.set_defaults(run=run_evaluate)
    predict = commands.add_parser("predict", help="class probabilities of one picture")
    predict.add_argument("picture", type=Path, metavar="PICTURE")
    _model(predict)
    predict.add_argument("--json", action="store_true", help="JSON instead of a table")
    predict.set_defaults(run=run_predict)
    describe = commands.add_parser("describe", help="the layers of a model as a table")
    _model(describe)
    describe.add_argument("--json", action="store_true", help="JSON instead of a table")
    describe.set_defaults(run=run_describe)
    add_own(commands)


def _model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", default=zoo.DEFAULT, metavar="MODEL", help="a shipped model's id, or a model's folder"
    )


def open_model(name: str) -> Model:
    """The model in the folder of this name, or else the shipped one with this id."""
    return load_model(Path(name)) if (Path(name) / "model.json").is_file() else zoo.load(name)


def run_evaluate(args: argparse.Namespace) -> None:
    """Print how well the model does on a labelled folder."""
    model = open_model(args.model)
    progress: Progress | None = None if args.quiet else counter("reading pictures")
    data = load_dataset(
        args.data,
        model.spec.classes,
        model.spec.input_shape,
        skip_unreadable=args.skip_unreadable,
        preparation=model.spec.preparation,
        progress=progress,
    )
    left_out = told(data.left_out)
    for line in left_out:
        note(f"left out: {line}")
    logits = scores(model.spec, model.network.parameters, data, np.arange(len(data)))
    found = {"model": model.id, **metrics.report(logits, data.labels), "left_out": left_out}
    if args.json:
        print_json(found)
        return
    say(f"accuracy  {found['accuracy']:.4f} ± {found['standard_error']:.4f}  ({found['count']} pictures)")
    say(f"loss      {found['loss']:.4f}")
    say(f"ece       {found['ece']:.4f}")
    say("confusion (rows: true class, columns: predicted)")
    names = [category.name for category in model.spec.classes]
    for name, row in zip(names, found["confusion"], strict=True):
        say(f"  {name:<16}" + "".join(f"{count:>6}" for count in row))


def run_predict(args: argparse.Namespace) -> None:
    """Print the probability of each class for one picture, the likeliest first."""
    model = open_model(args.model)
    try:
        data = args.picture.read_bytes()
    except OSError as error:
        raise DataError(
            "picture_missing",
            f"{args.picture} cannot be read ({error.strerror}); give the path of a picture",
            file=str(args.picture),
        ) from None
    channels, height, width = model.spec.input_shape
    run = model.network.run(prepare(data, shape=(channels, height, width), preparation=model.spec.preparation).input)
    if run.probabilities is None or run.logits is None:
        raise DataError("no_probabilities", f"{model.id} does not end in softmax; it gives no probabilities")
    ranked = [
        {
            "index": int(index),
            "class": model.spec.classes[index].name,
            "probability": float(run.probabilities[index]),
            "logit": float(run.logits[index]),
        }
        for index in np.argsort(-run.probabilities, kind="stable")
    ]
    if args.json:
        print_json({"model": model.id, "picture": str(args.picture), "predictions": ranked})
        return
    for entry in ranked:
        say(f"{entry['probability']:7.2%}  {entry['class']}")


def run_describe(args: argparse.Namespace) -> None:
    """Print the layers: name, kind, output shape, parameters, and what one value sees."""
    spec = open_model(args.model).spec
    if args.json:
        print_json(
            {
                "id": spec.id,
                "input_shape": list(spec.input_shape),
                "parameter_count": spec.parameter_count,
                "classes": [category.name for category in spec.classes],
                "layers": _layers(spec),
            }
        )
        return
    table = [("layer", "kind", "output", "parameters", "sees")]
    table += [
        (
            row["name"],
            row["kind"],
            shape_text(row["output_shape"]),
            f"{row['parameter_count']:,}",
            shape_text(row["receptive_field"]["size"]),
        )
        for row in _layers(spec)
    ]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        left = (text.ljust(width) for text, width in zip(line[:3], widths[:3], strict=True))
        right = (text.rjust(width) for text, width in zip(line[3:], widths[3:], strict=True))
        say("  ".join([*left, *right]))
    say(f"{spec.parameter_count:,} parameters; input {shape_text(spec.input_shape)}")


def _layers(spec: ModelSpec) -> list[dict[str, Any]]:
    return [
        {
            "name": node.name,
            "kind": node.layer.kind,
            # The names that it had in the file it was imported from, first the one whose output it is.
            "origin": list(spec.origin.layers.get(node.name, ())) if spec.origin else [],
            "inputs": list(node.inputs),
            "output_shape": list(spec.shapes[node.name]),
            "parameter_count": spec.parameter_counts[node.name],
            "multiplications": spec.multiplications[node.name],
            "receptive_field": spec.receptive_fields[node.name].describe(),
        }
        for node in spec.graph.nodes
    ]


def print_json(value: Any) -> None:
    """One JSON value on standard output, in ASCII so that any terminal can carry it."""
    print(json.dumps(value, indent=2, allow_nan=False))


def guarded(run: Callable[[argparse.Namespace], None], args: argparse.Namespace, errors: TextIO | None = None) -> int:
    """Run a command; give its exit code, and say on standard error what went wrong."""
    stream = errors or sys.stderr
    try:
        run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads us, `head` say, has seen enough; Python must not flush again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except EngineError as error:
        say(f"error: {error}", stream)
        return REFUSED
    except KeyboardInterrupt:
        say("interrupted", stream)
        return INTERRUPTED
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the engine's commands; gives its exit code."""
    parser = argparse.ArgumentParser(prog="cnn-loupe", description="Train, judge and describe convolutional networks.")
    use_any_console()
    register(parser.add_subparsers(required=True, metavar="COMMAND"))
    args = parser.parse_args(arguments)
    return guarded(args.run, args)
