"""Send hostile requests until the number is reached; one bad answer ends it with the seed to repeat it.

Four sources share the number: the OpenAPI description (schemathesis, where it is installed; one in forty),
addresses with strange parameters, tensors and JSON bodies, and damaged pictures. Wanted: never a 5xx (503 of a full
queue aside), never a hang, never an answer outside the schemas, never a path of this machine in one.

The application runs in this process, without sockets; tests/server/test_slow_clients.py covers those.
"""

from __future__ import annotations

import argparse
import json
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

from server.app import create_app
from server.settings import Settings
from tests.client import Client
from tests.fuzz.sources import addresses, bodies, pictures
from tests.models import write_models

SLOWEST = 4.0  # seconds of processor time for one request; on an idle machine the slowest takes below 2
HANG = 120.0  # seconds of waiting, however busy the machine may be
Request = tuple[str, str, dict[str, Any]]


class Bad(Exception):
    """An answer that must not be."""


class Watch:
    """Wall and processor time since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def check(self) -> None:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        if cpu > SLOWEST or wall > HANG:
            raise Bad(f"took {cpu:.1f} s of processor time, {wall:.1f} s in all")


def check(answer: httpx.Response, watch: Watch) -> str:
    """The outcome in a word; raises Bad for an answer that must not be."""
    if answer.status_code >= 500 and answer.status_code != 503:
        raise Bad(f"status {answer.status_code}: {answer.text[:500]}")
    watch.check()
    if "content-security-policy" not in answer.headers:
        raise Bad("security headers are missing")
    if answer.request.method == "HEAD":
        return f"{answer.status_code} HEAD"
    if answer.status_code >= 400:
        if answer.headers["content-type"] != "application/problem+json":
            raise Bad(f"an error of type {answer.headers['content-type']}")
        problem = answer.json()
        if problem["status"] != answer.status_code or not problem["code"]:
            raise Bad(f"a malformed problem: {answer.text[:500]}")
        leaks = ("/home/", "/usr/", "/srv/", "/root/", "/tmp/", "site-packages", "Traceback", 'File "')
        if any(leak in problem["detail"] for leak in leaks):
            raise Bad(f"the inside shows: {answer.text[:500]}")
        return f"{answer.status_code} {problem['code']}"
    if answer.headers.get("content-type", "").startswith("application/json"):
        json.loads(answer.content, parse_constant=_not_json)
    return str(answer.status_code)


def _not_json(name: str) -> None:
    raise Bad(f"{name} in an answer: that is not JSON")


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


def from_description(client: Client, count: int, seed: int, outcomes: Counter[str]) -> int:
    """Requests that schemathesis makes from the OpenAPI description; 0 where it is not installed."""
    try:
        import schemathesis
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis import seed as with_seed
    except ImportError:
        print("schemathesis is not installed: the description is left out", file=sys.stderr)
        return 0
    schema = schemathesis.openapi.from_dict(client.app.openapi())
    operations = [found.ok() for found in schema.get_all_operations()]
    sent = 0
    with tqdm(total=count, desc="openapi", unit="req", file=sys.stderr) as bar:
        for operation in operations:

            @with_seed(seed)
            @settings(
                max_examples=max(1, count // len(operations)), deadline=None, database=None,
                phases=[Phase.generate], suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy())
            def one(case: Any) -> None:
                nonlocal sent
                options = case.as_transport_kwargs(base_url="http://testserver")
                known = {k: options[k] for k in ("params", "headers", "cookies", "json") if options.get(k) is not None}
                if options.get("data") is not None:
                    known["content" if isinstance(options["data"], bytes | str) else "data"] = options["data"]
                watch = Watch()
                try:
                    answer = client.request(options["method"], options["url"], **known)
                except (httpx.InvalidURL, UnicodeEncodeError, ValueError, TypeError):
                    return
                outcomes[check(answer, watch)] += 1
                sent += 1
                bar.update()

            one()
    return sent


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    outcomes: Counter[str] = Counter()
    began, sent = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(models=(write_models(Path(folder)),)))
        with Client(app) as client:
            # Making a case from the description takes far longer than answering it.
            described = options.requests // 40
            sources: list[tuple[str, Callable[[random.Random], Iterator[Request]]]] = [
                ("addresses", addresses), ("bodies", bodies), ("pictures", pictures),
            ]  # fmt: skip
            try:
                sent += from_description(client, described, options.seed, outcomes)
                for index, (name, source) in enumerate(sources):
                    count = (options.requests - sent) // (len(sources) - index)
                    sent += run(source(random.Random(options.seed)), client, count, name, outcomes)
            except Bad as bad:
                print(f"\nAfter {sum(outcomes.values())} requests, seed {options.seed}: {bad}", file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                sent = sum(outcomes.values())
                print("\nStopped by hand.", file=sys.stderr)
    for outcome, count in outcomes.most_common():
        print(f"{count:8}  {outcome}")
    minutes = (time.monotonic() - began) / 60
    print(f"{sent} requests, seed {options.seed}, {minutes:.1f} min: no 5xx, no hang, no leak, every answer well formed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
