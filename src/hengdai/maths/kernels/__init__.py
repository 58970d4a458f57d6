"""Compiled column kernels. Import these modules only where a kernel is called: they load Numba."""
