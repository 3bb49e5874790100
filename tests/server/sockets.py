"""Plain sockets to a running server, for what no HTTP client would send."""

from __future__ import annotations

import socket

from tests.conftest import RunningServer


def connect(server: RunningServer) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def poured(client: socket.socket, block: bytes, most: int) -> int:
    """The bytes that could be sent, block after block, until the server closed or there were `most`."""
    sent = 0
    try:
        while sent < most:
            client.sendall(block)
            sent += len(block)
    except OSError:
        pass
    return sent
