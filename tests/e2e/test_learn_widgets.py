"""Every playground of Learn, worked by keyboard, its numbers held to the engine's."""

from __future__ import annotations

import math
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cnn_loupe.engine import zoo
from cnn_loupe.engine.layers import Conv2D
from cnn_loupe.engine.layers.softmax import softmax
from tests.conftest import RunningServer
from tests.e2e.conftest import Visit
from tests.e2e.test_learn import PATIENCE, article

pytestmark = pytest.mark.browser


@pytest.fixture
def play(visit: Visit) -> Callable[[str, str], tuple[Page, Locator]]:
    """`play("softmax", "softmax")`: the page and the playground of a chapter; one page for all of a test."""
    opened: list[Page] = []

    def go(chapter: str, name: str) -> tuple[Page, Locator]:
        if not opened:
            visited = visit()
            visited.context.set_default_timeout(PATIENCE)
            opened.append(visited.go(f"/#learn-{chapter}"))
        page = opened[0]
        page.evaluate("(id) => { location.hash = `#learn-${id}` }", chapter)
        return page, article(page, chapter).locator(f"loupe-learn-{name}")

    return go


Play = Callable[[str, str], tuple[Page, Locator]]


def value(found: Locator, name: str = "data-value") -> float:
    return float(found.get_attribute(name) or "nan")


def sample_run(server: RunningServer, layers: str) -> dict[str, object]:
    """The default picture's run, as the API gives it."""
    base = f"{server.url}/api/v1/models/tiny-vgg"
    sample = httpx.get(base).json()["samples_default"]
    found: dict[str, object] = httpx.post(
        f"{base}/runs?encoding=list&layers={layers}", json={"sample": sample}, timeout=60
    ).json()
    return found


def cell(grid: Locator, row: int, column: int) -> Locator:
    return grid.locator(f"[data-row='{row}'][data-column='{column}']")


def test_small_pictures_and_windows(play: Play) -> None:
    page, box = play("dense-vs-conv", "counts")
    box.locator("[data-do=colour32]").press("Enter")
    assert value(box.locator("[data-value][data-count=convolution]")) == 140
    box.locator("[data-slider=filters]").press("ArrowRight")
    assert value(box.locator("[data-value][data-count=convolution]")) == 6 * 28

    page, box = play("dense-vs-conv", "as-matrix")
    cell(box.locator("[data-grid=result]"), 1, 2).focus()
    assert box.get_attribute("data-place") == "5"
    row = [value(found) for found in box.locator("[data-grid=matrix] [role=row]").nth(5).locator("[data-value]").all()]
    assert [at for at, weight in enumerate(row) if weight] == [6, 7, 10, 11]  # the window at (1, 2) of 4×4
    before = [value(found) for found in box.locator("[data-grid=result] [data-value]").all()]
    box.locator("[data-toggle=shuffle]").press("Space")
    expect(box.locator(".learn-widget-note")).to_contain_text("shuffled")
    assert [value(found) for found in box.locator("[data-grid=result] [data-value]").all()] == before

    page, box = play("convolution", "convolution")
    result = box.locator("[data-grid=result]")
    cell(result, 3, 3).focus()
    box.locator("[data-choice='kernel:small-x']").check(force=True)
    assert value(box.locator(".learn-widget-value")) == 1
    cell(box.locator("[data-grid=picture]"), 4, 4).press("Enter")  # the crossing becomes −1
    assert value(box.locator(".learn-widget-value")) == pytest.approx(7 / 9)
    page.keyboard.press("ArrowRight")
    assert box.locator(".learn-widget-value").get_attribute("data-at") == "3,4"
    box.locator("[data-choice='picture:letter-x']").check(force=True)
    box.locator("[data-choice='picture:circle']").check(force=True)
    picture = np.full((1, 9, 9), -1.0)
    for row, columns in {1: "345", 2: "26", 3: "17", 4: "17", 5: "17", 6: "26", 7: "345"}.items():
        for column in columns:
            picture[0, row, int(column)] = 1
    line = np.tile([-1.0, 1.0, -1.0], (5, 1))[None, None]
    box.locator("[data-choice='kernel:line']").check(force=True)
    expected, _ = Conv2D("c", 1, kernel=(5, 3)).forward_of(picture, {"weight": line, "bias": np.zeros(1)})
    shown = [[value(cell(result, i, j)) for j in range(expected.shape[2])] for i in range(expected.shape[1])]
    np.testing.assert_allclose(shown, expected[0] / 15, atol=1e-9)

    page, box = play("hyperparameters", "sliding")
    box.locator("[data-slider=padding]").press("ArrowRight")
    assert value(box.locator("[data-output]")) == 9
    box.locator("[data-slider=stride]").press("ArrowRight")
    assert value(box.locator("[data-output]")) == 5
    box.locator("[data-slider=padding]").press("Home")
    box.locator("[data-slider=kernel]").press("End")
    box.locator("[data-slider=size]").press("Home")
    expect(box.locator(".learn-widget-note.warning")).to_contain_text("at most 1")
    assert box.locator("[data-grid=output]").is_hidden()
    box.locator("[data-do=plain]").press("Enter")
    box.locator("[data-slider=kernel]").press("Home")
    for _ in range(3):
        box.locator("[data-slider=stride]").press("ArrowRight")  # 9 cells, windows of 1, steps of 4
    expect(box.locator(".learn-widget-note")).to_contain_text("between two windows 3 rows and columns are skipped")
    expect(box.locator(".learn-widget-note")).not_to_contain_text("exactly")

    page, box = play("pooling", "pooling")
    box.locator("[data-slider=stride]").press("ArrowRight")  # windows of 2, steps of 3
    expect(box.locator(".learn-widget-note")).to_contain_text("28 of the 64 cells lie under no window")
    box.locator("[data-slider=stride]").press("Home")
    expect(box.locator(".learn-widget-note")).to_contain_text("one value can win several times")
    box.locator("[data-slider=stride]").press("ArrowRight")
    box.locator("[data-do=right]").press("Enter")
    expect(box.locator(".learn-widget-note")).to_contain_text("5 windows are not empty")
    expect(box.locator(".learn-widget-note")).to_contain_text("In 3 of them the maximum is still what it was, in 0")
    expect(box.locator("[data-grid=max] .is-changed")).to_have_count(2)
    box.locator("[data-do=unshift]").press("Enter")
    grid = box.locator("[data-grid=map]")
    cell(grid, 0, 0).focus()
    page.keyboard.press("7")
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    assert value(cell(grid, 0, 0)) == 75
    assert value(box.locator("[data-pool=max]")) == 75
    assert value(box.locator("[data-pool=average]")) == 75 / 4
    box.locator("[data-do=right]").press("Enter")
    expect(box.locator(".learn-widget-note")).to_contain_text("the maximum is still what it was")


