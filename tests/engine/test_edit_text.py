"""Edits as text: one table for engine and page, and the text and the edits say the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_loupe.engine.edit_text import (
    MOST_EDITS,
    BorrowUnit,
    canonical,
    edits_text,
    number_text,
    read_edits,
    read_list,
)
from cnn_loupe.engine.edits import ClampUnit, Edit, ScaleElement, ScaleUnit, SetElement, SetParameter, SetUnit, SwapKind
from cnn_loupe.engine.errors import EditError
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from tests.engine.strategies import distinct, graph_specs, seeds
from tests.engine.test_edits import edits_for
from tests.models import network, random_parameters, random_picture

CASES: dict[str, list[Any]] = json.loads(
    (Path(__file__).resolve().parents[1] / "contract/edits.json").read_text("utf-8")
)

singles = st.floats(width=32, allow_nan=False, allow_infinity=False)
names = st.text("abAB09_.-", min_size=1, max_size=6) | st.sampled_from(["a.weight", "conv.bias", ".mean", "5", "slope"])
places = st.lists(st.integers(0, 9_999_999), max_size=4).map(tuple)


@st.composite
def written_edits(draw: st.DrawFn) -> Edit:
    """An edit that has a text, of a model that there need not be."""
    layer, unit, number = draw(names), draw(st.integers(0, 3)), draw(singles)
    parameter = f"{layer}.{draw(st.sampled_from(['weight', 'bias', 'variance']))}"
    match draw(st.integers(0, 7)):
        case 0:
            return SetElement(parameter, draw(places), number)
        case 1:
            return ScaleElement(parameter, draw(places), number)
        case 2:
            return SetUnit(layer, unit, number)
        case 3:
            return ScaleUnit(layer, unit, number)
        case 4:
            low, high = sorted((number, draw(singles)))
            return ClampUnit(layer, unit, low, high)
        case 5:
            return BorrowUnit(layer, unit, draw(st.none() | st.sampled_from(["red-panda", "edges.bars"])))
        case 6:
            return SwapKind(layer, "leaky_relu", (("slope", number),))
    return SwapKind(layer, draw(st.sampled_from(["tanh", "avg_pool2d"])))


def as_edit(case: dict[str, Any]) -> Edit:
    """The engine's edit for the page's object."""
    match case:
        case {"target": "operator", "layer": layer, "kind": kind, "values": values}:
            return SwapKind(layer, kind, tuple(sorted(values.items())))
        case {"target": "parameter", "layer": layer, "parameter": key, "at": at, "change": "set", "value": value}:
            return SetElement(f"{layer}.{key}", tuple(at), float(value))
        case {"target": "parameter", "layer": layer, "parameter": key, "at": at, "factor": factor}:
            return ScaleElement(f"{layer}.{key}", tuple(at), float(factor))
        case {"layer": layer, "unit": unit, "change": "set", "value": value}:
            return SetUnit(layer, unit, float(value))
        case {"layer": layer, "unit": unit, "change": "scale", "factor": factor}:
            return ScaleUnit(layer, unit, float(factor))
        case {"layer": layer, "unit": unit, "change": "clamp", "low": low, "high": high}:
            return ClampUnit(layer, unit, float(low), float(high))
        case {"layer": layer, "unit": unit, "change": "mean"}:
            return BorrowUnit(layer, unit, None)
        case {"layer": layer, "unit": unit, "change": "picture", "picture": {"id": sample}}:
            return BorrowUnit(layer, unit, sample)
    raise AssertionError(case)


@pytest.mark.parametrize("case", CASES["reads"], ids=lambda case: case["text"])
def test_a_text_is_read_as_the_page_reads_it(case: dict[str, Any]) -> None:
    edits = read_edits(case["text"])
    assert edits == tuple(map(as_edit, case["edits"]))
    assert edits_text(edits) == case["canonical"]
    assert read_edits(case["canonical"]) == edits


@pytest.mark.parametrize("case", CASES["wrong"], ids=lambda case: case["text"])
def test_a_wrong_text_is_refused_with_value_rule_and_remedy(case: dict[str, Any]) -> None:
    with pytest.raises(EditError) as caught:
        read_edits(case["text"])
    assert caught.value.code == case["code"]
    assert len(str(caught.value)) > 40


@pytest.mark.parametrize(("number", "text"), CASES["numbers"])
def test_a_number_has_the_text_that_the_page_gives_it(number: float, text: str) -> None:
    assert number_text(number) == text


@given(singles)
@settings(max_examples=200)
def test_a_number_reads_back_as_the_same_float32(number: float) -> None:
    text = number_text(number)
    assert np.float32(float(text)) == np.float32(number)
    assert "+" not in text


@given(st.lists(written_edits(), max_size=5))
@settings(max_examples=100)
def test_the_text_of_edits_reads_back_as_the_same_edits(edits: list[Edit]) -> None:
    text = edits_text(edits)
    assert read_edits(text) == canonical(edits)
    assert edits_text(read_edits(text)) == text
    assert canonical(canonical(edits)) == canonical(edits)
    assert read_list(text.split(";") if text else []) == canonical(edits)


@given(graph_specs(scores=False), seeds, st.data())
@settings(max_examples=40)
def test_a_run_of_the_canonical_edits_is_the_same_to_the_bit(spec: ModelSpec, seed: int, data: st.DataObject) -> None:
    net = Network(spec, random_parameters(spec, seed))
    edits = data.draw(st.lists(edits_for(spec), max_size=6))
    picture = distinct(np.random.default_rng(seed), spec.input_shape)
    run, other = net.run(picture, edits), net.run(picture, canonical(edits))
    assert all((run.activations[name] == other.activations[name]).all() for name in spec.names)


@given(st.text("ab.[]=*:;!(),0123-e \n१к", max_size=30))
@settings(max_examples=150)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        edits = read_edits(text)
    except EditError as error:
        assert error.code.startswith(("edit", "bounds"))
    else:
        assert read_edits(edits_text(edits)) == edits


def test_there_is_a_limit_to_the_number_of_edits() -> None:
    assert len(read_edits(";".join(f"a[{unit}]=0" for unit in range(MOST_EDITS)))) == MOST_EDITS
    with pytest.raises(EditError, match="there are 4097 edits; at most 4096"):
        read_edits(";".join(["a[1]*2"] * (MOST_EDITS + 1)))


def test_an_array_has_no_text() -> None:
    for edit in (SetParameter("a.weight", np.zeros((2, 2))), SetUnit("a", 0, np.zeros((2, 2)))):
        with pytest.raises(EditError, match="has no text"):
            edits_text([edit])


def test_values_of_a_gallery_are_refused_where_there_is_none() -> None:
    net = network("minimal")
    with pytest.raises(EditError, match=r"edges\[0\]=mean: the values come from a gallery"):
        net.run(random_picture(net.spec), read_edits("edges[0]=mean"))
