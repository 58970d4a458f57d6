"""The worked cases of `cases/*.toml`: exact figures that a lawyer or an actuary can check by hand and sign."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hengdai.base.money import CNY, Money
from hengdai.base.rate import Rate
from hengdai.loan import commands
from hengdai.loan.commands import Command
from hengdai.loan.loan import Loan
from hengdai.loan.payoff import payoff
from hengdai.loan.standing import first_unpaid, standing
from hengdai.maths.schedule import Method
from hengdai.product.terms import Intent, PrepaymentTerms
from tests.loan.story import Story, granted, plan, terms

FOLDER = Path(__file__).parent / "cases"


def _cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.toml")):
        whole = tomllib.loads(file.read_text(encoding="utf-8"))
        for case in whole["case"]:
            yield pytest.param(whole["terms"], case, id=f"{file.stem}: {case['name']}")


def _minor(text: str) -> int:
    return Money.parse(text, CNY).minor


def _begun(given: dict[str, Any]) -> Story:
    schedule = plan(
        _minor(given["principal"]), given["count"], Rate.percent(given["rate"]).e8,
        method=Method(given["method"]), start=given["start"],
    )  # fmt: skip
    early = PrepaymentTerms(Rate.percent(given.get("prepayment_fee", "0")).e8, given.get("free_after", 0))
    story = Story(terms(schedule, prepayment=early))
    story.today = given["start"]
    return story.running(given["start"])


def _command(step: dict[str, Any]) -> Command:
    verb, text = next((name, value) for name, value in step.items() if name not in ("day", "known"))
    if verb in ("charge_off", "close"):
        return commands.ChargeOff() if verb == "charge_off" else commands.Close()
    amount = Money.parse(text, CNY)
    made: dict[str, Command] = {
        "pay": commands.Pay(amount), "settle": commands.Pay(amount, Intent.SETTLE),
        "refund": commands.Refund(amount), "recover": commands.Recover(amount),
    }  # fmt: skip
    return made[verb]


def _found(loan: Loan, name: str, on: date) -> object:
    """What the loan says under the name that a case uses, in the form that a case writes it."""
    now, due = standing(loan, on), first_unpaid(loan)
    words = {"state": loan.state.value, "dpd": now.dpd, "bucket": now.bucket.value}
    amounts = {
        "outstanding": loan.outstanding, "penalty_paid": loan.totals.penalty_paid, "overdue": now.overdue,
        "interest_paid": loan.totals.interest_paid, "surplus": loan.totals.surplus,
        "payoff": payoff(loan, on).total, "next_due": due.unpaid if due else 0,
    }  # fmt: skip
    return words[name] if name in words else str(Money(amounts[name], CNY).decimal())


@pytest.mark.parametrize(("given", "case"), _cases())
def test_the_case_comes_out_as_it_was_signed(given: dict[str, Any], case: dict[str, Any]) -> None:
    story = _begun(given)
    for step in case["events"]:
        story.today = step.get("known", max(story.today, step["day"]))
        granted(story.do(_command(step), step["day"]))
    story.today = max(story.today, case["on"])
    assert {name: _found(story.it, name, case["on"]) for name in case["expect"]} == case["expect"]


def test_every_case_says_under_which_clause_and_how_it_was_computed() -> None:
    for param in _cases():
        _, case = param.values
        assert case["clause"].startswith("terms.")
        assert case["why"]
