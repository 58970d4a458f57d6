"""What the domain cannot read becomes a list of fields to correct, whoever found it."""

from collections.abc import Iterator
from contextlib import contextmanager

from hengdai.base.money import Currency, Money
from hengdai.base.money import currency as currency_of
from hengdai.entry.http.errors import Turn
from hengdai.entry.http.problem import FieldProblem
from hengdai.entry.http.turned import Edge
from hengdai.maths.sense import Nonsense


def _invalid(*errors: FieldProblem) -> Turn:
    return Turn(Edge.INVALID, errors=errors, count=len(errors))


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Turn a `ValueError` of the domain into 422 that names `where`; nonsensical terms list every problem."""
    try:
        yield
    except Nonsense as nonsense:
        raise _invalid(
            *(
                FieldProblem(where=f"{where}/{each.where}", code="nonsense", zh=each.expected.zh, en=each.expected.en)
                for each in nonsense.problems
            )
        ) from None
    except ValueError as error:
        raise _invalid(FieldProblem(where=where, code="unreadable", zh=str(error), en=str(error))) from None


def unit_of(code: str) -> Currency:
    """The currency of a code, else 422."""
    with readable("/currency"):
        return currency_of(code)


def money_of(amount: str, code: str) -> Money:
    """An amount of a request as money, else 422."""
    unit = unit_of(code)
    with readable("/amount"):
        return Money.parse(amount, unit)
