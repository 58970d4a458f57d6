"""The slices of a replay in worker processes, each with its own connection to the book.

The parent cuts and counts; a worker decides and writes. At most a few slices are under way, so memory does not grow
with the book. A worker whose parent is gone ends itself; what it had not committed is not there.
"""

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from multiprocessing import get_context

from hengdai.app.ports import Office
from hengdai.app.replay import Done, Replay, replay_slice
from hengdai.app.replay_book import Slice

OfficeFactory = Callable[[], AbstractAsyncContextManager[Office]]
"""Opens an office; a function of a module or a partial of one, since it travels to the workers."""
_AHEAD = 1
_WATCH_SECONDS = 0.5


def replay_in_processes(opening: OfficeFactory, replay: Replay, parts: Iterable[Slice], workers: int) -> Iterator[Done]:
    """Replay every part in one of `workers` processes; what is done comes back in the order it is done."""
    context = get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(opening, replay, os.getpid()))
    with pool:
        under_way: set[Future[Done]] = set()
        try:
            for part in parts:
                under_way.add(pool.submit(_one, part))
                if len(under_way) >= workers + _AHEAD:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            while under_way:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        finally:
            for waiting in under_way:
                waiting.cancel()


@dataclass(slots=True)
class _Worker:
    """The one office of a worker process, opened when its first slice comes."""

    opening: OfficeFactory
    replay: Replay
    loop: asyncio.AbstractEventLoop
    office: Office | None = None


_workers: list[_Worker] = []


def _start(opening: OfficeFactory, replay: Replay, parent: int) -> None:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _workers.append(_Worker(opening, replay, asyncio.new_event_loop()))
    # A slice makes millions of objects that all die together; looking for cycles among them costs a tenth of the time.
    gc.set_threshold(200_000, 50, 100)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(1)


def _one(part: Slice) -> Done:
    worker = _workers[0]
    return worker.loop.run_until_complete(_replay(worker, part))


async def _replay(worker: _Worker, part: Slice) -> Done:
    if worker.office is None:
        # It stays open until the process ends; the database ends what a lost connection had begun.
        worker.office = await worker.opening().__aenter__()
    return await replay_slice(worker.office, worker.replay, part)
