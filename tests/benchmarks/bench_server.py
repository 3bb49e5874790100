"""This server beside a plain FastAPI + PyTorch one: throughput, waiting times, memory, start-up, size.

    make bench BENCH=server

Both do the same job on the same machine in the same run: a 512×512 JPEG in, all activations of the same
weights out as JSON with base64 tensors. The client is a process of its own and shares the machine's cores
with the server, so absolute numbers are low estimates; the ratios are what counts. For each number of clients the
two servers take turns, and a turn begins when neither computes any more: a plain server goes on for a second or more
with what clients that are gone had asked for. Processor time a run hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_loupe.server.wire import b64encode

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    """A started server: its process, where it listens, what to post to, how long it took to answer."""

    process: subprocess.Popen[bytes]
    port: int
    path: str
    started: float


def photo() -> bytes:
    """A picture of the size that the page uploads, with the detail of a photograph."""
    import numpy as np
    from PIL import Image

    from tests.pictures import encoded, scene

    noise = np.random.default_rng(0).normal(0, 12, (512, 512, 3))
    picture = np.asarray(scene(512, 512), float) + noise
    return encoded(Image.fromarray(picture.clip(0, 255).astype("uint8")), "JPEG", quality=88)


@contextlib.contextmanager
def serving(command: list[str], port: int, path: str, environment: dict[str, str]) -> Iterator[Server]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).read()
                break
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            time.sleep(0.02)
        yield Server(process, port, path, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(timeout=30)


def ours(workers: int) -> Any:
    from tests.conftest import free_port

    port = free_port()
    return serving(
        [sys.executable, "-m", "cnn_loupe", "serve"], port, "/api/v1/models/tiny-vgg/runs",
        {"CNN_LOUPE_PORT": str(port), "CNN_LOUPE_WORKERS": str(workers), "CNN_LOUPE_LOG_LEVEL": "warning",
         "MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "8388608"},  # as `make serve` and the image do
    )  # fmt: skip


def rival(workers: int, python: str) -> Any:
    from tests.conftest import free_port

    port = free_port()
    return serving(
        [python, "-m", "uvicorn", "tests.benchmarks.rival_server:app", "--port", str(port), "--workers", str(workers),
         "--log-level", "warning"],
        port, "/runs", {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def load(server: Server, clients: int, seconds: float, body: Path) -> dict[str, float]:
    """What the load generator found, and how long /healthz took meanwhile, asked from here twenty times a second."""
    generator = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.load", "127.0.0.1", str(server.port), server.path,
         str(clients), str(seconds), str(body)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    while generator.poll() is None:
        began = time.perf_counter()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        times.append(1000 * (time.perf_counter() - began))
        time.sleep(0.05)
    connection.close()
    output = generator.communicate()[0]
    if generator.returncode:
        raise RuntimeError("the load generator failed")
    result: dict[str, float] = json.loads(output)
    times.sort()
    return {
        **result,
        "health_p50": times[len(times) // 2],
        "health_p99": times[int(0.99 * len(times))],
        "health_max": times[-1],
    }


def processor(server: Server) -> float:
    """Seconds of processor time that the server and its workers have used so far (Linux)."""
    return processor_of(server.process.pid)


def processor_of(pid: int) -> float:
    """The same of a process and its children."""
    return sum(int(fields[11]) + int(fields[12]) for fields in stat(pid)) / os.sysconf("SC_CLK_TCK")


def new_pages(server: Server) -> int:
    """Pages of memory that the kernel has handed to the server and its workers so far: minor faults (Linux)."""
    return sum(int(fields[7]) for fields in stat(server.process.pid))


def stat(pid: int) -> Iterator[list[str]]:
    """What /proc/PID/stat says behind the name, of a process and each of its children; see proc_pid_stat(5)."""
    pids = [pid]
    while pids:
        pid = pids.pop()
        with contextlib.suppress(OSError):
            yield Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def wait_until_idle(servers: Iterable[Server], quiet: float = 0.3, longest: float = 30) -> None:
    """Wait until none of these has used any processor time for `quiet` seconds.

    Raises RuntimeError where that does not come within `longest` seconds.
    """
    limit = time.perf_counter() + longest
    before, now = None, [processor(server) for server in servers]
    while before != now:
        if time.perf_counter() > limit:
            raise RuntimeError(f"a server goes on computing {longest:g} s after its clients have left")
        time.sleep(quiet)
        before, now = now, [processor(server) for server in servers]


def memory(server: Server) -> float:
    """Proportional set size of the process and all its children, in MB (Linux)."""
    pids, total = [server.process.pid], 0
    while pids:
        pid = pids.pop()
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(text.split("Pss:")[1].split()[0])
            pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return total / 1024


def installed_size(python: str, package: str) -> float:
    """MB on disk of a package and everything that it requires, files as installed."""
    code = """
