"""People's own models as the server holds them: in memory alone, within bounds, for those who still wait."""

from __future__ import annotations

import asyncio
import io
import os
import random
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from cnn_loupe.engine.importing.model import Cancelled, import_files
from cnn_loupe.server.app import create_app
from cnn_loupe.server.held import Held
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.conftest import running_server
from tests.engine.files import made
from tests.engine.files.test_mutated import FILES, mutated
from tests.own import TYPE, body, classifier

OWN = "/api/v1/own"


def test_what_was_not_used_for_longest_goes_first() -> None:
    held: Held[str] = Held(10)
    held.put("a", "A", 4)
    held.put("b", "B", 4)
    assert held.get("a") == "A"
    held.put("c", "C", 4)
    assert (held.get("a"), held.get("b"), held.get("c"), held.bytes) == ("A", None, "C", 8)
    held.put("c", "C2", 1)
    assert (held.get("c"), held.bytes, len(held)) == ("C2", 5, 2)
    held.put("large", "L", 100)  # the newest stays, or nobody could ever use it
    assert (held.get("large"), len(held), held.bytes) == ("L", 1, 100)


def test_an_import_ends_where_nobody_waits_for_it() -> None:
    asked = 0

    def left() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(Cancelled):
        import_files(made.onnx_model(), cancelled=left)
    assert asked == 4


