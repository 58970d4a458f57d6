"""Throw the positions of a book away and fold them again from its events: views hold nothing of their own."""

from datetime import date

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Declined, No, Turned
from hengdai.app.ports import Office
from hengdai.app.side_by_side import Side, first_loan
from hengdai.app.whole import Placed
from hengdai.app.work import Work
from hengdai.base.identity import LoanId
from hengdai.loan.fold import fold

_AT_ONCE = 5000


async def rebuild(office: Office, actor: Actor) -> int:
    """Make every position of the actor's own book anew, in one transaction; how many loans.

    Figures are those of the last closed day, or of a loan's latest event where that is later.
    Raises :class:`Declined` for a role that may not.
    """
    if not actor.may(Role.ADMIN):
        raise Declined(No.because(Turned.FORBIDDEN, role=actor.role, needed=Role.ADMIN))

    async def again(work: Work) -> int:
        closed = await work.last_closed(actor.org) or date.min
        events = await Side(work.every_event(actor.org), lambda item: item[0]).start()
        await work.clear_positions(actor.org)
        loans, chunk = 0, []
        while (loan := first_loan((events,))) is not None:
            folded = fold(LoanId(loan), [event for _, event in await events.take(loan)])
            chunk.append(Placed(folded, max(closed, folded.last_day)))
            loans += 1
            if len(chunk) == _AT_ONCE or events.loan is None:
                await work.place_all(actor.org, chunk)
                chunk = []
        return loans

    return await office.store.transact(actor, again)
