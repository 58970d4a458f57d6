"""A partner is on the list on a day, in a role, by the head office and in public; everything else is not listed."""

from datetime import date

import pytest

from hengdai.base.identity import OrgId
from hengdai.partner.listing import CITE, Approval, Listing, on_list
from hengdai.product.terms import PayeeRole

PLATFORM = OrgId("platform")


def _listing(**changes: object) -> Listing:
    fields: dict[str, object] = {
        "funder": OrgId("bank"), "partner": PLATFORM, "role": PayeeRole.FACILITATOR, "licence": "ICP-1",
        "approved_by": Approval.HEAD_OFFICE, "listed_from": date(2026, 1, 1), "listed_until": date(2026, 12, 31),
        "published_url": "https://bank.example/partners",
    }  # fmt: skip
    return Listing(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "listed"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_a_listing_holds_from_its_first_day_to_its_last(day: date, listed: bool) -> None:
    assert on_list([_listing()], PLATFORM, PayeeRole.FACILITATOR, day).value is listed


def test_a_listing_until_further_notice_has_no_last_day() -> None:
    assert on_list([_listing(listed_until=None)], PLATFORM, PayeeRole.FACILITATOR, date(2099, 1, 1)).value


@pytest.mark.parametrize("changes", [{"approved_by": Approval.BRANCH}, {"published_url": ""}])
def test_a_branchs_approval_or_an_unpublished_list_is_no_listing(changes: dict[str, object]) -> None:
    found = on_list([_listing(**changes)], PLATFORM, PayeeRole.FACILITATOR, date(2026, 6, 1))
    assert found.value is False
    assert "总行" in found.because[0].text.zh


def test_a_regular_listing_beside_an_irregular_one_is_enough() -> None:
    both = [_listing(approved_by=Approval.BRANCH), _listing()]
    assert on_list(both, PLATFORM, PayeeRole.FACILITATOR, date(2026, 6, 1)).value


def test_another_role_or_another_partner_is_not_listed() -> None:
    day = date(2026, 6, 1)
    assert not on_list([_listing()], PLATFORM, PayeeRole.GUARANTOR, day).value
    assert not on_list([_listing()], OrgId("other"), PayeeRole.FACILITATOR, day).value
    assert not on_list([], PLATFORM, PayeeRole.FACILITATOR, day).value


def test_every_answer_says_why_and_under_which_clause() -> None:
    for listings in ([], [_listing()], [_listing(published_url="")], [_listing(listed_until=date(2026, 1, 2))]):
        found = on_list(listings, PLATFORM, PayeeRole.FACILITATOR, date(2026, 6, 1))
        assert found.because
        for reason in found.because:
            assert reason.cite == CITE
            assert reason.figures["day"] == "2026-06-01"
            assert PLATFORM in reason.text.en
