"""A chain in one process with the anchor contract on it: `python evm_node.py anchor.vy`. Needs vyper and eth-tester.

Prints one line of JSON (port, contract, account, stranger) and serves the few JSON-RPC methods that anchoring uses.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path

# Asked for by name: they belong to the outside Python that runs this file, not to the project.
eth, failures, vyper = (import_module(name) for name in ("eth_tester", "eth_tester.exceptions", "vyper"))

chain = eth.EthereumTester(eth.PyEVMBackend())
account, stranger = chain.get_accounts()[:2]
code = vyper.compile_code(Path(sys.argv[1]).read_text(), output_formats=["bytecode"])["bytecode"]
anchorers = f"{32:064x}{1:064x}{account[2:].lower():0>64}"
made = chain.send_transaction({"from": account, "data": code + anchorers, "gas": 3_000_000})
contract = chain.get_transaction_receipt(made)["contract_address"]


def answer(method: str, parameters: list[object]) -> object:
    """The result of one call."""
    if method == "eth_chainId":
        return "0x539"
    if method == "eth_sendTransaction":
        return chain.send_transaction({**parameters[0], "gas": 500_000})  # type: ignore[dict-item]
    if method == "eth_call":
        asked = {"from": account, **parameters[0], "gas": 500_000}  # type: ignore[dict-item]
        return chain.call(asked)
    try:
        receipt = chain.get_transaction_receipt(parameters[0])
    except failures.TransactionNotFound:
        return None
    return {"status": hex(receipt["status"]), "blockNumber": hex(receipt["block_number"])}


class Handler(BaseHTTPRequestHandler):
    """JSON-RPC 2.0 over HTTP."""

    def do_POST(self) -> None:
        """Answer one call."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            said = {"result": answer(asked["method"], asked["params"])}
        except failures.TransactionFailed as error:
            said = {"error": {"code": 3, "message": f"execution reverted: {error}"}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **said}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


server = HTTPServer(("127.0.0.1", 0), Handler)
told = {"port": server.server_port, "contract": contract, "account": account, "stranger": stranger}
sys.stdout.write(json.dumps(told) + "\n")
sys.stdout.flush()
server.serve_forever()
