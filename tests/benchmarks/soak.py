"""Does memory stay flat? Half an hour of mixed requests on two workers, memory noted each minute.

    make soak                 python -m tests.benchmarks.soak --minutes 30

Good, broken and abandoned requests; ends with 1 where the last third holds more than the second by over 5 %.
"""

from __future__ import annotations

import argparse
import itertools
import random
import socket
import statistics
import sys
import threading
import time

import httpx
from tqdm import tqdm

from tests.benchmarks.bench_server import Server, memory, ours
from tests.pictures import damaged, good_pictures

RUNS = "/api/v1/models/tiny-vgg/runs"


def work(port: int, seed: int, pause: float, stopped: threading.Event, counts: dict[str, int]) -> None:
    """One client: runs, sample runs, pages, damaged pictures, and now and then one that walks away."""
    rng = random.Random(seed)
    pictures = [data for data in good_pictures().values() if len(data) < 60_000]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        for turn in itertools.count():
            if stopped.wait(pause):
                return
            kind = turn % 8
            if kind < 4:
                answer = client.post(RUNS, content=rng.choice(pictures))
            elif kind == 4:
                answer = client.post(RUNS, content=damaged(rng.choice(pictures), rng))
            elif kind == 5:
                answer = client.get("/api/v1/models/tiny-vgg/samples/espresso/run")
            elif kind == 6:
                answer = client.get(rng.choice(["/", "/api/docs", "/nowhere", "/learn/convolution?lang=zh-Hans"]))
            else:
                with socket.create_connection(("127.0.0.1", port)) as leaver:
                    leaver.sendall(
                        f"POST {RUNS} HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n".encode() + bytes(40_000)
                    )
                continue
            counts["sent"] += 1
            counts["5xx"] += answer.status_code >= 500 and answer.status_code != 503


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rate", type=float, default=40, help="requests a second, of all clients together, at most")
    options = parser.parse_args()
    counts, stopped = {"sent": 0, "5xx": 0}, threading.Event()
    with ours(workers=2) as server:
        found: Server = server
        threads = [
            threading.Thread(target=work, args=(found.port, seed, options.clients / options.rate, stopped, counts))
            for seed in range(options.clients)
        ]
        for thread in threads:
            thread.start()
        held = []
        for _ in tqdm(range(30), desc="soak", unit="sample"):
            time.sleep(2 * options.minutes)
            held.append(memory(found))
        stopped.set()
        for thread in threads:
            thread.join()
    early, late = statistics.median(held[10:20]), statistics.median(held[20:])
    print(f"{counts['sent']} requests in {options.minutes:g} min, {counts['5xx']} answered with 5xx")
    print("memory in MB: " + " ".join(f"{value:.0f}" for value in held))
    print(f"second third {early:.1f} MB, last third {late:.1f} MB")
    return 1 if late > 1.05 * early or counts["5xx"] else 0


if __name__ == "__main__":
    sys.exit(main())
