"""Interest of which somebody else bears a part (贴息): so many points of the rate, at most a sum in so many periods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hengdai.base.rounding import Rounding
from hengdai.maths.columns import Ints

TWINS = {"relieved_columns": "relief.relieved"}


@dataclass(frozen=True, slots=True)
class Relief:
    """`off` of the `rate` (e8 a year, not above it) is borne, at most `most` minor units in `every` rows."""

    rate: int
    off: int
    most: int
    every: int = 12


def relieved(interest: Sequence[int], relief: Relief) -> Iterator[int]:
    """What is borne of each row's interest, minor units, rounded down."""
    given = 0
    for number, charged in enumerate(interest):
        given = 0 if number % relief.every == 0 else given
        back = min(Rounding.DOWN.ratio(charged * relief.off, relief.rate), relief.most - given)
        given += back
        yield back


def relieved_columns(
    flows: tuple[Ints, Ints], interest: tuple[Ints, Ints], rate: Ints, off: Ints, most: Ints, every: int = 12
) -> Ints:
    """Flows (values and offsets) with what is borne given back: row k of a loan's interest falls on its flow k + 1.

    Loans whose `off` is nothing stay as they are. Interest is not negative, and rate x `off` fits 63 bits.
    """
    from hengdai.maths.kernels.views import relieve

    out = flows[0].copy()
    relieve(flows, interest, rate, off, most, every, out)
    return out


__all__ = ["Relief", "relieved", "relieved_columns"]
