"""Window arithmetic against windows that are tried one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnn_loupe.engine.windows import Reach, ReceptiveField, Window, covered, output_size, span

small = st.integers(1, 9)
AXES = st.tuples(small, st.integers(1, 5), st.integers(0, 4), st.integers(1, 4))


@given(st.integers(1, 40), AXES)
def test_the_output_size_counts_the_windows_that_fit(size: int, axis: tuple[int, int, int, int]) -> None:
    kernel, stride, padding, dilation = axis
    last_cell = size - 1 + padding
    fitting = 0
    while -padding + fitting * stride + (kernel - 1) * dilation <= last_cell:
        fitting += 1
    assert max(0, output_size(size, *axis)) == fitting


@given(small, AXES)
def test_a_window_covers_its_cells_at_the_dilations_distance(index: int, axis: tuple[int, int, int, int]) -> None:
    kernel, stride, padding, dilation = axis
    cells = list(covered(index, *axis))
    assert cells == [index * stride - padding + k * dilation for k in range(kernel)]
    assert cells[-1] - cells[0] + 1 == span(kernel, dilation)


@given(st.integers(20, 60), st.lists(AXES, min_size=1, max_size=4))
def test_a_receptive_field_holds_exactly_the_pixels_reached_through_all_windows(
    size: int, axes: list[tuple[int, int, int, int]]
) -> None:
    reach, sizes = Reach(size), [size]
    for axis in axes:
        if output_size(sizes[-1], *axis) < 1:
            break
        sizes.append(output_size(sizes[-1], *axis))
        kernel, stride, padding, dilation = axis
        reach = reach.through(Window((kernel, 1), (stride, 1), (padding, 0), (dilation, 1)), 0)
    used = axes[: len(sizes) - 1]
    for position in {0, sizes[-1] - 1}:
        reached = {position}
        for axis in reversed(used):
            reached = {cell for index in reached for cell in covered(index, *axis)}
        first = reach.start + position * reach.jump
        assert (min(reached), max(reached)) == (first, first + reach.size - 1)
    assert reach.positions == sizes[-1]


def test_the_field_after_everything_is_the_field_of_all_positions_together() -> None:
    field = ReceptiveField.of_input(8, 6).through(Window((3, 3), padding=(1, 0))).whole()
    assert field.describe() == {"size": [10, 6], "jump": [0, 0], "start": [-1, 0]}
    assert field.whole() == field