def test_functions_and_gradients(play: Play) -> None:
    page, box = play("activation", "activation")
    slider = box.locator("[data-slider=x]")
    slider.press("Home")
    assert value(box.locator("[data-activation=relu]")) == 0
    assert value(box.locator("[data-activation=leaky_relu]")) == pytest.approx(-0.5)
    assert value(box.locator("[data-activation=sigmoid]")) == pytest.approx(1 / (1 + math.exp(5)))
    assert value(box.locator("[data-slope=tanh]")) == pytest.approx(1 - math.tanh(5) ** 2)

    page, box = play("activation", "collapse")
    assert box.get_attribute("data-differ") == "0"
    box.locator("[data-toggle=bend]").press("Space")
    differ = int(box.get_attribute("data-differ") or 0)
    assert differ > 0
    expect(box.locator("[data-grid=apart] .is-changed")).to_have_count(differ)

    page, box = play("softmax", "softmax")
    box.locator("[data-do=negative]").press("Enter")
    z = np.array([[-2, 1, -0.5, 0.8][k % 4] for k in range(10)])
    shown = [value(found) for found in box.locator("[data-bars=softmax] .learn-bar-value").all()]
    np.testing.assert_allclose(shown, softmax(z)[0], atol=1e-12)
    assert value(box.locator("[data-sum=softmax]")) == pytest.approx(1)
    plain = [value(found) for found in box.locator("[data-bars=plain] .learn-bar-value").all()]
    assert min(plain) < 0
    box.locator("[data-slider=temperature]").press("End")
    hot = [value(found) for found in box.locator("[data-bars=softmax] .learn-bar-value").all()]
    np.testing.assert_allclose(hot, softmax(z / 10)[0], atol=1e-9)

    page, box = play("descent", "descent")
    box.locator("[data-do=ten]").press("Enter")
    w = -0.5
    for _ in range(10):
        w -= 0.06 * sum(2 * x * (w * x - y) for x, y in ((1, 0.9), (2, 1.4), (3, 2.5))) / 3
    assert value(box, "data-weight") == pytest.approx(w)
    box.locator("[data-do=large]").press("Enter")
    box.locator("[data-do=ten]").press("Enter")
    assert box.get_attribute("data-course") == "leaves"
    expect(box.locator(".learn-widget-readout")).to_contain_text("outside the chart")
    expect(box.locator("tbody tr")).to_have_count(8)

    page, box = play("chain-rule", "chain")
    for known, gradient in enumerate((2, 2, 2, 2, 3, 4)):  # f = 2 · 1.5 − 1 = 2, y = 1
        assert box.get_attribute("data-known") == str(known)
        expect(box.locator("[data-gradient]")).to_have_count(known)
        box.locator(".learn-predict input").fill(str(gradient + 1))
        box.locator("[data-do=predict]").press("Enter")
        expect(box.locator(".learn-predict-said")).not_to_be_empty()
        box.locator(".learn-predict input").fill(str(gradient))
        box.locator(".learn-predict input").press("Enter")
    expect(box.locator(".learn-predict")).to_have_count(0)
    assert value(box.locator("[data-node=w] [data-gradient]"), "data-gradient") == 3

    page, box = play("backpropagation", "backprop")
    for name in ("convolution", "dense", "softmax"):
        box.locator(f"[data-choice='operation:{name}']").check(force=True)
        expect(box.locator("[data-loss]")).to_have_count(1)  # forwards first
        for _ in range(1 if name == "softmax" else 3):
            box.locator("[data-do=on]").press("Enter")
            expect(box.locator("[data-check]")).to_have_count(0)
            box.locator(".learn-predict input").fill(box.locator(".learn-predict").get_attribute("data-expected") or "")
            box.locator("[data-do=predict]").press("Enter")
            readout = box.locator("[data-check]")
            assert value(readout) == pytest.approx(value(readout, "data-check"), abs=1e-5)
    box.locator("[data-choice='operation:convolution']").check(force=True)
    box.locator("[data-do=on]").press("Enter")
    box.locator("[data-do=show]").press("Enter")
    cell(box.locator("[data-grid=X]"), 0, 0).focus()
    for key in ("4", "Enter"):
        page.keyboard.press(key)
    cell(box.locator("[data-grid='grad W']"), 0, 0).focus()
    assert value(box.locator("[data-check]")) == pytest.approx(4 * 1 + 2 * -2 + 0 * 0.5 + 1 * 1)
    assert box.locator("[data-grid=X] .is-term").count() == 4

    page, box = play("training", "batches")
    assert value(box, "data-updates") == 10
    box.locator("[data-choice='batch:4']").check(force=True)
    assert value(box, "data-updates") == 160
    calm = value(box, "data-loss")
    box.locator("[data-slider=rate]").press("End")
    box.locator("[data-slider=momentum]").press("End")
    assert not value(box, "data-loss") < 2 * calm


