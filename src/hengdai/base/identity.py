"""Typed names of things. Ids are made by whoever asks (UUIDv7 at the edge), never by the database."""

import re
from typing import NewType

OrgId = NewType("OrgId", str)
LoanId = NewType("LoanId", str)
CommandId = NewType("CommandId", str)
EventId = NewType("EventId", str)
EntryId = NewType("EntryId", str)
ProductCode = NewType("ProductCode", str)

_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9Xx]")
_MOBILE = re.compile(r"(86)?1[3-9][0-9]{9}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def names_a_person(reference: str) -> bool:
    """Whether a reference that should be opaque is a Chinese identity number (GB 11643, check digit right) or phone."""
    if _ID_NUMBER.fullmatch(reference):
        total = sum(int(digit) * weight for digit, weight in zip(reference, _WEIGHTS, strict=False))
        return "10X98765432"[total % 11] == reference[17].upper()
    return _MOBILE.fullmatch(reference) is not None
