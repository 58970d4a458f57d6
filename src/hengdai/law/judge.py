"""Judging: the rules of a pack over the facts of one subject, or over columns of many.

A verdict says holds, breached, undetermined or not applicable, and carries the facts and figures it used. Missing
and unbelievable facts, silent and stale figures lead to *undetermined*, never to a pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from hengdai.base.text import Text
from hengdai.law.cite import Cite
from hengdai.law.errors import LawIsSilent
from hengdai.law.kinds import DayOf, Effect, Outcome, Stage
from hengdai.law.pack import ANY_CURRENCY, Bound, Pack
from hengdai.law.parameter import Span
from hengdai.law.rule import Rule
from hengdai.law.words import because, filled

if TYPE_CHECKING:
    import polars

Applies = bool | None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a funder switched on: switches that the pack declares (strict, window, draft) or ids of sleeping rules."""

    switches: frozenset[str] = frozenset()


NOTHING_SWITCHED_ON = Settings()


@dataclass(frozen=True, slots=True)
class Days:
    """The days that decide which text applies. A day still to come is weighed as if it were the latest one known."""

    application: date
    contract: date | None = None
    origination: date | None = None
    posting: date | None = None
    contact: date | None = None

    @classmethod
    def all(cls, day: date) -> "Days":
        """One day for everything."""
        return cls(day, day, day, day, day)

    def of(self, which: DayOf, stage: Stage) -> date | None:
        """The day that `which` names; `None` when it should be known at `stage` and is not."""
        known: date | None = getattr(self, which.value)
        if known is not None:
            return known
        if not which.yet_to_come(stage):
            return None
        return self.posting or self.origination or self.contract or self.application


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says about one subject, with everything that made it say so.

    `facts` are the believed values of the facts it reads; `missing` those that were absent, and `unbelievable`
    those given in a wrong type, unit or range. `parameters` are the spans of the figures used.
    """

    rule: Rule
    outcome: Outcome
    effect: Effect
    day: date | None
    facts: Mapping[str, Any]
    parameters: tuple[Span, ...]
    missing: tuple[str, ...]
    unbelievable: tuple[str, ...]
    note: Text | None
    currency: str

    @property
    def rule_id(self) -> str:
        """The rule's id: cn.lf-009."""
        return self.rule.id

    @property
    def cite(self) -> Cite:
        """The clause."""
        return self.rule.cite

    @property
    def title(self) -> Text:
        """The rule's title in both languages."""
        return self.rule.title

    @property
    def stops(self) -> bool:
        """Whether business may not go on by itself because of this rule."""
        return self.outcome in (Outcome.BREACHED, Outcome.UNDETERMINED) and self.effect.stops

    @property
    def message(self) -> Text:
        """What to tell people: the rule's message with its figures, or why there is no answer."""
        if self.outcome is Outcome.UNDETERMINED:
            return because(self.rule, self.missing, self.unbelievable, self.note)
        if self.outcome is Outcome.NOT_APPLICABLE:
            return self.note or self.rule.title
        return filled(self.rule, self.facts, self.parameters, self.currency)

    def record(self) -> dict[str, Any]:
        """The verdict as canonical data for a log: rule, outcome, effect, facts, spans, clause.

        A rule that does not apply leaves its id and outcome alone: most rules do not, and logs are long.
        """
        if self.outcome is Outcome.NOT_APPLICABLE:
            return {"rule": self.rule.id, "outcome": self.outcome.value}
        return {
            "rule": self.rule.id,
            "outcome": self.outcome.value,
            "effect": self.effect.value,
            "day": self.day.isoformat() if self.day else None,
            "facts": {name: _plain(value) for name, value in self.facts.items()},
            "parameters": [
                {"id": s.parameter, "from": s.start.isoformat(), "value": _plain(s.value), "unit": s.unit.value}
                for s in self.parameters
            ],
            "missing": list(self.missing),
            "unbelievable": list(self.unbelievable),
            "cite": str(self.rule.cite),
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts on one subject at one stage, in the pack's order, and the digest of the text they stand on."""

    pack_id: str
    pack_version: str
    pack_digest: str
    stage: Stage
    verdicts: tuple[Verdict, ...]
    stopping: tuple[Verdict, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stopping", tuple(verdict for verdict in self.verdicts if verdict.stops))

    def of(self, rule_id: str) -> Verdict:
        """The verdict of one rule; `LookupError` when that rule was not asked."""
        for verdict in self.verdicts:
            if verdict.rule.id == rule_id:
                return verdict
        raise LookupError(f"{rule_id} 不在此次判定中 / was not asked at {self.stage.value}")


def judge(
    pack: Pack,
    facts: Mapping[str, object],
    *,
    stage: Stage,
    days: Days | date,
    settings: Settings = NOTHING_SWITCHED_ON,
) -> Judgement:
    """Judge one subject. Facts are machine values: whole minor units, e8 rates, codes, booleans, dates.

    Facts that the catalogue does not know are left aside. Raises :class:`LawIsSilent` for a day before the pack's
    coverage, `ValueError` for an unknown switch.
    """
    when = days if isinstance(days, Days) else Days.all(days)
    check_switches(pack, settings)
    for day in (when.application, when.contract, when.origination, when.posting, when.contact):
        if day is not None and day < pack.covers_from:
            raise LawIsSilent(pack.id, day, pack.covers_from)
    return weigh(pack, facts, stage=stage, days=when, settings=settings)


def weigh(
    pack: Pack, facts: Mapping[str, object], *, stage: Stage, days: Days, settings: Settings = NOTHING_SWITCHED_ON
) -> Judgement:
    """Like :func:`judge`, without asking whether the pack covers the days: for cases that prove a rule's first day."""
    judging = _Judging(pack, stage, days, settings.switches, facts)
    return Judgement(pack.id, pack.version, pack.digest, stage, tuple(judging.verdicts()))


def judge_columns(
    pack: Pack,
    frame: "polars.DataFrame",
    *,
    stage: Stage,
    days: Mapping[DayOf, str] | str,
    settings: Settings = NOTHING_SWITCHED_ON,
) -> "polars.DataFrame":
    """Judge many subjects: one outcome column per rule, named by its id, rows as in `frame`.

    Columns of `frame` are named by facts and hold the same machine values as in :func:`judge`; `days` names the
    day columns (one for all, or by :class:`DayOf`). Rows before the pack's coverage are undetermined throughout.
    Raises `TypeError` for a day column that holds no dates, `ValueError` for an unknown switch.
    """
    from hengdai.law.columns import outcomes  # Polars is loaded only by those who judge columns

    check_switches(pack, settings)
    live = frozenset(rule.id for rule in pack.at(stage) if awake(rule, settings.switches))
    return outcomes(pack, frame, stage, days, live)


def check_switches(pack: Pack, settings: Settings) -> None:
    """Raise `ValueError` when a switch is neither declared by the pack nor the id of one of its sleeping rules."""
    known = pack.known_switches
    strange = sorted(settings.switches - known)
    if strange:
        raise ValueError(f"未知开关 / unknown switch {', '.join(strange)}; known: {', '.join(sorted(known))}")


def awake(rule: Rule, switches: frozenset[str]) -> bool:
    """Whether a rule speaks: it needs no switch, or its switch or its own id is on."""
    return rule.switch is None or rule.switch in switches or rule.id in switches


def decided(applies: Applies, holds: bool | None, over: Applies) -> Outcome:
    """The outcome from three Kleene values: does it apply, does it hold, does a higher rank apply instead."""
    if applies is False or over is True:
        return Outcome.NOT_APPLICABLE
    if holds is True:
        return Outcome.HOLDS
    if applies is True and holds is False and over is False:
        return Outcome.BREACHED
    return Outcome.UNDETERMINED


class _Judging:
    """One subject before the rules of one stage."""

    def __init__(
        self, pack: Pack, stage: Stage, days: Days, switches: frozenset[str], facts: Mapping[str, object]
    ) -> None:
        self._pack, self._stage, self._days, self._switches = pack, stage, days, switches
        self._rules = pack.at(stage)
        self._given = facts
        self._facts = {
            name: facts[name]
            for name in pack.facts_needed(stage)
            if name in facts and pack.facts[name].believes(facts[name])
        }
        code = facts.get("currency")
        known = isinstance(code, str) and ANY_CURRENCY in pack.currencies
        self._currency = str(code) if known else pack.currency.code
        self._applying: dict[str, list[tuple[int, Applies, Rule]]] = {}

    def verdicts(self) -> list[Verdict]:
        asked = [self._ask(rule) for rule in self._rules]
        return [self._verdict(rule, *answer) for rule, answer in zip(self._rules, asked, strict=True)]

    def _ask(self, rule: Rule) -> tuple[date | None, Bound | None, Applies]:
        """The day, the figures and whether the rule applies; noted for those that stand beside it in rank."""
        day = self._days.of(rule.day_of, self._stage)
        if not awake(rule, self._switches) or (day is not None and not rule.in_force(day)):
            return day, None, False
        bound = self._pack.bind(rule, day) if day is not None else Bound({}, (), ())
        applies: Applies = rule.applies(self._facts, bound.values) if day is not None else None
        if rule.among is not None:
            self._applying.setdefault(rule.among.question, []).append((rule.among.rank, applies, rule))
        return day, bound, applies

    def _verdict(self, rule: Rule, day: date | None, bound: Bound | None, applies: Applies) -> Verdict:
        if bound is None:
            return self._quiet(rule, day, self._asleep(rule, day))
        over, by = self._displaced(rule)
        holds = rule.condition(self._facts, bound.values) if day is not None else None
        outcome = decided(applies, None if holds is False and rule.open else holds, over)
        if outcome is Outcome.NOT_APPLICABLE:
            return self._quiet(rule, day, _DISPLACED.fill(by=by) if over is True else _OUT_OF_SCOPE)
        note = None
        if holds is False and rule.open is not None:
            note = rule.open
        elif bound.missing:
            note = Text(*str(bound.missing[0]).split(" / ", 1))
        elif day is None:
            note = _NO_DAY.fill(day=rule.day_of.value)
        elif over is None and outcome is Outcome.UNDETERMINED:
            note = _MAY_BE_DISPLACED.fill(by=by)
        return Verdict(
            rule,
            outcome,
            rule.effect_under(outcome, self._switches),
            day,
            {name: self._facts[name] for name in rule.facts if name in self._facts},
            bound.spans,
            tuple(name for name in rule.facts if self._given.get(name) is None),
            tuple(n for n in rule.facts if n not in self._facts and self._given.get(n) is not None),
            note,
            self._currency,
        )

    def _displaced(self, rule: Rule) -> tuple[Applies, str]:
        """Whether a higher rank applies, may apply (`None`) or does not, and which."""
        if rule.among is None:
            return False, ""
        over: Applies = False
        by = ""
        for rank, applies, other in self._applying[rule.among.question]:
            if rank <= rule.among.rank or applies is False:
                continue
            if applies is True:
                return True, other.id
            over, by = None, other.id
        return over, by

    def _asleep(self, rule: Rule, day: date | None) -> Text:
        if not awake(rule, self._switches):
            return _SWITCHED_OFF.fill(switch=rule.switch)
        if day is not None and day < rule.start:
            return _NOT_YET.fill(start=rule.start)
        return _NO_LONGER.fill(end=rule.end)

    def _quiet(self, rule: Rule, day: date | None, note: Text) -> Verdict:
        return Verdict(rule, Outcome.NOT_APPLICABLE, rule.effect, day, {}, (), (), (), note, self._currency)


_OUT_OF_SCOPE = Text("不在该规则的适用范围内", "outside the scope of this rule")
_DISPLACED = Text("由例外 {by} 取代", "the exception {by} governs instead")
_MAY_BE_DISPLACED = Text("例外 {by} 是否适用未定", "it is not known whether the exception {by} applies")
_NO_DAY = Text("缺少决定适用文本的日期: {day}", "the day that decides which text applies is missing: {day}")
_SWITCHED_OFF = Text("未启用 (开关 {switch})", "not switched on (switch {switch})")
_NOT_YET = Text("自 {start} 起施行", "in force only from {start}")
_NO_LONGER = Text("已于 {end} 失效", "in force only until {end}")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
