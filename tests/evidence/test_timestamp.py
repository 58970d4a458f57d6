"""RFC 3161 against a responder on this machine: stamped, verified, and refused when anything is changed."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from hengdai.adapters.evidence.timestamp import TimestampAuthority, over_http
from hengdai.evidence.anchor import RFC3161, SM3, Anchor, AnchorFailed
from hengdai.evidence.bundle import verify_bundle
from tests.evidence.sample import story

BODY = b"evidence.example/prime/2026\n17\nroot\n"
CONFIG = """
[tsa]
default_tsa = responder
[responder]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
"""


@dataclass
class Responder:
    """An authority on loopback and the certificate that vouches for it."""

    url: str
    trusted: Path


def openssl(*arguments: object, data: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def responder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Responder]:
    """`openssl ts` behind HTTP, with a certificate chain, whose set it writes unsorted."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine to answer time-stamp queries")
    folder = tmp_path_factory.mktemp("tsa")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
            "-days", "2", "-subj", "/CN=Test CA")  # fmt: skip
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
            "-subj", "/CN=Test TSA")  # fmt: skip
    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\n")
    openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-set_serial", "2", "-days", "2", "-out", folder / "tsa.pem", "-extfile", folder / "ext")  # fmt: skip
    (folder / "config").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")

    class Handler(BaseHTTPRequestHandler):
        """Answers each query with `openssl ts -reply`."""

        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            answer = openssl("ts", "-reply", "-config", folder / "config", "-queryfile", folder / "query")
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Responder(f"http://127.0.0.1:{server.server_port}/", folder / "ca.pem")
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_checkpoint_is_stamped_and_the_stamp_verifies(responder: Responder) -> None:
    authority = TimestampAuthority(over_http(responder.url), responder.trusted)
    anchor = authority.anchor(0, BODY)
    stamp = authority.verify(BODY, anchor)
    assert anchor.kind == RFC3161
    assert stamp.time.endswith("GMT")
    assert "Test TSA" in stamp.by


def test_a_stamp_of_another_body_or_with_changed_bytes_is_refused(responder: Responder) -> None:
    authority = TimestampAuthority(over_http(responder.url), responder.trusted)
    anchor = authority.anchor(0, BODY)
    with pytest.raises(AnchorFailed, match="not of this checkpoint"):
        authority.verify(BODY + b".", anchor)
    middle = len(anchor.value) - 40
    changed = anchor.value[:middle] + ("A" if anchor.value[middle] != "A" else "B") + anchor.value[middle + 1 :]
    with pytest.raises(AnchorFailed):
        authority.verify(BODY, Anchor(RFC3161, 0, changed))
    with pytest.raises(AnchorFailed):
        authority.verify(BODY, Anchor.of_sm3(0, BODY))


def test_an_authority_nobody_vouches_for_is_refused(responder: Responder, tmp_path: Path) -> None:
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-out", tmp_path / "ca.pem",
            "-days", "2", "-subj", "/CN=Somebody else")  # fmt: skip
    with pytest.raises(AnchorFailed):
        TimestampAuthority(over_http(responder.url), tmp_path / "ca.pem").anchor(0, BODY)


def test_an_authority_that_does_not_answer_is_said_so(responder: Responder) -> None:
    with pytest.raises(AnchorFailed, match="does not answer"):
        TimestampAuthority(over_http("http://127.0.0.1:9/"), responder.trusted).anchor(0, BODY)


def test_a_bundle_carries_the_real_stamp_and_verifies(responder: Responder) -> None:
    loan = story(3)
    body = str(loan.shards[0].checkpoint).encode()
    authority = TimestampAuthority(over_http(responder.url), responder.trusted)
    data = loan.bundle(anchors=[authority.anchor(0, body), Anchor.of_sm3(0, body)])
    assert verify_bundle(data).exit == 0
    other = loan.bundle(anchors=[authority.anchor(0, BODY), Anchor(SM3, 0, "0" * 64)])
    assert [broken.where for broken in verify_bundle(other).broken] == ["anchor 0", "anchor 1"]
