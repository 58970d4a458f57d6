"""A rule of law as data: when it applies, what must hold, what a breach does, where it stands and how it is tested."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hengdai.base.text import Text
from hengdai.law.cite import Cite
from hengdai.law.expression import Node, facts_of, figures_of
from hengdai.law.kinds import DayOf, Effect, Force, Outcome, Stage, Unit
from hengdai.law.plain import Evaluate, plain


@dataclass(frozen=True, slots=True)
class Case:
    """A worked example that a lawyer could sign: facts, day and switches in; outcome and reason out.

    `confirmed` supposes that published figures were confirmed until then, for days later than they really were.
    """

    on: date
    given: Mapping[str, Any]
    expect: Outcome
    why: Text
    switches: tuple[str, ...] = ()
    confirmed: date | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Where a rule stands among those that answer one `question`: the highest `rank` that applies governs."""

    question: str
    rank: int
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `when` (its scope) and `holds` are trees of conditions; dates are inclusive.

    `effect` is what a breach does, `unknown` what an undetermined answer does. `raised` maps a funder's switch
    to the effect it gives instead. `switch` is what must be on for the rule to speak at all. `open` says what of
    the law could not be found: the figures are then the safe default, and what goes beyond them is undetermined,
    not breached. `units` and `meanings` give the unit of each fact read, and what it is in words.
    """

    id: str
    title: Text
    message: Text
    force: Force
    stage: Stage
    day_of: DayOf
    start: date
    end: date | None
    when: Node | None
    holds: Node
    effect: Effect
    unknown: Effect
    cite: Cite
    theme: str
    switch: str | None = None
    raised: Mapping[str, Effect] = field(default_factory=dict)
    among: Ranking | None = None
    uncertain: Text | None = None
    open: Text | None = None
    cases: tuple[Case, ...] = ()
    units: Mapping[str, Unit] = field(default_factory=dict)
    meanings: Mapping[str, Text] = field(default_factory=dict)
    applies: Evaluate = field(init=False, compare=False, repr=False)
    condition: Evaluate = field(init=False, compare=False, repr=False)
    facts: tuple[str, ...] = field(init=False)
    figures: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        trees = [tree for tree in (self.when, self.holds) if tree is not None]
        always = (lambda facts, figures: True) if self.when is None else plain(self.when)
        object.__setattr__(self, "applies", always)
        object.__setattr__(self, "condition", plain(self.holds))
        object.__setattr__(self, "facts", tuple(dict.fromkeys(n for tree in trees for n in facts_of(tree))))
        object.__setattr__(self, "figures", tuple(dict.fromkeys(n for tree in trees for n in figures_of(tree))))

    def in_force(self, day: date) -> bool:
        """Whether the rule's own dates contain `day`."""
        return self.start <= day and (self.end is None or day <= self.end)

    def effect_under(self, outcome: Outcome, switches: frozenset[str]) -> Effect:
        """What `outcome` does, given what the funder switched on."""
        for switch, effect in self.raised.items():
            if switch in switches:
                return effect
        return self.unknown if outcome is Outcome.UNDETERMINED else self.effect
