"""Everything a run-off plan tells, gathered once, so that the page, the PDF and the files say the same."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hengdai.audit.runoff import NAMES, Remedy
from hengdai.audit.timetable import Planned, Timetable
from hengdai.audit.unplanned import REASONS
from hengdai.base.money import Currency, Money
from hengdai.base.text import Text
from hengdai.entry.report.runoff_words import WORDS
from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.pack import Pack
from hengdai.law.parameter import Span
from hengdai.maths.debt import cost_after


@dataclass(frozen=True, slots=True)
class Chosen:
    """One remedy over the whole plan: loans that get it and their price; loans that could, and the price of that."""

    remedy: Remedy
    loans: int
    price: int
    possible: int
    alone: int


@dataclass(frozen=True, slots=True)
class Part:
    """What the plan means for one partner or lender."""

    loans: int
    price: int
    principal: int


@dataclass(frozen=True, slots=True)
class RunOff:
    """One plan: what was read, under which law, and the timetable.

    `left_out` counts, by reason, the loans that are in no plan and not known to be within their cap.
    """

    plan: Timetable
    by: date
    allowed: Collection[Remedy]
    pack: Pack
    currency: Currency
    files: tuple[str, ...]
    made_on: date
    as_if: date | None
    note: Text | None
    audited: int
    rejected: int
    unread_debits: int
    looked: bool
    left_out: Mapping[str, int]

    def money(self, minor: int) -> str:
        """An amount in major units with its currency."""
        return str(Money(minor, self.currency))

    @property
    def above(self) -> int:
        """Loans above the line on the day the plan begins."""
        first = self.plan.months[0]
        return first.mended + first.ended + first.left

    @property
    def ended(self) -> int:
        """Loans above the line that had run out before the plan, as the law lets them."""
        return len(self.plan.loans) - self.above

    @property
    def within(self) -> int:
        """Loans known to cost no more than their cap."""
        return self.audited - len(self.plan.loans) - sum(self.left_out.values())

    @property
    def lower_bounds(self) -> int:
        """Loans of the plan whose cost is higher than the tape lets us know, and so is the price of mending them."""
        return sum(bool(loan.old.told["doubt"]) for loan in self.plan.loans)

    @property
    def not_yet(self) -> tuple[int, date] | None:
        """How many loans of the plan were told of, or paid out, after it begins, and the last such day; None if none.

        Nobody can mend a loan before it is paid out, nor count as unpaid what had been paid by the day of the data.
        """
        after_it = [day for loan in self.plan.loans if (day := loan.old.told["told_on"]) > self.plan.start]
        return (len(after_it), max(after_it)) if after_it else None

    @property
    def breaches(self) -> int:
        """Loans that the law of their own day forbade: it gives them no time."""
        since = {rule: self.pack.rule(rule).start for rule, _, _ in self.caps}
        return sum(loan.old.told["disbursed_on"] >= since[loan.old.told["cap_by"]] for loan in self.plan.loans)

    @property
    def unmendable(self) -> int:
        """Loans that none of the allowed remedies mends, and that are refunded all the same."""
        return sum(loan.step.remedy not in self.allowed for loan in self.plan.loans)

    @property
    def caps(self) -> list[tuple[str, int, int]]:
        """Which rule sets which cap (e8) for how many of the loans, most first."""
        found = Counter((loan.old.told["cap_by"], loan.old.cap_e8) for loan in self.plan.loans)
        return sorted(((rule, cap, count) for (rule, cap), count in found.items()), key=lambda each: (-each[2], each))

    def chosen(self) -> list[Chosen]:
        """Each remedy that some loan has."""
        told = []
        for remedy in Remedy:
            mine = [loan.step.price for loan in self.plan.loans if loan.step.remedy is remedy]
            able = [loan.step.prices[remedy] for loan in self.plan.loans if remedy in loan.step.prices]
            if able:
                told.append(Chosen(remedy, len(mine), sum(mine), len(able), sum(able)))
        return told

    def clause(self, remedy: Remedy) -> tuple[Text, Span] | None:
        """What the pack says that this remedy stands on; None where it says nothing."""
        try:
            found = self.pack.parameter(f"runoff_{remedy.value}")
            return found.title, found.on(self.plan.start)
        except (LookupError, LawIsSilent, LawIsStale):
            return None

    def parts(self, name: str) -> list[tuple[str, Part]]:
        """The plan by partner or lender, dearest first."""
        sums: dict[str, list[int]] = {}
        for loan in self.plan.loans:
            mine = sums.setdefault(loan.old.told[name] or "", [0, 0, 0])
            for place, amount in enumerate((1, loan.step.price, loan.old.told["principal"] or 0)):
                mine[place] += amount
        parts = [(key, Part(*each)) for key, each in sums.items()]
        return sorted(parts, key=lambda each: (-each[1].price, -each[1].loans, each[0]))

    def dearest(self, most: int) -> list[Planned]:
        """The loans whose remedy costs most."""
        return sorted(self.plan.loans, key=lambda loan: (-loan.step.price, loan.old.loan_id))[:most]


def notes(told: RunOff) -> list[Text]:
    """What a reader must know of what the plan supposes and of what it does not see, a sentence each."""
    said = [WORDS["as_if"].fill(day=told.as_if.isoformat())] if told.as_if else []
    said += [told.note] if told.note else []
    if not told.pack.takes(told.currency.code):
        said.append(WORDS["currency"].fill(mine=told.currency.code, law=told.pack.currency.code))
    if told.not_yet is not None:
        count, day = told.not_yet
        said.append(WORDS["not_yet"].fill(start=told.plan.start, count=f"{count:,}", day=day))
    counts = {name: told.left_out.get(name, 0) for name in REASONS}
    counts |= {"lower_bounds": told.lower_bounds, "rejected": told.rejected, "unread_debits": told.unread_debits}
    said += [WORDS[name].fill(count=f"{count:,}") for name, count in counts.items() if count]
    said += [WORDS["left_out"]] if told.left_out else []
    return said + ([] if told.looked else [WORDS["not_looked"]])


def after(loan: Planned) -> int | None:
    """The all-in cost (simple, e8) of the loan with its remedy; None where its flows have no single rate."""
    old, step = loan.old, loan.step
    if step.flows == old.flows and old.told:
        return int(old.told["simple_e8"])
    return cost_after(step.flows, old.cap_e8, old.days)


def row_of(loan: Planned) -> Mapping[str, Any]:
    """One loan of the plan as data: whole minor units, e8 rates."""
    old, step = loan.old, loan.step
    return {
        "loan_id": old.loan_id, "remedy": step.remedy.value, "remedy_zh": NAMES[step.remedy].zh, "price": step.price,
        "amount": step.amount, "back": step.back, "month": loan.day.isoformat()[:7], "day": loan.day,
        "passed": step.passed, "to_come": old.on(loan.day).to_come, "lender": old.told["lender"],
        "partner": old.told["partner"], "product": old.told["product"], "disbursed_on": old.told["disbursed_on"],
        "principal": old.told["principal"], "cost_e8": old.told["simple_e8"], "cap_e8": old.cap_e8,
        "cap_by": old.told["cap_by"], "cost_after_e8": after(loan), "doubt": old.told["doubt"],
        **{f"price_{remedy.value}": step.prices.get(remedy) for remedy in Remedy},
    }  # fmt: skip


COLUMNS = (
    "loan_id", "remedy", "remedy_zh", "price", "amount", "back", "month", "day", "passed", "to_come", "lender",
    "partner", "product", "disbursed_on", "principal", "cost_e8", "cap_e8", "cap_by", "cost_after_e8", "doubt",
    *(f"price_{remedy.value}" for remedy in Remedy),
)  # fmt: skip
"""The columns of the rows, in their order."""


def summary_of(told: RunOff) -> Mapping[str, Any]:
    """The plan as data: whole minor units, counts."""
    return {
        "files": list(told.files),
        "currency": told.currency.code,
        "pack": {"id": told.pack.id, "version": told.pack.version, "digest": told.pack.digest},
        "as_if": told.as_if and told.as_if.isoformat(),
        "since": told.plan.start.isoformat(),
        "by": told.by.isoformat(),
        "audited": told.audited,
        "rejected": told.rejected,
        "within_cap": told.within,
        "left_out": dict(told.left_out),
        "loans": len(told.plan.loans),
        "lower_bounds": told.lower_bounds,
        "above": told.above,
        "ended_before": told.ended,
        "forbidden_when_written": told.breaches,
        "price": told.plan.price,
        "remedies": {each.remedy.value: each.loans for each in told.chosen() if each.loans},
        "alternatives": {
            each.remedy.value: {"loans": each.possible, "price": each.alone, "clause": _clause(told, each.remedy)}
            for each in told.chosen()
        },
        "months": [
            {"month": month.day.isoformat()[:7], "day": month.day.isoformat(), "mended": month.mended,
             "ended": month.ended, "price": month.price, "left": month.left}
            for month in told.plan.months
        ],
        "lender": {name: _part(part) for name, part in told.parts("lender")},
        "partner": {name: _part(part) for name, part in told.parts("partner")},
    }  # fmt: skip


def _part(part: Part) -> Mapping[str, int]:
    return {"loans": part.loans, "price": part.price, "principal": part.principal}


def _clause(told: RunOff, remedy: Remedy) -> str | None:
    found = told.clause(remedy)
    return str(found[1].cite) if found else None
