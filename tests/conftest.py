"""What tests of several levels share: models unlike Tiny VGG, an application, a running server."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from cnn_loupe.server.app import create_app
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.models import write_models

ROOT = Path(__file__).resolve().parent.parent

# A test says what is right, not how fast this machine is today.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--exhaustive", action="store_true", help="run every case where `make test` takes a sample")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--exhaustive"):
        left = [item for item in items if item.get_closest_marker("exhaustive")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models `minimal`, `deep` and `wide` as folders that a server can be started on."""
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def client(models_folder: Path) -> Iterator[Client]:
    """The application in this process, with all models."""
    app = create_app(Settings(models=(models_folder,)))
    with Client(app) as found:
        yield found


class RunningServer:
    """A server in a process of its own, as its users start it."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].split("/")[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_server(python: str = sys.executable, **settings: Any) -> Iterator[RunningServer]:
    """Start `cnn-loupe serve` on a free port with these settings, and stop it afterwards."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CNN_LOUPE_")}
    environment |= {f"CNN_LOUPE_{name.upper()}": str(value) for name, value in settings.items()}
    environment |= {"CNN_LOUPE_PORT": str(port), "CNN_LOUPE_LOG_LEVEL": settings.get("log_level", "warning")}
    process = subprocess.Popen(
        [python, "-m", "cnn_loupe", "serve"],
        env=environment,
        cwd=ROOT if python == sys.executable else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process)
        yield RunningServer(process, url)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_until_ready(url: str, process: subprocess.Popen[str], seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {process.communicate()[0]}")
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url + "/healthz", timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {seconds} s")


@pytest.fixture(scope="session")
def live_server(models_folder: Path) -> Iterator[RunningServer]:
    """A real server on loopback with all models."""
    with running_server(models=models_folder) as found:
        yield found
