"""`hengdai serve` and `hengdai run`: the server with the console, and the one command that shows all of it."""

import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hengdai.app.actor import Actor, Role
from hengdai.app.work import Organisation
from hengdai.base.identity import OrgId
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, settings_of
from hengdai.entry.cli.talk import say, stop
from hengdai.entry.platform import Platform
from hengdai.entry.wiring import Settings, installation

__all__ = ["Data", "Dsn", "run", "serve", "settings_of"]

Host = Annotated[str, typer.Option(help="监听地址 / address to listen on")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="端口 / port")]
Evidence = Annotated[
    Path | None,
    typer.Option(help="存证目录, 默认在数据目录内 / the evidence directory; in the data directory by default"),
]
Seal = Annotated[bool, typer.Option(help="在旁边持续封存账簿 / keep sealing the book beside the server")]
SYNTHETIC_LOANS, SYNTHETIC_SEED = 5_000, 1
DEMO = Organisation(OrgId("demo"), "演示 demonstration", "examiner")

_OPEN = Text("请打开 {url}   接口 {url}/v1   停止 Ctrl-C", "open {url}   API {url}/v1   stop with Ctrl-C")
_KEYS = Text("演示密钥, 只显示这一次 ({org})", "demonstration keys, shown this once ({org})")
_AGAIN = Text(
    "演示密钥已在首次运行时显示; 另发: hengdai keys create --org {org} --role viewer",
    "the demonstration keys were shown at the first run; for another: hengdai keys create --org {org} --role viewer",
)
_OTHER_LAW = Text(
    "这本账已按另一版法律文本或另一片长重放过, 保持原样; 要按今天的文本重放, 请用 --data 另选目录",
    "this book was replayed by another text of the law or in other slices and stays as it is; "
    "to replay it by today's text, name another directory with --data",
)
_TAKEN = Text("端口 {port} 已被占用, 请用 --port 另选", "port {port} is in use; choose another with --port")


def serve(
    data: Data = None,
    dsn: Dsn = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    evidence: Evidence = None,
    seal: Seal = True,
) -> None:
    """启动 HTTP 接口与控制台, Ctrl-C 停止. Serve the HTTP API and the console; Ctrl-C stops.

    内置数据库只归一个进程; 服务之前先用 hengdai keys create 发放密钥. Issue keys before serving: the
    embedded database belongs to one process at a time.

    例 Example: hengdai serve --port 8000
    """
    _demand_free(host, port)
    _run(with_evidence(settings_of(data, dsn), evidence, seal=seal), host, port)


def with_evidence(settings: Settings, directory: Path | None, *, seal: bool) -> Settings:
    """The settings with an evidence directory: the one named, else one in the data directory of an embedded database.

    A PostgreSQL that several machines may share is sealed by whoever is told to, and by nobody else.
    """
    shared = settings.dsn or os.environ.get("HENGDAI_DSN")
    chosen = directory or (None if shared else settings.data / "evidence")
    return replace(settings, evidence=chosen, seal=seal and chosen is not None)


def _demand_free(host: str, port: int) -> None:
    """Stop unless that address can be listened on; asked first, so that nobody waits for a replay to learn it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            stop(Exit.UNAVAILABLE, _TAKEN.fill(port=port))


def _run(settings: Settings, host: str, port: int, demo: Actor | None = None) -> None:
    from hengdai.entry.server import run_to_the_end

    run_to_the_end(_serve(settings, host, port, demo))


async def _serve(settings: Settings, host: str, port: int, demo: Actor | None = None) -> None:
    from hengdai.app.summary import last_day
    from hengdai.entry.server import Address, Demonstration, Ready, serve_console

    def told(ready: Ready) -> None:
        say(_OPEN.fill(url=ready.url))

    async with installation(settings) as platform:
        shown = None
        if demo is not None:
            await _demo_keys(platform)
            shown = Demonstration(demo, await last_day(platform.office, demo))
        await serve_console(platform, Address(host, port), told, shown)


def run(
    book: Annotated[Path | None, typer.Option(help="账本, 默认现造一本 / the book; a synthetic one without it")] = None,
    map: Annotated[str | None, typer.Option(help="外来文件的格式: lendingclub / format of a foreign file")] = None,
    data: Data = None,
    dsn: Dsn = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    evidence: Evidence = None,
    seal: Seal = True,
) -> None:
    """一步看到全貌: 造账或读账, 重放一生, 总结, 打开控制台. See all of it with one command.

    本机浏览器无需密钥即可查阅 (只读). A browser on this machine reads without a key. 再次运行则续用同一数据.

    例 Example: hengdai run --book mybook
    """
    from hengdai.app.replay import ReplayRefused
    from hengdai.entry.cli.replay import Map, replay

    _demand_free(host, port)
    settings = settings_of(data, dsn)
    if map is not None and map not in set(Map):
        raise ValueError(f"未知格式 / unknown format {map!r}: expected one of {', '.join(Map)}")
    chosen = book or _synthetic(settings.data / "books")
    try:
        replay(chosen, map=None if map is None else Map(map), data=settings.data, dsn=dsn)
    except ReplayRefused:
        say(_OTHER_LAW)
    _run(with_evidence(settings, evidence, seal=seal), host, port, Actor(DEMO.id, Role.EXAMINER, "demo"))


def _synthetic(folder: Path) -> Path:
    """The synthetic book, written on the first run."""
    from hengdai.adapters.books.reader import open_book
    from hengdai.app.replay_book import UnreadableBook
    from hengdai.entry.cli.synth import synth

    book = folder / f"synthetic-{SYNTHETIC_LOANS}-{SYNTHETIC_SEED}"
    try:
        open_book(book)
    except UnreadableBook:
        folder.mkdir(parents=True, exist_ok=True)
        synth(loans=SYNTHETIC_LOANS, seed=SYNTHETIC_SEED, out=book)
    return book


async def _demo_keys(platform: Platform) -> None:
    """A viewer's and an operator's key of the first funder, made and shown on the first run."""
    now = platform.office.clock.now()
    await platform.door.found(DEMO, now)
    async with platform.office.store.begin(Actor(DEMO.id, Role.EXAMINER, "demo")) as work:
        funder = next((each.id for each in await work.organisations() if each.kind == "funder"), None)
    if funder is None:
        return
    if any(key.label == "demo" for key in await platform.door.keys(funder)):
        say(_AGAIN.fill(org=funder))
        return
    say(_KEYS.fill(org=funder))
    for role in (Role.VIEWER, Role.OPERATOR):
        say(f"  {role.value:<9} {await platform.door.issue(funder, role, 'demo', now)}")
