"""Starting the server: threads pinned, the socket bound, one worker or several under a supervisor."""

from __future__ import annotations

import contextlib
import logging.config
import os
import socket
import sys
import threading
import time
import webbrowser

from cnn_loupe.server.logs import keep_nothing_back, logging_config
from cnn_loupe.server.settings import Settings
from cnn_loupe.server.supervisor import Supervisor
from cnn_loupe.server.threads import pin_threads


def serve(settings: Settings) -> int:
    """Run until told to stop; gives the exit code."""
    pin_threads()
    keep_nothing_back()
    os.environ.update(settings.environment())
    try:
        # Bound here, before any worker starts, so that a taken port is said once and plainly.
        listener = _bound(settings)
    except OSError:
        print(
            f"Port {settings.port} on {settings.host} cannot be used: something else listens there, or it needs "
            f"rights. Choose another: cnn-loupe serve --port {settings.port + 1}",
            file=sys.stderr,
        )
        return 1
    address = _address(settings, listener.getsockname()[1])
    # Nobody may be able to take the line (disk full, closed pipe): no reason not to serve.
    with contextlib.suppress(OSError):
        print(f"CNN Loupe: {address}", flush=True)
    if settings.open:
        threading.Thread(target=_open, args=(address,), daemon=True).start()
    if settings.workers > 1:
        logging.config.dictConfig(logging_config(settings))
        return Supervisor(work, listener, settings.workers, settings.drain_seconds, share).run()
    work(listener)
    return 0


def work(listener: socket.socket) -> None:
    """Answer requests from this socket until told to stop. The command's other parts are spared the imports."""
    from cnn_loupe.server.worker import answer

    answer(listener)


def share() -> None:
    """Import what every worker needs."""
    import cnn_loupe.server.worker  # noqa: F401


def _bound(settings: Settings) -> socket.socket:
    """Raises OSError where the address is taken or not to be had."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except BaseException:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def _address(settings: Settings, port: int) -> str:
    host = settings.host
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}/"


def _open(address: str) -> None:
    time.sleep(1.0)
    webbrowser.open(address)
