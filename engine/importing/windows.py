"""The padding of convolutions and pools, from every vocabulary's way of saying it to four sides.

    padding = [[top, bottom], [left, right]]

"SAME" makes ⌈size / stride⌉ windows: what is missing for that is shared out, the odd one below and at the right
(SAME_LOWER: above and at the left).
"""

from __future__ import annotations

from collections.abc import Sequence

Four = list[list[int]]


def same(
    size: Sequence[int],
    window: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    *,
    lower: bool = False,
) -> Four:
    """TensorFlow's and ONNX's SAME for a picture of this height and width."""
    found = []
    for n, k, s, d in zip(size, window, stride, dilation, strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        small, large = total // 2, total - total // 2
        found.append([large, small] if lower else [small, large])
    return found


def from_begins_ends(pads: Sequence[int]) -> Four:
    """ONNX's order: all begins, then all ends."""
    half = len(pads) // 2
    return [[int(pads[i]), int(pads[half + i])] for i in range(half)]


def short_padding(padding: Four) -> list[int] | Four:
    """Two numbers where both ends are padded alike, as a description usually says it."""
    return [side[0] for side in padding] if all(a == b for a, b in padding) else padding


def added(one: Four, other: Four) -> Four:
    """Padding before padding."""
    return [[a + c, b + d] for (a, b), (c, d) in zip(one, other, strict=True)]


def cut(
    size: Sequence[int],
    window: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    wanted: Sequence[int],
    *,
    same: bool = True,
    odd_first: bool = False,
) -> tuple[Four, list[int]]:
    """What a transposed convolution cuts off around its windows to make maps of the `wanted` sides, and what it adds.

    With `same` both ends lose half, the last ("odd_first": the first) the odd one; else the last loses everything.
    Where the windows cover less than is wanted the rest is output padding.
    """
    padding, more = [], []
    for n, k, s, d, result in zip(size, window, stride, dilation, wanted, strict=True):
        over = (n - 1) * s + (k - 1) * d + 1 - result
        total = max(over, 0)
        before = ((total + 1) // 2 if odd_first else total // 2) if same else 0
        padding.append([before, total - before])
        more.append(max(-over, 0))
    return padding, more
