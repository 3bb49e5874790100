"""Send hostile requests until the number is reached; one bad answer ends it with the seed to repeat it.

Six sources share the number: the OpenAPI description (schemathesis, where it is installed), tensors (hypothesis),
hardly HTTP over real sockets (to a server alone, and to one behind nginx), addresses with strange parameters, JSON
bodies, and damaged pictures. Wanted: never a 5xx (503 of a full queue aside), never a hang, never an answer outside the
schemas, never a path of this machine in one, and not a word about an error in the server's log.

All but the sockets go to the application in this process. Templates and static files are read once, so that what is
edited meanwhile in a checkout does not matter.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from tqdm import tqdm

from cnn_loupe.server.app import create_app
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.fuzz.check import Bad, Watch, check
from tests.fuzz.generated import from_description, from_tensors
from tests.fuzz.raw import from_connections
from tests.fuzz.sources import addresses, bodies, pictures
from tests.models import write_models

Request = tuple[str, str, dict[str, Any]]
SLOW_SHARE = 10  # one request in ten comes from each of the sources that take longer to make than to answer


def run(source: Iterator[Request], client: Client, count: int, name: str, outcomes: Counter[str]) -> int:
    """Send `count` requests of a source; gives how many were sent."""
    sent = 0
    with tqdm(total=count, desc=f"{name:>10}", unit="req", file=sys.stderr) as bar:
        for method, url, options in source:
            if sent >= count:
                break
            watch = Watch()
            try:
                answer = client.request(method, url, **options)
            except (httpx.InvalidURL, UnicodeEncodeError, ValueError):
                continue  # the client itself refuses to send it
            try:
                outcomes[check(answer, watch)] += 1
            except Bad as bad:
                Path("fuzz-failure.bin").write_bytes(bytes(options.get("content", b"")))
                raise Bad(f"{bad}\n{method} {url[:500]} {str(options)[:500]}") from None
            sent += 1
            bar.update()
    return sent


def send_all(folder: Path, count: int, seed: int, outcomes: Counter[str]) -> int:
    """All sources in turn; gives how many requests were sent."""
    models = write_models(folder)
    share = count // SLOW_SHARE
    sent = from_connections(models, share, seed, outcomes)
    with Client(create_app(Settings(models=(models,)), live=False)) as client:
        sent += from_description(client, share, seed, outcomes)
        sent += from_tensors(client, share, seed, outcomes)
        sources: list[tuple[str, Callable[[random.Random], Iterator[Request]]]] = [
            ("addresses", addresses), ("bodies", bodies), ("pictures", pictures),
        ]  # fmt: skip
        for index, (name, source) in enumerate(sources):
            part = (count - sent) // (len(sources) - index)
            sent += run(source(random.Random(seed)), client, part, name, outcomes)
    return sent


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    outcomes: Counter[str] = Counter()
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            sent = send_all(Path(folder), options.requests, options.seed, outcomes)
    except Bad as bad:
        print(f"\nAfter {sum(outcomes.values())} answers, seed {options.seed}: {bad}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped by hand after {sum(outcomes.values())} answers.", file=sys.stderr)
        return 130
    for outcome, count in outcomes.most_common():
        print(f"{count:8}  {outcome}")
    minutes = (time.monotonic() - began) / 60
    print(
        f"{sent} requests, seed {options.seed}, {minutes:.1f} min: no 5xx, no hang, no leak, every answer well formed"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
