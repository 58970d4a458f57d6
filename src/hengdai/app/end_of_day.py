"""The end of a business day of a funder's book: a durable list of steps, each one transaction over the whole book.

The day must be closed before business of the next one is booked: its figures are those of the positions
as they then stand. Days that were missed are closed one after another.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Declined, No, Turned
from hengdai.app.jobs import LEASE_SECONDS, Job, JobReport, JobStatus, Step, run_job
from hengdai.app.journal import JobKey
from hengdai.app.nightly import Rows
from hengdai.app.ports import Office
from hengdai.app.work import CommandRow, Work
from hengdai.base.canonical import canonical, digest
from hengdai.base.check import check
from hengdai.base.identity import EntryId, OrgId
from hengdai.ledger import chart
from hengdai.ledger.entry import Entry

VERSION = 1
"""Of the list of steps; a day begun by one version is not continued by another."""


async def end_of_day(
    office: Office, actor: Actor, day: date | None = None, lease_seconds: float = LEASE_SECONDS
) -> tuple[JobReport, ...]:
    """Close `day` (default: the business day) of the actor's own book, and before it every day that was missed.

    A day that is closed stays as it is. A day that another worker is closing is left to it, and so are the
    later ones. Raises :class:`Declined` for a role that may not, and for a day to come.
    """
    if not actor.may(Role.OPERATOR):
        raise Declined(No.because(Turned.FORBIDDEN, role=actor.role, needed=Role.OPERATOR))
    until = day or office.clock.today()
    if until > office.clock.today():
        raise Declined(No.because(Turned.UNREADABLE, problem=f"{until} > {office.clock.today()}"))
    async with office.store.begin(actor) as work:
        closed = await work.last_closed(actor.org)
    first = min(until, closed + timedelta(days=1)) if closed else until
    reports: list[JobReport] = []
    for number in range((until - first).days + 1):
        job = _job(office, actor.org, first + timedelta(days=number))
        reports.append(await run_job(office, actor, job, lease_seconds))
        if reports[-1].status is JobStatus.HELD:
            break
    return tuple(reports)


def _job(office: Office, org: OrgId, day: date) -> Job:
    """The steps of one day, in their order."""
    command = f"end_of_day:{day.isoformat()}"

    async def begin(work: Work) -> Mapping[str, object]:
        row = CommandRow(office.ids.next(), command, "end_of_day", digest({"day": day}), office.clock.now())
        check(await work.claim(row), "the key of an end of day is used by nothing else", key=command)
        return {}

    async def roll(work: Work) -> Mapping[str, object]:
        return {"rolled": await work.roll(org, day)}

    async def arrears(work: Work) -> Mapping[str, object]:
        moves = await work.move_arrears(org, day)
        return {"moves": [dict(move) for move in moves]}

    async def accrue(work: Work) -> Mapping[str, object]:
        return {"accrued": dict(await _accrue(work, org, day))}

    async def close(work: Work) -> Mapping[str, object]:
        figures = await work.closing_figures(org, day)
        for currency in sorted({row["currency"] for name in ("standing", "balances") for row in figures[name]}):
            await work.close_day(org, day, currency, _of_currency(figures, currency))
        summary = {"stopped": [dict(row) for row in figures["stopped"]]}
        await work.close_day(org, day, "", summary)
        await work.answer(command, canonical({"day": day, **summary}))
        return summary

    steps = [Step(each.__name__, each) for each in (begin, roll, arrears, accrue, close)]
    return Job(JobKey(org, "end_of_day", day), VERSION, steps)


async def _accrue(work: Work, org: OrgId, day: date) -> Mapping[str, int]:
    """One entry for each currency of what all loans together have earned and their own entries do not say yet.

    The entry of the day closed before is reversed first, so at any time exactly one of them stands.
    """
    entries = await _undo_last(work, org, day)
    accrued = await work.unposted_interest(org, day)
    for currency, amount in sorted(accrued.items()):
        if amount:
            accounts, amounts = (chart.INTEREST_RECEIVABLE, chart.INCOME_INTEREST), (amount, -amount)
            entries.append(Entry(accrual(day, currency), None, None, day, day, currency, accounts, amounts))
    await work.post(org, entries)
    return accrued


async def _undo_last(work: Work, org: OrgId, day: date) -> list[Entry]:
    last = await work.last_closed(org)
    if last is None:
        return []
    standing = await work.book_entries(org, accrual(last, ""))
    return [entry.reversed(id=EntryId(f"{entry.id}:reversed"), booked=day) for entry in standing]


def accrual(day: date, currency: str) -> EntryId:
    """The name of a day's accrual entry."""
    return EntryId(f"accrual:{day.isoformat()}:{currency}")


def _of_currency(figures: Mapping[str, Rows], currency: str) -> dict[str, object]:
    return {name: _without(figures[name], currency) for name in ("standing", "disbursed", "balances")}


def _without(rows: Sequence[Mapping[str, object]], currency: str) -> list[dict[str, object]]:
    """The rows of one currency, the currency itself left out."""
    return [{key: row[key] for key in row if key != "currency"} for row in rows if row["currency"] == currency]
