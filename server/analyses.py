"""What becomes of an answer without a unit (ablations), and how two runs differ (comparisons)."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array
from cnn_loupe.engine.data.images import Limits
from cnn_loupe.engine.edit_text import BorrowUnit, edit_text
from cnn_loupe.engine.edits import Edit, SetUnit
from cnn_loupe.engine.graph import INPUT
from cnn_loupe.engine.layers import Layer, MaxPool2D
from cnn_loupe.engine.layers.activation import Activation
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.run import Run
from cnn_loupe.server.edited import asked_edits, gallery_mean, runnable, texts_of
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.inputs import input_of, read_body, source_of
from cnn_loupe.server.library import ServedModel
from cnn_loupe.server.run_answer import check_finite, scores_of
from cnn_loupe.server.wire import dumps

By = Literal["zero", "mean"]

MOST_UNITS = 4096
MOST_WORK = 20_000_000_000  # multiplications of one table: some seconds
_CHANGED = 0.1  # a unit counts as changed where its values differ by more than this share of their size


def ablations(entry: ServedModel, data: bytes, limits: Limits, gone: Callable[[], bool]) -> bytes:
    """The table for a JSON body: `{"sample" or "input", "edits", "class", "by", "layers"}`."""
    body = source_of(read_body(entry, data), also=("edits", "class", "by", "layers"))
    by = body.get("by", "zero")
    if by not in ("zero", "mean"):
        raise Problem(422, "ablation_by_unknown", f'by is {str(by)[:40]!r}; it must be "zero" or "mean".', by=by)
    layers = _layers(entry, body.get("layers"))
    edits, run = _edited_run(entry, body, limits)
    logits = run.logits
    if logits is None:
        raise Problem(
            422,
            "no_scores",
            f"{entry.id} gives no score for each class, so there is none that a unit could change.",
            model=entry.id,
        )
    category = _category(body.get("class"), logits)
    _check_work(run, layers)
    rows = []
    means = {name: gallery_mean(entry, name, limits) for name in layers} if by == "mean" else {}
    gradients = _score_gradients(entry.network, run, category)
    for layer in layers:
        values, gradient = run.activations[layer], gradients.get(layer)
        for unit in range(len(values)):
            if gone():
                return b""
            instead = means[layer][unit] if means else np.zeros((), FLOAT)
            ablated = entry.network.rerun(run, [*run.edits, SetUnit(layer, unit, instead)])
            check_finite(ablated)
            rows.append(
                {
                    "layer": layer,
                    "unit": unit,
                    "edit": edit_text(BorrowUnit(layer, unit, None) if means else SetUnit(layer, unit, 0.0)),
                    **_effect(run, ablated, category),
                    "predicted": 0.0
                    if gradient is None
                    else float(np.sum(gradient[unit] * (instead - values[unit]), dtype=np.float64)),
                    "silent": not values[unit].any(),
                }
            )
    return dumps(
        {
            "model": entry.id,
            "digest": entry.digest,
            **_said(edits),
            "class": category,
            "by": by,
            "logit": float(logits[category]),
            "probability": _number(run.probabilities, category),
            "answer": _answer(run),
            "rows": rows,
        }
    )


def comparisons(entry: ServedModel, data: bytes, limits: Limits) -> bytes:
    """How two runs of a model differ, layer by layer, for a JSON body `{"a": source, "b": source}`."""
    body = read_body(entry, data, inputs=2)
    if not isinstance(body, dict) or body.keys() != {"a", "b"}:
        raise Problem(
            422,
            "comparison_malformed",
            'The body must be {"a": …, "b": …}, each with "sample" or "input", and "edits" where it has some.',
        )
    (edits_a, a), (edits_b, b) = (
        _edited_run(entry, source_of(body[side], also=("edits",)), limits) for side in ("a", "b")
    )
    return dumps(
        {
            "model": entry.id,
            "digest": entry.digest,
            "a": {**_said(edits_a), "scores": list(scores_of(a))},
            "b": {**_said(edits_b), "scores": list(scores_of(b))},
            "input": _distance(a.input, b.input),
            "layers": [_difference(a, b, name) for name in a.spec.names],
        }
    )


def _edited_run(entry: ServedModel, source: Mapping[str, Any], limits: Limits) -> tuple[tuple[Edit, ...], Run]:
    """The run that a source with edits describes, and these edits as they were asked for."""
    edits = asked_edits(None, source.get("edits"))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        run = entry.network.run(input_of(entry, source, limits), runnable(entry, edits, limits))
    check_finite(run)
    return edits, run


def _said(edits: Sequence[Edit]) -> dict[str, Any]:
    return {"edits": texts_of(edits)} if edits else {}


def _layers(entry: ServedModel, asked: Any) -> list[str]:
    """The layers whose units are switched off: those asked for, else those of activation functions, else all maps."""
    if asked is not None:
        if not isinstance(asked, list) or not asked or not all(isinstance(name, str) for name in asked):
            raise Problem(
                422, "layers_not_names", 'The field "layers" must be a list of names of layers, at least one.'
            )
        names = entry.layer_names(",".join(asked)) or frozenset()
        return [name for name in entry.spec.names if name in names]
    layers: Collection[Layer] = entry.spec.layers[:-1]
    found = [layer.name for layer in layers if isinstance(layer, Activation)]
    return found or [layer.name for layer in layers if len(entry.spec.shapes[layer.name]) == 3]


def _category(asked: Any, logits: Array) -> int:
    """The class whose score is looked at: the one asked for, else the answer."""
    if asked is None:
        return int(logits.argmax())
    if isinstance(asked, bool) or not isinstance(asked, int) or not 0 <= asked < logits.size:
        raise Problem(
            422,
            "unknown_class",
            f"There is no class {str(asked)[:40]}; use 0 to {logits.size - 1}.",
            target=asked,
            count=logits.size,
        )
    return asked


def _check_work(run: Run, layers: Sequence[str]) -> None:
    """Refuse a table that would keep the server for more than some seconds."""
    spec = run.spec
    units = sum(spec.shapes[name][0] for name in layers)
    work = sum(
        spec.shapes[name][0]
        * sum(spec.multiplications[after] for after in spec.graph.dependent([name]) - {name, INPUT})
        for name in layers
    )
    if units > MOST_UNITS or work > MOST_WORK:
        raise Problem(
            422,
            "ablations_too_many",
            f"Switching off {units} units one by one takes {work} multiplications; at most {MOST_UNITS} units and "
            f"{MOST_WORK} multiplications are done at once. Name fewer layers, or later ones.",
            units=units,
            multiplications=work,
            most_units=MOST_UNITS,
            most_multiplications=MOST_WORK,
        )


def _score_gradients(network: Network, run: Run, category: int) -> Mapping[str, Array]:
    """The derivatives of a class's score with respect to every layer's values."""
    scores = run.spec.scores
    if scores == INPUT:
        return {}
    dy = np.zeros(run.spec.shapes[scores], FLOAT)
    if run.spec.ending != "binary":
        dy[category] = 1
    elif category == 1:  # the score of class 0 is 0 whatever comes
        dy[0] = 1
    return network.backward(run, scores, dy).activations


def _effect(before: Run, after: Run, category: int) -> dict[str, Any]:
    """How the score and probability of a class, and the answer, differ."""
    assert before.logits is not None
    assert after.logits is not None
    logit = float(after.logits[category])
    found: dict[str, Any] = {"logit": logit, "logit_change": logit - float(before.logits[category])}
    probability, known = _number(after.probabilities, category), _number(before.probabilities, category)
    found["probability"] = probability
    found["probability_change"] = None if probability is None or known is None else probability - known
    return {**found, "answer": _answer(after)}


def _number(values: Array | None, index: int) -> float | None:
    return None if values is None else float(values[index])


def _answer(run: Run) -> int:
    """The class with the highest score."""
    assert run.logits is not None
    return int(run.logits.argmax())


def _difference(a: Run, b: Run, name: str) -> dict[str, Any]:
    """How a layer's values differ, B against A; null where a measure has no meaning."""
    x, y = a.activations[name], b.activations[name]
    one, other = a.spec.node(name).layer, b.spec.node(name).layer
    found = {"layer": name, "kind": one.kind, **_distance(x, y)}
    flat_x, flat_y = (v.reshape(len(v), -1).astype(np.float64) for v in (x, y))
    sizes, moved = (np.linalg.norm(v, axis=1) for v in (flat_x, flat_y - flat_x))
    found["units_changed"] = float(np.mean(moved > _CHANGED * sizes))
    gates = isinstance(one, Activation) and isinstance(other, Activation)
    found["gates_flipped"] = float(np.mean((x > 0) != (y > 0))) if gates else None
    pools = isinstance(one, MaxPool2D) and isinstance(other, MaxPool2D)
    winners = [layer.forward(run.inputs_of(name), {})[1][0] for layer, run in ((one, a), (other, b)) if pools]
    found["winners_moved"] = float(np.mean(winners[0] != winners[1])) if winners else None
    return found


def _distance(a: Array, b: Array) -> dict[str, Any]:
    """‖B − A‖ / ‖A‖, the cosine of the angle between the two, and the largest difference."""
    x, y = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
    size, other = math.sqrt(x @ x), math.sqrt(y @ y)
    return {
        "distance": math.sqrt(((y - x) ** 2).sum()) / size if size else None,
        "cosine": float(x @ y) / (size * other) if size and other else None,
        "largest": float(np.abs(y - x).max()),
    }
