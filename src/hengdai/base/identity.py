"""Typed names of things. Ids are made by whoever asks (UUIDv7 at the edge), never by the database."""

from typing import NewType

OrgId = NewType("OrgId", str)
LoanId = NewType("LoanId", str)
CommandId = NewType("CommandId", str)
EventId = NewType("EventId", str)
EntryId = NewType("EntryId", str)
ProductCode = NewType("ProductCode", str)
