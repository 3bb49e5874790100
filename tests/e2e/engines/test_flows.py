"""What people do first, in the engines that the other browser tests do not run in. Consoles must stay silent
(conftest).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunningServer
from tests.e2e.engines.conftest import OTHERS
from tests.e2e.engines.window import Launch, Window
from tests.e2e.opened import Truth
from tests.e2e.own import INPUT

others = pytest.mark.parametrize("engine", OTHERS)
UNIT = '.network-unit[data-layer="{}"][data-unit="{}"]'


def explained(window: Window, place: str) -> float:
    """The explained number, once it is of this place."""
    return float(
        window.until(
            "return document.querySelector(`[data-explained='${arguments[0]}']`)?.dataset.value",
            f"{place} explained",
            place,
        )
    )


def closed(window: Window) -> None:
    window.until("return !document.querySelector('loupe-view[data-open]')", "the network")


@others
def test_from_the_network_to_a_number_and_back(launch: Launch, live_server: RunningServer) -> None:
    truth = Truth.of(live_server.url)
    window = launch()
    window.go()
    window.point(UNIT.format("conv_1_2", 3))
    window.until(
        "return document.querySelector('loupe-inspector').textContent.includes('conv_1_2[3]')", "the inspector"
    )
    window.look("hover")
    window.click(UNIT.format("conv_1_2", 3))
    window.settled("neuron")
    place = window.until("return document.querySelector('[data-explained]')?.dataset.explained", "a number")
    assert math.isclose(explained(window, place), truth.value(place), rel_tol=1e-6)
    window.look("neuron")
    # A pointed at position is read out, a clicked one goes into the address.
    window.click(".heat.output", 0.5 / 60, 10.5 / 60)
    assert math.isclose(explained(window, "conv_1_2[3,10,0]"), truth.value("conv_1_2[3,10,0]"), rel_tol=1e-6)
    window.click('.neuron-row[data-row="2"] .kernel')
    window.settled("microscope")
    window.look("microscope")
    window.key("Escape")
    window.until("return !document.querySelector('[data-view=microscope]')", "the neuron without the card")
    window.key("Escape")
    closed(window)
    window.click('[data-layer="output"][data-unit="6"]')
    window.settled("output")
    window.look("class")
    window.click("[data-action=open-softmax]")
    window.settled("softmax")
    assert explained(window, "softmax[6]") == pytest.approx(truth.value("softmax[6]"), rel=1e-5)
    window.look("softmax")
    window.back()
    window.settled("output")
    window.reload()
    window.ready()
    window.settled("output")
    assert explained(window, "output[6]") == pytest.approx(truth.value("output[6]"), rel=1e-5)


@others
def test_an_own_picture_stands_upright_and_is_kept(launch: Launch, picture: Callable[..., Path]) -> None:
    """A JPEG that lies on its side: its blue quarter, stored below, belongs to the upper left."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    file = picture("phone.jpg", (240, 160), quality=95, exif=exif.tobytes())
    window = launch()
    window.go()
    window.upload(INPUT, file)
    window.until("return document.querySelectorAll('button[data-own]').length === 1", "the picture in the strip")
    window.until("return !document.querySelector('loupe-crop')?.hidden", "the crop editor")
    for _ in range(2):
        corner = window.until(
            """const small = document.querySelector("button[data-own] img");
               if (!small?.naturalWidth) return null;
               const canvas = document.createElement("canvas");
               const context = canvas.getContext("2d");
               context.drawImage(small, 0, 0, 8, 8);
               const pixel = [...context.getImageData(2, 2, 1, 1).data];
               return pixel[3] ? pixel : null; // WebKit paints nothing before it has decoded""",
            "the picture's small square",
        )
        assert corner[2] > 150 > 110 > corner[0], f"upper left of the upright picture: {corner}"
        window.look("own")
        # Firefox tells of a style sheet that leaving has broken off.
        window.until(
            "return document.readyState === 'complete'"
            " && [...document.querySelectorAll('link[rel=stylesheet]')].every((one) => one.sheet)",
            "every style sheet",
        )
        window.reload()
        window.ready()


@others
def test_a_chapter_its_widget_and_a_question(launch: Launch) -> None:
    window = launch()
    window.go("/#learn-convolution")
    chapter = "article[data-chapter=convolution][data-settled]"
    window.until(f"return document.querySelector('{chapter}') !== null", "the chapter")
    readout = f"return document.querySelector('{chapter} .learn-formula .learn-result').textContent"
    before = window.run(readout)
    window.click(f"{chapter} [data-row='6'][data-column='6']")
    window.until(readout + " !== arguments[0] || null", "another sum", before)
    window.look("chapter")
    question = f"{chapter} loupe-question:not([hidden])"
    expected = float(window.run(f"return document.querySelector('{question}').dataset.expected"))
    feedback = f"return document.querySelector('{question} .learn-question-feedback').textContent"
    window.click(f"{question} [data-do=reveal]")
    revealed = window.until(feedback, "the revealed answer")
    for typed, verdict in ((expected * 3 + 7, "!=="), (expected, "===")):
        window.run(f"document.querySelector('{question} input').value = ''")
        window.click(f"{question} input")
        window.type(f"{typed:.5f}".rstrip("0").rstrip("."))
        window.click(f"{question} [data-do=check]")
        judged = (
            f"const said = document.querySelector('{question}').dataset.verdict; return said && said !== "
            f"'revealed' && said {verdict} 'right'"
        )
        window.until(judged, f"a verdict on {typed}")
        assert window.run(feedback) != revealed
    window.look("question")


@others
def test_language_and_theme(launch: Launch) -> None:
    window = launch()
    window.open("neuron:conv_2_1[2]")
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    light = window.run(ground)
    for _ in range(2):
        if window.run("return document.documentElement.dataset.theme") != "dark":
            window.click("[data-action=theme]")
    assert window.run("return document.documentElement.dataset.theme") == "dark"
    assert window.run(ground) != light
    window.look("dark")
    window.follow(".languages a[lang=zh-Hans]")
    window.ready()
    window.settled("neuron")
    assert window.run("return document.documentElement.lang") == "zh-Hans"
    assert window.run("return document.documentElement.dataset.theme") == "dark", "the theme is remembered"
    window.look("dark-zh")


@others
def test_reduced_motion_and_presenting(launch: Launch) -> None:
    window = launch(reduced_motion=True)
    window.go()
    assert window.run("return matchMedia('(prefers-reduced-motion: reduce)').matches")
    window.key("p")
    window.until("return document.documentElement.hasAttribute('data-present')", "the presentation")
    window.click(UNIT.format("conv_2_2", 1))
    window.settled("neuron")
    assert window.run("return document.getAnimations().filter(({ playState }) => playState === 'running').length") == 0
    window.look("presenting")
    window.key("Escape")
    closed(window)
    for _ in range(2):  # first what the pointer lights, then the presentation
        window.key("Escape")
    window.until("return !document.documentElement.hasAttribute('data-present')", "the page as it was")
