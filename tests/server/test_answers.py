"""What answers carry: headers, caching, languages, values."""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from cnn_loupe.server.app import create_app
from cnn_loupe.server.i18n import LANGUAGES, accepted, load_catalogue
from cnn_loupe.server.pages import MOST_STORED, Pages
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.conftest import ROOT
from tests.models import SPECS, network, random_picture
from tests.pictures import encoded, scene

RUN = "/api/v1/models/tiny-vgg/samples/espresso/run"


def tensor_of(found: dict[str, object]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(str(found["data"])), "<f4").reshape(found["shape"])  # type: ignore[call-overload]


@pytest.mark.parametrize("model", ["minimal", "deep", "wide", "tiny-vgg"])
def test_a_run_carries_exactly_what_the_engine_computed(client: Client, model: str) -> None:
    picture = random_picture(SPECS[model])
    body = {"input": {"shape": list(picture.shape), "data": base64.b64encode(picture.tobytes()).decode()}}
    answer = client.post(f"/api/v1/models/{model}/runs", json=body).json()
    engine = client.app.state.services.library.entry(model).network if model == "tiny-vgg" else network(model)
    expected = engine.run(picture)
    np.testing.assert_array_equal(tensor_of(answer["input"]), picture)
    for layer in answer["layers"]:
        np.testing.assert_array_equal(tensor_of(layer["tensor"]), expected.activations[layer["name"]])


def test_layers_can_be_chosen(client: Client) -> None:
    url = "/api/v1/models/minimal/runs"
    body = {"input": {"shape": [1, 8, 8], "data": [[[0.5] * 8] * 8]}}
    chosen = client.post(f"{url}?layers=scores,edges", json=body).json()["layers"]
    assert [layer["name"] for layer in chosen] == ["edges", "scores"]
    assert client.post(f"{url}?layers=none", json=body).json()["layers"] == []


@pytest.mark.parametrize("form", ["base64", "list", "safetensors"])
def test_the_input_can_be_left_out(client: Client, form: str) -> None:
    url = f"/api/v1/models/tiny-vgg/runs?encoding={form}"
    body = {"sample": "espresso"}
    whole = client.post(f"{url}&layers=softmax", json=body)
    small = client.post(f"{url}&layers=softmax&input=none", json=body)
    assert len(whole.content) - len(small.content) > 4 * 3 * 64 * 64
    if form != "safetensors":
        assert "input" not in small.json()
        assert {key: value for key, value in whole.json().items() if key != "input"} == small.json()


def test_the_readmes_example_gives_the_scores_and_little_else(client: Client) -> None:
    (query,) = re.findall(r"/api/v1/models/tiny-vgg/runs\S*(?=')", (ROOT / "README.md").read_text("utf-8"))
    answer = client.post(query, json={"sample": "espresso"})
    assert len(answer.json()["scores"]) == 10
    assert len(answer.content) < 2_000


def test_a_sample_runs_alike_by_name_by_bytes_and_from_the_cache(client: Client) -> None:
    base = "/api/v1/models/tiny-vgg"
    cached = client.get(RUN).json()
    by_name = client.post(f"{base}/runs", json={"sample": "espresso"}).json()
    by_bytes = client.post(f"{base}/runs", content=client.get(f"{base}/samples/espresso").content).json()
    assert cached == by_name == by_bytes


