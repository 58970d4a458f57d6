"""A replayed book of 5,000 loans is sealed by four witnesses; one posting altered in the database and one leaf on the
disk are each named by the monitor, by fsck and by the verification of a bundle."""

import asyncio
import shutil
from pathlib import Path

import pytest

from hengdai.adapters.postgres.server import Server
from hengdai.adapters.synthetic.book import write_book
from hengdai.evidence.keys import VerifierKey
from hengdai.evidence.policy import DEFAULT_PARTIES, Witness, default_policy
from tests.evidence.test_book_evidence import ask, tampered
from tests.evidence.test_commands import hengdai
from tests.evidence.test_witness_processes import Party, new_party
from tests.replay.conftest import database, replayed

pytestmark = pytest.mark.slow
LOANS = 5_000
DOUBLED = (
    "UPDATE entry SET amounts = "
    "(SELECT array_agg(a {} 2 ORDER BY n) FROM unnest(amounts) WITH ORDINALITY AS t(a, n)) "
    "WHERE org = $1 AND entry_id = $2"
)


def sealed_by_four(dsn: str, log: Path, parties: dict[str, Party]) -> Path:
    """Seal the book with four witnesses in processes of their own; the directory of its year's log."""
    first = hengdai("evidence", "seal", "--log", log, "--dsn", dsn)
    assert first.returncode == 0, first.stderr
    key = VerifierKey.parse(first.stdout)
    for party in parties.values():
        party.watch(key)
        party.start()
    for party in parties.values():
        party.wait()
    listed = {name: Witness(name, party.key, party.url) for name, party in parties.items()}
    policy = log.parent / "parties.policy"
    policy.write_text(default_policy(key, listed))
    done = hengdai("evidence", "seal", "--log", log, "--dsn", dsn, "--policy", policy, "--operator", "facilitator")
    assert done.returncode == 0, done.stderr
    assert all(f"witness.example/{name}" in done.stderr for name in DEFAULT_PARTIES)
    return log / key.name.rpartition("/")[2]


def leaf_changed_on_disk(directory: Path, leaf: bytes) -> None:
    """Change the first digit of a leaf's commitment in its entry bundle."""
    files = [path for path in directory.rglob("tile/entries/**/*") if path.is_file()]
    bundle = next(path for path in files if leaf in path.read_bytes())
    at = leaf.index(b'"commitment":"') + len(b'"commitment":"')
    digit = b"0" if leaf[at : at + 1] != b"0" else b"1"
    bundle.write_bytes(bundle.read_bytes().replace(leaf, leaf[:at] + digit + leaf[at + 1 :]))


def test_a_book_of_5000_loans_sealed_by_four_names_the_posting_and_the_leaf_that_were_altered(
    server: Server, tmp_path: Path
) -> None:
    write_book(tmp_path / "book", LOANS, 1, "parquet", lambda done: None)
    parties = {name: new_party(tmp_path, name) for name in DEFAULT_PARTIES}
    with database(server) as dsn:
        asyncio.run(replayed(dsn, tmp_path / "book", chunk=1000, workers=2))
        directory = sealed_by_four(dsn, tmp_path / "log", parties)
        try:
            assert hengdai("evidence", "monitor", "--log", directory.parent, "--dsn", dsn).returncode == 0
            assert hengdai("evidence", "fsck", directory).returncode == 0
            _alter_and_look(dsn, tmp_path, directory)
        finally:
            for party in parties.values():
                party.kill()


def _alter_and_look(dsn: str, tmp_path: Path, directory: Path) -> None:
    log = directory.parent
    entry = ask(
        dsn, "SELECT org, loan_id, entry_id FROM entry WHERE loan_id <> '' ORDER BY loan_id LIMIT 1 OFFSET 777"
    )[0]
    leaf = ask(dsn, "SELECT org, loan_id, kind, ref, leaf FROM evidence_leaf WHERE position = 4321")[0]
    on_disk = tmp_path / "altered"
    shutil.copytree(log, on_disk)
    leaf_changed_on_disk(on_disk / directory.name, leaf["leaf"])
    bundle, loan = tmp_path / "loan.evidence", entry["loan_id"]
    where = (entry["org"], entry["entry_id"])
    with tampered(dsn, DOUBLED.format("*"), DOUBLED.format("/"), *where):
        watched = hengdai("evidence", "monitor", "--log", on_disk, "--dsn", dsn)
        asked = ("--org", entry["org"], "--log", log, "--dsn", dsn)
        exported = hengdai("evidence", "export", loan, "-o", bundle, *asked)
    assert watched.returncode == 3
    named = [line.split(": ")[0] for line in watched.stdout.splitlines()]
    assert f"entry {entry['org']}/{loan} postings {entry['entry_id']}" in named
    assert any(line.startswith("entry evidence.local/book/") and "entry 4321" in line for line in named)
    checked = hengdai("evidence", "fsck", on_disk / directory.name)
    assert (checked.returncode, "entry 4321:" in checked.stdout) == (3, True)
    assert exported.returncode == 0, exported.stderr
    verified = hengdai("evidence", "verify", bundle)
    broken = [line for line in verified.stdout.splitlines() if line.startswith("断裂")]
    assert verified.returncode == 3
    assert len(broken) == 1 and "commitment (record" in broken[0]
    again = hengdai("evidence", "replay", bundle)
    assert (again.returncode, f"entry {entry['entry_id']}" in again.stdout) == (3, True)
