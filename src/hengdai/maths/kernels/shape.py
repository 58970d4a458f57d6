"""The shape of the blocks that kernels work on. Free of Numba, so that anybody may read it."""

LANES = 32
"""Loans side by side, so that one instruction serves several of them."""
CHUNK = 1024
"""Loans that are sorted by length and laid out together."""
LONGEST = 512
"""Flows of the longest loan solved by a kernel; longer ones go to the plain solver."""
HELD = 2**53
"""Below it every whole amount is a float exactly."""
