"""A process that appends to a log until it is killed: `python -m tests.evidence.log_writer DIRECTORY NAME COUNT`.

It prints the name and number of each entry once the log says it is durable.
"""

import sys
from pathlib import Path

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.evidence.log import Batch, Sequencer, StaleSource
from hengdai.evidence.storage import Moved


def write(directory: Path, name: str, count: int) -> None:
    """Append `count` entries in small batches, going on whenever another process was faster."""
    sequencer = Sequencer(FileLogStore(directory))
    done = 0
    while done < count:
        some = [f"{name} {number}".encode() for number in range(done, min(done + 1 + done % 90, count))]
        taken = sequencer.refresh().taken
        try:
            sequencer.append(Batch(some, taken, taken + len(some)))
        except (Moved, StaleSource):
            continue
        done += len(some)
        sys.stdout.write("".join(f"{entry.decode()}\n" for entry in some))
        sys.stdout.flush()


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
