"""What can be embedded, who may show it, and what is refused with which words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from cnn_loupe.server.app import create_app
from cnn_loupe.server.embeds import CONTROLS, NEEDS, USUAL, playgrounds
from cnn_loupe.server.i18n import LANGUAGES, load_catalogue
from cnn_loupe.server.origins import allows, framing_page
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.conftest import ROOT
from tests.server.test_errors import assert_problem

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCHOOL = "https://school.example"

REFUSALS = [
    ("/embed/nothing", 404, "unknown_embed"),
    ("/embed/widget/nothing", 404, "unknown_widget"),
    ("/embed/network?model=vgg", 404, "unknown_model"),
    ("/embed/network?sample=unicorn", 404, "unknown_sample"),
    ("/embed/network?colour=red", 422, "embed_parameter_unknown"),
    ("/embed/widget/softmax?view=neuron:conv_1_2[3]", 422, "embed_parameter_unknown"),
    ("/embed/network?scale=all", 422, "embed_choice_unknown"),
    ("/embed/network?lang=fr", 422, "embed_choice_unknown"),
    ("/embed/network?theme=blue", 422, "embed_choice_unknown"),
    ("/embed/network?controls=link,playback", 422, "embed_choice_unknown"),
    ("/embed/network?text=9999", 422, "embed_number_refused"),
    ("/embed/network?text=huge", 422, "embed_number_refused"),
    ("/embed/network?size=640", 422, "embed_size_refused"),
    ("/embed/network?size=640x50", 422, "embed_size_refused"),
    ("/embed/view", 422, "embed_view_missing"),
    ("/embed/view?view=conv_1_2[3]", 422, "embed_view_refused"),
    ("/embed/view?view=neuron:conv_1_2[3]" + "~input[0]" * 300, 422, "embed_view_refused"),
    ("/embed/view?view=inside:conv_1_2[3]", 422, "embed_choice_unknown"),
    ("/embed/view?view=neuron:conv_1_2", 422, "embed_place_refused"),
    ("/embed/view?view=neuron:conv_9_9[3]", 422, "unknown_layer"),
    ("/embed/view?view=neuron:conv_1_2[10]", 422, "embed_place_outside"),
    ("/embed/view?view=neuron:conv_1_2[3,60,0]", 422, "embed_place_outside"),
    ("/embed/view?view=microscope:conv_1_2[3]!10", 422, "embed_place_outside"),
    ("/embed/view?view=neuron:conv_1_2[3]~input[3]", 422, "embed_place_outside"),
    ("/embed/network?at=conv_1_2[99]", 422, "embed_place_outside"),
]


@pytest.mark.parametrize(("url", "status", "code"), REFUSALS)
def test_an_address_that_cannot_be_shown_is_refused_with_its_rule(
    client: Client, url: str, status: int, code: str
) -> None:
    assert_problem(client.get(url), status, code)
    for language in LANGUAGES:
        page = client.get(url, headers={**BROWSER, "Accept-Language": language})
        assert page.status_code == status
        assert f'data-refused="{code}"' in page.text
        words = load_catalogue(language)["errors"][code]
        fixed = max(re.split(r"\{\w+\}", words), key=len)
        assert fixed.strip() in page.text.replace("&#34;", '"').replace("&#39;", "'")
        assert "frame-ancestors 'self'" in page.headers["content-security-policy"]


def test_a_refused_value_is_shown_shortened_and_never_as_markup(client: Client) -> None:
    url = "/embed/network?scale=%3Cscript%3Ealert(1)%3C/script%3E" + "x" * 500
    page = client.get(url, headers=BROWSER)
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert "x" * 80 not in page.text


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_chapter_widget_has_an_address(client: Client, language: str) -> None:
    source = (ROOT / "static/js/features/learn/widgets.js").read_text("utf-8")
    # The quiz and the worksheets are pages for teachers, no playgrounds of a chapter.
    named = set(re.findall(r'"loupe-learn-([a-z-]+)":', source)) - {"quiz", "sheets"}
    assert set(playgrounds(language)) == named
    for name, playground in playgrounds(language).items():
        page = client.get(f"/embed/widget/{name}?lang={language}")
        assert page.status_code == 200, name
        assert f"<loupe-learn-{name} " in page.text
        assert f"<title>{playground.heading} · CNN Loupe</title>" in page.text
    assert NEEDS.keys() <= named


def test_every_control_has_its_words() -> None:
    for language in LANGUAGES:
        words = load_catalogue(language)["embed"]["builder"]["control"]
        assert set(words) == {name for names in CONTROLS.values() for name in names}
    for what, names in USUAL.items():
        assert set(names) <= set(CONTROLS[what])


def policy(client: Client, url: str, headers: dict[str, str] | None = None) -> str:
    return str(client.get(url, headers=headers or {}).headers["content-security-policy"])


def test_the_setting_opens_embeds_and_nothing_else(models_folder: Path) -> None:
    settings = Settings(models=(models_folder,), embed_origins=(SCHOOL, "https://*.moodle.example"))
    with Client(create_app(settings)) as client:
        shown = policy(client, "/embed/network")
        assert f"frame-ancestors 'self' {SCHOOL} https://*.moodle.example" in shown
        assert "script-src 'self';" in shown
        assert "unsafe" not in shown
        assert client.get("/embed/network").headers["cross-origin-resource-policy"] == "cross-origin"
        for url in ("/", "/api/docs", "/embed", "/embedded", "/api/v1/models", "/learn/softmax"):
            assert "frame-ancestors 'self'" in policy(client, url)
            assert SCHOOL not in policy(client, url), url
            assert client.get(url).headers["cross-origin-resource-policy"] == "same-origin", url
        assert "frame-src 'self'" in policy(client, "/embed")
        assert "frame-src" not in shown


def test_whoever_may_show_the_whole_page_may_show_embeds(models_folder: Path) -> None:
    with Client(create_app(Settings(models=(models_folder,), frame_ancestors=SCHOOL))) as client:
        assert f"frame-ancestors 'self' {SCHOOL}" in policy(client, "/embed/network")
    with Client(create_app(Settings(models=(models_folder,), frame_ancestors="'none'"))) as client:
        assert policy(client, "/embed/network").endswith("frame-ancestors 'self'")


def test_a_page_that_is_not_allowed_is_told_so_in_its_frame(models_folder: Path) -> None:
    frame = {**BROWSER, "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    with Client(create_app(Settings(models=(models_folder,), embed_origins=(SCHOOL,)))) as client:
        allowed = client.get("/embed/network", headers={**frame, "Referer": f"{SCHOOL}/course"})
        assert allowed.status_code == 200
        refused = client.get("/embed/network", headers={**frame, "Referer": "https://evil.example/"})
        assert refused.status_code == 403
        assert 'data-refused="embed_origin_refused"' in refused.text
        assert "CNN_LOUPE_EMBED_ORIGINS=https://evil.example" in refused.text
        # Everyone may see that sentence; it holds nothing of the application.
        assert refused.headers["content-security-policy"].endswith("frame-ancestors *")
        assert refused.headers["cache-control"] == "no-store"
        assert 'type="module"' not in refused.text
        # Where the browser does not say who asks, the policy alone decides, in the browser.
        unknown = client.get("/embed/network", headers=frame)
        assert (unknown.status_code, SCHOOL in unknown.headers["content-security-policy"]) == (200, True)
        opened = client.get("/embed/network", headers={**BROWSER, "Referer": "https://evil.example/"})
        assert opened.status_code == 200


def test_the_servers_word_on_an_origin_is_the_browsers() -> None:
    cases = json.loads((ROOT / "tests/contract/origins.json").read_text("utf-8"))
    for case in cases:
        found = allows(case["sources"], case["page"], "http://cnn.example:8000")
        assert found is case["allowed"], case


@pytest.mark.parametrize(
    ("referer", "origin"),
    [
        ("https://a.example/x?y#z", "https://a.example"),
        ("https://a.example:443/", "https://a.example"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("", None),
        ("about:blank", None),
        ("https://a.example:99999999/", None),
        ("https://[broken/", None),
    ],
)
def test_whose_frame_asks_is_read_from_what_browsers_send(referer: str, origin: str | None) -> None:
    asked = {"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site", "referer": referer}
    assert framing_page(asked) == origin
    assert framing_page({**asked, "sec-fetch-site": "same-origin"}) is None
    assert framing_page({**asked, "sec-fetch-dest": "document"}) is None


@pytest.mark.parametrize(
    "origin", ["https://a.example/course", "a.example", "'self'", "https://a b", "https://a;b", "ftp://a.example"]
)
def test_an_origin_that_is_none_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ValidationError, match="is not an origin"):
        Settings(embed_origins=(origin,))


def test_an_embed_starts_with_the_words_it_says_and_no_others(client: Client) -> None:
    def boot(url: str) -> dict[str, dict[str, object]]:
        found = re.search(r'id="boot">(.*?)</script>', client.get(url).text)
        assert found
        words: dict[str, dict[str, object]] = json.loads(found[1])["catalogue"]
        return words

    assert "learn" not in boot("/embed/network")
    assert boot("/embed/network")["embed"].keys() == {"page"}
    assert "network" not in boot("/embed/widget/softmax")
    assert "questions" not in boot("/embed/widget/softmax")["learn"]


def test_under_a_sub_path_an_embed_and_its_builder_point_there(models_folder: Path) -> None:
    with Client(create_app(Settings(models=(models_folder,), root_path="/cnn"))) as client:
        for url in ("/cnn/embed/network", "/cnn/embed", "/cnn/embed/widget/softmax"):
            text = client.get(url).text
            addresses = re.findall(r'(?:href|src)="(/[^"]+)"', text)
            assert addresses
            assert all(address.startswith("/cnn/") for address in addresses)
