"""Asking witnesses for their cosignatures over HTTP: all at once, each with a deadline, none holding up the rest."""

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hengdai.evidence.note import Note
from hengdai.evidence.policy import Policy, Quorum, Witness
from hengdai.evidence.seal import Asking, Outcome, Prove, take_cosignatures

_TRIES = 3  # a witness that is behind says how far it is; it is asked again from there
_LARGEST = 100_000  # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint after a round: the note with every good cosignature, the quorum, and what each witness answered."""

    note: Note
    quorum: Quorum
    outcomes: dict[str, Outcome]


def seal(policy: Policy, note: Note, prove: Prove, known: dict[str, int], timeout: float = 5.0) -> Sealed:
    """Ask every witness of `policy` that has an address to cosign `note`.

    `prove(old, new)` gives growth proofs. `known` is the size each witness is thought to hold; it is corrected in place
    from what they answer. A witness that is down, slow or lying costs its own cosignature and nothing else.
    """
    asking = Asking.of(policy, note, prove)
    reachable = [one for one in policy.witnesses.values() if one.url]
    with ThreadPoolExecutor(max(1, len(reachable))) as pool:
        outcomes = dict(pool.map(lambda one: (one.name, _ask(asking, one, known, timeout)), reachable))
    sealed = note
    for outcome in outcomes.values():
        sealed = sealed.with_lines(*outcome.lines)
    return Sealed(sealed, policy.judge(asking.checkpoint, sealed), outcomes)


def post(url: str, body: bytes, timeout: float) -> tuple[int, str]:
    """One `add-checkpoint` request; gives status and body. Raises `OSError` when there is no answer."""
    request = urllib.request.Request(f"{url.rstrip('/')}/add-checkpoint", data=body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read(_LARGEST).decode("utf-8", "replace")
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read(_LARGEST).decode("utf-8", "replace")


def _ask(asking: Asking, witness: Witness, known: dict[str, int], timeout: float) -> Outcome:
    outcome = Outcome(())
    for _ in range(_TRIES):
        try:
            status, body = post(witness.url, asking.request(known.get(witness.name, 0)), timeout)
        except (OSError, ValueError) as error:
            return Outcome((), f"no answer: {error}")
        outcome = take_cosignatures(asking, witness, status, body)
        if outcome.holds is not None:
            known[witness.name] = outcome.holds
        if not outcome.again:
            break
    return outcome
