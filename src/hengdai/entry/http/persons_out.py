"""What the API answers about persons. Personal data stands in one answer alone: that of `read_person`."""

from datetime import date, datetime

from hengdai.entry.http.fields import Out


class RegisteredOut(Out):
    """What is kept now: the names of the fields."""

    person: str
    version: int
    fields: list[str]


class PersonalOut(Out):
    """个人信息 / personal data, given once; the access is on record."""

    access: str
    person: str
    version: int
    data: dict[str, str]


class ErasedOut(Out):
    """The person is erased."""

    person: str
    day: date
    ground: str


class RotatedOut(Out):
    """The organisation's key is a new one; the keys of the erased were left out."""

    organisation: str
    erased: int


class GivenOut(Out):
    """A consent that was written."""

    consent: str
    given: datetime
    person: str


class WithdrawnOut(Out):
    """A consent that holds no more."""

    consent: str
    withdrawn: datetime


class ReceiptOut(Out):
    """The receipt, as it stands in the log."""

    at: datetime
    consent: str
    fields: list[str]
    purpose: str
    receiver: str
    release: str
    watermark: str


class ReleasedOut(Out):
    """A release; `file` is the text of the sealed file, for `hengdai share open`, and given once."""

    receipt: ReceiptOut
    file_sha256: str
    file: str


class MadeOut(Out):
    """A contact that may be made, and what each rule said."""

    contact: str
    loan: str
    day: date
    outcomes: dict[str, str]


class ConsentOut(Out):
    """One consent; `withdrawn` is null while it holds."""

    consent: str
    loan_id: str
    purpose: str
    receiver: str
    fields: list[str]
    version: str
    separate: bool
    given: datetime
    until: datetime | None
    withdrawn: datetime | None


class ReleaseOut(Out):
    """One receipt."""

    release: str
    loan_id: str
    consent: str
    receiver: str
    purpose: str
    fields: list[str]
    at: datetime
    watermark: str
    file_sha256: str


class AccessOut(Out):
    """One time that personal data was shown."""

    access_id: str
    purpose: str
    fields: list[str]
    at: datetime


class PersonRecordOut(Out):
    """What is on record about a person, none of it personal."""

    person: str
    keeper: str
    version: int
    known: datetime
    fields: list[str]
    erased: date | None
    consents: list[ConsentOut]
    releases: list[ReleaseOut]
    accesses: list[AccessOut]


class ContactOut(Out):
    """One contact, made or stopped; `content` is a digest of the words under the person's key."""

    contact_id: str
    via: str
    channel: str
    purpose: str
    whom: str
    by_whom: str
    at: datetime
    day: date
    content: str
    outcomes: dict[str, str]
    stopping: list[str]


class ContactsOut(Out):
    """Every contact about a loan, oldest first."""

    loan: str
    items: list[ContactOut]
