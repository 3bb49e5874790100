"""Every mark on a map lies on the cells it is about, to within one CSS pixel, in every engine.

What a mark is about is worked out here, from the model's description and the API's values; what is measured is the
box that the browser made of it. Places near the last row and column show errors that grow with the index.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tests.conftest import RunningServer
from tests.e2e.engines.window import Launch, Window
from tests.e2e.opened import Truth

TOLERANCE = 1.0  # CSS pixels
HEIGHTS = (731, 900)  # small maps are smaller, and have other fractions of a pixel, in a low window

# Boxes in cells of their map: [what, map's rows, map's columns, top, left, bottom, right, size of a row, of a column].
MARKS = """
  const found = [];
  const put = (what, mark, canvas) => {
    const [box, map] = [mark.getBoundingClientRect(), canvas.getBoundingClientRect()];
    if (!box.width || !map.width || getComputedStyle(mark).display === "none") return;
    const [high, wide] = [map.height / canvas.height, map.width / canvas.width];
    found.push([what, canvas.height, canvas.width, (box.top - map.top) / high, (box.left - map.left) / wide,
      (box.bottom - map.top) / high, (box.right - map.left) / wide, high, wide]);
  };
  for (const mark of document.querySelectorAll(".heat > .mark"))
  {
    const canvas = mark.parentElement.querySelector("canvas");
    put([...mark.classList].find((name) => name.startsWith("mark-")), mark, canvas);
    [...mark.children].forEach((cell, index) => put(`cell ${index} of a kernel with gaps`, cell, canvas));
  }
  for (const mark of document.querySelectorAll(".sidebar-window"))
    put("sidebar:" + mark.closest("[data-sidebar-layer]").dataset.sidebarLayer, mark,
        mark.parentElement.querySelector("canvas"));
  return found;
