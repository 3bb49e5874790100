"""Every number of an opened view, held against NumPy on the API's tensors.

What says where it lies (`data-place`) must be the engine's float32 itself. What the page works out beside it
(products, partial sums, contributions, shares) is worked out here again in float64, from tensors and weights.
And whatever is written must be the rounding of the full number behind it.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator

import numpy as np
from playwright.sync_api import Page

from tests.e2e.opened import Truth, explained, wrong_values

Found = Iterator[str]

ALL_ROWS = 24  # classes whose rows all exist at once
LISTED = 60  # neurons of the next layer that are listed before more are asked for
PATIENCE = 4  # how often what is wrong is read again

# Where the text of a number stands, if the element that carries it holds more than its digits.
TEXTS = """() => [...document.querySelectorAll('loupe-view [data-value]')]
  .filter((one) => one.checkVisibility()).flatMap((one) => {
    const said = one.querySelector(':scope > .operand-value, :scope > strong, .sidebar-value, .vector-value')
        ?? (one.children.length ? null : one);
    const text = said?.textContent.trim();
    return text ? [[one.dataset.value, text, one.localName]] : [];
})"""


def place_of(text: str) -> tuple[str, tuple[int, ...]]:
    name, inside = text[:-1].split("[")
    return name, tuple(int(i) for i in inside.split(","))


def numbers(page: Page, selector: str) -> list[float]:
    """The full numbers of these elements, in document order; not those off the screen, nor what is no number."""
    return [
        float(value)
        for value in page.locator(f"loupe-view {selector}").evaluate_all(
            "(all) => all.filter((one) => one.checkVisibility() && one.dataset.value).map((one) => one.dataset.value)"
        )
    ]


def near(shown: float, wanted: float, size: float | None = None) -> bool:
    """Equal but for the last digits of float32; `size` is what was added up, where much of it cancels."""
    return abs(shown - wanted) <= 2e-7 * abs(wanted) + 1e-12 * (abs(wanted) if size is None else size) + 1e-30


def differ(what: str, shown: list[float], wanted: list[float]) -> Found:
    if len(shown) != len(wanted):
        yield f"{what}: {len(shown)} numbers, {len(wanted)} expected"
    for position, (one, other) in enumerate(zip(shown, wanted, strict=False)):
        if not near(one, other, 1 + abs(other)):
            yield f"{what}[{position}]: {one!r} on the page, {other!r} expected"


def wrong_texts(page: Page) -> Found:
    """What is written is the number's rounding to the digits that are written, and `0` only ever a 0."""
    for value, text, tag in page.evaluate(TEXTS):
        plain = text.replace("\u2212", "-")
        found = re.search(r"([+-]?)((\d[\d,]*)(?:\.(\d+))?)(?:e([+-]\d+))?(\s*%)?", plain)
        if not found:
            yield f"{text!r} is no number, {value} is behind it"
            continue
        scale = 10.0 ** int(found[5] or 0) * (0.01 if found[6] else 1)
        shown = float(found[1] + found[2].replace(",", "")) * scale
        # In a formula the minus may stand before the number, as the operator of a difference.
        true = abs(float(value)) if tag == "mn" and not found[1] else float(value)
        unit = 10.0 ** -len(found[4] or "") * scale
        if abs(shown - true) > 0.5000001 * unit or (plain == "0" and true != 0):
            yield f"{text!r} is not the rounding of {value}"


