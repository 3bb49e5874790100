"""Places and views in addresses are read as the page reads them (tests/web/vocabulary.test.mjs has the same table)."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from cnn_loupe.server.places import (
    Misplaced,
    Place,
    Why,
    is_cover,
    misplaced,
    read_indexed,
    read_place,
    read_view,
    read_why,
)
from cnn_loupe.server.vocabulary import LONGEST_COVER, LONGEST_VIEW
from tests.conftest import ROOT
from tests.models import minimal

CASES: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/contract/places.json").read_text("utf-8"))
COVERS: list[dict[str, Any]] = json.loads((ROOT / "tests/contract/covers.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES["places"], ids=lambda case: repr(case["text"]))
def test_a_place_is_read_or_refused(case: dict[str, Any]) -> None:
    wanted = Place(case["layer"], tuple(case["index"])) if "layer" in case else None
    assert read_place(case["text"]) == wanted
    if wanted is not None:
        assert read_indexed(f"  {case['text'].replace(',', ' , ').replace('[', ' [ ')} ") == wanted


@pytest.mark.parametrize("case", CASES["views"], ids=lambda case: repr(case["text"]))
def test_a_view_is_read_or_refused(case: dict[str, Any]) -> None:
    view = read_view(case["text"])
    known = view is not None and all(read_place(place) for place in view.places)
    assert known == ("name" in case)
    if view is not None and known:
        assert [view.name, [*view.places], view.input] == [case["name"], case["places"], case.get("input")]


@pytest.mark.parametrize("case", CASES["whys"], ids=lambda case: repr(case["text"]))
def test_whose_evidence_is_shown_is_read_or_refused(case: dict[str, Any]) -> None:
    why = read_why(case["text"])
    assert (why is not None) == ("of" in case)
    if why is not None:
        assert why == Why(read_place(case["of"]) if case["of"] else None, case.get("against"))


@pytest.mark.parametrize("case", COVERS, ids=lambda case: repr(case["text"]))
def test_what_is_covered_of_a_picture_is_read_or_refused(case: dict[str, Any]) -> None:
    assert is_cover(case["text"] * case.get("times", 1)) == ("cells" in case)


def test_a_view_has_a_longest_address() -> None:
    head, step = "neuron:conv[1]", "~a[0]"
    most = (LONGEST_VIEW - len(head)) // len(step)
    assert read_view(head + step * most) is not None
    assert read_view(head + step * (most + 1)) is None


def test_the_longest_view_of_a_covered_picture_fits_the_request_line_that_the_proxy_takes() -> None:
    line = re.search(r"large_client_header_buffers \d+ (\d+)k;", (ROOT / "deploy/nginx.conf").read_text("utf-8"))
    assert line is not None
    places = "output:output[6]" + "~layer4.0.downsample[511,13,13]" * 100
    written = quote(places[:LONGEST_VIEW], safe=",:~!")
    assert len("GET /?model=some-model-of-mine&own=") + 64 + len(written) + LONGEST_COVER + 500 < 1024 * int(line[1])


def test_only_lessons_write_spaces_and_name_parameters() -> None:
    assert read_indexed("conv_1_2.weight[3, 0, 1, 1]") == Place("conv_1_2.weight", (3, 0, 1, 1))
    assert read_place("conv_1_2.weight[3,0,1,1]") is None
    assert read_indexed("conv[1 2]") is None
    assert read_indexed("co nv[1]") is None


def test_a_place_lies_in_the_model_or_it_is_said_why_not() -> None:
    spec = minimal()
    name = spec.names[0]
    shape = spec.shapes[name]
    assert misplaced(spec, Place(name, (0,))) is None
    assert misplaced(spec, Place("nowhere", (0,))) == Misplaced(None)
    assert misplaced(spec, Place(name, (shape[0],))) == Misplaced(shape, 0)
    assert misplaced(spec, Place(name, tuple(size - 1 for size in shape)), whole=True) is None
    assert misplaced(spec, Place(name, (*(size - 1 for size in shape[:-1]), shape[-1]))) == Misplaced(
        shape, len(shape) - 1
    )
    assert misplaced(spec, Place(name, (0,)), whole=True) == (None if len(shape) == 1 else Misplaced(shape))
