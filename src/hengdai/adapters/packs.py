"""Finding law packs: the bundled folder and installed packages (entry point group `hengdai.packs`); reads texts only.

An entry point names a module whose folder holds a pack's TOML files. The module is located and never asked for
anything but those texts.
"""

from collections.abc import Mapping
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from hengdai.law.errors import LawIsMissing
from hengdai.law.load import load_pack
from hengdai.law.pack import Pack

GROUP = "hengdai.packs"


def texts_of(folder: Traversable) -> dict[str, str]:
    """File name → text of every TOML file of a pack's folder."""
    return {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".toml")}


def folders_in(folder: Traversable) -> dict[str, Traversable]:
    """The pack folders inside `folder`, by name."""
    inside = sorted(folder.iterdir(), key=lambda each: each.name)
    return {each.name: each for each in inside if each.is_dir() and each.joinpath("pack.toml").is_file()}


def installed() -> dict[str, Traversable]:
    """The bundled packs and those of installed packages. A package may not replace a pack that is already there."""
    found = folders_in(files("hengdai.packs"))
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        if point.name in found:
            raise LookupError(f"法律包 {point.name} 已存在 / a pack named {point.name} is already there: {point.value}")
        found[point.name] = _located(point.module)
    return found


def _located(module: str) -> Path:
    """The folder of a package, found without running it; a package that is not there raises `LookupError`."""
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"找不到法律包所在的包 {module} / the package {module} of a law pack is not there")
    return Path(spec.submodule_search_locations[0])


class FolderShelf:
    """The packs at hand, each loaded once: those of `folder`, or the installed ones when none is given."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folders: Mapping[str, Traversable] = folders_in(folder) if folder is not None else installed()
        self._read: dict[str, tuple[Pack, dict[str, str]]] = {}
        self._held: dict[str, tuple[Pack, dict[str, str]]] = {}

    def known(self) -> tuple[str, ...]:
        """The names of the packs on the shelf."""
        return tuple(sorted(self._folders))

    def pack(self, pack_id: str) -> Pack:
        """The installed text of that jurisdiction; an unknown one raises `LookupError` naming those known."""
        return self._loaded(pack_id)[0]

    def by_digest(self, digest: str) -> Pack:
        """The pack of that digest; `LookupError` when this installation does not hold that text."""
        return self._of(digest)[0]

    def hold(self, digest: str, texts: Mapping[str, str]) -> Pack:
        """Read texts that are kept elsewhere under that digest and hold them; what is not that text is refused."""
        pack = load_pack(texts)
        if pack.digest != digest:
            raise LawIsMissing(digest, pack.digest)
        self._held[digest] = pack, dict(texts)
        return pack

    def texts(self, digest: str) -> dict[str, str]:
        """File name → text of the pack of that digest; `LookupError` when it is not held."""
        return dict(self._of(digest)[1])

    def _loaded(self, name: str) -> tuple[Pack, dict[str, str]]:
        if name not in self._read:
            if name not in self._folders:
                raise LookupError(f"没有法律包 {name} / no law pack {name}; known: {', '.join(self.known())}")
            texts = texts_of(self._folders[name])
            self._read[name] = load_pack(texts), texts
        return self._read[name]

    def _of(self, digest: str) -> tuple[Pack, dict[str, str]]:
        if digest in self._held:
            return self._held[digest]
        for name in sorted(self._folders, key=lambda each: each not in self._read):
            if self._loaded(name)[0].digest == digest:
                return self._loaded(name)
        raise LookupError(f"没有摘要为 {digest} 的法律包 / no law pack of digest {digest} is held")
