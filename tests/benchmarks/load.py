"""A load generator: many connections that each post the same body again and again.

Run as a process of its own (`python -m tests.benchmarks.load HOST PORT PATH CLIENTS SECONDS BODY`), so that
it does not share an interpreter with anything it measures. Prints one JSON object.

It shares the machine's cores with the server, so it is made to need little: plain sockets, no parsing beyond the
status and the length, and bodies that the kernel throws away where it can (Linux) instead of copying them here.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from pathlib import Path

PAUSE = 0.05  # seconds before one that was refused or lost tries again
BUFFER = memoryview(bytearray(1 << 21))
HEAD = 1 << 12  # bytes that an answer's head and the beginning of its body are read in
DISCARD = socket.MSG_TRUNC if sys.platform == "linux" else 0  # tcp(7): received and not copied


class Client:
    """One connection; it times every answer from the first byte sent to the last byte received."""

    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.address, self.request = address, request
        self.socket: socket.socket | None = None
        self.times: list[float] = []
        self.bytes = self.refused = self.lost = 0
        self.ready_at = 0.0  # when it asks next
        self.began = 0.0
        self.unsent = memoryview(b"")
        self.head = b""
        self.length = 0  # of the answer's body, in bytes
        self.missing = 0  # of them yet to come
        self.status = 0

    def start(self, selector: selectors.BaseSelector) -> None:
        """Send the request anew, over the same connection where there is one."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(self.address, timeout=30)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.socket.setblocking(False)
                selector.register(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self)
            else:
                selector.modify(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self)
        except OSError:
            self.drop(selector)
            return
        self.began, self.unsent, self.head, self.status = time.perf_counter(), memoryview(self.request), b"", 0
        self.ready_at = float("inf")
        self.write(selector)

    def write(self, selector: selectors.BaseSelector) -> None:
        assert self.socket is not None
        try:
            self.unsent = self.unsent[self.socket.send(self.unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self.drop(selector)
            return
        if not self.unsent:
            selector.modify(self.socket, selectors.EVENT_READ, self)

    def read(self, selector: selectors.BaseSelector) -> None:
        assert self.socket is not None
        try:
            if self.status:
                count = self.socket.recv_into(BUFFER, min(self.missing, len(BUFFER)), DISCARD)
            else:
                count = self.socket.recv_into(BUFFER, HEAD)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self.drop(selector)
            return
        if not self.status:
            self.head += bytes(BUFFER[:count])
            head, end, rest = self.head.partition(b"\r\n\r\n")
            if not end:
                return
            self.status = int(head[9:12])
            self.missing = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            self.length, count = self.missing, len(rest)
        self.missing -= count
        if self.missing <= 0:
            self.finish()

    def finish(self) -> None:
        self.ready_at = now = time.perf_counter()
        if self.status == 200:
            self.times.append(now - self.began)
            self.bytes += self.length
        else:
            self.refused += 1
            self.ready_at += PAUSE

    def drop(self, selector: selectors.BaseSelector) -> None:
        """The connection is gone; a new one a little later."""
        if self.socket is not None:
            selector.unregister(self.socket)
            self.socket.close()
            self.socket = None
        self.lost += 1
        self.ready_at = time.perf_counter() + PAUSE


def run(host: str, port: int, path: str, clients: int, seconds: float, body: bytes) -> dict[str, float]:
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
    found = [Client((host, port), head.encode() + body) for _ in range(clients)]
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        for client in found:
            if client.ready_at <= now:
                client.start(selector)
        soonest = min(client.ready_at for client in found)
        for key, events in selector.select(max(0.0, min(soonest, began + seconds) - time.perf_counter())):
            client = key.data
            if events & selectors.EVENT_WRITE and client.unsent:
                client.write(selector)
            if events & selectors.EVENT_READ and client.socket is not None:
                client.read(selector)
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
    print(json.dumps(answer))
