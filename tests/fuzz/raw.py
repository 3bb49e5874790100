"""Bytes that are hardly HTTP, over many real connections: to a server alone, and to one behind the published nginx."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from tqdm import tqdm

from tests.conftest import RunningServer, free_port, running_server
from tests.fuzz.check import LEAKS, Bad
from tests.pictures import encoded, scene
from tests.server.proxy import NGINX, configuration, started

CONNECTIONS = 64
PATIENCE = 1  # seconds that the server waits for a whole request here
HANG = 60.0  # seconds after which an open connection is one that hangs

RUNS = b"/api/v1/models/minimal/runs?layers=none"
PICTURE = encoded(scene(32, 32), "PNG")
HEADERS = [
    b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"Content-Length: 0x10",
    b"Content-Length: 5, 5", b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: x",
    b"Expect: 100-continue", b"Expect: x", b"Upgrade: websocket\r\nConnection: Upgrade", b"Upgrade: h2c", b"Host: b",
    b"Host: a\r\nHost: b", b"X: " + b"a" * 70_000, b"X" * 300 + b": 1", b" folded: 1", b"No colon", b": empty",
    b"X: \x00", b"X: \xff\xfe", b"Cookie: " + b"a=b; " * 500, b"Connection: keep-alive, close", b"Range: bytes=0-1",
    b"Accept-Encoding: " + b"gzip;q=" * 50, b"X-Request-ID: \x1b[2J", b"X-Forwarded-For: ../../x",
        b"Content-Type: image/png",
]  # fmt: skip
LINES = [
    b"GET / HTTP/1.1", b"GET / HTTP/1.0", b"GET /", b"GET  /  HTTP/1.1", b"get / HTTP/1.1", b"GET * HTTP/1.1",
    b"GET http://other/ HTTP/1.1", b"CONNECT a:80 HTTP/1.1", b"OPTIONS * HTTP/1.1", b"PRI * HTTP/2.0",
    b"GET / HTTP/9.9",
    b"GET /static/x/..%2f..%2fpyproject.toml HTTP/1.1", b"GET /../../etc/passwd HTTP/1.1", b"GET /\x00 HTTP/1.1",
    b"GET /%00%ff?%zz=%u0041&=&& HTTP/1.1", b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"HEAD /api/v1/models HTTP/1.1",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-x", b"", b"POST " + RUNS + b" HTTP/1.1",
    b"TRACE / HTTP/1.1",
]  # fmt: skip


TINY = [b"a:b", b"ab:cd", b": ", b":", b"a:", b"x: " + b"y" * 50, b"Cookie: a=b", b"Host: b", b" more", b"\xff: \xff"]


def head_of_many(rng: random.Random) -> bytes:
    """A head, or trailers, of up to some ten thousand headers, finished or not."""
    count = round(10 ** rng.uniform(1, 4.3))
    names = rng.choice([[rng.choice(TINY)], TINY, [b"n%d: %d" % (at, at) for at in range(200)]])
    lines = b"\r\n".join(rng.choice(names) for _ in range(count)) + rng.choice([b"\r\n\r\n", b"\r\n\r\n", b"\r\n", b""])
    if rng.random() < 0.3:
        return b"POST " + RUNS + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n" + lines
    return rng.choice([b"GET /healthz", b"POST " + RUNS, b"HEAD /"]) + b" HTTP/1.1\r\nHost: a\r\n" + lines


def request(rng: random.Random) -> bytes:
    """One request, sound or not, perhaps with foreign bytes in it."""
    kind = rng.random()
    if kind < 0.30:
        data = b"POST " + RUNS + b" HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE
    elif kind < 0.45:
        chunks = [PICTURE[at : at + 100] for at in range(0, len(PICTURE), 100)]
        sizes = [len(chunk) if rng.random() < 0.95 else rng.choice([0, 1, 1 << 40]) for chunk in chunks]
        parts = b"".join(b"%x\r\n" % size + chunk + b"\r\n" for size, chunk in zip(sizes, chunks, strict=True))
        data = b"POST " + RUNS + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + parts + b"0\r\n\r\n"
    elif kind < 0.55:
        data = head_of_many(rng)
    else:
        lines = [rng.choice(LINES), *(rng.choice([*HEADERS, b"Host: a"]) for _ in range(rng.randrange(4)))]
        data = b"\r\n".join(lines) + b"\r\n\r\n" + rng.choice([b"", b"hello", rng.randbytes(20)])
    if rng.random() < 0.5:
        broken = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(min(len(broken), rng.choice([40, 200, 10**9])))
            broken[at : at + rng.randrange(2)] = rng.choice([b"", b"\0", b"\n", b"\r", b" ", b"\xff", rng.randbytes(1)])
        data = bytes(broken)
    return data


@dataclass(frozen=True)
class Target:
    """Who is talked to, and which statuses above 499 it may give."""

    name: str
    server: RunningServer
    port: int
    allowed: frozenset[int]
    complaints: Path | None = None  # what a proxy has logged

    def may_answer(self, answer: bytes, data: bytes) -> bool:
        """Whether this begins as an answer to these bytes does: nginx gives one without a head to HTTP/0.9."""
        version = data.lstrip(b"\r\n").partition(b"\n")[0].rpartition(b" ")[2]
        return answer.startswith(b"HTTP/1.1 ") or (self.complaints is not None and not version.startswith(b"HTTP/"))


@contextlib.contextmanager
def alone(models: Path) -> Iterator[Target]:
    """A server that anybody reaches."""
    with running_server(request_timeout=PATIENCE, keep_alive=1, log_level="error", models=models) as server:
        yield Target("sockets", server, server.port, frozenset({503, 505}))


@contextlib.contextmanager
def behind_nginx(models: Path) -> Iterator[Target]:
    """The published configuration, with less patience. It says itself what it does not implement (501, 505)."""
    with running_server(log_level="error", models=models) as server, tempfile.TemporaryDirectory() as place:
        folder, port = Path(place), free_port()
        folder.chmod(0o755)
        text = configuration(folder, port, [server.port])
        waits = ("client_header_timeout 10s;", "client_body_timeout 10s;", "keepalive_timeout 20s;")
        for line in (*waits, "lingering_timeout 5s;"):
            assert line in text
            text = text.replace(line, f"{line.split()[0]} {PATIENCE}s;")
        complaints = folder / "error.log"
        text = text.replace("error_log stderr warn;", f"error_log {complaints} warn;")
        with started(folder, text, port):
            yield Target("nginx", server, port, frozenset({501, 503, 505}), complaints)


async def talk(target: Target, rng: random.Random) -> list[int]:
    """Send one to four requests in pieces over one connection; the statuses that came back."""
    data = b"".join(request(rng) for _ in range(rng.choice([1, 1, 1, 2, 4])))
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    answer = b""
    try:
        at = 0
        while at < len(data):
            step = rng.choice([1, 7, 100, 10_000, len(data)])
            writer.write(data[at : at + step])
            at += step
            if rng.random() < 0.1:
                await writer.drain()
                await asyncio.sleep(0)
        if rng.random() < 0.1:
            return []  # goes away without a word
        answer = await asyncio.wait_for(reader.read(-1), HANG)
    except TimeoutError:
        raise Bad(f"a connection was open after {HANG:g} s; it had sent {data[:300]!r}") from None
    except (ConnectionError, BrokenPipeError):
        pass
    finally:
        writer.close()
    if answer and not target.may_answer(answer, data):
        raise Bad(f"this is no HTTP: {answer[:200]!r}")
    if any(leak.encode() in answer for leak in LEAKS if leak not in ("/tmp/", "/app/")):
        raise Bad(f"the inside shows: {answer[:500]!r}")
    return [int(status) for status in re.findall(rb"(?:^|[\n}])HTTP/1\.1 (\d{3}) ", answer)]


def from_connections(models: Path, count: int, seed: int, outcomes: Counter[str]) -> int:
    """`count` connections in all to each target that can be had, 64 at a time; gives how many there were."""
    if not Path(NGINX).exists():
        print("nginx is not installed: the server is talked to alone", file=sys.stderr)
        with alone(models) as target:
            return _talks(target, count, seed, outcomes)
    with alone(models) as target:
        sent = _talks(target, count - count // 2, seed, outcomes)
    with behind_nginx(models) as target:
        return sent + _talks(target, count // 2, seed + 1, outcomes)


def _talks(target: Target, count: int, seed: int, outcomes: Counter[str]) -> int:
    rng = random.Random(seed)
    with tqdm(total=count, desc=f"{target.name:>10}", unit="req", file=sys.stderr) as bar:

        async def one(number: int) -> None:
            try:
                statuses = await talk(target, random.Random(number))
            except Bad as bad:
                raise Bad(f"{bad}\non a connection of seed {number} to {target.name}") from None
            for status in statuses or [0]:
                if status >= 500 and status not in target.allowed:
                    raise Bad(f"status {status} on a connection of seed {number} to {target.name}")
                outcomes[f"{status or 'closed'} {target.name}"] += 1
            bar.update()

        async def all_of_them() -> None:
            numbers = iter([rng.getrandbits(48) for _ in range(count)])

            async def next_ones() -> None:
                for number in numbers:
                    await one(number)

            async with asyncio.TaskGroup() as group:
                for _ in range(CONNECTIONS):
                    group.create_task(next_ones())

        try:
            asyncio.run(all_of_them())
        except* Bad as found:
            raise found.exceptions[0] from None
    _look_back(target)
    return count


def _look_back(target: Target) -> None:
    """Afterwards all is as it was, and nobody has logged that something went wrong."""
    url = f"http://127.0.0.1:{target.port}/readyz"
    began = time.perf_counter()
    if httpx.get(url, timeout=HANG).status_code != 200:
        raise Bad("the server is not ready afterwards")
    if time.perf_counter() - began > 5:
        raise Bad("the server is slow afterwards")
    target.server.process.terminate()
    log = target.server.process.communicate(timeout=30)[0]
    if "rror" in log:
        raise Bad(f"the server's log says: {log[-3000:]}")
    if target.complaints is not None:
        lines = target.complaints.read_text("utf-8", "replace").splitlines()
        said = [line for line in lines if re.search(r"\[(emerg|alert|crit)\]|upstream", line)]
        if said:
            raise Bad(f"{len(said)} complaints of {target.name}, the last: {said[-1][:1000]}")
