"""A person can be forgotten and the log still holds; nothing is released beyond a consent; overlaps expose nothing."""

import json
import os
import random
import shutil
import signal
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl as rust_openssl
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from hengdai.adapters.evidence.key_store import Erased as ErasedKey
from hengdai.adapters.evidence.key_store import FileKeyStore
from hengdai.adapters.evidence.masking_pool import MaskingPool
from hengdai.base.text import Text
from hengdai.evidence.bundle import Proven, verify_bundle
from hengdai.evidence.consent import ConsentGiven, ConsentRefusal, ConsentWithdrawn, Refused, Wish, fold, permission
from hengdai.evidence.overlap import BadPoint, Quota, mask, overlap, overlap_count, point_of
from hengdai.evidence.sealing import (
    CannotOpen,
    Erased,
    ErasureRefusal,
    Place,
    Retention,
    Suite,
    decide_erasure,
    open_record,
    rewrap_key,
    seal_record,
    unwrap_key,
    wrap_key,
)
from hengdai.evidence.sharing import Receiver, Release, open_share, public_of, read_mark, release, watermark
from tests.evidence.sample import story
from tests.evidence.test_log_faults import DeadlyDisk, WatchedDisk

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
OLD_KEY, NEW_KEY, DATA_KEY = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
PLACE = Place("person-1", "record-1")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=400), st.sampled_from(list(Suite)))
def test_a_sealed_record_opens_with_its_key_in_its_place_and_nowhere_else(
    salt: bytes, record: bytes, suite: Suite
) -> None:
    sealed = seal_record(DATA_KEY, b"n" * 12, PLACE, salt, record, suite)
    assert open_record(DATA_KEY, PLACE, sealed) == (salt, record)
    assert record not in sealed or len(record) < 4
    wrong = [
        (OLD_KEY, PLACE, sealed),
        (DATA_KEY, Place("person-2", "record-1"), sealed),
        (DATA_KEY, Place("person-1", "record-2"), sealed),
        (DATA_KEY, PLACE, bytes([3 - suite]) + sealed[1:]),
        (DATA_KEY, PLACE, sealed[:-1]),
        (DATA_KEY, PLACE, b""),
        (DATA_KEY, PLACE, sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:]),
    ]
    for key, place, data in wrong:
        with pytest.raises(CannotOpen):
            open_record(key, place, data)


def test_sm4_gcm_is_that_of_rfc_8998(vectors: Path) -> None:
    fields = _first_case((vectors / "crypto/sm4-rfc8998.txt").read_text())
    encryptor = Cipher(algorithms.SM4(fields["KEY"]), modes.GCM(fields["IV"])).encryptor()
    encryptor.authenticate_additional_data(fields["AAD"])
    assert encryptor.update(fields["PLAINTEXT"]) + encryptor.finalize() == fields["CIPHERTEXT"]
    assert encryptor.tag == fields["TAG"]


def _first_case(text: str) -> dict[str, bytes]:
    lines = [line.split(" = ") for line in text.split("\n") if " = " in line and not line.startswith("COUNT")]
    return {name: bytes.fromhex(value) for name, value in lines[:6]}


def test_a_wrapped_key_opens_under_its_organisation_key_only_and_rotates() -> None:
    wrapped = wrap_key(OLD_KEY, DATA_KEY)
    assert unwrap_key(OLD_KEY, wrapped) == DATA_KEY
    rotated = rewrap_key(OLD_KEY, NEW_KEY, wrapped)
    assert unwrap_key(NEW_KEY, rotated) == DATA_KEY
    for key, data in ((NEW_KEY, wrapped), (OLD_KEY, rotated), (OLD_KEY, wrapped[:-1])):
        with pytest.raises(CannotOpen):
            unwrap_key(key, data)


def everything_under(directory: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())


