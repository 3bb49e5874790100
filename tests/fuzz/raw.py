"""Bytes that are hardly HTTP, over many real connections to a server in a process of its own."""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
from tqdm import tqdm

from tests.conftest import running_server
from tests.fuzz.check import LEAKS, Bad
from tests.pictures import encoded, scene

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


def request(rng: random.Random) -> bytes:
    """One request, sound or not, perhaps with foreign bytes in it."""
    kind = rng.random()
    if kind < 0.35:
        data = b"POST " + RUNS + b" HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE
    elif kind < 0.55:
        chunks = [PICTURE[at : at + 100] for at in range(0, len(PICTURE), 100)]
        sizes = [len(chunk) if rng.random() < 0.95 else rng.choice([0, 1, 1 << 40]) for chunk in chunks]
        parts = b"".join(b"%x\r\n" % size + chunk + b"\r\n" for size, chunk in zip(sizes, chunks, strict=True))
        data = b"POST " + RUNS + b" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + parts + b"0\r\n\r\n"
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


async def talk(port: int, rng: random.Random) -> list[int]:
    """Send one to four requests in pieces over one connection; the statuses that came back."""
    data = b"".join(request(rng) for _ in range(rng.choice([1, 1, 1, 2, 4])))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
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
    if answer and not answer.startswith(b"HTTP/1.1 "):
        raise Bad(f"this is no HTTP: {answer[:200]!r}")
    if any(leak.encode() in answer for leak in LEAKS if leak not in ("/tmp/", "/app/")):
        raise Bad(f"the inside shows: {answer[:500]!r}")
    return [int(status) for status in re.findall(rb"(?:^|[\n}])HTTP/1\.1 (\d{3}) ", answer)]


def from_connections(models: Path, count: int, seed: int, outcomes: Counter[str]) -> int:
    """`count` connections, 64 at a time; gives how many there were."""
    rng = random.Random(seed)
    settings = {"request_timeout": PATIENCE, "keep_alive": 1, "log_level": "error", "models": models}
    with running_server(**settings) as server, tqdm(total=count, desc="   sockets", unit="req", file=sys.stderr) as bar:

        async def one(number: int) -> None:
            for status in await talk(server.port, random.Random(number)) or [0]:
                if status >= 500 and status != 503:
                    raise Bad(f"status {status} on a connection of seed {number}")
                outcomes[f"{status or 'closed'} raw"] += 1
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
        began = time.perf_counter()
        if httpx.get(server.url + "/readyz", timeout=HANG).status_code != 200:
            raise Bad("the server is not ready afterwards")
        if time.perf_counter() - began > 5:
            raise Bad("the server is slow afterwards")
        server.process.terminate()
        log = server.process.communicate(timeout=30)[0]
        if "rror" in log:
            raise Bad(f"its log says: {log[-1000:]}")
    return count