import sys, re
from importlib.metadata import distribution, PackageNotFoundError
seen, waiting, total = set(), sys.argv[1:], 0
while waiting:
    name = re.split(r"[ ;<>=!~\\[(]", waiting.pop())[0].lower().replace("_", "-")
    if name in seen: continue
    seen.add(name)
    try: found = distribution(name)
    except PackageNotFoundError: continue
    for file in found.files or []:
        path = found.locate_file(file)
        if path.is_file() and not str(file).endswith(".pyc"): total += path.stat().st_size
    waiting += [line for line in found.requires or [] if "extra ==" not in line]
print(total / 1e6)
"""
    found = subprocess.run([python, "-c", code, *package.split()], capture_output=True, text=True, check=True)
    return float(found.stdout)


def own_size() -> float:
    """MB of this package's own files."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        return next(Path(folder).glob("*.whl")).stat().st_size / 1e6


Figures = dict[str, dict[str, float]]  # by server: the medians of its turns


def summary(found: dict[tuple[int, int], tuple[Figures, float]]) -> Iterator[str]:
    """The table of the README, by workers and clients: runs a second, the 95th percentile, how many times as many."""
    yield "| workers | clients | CNN Loupe: runs/s, p95 | FastAPI + PyTorch: runs/s, p95 | times | health p99, max |"
    yield "|---|---|---|---|---|---|"
    for (workers, clients), (figures, ratio) in found.items():
        mine, theirs = (f"{one['per_second']:.0f}, {one['p95']:.0f} ms" for one in figures.values())
        health = next(iter(figures.values()))
        health_times = f"{health['health_p99']:.0f}, {health['health_max']:.0f} ms"
        yield f"| {workers} | {clients} | {mine} | {theirs} | {ratio:.1f} | {health_times} |"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_server", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seconds", type=float, default=6, help="of load for each figure")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each server gets; the median counts")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 128])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rival-python", default=sys.executable, help="a Python that has PyTorch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / "photo.jpg"
        body.write_bytes(photo())
        print(
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, {len(body.read_bytes()) / 1000:.0f} "
            "kB JPEG"
        )
        print(f"base64 by {b64encode.__module__}; /healthz is asked for twenty times a second under the load")
        print(
            "| workers | clients | server | runs/s | p50 ms | p95 ms | p99 ms | processor ms a run | new pages a run | "
            "health p50, p99, max ms | refused | lost |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|---|---|")
        medians: dict[tuple[int, int], tuple[Figures, float]] = {}
        for workers in options.workers:
            with ours(workers) as one, rival(workers, options.rival_python) as other:
                pair = {"CNN Loupe": one, "FastAPI + PyTorch": other}
                for server in pair.values():
                    load(server, 4, 1.5, body)  # warm
                idle = {name: memory(server) for name, server in pair.items()}
                busy = dict(idle)
                for clients in options.clients:
                    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in pair}
                    for _ in range(options.rounds):
                        for name, server in pair.items():
                            wait_until_idle(pair.values())
                            before, pages = processor(server), new_pages(server)
                            result = load(server, clients, options.seconds, body)
                            result["cpu"] = 1000 * (processor(server) - before) / max(1, result["runs"])
                            result["pages"] = (new_pages(server) - pages) / max(1, result["runs"])
                            rounds[name].append(result)
                            busy[name] = max(busy[name], memory(server))
                    figures: Figures = {}
                    for name, found in rounds.items():
                        m = {key: statistics.median(each[key] for each in found) for key in found[0]}
                        m["health_max"] = max(each["health_max"] for each in found)
                        figures[name] = m
                        print(
                            f"| {workers} | {clients} | {name} | {m['per_second']:.1f} | {m['p50']:.1f} | "
                            f"{m['p95']:.1f} | "
                            f"{m['p99']:.1f} | {m['cpu']:.1f} | {m['pages']:.0f} | {m['health_p50']:.1f}, "
                            f"{m['health_p99']:.0f}, {m['health_max']:.0f} | {m['refused']:.0f} | {m['lost']:.0f} "
                            "|", flush=True,
                        )  # fmt: skip
                    each = [
                        mine["per_second"] / theirs["per_second"]
                        for mine, theirs in zip(*rounds.values(), strict=True)
                        if theirs["per_second"]
                    ]
                    medians[workers, clients] = figures, statistics.median(each)
                print(
                    f"\nMemory with {workers} worker(s), idle / under load: "
                    + "; ".join(f"{name} {idle[name]:.0f} / {busy[name]:.0f} MB" for name in pair)
                )
                print(
                    "Start-up: " + "; ".join(f"{name} {server.started:.1f} s" for name, server in pair.items()) + "\n",
                    flush=True,
                )
    print("For the README; `times` is the median of the turns' ratios:\n")
    print("\n".join(summary(medians)))
    mine = installed_size(
        sys.executable, "fastapi jinja2 numpy pillow pydantic pydantic-settings safetensors tqdm uvicorn pybase64"
    )
    theirs = installed_size(options.rival_python, "fastapi numpy pillow safetensors torch uvicorn")
    wheel = own_size()
    print(
        f"wheel {wheel:.1f} MB; installed, dependencies included: {mine + wheel:.0f} MB; FastAPI + PyTorch "
        f"{theirs:.0f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
