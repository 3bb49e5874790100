"""The log: one line a request on standard output, for people or as JSON, never a picture or a file name."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from typing import Any

from cnn_loupe.engine.text import printable
from cnn_loupe.server.settings import Settings


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, request id and timing where known."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in ("request_id", "status", "ms"):
            if hasattr(record, name):
                entry[name] = getattr(record, name)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class HumanFormatter(logging.Formatter):
    """`12:00:00 info GET / 200 1.2 ms [id]`, local time."""

    def format(self, record: logging.LogRecord) -> str:
        identity = f" [{record.request_id}]" if hasattr(record, "request_id") else ""
        # Names of folders and models may come from strangers, and this may be a terminal.
        message = printable(record.getMessage())
        text = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower()} {message}{identity}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class _ToStandardOutput(logging.StreamHandler[Any]):
    """A handler that follows sys.stdout and ignores a log that cannot be written (disk full, closed pipe)."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        return


def keep_nothing_back() -> None:
    """From now on standard output has no buffer: what a full disk refuses is lost, and fails once.

    What is kept in a buffer fails again at the next line, at the start of a process, and at the end of this one.
    """
    if sys.stdout is not None:
        raw = io.FileIO(sys.stdout.fileno(), "w", closefd=False)
        sys.stdout = io.TextIOWrapper(raw, encoding=sys.stdout.encoding, errors=sys.stdout.errors, write_through=True)


def logging_config(settings: Settings) -> dict[str, Any]:
    """For logging.config.dictConfig and uvicorn alike; uvicorn's own access log is off, ours knows more."""
    level = settings.log_level.upper()
    formatter = JsonFormatter if settings.log_format == "json" else HumanFormatter
    own = {"handlers": ["stdout"], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": formatter}},
        "handlers": {"stdout": {"()": _ToStandardOutput, "formatter": "chosen"}},
        "loggers": {
            "cnn_loupe": own,
            "uvicorn": own,
            "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
