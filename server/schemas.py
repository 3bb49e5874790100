"""The API's answers and requests as schemas: they make the OpenAPI description and its examples.

Answers are put together in wire.py without going through these classes (a megabyte of base64 is
not validated on every request); the contract tests hold every real answer to them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Texts = Annotated[
    dict[str, str],
    Field(description="Text by language: en, zh-Hans.", examples=[{"en": "Espresso", "zh-Hans": "浓缩咖啡"}]),
]
Pair = Annotated[list[int], Field(min_length=2, max_length=2, description="[height, width]")]
Shape = Annotated[list[int], Field(description="(C, H, W) for maps, (N,) for vectors.", examples=[[10, 62, 62]])]
Nested = list[Any]


class Schema(BaseModel):
    """Every field is known; answers with others fail the contract tests."""

    model_config = ConfigDict(extra="forbid")


class Tensor(Schema):
    """Numbers in float32: base64 of their little-endian bytes, or nested lists with `encoding=list`."""

    shape: Shape
    dtype: Literal["float32"] = "float32"
    data: str | Nested = Field(examples=["AACAPwAAAEA="])


class OwnProblem(Schema):
    """One thing that stands in the way of showing a network."""

    code: str = Field(description="Stable; also the translation key `own.problems.<code>`.")
    params: dict[str, Any] = Field(examples=[{"layer": "lstm", "operation": "LSTM", "position": 0}])
    detail: str = Field(description="The English sentence: layer, operation, attribute, value, remedy.")


class Problem(Schema):
    """Everything that goes wrong, in one shape (RFC 9457)."""

    type: str = Field(examples=["about:blank#unknown_model"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(description="Stable; also the translation key `errors.<code>`.", examples=["unknown_model"])
    params: dict[str, Any] = Field(description="The values that the sentence mentions.", examples=[{"model": "vgg"}])
    detail: str = Field(description="The English sentence: value, rule, remedy.")
    fields: list[dict[str, str]] | None = Field(None, description="Which fields are at fault, where that applies.")
    problems: list[OwnProblem] | None = Field(
        None, description="Everything that stands in the way of a person's own model."
    )


class ModelSummary(Schema):
    id: str = Field(examples=["tiny-vgg"])
    title: Texts
    default: bool
    input_shape: Shape
    class_count: int
    parameter_count: int


class Models(Schema):
    models: list[ModelSummary]


class InputPreparation(Schema):
    """x[c] = (scale · q[c] − mean[c]) / std[c]; q = 1 − p where `invert` is set, else p; values p are from 0 to 1."""

    colour: Literal["rgb", "bgr", "grey"]
    invert: bool
    fit: Literal["cover", "contain", "stretch"]
    scale: float
    mean: list[float]
    std: list[float]
    source: Literal["file", "person", "guess"]


class Output(Schema):
    """How the last layer's values are read."""

    ending: Literal["softmax", "logits", "log_softmax", "sigmoid", "binary"]
    added: list[str] = Field(description="Layers that the model's own file does not have.")
    scores: str = Field(description="The layer, or `input`, whose values are the scores before probabilities.")


class SourceFile(Schema):
    name: str
    sha256: str


class Origin(Schema):
    """Where an imported model is from, and what became of its parts."""

    format: str = Field(examples=["onnx"])
    producer: str
    files: list[SourceFile]
    layout: Literal["chw", "hwc"]
    folded: list[str]
    dropped: list[str]
    licence: str | None = Field(None, description="What the file says of it; not there where it says nothing.")
    author: str | None = None


class Input(Schema):
    shape: Shape
    channels: list[str] = Field(examples=[["red", "green", "blue"]])
    range: list[float] = Field(min_length=2, max_length=2, examples=[[0, 1]])
    preparation: InputPreparation | None = Field(
        description="How a picture's values become the input; null where they are divided by 255 and nothing else."
    )


class Category(Schema):
    index: int
    name: str
    labels: Texts
    wnid: str | None = Field(None, description="WordNet id, where the class has one.")


class ReceptiveField(Schema):
    """The pixels start + i·jump … start + i·jump + size − 1 of the picture made value i."""

    size: Pair
    jump: Pair
    start: Pair


