"""The figures of a book at a glance, each from one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from hengdai.app.actor import Actor
from hengdai.app.ports import Office
from hengdai.base.identity import OrgId

Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures by currency on `day`: minor units, e8 rates, counts of loans.

    `states` by state of the loan; `arrears` by bucket (0 to 7 for M0 to M6+) of open loans; `costs` by whole percent
    of the simple all-in cost; `stopped` by rule and stage; `balances` by account; `closes` the latest closed days.
    """

    day: date
    states: Rows
    arrears: Rows
    costs: Rows
    stopped: Rows
    balances: Rows
    closes: Rows


async def summary(office: Office, actor: Actor, org: OrgId | None = None) -> Summary:
    """The figures of the book of `org`, or of every book the actor sees."""
    day = office.clock.today()
    async with office.store.begin(actor) as work:
        return Summary(
            day=day,
            states=await work.rows("states", org=org),
            arrears=await work.rows("arrears", org=org, day=day),
            costs=await work.rows("costs", org=org),
            stopped=await work.rows("stopped", org=org),
            balances=await work.rows("balances", org=org),
            closes=await work.rows("closes", org=org, limit=10),
        )


async def last_day(office: Office, actor: Actor) -> date | None:
    """How far the books that the actor sees have got; None for books without a loan."""
    async with office.store.begin(actor) as work:
        (row,) = await work.rows("last_day")
    return cast(date | None, row["day"])
