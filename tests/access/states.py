"""Every state that the page can be seen in, and how one gets there.

A state is an address, what shows that it stands, and at times a deed that no address carries (a dialog, an answer).
A new view, dialog or page joins here; tests/e2e/test_access_states.py says when a kind of view has been forgotten.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Page, Route

from cnn_loupe.server.embeds import playgrounds
from cnn_loupe.server.vocabulary import CHAPTERS, PAGES
from tests.e2e.conftest import READY
from tests.e2e.opened import invent

INSPECTOR = "loupe-inspector[data-of]"
Act = Callable[[Page], None]


@dataclass(frozen=True)
class State:
    name: str
    address: str
    """Path and query; `lang` is added."""
    ready: str = f"{READY} {INSPECTOR}"
    """What is in the document once the state stands."""
    act: Act | None = None
    route: tuple[str, Callable[[Route], None]] | None = None
    """Answers that the server would not give by itself."""
    leaves: bool = False
    """It leaves something behind in the browser: the next state gets a fresh one."""


def click(selector: str, then: str) -> Act:
    def act(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_selector(then)

    return act


def press(key: str, then: str) -> Act:
    """By a key that works anywhere: the header's buttons lie in a menu on telephones."""

    def act(page: Page) -> None:
        page.keyboard.press(key)
        page.wait_for_selector(then)

    return act


def do(selector: str, then: str) -> Act:
    """Press a button wherever it lies."""

    def act(page: Page) -> None:
        page.locator(selector).first.dispatch_event("click")
        page.wait_for_selector(then, state="attached")

    return act


def network(name: str, query: str = "", act: Act | None = None, **more: object) -> State:
    return State(name, f"/?{query}", act=act, **more)  # type: ignore[arg-type]


def view(place: str, model: str = "", act: Act | None = None, part: str = "", **more: object) -> State:
    """An opened view: `neuron:conv_1_2[3,30,24]`."""
    kind = place.split(":")[0]
    name = (
        f"{kind} of {place.split(':')[1].split('~')[0]}{f' in {model}' if model else ''}{f', {part}' if part else ''}"
    )
    query = f"{f'model={model}&' if model else ''}view={place}"
    shown = re.split("[]!~]", place.split(":")[1])[0]
    ready = f'loupe-view:has([data-view={kind}][data-settled]) [data-explained^="{shown}"]'
    return State(name, f"/?{query}", ready, act, **more)  # type: ignore[arg-type]


def there(selector: str) -> Act:
    """What the address alone brings, a little later."""
    return lambda page: void(page.wait_for_selector(selector))


def both(*acts: Act) -> Act:
    return lambda page: void([act(page) for act in acts])


def void(_: object) -> None:
    """An act has no result."""


def picture_file() -> dict[str, object]:
    file = io.BytesIO()
    image = Image.new("RGB", (300, 200), (200, 40, 30))
    image.paste((30, 60, 200), (150, 0, 300, 200))
    image.save(file, "PNG")
    return {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}


def own_picture(page: Page) -> None:
    before = page.get_attribute("html", "data-run")
    page.set_input_files('[data-action="add-picture"] input', [picture_file()])  # type: ignore[list-item]
    page.wait_for_selector(f"html:not([data-run='{before}'])", state="attached")


def crop_editor(page: Page) -> None:
    own_picture(page)
    page.wait_for_selector('[data-panel="crop"]')


def refused_picture(page: Page) -> None:
    page.set_input_files(
        '[data-action="add-picture"] input', [{"name": "bad.png", "mimeType": "image/png", "buffer": b"nonsense"}]
    )
    page.wait_for_selector('[data-notice="picture"]')


def without_server(page: Page) -> None:
    page.context.set_offline(True)
    page.locator("button[data-sample]").nth(2).click()
    page.wait_for_selector('[data-notice="offline"]')


def answered(text: str) -> Act:
    def act(page: Page) -> None:
        for question in page.locator("loupe-question:not([hidden])").all():
            field = question.locator(".learn-question-field")
            if not field.count():  # answered by choosing
                question.locator("[data-choice]").first.check(force=True)
            else:
                field.fill(text)
            question.locator("[data-do=check]").click()
        if text:
            page.locator("loupe-question:not([hidden]) [data-do=reveal]").last.click()

    return act