class Layer(BaseModel):
    """Hyperparameters stand beside these fields and depend on the kind: `filters`, `kernel`, `stride`,
    `padding`, `dilation`, `window`, `count_include_pad`, `slope`, `units`, `epsilon`."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(examples=["conv_1_1"])
    kind: str = Field(examples=["conv2d"])
    inputs: list[str] = Field(
        description="The layers whose outputs it reads, in its order; `input` is the picture.",
        examples=[["input"]],
    )
    origin: list[str] = Field(
        description="The names that it had in the file it was imported from, first the one whose output it is."
    )
    output_shape: Shape
    parameter_count: int
    parameters: dict[str, Shape] = Field(examples=[{"weight": [10, 3, 3, 3], "bias": [10]}])
    receptive_field: ReceptiveField | None


class Model(Schema):
    id: str = Field(examples=["tiny-vgg"])
    title: Texts
    digest: str = Field(description="Names description and weights; changes with either.")
    input: Input
    output: Output
    origin: Origin | None = Field(description="Null for a model that was made by this program.")
    classes: list[Category]
    parameter_count: int = Field(examples=[19920])
    activation_count: int = Field(description="Values of all layers in one run.", examples=[195762])
    in_pieces: bool = Field(
        description="A run or the parameters are large: ask for an overview first, then for layers and units."
    )
    layers: list[Layer]
    training: dict[str, Any] | None = Field(description="History, confusion matrix and recipe, where known.")
    samples_default: str | None = Field(description="The sample shown first.", examples=["espresso"])


class Choices(BaseModel):
    """What a person has said of a model; all of it may be left out."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    classes: list[str] = Field([], max_length=10_000, description="The names of the classes, in the network's order.")
    way: Literal["0..1", "-1..1", "imagenet", "0..255"] | None = Field(
        None, description="How the values of a picture become the input."
    )
    colour: Literal["rgb", "bgr", "grey"] | None = None
    invert: bool | None = None
    fit: Literal["cover", "contain", "stretch"] | None = Field(None, description="How a picture fills the input.")
    preparation: dict[str, Any] | None = Field(
        None, description="A whole preparation, as a description has it; the four before are then left out."
    )
    output: str | None = Field(None, max_length=1000, description="Which of several outputs is shown.")
    architecture: str | None = Field(None, max_length=100, description="The network that weights alone belong to.")


class OwnLayer(Schema):
    """A layer of ours with the names that it, and what was merged into it, have in the person's file."""

    name: str
    kind: str
    shape: Shape
    origin: list[str]
    parameters: int


class OwnNote(Schema):
    """Something that was done on the way in."""

    action: Literal["folded", "dropped", "added", "renamed", "split"]
    what: str = Field(description="The step of the file.")
    reason: str = Field(description="The key of a sentence, `own.reasons.<reason>`.")
    into: str | None = Field(description="The layer of ours, where there is one.")


class OwnReport(Schema):
    """What the files hold, and what became of each part."""

    format: str = Field(examples=["keras"])
    producer: str = Field(examples=["Keras 2.4"])
    files: dict[str, str] = Field(description="SHA-256 by name.")
    input_shape: Shape
    preparation: InputPreparation | None
    classes: list[str]
    classes_source: Literal["person", "file", "beside", "usual", "numbers"]
    suggestions: dict[str, list[str]]
    ending: str
    added: list[str]
    outputs: list[str]
    output: str | None
    licence: str | None
    author: str | None
    snippet: str | None = Field(description="Lines for the person's framework that write expected.npz.")
    parameter_count: int
    multiplications: int = Field(description="Multiply-adds of one run.")
    activations: int = Field(description="Values of one run, 4 bytes each.")
    layers: list[OwnLayer]
    notes: list[OwnNote]


class Score(Schema):
    class_: int = Field(alias="class")
    logit: float | None
    probability: float | None


class LineUpWay(Schema):
    way: Literal["0..1", "-1..1", "imagenet", "0..255"]
    colour: Literal["rgb", "bgr", "grey"]
    invert: bool
    preparation: InputPreparation
    scores: list[Score] | None = Field(description="Null where the values overflow.")


class LineUp(Schema):
    """One picture in each of the eight usual ways."""

    ways: list[LineUpWay]


class LayerDifference(Schema):
    layer: str
    name: str = Field(description="What the layer is called in the file.")
    difference: float | None = Field(description="The largest, as a share of the layer's largest value.")


class ScorePair(Schema):
    class_: int = Field(alias="class")
    theirs: float
    ours: float | None


class Proof(Schema):
    """The numbers of another framework beside ours."""

    by: Literal["onnxruntime", "expected"] | None = Field(description="Null where nothing was compared.")
    version: str | None = Field(description="Of ONNX Runtime.")
    why: str | None = Field(description="Why nothing was compared: not_onnx, not_installed, or an error's code.")
    reason: str | None = Field(None, description="What ONNX Runtime says.")
    layers: list[LayerDifference] | None = None
    largest: LayerDifference | None = None
    scores: list[ScorePair] | None = None


class OwnModel(Schema):
    """A model that was brought in."""

    id: str | None = Field(description="What every other route takes; null with `inspect`.", examples=["own-5f…"])
    content: str = Field(description="SHA-256 of the files' contents alone: the same for other names and choices.")
    report: OwnReport
    questions: list[dict[str, Any]] = Field(
        description="What neither file nor person has said: `about` is classes, preparation, fit or output."
    )
    description: Model
    proof: Proof | None = Field(description="With `check`.")


