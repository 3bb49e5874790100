"""How many files and connections this process may have open at once."""

from __future__ import annotations

import contextlib

RESERVED = 600  # descriptors for what is no client's connection, and for those that have just been accepted


def most_connections(wanted: int) -> int:
    """The connections that can be had, at most `wanted`; asks the system for what it allows.

    The usual soft limit of 1024 is for programs that use select(2), which this one does not.
    """
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - RESERVED))
