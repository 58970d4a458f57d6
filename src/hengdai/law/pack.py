"""A jurisdiction: a checked, hashed set of facts, figures, rules, fee classes, word lists, calendars and duties."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hengdai.base.calendar import BusinessCalendar
from hengdai.base.money import Currency
from hengdai.base.text import Text
from hengdai.law.cite import Cite, Document
from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.fact import FactEntry
from hengdai.law.kinds import Confidence, Force, Stage
from hengdai.law.parameter import Parameter, Span, Value
from hengdai.law.rule import Rule

ANY_CURRENCY = "any"
_BOUND_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class FeeClass:
    """A kind of charge: whether it counts in the all-in cost, who may take it, whether it is contingent.

    `may_charge` lists payee roles (funder, guarantor, …); empty means nobody may charge it to the borrower.
    """

    id: str
    title: Text
    in_cost: bool
    may_charge: tuple[str, ...]
    contingent: bool
    cite: Cite


@dataclass(frozen=True, slots=True)
class Duty:
    """What the law demands that cannot be decided from facts of a case: a document, an approval, a publication.

    `evidence` says what proves it; `every_days` when it must be renewed.
    """

    id: str
    title: Text
    subject: tuple[str, ...]
    evidence: Text
    force: Force
    start: date
    end: date | None
    cite: Cite
    every_days: int | None = None


@dataclass(frozen=True, slots=True)
class CalendarOfLaw:
    """A statutory calendar with its source."""

    id: str
    title: Text
    calendar: BusinessCalendar
    cite: Cite


@dataclass(frozen=True, slots=True)
class Bound:
    """The figures of one rule on one day: values by name (absent when the law gives none) and what was missing."""

    values: Mapping[str, Value]
    spans: tuple[Span, ...]
    missing: tuple[LawIsSilent | LawIsStale, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A jurisdiction on which judgements stand. `digest` is the SHA-256 of its texts in canonical form.

    `disclosed_rate` names how the law annualises the rate shown to borrowers; `time_zones` are IANA names.
    """

    id: str
    version: str
    title: Text
    digest: str
    languages: tuple[str, ...]
    currencies: tuple[str, ...]
    currency: Currency
    covers_from: date
    checked_on: date
    locale: str
    time_zones: tuple[str, ...]
    disclosed_rate: str
    switches: Mapping[str, Text]
    documents: Mapping[str, Document]
    facts: Mapping[str, FactEntry]
    parameters: Mapping[str, Parameter]
    rules: tuple[Rule, ...]
    fee_classes: Mapping[str, FeeClass]
    word_lists: Mapping[str, Parameter]
    calendars: Mapping[str, CalendarOfLaw]
    duties: tuple[Duty, ...]
    _bound: dict[tuple[str, date], Bound] = field(default_factory=dict, compare=False, repr=False)
    _at_stage: dict[Stage, tuple[Rule, ...]] = field(default_factory=dict, compare=False, repr=False)
    compiled: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """What judging in columns has compiled of this pack, by what it was compiled for."""

    def parameter(self, id: str) -> Parameter:
        """The figure or word list of that id, with or without the pack's prefix; `LookupError` names those near."""
        full = id if id.startswith(f"{self.id}.") else f"{self.id}.{id}"
        found = self.parameters.get(full) or self.word_lists.get(full)
        if found is None:
            raise LookupError(
                f"{self.id} 没有参数 {id} / has no parameter {id}; has: {', '.join(sorted(self.parameters))}"
            )
        return found

    def rule(self, id: str) -> Rule:
        """The rule of that id (case does not matter); `LookupError` when there is none."""
        for rule in self.rules:
            if rule.id == id.lower():
                return rule
        raise LookupError(f"{self.id} 没有规则 {id} / has no rule {id}")

    def takes(self, currency: str) -> bool:
        """Whether loans in `currency` can be judged."""
        return currency in self.currencies or ANY_CURRENCY in self.currencies

    def at(self, stage: Stage) -> tuple[Rule, ...]:
        """The rules judged at `stage`, in the pack's order."""
        if stage not in self._at_stage:
            self._at_stage[stage] = tuple(rule for rule in self.rules if rule.stage in stage.includes)
        return self._at_stage[stage]

    def facts_needed(self, stage: Stage) -> tuple[str, ...]:
        """The facts that the rules of `stage` may read, in order of first use."""
        return tuple(dict.fromkeys(name for rule in self.at(stage) for name in rule.facts))

    def bind(self, rule: Rule, day: date) -> Bound:
        """The figures that `rule` reads, on `day`. Silence and staleness are kept, not raised."""
        key = (rule.id, day)
        found = self._bound.get(key)
        if found is None:
            if len(self._bound) >= _BOUND_KEPT:
                self._bound.clear()
            found = self._bound[key] = self._bind(rule, day)
        return found

    def _bind(self, rule: Rule, day: date) -> Bound:
        values: dict[str, Value] = {}
        spans: list[Span] = []
        missing: list[LawIsSilent | LawIsStale] = []
        for name in rule.figures:
            try:
                span = self.parameter(name).on(day)
            except (LawIsSilent, LawIsStale) as silence:
                missing.append(silence)
            else:
                values[name] = span.value
                spans.append(span)
        return Bound(values, tuple(spans), tuple(missing))

    def business_days(self) -> BusinessCalendar:
        """The calendars of the pack as one; years that do not follow one another raise `ValueError`."""
        calendars = sorted((each.calendar for each in self.calendars.values()), key=lambda each: each.first)
        for one, following in pairwise(calendars):
            if following.first != one.last + timedelta(days=1):
                raise ValueError(f"日历不连续 / the calendars do not join: {one.last}, {following.first}")
        if not calendars:
            raise LookupError(f"{self.id} 没有日历 / has no calendar")
        holidays = frozenset(day for each in calendars for day in each.holidays)
        workdays = frozenset(day for each in calendars for day in each.workdays)
        return BusinessCalendar(holidays, workdays, calendars[0].first, calendars[-1].last)

    @property
    def known_switches(self) -> frozenset[str]:
        """What a funder may switch on: the switches declared, and the ids of rules that sleep."""
        return frozenset(self.switches) | {rule.id for rule in self.rules if rule.switch is not None}

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Ids of rules and figures that are marked uncertain or of less than high confidence."""
        rules = [r.id for r in self.rules if r.uncertain or r.cite.confidence is not Confidence.HIGH]
        figures = [
            f"{p.id}@{s.start}"
            for p in self.parameters.values()
            for s in p.spans
            if s.uncertain or s.cite.confidence is not Confidence.HIGH
        ]
        return tuple(rules + figures)
