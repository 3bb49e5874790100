"""Files in; a description, its parameters and a report out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Parameters, Shape, shape_text
from cnn_loupe.engine.errors import EngineError, FileError
from cnn_loupe.engine.files import content
from cnn_loupe.engine.files.foreign import Files, ForeignGraph, ForeignNode, short
from cnn_loupe.engine.importing import (  # noqa: F401  (they register)
    keras,
    keras_ops,
    labels,
    onnx,
    patterns,
    tensorflow,
    torch,
)
from cnn_loupe.engine.importing.about import about_files
from cnn_loupe.engine.importing.around import UNSAID, Choice, checked, class_count, classes_of, input_of, is_teachable
from cnn_loupe.engine.importing.axes import Activation
from cnn_loupe.engine.importing.draft import UNKNOWN, Draft, Entry, Note, Unknown
from cnn_loupe.engine.importing.folding import FOLDED, LARGEST, CannotFold, TooLarge, fold
from cnn_loupe.engine.importing.inputs import input_meanings, is_open, not_a_picture
from cnn_loupe.engine.importing.ours import network_missing, read_ours
from cnn_loupe.engine.importing.registry import find, operations
from cnn_loupe.engine.importing.report import Report
from cnn_loupe.engine.importing.snippet import snippet
from cnn_loupe.engine.spec import ModelSpec

MOST_MULTIPLICATIONS = 10_000_000_000  # of one pass


@dataclass(frozen=True)
class Imported:
    """A model of ours: `description` is format 2 without the weights' entry."""

    spec: ModelSpec
    parameters: Parameters
    description: Mapping[str, Any]
    report: Report


class ImportFailed(EngineError):
    """Everything that stands in the way of showing a network, at once."""

    def __init__(self, file: str, problems: Sequence[EngineError]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            "import_failed",
            f"{short(file)} cannot be shown: {first}{more}",
            file=short(file),
            count=len(problems),
        )
        self.problems = tuple(problems)


class Cancelled(Exception):
    """Nobody waits for the model any more."""


def import_files(files: Files, choice: Choice = UNSAID, *, cancelled: Callable[[], bool] = lambda: False) -> Imported:
    """Make a model of one or several files.

    `cancelled` is asked before each step of the network. Raises FileError where a file cannot be read, ImportFailed
    with all problems where the network in it cannot be shown as it is, and Cancelled.
    """
    files = content.unpacked(files)
    name, kind = content.model_in(files)
    if kind == "safetensors":
        raise network_missing(name)
    if kind == "description":
        return _ours(name, files, choice)
    graph = torch.graph_of(name, files, choice.architecture) if kind == "torch" else content.read(name, kind, files)
    draft, output = translated(graph, name, choice.output, cancelled)
    return _finished(draft, output, files, (name, kind), choice)


# Translation

LAYOUT = "import_layout_unknown"
# What comes of a picture of another size than the network was made for.
OF_SIZES = {"import_weights_do_not_fit", "import_reshape_unknown", "import_shapes_do_not_meet"}


def translated(
    graph: ForeignGraph,
    file: str,
    wanted: str | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Draft, Activation]:
    """All nodes as layers. Raises ImportFailed with every problem.

    Where a file does not say how its picture's sides are ordered, both orders are tried: the right one is the one in
    which every step of the file makes sense.
    """
    failed: list[Draft] = []
    graph = patterns.gathered(graph)
    for axes in input_meanings(graph, file):
        draft = Draft(graph, file)
        draft.set_input(graph.inputs[0].name, axes)
        _run(draft, cancelled)
        _pass_over(draft, wanted)
        output = _output(draft, wanted)
        if not draft.problems and output is not None:
            if is_open(graph.inputs[0]):
                draft.notes.insert(0, Note("added", short(graph.inputs[0].name), "open_size"))
            return draft, output
        failed.append(draft)
    # An order of the sides that does not even fit the first steps says nothing of the network.
    best = min(failed, key=lambda draft: (any(p.code == LAYOUT for p in draft.problems), len(draft.problems)))
    if is_open(graph.inputs[0]) and all(problem.code in OF_SIZES for problem in best.problems):
        raise not_a_picture(graph.inputs[0], file)  # the usual size does not fit what follows
    raise ImportFailed(file, best.problems)


