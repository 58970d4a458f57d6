"""Where a programme's checkpoints are anchored, as a file of its evidence directory says, and what came of it.

`anchors.toml`, each place one table, as many as there are:

    [[anchor]]
    kind = "sm3"

    [[anchor]]
    kind = "rfc3161"
    url = "https://tsa.example/tsr"
    trusted = "tsa-ca.pem"                    # certificates that vouch for the authority; relative to this file

    [[anchor]]
    kind = "evm"
    url = "http://127.0.0.1:8545"
    contract = "0x…"
    account = "0x…"

    [[anchor]]
    kind = "sm2"                              # a line on the checkpoint itself, not an anchor beside it
    command = ["sm2-sign", "7"]      # gets the text on standard input, answers base64 on standard output
    public = "04…"                            # uncompressed point, hex

What was made for a checkpoint stands in `anchors/<year>/<size>.json`.
"""

import json
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hengdai.adapters.evidence.disk import Disk
from hengdai.adapters.evidence.evm import EVM, Chain, EvmAnchoring
from hengdai.adapters.evidence.timestamp import TimestampAuthority, over_http
from hengdai.base.text import Text
from hengdai.evidence.anchor import RFC3161, SM3, Anchor, AnchorFailed, Anchoring, Stamp
from hengdai.evidence.keys import VerifierKey, decode_base64, sm2_key
from hengdai.evidence.note import Note

SM2 = "sm2"
_SECONDS = 20


class BadAnchors(ValueError):
    """The file cannot be used; the message says which table, what was found and what would be right."""


class Sm3Anchoring:
    """The SM3 hash of the body, to be deposited where 国密 is asked for. Nobody outside is asked."""

    def anchor(self, log: int, body: bytes) -> Anchor:
        """The hash."""
        return Anchor.of_sm3(log, body)

    def verify(self, body: bytes, anchor: Anchor) -> Stamp:
        """Whether it is of that body; raises `AnchorFailed`."""
        if anchor.kind != SM3 or not anchor.speaks_of(body):
            raise AnchorFailed(Text("SM3 与检查点不符", "the SM3 hash is not of this checkpoint"))
        return Stamp("", SM3)


@dataclass(frozen=True, slots=True)
class CommandSigner:
    """An SM2 key behind a program of its owner (HSM, signing server): the text goes in, base64 comes out."""

    key: VerifierKey
    command: tuple[str, ...]

    def sign(self, message: bytes) -> bytes:
        """The signature; raises `AnchorFailed` when the program gives none."""
        try:
            done = subprocess.run(list(self.command), input=message, capture_output=True, check=True, timeout=_SECONDS)
            return decode_base64(done.stdout.decode("ascii").strip())
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise AnchorFailed(Text(f"SM2 签名程序失败: {error}", f"the SM2 signer failed: {error}")) from None


@dataclass(frozen=True, slots=True)
class Places:
    """Where checkpoints are anchored, by kind as written, and the SM2 signers by the log's name."""

    anchorings: tuple[tuple[str, Anchoring], ...] = ()
    signers: tuple[Callable[[str], CommandSigner], ...] = ()


def read_places(path: Path) -> Places:
    """The places of `anchors.toml`, none when there is no such file; raises :class:`BadAnchors`."""
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Places()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadAnchors(f"{path}: 不是 TOML / not TOML: {error}") from None
    anchorings: list[tuple[str, Anchoring]] = []
    signers: list[Callable[[str], CommandSigner]] = []
    tables = whole.get("anchor", [])
    if set(whole) - {"anchor"} or not isinstance(tables, list):
        raise BadAnchors(f"{path}: 只应有 [[anchor]] 表 / only [[anchor]] tables are expected, found {sorted(whole)}")
    for number, table in enumerate(tables, 1):
        where = f"{path} [[anchor]] {number}"
        kind = table.get("kind")
        if kind == SM2:
            signers.append(_sm2(table, where))
        else:
            anchorings.append((str(kind), _anchoring(table, where, path.parent)))
    return Places(tuple(anchorings), tuple(signers))


def _fields(table: Mapping[str, Any], where: str, *names: str) -> list[Any]:
    wanted = {"kind", *names}
    if set(table) != wanted:
        raise BadAnchors(f"{where}: 应有字段 / expected {', '.join(sorted(wanted))}, found {', '.join(sorted(table))}")
    return [table[name] for name in names]


def _anchoring(table: Mapping[str, Any], where: str, folder: Path) -> Anchoring:
    kind = table.get("kind")
    if kind == SM3:
        _fields(table, where)
        return Sm3Anchoring()
    if kind == RFC3161:
        url, trusted = _fields(table, where, "url", "trusted")
        if not (folder / trusted).is_file():
            raise BadAnchors(f"{where}: 没有证书文件 / there is no certificate file {folder / trusted}")
        return TimestampAuthority(over_http(url), folder / trusted)
    if kind == EVM:
        return EvmAnchoring(Chain(*_fields(table, where, "url", "contract", "account")))
    raise BadAnchors(f"{where}: kind {kind!r}; 可用 / expected one of {SM3}, {RFC3161}, {EVM}, {SM2}")


def _sm2(table: Mapping[str, Any], where: str) -> Callable[[str], CommandSigner]:
    command, public = _fields(table, where, "command", "public")
    try:
        point = bytes.fromhex(public)
        sm2_key("check", point)
    except (TypeError, ValueError) as error:
        raise BadAnchors(f"{where}: public {str(public)[:20]!r}: {error}") from None
    return lambda origin: CommandSigner(sm2_key(origin, point), tuple(map(str, command)))


@dataclass(frozen=True, slots=True)
class Anchored:
    """What came of anchoring one checkpoint: the anchors made, and why a place gave none."""

    made: tuple[Anchor, ...]
    why_not: Mapping[str, str]


class AnchorShelf:
    """The anchors of one year's checkpoints, a file for each size."""

    def __init__(self, directory: Path) -> None:
        self._root = directory

    def anchor(self, note: bytes, places: Places) -> Anchored:
        """Anchor the published checkpoint wherever it is not anchored yet. A place that fails costs its own anchor."""
        body = Note.parse(note).text
        size = int(body.split("\n")[1])
        made = list(self.of(note))
        why_not: dict[str, str] = {}
        for kind, place in places.anchorings:
            if any(one.kind == kind for one in made):
                continue
            try:
                made.append(place.anchor(0, body.encode()))
            except (AnchorFailed, OSError, ValueError, KeyError) as error:
                why_not[kind] = str(error)
        if made:
            text = json.dumps([{"kind": one.kind, "value": one.value} for one in made], indent=1)
            Disk().replace(self._root / f"{size}.json", text.encode())
        return Anchored(tuple(made), why_not)

    def of(self, note: bytes) -> Sequence[Anchor]:
        """The anchors that were made for that checkpoint; none when none were, or the file does not read."""
        size = int(Note.parse(note).text.split("\n")[1])
        try:
            said = json.loads((self._root / f"{size}.json").read_text(encoding="utf-8"))
            return [Anchor(one["kind"], 0, one["value"]) for one in said]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return []
