"""The vault on the disk: what is sealed opens by its suite; rotation survives its death; a wrong folder is noticed."""

import shutil
from pathlib import Path

import pytest

from hengdai.adapters.evidence.key_store import FileKeyStore
from hengdai.adapters.evidence.vault import FileVault
from hengdai.evidence.sealing import CannotOpen, Suite


def test_what_one_suite_sealed_opens_under_a_setting_of_the_other(tmp_path: Path) -> None:
    aes, sm4 = FileVault(tmp_path), FileVault(tmp_path, Suite.SM4_GCM)
    aes.enrol("bank", "p")
    for vault, suite in ((aes, Suite.AES_256_GCM), (sm4, Suite.SM4_GCM)):
        sealed = vault.seal("bank", "p", "here", b"plain")
        assert sealed is not None
        assert sealed[0] == suite
        assert aes.open("bank", "p", "here", sealed) == sm4.open("bank", "p", "here", sealed) == b"plain"
        with pytest.raises(CannotOpen):
            aes.open("bank", "p", "there", sealed)


def test_a_folder_without_her_key_is_another_folder_and_no_erasure(tmp_path: Path) -> None:
    FileVault(tmp_path / "right").enrol("bank", "p")
    for person, org in (("p", "other"), ("q", "bank")):
        with pytest.raises(CannotOpen, match="holds no key"):
            FileVault(tmp_path / "right").seal(org, person, "here", b"plain")
    with pytest.raises(CannotOpen, match="holds no key"):
        FileVault(tmp_path / "wrong").seal("bank", "p", "here", b"plain")
    shutil.rmtree(tmp_path / "right" / "organisation")
    with pytest.raises(CannotOpen, match="is not here"):
        FileVault(tmp_path / "right").seal("bank", "p", "here", b"plain")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a" * 65])
def test_no_organisation_names_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no file is named"):
        FileVault(tmp_path).enrol(name, "p")


@pytest.mark.parametrize("step", ["before the new key is used", "after the epoch is new"])
def test_a_rotation_that_died_is_taken_up_by_the_next_one(tmp_path: Path, step: str) -> None:
    vault = FileVault(tmp_path)
    vault.enrol("bank", "p")
    sealed = vault.seal("bank", "p", "here", b"plain")
    assert sealed is not None
    place = tmp_path / "organisation" / "bank"
    if step.startswith("before"):
        shutil.copy(place / "1.key", place / "2.key")
        (place / "2.key").write_text("0" * 64 + "\n")
    else:
        before = (place / "1.key").read_text()
        assert vault.rotate("bank", ()) == 1
        (place / "1.key").write_text(before)
        (place / "1.key").chmod(0o600)
    assert vault.open("bank", "p", "here", sealed) == b"plain"
    assert vault.rotate("bank", ()) == 1
    assert vault.open("bank", "p", "here", sealed) == b"plain"
    assert [path.name for path in place.glob("*.key")] == [f"{FileKeyStore(tmp_path / 'wrapped' / 'bank').epoch()}.key"]


def test_an_erased_person_is_left_out_of_a_rotation_whatever_was_brought_back(tmp_path: Path) -> None:
    vault = FileVault(tmp_path)
    for person in ("p", "q"):
        vault.enrol("bank", person)
    sealed = vault.seal("bank", "p", "here", b"plain")
    assert sealed is not None
    shutil.copytree(tmp_path / "wrapped", tmp_path / "copy")
    vault.erase("bank", "p")
    shutil.copytree(tmp_path / "copy", tmp_path / "wrapped", dirs_exist_ok=True)
    assert vault.rotate("bank", ["p"]) == 1
    assert vault.open("bank", "p", "here", sealed) is None
    with pytest.raises(CannotOpen):
        vault.enrol("bank", "p")
