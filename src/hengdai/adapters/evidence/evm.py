"""Anchoring in an EVM chain over JSON-RPC: Ethereum-compatible chains, FISCO BCOS 3 with its `web3_rpc` switched on.

The contract is `contracts/anchor.vy`: a log's size only grows there and a size has one root. The node holds the
account's key (`eth_sendTransaction`); no key of a chain is in this program. The chain is a notary of 72 bytes, never
the database.
An anchor of this kind cannot be checked offline, so it stands beside a bundle and not in it.
"""

import hashlib
import json
import time
import urllib.request
from dataclasses import dataclass

from hengdai.base.text import Text
from hengdai.evidence.anchor import Anchor, AnchorFailed, Stamp
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.note import BadNote

EVM = "evm"
# First four bytes of Keccak-256 of the signatures in contracts/anchor.vy (`vyper -f method_identifiers`).
_ANCHOR = "0x70c127c6"  # anchor(bytes32,uint64,bytes32)
_ROOTS = "0x7c8635c6"  # roots(bytes32,uint64)
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Chain:
    """Where to anchor: the node's JSON-RPC address, the contract, the account that the node signs for."""

    url: str
    contract: str
    account: str
    timeout: float = 20.0
    patience: float = 120.0  # seconds to wait for a block


class EvmAnchoring:
    """An `Anchoring` on one chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def anchor(self, log: int, body: bytes) -> Anchor:
        """Send the checkpoint's size and root and wait for the block; a transaction that is refused raises."""
        data = _ANCHOR + _words(_tree(body))
        sent = {"from": self._chain.account, "to": self._chain.contract, "data": data}
        self._ask("eth_call", sent, "latest")  # says why the contract would refuse, before anything is paid
        transaction = str(self._ask("eth_sendTransaction", sent))
        receipt = self._mined(transaction)
        if int(str(receipt["status"]), 16) != 1:
            raise AnchorFailed(Text(f"链上拒绝交易 {transaction}", f"the contract refused transaction {transaction}"))
        value = {"chain": str(self._ask("eth_chainId")), "contract": self._chain.contract, "transaction": transaction}
        return Anchor(EVM, log, json.dumps(value, sort_keys=True, separators=(",", ":")))

    def verify(self, body: bytes, anchor: Anchor) -> Stamp:
        """Ask the contract which root it holds for this size; `Stamp.time` is the block's number."""
        tree = _tree(body)
        asked = {"to": self._chain.contract, "data": _ROOTS + _words(tree)[: 2 * 64]}
        held = str(self._ask("eth_call", asked, "latest")).removeprefix("0x")
        if anchor.kind != EVM or held != tree.root.hex():
            raise AnchorFailed(Text(f"链上树根为 {held[:16]}…", f"the chain holds root {held[:16]}… for this size"))
        receipt = self._mined(str(json.loads(anchor.value)["transaction"]))
        return Stamp(str(int(str(receipt["blockNumber"]), 16)), self._chain.contract)

    def _mined(self, transaction: str) -> dict[str, object]:
        until = time.monotonic() + self._chain.patience
        while True:
            receipt = self._ask("eth_getTransactionReceipt", transaction)
            if isinstance(receipt, dict):
                return receipt
            if time.monotonic() > until:
                raise AnchorFailed(Text(f"交易 {transaction} 未上链", f"transaction {transaction} is in no block"))
            time.sleep(0.5)

    def _ask(self, method: str, *parameters: object) -> object:
        question = {"id": 1, "jsonrpc": "2.0", "method": method, "params": list(parameters)}
        request = urllib.request.Request(
            self._chain.url, data=json.dumps(question).encode(), headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=self._chain.timeout) as answer:
                found = json.loads(answer.read(_LARGEST))
        except (OSError, ValueError) as error:
            raise AnchorFailed(Text(f"节点无应答: {error}", f"the node does not answer: {error}")) from None
        if "error" in found:
            what = found["error"].get("message", "") if isinstance(found["error"], dict) else found["error"]
            raise AnchorFailed(Text(f"节点拒绝: {what}", f"the node refuses: {what}"))
        return found.get("result")


def _tree(body: bytes) -> Checkpoint:
    try:
        return Checkpoint.parse(body.decode())
    except (BadNote, UnicodeDecodeError) as error:
        raise AnchorFailed(Text(f"不是检查点: {error}", f"not a checkpoint: {error}")) from None


def _words(tree: Checkpoint) -> str:
    """The three arguments as 32-byte words in hex (contract ABI)."""
    return hashlib.sha256(tree.origin.encode()).hexdigest() + f"{tree.size:064x}" + tree.root.hex()