def every_detail(page: Page) -> None:
    """Whatever a view folds away is opened."""
    for summary in page.locator("loupe-view details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()


def hovered(page: Page) -> None:
    page.locator('loupe-network [data-layer="conv_1_2"][data-unit="3"]').hover()
    page.wait_for_selector('loupe-inspector[data-of="conv_1_2[3]"]')


def from_a_stranger(route: Route) -> None:
    """As the server answers a frame in a page that is not allowed to have one."""
    asked = route.request.headers | {
        "sec-fetch-dest": "iframe",
        "sec-fetch-site": "cross-site",
        "referer": "https://stranger.example/",
    }
    route.fulfill(response=route.fetch(headers=asked))


UNKNOWN = ("**/?*model=deep*", invent({"norm1": "whitening", "leaky2": "gating"}))

NETWORK = [
    network("network"),
    network("network without details", "details=0"),
    *(network(f"network, scale of a {scale}", f"scale={scale}") for scale in ("unit", "module", "network")),
    network("network, classes by score", "order=score"),
    network("network of deep", "model=deep"),
    network("network of minimal", "model=minimal"),
    network("network of wide", "model=wide"),
    network("network, a neuron under the pointer", act=hovered),
    network("network, colour range kept", act=press("l", "[data-action=lock-scale][aria-pressed=true]")),
    network("network, channels tinted", act=do("[data-action=tint]", "[data-action=tint]")),
    network("header's menu", act=do(".header-menu", ".header[data-open]")),
    *(
        network(f"inspector of {at}", f"at={at}", act=do("[data-action=inspector]", "loupe-inspector[data-open]"))
        for at in ("conv_1_2[3]", "relu_1_1[2]", "max_pool_1[1]", "flatten[40]", "output[6]", "input[0]")
    ),
    network(
        "inspector of deep's norm",
        "model=deep&at=norm1[2]",
        act=do("[data-action=inspector]", "loupe-inspector[data-open]"),
    ),
    network(
        "values as a table",
        "at=max_pool_2[3]",
        act=both(
            do("[data-action=inspector]", "loupe-inspector[data-open]"),
            click("[data-action=value-table]", ".value-table[open] td"),
        ),
    ),
]

VIEWS = [
    view("neuron:conv_1_1[2]"),
    view("neuron:conv_1_2[3,30,24]", act=every_detail, part="opened up"),
    view("microscope:conv_1_2[3,30,24]!3"),
    view("activation:relu_2_1[4,5,6]", act=every_detail, part="opened up"),
    view("pooling:max_pool_2[1,2,2]", act=every_detail, part="opened up"),
    view("flatten:flatten[700]"),
    view("output:output[6]", act=every_detail, part="opened up"),
    view("softmax:softmax[6]", act=every_detail, part="opened up"),
    view("pixels:input[1,20,30]"),
    view("pixels:input[1,20,30]~output[6]~flatten[700]~max_pool_2[4,1,2]", part="end of a trail"),
    view("neuron:conv_1_2[3,30,24]~max_pool_1[3,15,12]~relu_1_2[3,30,24]~conv_1_2[3,30,24]", part="on a trail"),
    view("output:output[6]", act=click("[data-action=export-view]", "[data-dialog=export]"), part="export"),
    *(
        view(place, "deep")
        for place in (
            "neuron:c2[3,20,10]",
            "microscope:c4[7,16,7]!4",
            "activation:leaky1[2,3,4]",
            "activation:tanh1[1,2,3]",
            "activation:norm1[2,3,4]",
            "activation:sigmoid1[2,3,4]",
            "pooling:avg1[3,0,14]",
            "pooling:max1[2,3,4]",
            "flatten:flat[3]",
            "output:hidden[11]",
            "activation:leaky2[5]",
            "output:scores[2]",
            "softmax:probabilities[0]",
            "pixels:input[1,20,30]",
        )
    ),
    view("values:norm1[2,3,4]", "deep", route=UNKNOWN),
    view("values:leaky2[5]", "deep", route=UNKNOWN),
    *(
        view(place, "minimal")
        for place in (
            "neuron:edges[1,2,3]",
            "microscope:edges[1,2,3]!0",
            "flatten:flat[40]",
            "output:scores[1]",
            "pixels:input[0,2,3]",
        )
    ),
    view("maps:residual[1,2,3]", "branched"),
    view("copy:together[3,1,1]", "branched"),
    view("copy:larger[1,1,1]", "varied"),
    view("global:squeeze[2]", "varied"),
]

PANELS = [
    network("keys", act=press("?", "[data-dialog=help]")),
    network("share", act=both(do("[data-action=share]", "[data-dialog=share]"), there("[data-share-actions] button"))),
    network("lessons to choose from", act=press("t", "[data-dialog=tours] [data-tour=edges]")),
    network("preparation", "panel=preparation", act=there('[data-panel="preparation"] canvas')),
    network("transform bench", "panel=transform", act=there('[data-panel="transform"] canvas')),
    network(
        "compare, a layer taken apart",
        "sample=koala&with=sample:red-panda",
        act=click("[data-layer-difference=relu_1_2]", ".compare-lines"),
    ),
    network(
        "compare, aligned, where a difference comes from",
        "transform=shift_x:2&with=sample:red-panda&sample=red-panda&compare=diff,align&at=max_pool_2[3]",
        act=click("[data-control=compare-origin]", ".compare-sum"),
    ),
    network("own network", act=do("[data-action=own-model]", '[data-panel="own"] loupe-own *')),
    network("webcam", act=do('[data-action="picture-camera"]', '[data-panel="camera"] loupe-camera *')),
    network(
        "picture by address", act=do('[data-action="picture-address"]', '[data-panel="address"] loupe-by-address *')
    ),
    network(
        "a picture of no class", "sample=noise", act=click('[data-notice="out-of-distribution"] summary', ".ood table")
    ),
    network("a picture that is not here", "own=0123456789abcdef", act=there('[data-notice="picture"]')),
]

TOURS = [
    *(
        network(f"tour: {step}", f"tour=network:{step}", act=there("loupe-tour .tour-words"))
        for step in ("picture", "hover", "activation", "end")
    ),
    *(network(f"lesson: step {step}", f"tour=edges:{step}", act=there("loupe-tour .tour-words")) for step in (1, 2)),
    network(
        "lesson: a wrong answer",
        "tour=edges:2",
        act=both(
            there("loupe-tour input"),
            lambda page: page.fill("loupe-tour input", "123"),
            click("[data-action=tour-check]", ".tour-feedback[data-tone=wrong]"),
        ),
    ),
]

PRESENTED = [
    network("presentation", "present=1", act=there("loupe-present .present-tools")),
    network(
        "presentation of a neuron",
        "present=1&view=neuron:conv_1_2[3,30,24]",
        act=there("[data-view=neuron][data-settled]"),
    ),
    network("presentation without controls", "present=none", act=there("loupe-present .present-tools")),
]

LEARN = [
    State(f"chapter: {page}", f"/#learn-{page}", f"{READY} article[data-chapter='{page}'][data-settled]")
    for page in PAGES
]
ANSWERED = [
    State(
        f"chapter: {page}, answered {how}",
        f"/#learn-{page}",
        f"{READY} article[data-chapter='{page}'][data-settled]",
        answered(text),
        leaves=True,
    )
    for page, how, text in [(CHAPTERS[0], "wrong", "123456"), (CHAPTERS[4], "unclearly", "")]
]

EMBEDS = [
    *(State(f"embed: widget {name}", f"/embed/widget/{name}", READY) for name in playgrounds("en")),
    *(State(f"embed: {what}", f"/embed/{what}", READY) for what in ("network", "network?model=deep&controls=")),
    *(
        State(f"embed: {place.split('[')[0]}", f"/embed/view?view={place}", f"{READY} [data-view][data-settled]")
        for place in ("neuron:conv_1_2[3]", "microscope:conv_1_2[3,30,24]!2", "softmax:softmax[6]")
    ),
    State(
        "embed: refused",
        "/embed/network?text=100",
        "[data-refused]",
        route=("**/embed/network?text=100*", from_a_stranger),
    ),
    State("embed: asks for something unknown", "/embed/network?scale=all", "[data-refused]"),
    State("builder of embeds", "/embed", ".builder-lines"),
    State("builder of embeds, a widget", "/embed?what=widget&widget=pooling", ".builder-lines"),
]

DOCUMENTS = [
    State("documentation of the API", "/api/docs", "main.document"),
    State("page that is not there", "/nothing", "main"),
]

OWN = [
    network("own picture, crop editor", act=crop_editor, leaves=True),
    network(
        "own picture, preparation",
        act=both(own_picture, do('[data-action="open-preparation"]', '[data-panel="preparation"] canvas')),
        leaves=True,
    ),
    network("refused picture", act=refused_picture),
    network("without a server", act=without_server, leaves=True),
]

STATES = [*NETWORK, *VIEWS, *PANELS, *TOURS, *PRESENTED, *LEARN, *ANSWERED, *EMBEDS, *DOCUMENTS, *OWN]
