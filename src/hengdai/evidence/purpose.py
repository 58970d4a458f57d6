"""For which purposes personal data leaves the house, and the least each one needs (PIPL art. 6: minimum necessary)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hengdai.base.text import Text

PERSONAL_FIELDS: Mapping[str, Text] = {
    "name": Text("姓名", "name"),
    "id_kind": Text("证件种类", "kind of identity document"),
    "id_number": Text("证件号码", "identity number"),
    "phone": Text("手机号", "phone"),
    "address": Text("住址", "address"),
    "bank_account": Text("银行账号", "bank account"),
    "employer": Text("工作单位", "employer"),
    "monthly_income": Text("月收入", "monthly income"),
}
"""What may be kept of a person, each a text. C3 data (passwords, biometrics; JR/T 0171-2020) has no place here."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is released, and the only fields that this takes."""

    name: Text
    fields: frozenset[str]
    credit: bool = False


def _purpose(zh: str, en: str, *fields: str, credit: bool = False) -> Purpose:
    return Purpose(Text(zh, en), frozenset(fields), credit)


PURPOSES: Mapping[str, Purpose] = {
    "identity_check": _purpose("身份核验", "checking identity", "name", "id_kind", "id_number", "phone"),
    "credit_assessment": _purpose(
        "授信评估", "assessing credit", "name", "id_kind", "id_number", "phone", "address", "employer", "monthly_income"
    ),
    "guarantee": _purpose("增信", "guaranteeing", "name", "id_kind", "id_number", "phone"),
    "credit_reporting": _purpose("征信报送", "credit reporting", "name", "id_kind", "id_number", credit=True),
    "payment": _purpose("收付款", "paying and collecting by bank", "name", "bank_account"),
    "collection": _purpose("催收", "collection", "name", "phone"),
    "supervision": _purpose("监管报送", "reporting to a supervisor", "name", "id_kind", "id_number"),
    "dispute": _purpose("诉讼仲裁", "court and arbitration", "name", "id_kind", "id_number", "phone", "address"),
}


class ReleaseRefusal(Enum):
    """Why nothing is released, before any consent is looked at, in the order looked at."""

    UNKNOWN_PURPOSE = Text("没有目的 {purpose}; 可为 {known}", "there is no purpose {purpose}; one of {known}")
    MORE_THAN_NEEDED = Text("{purpose} 无需字段 {fields}", "{purpose} does not take {fields}")
    NOT_HELD = Text("没有存字段 {fields}", "nothing is kept of {fields}")


def too_much(purpose: str, fields: tuple[str, ...], held: frozenset[str]) -> tuple[ReleaseRefusal, Text] | None:
    """Why these fields are not released for that purpose; None when they may be, if a consent says so too."""
    known = PURPOSES.get(purpose)
    if known is None:
        return _no(ReleaseRefusal.UNKNOWN_PURPOSE, purpose=purpose, known=", ".join(PURPOSES))
    for refusal, allowed in ((ReleaseRefusal.MORE_THAN_NEEDED, known.fields), (ReleaseRefusal.NOT_HELD, held)):
        beyond = sorted(set(fields) - allowed)
        if beyond:
            shown = {"fields": ", ".join(beyond)} | ({"purpose": purpose} if allowed is known.fields else {})
            return _no(refusal, **shown)
    return None


def _no(refusal: ReleaseRefusal, **figures: str) -> tuple[ReleaseRefusal, Text]:
    return refusal, refusal.value.fill(**figures)