def test_an_erased_person_is_gone_from_store_and_backup_and_every_proof_still_holds(tmp_path: Path) -> None:
    """The acceptance of crypto-shredding: payloads and backups remain, yet nothing of her can be read."""
    loan, store = story(6), FileKeyStore(tmp_path / "keys")
    store.put("person-1", wrap_key(OLD_KEY, DATA_KEY))
    payloads = {
        one.kept.index: seal_record(
            DATA_KEY, one.kept.index.to_bytes(12, "big"), PLACE, one.kept.salt, one.kept.record, Suite.AES_256_GCM
        )
        for one in loan.records
    }
    shutil.copytree(tmp_path / "keys", tmp_path / "backup")

    store.erase("person-1")
    assert store.rotate("2", lambda wrapped: rewrap_key(OLD_KEY, NEW_KEY, wrapped)) == 0

    shutil.copytree(tmp_path / "backup", tmp_path / "keys", dirs_exist_ok=True)
    with pytest.raises(ErasedKey):
        store.wrapped("person-1")
    with pytest.raises(ErasedKey):
        store.put("person-1", wrap_key(NEW_KEY, DATA_KEY))
    # Even someone who reads the backup's file by hand has only what the destroyed organisation key wrapped.
    with pytest.raises(CannotOpen):
        unwrap_key(NEW_KEY, (tmp_path / "backup/keys/1/person-1").read_bytes())
    for payload in payloads.values():
        with pytest.raises(CannotOpen):
            open_record(NEW_KEY, PLACE, payload)
    left = everything_under(tmp_path) + b"".join(payloads.values())
    for shard in loan.shards:
        left += b"".join(shard.entries)
    assert "张三".encode() not in left
    assert DATA_KEY not in left
    hidden = [Proven(one.kept, one.proof, one.log, shown=False) for one in loan.records]
    bundle = loan.bundle(records=hidden)
    assert verify_bundle(bundle).exit == 0
    assert "张三".encode() not in bundle


def test_a_rotation_killed_at_any_point_leaves_every_key_readable_in_one_epoch(tmp_path: Path) -> None:
    def begin(directory: Path) -> None:
        store = FileKeyStore(directory)
        for number in range(3):
            store.put(f"person-{number}", wrap_key(OLD_KEY, bytes([number]) * 32))

    def turn(disk: WatchedDisk, directory: Path) -> None:
        FileKeyStore(directory, disk=disk).rotate("2", lambda wrapped: rewrap_key(OLD_KEY, NEW_KEY, wrapped))

    begin(tmp_path / "trial")
    watched = WatchedDisk(0)
    turn(watched, tmp_path / "trial")
    epochs = set()
    for at in range(1, watched.done + 1):
        directory = tmp_path / str(at)
        begin(directory)
        child = os.fork()
        if child == 0:
            turn(DeadlyDisk(at), directory)
            os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        store = FileKeyStore(directory)
        epochs.add(store.epoch())
        key = {"1": OLD_KEY, "2": NEW_KEY}[store.epoch()]
        for number in range(3):
            wrapped = store.wrapped(f"person-{number}")
            assert wrapped is not None
            assert unwrap_key(key, wrapped) == bytes([number]) * 32
    assert epochs == {"1", "2"}


def test_a_persons_first_key_is_kept_and_a_second_is_not_taken(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path)
    assert store.wrapped("person-1") is None
    assert store.put("person-1", b"a" * 40) == b"a" * 40
    assert store.put("person-1", b"b" * 40) == b"a" * 40
    with pytest.raises(ValueError, match="pseudonym"):
        store.put("../escape", b"c" * 40)


def test_what_the_law_keeps_is_kept_and_says_why() -> None:
    aml = Retention(
        date(2036, 3, 1), "反洗钱法 art. 34", Text("客户身份资料与交易记录", "identity data and transactions")
    )
    short = Retention(date(2027, 1, 1), "other", Text("其他", "other"))
    answer = decide_erasure("p", frozenset(), (short, aml), date(2026, 3, 1), "PIPL art. 47")
    assert isinstance(answer, tuple)
    assert answer[0] is ErasureRefusal.MUST_BE_KEPT
    assert "反洗钱法 art. 34" in answer[1].zh
    assert "2036-03-01" in answer[1].en
    assert decide_erasure("p", frozenset(), (short, aml), date(2036, 3, 1), "x") == Erased("p", date(2036, 3, 1), "x")
    again = decide_erasure("p", frozenset({"p"}), (aml,), date(2026, 3, 1), "x")
    assert isinstance(again, tuple)
    assert again[0] is ErasureRefusal.ALREADY_ERASED


GIVEN = ConsentGiven(
    "c-1", "person-1", "joint underwriting", "bank-a", ("income", "name"), "v3", NOW, NOW + timedelta(days=30)
)


