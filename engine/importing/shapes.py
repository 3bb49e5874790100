"""Transposing, reshaping, squeezing, flattening: what only renames sides vanishes, the rest becomes a layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing.axes import (
    BATCH,
    CHANNEL,
    CHW,
    COLUMN,
    FEATURE,
    HWC,
    INNER,
    ONE,
    OUTER,
    REST,
    ROW,
    Activation,
    flatten_order,
)
from cnn_loupe.engine.importing.draft import Draft
from cnn_loupe.engine.importing.folding import reshaped


def transpose(draft: Draft, node: ForeignNode, x: Activation, order: Sequence[int]) -> Activation:
    """Only the meaning of the sides moves; no number does."""
    if sorted(order) != list(range(len(x.axes))):
        raise draft.refusal(
            node, "transpose_unknown", f"perm is {list(order)} for {len(x.axes)} sides", found=list(order)
        )
    draft.note("dropped", node, "layout_only")
    return replace(x, axes=tuple(x.axes[i] for i in order))


def squeeze(draft: Draft, node: ForeignNode, x: Activation, axes: Sequence[int] | None) -> Activation:
    """Sides of 1 go."""
    rank = len(x.axes)
    gone = (
        {a % rank for a in axes}
        if axes is not None
        else {i for i, a in enumerate(x.axes) if x.size(a) == 1 and a != BATCH}
    )
    if any(x.size(x.axes[i]) != 1 for i in gone):
        raise draft.refusal(
            node,
            "squeeze_unknown",
            f"it drops a side that is longer than 1 of {list(x.sides)}",
            axes=sorted(gone),
        )
    draft.note("dropped", node, "layout_only")
    return replace(x, axes=tuple(a for i, a in enumerate(x.axes) if i not in gone))


def unsqueeze(draft: Draft, node: ForeignNode, x: Activation, axes: Sequence[int]) -> Activation:
    """Sides of 1 come in."""
    rank = len(x.axes) + len(axes)
    found = list(x.axes)
    for axis in sorted(a % rank for a in axes):
        found.insert(axis, ONE)
    draft.note("dropped", node, "layout_only")
    return replace(x, axes=tuple(found))


def flatten_from(draft: Draft, node: ForeignNode, x: Activation, axis: int) -> Activation:
    """Everything before side `axis` in one side, everything from there on in another."""
    rank = len(x.axes)
    axis = axis % rank if axis < 0 else axis
    sides = x.sides
    return reshape(draft, node, x, [math.prod(sides[:axis]), math.prod(sides[axis:])])


def reshape(
    draft: Draft, node: ForeignNode, x: Activation, target: Sequence[int], *, zero_copies: bool = True
) -> Activation:
    """A new shape for the same numbers in the same order."""
    try:
        sides = reshaped(x.sides, [int(n) for n in target], zero_copies=zero_copies)
    except (ValueError, IndexError):
        raise draft.refusal(
            node,
            "reshape_unknown",
            f"it makes {list(map(int, target))} of a tensor of {list(x.sides)}, which has another count of numbers",
            found=list(x.sides),
            target=[int(n) for n in target],
        ) from None
    return (
        _grouped(draft, node, x, sides)
        or _renamed(draft, node, x, sides)
        or _shuffled(draft, node, x, sides)
        or _picture(draft, node, x, sides)
        or _flattened(draft, node, x, sides)
        or _refused(draft, node, x, sides)
    )


def _rest(x: Activation, sides: Sequence[int]) -> list[int] | None:
    """The new sides behind the batch; None where the batch does not come first."""
    if BATCH not in x.axes:
        return list(sides)
    return list(sides[1:]) if x.axes[0] == BATCH and sides and sides[0] == x.batch else None


def _grouped(draft: Draft, node: ForeignNode, x: Activation, sides: Sequence[int]) -> Activation | None:
    """The reshapes around a normalisation of groups: a side of groups and one of all that a group holds, and back."""
    rest = _rest(x, sides)
    if rest is None or not x.is_maps:
        return None
    if REST in x.axes:
        if rest != list(x.shape):
            return None
        draft.note("dropped", node, "layout_only")
        return replace(x, axes=(*([BATCH] if BATCH in x.axes else []), CHANNEL, ROW, COLUMN), groups=1)
    readers = {other.op for other in draft.graph.nodes if set(node.outputs) & set(other.inputs)}
    if readers != {"InstanceNormalization"} or flatten_order(x) != "chw" or len(rest) != 2 or x.shape[0] % rest[0]:
        return None
    draft.note("dropped", node, "layout_only")
    return replace(x, axes=(*([BATCH] if BATCH in x.axes else []), OUTER, REST), groups=rest[0])


def _renamed(draft: Draft, node: ForeignNode, x: Activation, sides: Sequence[int]) -> Activation | None:
    """The same sides longer than 1 in the same order: only sides of 1 came or went, a batch of one among them."""
    rest, meaning = _rest(x, sides), x.meaningful
    front = [BATCH] if BATCH in x.axes else []
    if rest is None and x.batch == 1:
        rest, front = list(sides), []
    if rest is None or [n for n in rest if n != 1] != [x.size(a) for a in meaning]:
        return None
    left = list(meaning)
    axes = [left.pop(0) if n != 1 else ONE for n in rest]
    draft.note("dropped", node, "layout_only")
    return replace(x, axes=(*front, *axes))


def _flattened(draft: Draft, node: ForeignNode, x: Activation, sides: Sequence[int]) -> Activation | None:
    """All sides in one."""
    rest = _rest(x, sides)
    if rest is None or not x.is_maps or [n for n in rest if n != 1] != [math.prod(x.shape)]:
        return None
    order = flatten_order(x)
    if order is None:
        raise draft.refusal(
            node,
            "flatten_order_unknown",
            f"it writes maps into a vector in the order {', '.join(x.meaningful)}; "
            "only channel by channel or pixel by pixel can be shown",
            found=x.meaningful,
        )
    front = [BATCH] if BATCH in x.axes else []
    axes = (*front, *(FEATURE if n != 1 else ONE for n in rest))
    return draft.flatten(node, x, order, axes)


def _picture(draft: Draft, node: ForeignNode, x: Activation, sides: Sequence[int]) -> Activation | None:
    """A picture that the file took as a vector, or in a side of rows and columns, gets its sides back."""
    joint = next((a for a in x.axes if a in (CHW, HWC)), None)
    rest = _rest(x, sides)
    if joint is None or rest is None:
        return None
    long = [n for n in rest if n != 1]
    for order in ((CHANNEL, ROW, COLUMN), (ROW, COLUMN, CHANNEL)):
        meant = [a for a in order if x.size(a) != 1]
        if long == [x.size(a) for a in meant] and (joint == "".join(order) or x.shape[0] == 1):
            draft.note("dropped", node, "layout_only")
            return replace(
                x,
                axes=(
                    *([BATCH] if BATCH in x.axes else []),
                    *(meant.pop(0) if n != 1 else ONE for n in rest),
                ),
            )
    return None


def _shuffled(draft: Draft, node: ForeignNode, x: Activation, sides: Sequence[int]) -> Activation | None:
    """The two reshapes of a channel shuffle: channels split into groups, and put together again in the other order."""
    rest = _rest(x, sides)
    if rest is None or not x.is_maps:
        return None
    if CHANNEL in x.axes:
        place = x.axes.index(CHANNEL) - (BATCH in x.axes)
        tail = [x.size(a) for a in x.axes[x.axes.index(CHANNEL) + 1 :]]
        head = [x.size(a) for a in x.axes[: place + (BATCH in x.axes)] if a != BATCH]
        if len(rest) == len(head) + 2 + len(tail) and rest[:place] == head and rest[place + 2 :] == tail:
            outer, inner = rest[place], rest[place + 1]
            if outer * inner == x.shape[0]:
                axes = list(x.axes)
                at = axes.index(CHANNEL)
                return replace(x, axes=(*axes[:at], OUTER, INNER, *axes[at + 1 :]), groups=outer)
        return None
    if OUTER in x.axes and INNER in x.axes:
        first, second = sorted((x.axes.index(OUTER), x.axes.index(INNER)))
        joined = [x.size(a) for a in x.axes if a != BATCH]
        at = first - (BATCH in x.axes)
        if second != first + 1 or rest != [*joined[:at], x.shape[0], *joined[at + 2 :]]:
            return None
        joined_axes = (*x.axes[:first], CHANNEL, *x.axes[second + 1 :])
        if x.axes[first] == OUTER:  # put together as it was
            return replace(x, axes=joined_axes, groups=1)
        whole = replace(x, axes=joined_axes, groups=1)
        return draft.add(node, "channel_shuffle", [whole], groups=x.groups)
    return None


def _refused(draft: Draft, node: ForeignNode, x: Activation, sides: Sequence[int]) -> Activation:
    raise draft.refusal(
        node,
        "reshape_unknown",
        f"it makes {list(sides)} of a tensor of {list(x.sides)}; only flattening, and shapes that "
        "add or drop sides of 1, can be shown",
        found=list(x.sides),
        target=list(sides),
    )
