"""Several pieces of work at once, their answers in the order in which they were asked."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def in_order(work: Callable[[Asked], Answer], items: Iterable[Asked], at_once: int = 2) -> Iterator[Answer]:
    """The answers of `work`, done in `at_once` threads; at most one item more is taken than is being worked on.

    An error, of the items or of the work, is raised where its answer would have been.
    """
    with ThreadPoolExecutor(at_once) as pool:
        waiting: deque[Future[Answer]] = deque()
        asked, failed = iter(items), None
        try:
            while True:
                try:
                    waiting.append(pool.submit(work, next(asked)))
                except StopIteration:
                    break
                except Exception as error:  # noqa: BLE001 - raised again, after the answers that came before it
                    failed = error
                    break
                if len(waiting) > at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
            if failed is not None:
                raise failed
        finally:
            for each in waiting:
                each.cancel()
