"""What a running server writes, and whom it believes."""

from __future__ import annotations

import json
import re
import socket

import httpx

from tests.conftest import running_server
from tests.pictures import encoded, hostile_pictures, scene

RUNS = "/api/v1/models/tiny-vgg/runs?layers=none"


def test_every_request_is_one_json_line_with_its_id_and_without_what_was_sent() -> None:
    picture = encoded(scene(), "JPEG", comment=b"a-private-remark")
    with running_server(log_format="json", log_level="info") as server:
        given = {"X-Request-ID": "from-the-proxy-1"}
        headers = {
            **given,
            "Content-Disposition": 'attachment; filename="my-holiday.jpg"',
            "Referer": "http://elsewhere/page",
        }
        answers = [
            httpx.post(server.url + RUNS, content=picture, headers=headers),
            httpx.get(server.url + "/nowhere?secret=1"),
            httpx.get(server.url + "/x%0a%7b%22forged%22:1%7d"),
        ]
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"no HTTP at all\r\n\r\n")
            assert b"400" in client.makefile("rb").read()
        server.process.terminate()
        log = server.process.communicate(timeout=15)[0]
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    by_id = {line["request_id"]: line for line in lines if line["logger"] == "cnn_loupe.access"}
    assert any(line["logger"] == "uvicorn.error" and line["level"] == "warning" for line in lines)
    for answer in answers:
        line = by_id[answer.headers["x-request-id"]]
        assert line["status"] == answer.status_code
        assert line["ms"] >= 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert answers[0].headers["x-request-id"] == given["X-Request-ID"]
    for private in ("a-private-remark", "my-holiday", "elsewhere", "secret", "site-packages"):
        assert private not in log
    assert not any("forged" in line for line in lines)


def test_oddities_of_damaged_pictures_are_not_written_down() -> None:
    with running_server(log_level="info") as server:
        odd = hostile_pictures()["jpeg whose exif is endless"]
        assert httpx.post(server.url + RUNS, content=odd).status_code == 200
        server.process.terminate()
        assert "Warning" not in server.process.communicate(timeout=15)[0]


def test_a_proxy_is_believed_only_where_it_is_trusted() -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "Host": "school.example"}
    for trusted, scheme in (("127.0.0.1", "https"), ("10.0.0.1", "http")):
        with running_server(trusted_proxies=trusted) as server:
            page = httpx.get(server.url + "/api/docs", headers=forwarded).text
            assert f"{scheme}://school.example/api" in page
            other = "http" if scheme == "https" else "https"
            assert f"{other}://school.example/api" not in page