"""


class Region(NamedTuple):
    """Cells of a map; `bottom` and `right` are the first ones that no longer belong to it."""

    top: int
    left: int
    bottom: int
    right: int


def cell(row: int, column: int) -> Region:
    return Region(row, column, row + 1, column + 1)


def windows_behind(truth: Truth, layer: str, row: int, column: int) -> dict[str, Region]:
    """What a value of a map sees of the maps before it, down to the input (layers in a row, as Tiny VGG has them)."""
    names = [one["name"] for one in truth.layers]
    region = cell(row, column)
    found = {layer: region}
    for index in range(names.index(layer), -1, -1):
        one = truth.layers[index]
        source = names[index - 1] if index else "input"
        if one["kind"] == "conv2d":
            size, stride, padding = one["kernel"], one["stride"], one["padding"]
        elif one["kind"] == "max_pool2d":
            size, stride, padding = one["window"], one["stride"], one["padding"]
        else:
            size, stride, padding = (1, 1), (1, 1), (0, 0)
        region = Region(
            region.top * stride[0] - padding[0],
            region.left * stride[1] - padding[1],
            (region.bottom - 1) * stride[0] - padding[0] + size[0],
            (region.right - 1) * stride[1] - padding[1] + size[1],
        )
        found[source] = region
    return found


def off(mark: list[Any], region: Region) -> float:
    """How far an edge of a mark is from where the edge of its cells is, in CSS pixels."""
    _what, _rows, _columns, *box, high, wide = mark
    return max(
        abs(measured - meant) * scale
        for measured, meant, scale in zip(box, region, (high, wide, high, wide), strict=True)
    )


def astray(window: Window, meant: dict[tuple[str, int, int], Region], at_least: int) -> list[str]:
    """Marks that are not where they should be. Every mark of the view has to be meant, each that is meant be there."""
    marks = window.run(MARKS)
    kinds = {(what, rows, columns) for what, rows, columns, *_ in marks}
    assert kinds >= meant.keys(), f"marks that the view lacks: {meant.keys() - kinds}"
    unknown = [kind for kind in kinds - meant.keys() if not kind[0].startswith("sidebar:")]
    assert not unknown, f"marks that nothing is known of: {unknown}"
    assert len(marks) >= at_least, f"{len(marks)} marks"
    return [
        f"{what} on {rows}×{columns}: {off(mark, meant[what, rows, columns]):.2f} px from "
        f"{tuple(meant[what, rows, columns])}"
        for mark in marks
        if (what := mark[0], rows := mark[1], columns := mark[2]) in meant
        and off(mark, meant[what, rows, columns]) > TOLERANCE
    ]


def sidebar(truth: Truth, behind: dict[str, Region]) -> dict[tuple[str, int, int], Region]:
    """The windows on the small maps beside a view: at least three pixels large, so only those of some cells can be
    measured.
    """
    shapes = {name: tensor.shape for name, tensor in truth.tensors.items()}
    return {
        (f"sidebar:{name}", *shapes[name][1:]): region
        for name, region in behind.items()
        if region.bottom - region.top >= 6 and name in shapes
    }


def cases(truth: Truth) -> dict[str, tuple[dict[tuple[str, int, int], Region], int]]:
    """Views of Tiny VGG by address: the marks on them, by kind and size of the map, and how many there are at least."""
    row, column = 57, 58
    behind = windows_behind(truth, "conv_1_2", row, column)
    field = {("mark-field", 64, 64): behind["input"]}
    convolution = {
        ("mark-window", 62, 62): behind["relu_1_1"],
        ("mark-cell", 60, 60): cell(row, column),
    }
    pooled = truth.tensors["relu_1_2"][2, 54:56, 56:58]
    winner = divmod(int(pooled.argmax()), 2)
    assert pooled.max() > 0, "the example needs a winner"
    pool_behind = windows_behind(truth, "max_pool_1", 27, 28)
    last = windows_behind(truth, "max_pool_2", 11, 12)
    element = 11 * 13 + 12
    return {
        f"neuron:conv_1_2[3,{row},{column}]": (convolution | field | sidebar(truth, behind), 22),
        f"microscope:conv_1_2[3,{row},{column}]!7": (convolution | field | sidebar(truth, behind), 3),
        "activation:relu_1_1[4,60,59]": (
            {
                ("mark-cell", 62, 62): cell(60, 59),
                ("mark-field", 64, 64): windows_behind(truth, "relu_1_1", 60, 59)["input"],
            },
            3,
        ),
        "pooling:max_pool_1[2,27,28]": (
            {
                ("mark-window", 60, 60): Region(54, 56, 56, 58),
                ("mark-winner", 60, 60): cell(54 + winner[0], 56 + winner[1]),
                ("mark-cell", 30, 30): cell(27, 28),
                ("mark-field", 64, 64): pool_behind["input"],
            }
            | sidebar(truth, pool_behind),
            4,
        ),
        f"flatten:flatten[{3 * 169 + element}]": (
            {
                ("mark-cell", 13, 13): cell(11, 12),
                ("mark-cell", 1, 169): cell(0, element),
                ("mark-field", 64, 64): last["input"],
            }
            | sidebar(truth, last),
            3,
        ),
        "pixels:input[1,62,61]": (
            {("mark-cell", 64, 64): cell(62, 61), ("mark-window", 64, 64): Region(59, 59, 64, 64)},
            7,
        ),
    }


# Ratios of device pixels to CSS pixels; WebKitGTK knows whole ones only.
RATIOS = {"chromium": (1, 1.25, 2), "firefox": (1, 1.5), "webkit": (1, 2)}


def test_marks_lie_on_their_cells(launch: Launch, engine: str, live_server: RunningServer) -> None:
    wrong = []
    truth = Truth.of(live_server.url)
    for ratio in RATIOS[engine]:
        window = launch(ratio=ratio)
        window.go()
        assert math.isclose(window.run("return devicePixelRatio"), ratio)
        for view, (meant, at_least) in cases(truth).items():
            window.show(view)
            for height in HEIGHTS:
                window.size(1440, height)
                window.look(f"marks-{ratio:g}-{height}-{view.split(':')[0]}")
                wrong += [f"{ratio:g} pixels, {height}: {view}: {line}" for line in astray(window, meant, at_least)]
    assert wrong == []


def test_marks_lie_on_their_cells_in_padding_and_with_gaps(launch: Launch, live_server: RunningServer) -> None:
    """A kernel of 3×1 whose rows are three apart, over a map with three rows of padding above and below."""
    truth = Truth.of(live_server.url, "deep")
    shapes = {name: tensor.shape[1:] for name, tensor in truth.tensors.items()}
    (rows, columns), out = shapes["sigmoid1"], shapes["c5"]
    row, column, padding = 9, 4, 3
    seen = next(one["receptive_field"] for one in truth.layers if one["name"] == "c5")
    top, left = (start + jump * at for start, jump, at in zip(seen["start"], seen["jump"], (row, column), strict=True))
    meant = {
        ("mark-cell", *out): cell(row, column),
        ("mark-field", *shapes["input"]): Region(top, left, top + seen["size"][0], left + seen["size"][1]),
    }
    # The microscope draws the padding, the rows of the neuron beside it do not.
    for first, drawn in ((row, rows + 2 * padding), (row - padding, rows)):
        meant["mark-window", drawn, columns] = Region(first, column, first + 7, column + 1)
        meant |= {(f"cell {u} of a kernel with gaps", drawn, columns): cell(first + 3 * u, column) for u in range(3)}
    window = launch()
    window.open(f"microscope:c5[1,{row},{column}]!2&model=deep")
    window.look("marks-gaps")
    assert astray(window, meant, 10) == []
