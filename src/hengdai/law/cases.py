"""Running a rule's cases: the worked examples that stand beside it in the pack."""

from dataclasses import replace
from datetime import date

from hengdai.base.reason import Problem
from hengdai.base.text import Text
from hengdai.law.judge import Days, Settings, Verdict, weigh
from hengdai.law.pack import Pack
from hengdai.law.rule import Case, Rule


def run_case(pack: Pack, rule: Rule, case: Case) -> Verdict:
    """What the whole engine answers to a case of a rule, days before the pack's coverage included."""
    settings = Settings(frozenset(case.switches))
    pack = pack if case.confirmed is None else _confirmed(pack, case.confirmed)
    return weigh(pack, case.given, stage=rule.stage, days=Days.all(case.on), settings=settings).of(rule.id)


def _confirmed(pack: Pack, day: date) -> Pack:
    """The pack as if its published figures had been confirmed on `day`."""
    figures = {
        id: replace(figure, confirmed_on=day) if figure.stale_after is not None else figure
        for id, figure in pack.parameters.items()
    }
    return replace(pack, parameters=figures, _bound={}, _at_stage={})


def failing_cases(pack: Pack) -> list[Problem]:
    """The cases that the engine answers otherwise than their authors expect; a pack with one is not fit to publish."""
    found: list[Problem] = []
    for rule in pack.rules:
        for case in rule.cases:
            verdict = run_case(pack, rule, case)
            if verdict.outcome is not case.expect:
                where, said = f"{rule.id} {case.on} {case.why}", f"{verdict.outcome.value}: {verdict.message}"
                found.append(Problem(where, said, Text(case.expect.value, case.expect.value)))
    return found
