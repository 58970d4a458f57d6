"""Compilation of kernels, cached on disk where a directory can be written and compiled afresh where none can."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile without the interpreter lock held, so that threads share the columns; IEEE apart from fused multiply-add.

    Numba looks for a writable directory beside the source, then in the user's cache; a read-only installation of a
    user without a home has neither and compiles once per process.
    """
    options: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
    try:
        built: F = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        built = numba.njit(**options)(function)
    return built
