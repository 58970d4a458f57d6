"""The guide to writing a pack does what it says: its files are written, its code is run, its output compared."""

import contextlib
import io
import itertools
import os
import re
from pathlib import Path

import pytest

from hengdai.adapters.packs import FolderShelf, texts_of
from hengdai.law.load import load_pack
from tests.packs.mutants import mutants

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "write-a-pack.md"
BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)


def blocks() -> list[tuple[str | None, str, str]]:
    return [(found["file"], found["kind"], found["body"]) for found in BLOCK.finditer(GUIDE.read_text("utf-8"))]


def write_files(folder: Path) -> None:
    for file, _, body in blocks():
        if file is not None:
            with (folder / file).open("a", encoding="utf-8") as opened:
                opened.write(body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path)
    return tmp_path


def test_every_program_of_the_guide_prints_what_the_guide_shows(folder: Path) -> None:
    names: dict[str, object] = {}
    found = blocks()
    ran = 0
    back = Path.cwd()
    os.chdir(folder)
    try:
        for (_, kind, body), (_, following, shown) in itertools.pairwise(found):
            if kind != "python":
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(body, str(GUIDE), "exec"), names)  # noqa: S102 (the guide's own programs)
            assert following == "text"
            assert printed.getvalue() == shown
            ran += 1
    finally:
        os.chdir(back)
    assert ran == 4


def test_the_guides_pack_leaves_no_step_unnoticed(folder: Path) -> None:
    assert [mutant.name for mutant in mutants(load_pack(texts_of(folder))) if mutant.survives()] == []


def test_a_pack_of_an_installed_package_is_found_without_running_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "isle_pack"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('a pack is data: nobody runs it')\n", "utf-8")
    write_files(package)
    info = tmp_path / "isle_pack-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: isle-pack\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text("[hengdai.packs]\nisle = isle_pack\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    shelf = FolderShelf()
    assert {"cn", "toy", "isle"} <= set(shelf.known())
    pack = shelf.pack("isle")
    assert shelf.by_digest(pack.digest) is pack
    assert set(shelf.texts(pack.digest)) == {"pack.toml", "facts.toml", "law.toml"}
    (info / "entry_points.txt").write_text("[hengdai.packs]\ncn = isle_pack\n", "utf-8")
    with pytest.raises(LookupError, match="a pack named cn is already there"):
        FolderShelf()


def test_a_shelf_of_one_folder_holds_its_packs_and_names_them_when_asked_for_another(tmp_path: Path) -> None:
    (tmp_path / "isle").mkdir()
    write_files(tmp_path / "isle")
    shelf = FolderShelf(tmp_path)
    assert shelf.known() == ("isle",)
    with pytest.raises(LookupError, match="known: isle"):
        shelf.pack("cn")
    with pytest.raises(LookupError, match="no law pack of digest 00"):
        shelf.texts("00")