def _run(draft: Draft, cancelled: Callable[[], bool]) -> None:
    graph = draft.graph
    draft.values.update(graph.constants)
    for node in _sorted(graph):
        if cancelled():
            raise Cancelled
        inputs = [draft.values.get(name, UNKNOWN) if name else None for name in node.inputs]
        if any(isinstance(value, Unknown) for value in inputs):
            if find(graph.format, node.op, graph.version) is None and node.op not in FOLDED:
                draft.problems.append(_unknown(draft, node))
            _put(draft, node, UNKNOWN)
            continue
        try:
            _put(draft, node, _one(draft, node, inputs))
        except EngineError as error:
            draft.problems.append(error)
            _put(draft, node, UNKNOWN)
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
            draft.problems.append(
                draft.refusal(node, "attribute", f"its values do not fit each other ({type(error).__name__})")
            )
            _put(draft, node, UNKNOWN)


def _one(draft: Draft, node: ForeignNode, inputs: list[Any]) -> Any:
    constants = [value for value in inputs if value is not None]
    if constants and all(isinstance(value, np.ndarray) for value in constants):
        try:
            return fold(node.op, inputs, node.attributes)
        except TooLarge:
            raise draft.refusal(
                node,
                "constant_too_large",
                f"it makes a constant of more than {LARGEST:,} numbers",
                "use a smaller network",
                most=LARGEST,
            ) from None
        except CannotFold:
            pass
    function = find(draft.graph.format, node.op, draft.graph.version)
    if function is None:
        raise _unknown(draft, node)
    if not constants and node.op != "Constant":
        raise draft.refusal(node, "needs_activation", "it reads nothing")
    return function(draft, node, inputs)


def _unknown(draft: Draft, node: ForeignNode) -> EngineError:
    memory = node.op in {
        "LSTM",
        "GRU",
        "RNN",
        "SimpleRNN",
        "ConvLSTM2D",
        "Bidirectional",
        "TimeDistributed",
        "Embedding",
    }
    attention = "Attention" in node.op or node.op == "Einsum"
    if memory:
        what = f"{node.op} remembers earlier inputs"
    elif attention:
        what = f"{node.op} belongs to transformers"
    else:
        what = f"there is no {node.op} here"
    known = ", ".join(operations(draft.graph.format))
    remedy = "networks of one picture can be shown: convolutions, pooling, dense layers and what stands between them"
    error = draft.refusal(node, "operation_unknown", what, remedy)
    error.params["known"] = known
    return error


