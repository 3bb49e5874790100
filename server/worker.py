"""What runs in a process that answers requests: the application, and an end when its supervisor is gone."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import sys
import threading
import warnings
from typing import TYPE_CHECKING

from cnn_loupe.engine.commands.console import use_any_console
from cnn_loupe.server.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

logger = logging.getLogger("cnn_loupe")

STARTUP_FAILED = 3  # uvicorn's exit code for it: a supervisor then stops instead of starting the next worker


def application() -> FastAPI:
    """The factory that every worker calls; settings come from the environment."""
    # Pillow remarks on oddities of damaged files. Python would keep every new sentence in memory for ever.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    # Threads take shorter turns, so that /healthz is answered while several computations hold the interpreter.
    sys.setswitchinterval(0.0005)
    _end_with_supervisor()
    use_any_console()  # a worker has streams of its own
    try:
        from cnn_loupe.server.app import (
            create_app,
        )  # here, so that what fails in it is said like everything else

        app = create_app(Settings())
    except Exception:
        logger.exception("the server cannot start")
        sys.exit(STARTUP_FAILED)
    # All that exists now stays: the collector need not look through it again.
    gc.collect()
    gc.freeze()
    return app


def _end_with_supervisor() -> None:
    """Stop when the supervisor was killed: no process would be left to stop this worker."""
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def watch() -> None:
        supervisor.join()
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
