"""The state's subsidy of interest on consumer loans (财政贴息), as the law's figures on a day."""

from dataclasses import dataclass
from datetime import date

from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.pack import Pack

_FIGURES = ("subsidy_points", "subsidy_rate_share", "subsidy_yearly")


@dataclass(frozen=True, slots=True)
class Subsidy:
    """The law's figures: `points` off the rate (e8), at most a `share` of it (e8), and `most` minor units a year."""

    points: int
    share: int
    most: int


def subsidy_on(pack: Pack, day: date) -> Subsidy | None:
    """The subsidy of interest on consumer loans on a day; None where the law gives none."""
    try:
        found = [pack.parameter(name).on(day).value for name in _FIGURES]
    except (LookupError, LawIsSilent, LawIsStale):
        return None
    figures = [value for value in found if isinstance(value, int)]
    return Subsidy(*figures) if len(figures) == len(_FIGURES) else None
