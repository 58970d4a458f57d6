"""New names: UUIDv7 (RFC 9562 §5.7), whose order is the order of making, so that an index grows at its end."""

import os
import threading
import time
import uuid

_VERSION, _VARIANT = 7 << 76, 2 << 62
_COUNTER_BITS = 12


class TimeOrderedIds:
    """UUIDv7 with a 12-bit counter in `rand_a` (RFC 9562 §6.2, method 1): strictly increasing within the process."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        """The next id as text, later than every one before it."""
        with self._lock:
            now = (time.time_ns() // 1_000_000) << _COUNTER_BITS
            # A burst, or a clock set back, counts on from the last id; it never repeats one.
            self._last = max(now, self._last + 1)
            stamp = self._last
        milliseconds, counter = stamp >> _COUNTER_BITS, stamp & ((1 << _COUNTER_BITS) - 1)
        tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
        return str(uuid.UUID(int=(milliseconds << 80) | _VERSION | (counter << 64) | _VARIANT | tail))
