"""Where windows lie: output sizes, covered positions, receptive fields.

Convolution and pooling both slide a window over their input. All arithmetic about that
sliding is here, once, and for one axis at a time; height and width are two axes that do not
know of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnn_loupe.engine.arrays import Padding, Pair


def span(kernel: int, dilation: int = 1) -> int:
    """How many positions a window reaches over, from its first to its last cell.

    span = dilation · (kernel − 1) + 1
    """
    return dilation * (kernel - 1) + 1


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """How many windows fit along one axis; 0 or less where not even one does.

    size' = ⌊(size + 2·padding − span) / stride⌋ + 1

    The floor drops border positions that no whole window reaches.
    """
    return (size + 2 * padding - span(kernel, dilation)) // stride + 1


def covered(index: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> range:
    """The input positions under window number `index` along one axis.

    Positions below 0, or at the input's size and above, lie in the padding.
    """
    first = index * stride - padding
    return range(first, first + span(kernel, dilation), dilation)


@dataclass(frozen=True)
class Window:
    """A window that slides over maps: pairs (height, width).

    padding  how much lies before the first row and column
    after    how much lies after the last; the same where it is None
    ceil     a window also counts that only begins on the map or the padding before it
    """

    size: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    after: Pair | None = None
    ceil: bool = False

    @classmethod
    def around(
        cls, size: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1), *, ceil: bool = False
    ) -> Window:
        """The window of a description, whose padding may have four sides."""
        top, left = padding
        if isinstance(top, tuple) and isinstance(left, tuple):
            return cls(size, stride, (top[0], left[0]), dilation, (top[1], left[1]), ceil)
        assert isinstance(top, int)
        assert isinstance(left, int)
        return cls(size, stride, (top, left), dilation, ceil=ceil)

    @property
    def ends(self) -> Pair:
        """The padding after the last row and column."""
        return self.padding if self.after is None else self.after

    @property
    def plain(self) -> bool:
        """Whether both ends are padded alike and no window reaches beyond them."""
        return self.ends == self.padding and not self.ceil

    def count(self, axis: int, size: int) -> int:
        """How many windows fit along an axis of this size; 0 or less where not even one does.

        size' = ⌊(size + before + after − span) / stride⌋ + 1, with `ceil` rounded up, and the last
        window left out if it begins in the padding after the map.
        """
        before, stride = self.padding[axis], self.stride[axis]
        room = size + before + self.ends[axis] - self.span[axis]
        if room < 0 or not self.ceil:
            return room // stride + 1
        count = -(-room // stride) + 1
        return count - 1 if (count - 1) * stride >= size + before else count

    def margins(self, height: int, width: int) -> tuple[Pair, Pair]:
        """What has to lie around a map so that all windows fit: ((top, bottom), (left, right))."""
        found = []
        for axis, size in enumerate((height, width)):
            needed = (self.count(axis, size) - 1) * self.stride[axis] + self.span[axis]
            found.append((self.padding[axis], max(self.ends[axis], needed - size - self.padding[axis])))
        return found[0], found[1]

    @property
    def span(self) -> Pair:
        """The rows and columns that the window reaches over, gaps of dilation included."""
        return (span(self.size[0], self.dilation[0]), span(self.size[1], self.dilation[1]))

    def axis(self, axis: int) -> tuple[int, int, int, int]:
        """kernel, stride, padding and dilation along axis 0 (rows) or 1 (columns)."""
        return (self.size[axis], self.stride[axis], self.padding[axis], self.dilation[axis])

    def output_size(self, height: int, width: int) -> Pair:
        """The rows and columns of windows that fit a map of height × width."""
        return (self.count(0, height), self.count(1, width))

    def cells(self, row: int, column: int) -> list[Pair]:
        """The input positions under the window at output position (row, column), row by row."""
        rows, columns = covered(row, *self.axis(0)), covered(column, *self.axis(1))
        return [(i, j) for i in rows for j in columns]

    def reading(self, axis: int, position: int, count: int) -> list[Pair]:
        """Which of `count` windows along an axis lie over a position, and with which cell: pairs (window, cell).

        Window i has its cell u there where i·stride + u·dilation − padding = position.
        """
        found = []
        for cell in range(self.size[axis] - 1, -1, -1):
            start = position + self.padding[axis] - cell * self.dilation[axis]
            index, between = divmod(start, self.stride[axis])
            if not between and 0 <= index < count:
                found.append((index, cell))
        return found


@dataclass(frozen=True)
class Reach:
    """What one position of a layer sees of the input picture, along one axis.

    positions  how many positions the layer has along this axis
    size       how many input pixels lie between the first and the last that one depends on
    jump       how far that stretch moves from one position to the next
    start      the first pixel of position 0 (negative where it begins in padding)

    Position i sees the pixels start + i·jump … start + i·jump + size − 1.
    Source: Araujo, Norris and Sim, 2019, https://distill.pub/2019/computing-receptive-fields.
    """

    positions: int
    size: int = 1
    jump: int = 1
    start: int = 0

    def through(self, window: Window, axis: int) -> Reach:
        """The reach one layer later, after a window has slid over this layer.

        size' = size + (span − 1)·jump,  jump' = jump·stride,  start' = start − padding·jump
        """
        return Reach(
            positions=window.count(axis, self.positions),
            size=self.size + (window.span[axis] - 1) * self.jump,
            jump=self.jump * window.stride[axis],
            start=self.start - window.padding[axis] * self.jump,
        )

    def whole(self) -> Reach:
        """The reach of a unit that is joined to every position of this layer."""
        return Reach(1, size=self.size + (self.positions - 1) * self.jump, jump=0, start=self.start)

    def everywhere(self) -> Reach:
        """The reach where every position depends on all of them."""
        return Reach(self.positions, self.whole().size, 0, self.start)

    def sliced(self, start: int, stop: int, step: int) -> Reach:
        """The reach of the positions start, start + step, … below stop."""
        positions = len(range(start, stop, step))
        return Reach(positions, self.size, self.jump * step, self.start + start * self.jump)

    def repeated(self, factor: int) -> Reach:
        """The reach after every position has been repeated.

        Neighbours then see the same or a jump apart, in turn, which no single jump describes: as in
        `hull` every position is said to see all that any of them sees.
        """
        if factor == 1:
            return self
        return Reach(self.positions * factor, self.whole().size, 0, self.start)

    def spread(self, window: Window, axis: int, positions: int) -> Reach:
        """The reach of `positions` over which windows lie that each belong to one position of this layer.

        With stride 1 the windows move on as the positions do. With any other a position sees the few whose windows
        lie over it, in turns, which no single jump describes: it is said to see all that any of them sees.
        """
        if window.stride[axis] > 1:
            return Reach(positions, self.whole().size, 0, self.start)
        reach = window.span[axis] - 1
        return Reach(
            positions,
            size=self.size + reach * self.jump,
            jump=self.jump,
            start=self.start + (window.padding[axis] - reach) * self.jump,
        )

    def hull(self, other: Reach) -> Reach:
        """The reach of a layer whose position i depends on position i of both.

        It is the shortest stretch that holds both. Where they move at different jumps no single
        jump describes that, and every position is said to see all that any of them sees.
        """
        positions = max(self.positions, other.positions)
        one, two = self, other
        if one.jump != two.jump:
            one, two = (Reach(positions, r.whole().size, 0, r.start) for r in (self, other))
        start = min(one.start, two.start)
        end = max(one.start + one.size, two.start + two.size)
        return Reach(positions, end - start, one.jump, start)


@dataclass(frozen=True)
class ReceptiveField:
    """What one value of a layer sees of the input picture: a reach for each axis."""

    rows: Reach
    columns: Reach

    @classmethod
    def of_input(cls, height: int, width: int) -> ReceptiveField:
        """The field that everything starts from: each pixel sees itself."""
        return cls(Reach(height), Reach(width))

    def through(self, window: Window) -> ReceptiveField:
        """The field one layer later, after `window` has slid over this layer."""
        return ReceptiveField(self.rows.through(window, 0), self.columns.through(window, 1))

    def whole(self) -> ReceptiveField:
        """The field of a unit that is joined to every position of this layer."""
        return ReceptiveField(self.rows.whole(), self.columns.whole())

    def everywhere(self) -> ReceptiveField:
        """The field of values that each depend on every position of this layer."""
        return ReceptiveField(self.rows.everywhere(), self.columns.everywhere())

    def sliced(self, axis: int, start: int, stop: int, step: int) -> ReceptiveField:
        """The field of some rows (axis 0) or columns (axis 1)."""
        if axis == 0:
            return ReceptiveField(self.rows.sliced(start, stop, step), self.columns)
        return ReceptiveField(self.rows, self.columns.sliced(start, stop, step))

    def repeated(self, factor: Pair) -> ReceptiveField:
        """The field after every position has been repeated, down and across."""
        return ReceptiveField(self.rows.repeated(factor[0]), self.columns.repeated(factor[1]))

    def spread(self, window: Window, positions: Pair) -> ReceptiveField:
        """The field of the positions over which the windows of this layer's values lie."""
        return ReceptiveField(self.rows.spread(window, 0, positions[0]), self.columns.spread(window, 1, positions[1]))

    def hull(self, other: ReceptiveField) -> ReceptiveField:
        """The field of a layer whose values each depend on one of both."""
        return ReceptiveField(self.rows.hull(other.rows), self.columns.hull(other.columns))

    def describe(self) -> dict[str, list[int]]:
        """The field as data: `{"size": [h, w], "jump": [h, w], "start": [h, w]}`."""
        return {key: [getattr(self.rows, key), getattr(self.columns, key)] for key in ("size", "jump", "start")}
