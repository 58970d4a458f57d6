"""The partner list of a funder (合作机构名单): who may work with it, in which role, from when until when.

金规〔2025〕9号 art. 4: platform operators and credit-enhancement institutions come from a list that the funder's head
office keeps and publishes; nobody outside the list may be worked with. A branch's approval is no place on that list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hengdai.base.identity import OrgId
from hengdai.base.reason import Finding, Reason
from hengdai.base.text import Text
from hengdai.product.terms import PayeeRole

CITE = "金规〔2025〕9号 art. 4"


class Approval(StrEnum):
    """Who put the partner on the list."""

    HEAD_OFFICE = "head_office"
    BRANCH = "branch"


@dataclass(frozen=True, slots=True)
class Listing:
    """One partner's place on the list of `funder`, in one role, from `listed_from` to `listed_until` (inclusive).

    `listed_until` None means until further notice. `published_url` is where the head office shows the list; empty
    when it does not.
    """

    funder: OrgId
    partner: OrgId
    role: PayeeRole
    licence: str
    approved_by: Approval
    listed_from: date
    listed_until: date | None
    published_url: str

    def covers(self, day: date) -> bool:
        """Whether the listing is in force on that day."""
        return self.listed_from <= day and (self.listed_until is None or day <= self.listed_until)

    @property
    def regular(self) -> bool:
        """Whether the head office approved it and publishes it."""
        return self.approved_by is Approval.HEAD_OFFICE and bool(self.published_url)


def on_list(listings: Iterable[Listing], partner: OrgId, role: PayeeRole, day: date) -> Finding[bool]:
    """Whether `partner` is on the list in that role on that day, with the listing, or the lack of one, that says so.

    `listings` are those of one funder in the order written; a later row with the same first day replaces the earlier,
    which is how a listing is ended. What is not on the list is not listed: silence is no permission.
    """
    mine = {each.listed_from: each for each in listings if each.partner == partner and each.role is role}.values()
    in_force = [each for each in mine if each.covers(day)]
    for each in in_force:
        if each.regular:
            return Finding(True, (_reason(_LISTED, day, each),))
    if in_force:
        return Finding(False, tuple(_reason(_IRREGULAR, day, each) for each in in_force))
    if mine:
        return Finding(False, tuple(_reason(_OUT_OF_TIME, day, each) for each in mine))
    text = _ABSENT.fill(partner=partner, role=role.value)
    return Finding(False, (Reason(text, CITE, {"day": day.isoformat()}),))


_LISTED = Text("{partner} 以 {role} 身份在名单内", "{partner} is on the list as {role}")
_IRREGULAR = Text(
    "{partner} 的准入未经总行批准或未公布",
    "{partner} was not admitted by the head office, or the list is not published",
)
_OUT_OF_TIME = Text("{partner} 的准入在该日无效", "the listing of {partner} is not in force on that day")
_ABSENT = Text("{partner} 不在 {role} 名单内", "{partner} is on no list as {role}")


def _reason(text: Text, day: date, listing: Listing) -> Reason:
    until = listing.listed_until.isoformat() if listing.listed_until else "…"
    figures = {
        "day": day.isoformat(),
        "listed": f"{listing.listed_from.isoformat()} – {until}",
        "approved_by": listing.approved_by.value,
        "licence": listing.licence,
        "published": listing.published_url or "—",
    }
    return Reason(text.fill(partner=listing.partner, role=listing.role.value), CITE, figures)
