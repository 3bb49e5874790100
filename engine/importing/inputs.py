"""What the sides of a file's input mean: which is the picture's height, which its channels."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_loupe.engine.arrays import Shape
from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.foreign import ForeignGraph, ForeignValue, short
from cnn_loupe.engine.importing.axes import CHW, HWC, NCHW, NHWC


def input_meanings(graph: ForeignGraph, file: str) -> list[tuple[tuple[str, ...], Shape, int]]:
    """The likely meanings of the input's sides with the picture's shape and the batch, likeliest first."""
    if len(graph.inputs) != 1:
        listed = [f"{short(value.name)} {_sides(value, ',')}" for value in graph.inputs]
        raise FileError(
            "import_inputs",
            f"{short(file)} has the inputs {' and '.join(listed) or 'none'}; one picture is needed",
            file=short(file),
            inputs=listed,
        )
    value = graph.inputs[0]
    found = list(meanings(graph, value))
    if not found:
        raise not_a_picture(value, file)
    return found


def not_a_picture(value: ForeignValue, file: str) -> FileError:
    """The input is no picture, or one of which the file does not say enough."""
    return FileError(
        "import_input_shape",
        f"{short(file)}: its input {short(value.name)} is {_sides(value, '×')}; a picture of fixed height "
        "and width is needed, with 1, 3 or a few more channels",
        file=short(file),
        input=short(value.name),
        shape=_sides(value, "×"),
    )


def is_open(value: ForeignValue) -> bool:
    """Whether the file leaves a side of the picture open: networks that end in global pooling take any size."""
    return value.shape is not None and len(value.shape) == 4 and None in value.shape[1:]


def _sides(value: ForeignValue, between: str) -> str:
    """The shape as text; "?" for a side that the file leaves open."""
    return "(?)" if value.shape is None else f"({between.join('?' if n is None else str(n) for n in value.shape)})"


def meanings(graph: ForeignGraph, value: ForeignValue) -> list[tuple[tuple[str, ...], Shape, int]]:
    shape = value.shape
    if shape is None or len(shape) < 2:
        return []
    batch, sides = shape[0] or 1, shape[1:]
    channels_last = graph.format != "onnx" and graph.format != "torch"
    if len(sides) == 3:
        if is_open(value):
            sides = _usual(graph, value.name, sides, channels_last)
        a, b, c = (int(n or 0) for n in sides)
        first, last = (NCHW, (a, b, c), batch), (NHWC, (c, a, b), batch)
        nhwc_likely = channels_last or (c in (1, 3, 4) and min(a, b) >= 8)
        return [last, first] if nhwc_likely else [first, last]
    if any(n is None for n in sides):
        return []
    if len(sides) == 2:
        return [(("N", "H", "W"), (1, int(sides[0] or 0), int(sides[1] or 0)), batch)]
    if len(sides) == 1:
        count, joint = int(sides[0] or 0), HWC if channels_last else CHW
        return [((("N", joint)), picture, batch) for picture in _pictures(count)]
    return []


# The usual sides of a picture: in colour as of ImageNet, grey as of MNIST.
_USUAL_SIDE = {1: 28, 3: 224}


def _usual(graph: ForeignGraph, name: str, sides: Sequence[int | None], channels_last: bool) -> tuple[int, ...]:
    """Sides that the file leaves open, as they usually are; its channels are those that the first step reads."""
    place = 2 if channels_last or (sides[2] in (1, 3) and sides[0] not in (1, 3)) else 0
    read = next((node.inputs[1] for node in graph.nodes if node.inputs[:1] == (name,) and len(node.inputs) > 1), "")
    kernel = graph.constants.get(read)
    channels = sides[place] or (kernel.shape[1] if kernel is not None and kernel.ndim == 4 else 3)
    inner = [side for i, side in enumerate(sides) if i != place]
    usual = next((side for side in inner if side), _USUAL_SIDE.get(channels, _USUAL_SIDE[3]))
    height, width = (side or usual for side in inner)
    return (height, width, channels) if place == 2 else (channels, height, width)


def _pictures(count: int) -> list[Shape]:
    """The square pictures that have so many numbers: grey or in colour."""
    return [
        (channels, side, side)
        for channels in (1, 3)
        for side in (round((count / channels) ** 0.5),)
        if side >= 8 and channels * side * side == count
    ]
