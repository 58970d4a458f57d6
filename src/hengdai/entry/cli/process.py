"""A process for a command that goes through much data in threads."""

import ctypes
import gc
import sys
from contextlib import suppress

import pyarrow as pa

_TRIM, _MMAP = -1, -3
"""`M_TRIM_THRESHOLD` and `M_MMAP_THRESHOLD` of glibc's `malloc.h`."""
_LARGEST = 32 << 20
"""The most that glibc lets the second of them be, in bytes."""


def for_long_runs() -> None:
    """What one batch gives back the next one takes: to clear fresh pages from the system takes a fifth of a long run.

    What is loaded by now stays to the end, and is searched for cycles no more. Another C library is left as it is.
    """
    gc.freeze()
    sys.setswitchinterval(1e-4)  # threads that compute without the interpreter's lock want it soon, and not for long
    pa.set_memory_pool(pa.system_memory_pool())
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP, _LARGEST)
        mallopt(_TRIM, 2**31 - 1)


__all__ = ["for_long_runs"]
