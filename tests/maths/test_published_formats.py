"""Records of the published formats that nobody wrote: whatever is valid re-prices, whatever is not fails in words."""

import json
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hengdai.maths.conformance import Outcome, Result, run_apr, run_schedule
from hengdai.maths.published_plans import plan_of
from hengdai.maths.published_rates import rate_of

CASES = Path(__file__).parent / "cases"
RATES = [json.loads(line) for line in (CASES / "rates.jsonl").read_text("utf-8").splitlines()]
PLANS = [json.loads(line) for line in (CASES / "schedules.jsonl").read_text("utf-8").splitlines()]
JUNK: list[Any] = [
    None, True, 0, -1, "", "x", "NaN", 10**30, 10**400, "1" * 5000, [], {}, [None], "2024-02-30", "9999-12-31",
    "D+99999", "1e99", "24%", "1,000", "\u202e", "２４",
]  # fmt: skip

amounts = st.integers(1, 10**9).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
payments = st.lists(amounts, min_size=1, max_size=24)


def _outcome(result: list[Result]) -> Outcome:
    (one,) = result
    assert one.outcome is Outcome.PASS or one.reason
    return one.outcome


def _left(flows: list[tuple[Decimal, Decimal]], rate: Fraction) -> Decimal:
    """What is left of the flows when they are discounted at a yearly effective rate, as a part of their size."""
    with localcontext(prec=60):
        grown = 1 + Decimal(rate.numerator) / Decimal(rate.denominator)
        worth = [amount * (-years * grown.ln()).exp() for years, amount in flows]
        return abs(sum(worth, Decimal(0))) / sum(map(abs, worth), Decimal(0))


@settings(max_examples=60, deadline=None)
@given(
    amounts,
    payments,
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.lists(st.integers(1, 400), min_size=24, max_size=24),
)
def test_the_rate_of_any_dated_loan_makes_its_flows_worth_nothing(
    lent: str, paid: list[str], start: date, gaps: list[int]
) -> None:
    days = [start + timedelta(days=sum(gaps[: k + 1])) for k in range(len(paid))]
    flows = [{"date": str(start), "amount": lent, "kind": "advance"}]
    flows += [{"date": str(day), "amount": amount, "kind": "payment"} for day, amount in zip(days, paid, strict=True)]
    rate = rate_of({"convention": "XIRR_365", "cash_flows": flows})
    assume(Fraction(-9, 10) < rate < 10**6)
    dated = [(Decimal((day - start).days) / 365, Decimal(amount)) for day, amount in zip(days, paid, strict=True)]
    # Twelve digits of the rate, at exponents of up to some thirty years; near a total loss they say little.
    assert _left([(Decimal(0), -Decimal(lent)), *dated], rate) < Decimal("1e-8")


@settings(max_examples=60, deadline=None)
@given(amounts, payments, st.sampled_from([1, 4, 6, 12, 13, 24, 26, 52, 365]))
def test_the_nominal_rate_of_any_equal_periods_makes_its_flows_worth_nothing(
    lent: str, paid: list[str], per_year: int
) -> None:
    flows = [{"t": 0, "amount": lent, "kind": "advance"}]
    flows += [{"t": k, "amount": amount, "kind": "payment"} for k, amount in enumerate(paid, 1)]
    rate = (
        rate_of({"convention": "US_REGZ_ACTUARIAL", "unit_periods_per_year": per_year, "cash_flows": flows}) / per_year
    )
    assume(Fraction(-9, 10) < rate)
    timed = [(Decimal(k), Decimal(amount)) for k, amount in enumerate(paid, 1)]
    assert _left([(Decimal(0), -Decimal(lent)), *timed], rate) < Decimal("1e-8")


