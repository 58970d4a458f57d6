"""The law packs that ship with the program: a folder of TOML texts for each jurisdiction."""

from functools import lru_cache
from importlib import resources
from pathlib import Path

from hengdai.law.load import load_pack
from hengdai.law.pack import Pack


class FolderShelf:
    """Packs from folders of texts: `folder/<pack id>/*.toml`; by default those inside the program."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(str(resources.files("hengdai") / "packs"))
        self._read = lru_cache(maxsize=None)(self._load)

    def known(self) -> tuple[str, ...]:
        """The ids of the packs on the shelf."""
        return tuple(sorted(path.name for path in self._folder.iterdir() if any(path.glob("*.toml"))))

    def pack(self, pack_id: str) -> Pack:
        """The pack, read once; an unknown id raises `LookupError` naming those known."""
        return self._read(pack_id)[0]

    def texts(self, pack_id: str) -> dict[str, str]:
        """The texts it was read from, by file name."""
        return dict(self._read(pack_id)[1])

    def _load(self, pack_id: str) -> tuple[Pack, dict[str, str]]:
        if pack_id not in self.known():
            raise LookupError(f"没有法规包 {pack_id} / no law pack {pack_id}; known: {', '.join(self.known())}")
        texts = {path.name: path.read_text(encoding="utf-8") for path in sorted((self._folder / pack_id).glob("*.toml"))}
        return load_pack(texts), texts
