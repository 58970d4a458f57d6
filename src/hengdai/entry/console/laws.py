"""The law behind a rule's id: its title and clause, from the packs that this installation holds."""

from hengdai.entry.console.shell import Visit


def rule_title(visit: Visit, rule_id: str) -> tuple[str, str]:
    """Title and citation of a rule; the bare id when no pack here knows it (an old text, another jurisdiction)."""
    try:
        rule = visit.platform.office.packs.pack(rule_id.split(".")[0]).rule(rule_id)
    except LookupError:
        return rule_id, ""
    return visit.text(rule.title), str(rule.cite)
