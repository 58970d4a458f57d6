"""From the events' order to the log's order: each event becomes a leaf exactly once, in the order of its commit.

The source numbers what is recorded; a position once given out as committed never changes, and nothing appears later
before it. How far the log has taken it stands in the log's own head, so a crash between the two cannot double or lose.
"""

from collections.abc import Sequence
from typing import Protocol

from hengdai.base.check import check
from hengdai.evidence.log import Batch, Sequencer, StaleSource
from hengdai.evidence.storage import Moved

Leaf = tuple[int, bytes]


class LeafSource(Protocol):
    """Where leaves come from: the table of recorded events."""

    def after(self, position: int, limit: int) -> Sequence[Leaf]:
        """At most `limit` leaves behind `position`, as (position, leaf bytes), in strictly rising order.

        Must not show a position while an earlier one may still be committed (a transaction in flight): what is skipped
        now is skipped for ever.
        """
        ...


def take_in(sequencer: Sequencer, source: LeafSource, limit: int = 8192) -> range:
    """Take one batch from the source into the log; gives the indexes of the new entries, empty when there is nothing.

    When another sequencer was faster nothing is appended and the range is empty; call again.
    """
    taken = sequencer.refresh().taken
    some = source.after(taken, limit)
    positions = [position for position, _ in some]
    check(positions == sorted(set(positions)) and all(one > taken for one in positions), "a source's positions rise")
    size = sequencer.head.size
    if not some:
        return range(size, size)
    try:
        return sequencer.append(Batch([leaf for _, leaf in some], taken, positions[-1]))
    except (Moved, StaleSource):
        return range(sequencer.head.size, sequencer.head.size)
