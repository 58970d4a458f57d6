"""What a text on trial would have turned since it began: by clause, amount and partner."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from hengdai.app.actor import Actor
from hengdai.app.command import Declined, No, Turned
from hengdai.app.law_impact import TURNED, LawImpact
from hengdai.app.live_law import live_law, text_of
from hengdai.app.ports import Office
from hengdai.app.said_columns import said_of
from hengdai.law.errors import LawIsMissing
from hengdai.law.pack import Pack


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """A text on trial beside the one in force, what it would have turned, and how often it could not answer."""

    live: Pack
    candidate: Pack
    running: bool
    impact: LawImpact
    problems: int


async def shadow_report(office: Office, actor: Actor, pack_id: str, digest: str | None = None) -> ShadowReport | None:
    """What the text of that digest (default: the one on trial, else the last that was) said beside the law in force.

    None when no text was ever on trial. Raises :class:`Declined` when a text cannot be had.
    """
    async with office.store.begin(actor) as work:
        law = await live_law(office.packs, work, actor.org, pack_id)
        tried = [row.shadow for row in await work.settings(actor.org, pack_id) if row.shadow is not None]
        if not tried or (digest is not None and digest not in tried):
            return None
        try:
            candidate = await text_of(office.packs, work, digest or tried[-1])
        except LawIsMissing as missing:
            raise Declined(No.because(Turned.LAW_SILENT, problem=missing)) from None
        clauses = {rule.id: str(rule.cite) for pack in (candidate, law.pack) for rule in pack.rules}
        judged, stopped, would_stop, problems = 0, 0, 0, 0
        turned: list[tuple[Any, ...]] = []
        async for row in work.stream("shadowed", org=actor.org, digest=candidate.digest):
            said = said_of(row["said"])
            judged, stopped, would_stop = judged + 1, stopped + (not row["cleared"]), would_stop + bool(row["stopping"])
            problems += "problem" in said
            turned.extend(_turned(row, said, clauses))
    frame = pl.DataFrame(turned, schema=TURNED, orient="row")
    once = frame.unique(["org", "loan", "rule", "candidate"], keep="first", maintain_order=True)
    running = law.shadow is not None and law.shadow.digest == candidate.digest
    return ShadowReport(law.pack, candidate, running, LawImpact(judged, stopped, would_stop, once), problems)


def _turned(row: Mapping[str, Any], said: Mapping[str, Any], clauses: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The rules that would have stopped or released this loan at this gate."""
    about = (row["org"], row["loan_id"], row["facilitator"], row["currency"], row["principal"], row["stage"])
    return [
        (*about, turn["rule"], clauses.get(turn["rule"], ""), turn["stops_now"], turn["would_stop"])
        for turn in said.get("turned", ())
        if turn["stops_now"] != turn["would_stop"]
    ]
