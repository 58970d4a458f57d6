"""Kernels compile wherever they are installed, with a cache where one can be kept and without where none can."""

import subprocess
import sys

from hengdai.maths.kernels.compiled import compiled


def test_a_kernel_whose_cache_has_no_place_is_compiled_all_the_same() -> None:
    # Code without a file has no directory to cache in, as in a read-only installation of a user without a home.
    space: dict[str, object] = {}
    exec("def twice(x):\n    return 2 * x\n", space)  # noqa: S102
    kernel = compiled(space["twice"])  # type: ignore[type-var]
    assert kernel(21) == 42  # type: ignore[operator]


def test_kernels_run_where_neither_the_source_nor_the_home_can_be_written() -> None:
    code = (
        "import numpy as np\n"
        "from numba.core import caching\n"
        "caching.CacheImpl._locator_classes.clear()\n"
        "from hengdai.maths.columns import periodic_rates\n"
        "found = periodic_rates(np.array([-100, 110], np.int64), np.array([0, 2], np.int64))\n"
        "assert abs(found.rate[0] - 0.1) < 1e-12\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