def test_the_network_s_own_numbers(play: Play, live_server: RunningServer) -> None:
    model = zoo.load("tiny-vgg")
    run = sample_run(live_server, "max_pool_2")
    picture = np.array(run["input"]["data"])  # type: ignore[index]
    maps = np.array(run["layers"][0]["tensor"]["data"])  # type: ignore[index]

    _, box = play("cnn", "neuron")
    box.locator("select").select_option("conv_1_2")
    expect(box.locator(".learn-widget-readout")).to_contain_text("all 10 maps of relu_1_1")
    expect(box.locator(".learn-widget-readout")).to_contain_text("91")

    page, box = play("image", "pixels")
    box.locator("[data-grid=picture]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    for channel in range(3):
        shown = value(box.locator(f".learn-pixel-value[data-channel='{channel}']"))
        assert shown == pytest.approx(picture[channel, 33, 33], abs=1e-7)

    page, box = play("flatten", "flatten")
    box.locator("[data-slider=index]").press("Home")
    box.locator("[data-slider=index]").press("ArrowRight")
    weight = model.network.parameters["output.weight"]
    shown = [value(found) for found in box.locator("[data-bars=weights] .learn-bar-value").all()]
    np.testing.assert_allclose(shown, weight[:, 1] * maps.ravel()[1], atol=1e-6)

    page, box = play("beyond", "change")
    before = box.get_attribute("data-top")
    box.locator("[data-slider=brightness]").press("End")  # all white: no cup is left
    expect(box).not_to_have_attribute("data-top", before or "")
    white = model.network.run(np.ones((3, 64, 64), dtype=np.float32))
    assert int(box.get_attribute("data-top") or -1) == int(white.logits.argmax())  # type: ignore[union-attr]
    box.locator("[data-do=reset]").press("Enter")
    expect(box).to_have_attribute("data-top", before or "")

    page, box = play("overfitting", "training")
    training = model.description.get("training") or {}
    if "confusion" in training:
        counts = training["confusion"]["counts"]
        grid = box.locator("[data-grid=confusion]")
        cell(grid, 2, 2).focus()
        assert value(cell(grid, 2, 2)) == counts[2][2]
        expect(box.locator(".learn-confusion .learn-widget-readout")).to_contain_text(str(counts[2][2]))
        box.locator("[data-chart=accuracy]").press("ArrowLeft")
        expect(box.locator("[data-chart=accuracy] .learn-dot")).to_have_count(2)
    else:
        expect(box.locator("[data-training=none]")).to_be_visible()