def window(layer: dict[str, object], at: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns under the window that makes the value at `at`; outside the map they are padding."""
    size = layer.get("kernel") or layer["window"]
    before = [side if isinstance(side, int) else side[0] for side in layer["padding"]]  # type: ignore[attr-defined]
    pairs = (size, layer["stride"], before, layer.get("dilation", [1, 1]))
    rows, columns = (np.arange(k) * d + i * s - p for k, s, p, d, i in zip(*pairs, at[1:], strict=True))  # type: ignore[call-overload]
    return rows, columns


def under(x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The maps' values there, 0 in the padding, in float64: (C, K_h, K_w)."""
    padded = np.zeros((x.shape[0], len(rows), len(columns)))
    for u, v in itertools.product(range(len(rows)), range(len(columns))):
        if 0 <= rows[u] < x.shape[1] and 0 <= columns[v] < x.shape[2]:
            padded[:, u, v] = x[:, rows[u], columns[v]]
    return padded


def spread_from(
    layer: dict[str, object], shape: tuple[int, ...], at: tuple[int, ...]
) -> Iterator[tuple[int, int, int, int]]:
    """Which cell (u, v) of a transposed convolution's kernel, laid by which value (i, j), lies at an output place:
    every kernel of every value is laid out."""
    before = [side if isinstance(side, int) else side[0] for side in layer["padding"]]  # type: ignore[attr-defined]
    size, stride, dilation = (np.array(layer[key]) for key in ("kernel", "stride", "dilation"))
    for i, j in np.ndindex(*shape[1:]):
        for u, v in np.ndindex(*size):
            if tuple(stride * (i, j) + dilation * (u, v) - before) == at[1:]:
                yield i, j, u, v


class Held:
    """One state of an opened view against the truth."""

    def __init__(self, page: Page, truth: Truth) -> None:
        self.page, self.truth = page, truth
        place, self.value = explained(page)
        self.layer, self.at = place_of(place)
        index = next((i for i, one in enumerate(truth.layers) if one["name"] == self.layer), None)
        self.record = {"kind": "input", "name": "input"} if index is None else truth.layers[index]
        self.sources: list[str] = self.record.get("inputs", ["input"])
        self.xs = [truth.tensors[source].astype(np.float64) for source in self.sources]
        self.x = self.xs[0]
        self.y = truth.tensors[self.layer]
        self.parameters = {key: value.astype(np.float64) for key, value in truth.parameters.get(self.layer, {}).items()}
        # What of the input a convolution's neuron reads: the maps of its group.
        groups = self.record.get("groups", 1)
        self.first, self.count = 0, len(self.x)
        self.convolves = self.record["kind"] in ("conv2d", "conv_transpose2d")
        if self.convolves:
            self.count = len(self.x) // groups
            self.first = self.at[0] * groups // len(self.y) * self.count

    def consumer(self, *kinds: str) -> dict[str, object] | None:
        """The first layer of these kinds that reads the shown one."""
        return next(
            (one for one in self.truth.layers if self.layer in one["inputs"] and one["kind"] in kinds),
            None,
        )

    @property
    def bias(self) -> list[float]:
        """The neuron's bias, if it has one."""
        return [float(self.parameters["bias"][self.at[0]])] if "bias" in self.parameters else []

    def patch(self) -> np.ndarray:
        """What the kernel's cells are multiplied by, of the maps that a neuron reads; 0 where a cell meets no value."""
        x = self.x[self.first : self.first + self.count]
        if self.record["kind"] == "conv2d":
            return under(x, *window(self.record, self.at))
        patch = np.zeros(self.parameters["weight"][self.at[0]].shape)
        for i, j, u, v in spread_from(self.record, x.shape, self.at):
            patch[:, u, v] = x[:, i, j]
        return patch

    def looked_at(self) -> list[tuple[int, int]]:
        """The cells of each map that have a part in the value, as rows and columns, some of them maybe in padding."""
        if self.record["kind"] == "conv2d":
            return list(itertools.product(*(list(map(int, one)) for one in window(self.record, self.at))))
        return sorted((i, j) for i, j, _, _ in spread_from(self.record, self.x.shape, self.at))

    def wrong(self) -> list[str]:
        names = self.page.locator("loupe-view [data-view]").evaluate_all("(all) => all.map((one) => one.dataset.view)")
        found = [*wrong_values(self.page, self.truth), *wrong_texts(self.page), *self.explanation()]
        views: dict[str, Callable[[], Found]] = {
            "neuron": self.neuron, "microscope": self.microscope, "activation": self.activation,
            "pooling": self.pooling,
            "flatten": self.flatten, "output": self.output, "softmax": self.softmax, "pixels": self.pixels,
            "maps": self.maps, "copy": self.copy, "global": self.whole, "values": self.values,
        }  # fmt: skip
        for name in names:
            found += [f"{name}: {one}" for one in views[name]()]
        return [f"{self.layer}[{','.join(map(str, self.at))}] {one}" for one in found]

    def explanation(self) -> Found:
        """The sum in full, what float32 may differ by, and the operands: the largest first, each with its weight."""
        if np.float32(self.value) != self.y[self.at]:
            yield f"{self.value!r} is explained, the engine says {self.y[self.at]!r}"
        made = numbers(self.page, "[data-made]")
        if made:
            allowed = float(str(self.page.locator("[data-allowed]").get_attribute("data-allowed")))
            if abs(made[0] - float(self.y[self.at])) > allowed:
                yield f"the terms make {made[0]!r}, more than {allowed:g} from the engine's {self.y[self.at]!r}"
            wanted = self.made()
            if wanted is not None and not near(made[0], wanted, 1 + np.abs(self.x).sum()):
                yield f"the terms make {made[0]!r} on the page, {wanted!r} in NumPy"
        rows = self.page.locator("loupe-view .operands > .operand-list > li").evaluate_all(
            """(all) => all.map((row) => [row.querySelector('.operand').dataset.place ?? null,
                ...['.operand-weight', '.operand-product']
                    .map((part) => row.querySelector(part)?.dataset.value ?? null)])"""
        )
        sizes = []
        for place, weight, product in rows:
            if weight is None or place is None:
                continue
            source = place_of(place)[1]
            if not self.under_the_window(source):
                yield f"{place} is an operand, and does not lie under the window"
                continue
            expected = self.weight_of(source)
            if expected is not None and np.float32(weight) != np.float32(expected):
                yield f"{place} is weighed with {weight}, not {expected!r}"
            if not near(float(product), self.truth.value(place) * float(np.float32(weight)), 1):
                yield f"{place} × {weight} is not {product}"
            sizes.append(abs(float(product)))
        if sizes != sorted(sizes, reverse=True):
            yield "the operands do not stand by size"

    def made(self) -> float | None:
        """What the terms make in float64, for the kinds that add up or multiply."""
        match self.record["kind"]:
            case "conv2d" | "conv_transpose2d":
                return float((self.patch() * self.parameters["weight"][self.at[0]]).sum() + sum(self.bias))
            case "dense":
                return float(self.parameters["weight"][self.at[0]] @ self.x + sum(self.bias))
            case "add":
                return float(sum(x[self.at] for x in self.xs))
            case "multiply":
                return float(np.prod([self.factor(x) for x in self.xs]))
            case "global_avg_pool2d":
                return float(self.x[self.at[0]].mean())
        return None

    def factor(self, x: np.ndarray) -> float:
        """An input's value at the place; one with a single value a map has it everywhere."""
        return float(x[self.at] if x.shape == self.y.shape else x[self.at[0]].item())

    def under_the_window(self, source: tuple[int, ...]) -> bool:
        return not self.convolves or source[1:] in self.looked_at()

    def weight_of(self, source: tuple[int, ...]) -> float | None:
        if self.record["kind"] == "dense":
            return float(self.parameters["weight"][self.at[0], source[0]])
        if not self.convolves:
            return None
        weight = self.parameters["weight"][self.at[0], source[0] - self.first]
        if self.record["kind"] == "conv2d":
            rows, columns = window(self.record, self.at)
            return float(weight[list(rows).index(source[1]), list(columns).index(source[2])])
        cells = spread_from(self.record, self.x.shape, self.at)
        return next(float(weight[u, v]) for i, j, u, v in cells if (i, j) == source[1:])

    def partials(self) -> np.ndarray:
        return (self.patch() * self.parameters["weight"][self.at[0]]).sum((1, 2))

    def neuron(self) -> Found:
        partials = self.partials()
        rows = self.page.locator("loupe-view .neuron-row").evaluate_all(
            """(all) => { const frame = all[0].closest('.neuron-rows').getBoundingClientRect();
                return all.filter((row) => { const box = row.getBoundingClientRect(); return box.bottom > frame.top &&
                    box.top < frame.bottom; })
                    .map((row) => [Number(row.dataset.row),
                        Number(row.querySelector('.partial').dataset.value),
                        row.querySelector('.patch').dataset.values.split(' ').map((one) => one ? Number(one) : null),
                        [...row.querySelectorAll('.kernel i')].map((cell) => Number(cell.dataset.value))]); }"""
        )
        if not rows:
            yield "no row is on the screen"
        cells = self.looked_at()
        patch = self.patch()
        yield from self.marked(cells)
        for number, partial, values, kernel in rows:
            channel = number - self.first
            if not 0 <= channel < self.count:
                yield f"input {number} is not of the neuron's group"
                continue
            yield from differ(f"result of input {channel}", [partial], [partials[channel]])
            # A cell that meets no value is left out, which counts as 0.
            yield from differ(
                f"what the kernel lies on in input {channel}",
                [value or 0.0 for value in values],
                patch[channel].ravel().tolist(),
            )
            yield from differ(
                f"kernel {channel}", kernel, self.parameters["weight"][self.at[0], channel].ravel().tolist()
            )
        yield from differ(
            "sum and bias",
            numbers(self.page, ".sum-words .value"),
            [partials.sum(), *self.bias],
        )
        yield from differ("output", numbers(self.page, ".neuron-output .value"), [float(self.y[self.at])])

    def marked(self, cells: list[tuple[int, int]]) -> Found:
        """The mark on each input map lies over the first to the last of those cells, or is not there."""
        high, wide = self.x.shape[1:]
        wanted = [] if not cells else [*map(min, zip(*cells, strict=True)), *map(max, zip(*cells, strict=True))]
        for box in self.page.locator("loupe-view .neuron-row .mark-window").evaluate_all(
            """(all) => all.map((mark) => mark.checkVisibility() ?
                ["top", "left", "height", "width"].map((side) => parseFloat(mark.style[side]) / 100) : [])"""
        ):
            shown = []
            if box:
                top, left = box[0] * high, box[1] * wide
                shown = [round(one) for one in (top, left, top + box[2] * high - 1, left + box[3] * wide - 1)]
            if shown != wanted:
                yield f"cells {shown} of an input are marked, {wanted} have a part in the value"

    def microscope(self) -> Found:
        channel = int(str(self.page.locator("loupe-view .addends .chosen .addend-name").inner_text()).strip("[]"))
        patch = self.patch()[channel - self.first]
        kernel = self.parameters["weight"][self.at[0], channel - self.first]
        shown = [
            [float(value) for value in cells]
            for cells in self.page.locator("loupe-view .microscope .grid-numbers").evaluate_all(
                "(all) => all.map((grid) => [...grid.children].map((cell) => cell.dataset.value))"
            )
        ]
        for what, cells, wanted in zip(
            ("under the window", "kernel", "products"), shown, (patch, kernel, patch * kernel), strict=True
        ):
            yield from differ(what, cells, wanted.ravel().tolist())
        yield from differ("sum of the products", numbers(self.page, ".sum-of .value"), [float((patch * kernel).sum())])
        yield from differ("results of all inputs", numbers(self.page, ".addends .value"), self.partials().tolist())
        yield from differ(
            "bias and value",
            numbers(self.page, ".addends-total .value"),
            [*self.bias, float(self.y[self.at])],
        )

    def activation(self) -> Found:
        yield from differ(
            "before and after",
            numbers(self.page, ".figure-value .value"),
            [float(self.x[self.at]), float(self.y[self.at])],
        )
        words = self.page.locator("loupe-view .function-words").inner_text().replace("\u2212", "-")
        said = re.findall(r"(-?\d[\d.]*(?:e[+-]\d+)?)\) = (-?\d[\d.]*(?:e[+-]\d+)?)$", words)
        if not said:
            yield f"{words!r} says no numbers"
            return
        for text, true in zip(said[0], (self.x[self.at], self.y[self.at]), strict=True):
            digits = re.fullmatch(r"-?\d+(?:\.(\d+))?(?:e([+-]\d+))?", text)
            assert digits
            if abs(float(text) - true) > 0.5000001 * 10.0 ** (int(digits[2] or 0) - len(digits[1] or "")):
                yield f"{words!r} is not of {true!r}"

    def pooling(self) -> Found:
        rows, columns = window(self.record, self.at)
        patch = under(self.x, rows, columns)[self.at[0]]
        yield from differ("window", numbers(self.page, ".pooling-step .grid-cell"), patch.ravel().tolist())
        yield from differ("result", numbers(self.page, ".pooling-step > .result"), [float(self.y[self.at])])
        padding = self.page.locator("loupe-view .pooling-step .grid-cell").evaluate_all(
            "(all) => all.map((cell) => cell.classList.contains('padding'))"
        )
        outside = [not (0 <= r < self.x.shape[1] and 0 <= c < self.x.shape[2]) for r in rows for c in columns]
        if padding != outside:
            yield "the padding is marked elsewhere than it lies"
        if self.record["kind"] == "max_pool2d":
            winner = self.page.locator("loupe-view .pooling-step .grid-cell.winner")
            if not all(outside) and np.float32(str(winner.get_attribute("data-value"))) != self.y[self.at]:
                yield "the marked cell is not the largest"

    def flatten(self) -> Found:
        """In C, H, W order nothing is calculated; the next layer's weights stand beside."""
        shape = self.x.shape
        index = np.ravel_multi_index(tuple(int(i) for i in np.unravel_index(self.at[0], shape)), shape)
        if index != self.at[0] or self.x.ravel()[index] != self.y[self.at]:
            yield "the value is not that of the map"
        after = self.consumer("dense")
        if not after:
            return
        weights = self.truth.parameters[str(after["name"])]["weight"][:, self.at[0]].astype(np.float64)
        if len(weights) > LISTED:  # those of which it makes most; the rest come at a click
            order = sorted(range(len(weights)), key=lambda unit: -abs(weights[unit] * float(self.y[self.at])))
            weights = weights[order[:LISTED]]
        yield from differ("weights", numbers(self.page, ".flatten-weights .operand-weight"), weights.tolist())
        yield from differ(
            "products",
            numbers(self.page, ".flatten-weights .operand-product"),
            (weights * float(self.y[self.at])).tolist(),
        )

    def output(self) -> Found:
        """What spoke for and against, by map and in total."""
        products = self.parameters["weight"][self.at[0]] * self.x
        source = next((one for one in self.truth.layers if one["name"] == self.sources[0]), None)
        flattened = source is not None and source["kind"] == "flatten" and source["order"] == "chw"
        maps = len(self.truth.tensors[source["inputs"][0]]) if source and flattened else 1
        if source and flattened and self.truth.tensors[source["inputs"][0]].ndim == 1:
            maps = 1
        sums = products.reshape(maps, -1).sum(1)
        shown = self.page.locator("loupe-view .output-row").evaluate_all(
            "(all) => all.map((row) => [Number(row.dataset.row), Number(row.querySelector('.partial').dataset.value)])"
        )
        if maps <= 24 and [row for row, _ in shown] != list(range(maps)):
            yield f"{len(shown)} rows of {maps}"
        for row, total in shown:
            yield from differ(f"what map {row} adds", [total], [sums[row]])
        lines = [products[products > 0].sum(), products[products < 0].sum(), *self.bias, float(self.y[self.at])]
        after = self.consumer("softmax", "log_softmax")
        if after:
            lines.append(float(self.truth.tensors[str(after["name"])][self.at]))
        yield from differ("for, against, bias, sum", numbers(self.page, ".sum-line .value"), lines)
        for position, sign in enumerate((1, -1)):
            wanted = sorted((p for p in products if sign * p > 0), key=lambda p: -sign * p)[:6]
            shown = numbers(self.page, f".output-sum .operand-list >> nth={position} >> .operand-product")
            yield from differ("largest for" if sign > 0 else "largest against", shown, wanted)
        index = place_of(str(self.page.locator("loupe-view .element-link").get_attribute("data-place")))[1][0]
        weight = self.parameters["weight"][self.at[0], index]
        yield from differ(
            "chosen element", numbers(self.page, ".element-product .value"), [weight, weight * self.x[index]]
        )

    def softmax(self) -> Found:
        powers = np.exp(self.x - self.x.max())
        rows = self.page.locator("loupe-view .softmax-table tr[data-term]").evaluate_all(
            "(all) => all.map((row) => [Number(row.dataset.term), ...[...row.querySelectorAll('[data-value]')]"
            ".map((one) => Number(one.dataset.value))])"
        )
        terms, *columns = zip(*rows, strict=True)
        if len(self.x) <= ALL_ROWS and list(terms) != list(range(len(self.x))):
            yield f"the rows are of the classes {terms}"
        for name, column, wanted in zip(("score", "power", "share"), columns, (self.x, powers, self.y), strict=True):
            yield from differ(name, list(column), [float(wanted[term]) for term in terms])
        shares = np.exp(self.y) if self.record["kind"] == "log_softmax" else self.y
        if not math.isclose(sum(float(one) for one in shares), 1, abs_tol=1e-5):
            yield "the shares do not add up to 1"

    def maps(self) -> Found:
        """What stands at the same place of each map, and what it makes."""
        if self.record["kind"] == "lrn":
            size = int(self.record["size"])
            low, high = max(0, self.at[0] - (size - 1) // 2), min(len(self.x), self.at[0] + size // 2 + 1)
            wanted = [float(one) for one in self.x[(slice(low, high), *self.at[1:])]]
        else:
            wanted = [self.factor(x) for x in self.xs]
        yield from differ("operands", numbers(self.page, ".unit-figure .operand-figure"), wanted)
        yield from differ("result", numbers(self.page, ".unit-figure .result"), [float(self.y[self.at])])

    def copy(self) -> Found:
        """The original, unless the cell was added around it, is the same number."""
        original = numbers(self.page, ".unit-figure .operand-figure")
        added = False
        if self.record["kind"] == "pad":
            before = [side if isinstance(side, int) else side[0] for side in self.record["padding"]]
            added = not all(0 <= i - b < n for i, b, n in zip(self.at[1:], before, self.x.shape[1:], strict=True))
        yield from differ("original", original, [] if added else [float(self.y[self.at])])
        yield from differ("copy", numbers(self.page, ".unit-figure .result"), [float(self.y[self.at])])
        if not added:
            place = str(self.page.locator("loupe-view .unit-figure .operand-figure").get_attribute("data-place"))
            if place_of(place)[0] not in self.sources:
                yield f"{place} is not of what the layer reads"

    def whole(self) -> Found:
        """A map and its mean or largest value; one value of the map is looked at."""
        yield from differ("result", numbers(self.page, ".pooling-step .result"), [float(self.y[self.at])])
        name, at = place_of(str(self.page.locator("loupe-view .element-readout button").get_attribute("data-place")))
        if name != self.sources[0] or at[0] != self.at[0]:
            yield f"{name}[{at}] is not of the map"
        if self.record["kind"] == "global_avg_pool2d":
            share = float(self.x[at]) / self.x[0].size
            yield from differ("share", numbers(self.page, ".element-product .value"), [share])

    def values(self) -> Found:
        yield from differ("value", numbers(self.page, ".values-maps > .result"), [float(self.y[self.at])])

    def pixels(self) -> Found:
        _, row, column = self.at
        _, rows, columns = self.y.shape
        high, wide = min(rows, 5), min(columns, 5)
        top, left = min(max(row - 2, 0), rows - high), min(max(column - 2, 0), columns - wide)
        patch = self.y[:, top : top + high, left : left + wide]
        yield from differ(
            "pixels around", numbers(self.page, ".channel .grid-cell"), [float(one) for one in patch.ravel()]
        )
        yield from differ(
            "channels", numbers(self.page, ".channel .value.result"), [float(one) for one in self.y[:, row, column]]
        )


def wrong_numbers(page: Page, truth: Truth) -> list[str]:
    """Whatever the opened view shows that is not so, and stays so.

    A view is read in many steps. Formula and operands follow once the pointer rests, and may come in between.
    """
    found = Held(page, truth).wrong()
    for _ in range(PATIENCE):
        if not found:
            break
        page.wait_for_timeout(500)
        found = Held(page, truth).wrong()
    return found


def seen_by(truth: Truth, place: str) -> dict[str, tuple[list[int], list[int]]]:
    """First and last row and column that a value sees on every earlier maps layer: each cell is followed back."""
    name, at = place_of(place)
    index = next(i for i, one in enumerate(truth.layers) if one["name"] == name)
    sets: list[set[int]] | None = [{at[1]}, {at[2]}] if len(at) == 3 else None
    unit: int | None = at[0]
    found = {}
    for layer, before in zip(
        truth.layers[index::-1], [*(one["name"] for one in truth.layers[:index][::-1]), "input"], strict=True
    ):
        shape = truth.tensors[before].shape
        if layer["kind"] == "flatten" and len(shape) == 3:
            corner = None if unit is None else np.unravel_index(unit, shape)
            sets = [set(range(shape[axis])) if corner is None else {int(corner[axis])} for axis in (1, 2)]
            unit = None if corner is None else int(corner[0])
        elif "kernel" in layer or "window" in layer:
            assert sets is not None
            size, dilation = layer.get("kernel") or layer["window"], layer.get("dilation", [1, 1])
            sets = [
                {
                    i * layer["stride"][a] - layer["padding"][a] + k * dilation[a]
                    for i in sets[a]
                    for k in range(size[a])
                }
                for a in (0, 1)
            ]
        if layer["kind"] in ("dense", "softmax"):
            unit = None
        if len(shape) == 3:
            assert sets is not None
            found[before] = ([min(sets[0]), max(sets[0])], [min(sets[1]), max(sets[1])])
    return found
