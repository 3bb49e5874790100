"""Run `cnn-loupe` without what Windows lacks: `python -m tests.packaging.without_posix serve --port 9000`.

Functions, signals and modules that CPython documents as "Availability: Unix" are taken away before anything of this
program is imported, so that whatever touches them fails here as it would there. It is no Windows: file names, code
pages, and how processes and sockets end differ, too.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio import selector_events

OF_OS = (
    "writev", "readv", "pwritev", "preadv", "sendfile", "fork", "forkpty", "posix_spawn", "posix_spawnp", "wait3",
    "wait4",
    "getuid", "geteuid", "getgid", "setuid", "setgid", "seteuid", "setegid", "getpgid", "setpgid", "setsid", "killpg",
    "chown", "fchmod", "fchown", "mkfifo", "mknod", "nice", "sync", "getloadavg", "pipe2",
    "sched_getaffinity", "sched_setaffinity", "sched_yield", "O_DIRECTORY", "O_CLOEXEC", "O_NONBLOCK", "O_NOFOLLOW",
    "O_TMPFILE",
    "register_at_fork", "eventfd", "memfd_create", "fdatasync", "posix_fadvise", "posix_fallocate",
)  # fmt: skip
OF_SIGNAL = (
    "pthread_sigmask", "pthread_kill", "sigwait", "sigwaitinfo", "sigtimedwait", "sigpending", "siginterrupt", "alarm",
    "setitimer", "getitimer", "pause", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE",
    "SIGALRM",
)  # fmt: skip
OF_SOCKET = (
    "SO_REUSEPORT",
    "TCP_USER_TIMEOUT",
    "TCP_CORK",
    "TCP_QUICKACK",
    "TCP_DEFER_ACCEPT",
    "MSG_DONTWAIT",
    "send_fds",
    "recv_fds",
)
MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "curses", "readline")


def _missing(*_: object, **__: object) -> None:
    raise NotImplementedError


def take_away() -> None:
    """Make this interpreter as poor as one on Windows."""
    for module, names in ((os, OF_OS), (signal, OF_SIGNAL), (socket, OF_SOCKET)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment] # importing it raises ImportError
    # Windows' loops of events have neither; the own workings of this one go by other names.
    asyncio.SelectorEventLoop.add_signal_handler = _missing  # type: ignore[method-assign]
    for name in ("add_reader", "remove_reader", "add_writer", "remove_writer"):
        setattr(selector_events.BaseSelectorEventLoop, name, _missing)


if __name__ == "__main__":
    take_away()
    from cnn_loupe.server.cli import main

    sys.exit(main(sys.argv[1:]))
