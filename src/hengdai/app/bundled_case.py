"""A loan's case from the records of its evidence bundle, so that it is re-performed by whoever holds the file alone."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from hengdai.app.reperform import Case, IncompleteCase
from hengdai.app.work import JudgementRow
from hengdai.base.check import Defect
from hengdai.base.identity import EntryId, EventId, LoanId, OrgId
from hengdai.evidence.record import RecordKind
from hengdai.ledger.entry import Entry
from hengdai.loan.codec import fact_from_json
from hengdai.loan.events import Event

Row = Mapping[str, Any]
_LIFE = (RecordKind.EVENT, RecordKind.DISCLOSURE, RecordKind.SIGNATURE)
"""The kinds of record that hold an event of the loan's life."""


def bundled_case(subject: str, records: Iterable[Row | None]) -> Case:
    """The case of a bundle's records (None: erased or withheld). Kinds that a replay does not need are passed over.

    Raises :class:`IncompleteCase`.
    """
    org, _, loan = subject.partition("/")
    by_kind: dict[str, list[Row]] = {}
    for record in records:
        if record is None:
            raise IncompleteCase(
                "有记录已抹除或未出示, 无法重演 / a record was erased or withheld: it cannot be replayed"
            )
        by_kind.setdefault(str(record.get("kind")), []).append(record)
    try:
        events = [record for kind in _LIFE for record in by_kind.get(kind, ())]
        return Case(
            org=OrgId(org),
            id=LoanId(loan),
            events=tuple(_event(each) for each in events),
            judgements=tuple(_judgement(each) for each in by_kind.get(RecordKind.VERDICT, ())),
            clearances={each["id"]: each["body"]["clearance"] for each in events if each["body"]["clearance"]},
            entries=tuple(_entry(LoanId(loan), each) for each in by_kind.get(RecordKind.POSTINGS, ())),
        )
    except (Defect, KeyError, TypeError, ValueError) as error:
        raise IncompleteCase(f"记录无法读作借款 / a record does not read as a loan's: {error}") from None


def _event(record: Row) -> Event:
    known = datetime.fromisoformat(record["known_at"])
    body = record["body"]
    return Event(EventId(record["id"]), body["seq"], _day(record["counts_for"]), known, fact_from_json(body["fact"]))


def _judgement(record: Row) -> JudgementRow:
    body = record["body"]
    day, stopping = _day(record["counts_for"]), tuple(body["stopping"])
    return JudgementRow(record["id"], body["stage"], day, body["pack_digest"], body["judgement"], stopping)


def _entry(loan: LoanId, record: Row) -> Entry:
    body = record["body"]
    return Entry(
        id=EntryId(record["id"]),
        loan=loan,
        event=EventId(body["event"]) if body["event"] else None,
        day=_day(record["counts_for"]),
        booked=_day(body["booked"]),
        currency=body["currency"],
        accounts=tuple(body["accounts"]),
        amounts=tuple(int(amount) for amount in body["amounts"]),
        reverses=EntryId(body["reverses"]) if body["reverses"] else None,
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)
