"""Put a partner on the funder's list (合作机构名单), or take it off by a row that ends its time."""

from collections.abc import Mapping

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.partner.listing import Listing
from hengdai.product.record import write


async def admit_partner(office: Office, actor: Actor, key: str, listing: Listing) -> Outcome:
    """Append a row to the actor's own list; only the funder itself may, as ADMIN."""

    async def verb(work: Work) -> Mapping[str, object]:
        if listing.funder != actor.org:
            raise Declined(No.because(Turned.NOT_YOURS, who=listing.funder))
        id = office.ids.next()
        await work.add_listing(id, listing)
        return {"listing": id, **write(listing)}

    return await run(office, Call(actor, "admit_partner", key, write(listing), Role.ADMIN), verb)
