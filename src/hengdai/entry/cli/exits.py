"""How a command ends. The codes are part of the interface: scripts read them."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    """Done, and the answer is yes."""
    NO = 1
    """Done, and the answer is no: cases failed, books differ, the law stops it."""
    UNREADABLE = 2
    """The input or the command line cannot be read."""
    REFUSED = 3
    """A rule of the business refuses, or a proof is not valid."""
    UNAVAILABLE = 4
    """The database cannot be had: in use by another process, not started, not reachable."""
    DEFECT = 70
    """A promise of this program was broken (EX_SOFTWARE)."""
    STOPPED = 130
    """Stopped by Ctrl-C."""
