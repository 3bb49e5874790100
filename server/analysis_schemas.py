"""What the API takes and answers where runs are analysed: tables of ablations, and two runs compared."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cnn_loupe.server.schemas import Edits, RunOfSample, RunOfTensor, Schema, Score, Tensor


class AblationsOf(Schema):
    """What a table of ablations is of."""

    edits: Edits = Field([])
    class_: int | None = Field(None, alias="class", description="Whose score is looked at; the answer's without it.")
    by: Literal["zero", "mean"] = Field("zero", description="What stands in a unit's place.")
    layers: list[str] | None = Field(
        None, description="Whose units; those of activation functions without it.", examples=[["relu_2_2"]]
    )


class AblationsOfSample(AblationsOf):
    """Switch units off for a picture of the gallery."""

    sample: str = Field(examples=["espresso"])


class AblationsOfTensor(AblationsOf):
    """Switch units off for numbers of your own."""

    input: Tensor


class Ablation(Schema):
    """One unit switched off, all others as they were."""

    layer: str = Field(examples=["relu_2_2"])
    unit: int
    edit: str = Field(description="The edit that does it.", examples=["relu_2_2[3]=0"])
    logit: float
    logit_change: float = Field(description="Of the class's score; negative where the unit speaks for it.")
    probability: float | None
    probability_change: float | None
    answer: int = Field(description="The class that the network then answers.")
    predicted: float = Field(description="The change of the score that the gradient foretells: Σ g · (instead − a).")
    silent: bool = Field(description="Whether the unit gives 0 everywhere for this picture.")


class Ablations(Schema):
    """A row for each unit, in the network's order."""

    model: str
    digest: str
    edits: list[str] | None = None
    class_: int = Field(alias="class")
    by: Literal["zero", "mean"]
    logit: float
    probability: float | None
    answer: int
    rows: list[Ablation]


class TwoRuns(Schema):
    """Two runs: each is a source with `sample` or `input`, and `edits` where it has some."""

    a: RunOfSample | RunOfTensor
    b: RunOfSample | RunOfTensor


class Difference(Schema):
    """How far values of B are from those of A."""

    distance: float | None = Field(description="‖B − A‖ / ‖A‖; null where A is 0 everywhere.")
    cosine: float | None = Field(description="Of the angle between A and B; null where one of them is 0.")
    largest: float = Field(description="The largest |B − A|.")


class LayerComparison(Difference):
    layer: str
    kind: str
    units_changed: float = Field(description="Share of units with ‖B − A‖ above a tenth of ‖A‖.")
    gates_flipped: float | None = Field(description="Share of values that are positive in one of the two alone.")
    winners_moved: float | None = Field(description="Share of windows whose largest value lies in another place.")


class ComparedRun(Schema):
    edits: list[str] | None = None
    scores: list[Score]


class Comparison(Schema):
    """Two runs of a model, layer by layer."""

    model: str
    digest: str
    a: ComparedRun
    b: ComparedRun
    input: Difference
    layers: list[LayerComparison]