class LayerParameters(BaseModel):
    """`weight` is (O, C / groups, Kh, Kw) for a convolution and (O, I) for a dense layer; `bias` is (O,). With `units`
    only those rows of them."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Tensor]

    name: str
    units: Pair | None = Field(None, description="Where only some units were asked for: the first and the last.")


class Parameters(Schema):
    layers: list[LayerParameters]


class Sample(Schema):
    id: str = Field(examples=["espresso"])
    class_: int | None = Field(alias="class", description="Index of the class it shows, if any.")
    role: str = Field(description="clear, instructive, teaching, or lesson", examples=["clear"])
    title: Texts
    caption: Texts
    url: str
    thumbnail: str
    run: str
    digest: str
    lesson: str | None = Field(None, description="The lesson that brings this picture.", examples=["edges"])


class Samples(Schema):
    samples: list[Sample]


class View(Schema):
    width: int
    height: int
    picture: str | None = Field(None, description="A picture of it (PNG or JPEG) as a data address, where asked for.")


class Step(Schema):
    id: Literal[
        "reduce", "orientation", "colours", "alpha", "crop", "resize", "scale", "invert", "channels", "normalise"
    ]
    params: dict[str, Any]
    before: View
    after: View


class Crop(Schema):
    """A square on the upright picture, turned clockwise about its centre."""

    x: float
    y: float
    size: float
    rotate: float


class Preparation(Schema):
    """What was done to the picture, in order."""

    source: dict[str, Any] = Field(examples=[{"format": "JPEG", "width": 4000, "height": 3000, "mode": "RGB"}])
    upright: View = Field(description="Size of the picture as it stands upright; a picture of it with `upright=…`.")
    crop: Crop
    steps: list[Step]


class Numbers(Schema):
    """Numbers of another type, in the same form."""

    shape: Shape
    dtype: Literal["float32", "int32", "uint8"]
    data: str | Nested


class Statistics(Schema):
    """Of all values of a layer."""

    count: int
    zeros: int = Field(description="Values that are exactly 0.")
    minimum: float
    maximum: float
    mean: float
    magnitude: float = Field(description="The nearest-rank 99.5th percentile of |value|.")


class LayerValues(Schema):
    """A layer's values (`tensor`), or with `detail=overview` what a map of the network shows of it."""

    name: str
    kind: str
    shape: Shape
    units: Pair | None = Field(
        None, description="First and last unit that `tensor` or `thumbnails` hold, where not all."
    )
    tensor: Tensor | None = None
    statistics: Statistics | None = None
    minimum: Tensor | None = Field(None, description="(U,) the least value of each unit.")
    maximum: Tensor | None = Field(None, description="(U,) the largest value of each unit.")
    order: Numbers | None = Field(None, description="(U,) int32: the units by largest value, the largest first.")
    low: Tensor | None = Field(None, description="(N,) what 0 stands for in each thumbnail.")
    high: Tensor | None = Field(None, description="(N,) what 255 stands for in each thumbnail.")
    thumbnails: Numbers | None = Field(
        None, description="(N, h, w) uint8: maps reduced by averaging. Vectors have none."
    )


class Run(Schema):
    """One forward pass with every activation."""

    model: str = Field(examples=["tiny-vgg"])
    digest: str
    edits: list[str] | None = Field(
        None,
        description="What was changed in the network for this run, in canonical form; absent where nothing was.",
        examples=[["conv_1_2[3]=0", "max_pool_1:avg_pool2d"]],
    )
    input: Tensor | None = Field(None, description="Absent with `input=none`.")
    preparation: Preparation | None = Field(None, description="Absent for a tensor, and with `preparation=none`.")
    layers: list[LayerValues]
    scores: list[Score] = Field(description="In class order.")
    note: dict[str, Any] | None = Field(
        None,
        description="`out_of_distribution` where the picture resembles nothing that the network learnt from: how many "
        "numbers of its maps lie outside their usual range, which the furthest, and how often that is a mistake.",
    )


Edits = Annotated[
    list[str],
    Field(
        description="What is changed in the network for this run, one edit a text: docs/api.md has the notation.",
        examples=[["conv_1_2[3]=0", "max_pool_1:avg_pool2d"]],
    ),
]


class RunOfSample(Schema):
    """Run a picture of the gallery."""

    sample: str = Field(examples=["espresso"])
    edits: Edits = []


class RunOfTensor(Schema):
    """Run numbers of your own, already in the network's shape and range."""

    input: Tensor
    edits: Edits = []


class Health(Schema):
    status: Literal["ok"]


class Readiness(Schema):
    status: Literal["ready"]
    models: dict[str, float | None] = Field(
        description="Largest deviation from the golden values, relative to the largest score; null without any."
    )


class Version(Schema):
    name: Literal["cnn-loupe"]
    version: str
    api: Literal["v1"]
