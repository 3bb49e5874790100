"""How a worker keeps its memory between requests."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys

# Parameters of glibc's mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST_KEPT, _MOST_KEPT = 4 << 20, 8 << 20  # bytes of one block, bytes at the end of one heap


def settle() -> None:
    """Called once, when everything that stays has been made.

    A run takes a few megabytes, an answer one of them, and gives them back. Whether glibc then hands
    the pages to the system, to fault them in again for the next request (690 faults and 1.7 ms of
    processor time a run), depends on what happened to be freed first; here it keeps up to 8 MB a
    heap, and blocks of 4 MB and more (large pictures) still go back at once. Elsewhere nothing is
    set. The collector need not look through the application again at every full collection.
    """
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library than glibc
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT)
            mallopt(_TRIM_THRESHOLD, _MOST_KEPT)
