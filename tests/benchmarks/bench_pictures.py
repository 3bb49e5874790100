"""What the costliest accepted requests cost the server: memory above idle and processor time of each.

    make bench BENCH=pictures

Every file of tests/worst.py goes to a server of its own, plainly, and cropped and turned with every picture of its
preparation; every mode in shapes from one column to one row goes to one server, one after the other. Wanted: below 200
MB and below 2 s of processor time for each.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_server import Server, memory, ours, photo, processor
from tests.worst import BODIES, PICTURES, SIDES, shapes

MOST_MB, MOST_SECONDS = 200.0, 2.0
# Plainly; turned, with everything told; and so small a piece that nothing may be reduced while decoding.
QUERIES = (
    "",
    "?preparation=full&upright=1024&encoding=list&x=0&y=0&size=2500&rotate=20",
    "?preparation=full&x=300&y=300&size=250&rotate=20",
)


# What is posted at once, each twice.
SIX = ("JPEG, 16 MP, progressive, 12 scans, profile", "WebP, 8 MP, lossless, alpha", "WebP, 8 MP, alpha, profile")


@dataclass(frozen=True)
class Cost:
    """What one request did: the answer's status, MB above idle at the peak, seconds of processor time."""

    status: int
    megabytes: float
    seconds: float


def status_field(pid: int, name: str) -> float:
    """A size in /proc/<pid>/status, in MB (Linux)."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found, name
    return int(found[1]) / 1024


def post(server: Server, query: str, data: bytes, media_type: str) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{server.path}{query}", data, {"Content-Type": media_type}
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:  # refused before all of it was sent
        return 0


def cost(data: bytes, query: str, media_type: str = "image/*") -> Cost:
    """Post it to a fresh server that has served a usual picture."""
    with ours(workers=1) as server:
        pid = server.process.pid
        post(server, "", photo(), "image/jpeg")
        time.sleep(0.2)
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
        idle, began = status_field(pid, "VmRSS"), processor(server)
        status = post(server, query, data, media_type)
        return Cost(status, status_field(pid, "VmHWM") - idle, processor(server) - began)


def costs(server: Server, files: Iterable[tuple[str, bytes]], query: str) -> Iterator[tuple[str, Cost]]:
    """One file after the other at one server: what it keeps between them counts as idle."""
    pid = server.process.pid
    post(server, "", photo(), "image/jpeg")
    for name, data in files:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        idle, began = status_field(pid, "VmRSS"), processor(server)
        status = post(server, query, data, "image/*")
        yield name, Cost(status, status_field(pid, "VmHWM") - idle, processor(server) - began)


def in_shape(server: Server, width: int, height: int, queries: int = 2) -> dict[str, Cost]:
    """What every mode in this shape costs, told with everything: the worst of the whole, and of its first square."""
    found: dict[str, Cost] = {}
    asked = ("?preparation=full&upright=1024", f"?preparation=full&x=0&y=0&size={min(width, height)}&rotate=20")
    for query in asked[:queries]:
        made = ((name, make()) for name, make in shapes(width, height).items())
        for name, now in costs(server, made, query):
            one = found.get(name, now)
            found[name] = Cost(
                max(one.status, now.status), max(one.megabytes, now.megabytes), max(one.seconds, now.seconds)
            )
    return found


def together(workers: int) -> tuple[float, float, float]:
    """Six of the costliest at once: MB at rest, MB at the peak, seconds of processor time, of all processes."""
    six = [PICTURES[name]() for name in SIX] * 2
    with ours(workers) as server:
        for _ in range(4 * workers):
            post(server, "", photo(), "image/jpeg")
        rest, began, peak = memory(server), processor(server), 0.0
        with ThreadPoolExecutor(len(six)) as clients:
            asked = [clients.submit(post, server, QUERIES[0], data, "image/*") for data in six]
            while not all(one.done() for one in asked):
                peak = max(peak, memory(server))
                time.sleep(0.01)
        assert [one.result() for one in asked] == [200] * len(six)
        return rest, peak, processor(server) - began


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_pictures", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--only", default="", help="names that contain this")
    parser.add_argument("--workers", action="store_true", help="six at once with one and two workers, and nothing else")
    parser.add_argument("--shapes", action="store_true", help="every mode in every shape, and nothing else")
    options = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} at the start")
    print("| file | MB | answers | memory | processor time |\n|---|---|---|---|---|")
    over = 0
    for name, make in {**PICTURES, **BODIES}.items():
        if options.only not in name or options.shapes or options.workers:
            continue
        data = make()
        kind = "application/json" if name in BODIES else "image/*"
        found = [cost(data, query, kind) for query in QUERIES]
        memory, seconds = max(each.megabytes for each in found), max(each.seconds for each in found)
        over += memory > MOST_MB or seconds > MOST_SECONDS
        statuses = ", ".join(str(each.status) for each in found)
        print(f"| {name} | {len(data) / 1e6:.1f} | {statuses} | {memory:.0f} MB | {seconds:.2f} s |", flush=True)
    if not options.only and not options.workers:
        with ours(workers=1) as server:
            for width, height in SIDES:
                worst = in_shape(server, width, height)
                largest = max(worst, key=lambda name: worst[name].megabytes)
                slowest = max(worst, key=lambda name: worst[name].seconds)
                memory, seconds = worst[largest].megabytes, worst[slowest].seconds
                statuses = ", ".join(sorted({str(each.status) for each in worst.values()}))
                over += memory > MOST_MB or seconds > MOST_SECONDS
                print(f"| {len(worst)} modes of {width}×{height} | | {statuses} ", end="")
                print(f"| {memory:.0f} MB ({largest}) | {seconds:.2f} s ({slowest}) |", flush=True)
    if not options.only and not options.shapes:
        for workers in (1, 2):
            rest, peak, seconds = together(workers)
            print(f"six at once, workers: {workers}: {rest:.0f} MB at rest, {peak:.0f} MB at the peak, {seconds:.1f} s")
    print(f"{over} over {MOST_MB:.0f} MB or {MOST_SECONDS:.0f} s" if over else "all within the budget")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
