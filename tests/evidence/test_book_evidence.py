"""A replayed book is sealed by four witnesses; then what is altered in the database or on the disk is named by all."""

import asyncio
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from hengdai.adapters.evidence.home import EvidenceHome
from hengdai.adapters.postgres.server import Server
from hengdai.adapters.synthetic.book import write_book
from hengdai.evidence import verify as verifier
from hengdai.evidence.keys import VerifierKey
from hengdai.evidence.policy import DEFAULT_PARTIES, Witness, default_policy
from hengdai.evidence.record import opening_leaf
from tests.evidence.test_commands import hengdai
from tests.evidence.test_log_faults import everything
from tests.evidence.test_witness_processes import Party, new_party
from tests.replay.conftest import database, replayed

pytestmark = pytest.mark.slow
LOANS = 40
_COMMAND = "from hengdai.entry.cli.main import app; app()"
_FACTS = (
    "SELECT (SELECT count(*) FROM command) + (SELECT count(*) FROM judgement) + (SELECT count(*) FROM event) "
    "+ (SELECT count(*) FROM entry) + (SELECT count(*) FROM organisation) + (SELECT count(*) FROM api_key) "
    "+ (SELECT count(*) FROM partner_listing) + (SELECT count(*) FROM pack)"
)


async def _fetch(dsn: str, query: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        found: list[asyncpg.Record] = await connection.fetch(query, *values)
        return found
    finally:
        await connection.close()


def ask(dsn: str, query: str, *values: object) -> list[asyncpg.Record]:
    """The rows of a query, run by the owner of the database."""
    return asyncio.run(_fetch(dsn, query, *values))


async def _tamper(dsn: str, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SET session_replication_role = replica")  # every trigger is silent
        done = await connection.execute(statement, *values)
        assert done.endswith(" 1"), f"one row is touched, found {done}"
    finally:
        await connection.close()


@contextmanager
def tampered(dsn: str, statement: str, undo: str, *values: object) -> Iterator[None]:
    """One row altered as a superuser with the triggers silenced, and put back."""
    asyncio.run(_tamper(dsn, statement, *values))
    try:
        yield
    finally:
        asyncio.run(_tamper(dsn, undo, *values))


@pytest.fixture(scope="module")
def replayed_book(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("book") / "book"
    write_book(folder, LOANS, 5, "parquet", lambda done: None)
    with database(server) as dsn:
        asyncio.run(replayed(dsn, folder))
        yield dsn


@pytest.fixture(scope="module")
def witnesses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Party]]:
    directory = tmp_path_factory.mktemp("witnesses")
    found = {name: new_party(directory, name) for name in DEFAULT_PARTIES}
    yield found
    for party in found.values():
        if party.process is not None:
            party.kill()


@dataclass(frozen=True)
class Sealed:
    """The replayed book, its evidence directory, and the policy it was sealed by."""

    dsn: str
    log: Path
    policy: Path
    year: int


def kill_while_sealing(dsn: str, log: Path, beyond: int) -> None:
    """Start sealing in small steps and kill the process without warning once it has drawn a few leaves more."""
    arguments = ["evidence", "seal", "--log", str(log), "--dsn", dsn, "--batch", "50"]
    child = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < until:
        if ask(dsn, "SELECT count(*) FROM evidence_leaf")[0][0] >= beyond:
            break
    child.send_signal(signal.SIGKILL)
    child.communicate()


@pytest.fixture(scope="module")
def sealed(replayed_book: str, witnesses: dict[str, Party], tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """Sealed after three killed attempts: each goes on where the last one was."""
    log = tmp_path_factory.mktemp("evidence") / "log"
    for _ in range(3):
        drawn = ask(replayed_book, "SELECT count(*) FROM evidence_leaf")[0][0]
        kill_while_sealing(replayed_book, log, drawn + 1)
    first = hengdai("evidence", "seal", "--log", log, "--dsn", replayed_book)
    assert first.returncode == 0, first.stderr
    key = VerifierKey.parse(first.stdout)
    for party in witnesses.values():
        party.watch(key)
        party.start()
    for party in witnesses.values():
        party.wait()
    listed = {name: Witness(name, party.key, party.url) for name, party in witnesses.items()}
    policy = log.parent / "parties.policy"
    policy.write_text(default_policy(key, listed))
    asked = ("--log", log, "--dsn", replayed_book, "--policy", policy, "--operator", "facilitator")
    done = hengdai("evidence", "seal", *asked)
    assert done.returncode == 0, done.stderr
    assert "sealed" in done.stderr
    return Sealed(replayed_book, log, policy, int(key.name.rpartition("/")[2]))


def loan_of(sealed: Sealed) -> str:
    """A loan with postings."""
    return str(ask(sealed.dsn, "SELECT loan_id FROM entry WHERE loan_id <> '' ORDER BY loan_id LIMIT 1")[0][0])


def export(sealed: Sealed, loan: str, path: Path) -> None:
    told = hengdai("evidence", "export", loan, "-o", path, "--log", sealed.log, "--dsn", sealed.dsn)
    assert told.returncode == 0, told.stderr


def test_every_fact_of_the_book_is_a_leaf_once_though_the_sealer_was_killed_three_times(sealed: Sealed) -> None:
    leaves = ask(sealed.dsn, "SELECT position, leaf FROM evidence_leaf ORDER BY position")
    assert [row["position"] for row in leaves] == list(range(1, len(leaves) + 1))
    assert len(leaves) == ask(sealed.dsn, _FACTS)[0][0]
    assert everything(sealed.log / str(sealed.year)) == [opening_leaf(None), *(row["leaf"] for row in leaves)]
    again = hengdai("evidence", "seal", "--log", sealed.log, "--dsn", sealed.dsn)
    assert (again.returncode, "0 leaves taken in" in again.stderr) == (0, True)


def test_nothing_in_the_log_names_a_loan_or_an_organisation(sealed: Sealed) -> None:
    whole = b"".join(everything(sealed.log / str(sealed.year)))
    names = ask(sealed.dsn, "SELECT loan_id FROM loan UNION SELECT org FROM loan UNION SELECT borrower FROM loan")
    assert [row[0] for row in names if row[0].encode() in whole] == []


def test_a_loan_is_exported_and_valid_for_the_command_and_for_the_verifier_that_is_copied_out(
    sealed: Sealed, tmp_path: Path
) -> None:
    loan = loan_of(sealed)
    export(sealed, loan, tmp_path / "loan.evidence")
    told = hengdai("evidence", "verify", tmp_path / "loan.evidence", "--policy", sealed.policy)
    assert told.returncode == 0, told.stdout
    shutil.copy(Path(verifier.__file__), tmp_path / "verify.py")
    alone = [sys.executable, "-I", str(tmp_path / "verify.py"), str(tmp_path / "loan.evidence")]
    done = subprocess.run(alone, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    facts = "SELECT (SELECT count(*) FROM {0} WHERE loan_id = $1)"
    counted = sum(ask(sealed.dsn, facts.format(table), loan)[0][0] for table in ("judgement", "event", "entry"))
    assert f"{counted} records, {counted} shown" in told.stderr
    assert hengdai("evidence", "monitor", "--log", sealed.log, "--dsn", sealed.dsn).returncode == 0
    again = hengdai("evidence", "replay", tmp_path / "loan.evidence")
    assert again.returncode == 0, again.stdout
    in_the_book = hengdai("evidence", "replay", loan, "--dsn", sealed.dsn)
    assert in_the_book.returncode == 0, in_the_book.stdout


def test_a_posting_altered_in_the_database_is_named_by_monitor_and_by_verification(
    sealed: Sealed, tmp_path: Path
) -> None:
    loan = loan_of(sealed)
    entry = ask(sealed.dsn, "SELECT org, entry_id FROM entry WHERE loan_id = $1 ORDER BY entry_id LIMIT 1", loan)[0]
    change = (
        "UPDATE entry SET amounts = "
        "(SELECT array_agg(a {} 2 ORDER BY n) FROM unnest(amounts) WITH ORDINALITY AS t(a, n)) "
        "WHERE loan_id = $1 AND entry_id = $2"
    )
    with tampered(sealed.dsn, change.format("*"), change.format("/"), loan, entry["entry_id"]):
        told = hengdai("evidence", "monitor", "--log", sealed.log, "--dsn", sealed.dsn)
        assert told.returncode == 3
        where = f"{entry['org']}/{loan} postings {entry['entry_id']}"
        assert [line for line in told.stdout.splitlines() if not line.startswith(f"entry {where}:")] == []
        assert len(told.stdout.splitlines()) == 1
        export(sealed, loan, tmp_path / "loan.evidence")
        verdict = hengdai("evidence", "verify", tmp_path / "loan.evidence")
        assert verdict.returncode == 3
        broken = [line for line in verdict.stdout.splitlines() if "broken" in line]
        assert len(broken) == 1
        assert "commitment (record" in broken[0]
        for what in (tmp_path / "loan.evidence", loan):
            again = hengdai("evidence", "replay", what, "--dsn", sealed.dsn)
            assert again.returncode == 3
            assert f"differs: entry {entry['entry_id']}" in again.stdout
    assert hengdai("evidence", "monitor", "--log", sealed.log, "--dsn", sealed.dsn).returncode == 0


def test_an_event_removed_or_slipped_in_is_named_by_the_monitor(sealed: Sealed) -> None:
    loan = loan_of(sealed)
    row = ask(sealed.dsn, "SELECT org, seq, recorded_in FROM event WHERE loan_id = $1 ORDER BY seq DESC LIMIT 1", loan)[
        0
    ]
    rename = "UPDATE event SET seq = seq {} 1000 WHERE loan_id = $1 AND seq % 1000 = $2"
    with tampered(sealed.dsn, rename.format("+"), rename.format("-"), loan, row["seq"]):
        told = hengdai("evidence", "monitor", "--log", sealed.log, "--dsn", sealed.dsn)
    assert told.returncode == 3
    named = {line.split(":")[0] for line in told.stdout.splitlines()}
    assert named == {
        f"entry {row['org']}/{loan} event {row['seq']}",
        f"entry {row['org']}/{loan} event {row['seq'] + 1000}",
    }


def test_a_leaf_altered_on_the_disk_is_named_by_fsck_and_monitor(sealed: Sealed, tmp_path: Path) -> None:
    log = tmp_path / "log"
    shutil.copytree(sealed.log, log)
    directory = log / str(sealed.year)
    leaf = bytes(ask(sealed.dsn, "SELECT leaf FROM evidence_leaf WHERE position = 17")[0][0])
    key = ask(sealed.dsn, "SELECT org, loan_id, kind, ref FROM evidence_leaf WHERE position = 17")[0]
    files = [path for path in directory.rglob("tile/entries/**/*") if path.is_file()]
    bundle = next(path for path in files if leaf in path.read_bytes())
    digit = b"0" if leaf[15:16] != b"0" else b"1"  # the first digit of the commitment
    bundle.write_bytes(bundle.read_bytes().replace(leaf, leaf[:15] + digit + leaf[16:]))
    told = hengdai("evidence", "fsck", directory)
    assert told.returncode == 3
    assert "entry 17:" in told.stdout
    told = hengdai("evidence", "monitor", "--log", log, "--dsn", sealed.dsn)
    assert told.returncode == 3
    assert f"entry 17: {key['org']}/{key['loan_id']}".rstrip("/") in told.stdout


def test_a_log_of_another_book_takes_nothing_in(sealed: Sealed, dsn: str) -> None:
    told = hengdai("evidence", "seal", "--log", sealed.log, "--dsn", dsn)
    assert told.returncode == 3
    assert "older than its log" in told.stderr


def test_without_enough_witnesses_nothing_new_is_called_sealed(
    sealed: Sealed, witnesses: dict[str, Party], tmp_path: Path
) -> None:
    before = EvidenceHome(sealed.log).logs.store(sealed.year).checkpoint()
    log = tmp_path / "log"
    shutil.copytree(sealed.log, log)
    ask(sealed.dsn, "INSERT INTO command VALUES ('x', 'late', 'c', 'r', 'd', 'operator', 'local', now())")
    for name in ("bank", "notary"):
        witnesses[name].kill()
    told = hengdai("evidence", "seal", "--log", log, "--dsn", sealed.dsn)
    assert told.returncode == 3
    assert "not sealed" in told.stderr
    assert EvidenceHome(log).logs.store(sealed.year).checkpoint() == before
