"""Every loan's cost in all its views: the columns of the findings say what the plain views of one loan say."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from hengdai.adapters.tapes.debits import FileDebits
from hengdai.app.audit_tape import Looking
from hengdai.audit.price import HIGHEST_E8
from hengdai.audit.tally import WORST
from hengdai.audit.view_columns import EARLY
from hengdai.audit.views import View, views_of
from hengdai.base.rounding import Rounding
from hengdai.maths.columns import RATE
from hengdai.maths.cost import all_in, all_in_days
from hengdai.maths.early_columns import Early, early_columns
from hengdai.maths.kernels.views import share
from hengdai.maths.relief import Relief, relieved, relieved_columns
from hengdai.maths.root import NoRate
from tests.audit.tapes import PACK, audited
from tests.audit.test_links import REGISTER

KEYS = {
    "periodic_fee": "without_periodic_fee", "guarantee_fee": "without_guarantee_fee",
    "kept_back": "without_kept_back", "linked": "without_linked", "subsidy": "after_subsidy", "missed": "missed_first",
}  # fmt: skip
amount = st.integers(0, 400).map(str)
loan = st.fixed_dictionaries({
    "本金": st.integers(100, 300_000).map(str), "年利率": st.sampled_from(["0", "1.2", "7.2", "12", "23.9", "36"]),
    "期数": st.sampled_from(["1", "2", "3", "12", "13", "24"]), "前期费": amount, "月费": amount, "担保费": amount,
    "放款日": st.sampled_from(["2025-08-31", "2025-09-01", "2026-01-15", "2027-02-01"]),
    "月供": st.sampled_from(["", "900", "50"]),
})  # fmt: skip
METHODS = ("equal_instalment", "equal_principal", "interest_first", "bullet")
LOOKED = "loan,at,payee,amount,text\nA1,2026-01-15 12:00:00,GUARD,50000,担保服务费\nA3,2026-02-15 12:00:00,P-1,700,\n"


def told_of(found: dict[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    """The views that a finding has: simple and, but for early pay-off, compound cost."""
    said = {key: (found.get(f"{name}_simple_e8"), found.get(f"{name}_compound_e8")) for key, name in KEYS.items()}
    early = {f"early-{month}": (cost, None) for month, cost in enumerate(found[EARLY] or [], 1)}
    return {key: costs for key, costs in (said | early).items() if costs[0] is not None}


def plainly(views: list[View]) -> dict[str, tuple[int | None, int | None]]:
    """The same by the plain views."""
    return {
        view.key: (view.simple_e8, None if view.key.startswith("early") else view.compound_e8)
        for view in views
        if view.key != "normal"
    }


def _compound(simple_e8: int | None, days: int | None) -> float:
    """About the compound cost that goes with a simple one, e8."""
    periods = 365 / days if days else 12
    return float(((1 + (simple_e8 or 0) / 1e8 / periods) ** periods - 1) * 1e8)


@settings(deadline=None, max_examples=25, phases=(Phase.explicit, Phase.generate))
@given(
    rows=st.lists(loan, min_size=1, max_size=6), method=st.sampled_from(METHODS), uplift=st.sampled_from([None, 0, 50]),
    prepayment=st.sampled_from([None, 0, 3_000_000]), days=st.sampled_from([None, 7, 30]),
    as_if=st.sampled_from([None, date(2026, 3, 1)]),
)  # fmt: skip
@example(
    rows=[{"本金": "10000", "年利率": "12", "期数": "12", "放款日": "2026-01-15", "月供": "", "月费": "0"}],
    method="equal_instalment", uplift=50, prepayment=3_000_000, days=None, as_if=None,
)  # fmt: skip
def test_the_columns_are_the_plain_views_of_every_loan(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], method: str, uplift: int | None,
    prepayment: int | None, days: int | None, as_if: date | None,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("tape")
    (folder / "debits.csv").write_text(LOOKED, "utf-8")
    looking = Looking(FileDebits(folder / "debits.csv", REGISTER), REGISTER)
    given_ = {"method": method, "penalty_uplift": uplift, "prepayment_fee_rate": prepayment, "period_days": days}
    constants: Any = {name: value for name, value in given_.items() if value is not None}
    named = [row | {"借据号": f"A{at}", "资金方": "F-1", "平台": "P-1"} for at, row in enumerate(rows, 1)]
    done = audited(folder, *named, looking=looking, as_if=as_if, **constants)
    found = {row["loan_id"]: row for row in done.findings.iter_rows(named=True)}
    assert done.tally.loans <= WORST
    with_cost = {name for name, row in found.items() if row["simple_e8"] is not None}
    assert {case.finding["loan_id"] for case in done.tally.worst} == with_cost
    for case, views in zip(done.tally.worst, views_of(done.tally.worst, PACK, as_if), strict=True):
        mine = found[case.finding["loan_id"]]
        plain, seen = plainly(views), told_of(mine)
        # Of a loan of days the compound cost may say nothing any more, and the simple one still does.
        absurd = {key for key in seen.keys() - plain.keys() if _compound(seen[key][0], days) > HIGHEST_E8}
        assert {key: costs for key, costs in seen.items() if key not in absurd} == plain
        early = [cost for cost in mine[EARLY] or [] if cost is not None]
        assert mine["early_dearest_simple_e8"] == (max(early) if early else None)
        assert not early or mine[EARLY][mine["early_dearest_month"] - 1] == max(early)
    for row in (row for name, row in found.items() if name not in with_cost):
        assert told_of(row) == {}


def test_an_origination_fee_weighs_the_more_the_earlier_one_leaves(tmp_path: Path) -> None:
    found = audited(tmp_path, {"前期费": "300"}).only()
    assert len(found[EARLY]) == 11 and all(one > other for one, other in pairwise(found[EARLY]))
    assert (found["early_dearest_month"], found["early_dearest_simple_e8"]) == (1, found[EARLY][0])
    # 10,000 less 300 received, the first instalment and the balance paid: (10,000 x 1.01 / 9,700 - 1) x 12.
    assert found[EARLY][0] == Rounding.HALF_UP.ratio((1_010_000 - 970_000) * 12 * 10**8, 970_000)
    assert found["without_kept_back_simple_e8"] == audited(tmp_path, {}).only()["simple_e8"]


def test_which_views_there_are_hangs_on_the_mapping_and_not_on_the_loans(tmp_path: Path) -> None:
    names = [set(audited(tmp_path, row).findings.columns) for row in ({"月费": "0"}, {"月费": "50"})]
    assert names[0] == names[1] and "without_periodic_fee_simple_e8" in names[0]
    assert "without_guarantee_fee_simple_e8" not in names[0]


flows = st.lists(st.integers(0, 10**7), min_size=2, max_size=9).map(lambda paid: [10**6, *(-each for each in paid)])


@settings(deadline=None)
@given(st.lists(st.tuples(flows, st.integers(0, 10**8), st.sampled_from([0, 7, 30])), min_size=1, max_size=5))
def test_early_columns_are_the_twins_figures(loans: list[tuple[list[int], int, int]]) -> None:
    values, balances = [each for rows, _, _ in loans for each in rows], [10**6 - k for k in range(10)] * len(loans)
    offsets = np.cumsum([0, *(len(rows) for rows, _, _ in loans)])
    months = np.array([len(rows) - 2 for rows, _, _ in loans])
    early = Early(np.array(balances), np.arange(len(loans)) * 10, months, np.array([fee for _, fee, _ in loans]))
    days = np.array([each for _, _, each in loans])
    found = early_columns(np.array(values), offsets, early, 12, days)
    for i, (rows, fee, apart) in enumerate(loans):
        span = slice(found.offsets[i], found.offsets[i + 1])
        for k, (simple, state) in enumerate(zip(found.simple_e8[span], found.state[span], strict=True)):
            left = 10**6 - k
            paid = [*rows[: k + 1], rows[k + 1] - left - Rounding.HALF_UP.ratio(left * fee, 10**8)]
            try:
                exact = all_in_days(paid, apart) if apart else all_in(paid, 12)
            except NoRate:
                assert state != RATE
                continue
            assert (state, simple) == (RATE, exact.simple_e8)


@given(st.integers(-(10**15), 10**15), st.integers(-(10**9), 10**9))
def test_a_share_is_half_up_whatever_its_product(amount: int, e8: int) -> None:
    assert share(amount, e8) == Rounding.HALF_UP.ratio(amount * e8, 10**8)


@given(
    st.lists(st.lists(st.integers(0, 10**15), min_size=1, max_size=30), min_size=1, max_size=4),
    st.integers(1, 10**10), st.integers(1, 10**8), st.integers(0, 10**15),
)  # fmt: skip
def test_relieved_columns_are_the_twins_figures(rows: list[list[int]], rate: int, off: int, most: int) -> None:
    off = min(off, rate)
    places = np.cumsum([0, *(len(row) for row in rows)])
    flows_at = places + np.arange(len(places))
    same = tuple(np.full(len(rows), each, np.int64) for each in (rate, off, most))
    interest = (np.array([each for row in rows for each in row], np.int64), places)
    out = relieved_columns((np.zeros(int(flows_at[-1]), np.int64), flows_at), interest, same[0], same[1], same[2])
    for i, row in enumerate(rows):
        plain = [0, *relieved(row, Relief(rate, off, most))]
        assert out[flows_at[i] : flows_at[i + 1]].tolist() == plain
