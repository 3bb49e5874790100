"""Starting the server: threads pinned, the socket bound, then one process that answers, or several under uvicorn."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import webbrowser
from typing import Any

from cnn_loupe.server.listener import WAITING, listen, why_not
from cnn_loupe.server.logs import keep_nothing_back, logging_config
from cnn_loupe.server.settings import Settings
from cnn_loupe.server.threads import pin_threads

LARGEST_HEAD = 32_768  # bytes of a request line and its headers
LONGEST_SILENCE = 30  # seconds until a worker that shows no sign of life is replaced


def serve(settings: Settings) -> int:
    """Run until told to stop; gives the exit code."""
    pin_threads()
    keep_nothing_back()
    os.environ.update(settings.environment())  # workers read their settings there
    os.environ["PYTHONUNBUFFERED"] = "1"  # and keep nothing back either
    # A run takes a few megabytes and gives them back. glibc in a worker then keeps them for the next run instead of
    # having the kernel hand out some hundred pages anew; the Makefile and the image set the same for a single process.
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", "4194304")
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", "8388608")
    try:
        listener = listen(settings)
    except OSError as error:
        print(why_not(error, settings), file=sys.stderr)
        return 1
    address = _address(settings, listener.getsockname()[1])
    # Nobody may be able to take the line (disk full, closed pipe): no reason not to serve.
    with contextlib.suppress(OSError):
        print(f"CNN Loupe: {address}", flush=True)
    if settings.open:
        threading.Thread(target=_open, args=(address,), daemon=True).start()
    return _alone(settings, listener) if settings.workers == 1 else _with_workers(settings, listener)


def _alone(settings: Settings, listener: socket.socket) -> int:
    """Answer in this process."""
    # Until uvicorn has handlers of its own, and after it has drained and passes the signal on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # The terminal was closed: as good a reason to stop, unless the server was told to outlive it (nohup).
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    import uvicorn

    try:
        uvicorn.Server(uvicorn.Config(**_options(settings))).run(sockets=[listener])
    except SystemExit as end:
        return 1 if end.code else 0
    except KeyboardInterrupt:
        return 0
    return 0


def _with_workers(settings: Settings, listener: socket.socket) -> int:
    """Let uvicorn start workers, and replace those that die."""
    import uvicorn

    # uvicorn returns in the same way when it was asked to stop and when a worker could not start. Python notes the
    # signals that arrive, whoever handles them.
    told, note = socket.socketpair()
    with told, note:
        told.setblocking(False)
        note.setblocking(False)
        signal.set_wakeup_fd(note.fileno(), warn_on_full_buffer=False)
        place: dict[str, Any] = {"fd": listener.fileno()}
        if os.name == "nt":  # where a descriptor means nothing to another process
            place = {"host": settings.host, "port": listener.getsockname()[1]}
            listener.close()
        try:
            uvicorn.run(**_options(settings), **place, workers=settings.workers)
        finally:
            signal.set_wakeup_fd(-1)
        try:
            return 0 if {signal.SIGTERM, signal.SIGINT} & set(told.recv(4096)) else 1
        except BlockingIOError:
            return 1


def _options(settings: Settings) -> dict[str, Any]:
    """What uvicorn is told."""
    return {
        "app": "cnn_loupe.server.worker:application",
        "factory": True,
        "http": "cnn_loupe.server.deadline:PunctualProtocol",
        "h11_max_incomplete_event_size": LARGEST_HEAD,
        "ws": "none",
        "lifespan": "on",
        "loop": "asyncio",
        "backlog": WAITING,
        "log_config": logging_config(settings),
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_keep_alive": max(1, round(settings.keep_alive)),
        "timeout_graceful_shutdown": settings.drain_seconds,
        "timeout_worker_healthcheck": LONGEST_SILENCE,
    }


def _address(settings: Settings, port: int) -> str:
    host = settings.host
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}/"


def _open(address: str) -> None:
    time.sleep(1.0)
    webbrowser.open(address)
