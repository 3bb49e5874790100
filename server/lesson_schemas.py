"""What the API answers of lessons."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cnn_loupe.server.schemas import Schema, Texts


class LessonSummary(Schema):
    id: str = Field(examples=["edges"])
    languages: list[str] = Field(description="The languages it is written in.", examples=[["en", "zh-Hans"]])
    title: Texts
    about: dict[str, str] = Field(description="What it is about, by language; empty where it does not say.")
    model: str = Field(examples=["tiny-vgg"])
    step_count: int


class Lessons(Schema):
    lessons: list[LessonSummary]


class LessonAnswer(Schema):
    """What the engine answers. A `number`, a `probability` (0 to 1) and a `count` are numbers, a `class` is an
    index, a `shape` a list of sizes."""

    of: str = Field(
        description="What was asked of the engine.", examples=["conv_1_2[3, 30, 24]", "probability(espresso)"]
    )
    kind: Literal["number", "probability", "count", "class", "shape"]
    value: float | int | list[int] = Field(examples=[-0.31, 910, [10, 60, 60]])
    tolerance: float = Field(description="How far a typed answer may lie from it.", examples=[0.005])


class LessonQuestion(Schema):
    ask: Texts
    answer: LessonAnswer
    model: str
    sample: str | None = Field(description="The picture that it is asked of.", examples=["edges.bars"])


class LessonStep(Schema):
    """Texts are plain: paragraphs between empty lines, code between backticks, and nothing else is markup."""

    title: Texts
    text: Texts
    link: str = Field(
        description="The state of the page that the step shows, as its address has it.",
        examples=["?model=tiny-vgg&sample=edges.bars&view=neuron:conv_1_1[3]"],
    )
    question: LessonQuestion | None


class Lesson(LessonSummary):
    steps: list[LessonStep]
    pictures: list[str] = Field(
        description="Its own pictures, which are samples of every model that takes pictures.",
        examples=[["edges.bars"]],
    )
