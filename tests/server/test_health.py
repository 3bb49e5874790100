"""`cnn-loupe health`: asks the server of these settings, straight and through no proxy."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cnn_loupe.server.cli import main
from tests.conftest import RunningServer, free_port


class Unready(BaseHTTPRequestHandler):
    """A server that is not ready."""

    def do_GET(self) -> None:
        body = b'{"code": "no_models", "detail": "No model could be loaded; the log says why."}'
        self.send_response(503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def unready() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Unready) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


def test_a_ready_server_is_healthy_whatever_proxies_the_environment_names(live_server: RunningServer) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"), dead)
    environment = {**os.environ, **proxies, "CNN_LOUPE_PORT": str(live_server.port)}
    environment.pop("no_proxy", None)
    done = subprocess.run(
        [sys.executable, "-m", "cnn_loupe", "health"], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"ready: http://127.0.0.1:{live_server.port}/readyz\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost", "127.0.0.1"])
def test_it_asks_on_the_host_and_port_of_flags_and_variables(
    live_server: RunningServer, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["health", "--host", host, "--port", str(live_server.port)]) == 0
    monkeypatch.setenv("CNN_LOUPE_HOST", host)
    monkeypatch.setenv("CNN_LOUPE_PORT", str(live_server.port))
    assert main(["health"]) == 0


def test_a_server_that_is_not_ready_says_why(unready: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["health", "--port", str(unready)]) == 1
    assert "503 No model could be loaded; the log says why." in capsys.readouterr().err


def test_nobody_there_and_a_port_that_nobody_knows_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["health", "--port", str(free_port())]) == 1
    assert "does not answer" in capsys.readouterr().err
    assert main(["health", "--port", "0"]) == 1
    assert "takes a free one" in capsys.readouterr().err
