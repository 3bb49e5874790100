"""One thread for every BLAS, set when this is imported, which must be before NumPy is.

The engine's own threads share the work; products as small as its are not worth sharing, and a
comparison on one thread must be one on one thread.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
