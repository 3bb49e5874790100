"""What every answer to a hostile request is held to."""

from __future__ import annotations

import json
import time

import httpx

SLOWEST = 4.0  # seconds of processor time for one request; on an idle machine the slowest takes below 2
HANG = 120.0  # seconds of waiting, however busy the machine may be
LEAKS = ("/home/", "/usr/", "/srv/", "/root/", "/tmp/", "/app/", "site-packages", "Traceback", 'File "')


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
        if any(leak in problem["detail"] for leak in LEAKS):
            raise Bad(f"the inside shows: {answer.text[:500]}")
        return f"{answer.status_code} {problem['code']}"
    if answer.headers.get("content-type", "").startswith("application/json"):
        json.loads(answer.content, parse_constant=_not_json)
    return str(answer.status_code)


def _not_json(name: str) -> None:
    raise Bad(f"{name} in an answer: that is not JSON")
