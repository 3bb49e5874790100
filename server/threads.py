"""One thread a computation: several at once would fight for the cores that other requests use."""

from __future__ import annotations

import os

BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def pin_threads() -> None:
    """Tell BLAS, before NumPy is imported; what the operator has set stays."""
    for name in BLAS:
        os.environ.setdefault(name, "1")
