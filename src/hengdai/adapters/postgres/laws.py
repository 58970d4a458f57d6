"""By which law a book is judged, as stored: texts proposed and published, settings, and what texts on trial said."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert

from hengdai.adapters.postgres.law_tables import law_proposal, law_publication, law_setting, shadow_judgement
from hengdai.adapters.postgres.rows import json_of
from hengdai.adapters.postgres.session import Session
from hengdai.app.laws import LawRows, ProposalRow, PublicationRow, SettingRow, ShadowRow
from hengdai.base.canonical import canonical
from hengdai.base.identity import LoanId, OrgId
from hengdai.law.publication import Proposal

_LAW_OF = text("""
SELECT
    (SELECT digest FROM law_publication WHERE org = :org AND pack_id = :pack ORDER BY number DESC LIMIT 1) AS digest,
    (SELECT max(day) FROM day_close WHERE org = :org AND currency = '') AS closed,
    ARRAY(
        SELECT pack_id FROM law_publication WHERE org = :org UNION SELECT pack_id FROM law_setting WHERE org = :org
        ORDER BY pack_id
    ) AS places,
    s.switches, s.shadow, s.lender_kind
FROM (SELECT 1) one LEFT JOIN LATERAL (
    SELECT switches, shadow, lender_kind FROM law_setting WHERE org = :org AND pack_id = :pack
    ORDER BY number DESC LIMIT 1
) s ON true
""")


class Laws(Session):
    """The part of a transaction that knows by which law a book is judged."""

    async def law_of(self, org: OrgId, pack_id: str) -> LawRows:
        """What stands now: one question, since every gate asks it."""
        row = (await self.connection.execute(_LAW_OF, {"org": org, "pack": pack_id})).one()
        switches = frozenset(row.switches or ())
        return LawRows(row.digest, switches, row.shadow, row.lender_kind, tuple(row.places), row.closed)

    async def add_proposal(self, row: ProposalRow) -> None:
        """Put a text forward for the actor's own book."""
        values = {
            "org": self.actor.org,
            "proposal_id": row.id,
            "pack_id": row.proposal.pack_id,
            "digest": row.proposal.digest,
            "replaces": row.proposal.replaces,
            "maker": row.proposal.maker,
            "day": row.proposal.proposed_on,
            "proposed": row.proposed,
        }
        await self.connection.execute(insert(law_proposal).values(values))

    async def proposal(self, id: str) -> ProposalRow | None:
        """A text put forward in the actor's own book."""
        mine = (law_proposal.c.org == self.actor.org) & (law_proposal.c.proposal_id == id)
        row = (await self.connection.execute(select(law_proposal).where(mine))).one_or_none()
        return None if row is None else _proposal_row(row)

    async def proposals(self) -> Sequence[ProposalRow]:
        """All of the actor's own book; their names sort by the time they were made."""
        asked = select(law_proposal).where(law_proposal.c.org == self.actor.org).order_by(law_proposal.c.proposal_id)
        return [_proposal_row(row) for row in await self.connection.execute(asked)]

    async def add_publication(self, row: PublicationRow) -> None:
        """Make a text the one in force in the actor's own book."""
        values = {
            "org": self.actor.org,
            "pack_id": row.pack_id,
            "number": row.number,
            "proposal_id": row.proposal_id,
            "digest": row.digest,
            "replaces": row.replaces,
            "maker": row.maker,
            "checker": row.checker,
            "day": row.day,
            "published": row.published,
            "shown": json_of(canonical(row.shown).decode()),
        }
        await self.as_judge(insert(law_publication).values(values))

    async def publications(self, org: OrgId, pack_id: str | None = None) -> Sequence[PublicationRow]:
        """The publications of a book in their order."""
        asked = select(law_publication).where(law_publication.c.org == org)
        if pack_id is not None:
            asked = asked.where(law_publication.c.pack_id == pack_id)
        found = await self.connection.execute(asked.order_by(law_publication.c.pack_id, law_publication.c.number))
        return [_publication_row(row) for row in found]

    async def settings(self, org: OrgId, pack_id: str) -> Sequence[SettingRow]:
        """Every setting of that jurisdiction in that book, in their order."""
        asked = select(law_setting).where(law_setting.c.org == org, law_setting.c.pack_id == pack_id)
        return [
            SettingRow(
                row.pack_id,
                row.number,
                frozenset(row.switches),
                row.shadow,
                row.lender_kind,
                row.key_id,
                row.day,
                row.set_at,
            )
            for row in await self.connection.execute(asked.order_by(law_setting.c.number))
        ]

    async def add_setting(self, row: SettingRow) -> None:
        """Set the switches and the text on trial of the actor's own book."""
        values = {
            "org": self.actor.org,
            "pack_id": row.pack_id,
            "number": row.number,
            "switches": sorted(row.switches),
            "shadow": row.shadow,
            "lender_kind": row.lender_kind,
            "key_id": row.key_id,
            "day": row.day,
            "set_at": row.set_at,
        }
        await self.as_judge(insert(law_setting).values(values))

    async def keep_shadow(self, org: OrgId, loan: LoanId, row: ShadowRow) -> None:
        """Keep what a text on trial said, beside a judgement that is kept already."""
        values = {
            "org": org,
            "loan_id": loan,
            "judgement_id": row.judgement_id,
            "stage": row.stage,
            "day": row.day,
            "cleared": row.cleared,
            "digest": row.digest,
            "stopping": list(row.stopping),
            "said": dict(row.said),
        }
        await self.connection.execute(insert(shadow_judgement).values(values))


def _proposal_row(row: Row[Any]) -> ProposalRow:
    proposal = Proposal(row.pack_id, row.digest, row.replaces, row.maker, row.day)
    return ProposalRow(row.proposal_id, proposal, row.proposed)


def _publication_row(row: Row[Any]) -> PublicationRow:
    return PublicationRow(
        row.number, row.proposal_id, row.pack_id, row.digest, row.replaces, row.maker, row.checker, row.day,
        row.published, json_of(row.shown),
    )  # fmt: skip
