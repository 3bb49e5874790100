"""Every answer fits the schema that the documentation shows for it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image
from pydantic import BaseModel

from cnn_loupe.server import analysis_schemas, lesson_schemas, schemas
from cnn_loupe.server.app import create_app
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.lessons import write_lesson
from tests.models import SPECS, random_picture

MODELS = ["minimal", "deep", "wide", "tiny-vgg"]


@pytest.fixture(scope="module")
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def check(document: dict[str, Any], schema: type[BaseModel], answer: Any) -> None:
    """Both forms of the schema must accept it: the class, and what OpenAPI says of it."""
    schema.model_validate(answer, strict=True)
    wanted = {"$ref": f"#/components/schemas/{schema.__name__}", "components": document["components"]}
    jsonschema.Draft202012Validator(wanted).validate(answer)


def png(width: int = 90, height: int = 60) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_the_description_is_openapi_3_1_and_complete(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            success = operation["responses"]["200"]
            assert success["content"], (path, method)
            for status, answer in operation["responses"].items():
                if status != "200":
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_every_reference_of_the_description_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in set(references(document)):
        assert reference.rsplit("/", 1)[1] in document["components"]["schemas"]


def test_every_example_in_the_description_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for name, schema in document["components"]["schemas"].items():
        for field, value in schema.get("properties", {}).items():
            for example in value.get("examples", []):
                validator = jsonschema.Draft202012Validator({**value, "components": document["components"]})
                assert validator.is_valid(example), (name, field, example)
                checked += 1
    assert checked > 10


@pytest.mark.parametrize("model", MODELS)
def test_descriptions_parameters_and_samples_fit_their_schemas(
    client: Client, document: dict[str, Any], model: str
) -> None:
    base = f"/api/v1/models/{model}"
    check(document, schemas.Model, client.get(base).json())
    check(document, schemas.Parameters, client.get(f"{base}/parameters").json())
    check(document, schemas.Samples, client.get(f"{base}/samples").json())


@pytest.mark.parametrize("encoding", ["base64", "list"])
@pytest.mark.parametrize("model", MODELS)
def test_runs_of_tensors_fit_the_schema(client: Client, document: dict[str, Any], model: str, encoding: str) -> None:
    picture = random_picture(SPECS[model])
    body = {"input": {"shape": list(picture.shape), "dtype": "float32", "data": picture.tolist()}}
    answer = client.post(f"/api/v1/models/{model}/runs?encoding={encoding}", json=body).json()
    check(document, schemas.Run, answer)
    assert [layer["name"] for layer in answer["layers"]] == [layer.name for layer in SPECS[model].layers]
    assert len(answer["scores"]) == len(SPECS[model].classes)


@pytest.mark.parametrize("preparation", ["none", "summary", "full"])
@pytest.mark.parametrize("model", MODELS)
def test_runs_of_pictures_fit_the_schema(
    client: Client, document: dict[str, Any], model: str, preparation: str
) -> None:
    url = f"/api/v1/models/{model}/runs?preparation={preparation}&x=5&y=-3&size=50&rotate=30"
    answer = client.post(url, content=png()).json()
    check(document, schemas.Run, answer)
    assert ("preparation" in answer) == (preparation != "none")


@pytest.mark.parametrize("model", MODELS)
def test_runs_ablations_and_comparisons_with_edits_fit_their_schemas(
    client: Client, document: dict[str, Any], model: str
) -> None:
    picture = random_picture(SPECS[model])
    layer = SPECS[model].layers[0].name
    source = {"input": {"shape": list(picture.shape), "data": picture.tolist()}, "edits": [f"{layer}[0]=0"]}
    base = f"/api/v1/models/{model}"
    run = client.post(f"{base}/runs", json=source).json()
    check(document, schemas.Run, run)
    assert run["edits"] == [f"{layer}[0]=0"]
    table = client.post(f"{base}/ablations", json={**source, "layers": [layer]}).json()
    check(document, analysis_schemas.Ablations, table)
    assert len(table["rows"]) == SPECS[model].shapes[layer][0]
    comparison = client.post(f"{base}/comparisons", json={"a": {"input": source["input"]}, "b": source}).json()
    check(document, analysis_schemas.Comparison, comparison)
    assert comparison["layers"][0]["distance"] > 0


def test_the_list_of_models_and_the_operators_answers_fit(client: Client, document: dict[str, Any]) -> None:
    check(document, schemas.Models, client.get("/api/v1/models").json())
    check(document, lesson_schemas.Lessons, client.get("/api/v1/lessons").json())
    check(document, schemas.Health, client.get("/healthz").json())
    check(document, schemas.Readiness, client.get("/readyz").json())
    check(document, schemas.Version, client.get("/version").json())


def test_lessons_fit_their_schemas(models_folder: Path, document: dict[str, Any], tmp_path: Path) -> None:
    write_lesson(tmp_path)
    with Client(create_app(Settings(models=(models_folder,), lessons=(tmp_path,)))) as client:
        listed = client.get("/api/v1/lessons").json()
        check(document, lesson_schemas.Lessons, listed)
        assert [lesson["id"] for lesson in listed["lessons"]] == ["edges"]
        lesson = client.get("/api/v1/lessons/edges").json()
        check(document, lesson_schemas.Lesson, lesson)
        kinds = {step["question"]["answer"]["kind"] for step in lesson["steps"] if step["question"]}
        assert kinds == {"number", "count", "class", "probability"}
        check(document, schemas.Samples, client.get("/api/v1/models/tiny-vgg/samples").json())
