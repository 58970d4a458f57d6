"""Everything a report tells, gathered once, so that the page, the PDF and `summary.json` say the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hengdai.audit.batch import Answer
from hengdai.audit.compare import NAMES
from hengdai.audit.tally import GROUPS, STEP_E8, Case, Group, Tally
from hengdai.audit.views import View
from hengdai.base.money import Currency, Money
from hengdai.base.rate import Rate
from hengdai.base.text import Language, Text
from hengdai.law.cite import Cite
from hengdai.law.kinds import Outcome
from hengdai.law.pack import Pack


@dataclass(frozen=True, slots=True)
class Report:
    """One audit: what was read, under which law, and what was found. `as_if` is the day every loan was judged on."""

    tally: Tally
    pack: Pack
    files: tuple[str, ...]
    currency: Currency
    made_on: date
    mapped: frozenset[str]
    as_if: date | None
    note: Text | None
    looked: bool
    """Whether debits were given to look for disguised charges."""
    views: Sequence[Sequence[View]]

    def money(self, minor: int | None) -> str:
        """An amount with its currency; a dash when there is none."""
        return "—" if minor is None else str(Money(minor, self.currency))

    @property
    def cap_e8(self) -> int | None:
        """The cap that governs most loans; None when none governs any."""
        caps: dict[int, int] = {}
        for (cap, _), count in self.tally.caps.items():
            caps[cap] = caps.get(cap, 0) + count
        return max(caps, key=lambda cap: caps[cap]) if caps else None

    def missing(self) -> list[tuple[str, int, list[str]]]:
        """Facts that were wanting: how many loans at most, and which rules stay open for them; most rules first."""
        rules: dict[str, list[str]] = {}
        loans: dict[str, int] = {}
        for (rule, fact), count in self.tally.missing.items():
            if fact:
                rules.setdefault(fact, []).append(rule)
                loans[fact] = max(loans.get(fact, 0), count)
        return sorted(((fact, loans[fact], rules[fact]) for fact in rules), key=lambda each: (-len(each[2]), each[0]))

    def groups(self, name: str, most: int) -> list[tuple[str, Group]]:
        """The groups with most breaches, then most loans; months in their order."""
        found = list(self.tally.groups[name].items())
        if name == "month":
            return sorted(found)[-most:]
        return sorted(found, key=lambda each: (-each[1].breached, -each[1].loans, each[0]))[:most]


HUNDREDTH_E8 = 10_000
"""A hundredth of a percent."""


def percent(e8: int | None, digits: int = 2) -> str:
    """A rate in percent, a dash when there is none."""
    return "—" if e8 is None else Rate(e8).percent_text(digits)


def share(part: int, whole: int) -> str:
    """A part of a whole in percent."""
    return f"{part / whole:.2%}" if whole else "—"


def cited(cite: Cite, language: Language) -> str:
    """A clause in the reader's language; the document's official number stays as it is."""
    if language == "zh":
        return str(cite).replace(" / article not verified", "")
    number = f" ({cite.document.number})" if cite.document.number else ""
    article = {"": "", "?": ", article not verified"}.get(cite.article, f", art. {cite.article}")
    return f"{cite.document.title.en}{number}{article}"


def summary(report: Report) -> dict[str, Any]:
    """The report as data: whole minor units, e8 rates, counts."""
    tally = report.tally
    return {
        "files": list(report.files),
        "currency": report.currency.code,
        "pack": {"id": report.pack.id, "version": report.pack.version, "digest": report.pack.digest},
        "as_if": report.as_if.isoformat() if report.as_if else None,
        "rows": tally.rows,
        "audited": tally.loans,
        "rejected": tally.rejected,
        "answers": {answer.value: tally.answers[answer.value] for answer in Answer},
        "principal": tally.principal,
        "cost_e8": {name: tally.quantile_e8(n, d) for name, n, d in (("p10", 1, 10), ("p50", 1, 2), ("p90", 9, 10),
                                                                    ("p99", 99, 100), ("max", 1, 1))},
        "cost_histogram": [[cost, count] for cost, count in sorted(_coarse(tally.costs).items())],
        "caps": [{"cap_e8": cap, "rule": rule, "loans": count} for (cap, rule), count in sorted(tally.caps.items())],
        "over_cap": dict(tally.over),
        "over_cap_by_rounding": dict(tally.rounding),
        "refund": dict(tally.refunds),
        "rules": _rules(report),
        "differences": [
            {"name": name, "zh": NAMES[name].zh, "en": NAMES[name].en, "material": material, "small": small}
            for name, material, small in tally.material()
        ],
        "missing_facts": [{"fact": fact, "loans": loans, "rules": rules} for fact, loans, rules in report.missing()],
        "patterns": dict(sorted(tally.patterns.items())) if report.looked else None,
        "linked_debits": tally.linked if report.looked else None,
        "unread_debits": tally.unread_debits if report.looked else None,
        "groups": {name: {key: _group(group) for key, group in sorted(tally.groups[name].items())} for name in GROUPS},
        "worst": [_worst(case) for case in tally.worst],
    }  # fmt: skip


def _coarse(costs: Mapping[int, int]) -> dict[int, int]:
    """Loans by cost up to each hundredth of a percent (e8)."""
    found: dict[int, int] = {}
    for step, count in costs.items():
        upper = -(-(step + 1) * STEP_E8 // HUNDREDTH_E8) * HUNDREDTH_E8
        found[upper] = found.get(upper, 0) + count
    return found


def _rules(report: Report) -> list[dict[str, Any]]:
    told = []
    for rule in report.pack.rules:
        counts = {o.value: report.tally.outcomes[rule.id, o.value] for o in Outcome}
        if any(counts.values()):
            told.append({"rule": rule.id, "zh": rule.title.zh, "en": rule.title.en, "cite": str(rule.cite), **counts})
    return told


def _group(group: Group) -> Mapping[str, int]:
    return {"loans": group.loans, "breached": group.breached, "over_cap": group.over, "principal": group.principal,
            "refund": group.refund}  # fmt: skip


def _worst(case: Case) -> Mapping[str, Any]:
    names = ("loan_id", "partner", "product", "principal", "simple_e8", "compound_e8", "over_simple_e8",
             "refund_simple", "refund_compound", "breached")  # fmt: skip
    return {name: case.finding[name] for name in names} | {"flows": list(case.flows)}
