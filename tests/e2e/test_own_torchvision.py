"""Networks that torchvision exports, with random weights, dropped by hand: how soon a picture is drawn."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.benchmarks.bench_own import exported
from tests.benchmarks.bench_own_page import measured
from tests.conftest import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2"])
def test_a_picture_is_drawn_within_600_ms(
    browser: Browser, live_server: RunningServer, tmp_path: Path, name: str
) -> None:
    pytest.importorskip("torchvision", reason="torchvision is not installed: it makes the files of this test")
    (files,) = (files for found, files in exported() if found == name)
    for file, data in files.items():
        (tmp_path / file).write_bytes(data)
    runs = [measured(browser, live_server.url, tmp_path / f"{name}.onnx") for _ in range(3)]
    assert statistics.median(run[2] for run in runs) <= 600, runs