METHODS = [
    "declining balance, equal instalment (progressive)", "declining equal instalment (cumulative)",
    "declining equal instalment", "declining equal principal", "flat equal instalment", "zero interest",
    "declining balance, equal installments (progressive) with 25% down payment",
]  # fmt: skip
DAY_COUNTS = [
    {"days_in_month": month, "days_in_year": year}
    for month in ("ACTUAL", "DAYS_30") for year in ("ACTUAL", "DAYS_360", "DAYS_364", "DAYS_365")
]  # fmt: skip


@st.composite
def loans(draw: st.DrawFn) -> dict[str, Any]:
    """A loan in the words of the format."""
    method = draw(st.sampled_from(METHODS))
    count = draw(st.integers(1, 36))
    inputs: dict[str, Any] = {
        "principal": str(draw(st.integers(1_000, 10**9))),
        "annual_nominal_rate_pct": f"{draw(st.integers(0, 4800)) / 100:.2f}",
        "number_of_repayments": count,
        "frequency": {"every": draw(st.integers(1, 6)), "unit": draw(st.sampled_from(["DAYS", "WEEKS", "MONTHS"]))},
        "disbursement_date": str(draw(st.dates(date(2000, 1, 1), date(2040, 12, 31)))),
        "day_count": draw(st.sampled_from(DAY_COUNTS)),
        "method": method,
        "rounding": {"mode": draw(st.sampled_from(["HALF_EVEN", "HALF_UP", "FLOOR", "CEILING"])), "decimals": 2},
        "month_end_strategy": draw(st.sampled_from(["LAST_DAY_OF_MONTH", "FIRST_DAY_OF_NEXT_MONTH"])),
    }
    if "down" in method:
        inputs["down_payment_pct"] = "25"
    return {"id": "drawn", "kind": "initial_schedule", "inputs": inputs}


@settings(max_examples=150, deadline=None)
@given(loans(), st.data())
def test_any_plan_repays_what_was_lent_and_a_cent_more_in_any_cell_is_found(
    loan: dict[str, Any], data: st.DataObject
) -> None:
    _, plan = plan_of(loan)
    rows = [
        {"n": row.number, "due_date": str(row.due), "principal": f"{row.principal / 100:.2f}",
         "interest": f"{row.interest / 100:.2f}", "outstanding_after": f"{row.closing / 100:.2f}"}
        for row in plan.rows
    ]  # fmt: skip
    assert sum(row.principal for row in plan.rows) == int(loan["inputs"]["principal"]) * 100
    assert plan.rows[-1].closing == 0
    assert _outcome(list(run_schedule([json.dumps({**loan, "expected": {"rows": rows}})]))) is Outcome.PASS
    row = data.draw(st.sampled_from(rows))
    cell = data.draw(st.sampled_from(["principal", "interest", "outstanding_after"]))
    row[cell] = f"{Decimal(str(row[cell])) + Decimal('0.01'):.2f}"
    assert _outcome(list(run_schedule([json.dumps({**loan, "expected": {"rows": rows}})]))) is Outcome.FAIL


