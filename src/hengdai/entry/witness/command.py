"""The commands `hengdai witness new|watch|run`: a directory holds the key, the watched logs and all memory.

witness.key, witness-pq.key     32-byte seeds in hex, mode 0600 (Ed25519 and ML-DSA-44)
name                            the witness's name
logs                            one verifier key a line
held/, reports/                 see `adapters.evidence.witness_files`
"""

import socket
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn
from starlette.applications import Starlette

from hengdai.adapters.evidence.disk import Disk
from hengdai.adapters.evidence.key_files import UnsafeKey, make_seed, read_seed
from hengdai.adapters.evidence.witness_files import WitnessFiles
from hengdai.entry.witness.app import make_app
from hengdai.evidence.keys import BadKey, Ed25519Signer, MlDsaSigner, SignatureType, Signer, VerifierKey, check_name
from hengdai.evidence.witness import Witnessing

commands = typer.Typer(no_args_is_help=True, help="存证见证方 · an evidence witness: own key, own storage")

Home = Annotated[Path, typer.Argument(help="见证方目录 · the witness's directory")]


@commands.command("new")
def new(home: Home, name: Annotated[str, typer.Option(help="名称, 如 witness.bank.example · its name")]) -> None:
    """建立见证方并生成密钥 · make a witness and draw its keys.

    例 Example: hengdai witness new ./witness --name witness.bank.example
    """
    try:
        check_name(name)
        make_seed(home / "witness.key")
        make_seed(home / "witness-pq.key")
    except BadKey as error:
        _stop(2, str(error))
    except FileExistsError:
        _stop(3, f"{home} 已有见证方, 密钥未动 / a witness stands in {home} already; its keys were left as they are")
    except OSError as error:
        _stop(2, f"无法写入 {home} / cannot write to {home}: {error}")
    Disk().replace(home / "name", name.encode() + b"\n")
    for signer in signers(home):
        typer.echo(str(signer.key))


@commands.command("watch")
def watch(home: Home, key: Annotated[str, typer.Argument(help="日志公钥 · the log's verifier key")]) -> None:
    """见证一份日志 · watch one more log.

    例 Example: hengdai witness watch ./witness 'log.example+1234abcd+A…'
    """
    _demand_witness(home)
    try:
        read, known = VerifierKey.parse(key), logs(home)
    except BadKey as error:
        _stop(2, str(error))
    if read.kind is not SignatureType.ED25519:
        _stop(2, f"日志公钥须为 Ed25519 / a log's key is Ed25519, found {read.kind.name}")
    if read.name in known and known[read.name] != read:
        _stop(3, f"该日志已有另一公钥 / {read.name} is watched under another key: {known[read.name]}")
    every = {**known, read.name: read}
    Disk().replace(home / "logs", "".join(f"{one}\n" for one in every.values()).encode())


@commands.command("run")
def run(
    home: Home,
    port: Annotated[int, typer.Option(help="端口 · port")] = 8700,
    host: Annotated[str, typer.Option(help="地址 · address")] = "127.0.0.1",
) -> None:
    """运行见证服务 · serve add-checkpoint until stopped.

    例 Example: hengdai witness run ./witness --port 8700
    """
    _demand_witness(home)
    try:
        app = open_witness(home)
    except (OSError, BadKey, UnsafeKey) as error:
        _stop(2, f"无法打开见证方目录 / cannot open the witness in {home}: {error}")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            _stop(4, f"不能监听 {host}:{port}, 请用 --port 另选 / cannot listen there; choose another port: {error}")
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


def _demand_witness(home: Path) -> None:
    if not (home / "name").is_file():
        _stop(2, f"{home} 不是见证方目录, 请先 hengdai witness new / no witness is here; make one with witness new")


def _stop(code: int, text: str) -> NoReturn:
    """Say why on standard error and end with that exit code (docs/reference/cli.md)."""
    typer.echo(text, err=True)
    raise typer.Exit(code)


def open_witness(home: Path) -> Starlette:
    """The application of the witness in `home`; raises `OSError`, `BadKey` or `UnsafeKey`."""
    return make_app(Witnessing(signers(home), logs(home)), WitnessFiles(home))


def signers(home: Path) -> list[Signer]:
    """The witness's two keys: Ed25519 under its name, ML-DSA-44 under its name and `/pq`."""
    name = (home / "name").read_text(encoding="utf-8").strip()
    return [
        Ed25519Signer(name, read_seed(home / "witness.key"), SignatureType.COSIGNATURE_ED25519),
        MlDsaSigner(f"{name}/pq", read_seed(home / "witness-pq.key")),
    ]


def logs(home: Path) -> dict[str, VerifierKey]:
    """The watched logs by origin."""
    path = home / "logs"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {key.name: key for key in map(VerifierKey.parse, lines)}
