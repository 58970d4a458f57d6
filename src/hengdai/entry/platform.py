"""What every door works with: the office of the verbs, and the doorkeeper that knows API keys."""

from dataclasses import dataclass

from hengdai.adapters.postgres.door import Door
from hengdai.app.ports import Office


@dataclass(frozen=True, slots=True)
class Platform:
    """One open installation; built by :mod:`hengdai.entry.wiring`, closed by whoever opened it."""

    office: Office
    door: Door
