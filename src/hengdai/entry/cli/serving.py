"""`hengdai serve` and `hengdai run`: the server with the console, and the one command that shows all of it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from hengdai.base.text import Text
from hengdai.entry.cli.talk import say
from hengdai.entry.server import Address, Ready, serve_console
from hengdai.entry.wiring import Settings, default_data_dir, installation

Data = Annotated[Path | None, typer.Option("--data", help="数据目录 / data directory [HENGDAI_DATA]")]
Dsn = Annotated[str | None, typer.Option("--dsn", help="用这个 PostgreSQL, 不用内置的 / this PostgreSQL [HENGDAI_DSN]")]
Host = Annotated[str, typer.Option(help="监听地址 / address to listen on")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="端口 / port")]


def settings_of(data: Path | None, dsn: str | None) -> Settings:
    """The settings of a command's options; the environment fills what was not said."""
    return Settings(data=data or default_data_dir(), dsn=dsn)


def serve(data: Data = None, dsn: Dsn = None, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """启动 HTTP 接口与控制台, Ctrl-C 停止. Serve the HTTP API and the console; Ctrl-C stops.

    密钥用 hengdai keys create 发放; 服务运行时数据目录被其占用. Issue keys with hengdai keys create, before serving.

    例 Example: hengdai serve --port 8000
    """

    async def work() -> None:
        async with installation(settings_of(data, dsn)) as platform:
            await serve_console(platform, Address(host, port), _told)

    run_until_stopped(work)


def _told(ready: Ready) -> None:
    say(
        Text("控制台 {url}   接口 {url}/v1   停止 Ctrl-C", "console {url}   API {url}/v1   stop with Ctrl-C").fill(
            url=ready.url
        )
    )


def run_until_stopped(work: Callable[[], Awaitable[None]]) -> None:
    """Run to the end, or until Ctrl-C, which ends cleanly: connections closed, the embedded database stopped."""

    async def whole() -> None:
        await work()

    asyncio.run(whole())
