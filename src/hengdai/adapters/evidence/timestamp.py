"""Time stamps of RFC 3161 with the `openssl` of the machine, which reads every authority's response.

The raw response is kept byte for byte. (A stricter reader refuses responses whose certificate set is unsorted,
which real authorities send.) An authority that signs with SM2 needs an `openssl` that knows SM2.
"""

import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path

from hengdai.base.text import Text
from hengdai.evidence.anchor import RFC3161, Anchor, AnchorFailed, Stamp
from hengdai.evidence.keys import decode_base64

_SECONDS = 30
_LARGEST = 200_000  # bytes of a response that are read

Ask = Callable[[bytes], bytes]


def over_http(url: str) -> Ask:
    """Ask the authority at `url` (RFC 3161 §3.4)."""

    def ask(query: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        request = urllib.request.Request(url, data=query, headers=headers, method="POST")
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            data: bytes = answer.read(_LARGEST)
        return data

    return ask


class TimestampAuthority:
    """An `Anchoring` by one authority: how to ask it, and the certificates (PEM) that vouch for it."""

    def __init__(self, ask: Ask, trusted: Path, openssl: str = "openssl") -> None:
        self._ask = ask
        self._trusted = trusted
        self._openssl = openssl

    def anchor(self, log: int, body: bytes) -> Anchor:
        """Have the body of a checkpoint stamped; what comes back is verified before it is kept."""
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder, "body")
            data.write_bytes(body)
            query = self._run("ts", "-query", "-data", str(data), "-sha256", "-cert")
        try:
            anchor = Anchor.of_token(log, self._ask(query))
        except OSError as error:
            raise AnchorFailed(Text(f"时间戳机构无应答: {error}", f"the authority does not answer: {error}")) from None
        self.verify(body, anchor)
        return anchor

    def verify(self, body: bytes, anchor: Anchor) -> Stamp:
        """Check imprint, signature and certificate; raises :class:`AnchorFailed`."""
        if anchor.kind != RFC3161 or not anchor.speaks_of(body):
            raise AnchorFailed(Text("时间戳并非针对该检查点", "the stamp is not of this checkpoint"))
        with tempfile.TemporaryDirectory() as folder:
            data, token = Path(folder, "body"), Path(folder, "token")
            data.write_bytes(body)
            token.write_bytes(decode_base64(anchor.value))
            self._run("ts", "-verify", "-data", str(data), "-in", str(token), "-CAfile", str(self._trusted))
            told = self._run("ts", "-reply", "-in", str(token), "-text").decode("utf-8", "replace")
        lines = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in told.split("\n"))}
        return Stamp(lines.get("Time stamp", ""), lines.get("TSA", ""))

    def _run(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(
                [self._openssl, *arguments], capture_output=True, check=True, timeout=_SECONDS, stdin=subprocess.DEVNULL
            )
        except subprocess.CalledProcessError as error:
            what = error.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            raise AnchorFailed(Text(f"时间戳不成立: {what}", f"the stamp does not hold: {what}")) from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AnchorFailed(Text(f"无法运行 openssl: {error}", f"openssl cannot be run: {error}")) from None
        return done.stdout
