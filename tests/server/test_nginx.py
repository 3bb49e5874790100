"""Behind a real nginx: under a sub-path, and three instances of which one is killed under load."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningServer, free_port, running_server
from tests.server.test_operation import PICTURE as PHOTO
from tests.server.test_operation import Load, until

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="nginx is not installed (apt install nginx-light)"),
]


@contextlib.contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[str]:
    """nginx with the published configuration, on loopback, in front of these instances."""
    port = free_port()
    published = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text("utf-8")
    servers = "".join(f"server 127.0.0.1:{p} max_fails=1 fail_timeout=5s;" for p in ports)
    site = re.sub(r"server 10\.0\.0\.11.*?;\s*server 10\.0\.0\.12.*?;\s*server 10\.0\.0\.13.*?;", servers, published, flags=re.S)
    assert servers in site
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = site.replace("/var/cache/nginx/cnn-loupe", str(folder / "cache"))
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\nhttp {{ access_log off; {places}\n{site}\n}}\n"
    )
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(path)], stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}/learn/cnn"
    try:
        for _ in range(100):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(url + "/healthz", timeout=5).status_code == 200:
                    break
            if process.poll() is not None:
                raise RuntimeError(process.communicate()[1])
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def instances() -> Iterator[list[RunningServer]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(running_server(root_path="/learn/cnn")) for _ in range(3)]


def test_page_scripts_pictures_and_runs_work_under_a_sub_path(
    instances: list[RunningServer], tmp_path: Path
) -> None:
    with nginx(tmp_path, [instances[0].port]) as url:
        base = url.removesuffix("/learn/cnn")
        html = httpx.get(url + "/").text
        addresses = {a.replace("&amp;", "&") for a in re.findall(r'(?:href|src)="(/[^"]+)"', html)}
        kinds = {"scripts": r"/static/[0-9a-f]{16}/js/.+\.js", "styles": r"/static/[0-9a-f]{16}/css/.+\.css", "run": r"/api/.+/run\?v="}
        for kind, pattern in kinds.items():
            assert any(re.search(pattern, address) for address in addresses), f"the page names no {kind}: {addresses}"
        for address in addresses:
            assert address.startswith("/learn/cnn/")
            assert httpx.get(base + address).status_code in (200, 204), address
        sample = httpx.get(url + "/api/v1/models/tiny-vgg/samples").json()["samples"][0]
        for name in ("url", "thumbnail", "run"):
            assert sample[name].startswith("/learn/cnn/")
            assert httpx.get(base + sample[name]).status_code == 200, sample[name]
        run = httpx.post(f"{url}/api/v1/models/tiny-vgg/runs?layers=softmax", content=PHOTO)
        assert run.json()["layers"][0]["shape"] == [10]
        problem = httpx.get(url + "/api/v1/models/none")
        assert (problem.status_code, problem.json()["code"]) == (404, "unknown_model")


def test_the_proxy_answers_immutable_runs_from_its_cache(instances: list[RunningServer], tmp_path: Path) -> None:
    with nginx(tmp_path, [instances[0].port]) as url:
        samples = httpx.get(url + "/api/v1/models/tiny-vgg/samples").json()["samples"]
        address = url.removesuffix("/learn/cnn") + samples[0]["run"]
        first = httpx.get(address)
        second = httpx.get(address)
        assert first.json() == second.json()
        assert first.headers["x-request-id"] == second.headers["x-request-id"]  # the very same stored answer


def test_of_three_instances_one_can_be_killed_under_load_without_a_lost_request(
    instances: list[RunningServer], tmp_path: Path
) -> None:
    with nginx(tmp_path, [server.port for server in instances]) as url:
        loads = [Load(url + "/api/v1/models/tiny-vgg/runs?layers=none", PHOTO) for _ in range(4)]
        for load in loads:
            load.start()
        assert until(lambda: sum(load.good for load in loads) > 5)
        instances[2].process.send_signal(signal.SIGKILL)
        answered = sum(load.good for load in loads)
        assert until(lambda: sum(load.good for load in loads) > answered + 12)
        for load in loads:
            load.stopped.set()
        for load in loads:
            load.join(timeout=60)
        good, lost = sum(load.good for load in loads), sum(load.lost for load in loads)
        failed = sum(load.failed for load in loads)
        print(f"{good} answered, {lost + failed} lost")
        assert lost == 0
        assert failed == 0
