"""Which method of repayment a published record's words name, and how it rounds. An unknown word refuses the record."""

import re
from dataclasses import dataclass
from enum import StrEnum

from hengdai.base.rounding import Rounding
from hengdai.maths.foreign_inputs import minor, whole
from hengdai.maths.verdicts import Record, Refused

FINE = 12
"""Decimals that stand for "not rounded"."""
_LARGEST_STEP = 10**15


class Kind(StrEnum):
    """How the parts of the instalments are found."""

    LEVEL = "equal instalment"
    PROGRESSIVE = "progressive"
    PRINCIPAL = "equal principal"
    SHARES = "principal shares"
    PERCENTAGE = "fixed principal percentage"
    UNTIL_PAID = "fixed instalment until paid"
    DAILY = "daily simple interest"


_KINDS = (
    (Kind.DAILY, r"daily (?:simple )?interest"),
    (Kind.UNTIL_PAID, r"(?:fixed|level) (?:instalment|payment) until paid"),
    (Kind.SHARES, r"principal shares"),
    (Kind.PERCENTAGE, r"fixed principal percentage"),
    (Kind.PRINCIPAL, r"equal principal"),
    (Kind.PROGRESSIVE, r"progressive"),
    (Kind.LEVEL, r"(?:equal|level) (?:instalment|payment)|annuity|(?:zero|no) interest|\bflat\b"),
)
_DOWN = re.compile(r"\bwith (?:an? )?(?:[\d.]+ ?% )?down ?payment")
_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "amount",
        "annuity",
        "balance",
        "balloon",
        "by",
        "cumulative",
        "daily",
        "declining",
        "equal",
        "fixed",
        "flat",
        "instalment",
        "interest",
        "last",
        "level",
        "no",
        "of",
        "on",
        "outstanding",
        "paid",
        "payment",
        "per",
        "percentage",
        "principal",
        "progressive",
        "rate",
        "reducing",
        "shares",
        "simple",
        "the",
        "until",
        "with",
        "zero",
    ]
)


@dataclass(frozen=True, slots=True)
class Method:
    """What a record's method says: how parts are found, on what interest runs, whether money comes back at once."""

    kind: Kind
    flat: bool = False
    free: bool = False
    down: bool = False


def method_of(inputs: Record) -> Method:
    """The method that the record's words name; :class:`Refused` for words that are not on our list."""
    given = str(inputs["method"])
    text = re.sub(r"install?ment", "instalment", given.lower())
    text = re.sub(r"\b(instalment|payment)s\b", r"\1", text)
    rest, down = _DOWN.subn("", text)
    unknown = [word for word in re.findall(r"[^\W_]+", rest) if word not in _WORDS]
    kind = next((kind for kind, words in _KINDS if re.search(words, rest)), None)
    if unknown or kind is None:
        raise Refused(f"method {given}: 未收录的还款方式 / a method of repayment that is not on our list")
    free = bool(re.search(r"(?:zero|no) interest", rest))
    return Method(kind, bool(re.search(r"\bflat\b", rest)), free, bool(down) or "down_payment_pct" in inputs)


@dataclass(frozen=True, slots=True)
class Rounds:
    """How a record rounds: decimals kept, the mode of interest, mode and step of the instalment, who takes the rest.

    `named` says whether the record names a mode: engines whose records name none divide what is left anew each period.
    """

    decimals: int
    interest: Rounding
    level: Rounding
    multiple: int
    interest_multiple: int
    residue: str
    search: str
    named: bool


_MODES = {
    "HALF_AWAY": Rounding.HALF_UP, "HALF_AWAY_FROM_ZERO": Rounding.HALF_UP, "AWAYFROMZERO": Rounding.HALF_UP,
    "TOEVEN": Rounding.HALF_EVEN, "BANKERS": Rounding.HALF_EVEN, "TRUNCATE": Rounding.DOWN,
    "ROUNDED_DOWN": Rounding.FLOOR, "ROUNDED_UP": Rounding.CEILING,
    **{each.name: each for each in Rounding},
}  # fmt: skip
_RESIDUES = frozenset({"", "Begin", "End", "Approximate"})


def rounds_of(inputs: Record, method: Method) -> Rounds:
    """The record's rounding; what it leaves open is the method's usual one."""
    given = inputs.get("rounding") or {}
    interest = str(given.get("interest") or "")
    free, places = "not rounded" in interest, re.fullmatch(r"(\d{1,2}) dp", interest)
    kept = given.get("decimals")
    kept = (places[1] if places else FINE if free else 2) if kept is None else kept
    decimals = whole(kept, 0, FINE)
    unit = 10**decimals
    named = given.get("mode") or (None if free or places else interest or None)
    mode = _mode(named, _usual(inputs, method))
    residue = str(given.get("type") or "")
    if residue not in _RESIDUES:
        raise Refused(f"rounding type {residue}: 未收录的尾差规则 / a rule for the rest that is not on our list")
    level, to_whole = _level(given, mode)
    own, currency = given.get("instalment_multiple"), given.get("currency_multiple")
    multiple = minor(own, unit) if own else whole(currency or 1, 1, _LARGEST_STEP)
    if not 1 <= multiple <= _LARGEST_STEP:
        raise ValueError(f"舍入单位过大或不为正 / a positive step of rounding expected, found {own}")
    return Rounds(
        decimals, mode, level, unit if to_whole else multiple, whole(currency or 1, 1, _LARGEST_STEP),
        residue, str(given.get("level_payment") or ""), bool(named),
    )  # fmt: skip


def _usual(inputs: Record, method: Method) -> Rounding:
    """The rounding of records that name none."""
    if method.kind is Kind.DAILY:
        return Rounding.FLOOR
    level = method.kind is Kind.LEVEL and not method.free and "cumulative" not in str(inputs["method"])
    return Rounding.HALF_UP if level else Rounding.HALF_EVEN


def _mode(named: object, usual: Rounding) -> Rounding:
    if named is None:
        return usual
    name = re.sub(r"[\s-]+", "_", str(named).strip().upper())
    if name not in _MODES:
        raise Refused(f"rounding {named}: 未收录的舍入方式 / a rounding that is not on our list")
    return _MODES[name]


def _level(given: Record, usual: Rounding) -> tuple[Rounding, bool]:
    """The instalment's own rounding: `"CEILING to whole currency"`, `"CEILING"`."""
    if not given.get("emi"):
        return usual, False
    name, _, target = str(given["emi"]).partition(" to ")
    if target not in {"", "whole currency"}:
        raise Refused(f"emi {given['emi']}: 未收录的舍入方式 / a rounding that is not on our list")
    return _mode(name, usual), bool(target)
