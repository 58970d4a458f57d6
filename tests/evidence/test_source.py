"""Each event becomes a leaf exactly once and in order, whoever is killed and however many sequence at once."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from hengdai.adapters.evidence.files import FileLogStore
from hengdai.adapters.evidence.fsck import fsck
from hengdai.base.check import Defect
from hengdai.evidence.log import Sequencer
from hengdai.evidence.source import Leaf, take_in
from tests.evidence.source_taker import Gappy
from tests.evidence.test_log_faults import ROOT, everything

COUNT = 4_000


def start(directory: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.evidence.source_taker", str(directory), str(COUNT)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_sequencers_that_are_killed_and_started_again_take_each_event_once(tmp_path: Path) -> None:
    for _ in range(3):
        takers = [start(tmp_path), start(tmp_path)]
        for taker in takers:
            assert taker.stdout is not None
            taker.stdout.read(2)
            taker.send_signal(signal.SIGKILL)
            taker.wait()
            taker.stdout.close()
    for taker in [start(tmp_path), start(tmp_path)]:
        taker.communicate(timeout=120)
        assert taker.returncode == 0
    assert everything(tmp_path) == [b"event %d" % number for number in range(1, COUNT + 1)]
    assert fsck(tmp_path).faults == ()
    head = FileLogStore(tmp_path).head()
    assert head is not None
    assert head.taken == 3 * COUNT


def test_nothing_new_appends_nothing(tmp_path: Path) -> None:
    sequencer = Sequencer(FileLogStore(tmp_path))
    assert take_in(sequencer, Gappy(0)) == range(0, 0)
    assert take_in(sequencer, Gappy(5), 2) == range(0, 2)
    assert take_in(sequencer, Gappy(5)) == range(2, 5)
    assert take_in(sequencer, Gappy(5)) == range(5, 5)


@pytest.mark.parametrize("positions", [(2, 1), (1, 1), (0, 1)])
def test_a_source_whose_positions_do_not_rise_is_a_defect(tmp_path: Path, positions: tuple[int, int]) -> None:
    class Falling:
        """Gives positions in another order than the one promised."""

        def after(self, position: int, limit: int) -> Sequence[Leaf]:
            return [(one + position, b"leaf") for one in positions[:limit]]

    with pytest.raises(Defect, match="rise"):
        take_in(Sequencer(FileLogStore(tmp_path)), Falling())