def wish(**other: object) -> Wish:
    values: dict[str, object] = {
        "person": "person-1", "purpose": "joint underwriting", "receiver": "bank-a", "fields": ("income",),
        "at": NOW + timedelta(days=1),
    }  # fmt: skip
    return Wish(**{**values, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (wish(person="person-2"), ConsentRefusal.NEVER_GIVEN),
        (wish(purpose="marketing"), ConsentRefusal.OTHER_PURPOSE),
        (wish(receiver="bank-b"), ConsentRefusal.OTHER_RECEIVER),
        (wish(at=NOW - timedelta(seconds=1)), ConsentRefusal.NOT_YET),
        (wish(at=NOW + timedelta(days=30)), ConsentRefusal.EXPIRED),
        (wish(fields=("income", "location")), ConsentRefusal.OTHER_FIELDS),
    ],
)
def test_nothing_is_permitted_beyond_the_consent(asked: Wish, why: ConsentRefusal) -> None:
    answer = permission(fold([GIVEN]), asked)
    assert isinstance(answer, Refused)
    assert answer.why is why


def test_a_withdrawal_counts_from_its_instant_and_a_new_consent_counts_again() -> None:
    withdrawn = ConsentWithdrawn("c-1", NOW + timedelta(hours=2))
    book = fold([GIVEN, withdrawn])
    assert permission(book, wish(at=NOW + timedelta(hours=1))) == GIVEN
    refused = permission(book, wish(at=NOW + timedelta(hours=2)))
    assert isinstance(refused, Refused)
    assert refused.why is ConsentRefusal.WITHDRAWN
    anew = ConsentGiven("c-2", "person-1", "joint underwriting", "bank-a", ("income",), "v4", NOW + timedelta(hours=3))
    assert permission(fold([GIVEN, withdrawn, anew]), wish(at=NOW + timedelta(hours=4))) == anew
    later = ConsentWithdrawn("c-1", NOW + timedelta(hours=9))
    assert fold([GIVEN, withdrawn, later]).withdrawn["c-1"] == withdrawn.at
    with pytest.raises(LookupError):
        fold([withdrawn])
    with pytest.raises(LookupError):
        fold([GIVEN, GIVEN])


PRIVATE, STRANGER, MARK_KEY = b"\x07" * 32, b"\x08" * 32, b"\x09" * 32
DATA = {"income": 12_000, "name": "张三", "id_number": "never to leave"}


def released(asked: Wish, *events: ConsentGiven | ConsentWithdrawn) -> Release | Refused:
    receiver = Receiver("bank-a", public_of(PRIVATE))
    return release(fold([GIVEN, *events]), asked, DATA, receiver, "r-1", MARK_KEY, marked=("name",))


def test_the_receiver_opens_exactly_the_fields_of_the_purpose_and_nobody_else_opens_anything() -> None:
    done = released(wish(fields=("income", "name")))
    assert isinstance(done, Release)
    receipt, fields = open_share(done.file, PRIVATE)
    assert receipt == done.receipt.body()
    assert set(fields) == {"income", "name"}
    assert b"never to leave" not in done.file
    with pytest.raises(CannotOpen):
        open_share(done.file, STRANGER)


def test_a_release_bound_to_another_receipt_stays_shut() -> None:
    done = released(wish())
    assert isinstance(done, Release)
    for name, value in (("purpose", "marketing"), ("receiver", "bank-b"), ("release", "r-2")):
        whole = json.loads(done.file)
        whole["receipt"][name] = value
        with pytest.raises(CannotOpen):
            open_share(json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(), PRIVATE)
    for data in (b"", b"{}", b"[]", b"\xff", done.file[:-2]):
        with pytest.raises(CannotOpen):
            open_share(data, PRIVATE)


def test_a_consent_withdrawn_between_request_and_release_stops_the_release() -> None:
    requested = wish(at=NOW + timedelta(hours=1))
    assert isinstance(released(requested), Release)
    withdrawn = ConsentWithdrawn("c-1", NOW + timedelta(hours=2))
    refused = released(wish(at=NOW + timedelta(hours=3)), withdrawn)
    assert isinstance(refused, Refused)
    assert refused.why is ConsentRefusal.WITHDRAWN


def test_a_leaked_text_tells_from_which_release_it_came() -> None:
    done = released(wish(fields=("name",)))
    assert isinstance(done, Release)
    leaked = str(open_share(done.file, PRIVATE)[1]["name"])
    assert leaked != "张三"
    assert leaked.startswith("张三")
    assert read_mark(f"名单: {leaked}, ...") == watermark(MARK_KEY, "r-1", "bank-a") == done.receipt.watermark
    assert read_mark("张三") is None