def _spoil(node: Any, data: st.DataObject) -> Any:
    """The record with one field, at any depth, replaced by junk or taken away."""
    if isinstance(node, dict) and node:
        key = data.draw(st.sampled_from(sorted(node)))
        if data.draw(st.integers(0, 9)) == 0:
            return {name: value for name, value in node.items() if name != key}
        return {**node, key: _spoil(node[key], data)}
    if isinstance(node, list) and node:
        place = data.draw(st.integers(0, len(node) - 1))
        return [*node[:place], _spoil(node[place], data), *node[place + 1 :]]
    return data.draw(st.sampled_from(JUNK))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_spoiled_record_gives_one_line_and_never_stops_the_run(data: st.DataObject) -> None:
    record, run = data.draw(
        st.sampled_from([(each, run_apr) for each in RATES] + [(each, run_schedule) for each in PLANS])
    )
    spoiled = _spoil(record, data)
    results = list(run([json.dumps(spoiled), json.dumps(record)]))
    assert len(results) == 2
    assert results[0].outcome is Outcome.PASS or results[0].reason
    assert results[1].outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[]", "JSON object"), ("7", "JSON object"), ('"text"', "JSON object"), ("{}", "'id'"),
        ("{broken", "JSONDecodeError"),
        ('{"id": "a", "record_type": "rate", "convention": "IRR", "cash_flows": [], "expected_rate": NaN}', "NaN"),
        ("[" * 100_000, "Recursion"), ('{"id": "a", "id": "b"}', "named twice"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_record_fails_and_says_what_was_expected(line: str, says: str) -> None:
    for run in (run_apr, run_schedule):
        (result,) = run([line])
        assert result.outcome is Outcome.FAIL
        assert says in result.reason


def test_a_name_cannot_forge_a_line_of_the_answer() -> None:
    record = {**RATES[0], "id": "x\n9 passed, 0 failed, 0 skipped"}
    (result,) = run_apr([json.dumps(record)])
    assert "\n" not in result.id


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rounding": {"mode": "HALF_ODD", "decimals": 2}}, "HALF_ODD"),
        ({"method": "declining equal instalment with interest capitalised"}, "capitalised"),
        ({"day_count": {"days_in_month": "ACTUAL", "days_in_year": "DAYS_300"}}, "DAYS_300"),
        ({"frequency": {"every": 1, "unit": "MOONS"}}, "MOONS"),
        ({"month_end_strategy": "NEVER"}, "NEVER"),
    ],
)
def test_an_unknown_word_is_refused_by_name_and_never_read_as_another(change: dict[str, Any], word: str) -> None:
    record = next(each for each in PLANS if each["id"] == "fineract-C111043")
    inputs = {**record["inputs"], **change}
    if "month_end_strategy" in change or "frequency" in change:
        inputs.pop("due_dates"), inputs.pop("first_due_date")
    (result,) = run_schedule([json.dumps({**record, "inputs": inputs})])
    assert result.outcome is Outcome.SKIP
    assert word in result.reason


def test_an_unknown_input_refuses_a_record_that_differs_and_does_not_hide_one_that_agrees() -> None:
    record = next(each for each in PLANS if each["id"] == "fineract-C3152")
    extra = {**record, "inputs": {**record["inputs"], "insurance_pct": "1"}}
    (agrees,) = run_schedule([json.dumps(extra)])
    assert agrees.outcome is Outcome.PASS
    (differs,) = run_schedule([json.dumps({**extra, "expected": {"rows": record["expected"]["rows"], "emi": "1"}})])
    assert differs.outcome is Outcome.SKIP
    assert "insurance_pct" in differs.reason


def test_a_published_figure_that_is_not_computed_is_never_passed_over() -> None:
    record = next(each for each in PLANS if each["id"] == "fineract-C3152")
    (result,) = run_schedule([json.dumps({**record, "expected": {**record["expected"], "total_fees": "1.00"}})])
    assert result.outcome is Outcome.SKIP
    assert "total_fees" in result.reason


def test_figures_by_their_other_names_are_compared_and_remarks_are_let_be() -> None:
    record = next(each for each in PLANS if each["id"] == "fineract-C3152")
    told = {"level_payment": "1725.56", "total_payment": "10353.39", "total_principal": "10000", "remark": "as printed"}
    rows = [
        {**row, "payment": row["total"], "balance_after": row["outstanding_after"]}
        for row in record["expected"]["rows"]
    ]
    (right,) = run_schedule([json.dumps({**record, "expected": {**told, "rows": rows}})])
    assert right.outcome is Outcome.PASS
    for name in ("level_payment", "total_payment", "total_principal"):
        (wrong,) = run_schedule([json.dumps({**record, "expected": {**told, name: "1.00"}})])
        assert wrong.outcome is Outcome.FAIL
        assert name in wrong.reason
    rows[2]["balance_after"] = "0.01"
    (wrong,) = run_schedule([json.dumps({**record, "expected": {**told, "rows": rows}})])
    assert wrong.outcome is Outcome.FAIL
