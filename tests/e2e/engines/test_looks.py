"""What an engine draws in a way of its own: legends, shadows of rows, lines under formulas, names that break, formulas
in wide boxes. Where the computed style says one thing and the screen another, the screen counts: pixels are looked at.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.e2e.engines.window import Launch, Window

ACCENT = (0xE8, 0x59, 0x0C)  # --accent-mark, light
TITLE = "loupe-header .segments > .group-title"
# A page with a scroll bar that takes room, as on Windows and Linux, has so much less than its window.
WITH_SCROLLBAR = 1440 - 17


def drawn(window: Window, file: Path) -> npt.NDArray[np.int64]:
    """The window's pixels, (height, width, 3)."""
    window.shot(file)
    with Image.open(file) as opened:
        return np.asarray(opened.convert("RGB")).astype(np.int64)


def share(pixels: npt.NDArray[np.int64], colour: tuple[int, int, int]) -> float:
    """How many of the pixels have a colour, give or take a colour profile."""
    if pixels.size == 0:
        return 0.0
    return float((np.abs(pixels - np.array(colour)).max(-1) <= 24).mean())


def box(window: Window, selector: str) -> dict[str, float]:
    """The first shown element's box, once it has been brought into sight and stays where it is."""
    window.place(selector)
    found: dict[str, float] = window.run(
        """const one = [...document.querySelectorAll(arguments[0])].find((each) => each.getClientRects().length);
           const { left, top, right, bottom } = one.getBoundingClientRect();
           return { left, top, right, bottom };""",
        selector,
    )
    return found


def test_the_header_is_one_line(launch: Launch) -> None:
    window = launch()
    window.go()
    title = box(window, TITLE)
    first = box(window, "loupe-header .segments label")
    assert title["right"] <= first["left"] + 1, "the title stands before its choices"
    middle = [(one["top"] + one["bottom"]) / 2 for one in (title, first)]
    assert abs(middle[0] - middle[1]) <= 3, "on one line with them"
    borders = window.run("return getComputedStyle(document.querySelector(arguments[0])).borderWidth", TITLE)
    assert borders == "0px", "and has not the box of a choice"
    header, high = box(window, "loupe-header"), first["bottom"] - first["top"]
    assert header["bottom"] - header["top"] < 2.5 * high


def test_what_is_chosen_and_what_can_be_clicked_is_drawn_so(launch: Launch, tmp_path: Path) -> None:
    window = launch()
    window.open("softmax:softmax[6]")
    window.move(1, 1)
    row = box(window, ".softmax-table .chosen > :first-child")
    seen = drawn(window, tmp_path / "softmax.png")
    window.look("looks-softmax")
    bar = seen[round(row["top"]) + 3 : round(row["bottom"]) - 3, round(row["left"]) : round(row["left"]) + 4]
    assert share(bar.max(axis=1, initial=0, where=_is(bar, ACCENT)), ACCENT) > 0.9, "a bar along the chosen row"

    window.size(WITH_SCROLLBAR, 900)
    window.show("neuron:conv_1_2[3,30,24]")
    number = box(window, ".formula-parts mn[data-place]")
    seen = drawn(window, tmp_path / "neuron.png")
    window.look("looks-neuron")
    below = seen[
        round(number["bottom"]) - 2 : round(number["bottom"]) + 2,
        round(number["left"]) + 1 : round(number["right"]) - 1,
    ]
    # At fractions of a pixel the line is paler, over two rows.
    ground = seen[round(number["bottom"]) + 3, round(number["left"])]
    drawn_under = [(np.abs(line - ground).max(-1) > 30).mean() for line in below]
    assert max(drawn_under) > 0.9, "a line under a number that can be clicked"


def _is(pixels: npt.NDArray[np.int64], colour: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    near: npt.NDArray[np.bool_] = np.abs(pixels - np.array(colour)).max(-1, keepdims=True) <= 24
    return near


# Names whose text stands on more than one line, and boxes that are narrower than what is in them.
CRAMPED = """
  const lines = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return new Set([...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.bottom / 4)))
      .size;
  };
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  return [
    ...shown(".operand-list .operand-name").filter((one) => lines(one) > 1).map((one) => `breaks: ${one.textContent}`),
    ...shown(".formula-box").filter((one) => one.scrollWidth > one.clientWidth).map(() => "formula wider than its box"),
  ];
"""


def test_names_of_operands_do_not_break_and_formulas_fit(launch: Launch) -> None:
    window = launch()
    window.go()
    window.size(WITH_SCROLLBAR, 900)
    cramped: dict[str, Any] = {}
    for view in ("neuron:conv_2_2[9,23,12]", "output:output[6]", "pooling:max_pool_1[9,29,29]"):
        window.show(view)
        names = window.run("return document.querySelectorAll('.operand-list .operand-name').length")
        assert names > 2, f"{view} names its operands"
        if found := window.run(CRAMPED):
            cramped[view] = found
        window.look(f"looks-operands-{view.split(':')[0]}")
    assert cramped == {}
    family = window.run("return getComputedStyle(document.querySelector('.formula-parts math')).fontFamily")
    assert family.startswith('"STIX Two Math"'), "the same font is asked for everywhere"


def test_formulas_of_a_chapter_begin_at_the_left_and_keep_their_distance(launch: Launch) -> None:
    window = launch()
    window.go("/#learn-convolution")
    chapter = "article[data-chapter=convolution][data-settled]"
    window.until(f"return document.querySelector('{chapter} .learn-widget-sum .learn-formula') !== null", "the sum")
    lines = window.run(
        """const sum = document.querySelector(arguments[0]);
           const start = sum.getBoundingClientRect().left + parseFloat(getComputedStyle(sum).paddingLeft)
             + parseFloat(getComputedStyle(sum).borderLeftWidth);
           return [...sum.querySelectorAll(".learn-formula")].map((one) => {
             const { left, top, bottom } = one.getBoundingClientRect();
             return [left - start, top, bottom];
           });""",
        f"{chapter} .learn-widget-sum",
    )
    window.look("looks-chapter")
    assert len(lines) >= 2
    assert [left for left, *_ in lines if abs(left) > 2] == []
    gaps = [after[1] - before[2] for before, after in pairwise(lines)]
    assert min(gaps) >= 3
