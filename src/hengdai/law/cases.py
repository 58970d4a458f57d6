"""Running a rule's cases: the worked examples that stand beside it in the pack."""

from hengdai.law.judge import Days, Settings, Verdict, weigh
from hengdai.law.pack import Pack
from hengdai.law.rule import Case, Rule


def run_case(pack: Pack, rule: Rule, case: Case) -> Verdict:
    """What the whole engine answers to a case of a rule, days before the pack's coverage included."""
    settings = Settings(frozenset(case.switches))
    return weigh(pack, case.given, stage=rule.stage, days=Days.all(case.on), settings=settings).of(rule.id)
