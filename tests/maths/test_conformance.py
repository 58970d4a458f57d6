"""Published examples of others: every rate, most schedules, nothing skipped without its reason, nothing by its name."""

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from hengdai.maths.conformance import Outcome, Result, closing_line, run_apr, run_schedule
from hengdai.maths.root import Flow, NoRate, solve

SHARED = Path(__file__).resolve().parents[3] / "shared" / "vectors"
OWN = Path(__file__).parent / "cases"


def _lines(path: Path) -> list[str]:
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    return path.read_text("utf-8").splitlines()


def test_every_published_rate_and_day_count_passes_and_none_is_skipped() -> None:
    results = list(run_apr(_lines(SHARED / "apr.jsonl")))
    assert [result for result in results if result.outcome is not Outcome.PASS] == []


def test_every_published_schedule_passes_and_none_is_skipped() -> None:
    results = list(run_schedule(_lines(SHARED / "schedule.jsonl")))
    assert [result for result in results if result.outcome is not Outcome.PASS] == []


@pytest.mark.parametrize(("name", "run"), [("rates.jsonl", run_apr), ("schedules.jsonl", run_schedule)])
def test_our_own_cited_cases_pass(name: str, run: Callable[[Iterable[str]], Iterator[Result]]) -> None:
    results = list(run(_lines(OWN / name)))
    assert results
    assert [result for result in results if result.outcome is not Outcome.PASS] == []


@pytest.mark.parametrize(("name", "run"), [("rates.jsonl", run_apr), ("schedules.jsonl", run_schedule)])
def test_a_record_is_judged_by_its_inputs_and_never_by_its_name(
    name: str, run: Callable[[Iterable[str]], Iterator[Result]]
) -> None:
    renamed = [json.dumps({**json.loads(line), "id": f"case {k}"}) for k, line in enumerate(_lines(OWN / name))]
    assert {result.outcome for result in run(renamed)} == {Outcome.PASS}


def test_a_wrong_rate_fails_and_says_both_numbers() -> None:
    record = json.loads(_lines(OWN / "rates.jsonl")[0])
    (result,) = run_apr([json.dumps({**record, "expected_rate": 0.5})])
    assert result.outcome is Outcome.FAIL
    assert "0.5" in result.reason


def test_a_wrong_row_fails_and_names_it() -> None:
    record = json.loads(_lines(OWN / "schedules.jsonl")[0])
    record["expected"]["rows"][1]["interest"] = "0.01"
    (result,) = run_schedule([json.dumps(record)])
    assert result.outcome is Outcome.FAIL
    assert "row 2 interest" in result.reason


def test_an_unknown_convention_is_skipped_by_name_and_an_unreadable_line_fails() -> None:
    record = {**json.loads(_lines(OWN / "rates.jsonl")[0]), "convention": "MOON_APR"}
    results = list(run_apr([json.dumps(record), "{broken", "", '{"id": "bare"}']))
    assert [result.outcome for result in results] == [Outcome.SKIP, Outcome.FAIL, Outcome.FAIL]
    assert "MOON_APR" in results[0].reason
    assert closing_line(results) == "0 passed, 2 failed, 1 skipped"


def test_the_other_roots_that_publishers_name_are_all_found() -> None:
    records = [json.loads(line, parse_float=Decimal) for line in _lines(SHARED / "apr.jsonl")]
    tried = 0
    for record in records:
        if not record.get("other_roots"):
            continue
        signs = {"advance": -1, "payment": 1, "charge": 1}
        moments = [
            Fraction(flow["t"]) + Fraction(flow.get("f") or 0).limit_denominator(30) for flow in record["cash_flows"]
        ]
        flows = [
            Flow(int(Fraction(flow["amount"]) * 1000) * signs[flow["kind"]], int(moment), moment - int(moment))
            for flow, moment in zip(record["cash_flows"], moments, strict=True)
        ]
        per_year = Fraction(record.get("unit_periods_per_year", 1))
        with pytest.raises(NoRate) as refused:
            solve(flows)
        found = sorted(candidate * per_year for candidate in refused.value.candidates)
        published = sorted([*map(Fraction, record["other_roots"]), Fraction(record["expected_rate"])])
        assert len(found) == len(published)
        assert all(abs(one - other) < Fraction(1, 10_000) for one, other in zip(found, published, strict=True))
        tried += 1
    assert tried >= 3
