"""Every judgement of a book judged again: from the stored text, and its facts held against the loan and the list.

A forged judgement lets through what the rules stop, or tells facts that are not those of the loan. Judging goes by
columns, so that a whole book is read in seconds; the memory does not grow with the book.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from hengdai.app.actor import Actor
from hengdai.app.live_law import text_of
from hengdai.app.ports import Office
from hengdai.app.said_columns import DAYS, columns, said_of
from hengdai.app.work import Work
from hengdai.base.identity import OrgId
from hengdai.base.text import Text
from hengdai.law.errors import LawIsMissing
from hengdai.law.judge import Settings, judge_columns
from hengdai.law.kinds import Outcome, Stage
from hengdai.law.pack import Pack
from hengdai.ledger.audit import Discrepancy
from hengdai.partner.listing import Listing, on_list
from hengdai.product.record import read
from hengdai.product.terms import PayeeRole

CHUNK = 5_000
"""Judgements weighed at once: some hundred megabytes at most."""
_KEPT = 1000
_RULES = Text("判定 {id} 与其文本不符: {rules}", "judgement {id} is not what its text says: {rules}")
_FACT = Text("判定 {id} 的 {name} 与借款不符", "{name} of judgement {id} is not that of the loan")
_LIST = Text("判定 {id} 的 {name} 与当时的名单不符", "{name} of judgement {id} is not what the list said then")
_TEXT = Text("判定 {id} 所据文本不可用: {why}", "the text of judgement {id} cannot be had: {why}")
_UNREADABLE = Text("判定 {id} 无法读取", "judgement {id} cannot be read")
_OF_THE_LOAN = {
    "terms_digest": "terms_digest",
    "principal": "principal",
    "currency": "currency",
    "lender_kind": "lender_kind",
    "all_in_cost_simple": "simple_e8",
    "all_in_cost_compound": "compound_e8",
}
"""Facts of the law that stand with the loan too, by the column that holds them."""
_PARTNERS = {
    "partner_listed": ("facilitator", PayeeRole.FACILITATOR),
    "guarantor_listed": ("guarantor", PayeeRole.GUARANTOR),
}


@dataclass(frozen=True, slots=True)
class LawAudit:
    """How many judgements were made again, and what does not agree; at most the first thousand are named."""

    judgements: int
    discrepancies: tuple[Discrepancy, ...]


async def audit_law(office: Office, actor: Actor, org: OrgId | None = None) -> LawAudit:
    """Judge the book of `org` again (default: the actor's own). An actor that does not see it finds it empty."""
    book = org or actor.org
    judged, found = 0, list[Discrepancy]()
    async with office.store.begin(actor) as work:
        listed = [(str(row["listing_id"]), _listing(row)) for row in await work.rows("listed", org=book)]
        async for digest, rows in _chunks(work, book):
            judged += len(rows)
            try:
                pack = await text_of(office.packs, work, digest)
            except LawIsMissing as missing:
                found.extend(_note(row, _TEXT, why=missing) for row in rows)
                continue
            found.extend(_again(pack, rows))
            found.extend(each for row in rows for each in (*_facts(row), *_partners(row, listed)))
    return LawAudit(judged, tuple(found[:_KEPT]))


def _listing(row: Mapping[str, object]) -> Listing:
    return read(Listing, said_of(row["listing"]))


async def _chunks(work: Work, book: OrgId) -> AsyncIterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """The judgements by text, stage and switches, in chunks."""
    waiting: dict[tuple[str, str, tuple[str, ...]], list[Mapping[str, Any]]] = {}
    async for row in work.stream("judged_in", org=book):
        said = said_of(row["judgement"])
        key = (str(row["pack_digest"]), str(row["stage"]), tuple(said.get("switches", ())))
        held = waiting.setdefault(key, [])
        held.append({**row, "said": said})
        if len(held) == CHUNK:
            yield key[0], waiting.pop(key)
    for key, held in waiting.items():
        yield key[0], held


def _again(pack: Pack, rows: Sequence[Mapping[str, Any]]) -> Iterator[Discrepancy]:
    """The judgements that say something else, or stop by other rules, when the same facts are asked again."""
    whole = [row for row in rows if {"facts", "days", "verdicts"} <= row["said"].keys()]
    yield from (_note(row, _UNREADABLE) for row in rows if row not in whole)
    if not whole:
        return
    said = [row["said"] for row in whole]
    stage, settings = Stage(whole[0]["stage"]), Settings(frozenset(said[0].get("switches", ())))
    try:
        answers = judge_columns(
            pack, pl.DataFrame(columns(pack.facts.values(), said)), stage=stage, days=DAYS, settings=settings
        )
    except ValueError:  # a switch that the text does not know: nobody judged so
        yield from (_note(row, _UNREADABLE) for row in whole)
        return
    stops = {
        (rule.id, outcome.value)
        for rule in pack.at(stage)
        for outcome in (Outcome.BREACHED, Outcome.UNDETERMINED)
        if rule.effect_under(outcome, settings.switches).stops
    }
    for row, now in zip(whole, answers.cast(pl.String).iter_rows(named=True), strict=True):
        then = {str(verdict["rule"]): verdict["outcome"] for verdict in row["said"]["verdicts"]}
        wrong = {rule for rule in {*now, *then} if now.get(rule) != then.get(rule)}
        stopping = {rule for rule, outcome in now.items() if (rule, outcome) in stops}
        wrong |= stopping ^ set(row["stopping"])
        if wrong:
            yield _note(row, _RULES, rules=", ".join(sorted(wrong)[:10]))


def _facts(row: Mapping[str, Any]) -> Iterator[Discrepancy]:
    told = row["said"].get("facts", {})
    for name, column in _OF_THE_LOAN.items():
        if told.get(name) != row[column]:
            yield _note(row, _FACT, name=name)


def _partners(row: Mapping[str, Any], listed: Sequence[tuple[str, Listing]]) -> Iterator[Discrepancy]:
    """What the judgement says of partners, held against the list as it was when it was made.

    Names of listings and judgements are made in the order of time. A judgement of a replay has another kind of name;
    a replay brings its list with it.
    """
    told, day = row["said"].get("facts", {}), row["day"]
    made = str(row["judgement_id"])
    known = [listing for name, listing in listed if name < made or ":" in made]
    for name, (party, role) in _PARTNERS.items():
        partner = row[party]
        expected = None if partner is None else on_list(known, OrgId(partner), role, _date(day)).value
        if told.get(name) != expected:
            yield _note(row, _LIST, name=name)


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _note(row: Mapping[str, Any], text: Text, **values: object) -> Discrepancy:
    where = f"{row['loan_id']} {row['stage']} {row['day']}"
    return Discrepancy(where, text.fill(id=row["judgement_id"], **values), 0, 0)
