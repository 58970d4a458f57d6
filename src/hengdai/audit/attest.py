"""The facts that a tape and its recomputation attest to the law, as columns named by the pack's catalogue.

A fact that the tape does not give and the recomputation cannot is left null: its rules answer undetermined. What is
recomputed wins over what is claimed, because the claim is what the audit tests.
"""

from dataclasses import dataclass

import polars as pl

from hengdai.audit.arrears import Arrears
from hengdai.audit.mapping import FACT
from hengdai.audit.plan import Bools, Ints
from hengdai.audit.price import Prices
from hengdai.audit.term import months_begun

CLASS_OF_FACT = {"normal": "pass"}
"""Where the tape's word for a class and the catalogue's differ."""
CHARGES = {
    "VIO-01": "second_guarantor_fee",
    "VIO-02": "benefit_charges",
    "VIO-03": "referral_chain_charges",
    "VIO-04": "upfront_deduction_by_third_party",
    "VIO-05": "disguised_guarantee_fee",
    "VIO-06": "recurring_service_fee",
    "VIO-07": "tied_sales",
    "VIO-08": "related_party_charges",
}
"""The sum that each pattern of disguised charge attests; a fact of that name where the catalogue has one."""
SHOWN = ("pre_ticked", "headline_not_annual", "lender_shown_at_checkout")
"""Facts about what the borrower was shown, taken from the table of that name."""
_NEEDS = {
    "lender_kind": frozenset({"lender_kind"}),
    "product_kind": frozenset({"product_kind"}),
    "repayment_method": frozenset({"method"}),
    "all_in_cost_simple": frozenset({"method"}),
    "all_in_cost_compound": frozenset({"method"}),
    "five_class": frozenset({"class5"}),
    "penalty_uplift": frozenset({"penalty_uplift"}),
}
"""The columns without which a fact is not known for any loan of a tape."""
TOTAL, PLATFORM, UNREAD = "linked_total", "linked_platform", "debit_unread"


@dataclass(frozen=True, slots=True)
class Measured:
    """What the recomputation found out about a batch; `links` has a row a loan with the sums of its linked debits.

    `links` is None when no debits were given: nobody looked, so nothing is known.
    """

    prices: Prices
    arrears: Arrears
    links: pl.DataFrame | None
    mapped: frozenset[str]


def facts_of(loans: pl.DataFrame, measured: Measured) -> pl.DataFrame:
    """One column a fact, one row a loan, in machine values.

    Which facts there are depends on what the tape has columns for and never on what stands in this batch, so that a
    loan is answered alike in whatever company it is read. Where a recomputed fact is not known the claim stands.
    """
    prices = measured.prices
    given = {name.removeprefix(FACT): loans[name] for name in loans.columns if name.startswith(FACT)}
    known: dict[str, pl.Series] = {
        "lender_kind": loans["lender_kind"],
        "product_kind": loans["product_kind"],
        "principal": loans["principal"],
        "term_months": loans.select(months_begun().alias("term_months")).to_series(),
        "repayment_method": loans["method"],
        "all_in_cost_simple": _where(prices.known, prices.simple_e8),
        "all_in_cost_compound": _where(prices.known, prices.compound_e8),
        "five_class": loans["class5"].replace(CLASS_OF_FACT),
        "penalty_uplift": loans["penalty_uplift"],
        **_late(loans, measured),
        **_guarantee(loans, measured),
        **_taken(loans, measured),
    }
    known = {name: column for name, column in known.items() if _NEEDS.get(name, frozenset()) <= measured.mapped}
    for name in given.keys() & known.keys():
        known[name] = pl.select(pl.coalesce(known[name], given[name])).to_series()
    columns = given | known
    return pl.DataFrame({name: column.alias(name) for name, column in columns.items()}).with_columns(_linked(measured))


def _late(loans: pl.DataFrame, measured: Measured) -> dict[str, pl.Series]:
    """Days past due as recomputed, else as claimed."""
    if "days_past_due" not in measured.mapped and not {"as_of", "paid_total"} <= measured.mapped:
        return {}
    recomputed = _where(measured.arrears.known, measured.arrears.days)
    return {"days_past_due": pl.select(pl.coalesce(recomputed, loans["days_past_due"])).to_series()}


def _guarantee(loans: pl.DataFrame, measured: Measured) -> dict[str, pl.Series]:
    """Who guarantees, for how much, and whether the disclosed cost counts it."""
    fees = [name for name in ("guarantee_fee", "guarantee_upfront") if name in measured.mapped]
    found: dict[str, pl.Series] = {}
    if "guarantor" in measured.mapped:
        found["guarantor_present"] = loans["guarantor"].is_not_null()
    if fees:
        each = loans["guarantee_fee"].fill_null(0) * loans["count"]
        found["guarantee_fee"] = each + loans["guarantee_upfront"].fill_null(0)
    if "stated_cost" in measured.mapped:
        cost = _where(measured.prices.known, measured.prices.simple_e8)
        found["guarantee_fee_counted"] = loans["stated_cost"] >= cost - DISPLAY_E8
    return found


DISPLAY_E8 = 10_000
"""A disclosed rate is printed to a hundredth of a percent; half a unit either way is the same figure."""


def _taken(loans: pl.DataFrame, measured: Measured) -> dict[str, pl.Series]:
    """What the platform took, and what was kept back from the payout."""
    found: dict[str, pl.Series] = {}
    platform = [name for name in ("platform_upfront", "platform_fee") if name in measured.mapped]
    linked = _charged(measured.links, PLATFORM) if measured.links is not None else None
    if platform or linked is not None:
        total = loans["platform_upfront"].fill_null(0) + loans["platform_fee"].fill_null(0) * loans["count"]
        found["platform_charge_to_borrower"] = total if linked is None else total + linked
    if "payout" in measured.mapped:
        deducted = pl.Series(measured.prices.kept_back)
        found["upfront_deduction"] = pl.select(
            pl.when(loans["payout"].is_not_null()).then(deducted).otherwise(None)
        ).to_series()
    return found


def _linked(measured: Measured) -> list[pl.Series]:
    """The sums of linked debits under the names of the catalogue; looked at and nothing found is zero."""
    links = measured.links
    if links is None:
        return []
    columns = [_charged(links, pattern).alias(name) for pattern, name in CHARGES.items()]
    columns.append((1 + (_charged(links, "VIO-01") > 0).cast(pl.Int64)).alias("guarantor_count"))
    return columns + [links[name] for name in SHOWN if name in links.columns]


def _charged(links: pl.DataFrame, name: str) -> pl.Series:
    """A sum of linked debits: what was found was taken; where a debit could not be read, nothing found is not known."""
    known = (pl.col(name) > 0) | ~pl.col(UNREAD)
    return links.select(pl.when(known).then(name).alias(name))[name]


def _where(known: Bools, values: Ints) -> pl.Series:
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(values)).otherwise(None)).to_series()
