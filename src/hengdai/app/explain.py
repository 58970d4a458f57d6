"""Why a figure of a loan is what it is, on a day, as it is known now or was known then."""

from datetime import date, datetime

from hengdai.app.actor import Actor
from hengdai.app.ports import Office
from hengdai.base.identity import LoanId
from hengdai.base.reason import Finding
from hengdai.loan.explain import why


async def explain(
    office: Office,
    actor: Actor,
    loan: LoanId,
    figure: str,
    day: date | None = None,
    known_until: datetime | None = None,
) -> Finding[int] | None:
    """The figure with its reasons (see :func:`hengdai.loan.explain.why`); None for a loan the actor does not see.

    `known_until` gives the loan as it was believed at that instant. An unknown figure raises `LookupError`.
    """
    async with office.store.begin(actor) as work:
        record = await work.loan(loan, known_until=known_until)
    if record is None:
        return None
    return why(record.loan, figure, max(day or office.clock.today(), record.loan.last_day))
