"""Who looks at the console: a browser session opened with an API key, checked anew at every page and every click.

Sessions live in this process's memory alone, so a restart ends them; the key is asked
for again at the door each time, so a revoked key ends its sessions at once.
"""

import secrets
import time
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.requests import Request

from hengdai.adapters.postgres.door import Door
from hengdai.app.actor import Actor
from hengdai.base.text import Language

COOKIE = "hengdai_session"
LANGUAGE_COOKIE = "hengdai_language"
IDLE_SECONDS = 8 * 3600
_MOST = 10_000


@dataclass(slots=True)
class _Session:
    key: str
    seen: float


class Sessions:
    """Open sessions by their token. `demo` is the actor that a browser on this machine gets without a key."""

    def __init__(self, door: Door, demo: Actor | None = None) -> None:
        self._door = door
        self._demo = demo
        self._open: dict[str, _Session] = {}

    async def sign_in(self, key: str) -> str | None:
        """A new session's token, or None when the key is not valid."""
        if await self._door.actor(key) is None:
            return None
        self._sweep()
        token = secrets.token_urlsafe(32)
        self._open[token] = _Session(key, time.monotonic())
        return token

    def sign_out(self, token: str | None) -> None:
        """Forget a session."""
        self._open.pop(token or "", None)

    async def actor(self, request: Request) -> Actor | None:
        """The actor of a request: its session's, else the demonstration viewer on this very machine, else nobody."""
        session = self._open.get(request.cookies.get(COOKIE, ""))
        if session is not None and time.monotonic() - session.seen < IDLE_SECONDS:
            session.seen = time.monotonic()
            return await self._door.actor(session.key)
        return self._demo if self._demo is not None and _same_machine(request) else None

    def is_open(self, request: Request) -> bool:
        """Whether the request comes with an open session of its own."""
        return request.cookies.get(COOKIE, "") in self._open

    def _sweep(self) -> None:
        now = time.monotonic()
        stale = [token for token, session in self._open.items() if now - session.seen >= IDLE_SECONDS]
        for token in stale + list(self._open)[: max(0, len(self._open) - _MOST)]:
            self._open.pop(token, None)


def language_of(request: Request) -> Language:
    """The language the browser switched to; Chinese until it does."""
    return "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "zh"


def _same_machine(request: Request) -> bool:
    """Both ends are loopback; the Host header too, so that a name that resolves here (DNS rebinding) is not enough."""
    return _loopback(request.client.host if request.client else "") and _loopback(request.url.hostname or "")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
