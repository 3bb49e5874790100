"""The socket that the server listens on."""

from __future__ import annotations

import errno
import os
import socket

from cnn_loupe.server.settings import Settings

# Connections that may wait to be accepted. asyncio accepts as many in one turn of its loop, and attends to them a few
# turns later, so four times as many descriptors are kept in reserve (server/descriptors.py).
WAITING = 128


def listen(settings: Settings) -> socket.socket:
    """A socket that accepts connections from now on, so that a second server finds the port taken.

    Raises OSError where the address is taken or not to be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol. With it the body of an answer would
    # wait until the client has acknowledged the head: 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where SO_REUSEADDR would share a port with anybody
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: the system drops who takes nothing of an answer
            milliseconds = round(1000 * settings.response_timeout)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        listener.bind((settings.host, settings.port))
        listener.listen(WAITING)
    except BaseException:
        listener.close()
        raise
    os.set_inheritable(listener.fileno(), True)
    return listener


def why_not(error: OSError, settings: Settings) -> str:
    """What to say to the operator where `listen` raised."""
    place = f"Port {settings.port} on {settings.host}"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return (
            f"This machine has no address {settings.host!r}. Use one of its own: "
            "cnn-loupe serve --host 127.0.0.1 for this machine alone, --host 0.0.0.0 for every network interface"
        )
    if error.errno == errno.EACCES:
        return f"{place} needs rights that this user has not. Choose one from 1024 on: cnn-loupe serve --port 8000"
    other = settings.port + 1 if settings.port < 65535 else 8000
    return f"{place} is taken: something else listens there. Choose another: cnn-loupe serve --port {other}"
