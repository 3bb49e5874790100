"""Where hostile requests come from: addresses, bodies, pictures; each endless and repeatable by its seed."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tests.differential.files import files
from tests.models import SPECS
from tests.pictures import damaged, good_pictures, hostile_pictures
from tests.worst import shapes

Request = tuple[str, str, dict[str, Any]]

MODELS = ["minimal", "deep", "wide", "tiny-vgg"]
NUMBERS = [
    "0",
    "-1",
    "1e400",
    "nan",
    "inf",
    "-inf",
    "1e-300",
    "00",
    "0x10",
    "",
    " ",
    "1;2",
    "9" * 400,
    "½",
    "1_0",
    "٣",
    "50",
]
WORDS = [
    "../../etc/passwd", "..\\..\\x", "%00", "\x00", "\u202e", "<script>", "' OR 1=1--", "${jndi:ldap://x}", "{{7*7}}",
    "a" * 5000, "\ud7ff", "😀", "none", "base64", "list", "full", "softmax", "edges,flat", ",,,", "%ff%fe", "\r\nX: y",
]  # fmt: skip
PATHS = [
    "/", "/healthz", "/readyz", "/version", "/api/docs", "/api/v1/openapi.json", "/api/v1/models",
    "/static/x/js/main.js",
    "/api/v1/models/{}", "/api/v1/models/{}/parameters", "/api/v1/models/{}/samples", "/api/v1/models/{}/samples/{}",
    "/api/v1/models/{}/samples/{}/thumbnail", "/api/v1/models/{}/runs", "/learn/{}", "/learn/{}/{}", "/static/{}/{}",
    "/{}",
]  # fmt: skip
METHODS = [*["GET"] * 16, "HEAD", "HEAD", "POST", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"]
NAMES = ["v", "lang", "layers", "encoding", "preparation", "x", "y", "size", "rotate", "model", "\x00", "a" * 300]
HEADERS = [
    "Accept-Language",
    "Accept-Encoding",
    "If-None-Match",
    "Cookie",
    "X-Request-ID",
    "Origin",
    "Content-Type",
    "Accept",
    "Range",
]


def addresses(rng: random.Random) -> Iterator[Request]:
    """Known and unknown paths with strange parts, parameters and headers."""
    while True:
        parts = (quote(rng.choice(WORDS + MODELS), safe=rng.choice(["", "%/.\\"])) for _ in range(2))
        path = rng.choice(PATHS).format(*parts)
        query = "&".join(
            f"{quote(rng.choice(NAMES))}={quote(rng.choice(WORDS + NUMBERS))}" for _ in range(rng.randrange(4))
        )
        headers = {
            rng.choice(HEADERS): "".join(
                c for c in rng.choice([*WORDS, "gzip;q=0", "zh;q=x", '"abc"', "*"]) if 31 < ord(c) < 127
            )
            for _ in range(rng.randrange(3))
        }
        yield rng.choice(METHODS), f"{path}?{query}" if query else path, {"headers": headers}


def pictures(rng: random.Random) -> Iterator[Request]:
    """Good, hostile and freshly damaged pictures with all kinds of crops."""
    good = [data for data in good_pictures().values() if len(data) < 60_000]
    good += [file.data for file in files() if len(file.data) < 60_000]
    for sides in ((1, 3000), (4, 2000), (3000, 1), (2000, 4)):
        good += [data for data in (make() for make in shapes(*sides).values()) if len(data) < 60_000]
    hostile = [data for data in hostile_pictures().values() if len(data) < 2_000_000]
    while True:
        kind = rng.random()
        data = damaged(rng.choice(good), rng) if kind < 0.97 else rng.choice(good if kind < 0.98 else hostile)
        query = rng.choice(["", "", "&layers=softmax", "&preparation=full", "&preparation=none&encoding=list"])
        if rng.random() < 0.3:
            query += f"&x={rng.uniform(-200, 200):.1f}&y={rng.uniform(-200, 200):.1f}"
            query += f"&size={rng.uniform(0.1, 400):.1f}&rotate={rng.randint(-360, 360)}"
        model = rng.choice(MODELS)
        layers = "layers=none" if "layers" not in query else f"a={rng.random():.2f}"
        yield "POST", f"/api/v1/models/{model}/runs?{layers}{query}", {"content": data}


def bodies(rng: random.Random) -> Iterator[Request]:
    """Tensors and JSON of every wrong and some right kinds."""
    while True:
        model = rng.choice(MODELS)
        text = json.dumps(_body(rng, SPECS[model].input_shape))
        if rng.random() < 0.2:
            cut = rng.randrange(len(text))
            text = (
                text[:cut]
                + rng.choice(["", "\x00", "}", "[" * 2000, "1e999", "NaN", '"\\ud800"'])
                + text[cut + rng.randrange(5) :]
            )
        headers = {
            "Content-Type": rng.choice(
                ["application/json", "application/json; charset=utf-16", "text/plain", "APPLICATION/JSON"]
            )
        }
        yield (
            "POST",
            f"/api/v1/models/{model}/runs?layers=none",
            {"content": text.encode("utf-8", "replace"), "headers": headers},
        )


def _body(rng: random.Random, shape: tuple[int, ...]) -> Any:
    if rng.random() < 0.15:
        return rng.choice(
            [None, [], {}, 0, "x", {"sample": rng.choice([*WORDS, None, 3, [], "espresso"])}, {"input": _junk(rng, 3)}]
        )
    given = (
        list(shape)
        if rng.random() < 0.7
        else [rng.choice([0, 1, 2, 3, 8, -1, 1 << 70, 1.5, "3", None, True]) for _ in range(rng.randrange(6))]
    )
    count = 1
    for side in shape:
        count *= side
    kind = rng.random()
    if kind < 0.4:
        raw = rng.randbytes(4 * count if rng.random() < 0.7 else rng.randrange(100))
        data: Any = base64.b64encode(raw).decode() + rng.choice(["", "", "", "=", "!", "\n"])
    elif kind < 0.6:
        value = rng.choice([0.5, 1e30, -1e38, 3.4e38, float("nan"), float("inf"), 1e400, 10**400, True, None, "1"])
        data = value
        for side in reversed(shape):
            data = [data] * (side if rng.random() < 0.95 else side + 1)
    else:
        data = _junk(rng, 5)
    body = {"input": {"shape": given, "dtype": rng.choice(["float32", "float32", "float64", None, 3]), "data": data}}
    if rng.random() < 0.1:
        del body["input"][rng.choice(["shape", "dtype", "data"])]
    return body


def _junk(rng: random.Random, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice([None, True, 0, -1, 1.5, "", "AAAA", "😀", 10**30, float("nan"), 1e308])
    if rng.random() < 0.7:
        return [_junk(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {rng.choice(["shape", "data", "dtype", "x"]): _junk(rng, depth - 1) for _ in range(rng.randrange(3))}
