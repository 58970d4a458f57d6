"""Many callers, one commit: whatever waits while the disk is busy goes into the next batch together."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from hengdai.evidence.log import Batch, Sequencer, StaleSource
from hengdai.evidence.storage import LogStore, Moved
from hengdai.evidence.tiles import pack_entry

MAX_BATCH = 8192


class Closed(Exception):
    """The log was closed while an entry waited; it was not appended."""


class GroupCommit:
    """Appends entries of many threads to one log. `append` returns an entry's index once it is durable.

    For logs whose source is the callers themselves; each appended entry takes one position. Other processes may append
    to the same log: whoever loses the race reads the head again and goes on. `after_commit` hears each new size.
    """

    def __init__(self, store: LogStore, after_commit: Callable[[int], None] = lambda _: None) -> None:
        self._sequencer = Sequencer(store)
        self._after_commit = after_commit
        self._waiting: list[tuple[bytes, Future[int]]] = []
        self._wake = threading.Condition()
        self._open = True
        self._thread = threading.Thread(target=self._work, name="group-commit", daemon=True)
        self._thread.start()

    def append(self, entry: bytes) -> int:
        """Append one entry durably and give its index; raises what the commit raised (`OSError` on a full disk)."""
        return self.submit(entry).result()

    def submit(self, entry: bytes) -> "Future[int]":
        """The index of the entry, once it is durable. An entry that is too long raises at once."""
        pack_entry(entry)
        future: Future[int] = Future()
        with self._wake:
            if not self._open:
                raise Closed
            self._waiting.append((entry, future))
            self._wake.notify()
        return future

    def close(self) -> None:
        """Commit what waits and stop."""
        with self._wake:
            self._open = False
            self._wake.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or not self._open)
                some, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            if not some:
                return
            self._commit([entry for entry, _ in some], [future for _, future in some])

    def _commit(self, entries: Sequence[bytes], futures: Sequence["Future[int]"]) -> None:
        try:
            indexes = self._append(entries)
        except Exception as error:  # noqa: BLE001  handed to every caller that waits for it
            for future in futures:
                future.set_exception(error)
            return
        for index, future in zip(indexes, futures, strict=True):
            future.set_result(index)
        self._after_commit(self._sequencer.head.size)

    def _append(self, entries: Sequence[bytes]) -> range:
        while True:
            taken = self._sequencer.head.taken
            try:
                return self._sequencer.append(Batch(entries, taken, taken + len(entries)))
            except (Moved, StaleSource):
                self._sequencer.refresh()
