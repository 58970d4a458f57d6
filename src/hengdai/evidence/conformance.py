"""The duties of a `LogStore`, tried one by one. Whoever writes a store calls `prove_storage` in its tests.

A broken duty raises `Defect` with the duty in words. Durability and crashes cannot be tried from inside one
process; an adapter's own tests kill it.
"""

from collections.abc import Callable

from hengdai.base.check import check
from hengdai.evidence.storage import Head, LogStore, Moved
from hengdai.evidence.tiles import Absent
from hengdai.evidence.tree import leaf_hash

_ONE = Head(1, leaf_hash(b"one"), 5)
_TWO = Head(2, leaf_hash(b"two"), 9)


def prove_storage(new: Callable[[], LogStore], again: Callable[[LogStore], LogStore]) -> None:
    """Try every duty. `new` gives an empty store, `again` opens the same store a second time (another's view)."""
    for duty in (_begins_empty, _keeps_what_it_committed, _moves_by_compare_and_set, _publishes_forward_only):
        duty(new(), again)


def _begins_empty(store: LogStore, again: Callable[[LogStore], LogStore]) -> None:
    check(store.head() is None and again(store).head() is None, "a log that was never begun has no head")
    check(store.checkpoint() is None, "a log that was never begun has no checkpoint")
    check(_absent(store, "tile/0/000"), "a file that was never written is absent")


def _keeps_what_it_committed(store: LogStore, again: Callable[[LogStore], LogStore]) -> None:
    store.commit(None, _ONE, {"tile/0/000.p/1": b"x" * 32, "tile/entries/000.p/1": b"\x00\x03one"})
    for view in (store, again(store)):
        check(view.head() == _ONE, "the head is what was committed", found=view.head())
        check(view.read("tile/0/000.p/1") == b"x" * 32, "a file is what was committed")
    store.commit(_ONE, _TWO, {"tile/0/000.p/2": b"y" * 64})
    check(again(store).head() == _TWO, "the head moves with each commit")
    store.commit(_TWO, Head(2, _TWO.root, 10), {})
    check(again(store).head() == Head(2, _TWO.root, 10), "the source can be taken without a new entry")


def _moves_by_compare_and_set(store: LogStore, again: Callable[[LogStore], LogStore]) -> None:
    other = again(store)
    store.commit(None, _ONE, {"tile/0/000.p/1": b"x" * 32})
    for stale in (None, _TWO, Head(_ONE.size, _ONE.root, _ONE.taken + 1)):
        check(_refused(other, stale), "a commit from another head than the committed one is refused", before=stale)
    check(store.head() == _ONE, "a refused commit changes nothing", found=store.head())
    check(_absent(store, "tile/0/000.p/3"), "a refused commit keeps no file")


def _publishes_forward_only(store: LogStore, again: Callable[[LogStore], LogStore]) -> None:
    check(store.publish(7, b"log\n7\nr\n\n"), "the first checkpoint is published")
    check(not again(store).publish(6, b"log\n6\nr\n\n"), "a smaller checkpoint does not replace a larger one")
    check(again(store).checkpoint() == b"log\n7\nr\n\n", "the larger checkpoint stands")
    check(store.publish(7, b"log\n7\nr\n\nmore\n"), "one of the same size does, since it gains cosignatures")
    check(store.publish(9, b"log\n9\nr\n\n") and again(store).checkpoint() == b"log\n9\nr\n\n", "a larger one does")


def _absent(store: LogStore, path: str) -> bool:
    try:
        store.read(path)
    except Absent:
        return True
    return False


def _refused(store: LogStore, before: Head | None) -> bool:
    try:
        store.commit(before, Head(3, leaf_hash(b"three"), 12), {"tile/0/000.p/3": b"z" * 96})
    except Moved:
        return True
    return False
