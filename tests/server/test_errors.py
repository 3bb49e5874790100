"""Every source of errors answers in the one shape, with words in both languages."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from cnn_loupe.server.i18n import LANGUAGES, load_catalogue
from cnn_loupe.server.schemas import Problem
from tests.client import Client
from tests.conftest import ROOT
from tests.pictures import encoded, scene

MODEL = "/api/v1/models/minimal"
RUNS, ABLATIONS, COMPARISONS = f"{MODEL}/runs", f"{MODEL}/ablations", f"{MODEL}/comparisons"


def tensor(**changes: Any) -> dict[str, Any]:
    good = {"shape": [1, 8, 8], "dtype": "float32", "data": [[[0.5] * 8] * 8]}
    return {"json": {"input": {**good, **changes}}}


def ablated(**changes: Any) -> dict[str, Any]:
    return {"json": {**tensor()["json"], **changes}}


def raw(text: str) -> dict[str, Any]:
    return {"content": text.encode(), "headers": {"Content-Type": "application/json"}}


CASES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/nowhere", {}, 404, "not_found"),
    ("GET", "/api/v1/nowhere", {}, 404, "not_found"),
    ("DELETE", "/api/v1/models", {}, 405, "method_not_allowed"),
    ("GET", RUNS, {}, 405, "method_not_allowed"),
    ("GET", "/api/v1/models/vgg", {}, 404, "unknown_model"),
    ("GET", "/api/v1/models/vgg/parameters", {}, 404, "unknown_model"),
    ("GET", "/api/v1/models/tiny-vgg/samples/unicorn", {}, 404, "unknown_sample"),
    ("GET", "/api/v1/models/tiny-vgg/samples/unicorn/run", {}, 404, "unknown_sample"),
    ("GET", "/api/v1/lessons/unicorn", {}, 404, "unknown_lesson"),
    ("POST", RUNS, {"json": {"sample": "unicorn"}}, 404, "unknown_sample"),
    ("POST", "/api/v1/models/vgg/runs", {"content": b"x"}, 404, "unknown_model"),
    ("POST", RUNS + "?layers=edges,nope", {"content": b"x"}, 422, "unknown_layer"),
    ("POST", RUNS + "?encoding=hex", {"content": b"x"}, 422, "invalid_parameter"),
    ("POST", RUNS + "?preparation=all", {"content": b"x"}, 422, "invalid_parameter"),
    ("POST", RUNS + "?x=nan&y=0&size=3", {"content": b"x"}, 422, "invalid_parameter"),
    ("POST", RUNS + "?x=1", {"content": b"x"}, 422, "crop_incomplete"),
    ("POST", RUNS + "?rotate=10", {"content": b"x"}, 422, "crop_incomplete"),
    ("POST", RUNS + "?x=1&y=1&size=4", tensor(), 422, "crop_of_tensor"),
    ("POST", RUNS, {"content": b""}, 422, "picture_empty"),
    ("POST", RUNS, {"content": b"not a picture"}, 415, "picture_format_unknown"),
    ("POST", RUNS, {"content": b"\0\0\0\x18ftypheic"}, 415, "picture_format_refused"),
    ("POST", RUNS, {"content": b"%PDF-1.7"}, 415, "picture_format_refused"),
    ("POST", RUNS, {"content": b"\x89PNG\r\n\x1a\n"}, 422, "picture_damaged"),
    ("POST", RUNS, {"content": bytes(20_000_001)}, 413, "body_too_large"),
    ("POST", RUNS, raw("{"), 422, "body_not_json"),
    ("POST", RUNS, raw("[" * 1000), 422, "body_not_json"),
    ("POST", RUNS, raw("[" * 60_000), 422, "tensor_malformed"),
    ("POST", RUNS, raw('{"input": {"data": [' + "[]," * 2000 + "[]]}}"), 422, "tensor_malformed"),
    ("POST", RUNS, raw(" " * 100_000), 413, "body_too_large"),
    ("POST", RUNS, raw("[]"), 422, "run_request_malformed"),
    ("POST", RUNS, raw("{}"), 422, "run_request_malformed"),
    ("POST", RUNS, raw('{"sample": "a", "input": {}}'), 422, "run_request_malformed"),
    ("POST", RUNS, raw('{"input": 3}'), 422, "tensor_malformed"),
    ("POST", RUNS + "?edits=edges[0]", tensor(), 422, "edit_malformed"),
    ("POST", RUNS + "?edits=edges[0]=0,5", tensor(), 422, "edit_number_malformed"),
    ("POST", RUNS + "?edits=edges[0]=1e99", tensor(), 422, "edit_not_finite"),
    ("POST", RUNS + "?edits=2!edges[0]=1", tensor(), 422, "edits_version"),
    ("POST", RUNS + "?edits=edges[9]=0", tensor(), 422, "unknown_unit"),
    ("POST", RUNS + "?edits=nope[0]=0", tensor(), 422, "unknown_layer"),
    ("POST", RUNS + "?edits=edges.slope=0", tensor(), 422, "unknown_parameter"),
    ("POST", RUNS + "?edits=edges.bias[7]=0", tensor(), 422, "index_outside_parameter"),
    ("POST", RUNS + "?edits=edges:flatten", tensor(), 422, "kind_not_swappable"),
    ("POST", RUNS + "?edits=edges[0]=clamp:2,1", tensor(), 422, "bounds_reversed"),
    ("POST", RUNS + "?edits=edges[0]=mean", tensor(), 422, "no_gallery"),
    ("POST", RUNS + "?edits=edges[0]=sample:owl", tensor(), 404, "unknown_sample"),
    ("POST", RUNS + "?edits=edges[0]*3e38;edges.weight*3e38", tensor(), 422, "run_overflows"),
    ("POST", RUNS + "?edits=" + "a" * 20_001, tensor(), 422, "invalid_parameter"),
    ("POST", RUNS + "?edits=edges[0]=0", raw('{"sample": "a", "edits": ["edges[0]=0"]}'), 422, "edits_twice"),
    ("POST", RUNS, raw('{"sample": "a", "edits": "edges[0]=0"}'), 422, "edits_not_texts"),
    ("POST", RUNS, raw('{"sample": "a", "edits": ["a[0]=0;b[0]=0"]}'), 422, "edit_number_malformed"),
    ("POST", ABLATIONS, raw('{"sample": "a", "by": "noise"}'), 422, "ablation_by_unknown"),
    ("POST", ABLATIONS, raw('{"sample": "a", "layers": []}'), 422, "layers_not_names"),
    ("POST", ABLATIONS, raw('{"sample": "a", "layers": ["x"]}'), 422, "unknown_layer"),
    ("POST", ABLATIONS, ablated(**{"class": 99}), 422, "unknown_class"),
    ("POST", ABLATIONS, ablated(**{"class": True}), 422, "unknown_class"),
    ("POST", ABLATIONS, ablated(by="mean"), 422, "no_gallery"),
    ("POST", ABLATIONS, raw('{"sample": "a", "units": 3}'), 422, "run_request_malformed"),
    ("POST", COMPARISONS, raw('{"a": {"sample": "a"}}'), 422, "comparison_malformed"),
    ("POST", COMPARISONS, raw('{"a": {"sample": "a"}, "b": {}}'), 404, "unknown_sample"),
    ("POST", RUNS, tensor(dtype="float64"), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(shape=[1, 8]), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(shape=[-1, 8, 8]), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(shape=[1 << 60, 8, 8]), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(data="####"), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(data="AAAA"), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(data=[[["a"] * 8] * 8]), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(data=[[[0.5] * 7] * 8]), 422, "tensor_malformed"),
    ("POST", RUNS, tensor(shape=[3, 2, 2], data=[[[0.5] * 2] * 2] * 3), 422, "tensor_wrong_shape"),
    ("POST", RUNS, raw('{"input": {"data": [[' + ",".join(["[" + ",".join(["NaN"] * 8) + "]"] * 8) + "]]}}"),
        422, "tensor_not_finite"),
    ("POST", RUNS, tensor(data=[[[1e300] * 8] * 8]), 422, "tensor_not_finite"),
    ("POST", RUNS, tensor(data=[[[3e38] * 8] * 8]), 422, "run_overflows"),
    ("GET", "/static/x/../../pyproject.toml", {}, 404, "not_found"),
]  # fmt: skip


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    body = answer.json()
    Problem.model_validate(body, strict=True)
    assert body["status"] == status
    assert body["type"] == f"about:blank#{code}"
    assert body["detail"][0].strip()
    for language in LANGUAGES:
        words = load_catalogue(language)["errors"][code]
        for name in [part.split("}")[0] for part in words.split("{")[1:]]:
            assert name in body["params"], (code, language, name)


@pytest.mark.parametrize(("method", "url", "options", "status", "code"), CASES)
def test_every_bad_request_gets_a_problem_that_says_which_rule_it_broke(
    client: Client, method: str, url: str, options: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(client.request(method, url, **options), status, code)


def test_a_bug_is_a_problem_too_and_shows_nothing_of_the_inside(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("/home/secret/path")

    monkeypatch.setattr("cnn_loupe.server.routes.runs.run_picture", broken)
    answer = client.post(RUNS, content=b"x")
    assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


def test_a_server_without_memory_says_so_and_not_that_the_picture_is_damaged(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("cnn_loupe.server.routes.runs.run_picture", short)
    answer = client.post(RUNS, content=b"x")
    assert_problem(answer, 503, "out_of_memory")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_decoder_without_memory_does_not_say_that_the_picture_is_damaged(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    from PIL import Image, ImageFile

    def short(*_: object) -> None:
        raise MemoryError

    data = encoded(scene(40, 40), kind)
    for place in (Image.Image, ImageFile.ImageFile):
        monkeypatch.setattr(place, "load", short)
    assert_problem(client.post(RUNS, content=data), 503, "out_of_memory")


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(client: Client) -> None:
    pool = client.app.state.services.pool
    pool.jobs += 10_000
    try:
        answer = client.post(RUNS, content=b"x")
    finally:
        pool.jobs -= 10_000
    assert_problem(answer, 503, "server_busy")
    assert int(answer.headers["retry-after"]) >= 1


def test_bodies_held_at_once_are_bounded(client: Client) -> None:
    pool = client.app.state.services.pool
    pool.pending_bytes += 10**9
    try:
        answer = client.post(RUNS, content=b"x")
    finally:
        pool.pending_bytes -= 10**9
    assert_problem(answer, 503, "server_busy")
    assert pool.pending_bytes == 0


def test_unusual_values_in_a_problem_never_make_invalid_json(client: Client) -> None:
    answer = client.get("/api/v1/models/" + "%ED%A0%80%00%0A" * 50)
    assert answer.status_code == 404
    text = json.dumps(answer.json())
    assert "\\ud800" not in text


def codes_in_sources() -> set[str]:
    """Every code that the server or the picture reader can answer with."""
    files = [*(ROOT / "server").rglob("*.py"), *(ROOT / "engine" / "data").glob("[hi]*.py")]
    files += [ROOT / "engine" / name for name in ("run.py", "edits.py", "edit_text.py")]
    position = {"Problem": 1, "problem_response": 1, "_refuse": 1, "ImageError": 0, "TensorError": 0, "EditError": 0}
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            index = position.get(node.func.id if isinstance(node.func, ast.Name) else node.func.attr)
            if index is not None and len(node.args) > index and isinstance(node.args[index], ast.Constant):
                found.add(str(node.args[index].value))
    return found


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_code_that_can_be_answered_has_words(language: str) -> None:
    words = load_catalogue(language)["errors"]
    codes = codes_in_sources()
    assert len(codes) > 25
    assert codes <= words.keys(), codes - words.keys()
