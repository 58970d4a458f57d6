"""What every door works with: the office of the verbs, the doorkeeper that knows API keys, the evidence."""

from dataclasses import dataclass

from hengdai.adapters.postgres.door import Door
from hengdai.app.ports import Office
from hengdai.entry.evidence_desk import EvidenceDesk


@dataclass(frozen=True, slots=True)
class Platform:
    """One open installation; built by :mod:`hengdai.entry.wiring`, closed by whoever opened it."""

    office: Office
    door: Door
    evidence: EvidenceDesk | None = None
    """None where no evidence directory was named."""
