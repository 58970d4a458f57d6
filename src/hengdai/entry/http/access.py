"""Who may come in: one table of every operation of the API and the least role it takes, and the check by it.

An operation that is not in the table does not start: :func:`check_table` stops the
server while it is being built, so a new route cannot be open by forgetting.
"""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from hengdai.app.actor import Actor, Role
from hengdai.base.check import check
from hengdai.entry.http.errors import Turn
from hengdai.entry.http.turned import Edge

PUBLIC = None

ACCESS: dict[str, Role | None] = {
    "health": PUBLIC,
    "problems": PUBLIC,
    # reading
    "list_loans": Role.VIEWER,
    "read_loan": Role.VIEWER,
    "read_schedule": Role.VIEWER,
    "read_events": Role.VIEWER,
    "read_postings": Role.VIEWER,
    "read_verdicts": Role.VIEWER,
    "read_payoff": Role.VIEWER,
    "explain_figure": Role.VIEWER,
    "replay_of_loan": Role.VIEWER,
    "export_evidence": Role.VIEWER,
    "read_evidence": Role.VIEWER,
    "read_disclosure": Role.VIEWER,
    "read_disclosure_page": Role.VIEWER,
    "list_partners": Role.VIEWER,
    "list_organisations": Role.VIEWER,
    "read_business_day": Role.VIEWER,
    "read_summary": Role.VIEWER,
    "who_am_i": Role.VIEWER,
    "read_law": Role.VIEWER,
    "list_law_proposals": Role.VIEWER,
    "read_law_proposal": Role.VIEWER,
    "read_law_shadow": Role.VIEWER,
    # the life of a loan
    "apply": Role.OPERATOR,
    "confirm_disclosure": Role.OPERATOR,
    "sign": Role.OPERATOR,
    "withdraw": Role.OPERATOR,
    "disburse": Role.OPERATOR,
    "pay": Role.OPERATOR,
    "reverse_payment": Role.OPERATOR,
    "refund": Role.OPERATOR,
    "restructure": Role.OPERATOR,
    "charge_off": Role.OPERATOR,
    "recover": Role.OPERATOR,
    "close_loan": Role.OPERATOR,
    # persons
    "register_person": Role.OPERATOR,
    "read_person": Role.OPERATOR,
    "read_person_record": Role.VIEWER,
    "erase_person": Role.ADMIN,
    "rotate_keys": Role.ADMIN,
    "give_consent": Role.OPERATOR,
    "withdraw_consent": Role.OPERATOR,
    "share_release": Role.OPERATOR,
    "contact_person": Role.OPERATOR,
    "read_contacts": Role.VIEWER,
    # the house
    "end_business_day": Role.ADMIN,
    "admit_partner": Role.ADMIN,
    "end_partner": Role.ADMIN,
    "admit_organisation": Role.ADMIN,
    "propose_law": Role.ADMIN,
    "publish_law": Role.ADMIN,
    "set_law_switches": Role.ADMIN,
    "begin_law_shadow": Role.ADMIN,
    "end_law_shadow": Role.ADMIN,
    "list_keys": Role.ADMIN,
    "create_key": Role.ADMIN,
    "revoke_key": Role.ADMIN,
}

_bearer = HTTPBearer(auto_error=False, description="API 密钥 / an API key: `Authorization: Bearer hd_…`")


async def admit(request: Request, _documented: Annotated[object, Depends(_bearer)] = None) -> Actor:
    """The actor of a request: its key is known and not revoked (else 401), and its role suffices (else 403)."""
    operation = request.scope["endpoint"].__name__
    needed = ACCESS[operation]
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    if scheme.lower() != "bearer" or not token:
        raise Turn(Edge.UNAUTHENTICATED)
    actor: Actor | None = await request.app.state.platform.door.actor(token)
    if actor is None:
        raise Turn(Edge.UNAUTHENTICATED)
    if needed is None or not actor.may(needed):
        raise Turn(Edge.ROLE_FORBIDS, role=actor.role, needed=needed)
    return actor


Admitted = Annotated[Actor, Depends(admit)]


def check_table(operations: Iterable[str]) -> None:
    """Stop the start of a server whose routes and access table differ in either direction."""
    found = set(operations)
    check(found == set(ACCESS), "every route has its line in the access table", differ=sorted(found ^ set(ACCESS)))
