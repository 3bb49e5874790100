"""Model files of real people, dropped on the page: what stands on the screen is what their own runtime computed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.networks import PANEL, give, wait_until_open
from tests.own import DATA

pytestmark = pytest.mark.browser

CASES = sorted(path.name for path in (DATA / "models").glob("*/") if path.is_dir())
REFUSED = DATA / "models-refused"
# `make test` takes one of each way in; the rest is for `make test-full`.
SAMPLE = {"h5-teachable-machine", "onnx-torch29-external", "torch-fruit-agtheo"}
DEEP = 60  # above so many layers rounding adds up
# Each file that must be refused → what its sentences say.
SAYS = {
    "decoder.onnx": ["not scores of classes"],
    "lfs-pointer.keras": ["Git LFS", "git lfs pull"],
    "lstm.h5": ["“lstm”", "LSTM", "can be shown"],
    "shape-bomb.onnx": ["numbers"],
    "truncated.onnx": ["cut short"],
    "two-inputs.onnx": ["wave_input", "feat_input", "One picture is needed"],
    "weights-missing.onnx": ["mnist.onnx.data", "external_data=False"],
    "weights-only.h5": ["weights only", "model.save(…)"],
}


def chosen(names: list[str]) -> list[object]:
    return [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.exhaustive) for name in names]


def files_of(case: Path) -> list[Path]:
    return [path for path in sorted(case.iterdir()) if path.name not in ("case.json", "expected.npz")]


def expected(case: Path, folder: Path) -> Path:
    """The case's expected values as the two lines write them: under the names that the layers have in the file."""
    told = json.loads((case / "case.json").read_text("utf-8"))
    with np.load(case / "expected.npz") as arrays:
        found = {"input": arrays["input"], "output": arrays["output"]}
        for index, (name, _) in enumerate(told["layers"]):
            if f"layer{index}" in arrays:
                found[name.split(":", 1)[-1]] = arrays[f"layer{index}"]
        np.savez(folder / "expected.npz", **found)
    return folder / "expected.npz"


def opened(page: Page, case: Path) -> None:
    give(page, files_of(case))
    expect(
        page.locator(f"{PANEL}:not([data-busy])").and_(page.locator(f"{PANEL}:not([data-stage=reading])"))
    ).to_have_count(1)
    architecture = page.locator(f"{PANEL} .own-refusal [data-choice]")
    if architecture.count():
        architecture.first.click()
    wait_until_open(page)


@pytest.mark.skipif(not CASES, reason="the model files of real people are not beside the repository")
@pytest.mark.parametrize("name", chosen(CASES))
def test_a_case_is_drawn_and_computes_what_its_own_runtime_does(visit: Visit, tmp_path: Path, name: str) -> None:
    case = DATA / "models" / name
    visited = visit()
    visited.expect("422")  # weights alone are refused until somebody says which network they belong to
    page = visited.go()
    opened(page, case)
    layers = int(page.locator(f"{PANEL} [data-fact=layers] dd").inner_text())
    allowed = 1e-4 if layers > DEEP else 1e-5

    give(page, [expected(case, tmp_path)])
    verdict = page.locator(f"{PANEL} .own-verdict")
    expect(verdict).to_have_attribute("data-verdict", "same")
    page.click(f"{PANEL} .own-layers summary")
    differences = [float(text) for text in page.locator(f"{PANEL} .own-layers td.number").all_inner_texts()]
    assert max(differences) <= allowed, verdict.inner_text()

    theirs, ours = map(float, re.findall(r"-?\d+\.\d+", page.locator(f"{PANEL} [data-part=both]").inner_text()))
    with np.load(case / "expected.npz") as arrays:
        output = arrays["output"].ravel()
    assert abs(theirs - float(output.max())) <= 1e-5 * max(1.0, float(abs(output).max()))
    assert abs(theirs - ours) <= 2e-5 * max(1.0, float(abs(output).max()))


@pytest.mark.skipif(not REFUSED.is_dir(), reason="the model files of real people are not beside the repository")
def test_what_cannot_be_shown_is_refused_in_words(visit: Visit) -> None:
    visited = visit()
    visited.expect("422")
    page = visited.go()
    names = sorted(path.name for path in REFUSED.iterdir() if path.name != "expected.json")
    assert names == sorted(SAYS)
    for name in names:
        give(page, [REFUSED / name])
        refusal = page.locator(f"{PANEL}:not([data-busy]) .own-refusal")
        expect(refusal).to_contain_text(name)
        sentences = page.locator(f"{PANEL} .own-problems li").all_inner_texts()
        assert sentences, name
        assert not [text for text in sentences if "{" in text], sentences
        for part in SAYS[name]:
            assert part in " ".join(sentences), (name, part, sentences)
        assert page.locator('[data-notice="picture"]').count() == 0, name
        page.reload()
        page.wait_for_load_state()
        page.wait_for_selector("loupe-strip .thumb.add")