def test_an_import_is_told_when_its_client_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the whole application: the body has come, then the client closes while the import runs."""
    running, told = threading.Event(), threading.Event()

    def slow(files: Any, choice: Any, *, cancelled: Callable[[], bool]) -> None:
        running.set()
        for _ in range(500):
            if cancelled():
                told.set()
                raise Cancelled
            time.sleep(0.01)

    monkeypatch.setattr("cnn_loupe.server.own.bring.import_files", slow)
    app, sent = create_app(Settings(own_models="on")), []
    data = body(made.onnx_model())

    async def ask() -> None:
        messages = [{"type": "http.request", "body": data, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            while not running.is_set():
                await asyncio.sleep(0.01)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-type", TYPE["Content-Type"].encode()), (b"content-length", str(len(data)).encode())]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": OWN,
            "raw_path": OWN.encode(), "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "scheme": "http", "root_path": "", "state": {},
        }  # fmt: skip
        await app(scope, receive, send)

    asyncio.run(ask())
    assert told.is_set()
    assert not sent  # there is nobody to answer
    assert app.state.services.pool.jobs == 0
    assert app.state.services.pool.pending_bytes == 0
    assert len(app.state.services.own) == 0


def test_an_import_takes_a_place_in_the_queue_like_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with Client(create_app(Settings(own_models="on", threads=1, queue=0))) as client:
        pool = client.app.state.services.pool
        pool.jobs = 1  # as while another request is computed
        answer = client.post(OWN, content=body(made.onnx_model()), headers=TYPE)
        pool.jobs = 0
    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert answer.headers["Retry-After"]


def attack(client: Client, seed: int, count: int) -> dict[str, int]:
    """Mutated files, and mutated bodies around them: every answer is a model or a problem."""
    chance, outcomes = random.Random(seed), {}
    for number in range(count):
        files = dict(chance.choice(list(FILES.values())))
        name = chance.choice(list(files))
        files[name] = mutated(files[name], chance)
        data = body(files)
        if chance.random() < 0.2:
            data = mutated(data, chance)
        answer = client.post(OWN, content=data, headers=TYPE)
        assert answer.status_code in (200, 422), f"seed {seed}, file {number} ({name}): {answer.text}"
        code = answer.json().get("code", "imported")
        outcomes[code] = outcomes.get(code, 0) + 1
        if answer.status_code == 200 and chance.random() < 0.2:
            shape = answer.json()["description"]["input"]["shape"]
            values = np.zeros(shape, np.float32).tolist()
            run = client.post(
                f"/api/v1/models/{answer.json()['id']}/runs?layers=none",
                json={"input": {"shape": shape, "dtype": "float32", "data": values}},
            )
            assert run.status_code in (200, 422), run.text
    return outcomes


def test_mutated_files_are_answered_with_a_model_or_a_problem() -> None:
    with Client(create_app(Settings(own_models="on", log_level="error"))) as client:
        outcomes = attack(client, 1, 300)
    assert len(outcomes) > 4, outcomes


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(2, 12))
def test_ten_thousand_mutated_files_are_answered_with_a_model_or_a_problem(seed: int) -> None:
    with Client(create_app(Settings(own_models="on", log_level="error"))) as client:
        assert attack(client, seed, 1000)


def test_neither_names_nor_bytes_are_logged_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "tmp"
    empty.mkdir()
    for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(empty))
    secret = "my-private-network"
    good = {f"{secret}.onnx": made.onnx_model()["net.onnx"]}
    with running_server(log_level="debug") as server:
        url = server.url + OWN
        brought = httpx.post(
            url + "?check=1", content=body(good, classes=[f"{secret}-{i}" for i in range(5)]), headers=TYPE
        )
        assert brought.status_code == 200, brought.text
        refused = [
            httpx.post(url, content=body({f"{secret}.h5": b"\x89HDF\r\n\x1a\n" + secret.encode()}), headers=TYPE),
            httpx.post(url, content=body({f"{secret}.txt": secret.encode()}, colour=secret), headers=TYPE),
        ]
        assert [answer.status_code for answer in refused] == [422, 422]
        httpx.post(f"{server.url}/api/v1/models/{brought.json()['id']}/proof", content=secret.encode())
        server.process.terminate()
        log = server.process.communicate(timeout=15)[0]
    assert OWN in log
    assert secret not in log
    assert list(empty.rglob("*")) == []


def test_two_workers_answer_alike_once_the_page_has_sent_the_model_again() -> None:
    files = {"net.onnx": classifier()}
    x = np.random.default_rng(0).uniform(0, 1, (1, 28, 28)).astype(np.float32).tolist()
    with running_server(workers=2) as server:
        scores, gone = [], 0
        name = httpx.post(server.url + OWN, content=body(files), headers=TYPE).json()["id"]
        address = f"{server.url}/api/v1/models/{name}/runs?layers=none&input=none"
        request = {"input": {"shape": [1, 28, 28], "dtype": "float32", "data": x}}
        for _ in range(12):
            # Each call may reach either worker: what was sent again may not have reached the one that asks for it.
            for _ in range(20):
                answer = httpx.post(address, json=request)
                if answer.status_code == 200:
                    break
                gone += 1
                assert (answer.status_code, answer.json()["code"]) == (404, "own_model_gone")
                assert httpx.post(server.url + OWN, content=body(files), headers=TYPE).json()["id"] == name
            scores.append(answer.json()["scores"])
    assert all(found == scores[0] for found in scores)
    assert gone < 20


def peak(pid: int) -> int:
    """The most memory that a process has had since it was last asked to forget, in bytes."""
    text = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(text.partition("VmHWM:")[2].split()[0])


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc")
@pytest.mark.parametrize("form", ["onnx", "zip"])
def test_an_import_takes_at_most_64_mb_and_four_times_its_size(form: str) -> None:
    data = classifier(hidden=1200)  # 30 MB of weights
    files = {"net.onnx": data}
    if form == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("net.onnx", data)
        files = {"net.zip": out.getvalue()}
    sent = body(files)
    with running_server(max_model_bytes=64_000_000) as server:
        assert httpx.post(server.url + OWN, content=body(made.onnx_model()), headers=TYPE).status_code == 200
        pid = server.process.pid
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        before = peak(pid)
        answer = httpx.post(server.url + OWN, content=sent, headers=TYPE, timeout=60)
        assert answer.status_code == 200, answer.text
        taken = peak(pid) - before
    assert taken <= 64_000_000 + 4 * len(sent), f"{taken / 1e6:.0f} MB for {len(sent) / 1e6:.0f} MB"
    if os.environ.get("CNN_LOUPE_TOLD"):
        print(f"{form}: {taken / 1e6:.0f} MB for {len(sent) / 1e6:.0f} MB")


def test_answers_about_a_persons_own_model_are_kept_by_nobody() -> None:
    with Client(create_app(Settings(own_models="on"))) as client:
        brought = client.post(OWN, content=body(made.onnx_model()), headers=TYPE)
        told = brought.json()
        assert brought.headers["Cache-Control"] == "no-store"
        address, digest = f"/api/v1/models/{told['id']}", told["description"]["digest"]
        for call in (address, f"{address}?v={digest}", f"{address}/parameters?v={digest}", f"{address}/samples"):
            assert client.get(call).headers["Cache-Control"] == "no-store", call
