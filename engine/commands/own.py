"""The commands for models of other programs: import · inspect · run."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cnn_loupe.engine import zoo
from cnn_loupe.engine.arrays import Array, shape_text
from cnn_loupe.engine.commands.console import note, say
from cnn_loupe.engine.data.images import prepare
from cnn_loupe.engine.errors import DataError, FileError
from cnn_loupe.engine.files import content
from cnn_loupe.engine.golden import write_golden
from cnn_loupe.engine.importing import labels, preparation, proof
from cnn_loupe.engine.importing.around import Choice
from cnn_loupe.engine.importing.model import Imported, ImportFailed, import_files
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.storage import replace_file
from cnn_loupe.engine.weights import Model, load_model, save_model

LARGEST_FILE = 512 * 2**20  # bytes of one file; the importer bounds the numbers in it


def add_own(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three commands to a parser."""
    bring = commands.add_parser("import", help="make a model folder of another program's file")
    _files(bring)
    bring.add_argument("--id", metavar="NAME", help="the model's id; the file's name otherwise")
    bring.add_argument(
        "--out", type=Path, metavar="DIR", help="the folder to write; a folder called like the id otherwise"
    )
    bring.add_argument("--check", action="store_true", help="compare every layer with ONNX Runtime (extra `check`)")
    bring.set_defaults(run=run_import)
    look = commands.add_parser("inspect", help="what another program's file holds, and what it would become")
    _files(look)
    look.add_argument("--json", action="store_true", help="JSON instead of a table")
    look.set_defaults(run=run_inspect)
    run = commands.add_parser("run", help="every activation of a model for one picture, as an .npz file")
    run.add_argument("model", metavar="MODEL", help="a shipped model's id, or a model's folder")
    run.add_argument("picture", type=Path, nargs="?", metavar="PICTURE")
    run.add_argument("--input", type=Path, metavar="FILE.npy", help="numbers (C, H, W) in place of a picture")
    run.add_argument("--out", type=Path, required=True, metavar="RUN.npz")
    run.set_defaults(run=run_run)


def _files(parser: argparse.ArgumentParser) -> None:
    ways = f"{', '.join(preparation.WAYS)}, or a JSON file"
    add = parser.add_argument
    add("files", type=Path, nargs="+", metavar="FILE", help="the model, and what belongs to it")
    add("--labels", type=Path, metavar="FILE", help="the names of the classes, a line each, or JSON")
    add("--prepare", metavar="WAY", help=f"how pictures are prepared: {ways}")
    fits = ("cover", "contain", "stretch")
    add("--fit", choices=fits, help="how pictures fill the input; cover otherwise")
    add("--grey", action="store_true", help="grey pictures")
    add("--bgr", action="store_true", help="blue, green, red, as OpenCV reads pictures")
    add("--invert", action="store_true", help="dark becomes bright: white digits on black")
    add("--output", metavar="NAME", help="which of several outputs to show")
    add("--architecture", metavar="NAME", help="the network that a PyTorch file of weights belongs to")


def read_files(paths: list[Path]) -> dict[str, bytes]:
    """The files by their base names; a folder stands for the files in it."""
    found: dict[str, bytes] = {}
    for path in paths:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            try:
                if file.is_dir() or (path.is_dir() and file.name.startswith(".")):
                    continue
                if file.stat().st_size > LARGEST_FILE:
                    raise FileError(
                        "file_too_large",
                        f"{file.name} has more than {LARGEST_FILE:,} bytes; use a smaller network",
                        file=file.name,
                        limit=LARGEST_FILE,
                    )
                found[file.name] = file.read_bytes()
            except OSError as error:
                raise DataError(
                    "file_unreadable",
                    f"{file} cannot be read ({error.strerror}); give the path of a file",
                    file=str(file),
                ) from None
    return found


def _choice(args: argparse.Namespace) -> Choice:
    names: tuple[str, ...] = ()
    if args.labels:
        names = labels.from_text(next(iter(read_files([args.labels]).values())).decode("utf-8", "replace"))
    way, given = args.prepare, None
    if way is not None and way not in preparation.WAYS:
        try:
            given = json.loads(next(iter(read_files([Path(way)]).values())))
        except ValueError:
            raise DataError(
                "preparation_unknown",
                f"--prepare is {way!r}; give {', '.join(preparation.WAYS)}, or a JSON file with scale, mean and std",
                value=way,
            ) from None
        way = None
    colour = "grey" if args.grey else "bgr" if args.bgr else None
    return Choice(
        id=getattr(args, "id", None), classes=names, way=way, colour=colour, invert=args.invert or None, fit=args.fit,
        preparation=given, output=args.output, architecture=args.architecture,
    )  # fmt: skip


