"""A load generator: many connections that each post the same body again and again.

Run as a process of its own (`python -m tests.benchmarks.load HOST PORT PATH CLIENTS SECONDS BODY`), so that
it does not share an interpreter with anything it measures. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path


class Client:
    """One connection; it times every answer from the first byte sent to the last byte received."""

    def __init__(self, host: str, port: int, path: str, body: bytes) -> None:
        self.host, self.port = host, port
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
        self.request = head.encode() + body
        self.times: list[float] = []
        self.bytes = 0
        self.refused = 0
        self.lost = 0

    async def work(self, until: float) -> None:
        while time.perf_counter() < until:
            try:
                reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 22)
            except OSError:
                self.lost += 1
                await asyncio.sleep(0.05)
                continue
            try:
                while time.perf_counter() < until:
                    await self.ask(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                self.lost += 1
            finally:
                writer.close()

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = time.perf_counter()
        writer.write(self.request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        if b" 200 " in head[:20]:
            self.times.append(time.perf_counter() - began)
            self.bytes += len(body)
        else:
            self.refused += 1
            await asyncio.sleep(0.05)


async def run(host: str, port: int, path: str, clients: int, seconds: float, body: bytes) -> dict[str, float]:
    found = [Client(host, port, path, body) for _ in range(clients)]
    began = time.perf_counter()
    await asyncio.gather(*(client.work(began + seconds) for client in found))
    took = time.perf_counter() - began
    times = sorted(value for client in found for value in client.times)

    def percentile(share: float) -> float:
        return 1000 * times[min(len(times) - 1, int(share * len(times)))] if times else float("nan")

    return {
        "runs": len(times),
        "per_second": len(times) / took,
        "p50": percentile(0.5),
        "p95": percentile(0.95),
        "p99": percentile(0.99),
        "answer_bytes": sum(client.bytes for client in found) / max(1, len(times)),
        "refused": sum(client.refused for client in found),
        "lost": sum(client.lost for client in found),
    }


if __name__ == "__main__":
    host, port, path, clients, seconds, body = sys.argv[1:]
    answer = run(host, int(port), path, int(clients), float(seconds), Path(body).read_bytes())
    print(json.dumps(asyncio.run(answer)))