def test_who_takes_no_gzip_makes_a_thread_unpack_not_the_loop(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    etag = client.get(RUN, headers={"Accept-Encoding": "identity"}).headers["etag"]
    threads = []

    def noted(data: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return gzip.decompress(data)

    monkeypatch.setattr("cnn_loupe.server.cached.unpack", noted)
    assert client.get(RUN, headers={"Accept-Encoding": "identity"}).status_code == 200
    assert len(threads) == 1
    assert threads[0].startswith("compute")
    for headers in ({"If-None-Match": etag, "Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip"}):
        client.get(RUN, headers=headers)
    assert len(threads) == 1


def test_a_sample_run_is_made_once_and_kept_by_its_digest(client: Client) -> None:
    first = client.get(RUN, headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "public, no-cache"
    etag = first.headers["etag"]
    assert not etag.startswith("W/")
    assert client.get(RUN, headers={"Accept-Encoding": "gzip", "If-None-Match": etag}).status_code == 304
    plain = client.get(RUN, headers={"Accept-Encoding": "identity"})
    assert plain.headers["etag"] != etag
    assert plain.json() == first.json()
    samples = client.get("/api/v1/models/tiny-vgg/samples").json()["samples"]
    sample = next(sample for sample in samples if sample["id"] == "espresso")
    kept = client.get(sample["run"])
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(f"{RUN}?v=0000").headers["cache-control"] == "no-store"
    for address in (sample["url"], sample["thumbnail"]):
        picture = client.get(address)
        assert picture.headers["cache-control"].endswith("immutable")
        assert picture.headers["content-type"].startswith("image/")


@pytest.mark.parametrize("url", ["/", "/api/docs", "/healthz", "/nowhere", "/api/v1/models"])
def test_every_answer_carries_the_security_headers(client: Client, url: str) -> None:
    headers = client.get(url).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert "https:" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "server" not in headers
    assert "set-cookie" not in headers
    assert "access-control-allow-origin" not in headers


def test_pages_hold_no_inline_script_and_no_style_attribute(client: Client) -> None:
    for url in ("/", "/api/docs", "/?lang=zh-Hans", "/learn/convolution"):
        html = client.get(url, headers={"Accept": "text/html"}).text
        for opening in re.findall(r"<script[^>]*>", html):
            assert "src=" in opening or 'type="application/json"' in opening, opening
        assert not re.search(r"\sstyle=", html)
        assert not re.search(r"\son[a-z]+=", html)
        assert "<style" not in html


def test_the_page_carries_its_boot_data_and_starts_loading_early(client: Client) -> None:
    html = client.get("/").text
    boot = json.loads(re.search(r'<script type="application/json" id="boot">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    assert boot["default_model"] == "tiny-vgg"
    assert boot["api"] == "/api/v1"
    assert boot["catalogue"]["errors"]["server_busy"]
    preloads = re.findall(r'<link rel="preload" as="fetch" href="([^"]+)"', html)
    assert any("/run?v=" in address for address in preloads)
    for address in [*preloads, *re.findall(r'<link rel="modulepreload" href="([^"]+)"', html)]:
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address
    for address in re.findall(r'<link rel="stylesheet" href="([^"]+)"', html):
        assert client.get(address).headers["content-type"].startswith("text/css")


def test_a_page_names_the_scripts_that_its_models_first_run_waits_for(client: Client) -> None:
    """A model without a gallery has its pictures made in the page; one with a gallery needs nothing for that."""
    made = {
        model: "js/elements/made-pictures.js" in client.get(f"/?model={model}").text for model in ("deep", "tiny-vgg")
    }
    assert made == {"deep": True, "tiny-vgg": False}


@pytest.mark.parametrize(
    ("url", "headers", "language"),
    [
        ("/", {}, "en"),
        ("/", {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh-Hans"),
        ("/", {"Accept-Language": "fr,zh;q=0.5,en;q=0.1"}, "zh-Hans"),
        ("/", {"Accept-Language": "fr;q=1, en;q=0.2, zh;q=0"}, "en"),
        ("/", {"Accept-Language": "zh", "Cookie": "lang=en"}, "en"),
        ("/?lang=zh-Hans", {"Accept-Language": "en", "Cookie": "lang=en"}, "zh-Hans"),
        ("/?lang=klingon", {"Accept-Language": "\x00;;q=,,"}, "en"),
    ],
)
def test_the_language_is_chosen_by_address_then_cookie_then_browser(
    client: Client, url: str, headers: dict[str, str], language: str
) -> None:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_accept_language_is_read_by_weight_then_order() -> None:
    assert accepted("a;q=0.5, b, c;q=0.5, d;q=0") == ["b", "a", "c"]
    assert accepted("") == []


def test_both_languages_hold_the_same_keys_and_placeholders() -> None:
    def flat(node: object, path: str = "") -> dict[str, set[str]]:
        if isinstance(node, dict):
            return {key: value for name, part in node.items() for key, value in flat(part, f"{path}.{name}").items()}
        return {path: set(re.findall(r"\{(\w+)\}", str(node)))}

    catalogues = {language: load_catalogue(language) for language in LANGUAGES}
    for area in ("errors", "docs"):
        assert flat(catalogues["en"][area]) == flat(catalogues["zh-Hans"][area])


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2fpyproject.toml", "%2e%2e/%2e%2e/pyproject.toml", "..\\pyproject.toml", "%252e%252e/pyproject.toml",
     "js/../../pyproject.toml", "/etc/passwd", "//etc/passwd", "js/%00main.js", "....//pyproject.toml",
     "%c0%ae%c0%ae/pyproject.toml", "js", "", "."],
)  # fmt: skip
def test_traversal_is_refused_in_every_encoding(client: Client, name: str) -> None:
    answer = client.get(f"/static/x/{name}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_files_of_an_old_version_get_the_current_file_unstored(client: Client) -> None:
    current = re.search(r'"static":"([^"]+)"', client.get("/").text)[1]  # type: ignore[index]
    assert client.get(f"{current}js/main.js").headers["cache-control"].endswith("immutable")
    old = client.get("/static/0123456789abcdef/js/main.js")
    assert old.headers["cache-control"] == "no-store"
    assert old.content == client.get(f"{current}js/main.js").content


def test_head_is_answered_like_get(client: Client) -> None:
    for url in ("/", "/healthz", "/api/v1/models"):
        assert client.request("HEAD", url).status_code == 200


def test_request_ids_come_back_and_strange_ones_are_replaced(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "my-id-12345"}).headers["x-request-id"] == "my-id-12345"
    strange = client.get("/healthz", headers={"X-Request-ID": 'a"<script>\t'}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}", strange)


def with_settings(folder: Path, **settings: object) -> Client:
    return Client(create_app(Settings(models=(folder,), **settings)))  # type: ignore[arg-type]


def test_hosts_origins_frames_and_addresses_are_opened_by_setting_only(models_folder: Path) -> None:
    with with_settings(
        models_folder,
        allowed_hosts=("example.org", "*.example.net"),
        cors_origins=("https://school.example",),
        frame_ancestors="https://school.example",
        picture_by_address=True,
    ) as client:
        for path in ("/", "/version", "/api/v1/models", "/healthz/", "//healthz"):
            assert client.get(path).json()["code"] == "unknown_host"
        for host in ("example.org", "example.org:8000", "a.example.net"):
            assert client.get("/version", headers={"Host": host}).status_code == 200
        # A kubelet, or the image's own health check, knows no name.
        for probe in ("/healthz", "/readyz"):
            assert client.get(probe, headers={"Host": "10.244.0.7:8000"}).status_code == 200
        good = {"Host": "example.org", "Origin": "https://school.example"}
        assert client.get("/healthz", headers=good).headers["access-control-allow-origin"] == good["Origin"]
        bad = {**good, "Origin": "https://evil.example"}
        assert "access-control-allow-origin" not in client.get("/healthz", headers=bad).headers
        preflight = {**good, "Access-Control-Request-Method": "POST"}
        assert client.request("OPTIONS", "/api/v1/models", headers=preflight).status_code == 204
        policy = client.get("/", headers=good).headers["content-security-policy"]
        assert "frame-ancestors https://school.example" in policy
        assert "connect-src 'self' https:" in policy
        assert "script-src 'self';" in policy


def test_a_page_is_made_once_for_all_who_see_the_same(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    render = Pages.render

    def counted(self: Pages, name: str, *args: Any, **context: Any) -> str:
        made.append(name)
        return render(self, name, *args, **context)

    monkeypatch.setattr(Pages, "render", counted)
    app = create_app(Settings(models=(models_folder,)), live=False)
    with Client(app) as client:
        seen = {}
        for path in (
            "/",
            "/?view=softmax:probabilities[1]",
            "/?model=deep",
            "/embed/network",
            "/embed/network?text=120",
        ):
            for headers in ({}, {"Accept-Language": "zh-Hans"}, {"Cookie": "theme=dark"}):
                first, second = client.get(path, headers=headers), client.get(path, headers=headers)
                plain = client.get(path, headers=headers | {"Accept-Encoding": "identity"})
                assert first.content == second.content == plain.content
                seen[path, str(headers)] = first.text
        # The theme of an embed stands in its address, not in a cookie.
        embeds = [text for (path, _), text in seen.items() if path.startswith("/embed")]
        pages = [text for (path, _), text in seen.items() if not path.startswith("/embed")]
        assert (len(set(pages)), len(set(embeds))) == (9, 4)
        assert len(made) == 9 + 4
        for number in range(2 * MOST_STORED):
            assert client.get(f"/embed/network?text={75 + number}").status_code == 200
        assert client.get("/").text == seen["/", "{}"]
        assert len(app.state.pages._stored) == MOST_STORED


def test_an_address_of_ipv6_can_be_allowed(models_folder: Path) -> None:
    with with_settings(models_folder, allowed_hosts=("[::1]",)) as client:
        for host, status in (("[::1]:8000", 200), ("[::1]", 200), ("[::2]:8000", 400)):
            assert client.get("/version", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    "host", ["a b", "a/b", "c@d", "a b/c@d", "a:b", "a:1:2", "::1", "[::1", "a%2", "a\\b", "a#", "a?", '"a"', "é"]
)
def test_a_host_that_is_none_is_refused_everywhere(client: Client, host: str) -> None:
    for path in ("/", "/healthz", "/api/v1/models"):
        answer = client.get(path, headers={"Host": host.encode()})
        assert (answer.status_code, answer.json()["code"]) == (400, "host_malformed")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "host", ["a", "a.b:80", "a_b.c-d", "127.0.0.1:8000", "[::1]:8000", "xn--bcher-kva.example", ""]
)
def test_a_host_that_is_one_is_answered(client: Client, host: str) -> None:
    assert client.get("/version", headers={"Host": host}).status_code == 200


def test_what_is_allowed_instead_of_a_refused_method_is_answered(client: Client) -> None:
    for path, methods in (
        ("/api/v1/models", "GET, HEAD"),
        ("/", "GET, HEAD"),
        ("/healthz", "GET, HEAD"),
        ("/api/v1/models/tiny-vgg/runs", "POST"),
    ):
        refused = client.request("DELETE", path)
        assert (refused.status_code, refused.headers["allow"]) == (405, methods)
    assert client.request("HEAD", "/api/v1/models").status_code == 200


@pytest.mark.parametrize("prefix", ["", "/learn/cnn"])
def test_under_a_sub_path_everything_works_whether_the_proxy_takes_it_off_or_not(
    models_folder: Path, prefix: str
) -> None:
    with with_settings(models_folder, root_path="/learn/cnn/") as client:
        html = client.get(f"{prefix}/").text
        addresses = re.findall(r'(?:href|src)="(/[^"]+)"', html)
        assert len(addresses) > 5
        for address in addresses:
            assert address.startswith("/learn/cnn/")
            taken_off = address.removeprefix("/learn/cnn") if not prefix else address
            assert client.get(taken_off.replace("&amp;", "&")).status_code in (200, 204), address
        assert client.get(f"{prefix}/api/v1/openapi.json").json()["servers"] == [{"url": "/learn/cnn"}]


def test_the_api_page_names_every_call_and_loads_nothing_foreign(client: Client) -> None:
    for language in LANGUAGES:
        html = client.get(f"/api/docs?lang={language}").text
        for path in client.get("/api/v1/openapi.json").json()["paths"]:
            assert path in html
        assert load_catalogue(language)["docs"]["title"] in html
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_a_browser_that_navigates_nowhere_gets_a_page_and_a_script_gets_the_problem(client: Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "zh-CN"}
    page = client.get("/nowhere", headers=browser)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert load_catalogue("zh-Hans")["errors"]["not_found"] in page.text
    for url, headers in (("/nowhere", {"Accept": "*/*"}), ("/api/v1/nowhere", browser)):
        assert client.get(url, headers=headers).headers["content-type"] == "application/problem+json"


def test_stored_answers_compress_to_what_they_were(client: Client) -> None:
    packed = client.get("/api/v1/models/tiny-vgg/parameters", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/api/v1/models/tiny-vgg/parameters", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert len(gzip.compress(plain.content)) < len(plain.content)


def test_a_picture_is_prepared_and_told_step_by_step(client: Client) -> None:
    url = "/api/v1/models/tiny-vgg/runs?layers=none&preparation=full&x=10&y=5&size=70&rotate=-15"
    found = client.post(url, content=encoded(scene(), "JPEG")).json()["preparation"]
    assert found["crop"] == {"x": 10, "y": 5, "size": 70, "rotate": 345}
    assert found["source"]["format"] == "JPEG"
    for step in found["steps"]:
        assert step["after"]["picture"].startswith("data:image/png;base64,")


def test_metrics_count_requests_without_naming_anybody(models_folder: Path) -> None:
    from tests.conftest import free_port

    port = free_port()
    with with_settings(models_folder, metrics_port=port) as client:
        client.get("/api/v1/models")
        client.get("/nowhere-secret")
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics")
        assert answer.headers["server"] == "cnn-loupe"
        text = answer.text
    assert 'cnn_loupe_requests_total{method="GET",status="200"} 1.0' in text
    assert 'status="404"' in text
    assert "secret" not in text


def test_a_picture_of_nothing_is_noted_with_its_numbers_and_a_clear_one_is_not(client: Client) -> None:
    url = "/api/v1/models/tiny-vgg/runs?layers=relu_1_1,relu_1_2,relu_2_1,relu_2_2"
    answer = client.post(url, content=encoded(Image.new("RGB", (64, 64), (10, 90, 200)), "PNG")).json()
    note = answer["note"]["out_of_distribution"]
    assert note["threshold"] < note["value"] <= note["numbers"] == 3 * 40
    assert 0 < note["false_alarms"] < 0.1
    maps = {layer["name"]: tensor_of(layer["tensor"]) for layer in answer["layers"]}
    for entry in note["outside"]:
        spread = maps[entry["layer"]].astype(float).std(axis=(1, 2))
        mean = maps[entry["layer"]].astype(float).mean(axis=(1, 2))
        share = spread / (spread.sum() or 1)
        own = {"mean": mean, "spread": spread, "share": share}[entry["statistic"]][entry["unit"]]
        assert own == pytest.approx(entry["value"])
        assert not entry["low"] <= own <= entry["high"]
    assert client.post(url, json={"sample": "espresso"}).json().get("note") is None


def test_a_model_that_remembers_no_familiar_pictures_notes_nothing(client: Client) -> None:
    body = {"input": {"shape": [3, 24, 24], "data": [[[0.5] * 24] * 24] * 3}}
    assert client.post("/api/v1/models/wide/runs?layers=none", json=body).json().get("note") is None