def test_hpke_of_the_library_is_that_of_rfc_9180(vectors: Path) -> None:
    # The vectors carry associated data, which the public single-shot call does not take; the one beneath it does.
    decrypt = rust_openssl.hpke._decrypt_with_aad
    kems = {16: hpke.KEM.P256, 32: hpke.KEM.X25519}
    kdfs = {1: hpke.KDF.HKDF_SHA256, 3: hpke.KDF.HKDF_SHA512}
    aeads = {1: hpke.AEAD.AES_128_GCM, 2: hpke.AEAD.AES_256_GCM, 3: hpke.AEAD.CHACHA20_POLY1305}
    cases = json.loads((vectors / "crypto/hpke-rfc9180-base-subset.json").read_text())
    known = [case for case in cases if case["mode"] == 0 and case["kem_id"] in kems and case["aead_id"] in aeads]
    for case in known:
        suite = hpke.Suite(kems[case["kem_id"]], kdfs[case["kdf_id"]], aeads[case["aead_id"]])
        first = case["encryptions"][0]
        data = bytes.fromhex(case["enc"] + first["ct"])
        info, aad = bytes.fromhex(case["info"]), bytes.fromhex(first["aad"])
        assert decrypt(suite, data, _receiver(case), info, aad) == bytes.fromhex(first["pt"])
        with pytest.raises(InvalidTag):
            decrypt(suite, data, _receiver(case), info + b".", aad)
    assert len(known) >= 12


def _receiver(case: dict[str, Any]) -> X25519PrivateKey | ec.EllipticCurvePrivateKey:
    secret = bytes.fromhex(case["skRm"])
    if case["kem_id"] == 32:
        return X25519PrivateKey.from_private_bytes(secret)
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())


def test_two_institutions_learn_what_they_have_in_common_and_nothing_else() -> None:
    draw = random.Random(5)
    mine, theirs = [f"id-{number}" for number in range(40)], [f"id-{number}" for number in range(25, 90)]
    a, b = draw.randbytes(32), draw.randbytes(32)
    asked = mask(a, [point_of("cn.id", one) for one in mine])
    answered = mask(b, asked)
    held = mask(b, [point_of("cn.id", one) for one in draw.sample(theirs, len(theirs))])
    assert overlap(mine, answered, mask(a, held)) == [f"id-{number}" for number in range(25, 40)]
    assert overlap_count(draw.sample(answered, len(answered)), mask(a, held)) == 15
    plain = {point_of("cn.id", one) for one in (*mine, *theirs)}
    assert not plain & {*asked, *answered, *held}, "an unmasked point left the house"


def test_a_key_split_between_two_answerers_takes_both() -> None:
    a, platform, association = b"\x11" * 32, b"\x12" * 32, b"\x13" * 32
    mine, theirs = ["x", "y"], ["y", "z"]
    points = [point_of("d", one) for one in theirs]
    held = mask(platform, mask(association, points))
    asked = mask(a, [point_of("d", one) for one in mine])
    assert overlap(mine, mask(association, mask(platform, asked)), mask(a, held)) == ["y"]
    assert overlap(mine, mask(platform, asked), mask(a, held)) == []


def test_points_of_another_domain_never_meet_and_improper_ones_are_refused() -> None:
    assert point_of("loans", "x") != point_of("cards", "x")
    for bad in (b"\x00" * 32, b"\x01" + b"\x00" * 31, b"short"):
        with pytest.raises(BadPoint):
            mask(b"\x11" * 32, [bad])
    with pytest.raises(BadPoint):
        overlap(["a", "b"], [b"x" * 32], [])


def test_an_asker_spends_a_daily_quota_and_no_more() -> None:
    quota = Quota(100, {})
    day = date(2026, 3, 1)
    spent = quota.spend("bank-a", day, 60)
    assert isinstance(spent, Quota)
    assert isinstance(spent.spend("bank-a", day, 41), Text)
    assert isinstance(spent.spend("bank-a", day, 40), Quota)
    assert isinstance(spent.spend("bank-b", day, 100), Quota)
    assert isinstance(spent.spend("bank-a", day + timedelta(days=1), 100), Quota)


def test_a_pool_masks_as_one_process_does() -> None:
    names = [f"id-{number}" for number in range(4100)]
    with MaskingPool(2) as pool:
        points = pool.points("d", names)
        assert points == [point_of("d", name) for name in names]
        assert pool.mask(b"\x11" * 32, points) == mask(b"\x11" * 32, points)
