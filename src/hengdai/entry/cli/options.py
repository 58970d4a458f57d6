"""Options that many commands share: where the book is, and whom a command acts for."""

from pathlib import Path
from typing import Annotated

import typer

from hengdai.entry.wiring import Settings, default_data_dir

Data = Annotated[Path | None, typer.Option("--data", help="数据目录 / data directory [HENGDAI_DATA]")]
Dsn = Annotated[str | None, typer.Option("--dsn", help="用这个 PostgreSQL, 不用内置的 / this PostgreSQL [HENGDAI_DSN]")]
Org = Annotated[str, typer.Option("--org", help="以哪个机构的身份 / for which organisation")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def settings_of(data: Path | None, dsn: str | None) -> Settings:
    """The settings of a command's options; the environment fills what was not said."""
    return Settings(data=data or default_data_dir(), dsn=dsn)