def _put(draft: Draft, node: ForeignNode, value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    for i, name in enumerate(node.outputs):
        if isinstance(value, Unknown):
            draft.values[name] = UNKNOWN
        elif i < len(values):
            draft.values[name] = values[i]


def _sorted(graph: ForeignGraph) -> list[ForeignNode]:
    """The nodes so that each comes after those that it reads; some exporters write them otherwise."""
    ready = {*graph.constants, *(value.name for value in graph.inputs), ""}
    waiting, found = list(graph.nodes), []
    while waiting:
        later = []
        for node in waiting:
            if all(name in ready for name in node.inputs):
                found.append(node)
                ready.update(node.outputs)
            else:
                later.append(node)
        if len(later) == len(waiting):
            return found + later  # a circle, or values that nobody makes: they stay unknown
        waiting = later
    return found


# The output


def _pass_over(draft: Draft, wanted: str | None) -> None:
    """What stands in the way beside the scores does not: a label that is looked up beside them, say."""
    scores = _score_like(draft)
    name = wanted if wanted in scores else next(iter(scores), None)
    if name is None:
        return
    nodes = draft.graph.nodes
    makers = {output: place for place, node in enumerate(nodes) for output in node.outputs}
    places, queue = {-1}, [name]
    while queue:
        place = makers.get(queue.pop(), -1)
        if place not in places:
            places.add(place)
            queue += nodes[place].inputs
    beside = [problem for problem in draft.problems if problem.params.get("position", -1) not in places]
    draft.problems = [problem for problem in draft.problems if problem not in beside]
    for problem in beside:
        draft.note("dropped", nodes[problem.params["position"]], "not_read")


def _output(draft: Draft, wanted: str | None) -> Activation | None:
    """The value that the network answers with: the one that was chosen, else the first that can be scores."""
    outputs = {value.name: draft.values.get(value.name) for value in draft.graph.outputs}
    found = {name: value for name, value in outputs.items() if isinstance(value, Activation)}
    if wanted is not None and wanted in found:
        return _scores(draft, found[wanted])
    for name in _score_like(draft):
        return _scores(draft, found[name])
    for told in draft.graph.outputs:
        shape = told.shape or ()
        long = [side for side in shape[2:] if side is not None and side > 1]
        if len(shape) == 4 and len(long) == 2 and told.name not in found:
            picture = tuple(side or 0 for side in shape[1:])
            draft.problems.insert(0, _output_is_picture(draft, told.name, picture))
    if not found and not draft.problems:
        draft.problems.append(_never_made(draft))
    if found and not draft.problems:
        name, value = next(iter(found.items()))
        draft.problems.append(_output_is_picture(draft, name, value.shape))
    return None


def _score_like(draft: Draft) -> list[str]:
    """The outputs of the file that can be the scores of classes, in its order."""
    values = {value.name: draft.values.get(value.name) for value in draft.graph.outputs}
    return [
        name
        for name, value in values.items()
        if isinstance(value, Activation) and (len(value.meaningful) <= 1 or not value.is_maps)
    ]


def _output_is_picture(draft: Draft, name: str, shape: Shape) -> EngineError:
    """The network answers with maps and not with scores."""
    channels = draft.input_shape[0]
    return FileError(
        "import_output_is_picture",
        f"its output {short(name)} is a picture of {shape_text(shape)} and not scores of classes, and its "
        f"input {shape_text(draft.input_shape)} has {channels} channels; networks that classify can be shown",
        output=short(name),
        shape=list(shape),
        channels=channels,
    )


def _never_made(draft: Draft) -> EngineError:
    """Why there is no output although every step is known: a value is read that nothing gives."""
    missing = [name for node in draft.graph.nodes for name in node.inputs if name and name not in draft.values]
    name = short((missing or [value.name for value in draft.graph.outputs] or ["its output"])[0])
    return FileError(
        "import_value_missing",
        f"the value {name} is read and nothing in the file gives it; save or export the network again",
        value=name,
    )


def _scores(draft: Draft, value: Activation) -> Activation | None:
    """The output as a vector."""
    node = next((node for node in draft.graph.nodes if any(draft.values.get(n) is value for n in node.outputs)), None)
    if node is None or value.layer not in draft.entries:
        draft.problems.append(_never_made(draft))
        return None
    try:
        return draft.vector(node, value)
    except EngineError as error:
        draft.problems.append(error)
        return None


ENDINGS = {"softmax": "softmax", "log_softmax": "log_softmax", "sigmoid": "sigmoid"}


def _ending(entry: Entry) -> str:
    found = ENDINGS.get(entry.layer.kind, "logits")
    return "binary" if entry.shape == (1,) and found in ("sigmoid", "logits") else found


# The model


def _finished(draft: Draft, output: Activation, files: Files, main: tuple[str, str], choice: Choice) -> Imported:
    """main: the name and the kind of the file that the network is in."""
    name, kind = main
    entries = _needed(draft, output.layer)
    ending = _ending(entries[output.layer])
    added = _probabilities(draft, output, entries, ending)
    count = 2 if ending == "binary" else output.shape[0]
    classes, source = classes_of(draft.graph, files, count, choice)
    parameters = {f"{n}.{key}": array for n, entry in entries.items() for key, array in entry.parameters.items()}
    digests = _digests(files)
    outputs = [value.name for value in draft.graph.outputs]
    told = about_files(draft.graph.metadata, files)
    description = {
        "format": 2,
        "id": _id(choice.id or name),
        "title": {},
        "input": input_of(draft, choice),
        "classes": [{"index": i, "name": text} for i, text in enumerate(classes)],
        "layers": _layers(entries),
        "output": {"ending": "softmax" if added and ending == "logits" else ending, "added": added},
        "origin": {
            "format": draft.graph.format,
            "producer": draft.graph.producer,
            "files": [{"name": n, "sha256": digest} for n, digest in digests.items()],
            "layout": "chw" if draft.graph.format == "onnx" else "hwc",
            "layers": {n: entry.origin for n, entry in entries.items() if entry.origin},
            "folded": [note.what for note in draft.notes if note.action == "folded"],
            "dropped": [note.what for note in draft.notes if note.action == "dropped"],
            **told,
        },
    }
    spec = ModelSpec.from_json(description)
    report = Report(
        format=draft.graph.format,
        producer=draft.graph.producer,
        files=digests,
        layers=[
            {
                "name": n,
                "kind": e.layer.kind,
                "shape": list(e.shape),
                "origin": e.origin,
                "parameters": sum(a.size for a in e.parameters.values()),
            }
            for n, e in entries.items()
        ],
        notes=draft.notes,
        ending=ending,
        outputs=outputs,
        classes_source=source,
        suggestions=dict(labels.suggestions(draft.input_shape, count)),
        scores=(scores := _score_like(draft)),
        shown=choice.output if choice.output in outputs else next(iter(scores), None),
        fit_known=choice.fit is not None or choice.preparation is not None or is_teachable(draft),
        licence=told.get("licence"),
        author=told.get("author"),
        snippet=snippet(kind, draft.graph.format, name, draft.input_shape, _learned(entries)),
    )
    return Imported(spec, parameters, description, report)


def _learned(entries: Mapping[str, Entry]) -> list[str]:
    """What the layers that have weights are called in the file."""
    return [entry.origin[0] for entry in entries.values() if entry.parameters and entry.origin]


def _ours(name: str, files: Files, choice: Choice) -> Imported:
    """A model of this program's own, as it is; only what a person says of it is changed."""
    spec, parameters = read_ours(name, files)
    changes: dict[str, Any] = {} if choice.id is None else {"id": choice.id}
    if choice.classes:
        if len(choice.classes) != len(spec.classes):
            raise class_count(len(choice.classes), len(spec.classes))
        changes["classes"] = tuple(
            replace(category, name=text, labels={}) for category, text in zip(spec.classes, choice.classes, strict=True)
        )
    if choice.preparation is not None:
        changes["preparation"] = checked(choice.preparation, spec.input_shape[0])
    spec = replace(spec, **changes)
    report = Report(
        format="cnn-loupe",
        producer="CNN Loupe",
        files=_digests(files),
        layers=[
            {
                "name": node.name,
                "kind": node.layer.kind,
                "shape": list(spec.shapes[node.name]),
                "origin": [],
                "parameters": spec.parameter_counts[node.name],
            }
            for node in spec.graph.nodes
        ],
        notes=[],
        ending=spec.ending,
        outputs=[spec.graph.output.name],
        classes_source="person" if choice.classes else "file",
        fit_known=True,
        licence=spec.origin.licence or None if spec.origin else None,
        author=spec.origin.author or None if spec.origin else None,
    )
    return Imported(spec, parameters, spec.to_json(), report)


def _digests(files: Files) -> dict[str, str]:
    return {n: hashlib.sha256(data).hexdigest() for n, data in files.items() if content.format_of(data) != "picture"}


def _probabilities(draft: Draft, output: Activation, entries: dict[str, Entry], ending: str) -> list[str]:
    """The layer that turns the scores of a file that ends in them into probabilities; its name, for the report."""
    last = entries[output.layer].layer.kind
    kind = "softmax" if ending == "logits" else "sigmoid" if ending == "binary" and last != "sigmoid" else None
    if kind is None:
        return []
    node = ForeignNode(kind, kind, (), ())
    result = draft.add(node, kind, [output], axes=output.axes, origin=[])
    entries[result.layer] = draft.entries[result.layer]
    draft.note("added", node, kind, result.layer)
    return [result.layer]


def _needed(draft: Draft, output: str) -> dict[str, Entry]:
    """The layers that the output depends on; the rest is noted."""
    wanted, queue = set(), [output]
    while queue:
        name = queue.pop()
        if name in wanted or name not in draft.entries:
            continue
        wanted.add(name)
        queue += draft.entries[name].inputs
    for name, entry in draft.entries.items():
        if name not in wanted:
            draft.notes.append(Note("dropped", entry.origin[0] if entry.origin else name, "not_read"))
    return {name: entry for name, entry in draft.entries.items() if name in wanted}


def _layers(entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """The description's layers; inputs are written where they are not the layer before."""
    found, before = [], "input"
    for name, entry in entries.items():
        described = entry.layer.describe()
        if entry.inputs != [before]:
            described["inputs"] = list(entry.inputs)
        found.append(described)
        before = name
    return found


def _id(text: str) -> str:
    plain = re.sub(r"[^a-z0-9_-]+", "-", text.rsplit(".", 1)[0].lower()).strip("-_") or "own"
    return plain[:64]