def brought(args: argparse.Namespace) -> tuple[dict[str, bytes], Imported]:
    """The files and the model that they make; every problem is said before the command ends."""
    files = read_files(args.files)
    try:
        return content.unpacked(files), import_files(files, _choice(args))
    except ImportFailed as error:
        for problem in error.problems[1:]:
            note(f"also: {problem}")
        raise


def run_import(args: argparse.Namespace) -> None:
    """Write model.json, weights.safetensors and golden.json."""
    files, model = brought(args)
    _say_report(model)
    folder = args.out or Path(model.spec.id)
    save_model(folder, model.spec, model.parameters)
    write_golden(folder)
    say(f"written: {folder}")
    if args.check:
        _check(files, model)


def _check(files: Mapping[str, bytes], model: Imported) -> None:
    """Compare every layer with ONNX Runtime, where the file is ONNX."""
    spec, origin = model.spec, model.spec.origin
    assert origin is not None
    name, kind = content.model_in(files)
    if kind != "onnx":
        say("not checked: ONNX Runtime reads ONNX alone. With your own framework these lines write expected.npz:")
        say(model.report.snippet or "(there are none for this format)")
        return
    x = np.random.default_rng(0).uniform(*spec.input_range, spec.input_shape).astype(np.float32)
    theirs = proof.onnx_values(name, files, [names[0] for names in origin.layers.values() if names], x)
    found = proof.differences(spec, Network(spec, model.parameters).run(x).activations, theirs)
    worst = max(found, key=lambda difference: difference.share)
    say(
        f"checked against ONNX Runtime: largest difference {worst.share:.1e} of the layer's largest value "
        f"({worst.layer}), {len(found)} layers compared"
    )


def run_inspect(args: argparse.Namespace) -> None:
    """Print what the file is and what each of its layers becomes."""
    _, model = brought(args)
    if args.json:
        print(json.dumps(model.report.describe(model.spec), indent=2, allow_nan=False))
        return
    _say_report(model)


_ACTIONS = {
    "folded": "put into",
    "dropped": "left out",
    "added": "added",
    "renamed": "called",
    "split": "split",
}


def _say_report(model: Imported) -> None:
    report, spec = model.report, model.spec
    say(
        f"{report.producer or report.format}: {shape_text(spec.input_shape)} → {len(spec.classes)} classes "
        f"({report.classes_source})"
    )
    say(
        f"{len(spec.names)} layers, {spec.parameter_count:,} learned numbers, "
        f"{sum(spec.multiplications.values()):,} multiplications a picture; the file ends in {report.ending}"
    )
    if spec.preparation is not None:
        ready = spec.preparation
        inverted = ", inverted" if ready.invert else ""
        formula = f"({ready.scale:g} · x − {list(ready.mean)}) / {list(ready.std)}"
        say(f"preparation ({ready.source}): {ready.colour}, {ready.fit}, {formula}{inverted}")
    rows = []
    for entry in report.layers:
        names = ", ".join(entry["origin"][:2]) or "(none)"
        rows.append((names, entry["name"], entry["kind"], shape_text(tuple(entry["shape"]))))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        say("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for note_of in report.notes:
        into = f" → {note_of.into}" if note_of.into else ""
        say(f"  {_ACTIONS.get(note_of.action, note_of.action)}: {note_of.what}{into} ({note_of.reason})")


def run_run(args: argparse.Namespace) -> None:
    """Write the input and every activation under its layer's name."""
    model = load_model(Path(args.model)) if (Path(args.model) / "model.json").is_file() else zoo.load(args.model)
    run = model.network.run(_input(args, model))
    arrays = {"input": run.input, **run.activations}
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    replace_file(args.out, lambda file: file.write(out.getvalue()))
    say(f"written: {args.out} ({len(arrays)} arrays)")


def _input(args: argparse.Namespace, model: Model) -> Array:
    """The numbers that the network gets: a file of them, or a picture made ready as the model wants it."""
    spec = model.spec
    if (args.input is None) == (args.picture is None):
        raise DataError("input_missing", "give either a PICTURE or --input FILE.npy")
    if args.input is not None:
        try:
            return np.asarray(np.load(args.input, allow_pickle=False), np.float32).reshape(spec.input_shape)
        except (OSError, ValueError) as error:
            raise DataError(
                "input_unreadable",
                f"{args.input} holds no numbers of the shape {shape_text(spec.input_shape)} ({error}); "
                "write them with numpy.save",
                file=str(args.input),
            ) from None
    data = next(iter(read_files([args.picture]).values()))
    channels, height, width = spec.input_shape
    x: Array = prepare(data, shape=(channels, height, width), preparation=spec.preparation).input
    return x
