"""Anchoring in an EVM: anchored and verified; a rollback, a second root and a stranger are refused on the chain.

The chain runs in a process of its own with vyper and eth-tester, in the Python named by HENGDAI_EVM_PYTHON
(`pip install --pre vyper 'eth-tester[py-evm]'`); without it these tests are skipped.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hengdai.adapters.evidence import evm
from hengdai.adapters.evidence.evm import Chain, EvmAnchoring
from hengdai.evidence.anchor import Anchor, AnchorFailed
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.tree import leaf_hash

CONTRACT = Path(evm.__file__).parent / "contracts/anchor.vy"
NODE = Path(__file__).parent / "outside/evm_node.py"


@pytest.fixture(scope="module")
def node() -> Iterator[dict[str, str]]:
    """The chain's address, the contract on it, an account that may anchor and one that may not."""
    python = os.environ.get("HENGDAI_EVM_PYTHON")
    if python is None:
        pytest.skip("HENGDAI_EVM_PYTHON names no Python with vyper and eth-tester")
    process = subprocess.Popen([python, str(NODE), str(CONTRACT)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    yield {**told, "url": f"http://127.0.0.1:{told['port']}/"}
    process.kill()
    process.wait()
    process.stdout.close()


def body(size: int, word: bytes = b"root") -> bytes:
    return str(Checkpoint("evidence.example/prime/2026", size, leaf_hash(word + bytes([size])))).encode()


def test_a_log_is_anchored_as_it_grows_and_every_size_can_be_verified_later(node: dict[str, str]) -> None:
    chain = EvmAnchoring(Chain(node["url"], node["contract"], node["account"]))
    anchors = {size: chain.anchor(0, body(size)) for size in (5, 9, 9, 20)}
    for size, anchor in anchors.items():
        assert int(chain.verify(body(size), anchor).time) > 0
    with pytest.raises(AnchorFailed, match="the chain holds root"):
        chain.verify(body(9, b"forged"), anchors[9])
    with pytest.raises(AnchorFailed, match="the chain holds root"):
        chain.verify(body(11), anchors[9])
    with pytest.raises(AnchorFailed):
        chain.verify(body(9), Anchor.of_sm3(0, body(9)))


@pytest.mark.parametrize(
    ("shown", "complaint"), [(body(50), "shrinks"), (body(99, b"forged"), "two roots"), (body(120), "not an anchorer")]
)
def test_rollback_second_root_and_stranger_are_refused_on_the_chain(
    node: dict[str, str], shown: bytes, complaint: str
) -> None:
    known = Chain(node["url"], node["contract"], node["account"])
    EvmAnchoring(known).anchor(0, body(99))
    sender = replace(known, account=node["stranger"]) if complaint == "not an anchorer" else known
    with pytest.raises(AnchorFailed, match=complaint):
        EvmAnchoring(sender).anchor(0, shown)


def test_a_node_that_does_not_answer_is_said_so() -> None:
    with pytest.raises(AnchorFailed, match="does not answer"):
        EvmAnchoring(Chain("http://127.0.0.1:9/", "0x0", "0x0", timeout=2)).anchor(0, body(5))
    with pytest.raises(AnchorFailed, match="not a checkpoint"):
        EvmAnchoring(Chain("http://127.0.0.1:9/", "0x0", "0x0")).anchor(0, b"text")
