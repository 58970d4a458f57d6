"""Sealing what is committed: sign a checkpoint, have the witnesses cosign it, publish it only with its quorum."""

from collections.abc import Sequence

from hengdai.adapters.evidence.witness_client import Sealed, seal
from hengdai.evidence.keys import Signer
from hengdai.evidence.log import Sequencer, sign_checkpoint
from hengdai.evidence.policy import Policy
from hengdai.evidence.storage import LogStore


class Publisher:
    """Publishes one log's checkpoints. What stands as the log's `checkpoint` file always has its quorum.

    Until the quorum is there, the day is not sealed: the last sealed checkpoint stands, the log keeps growing, and the
    next round asks again for all that has been added. Cosignatures are of public bytes; losing a round loses nothing.
    """

    def __init__(self, store: LogStore, policy: Policy, signers: Sequence[Signer], timeout: float = 5.0) -> None:
        self._store = store
        self._policy = policy
        self._signers = signers
        self._timeout = timeout
        self._known: dict[str, int] = {}

    def round(self, time: int) -> Sealed:
        """One round at `time` (seconds since 1970): look at `Sealed.quorum.met` and at each witness's outcome."""
        sequencer = Sequencer(self._store)
        note = sign_checkpoint(self._policy.log.name, sequencer.head, self._signers, time)
        sealed = seal(self._policy, note, sequencer.growth_proof, self._known, self._timeout)
        if sealed.quorum.met:
            self._store.publish(sequencer.head.size, bytes(sealed.note))
        return sealed
