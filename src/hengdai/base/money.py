"""Money is whole minor units and a currency; the only division is `split`, whose parts sum to the whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering

_AMOUNT = re.compile(r"(?P<sign>[-+]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency and how many digits its minor unit takes."""

    code: str
    digits: int

    @property
    def unit(self) -> int:
        """Minor units in one major unit: 100 fen in a yuan."""
        return int(10**self.digits)

    def __str__(self) -> str:
        return self.code


# ISO 4217:2015, the currencies of the packs and of the books we read.
_CURRENCIES = {
    code: Currency(code, digits)
    for code, digits in {
        "BRL": 2, "CLP": 0, "CNY": 2, "COP": 2, "EUR": 2, "GBP": 2, "HKD": 2, "IDR": 2, "INR": 2, "JPY": 0,
        "KES": 2, "KRW": 0, "MXN": 2, "MYR": 2, "NGN": 2, "PEN": 2, "PHP": 2, "SGD": 2, "THB": 2, "USD": 2,
        "VND": 0,
    }.items()
}  # fmt: skip
CNY = _CURRENCIES["CNY"]
USD = _CURRENCIES["USD"]


def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code; an unknown one raises `ValueError` naming those known."""
    found = _CURRENCIES.get(code)
    if found is None:
        raise ValueError(f"未知币种 / unknown currency {code!r}; known: {', '.join(sorted(_CURRENCIES))}")
    return found


class CurrenciesDiffer(ValueError):
    """Two amounts of different currencies met in one operation."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount: whole minor units of one currency. No float comes in and none goes out."""

    minor: int
    currency: Currency

    @classmethod
    def zero(cls, unit: Currency) -> "Money":
        """Nothing, in that currency."""
        return cls(0, unit)

    @classmethod
    def parse(cls, text: str, unit: Currency) -> "Money":
        """`"1,234.50"` as money; more decimals than the currency has, or other marks, raise `ValueError`."""
        match = _AMOUNT.fullmatch(text.strip())
        part = (match["part"] or "") if match else ""
        if match is None or len(part) > unit.digits:
            raise ValueError(
                f"金额无法读取 / unreadable amount {text!r}: expected digits with at most {unit.digits} decimals, "
                f"such as {'1234.' + '5'.ljust(unit.digits, '0') if unit.digits else '1234'}"
            )
        minor = int(match["whole"].replace(",", "") + part.ljust(unit.digits, "0"))
        return cls(-minor if match["sign"] == "-" else minor, unit)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Divide by weight; the largest remainders get the odd units, the earlier part first on a tie.

        The parts sum to the whole. Weights must be non-negative with a positive sum, else `ValueError`.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError(f"weights must be non-negative with a positive sum, found {list(weights)}")
        parts = [self.minor * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(self.minor * weights[i] % total), i))
        for i in by_remainder[: self.minor - sum(parts)]:
            parts[i] += 1
        return [Money(part, self.currency) for part in parts]

    def decimal(self) -> Decimal:
        """The amount in major units, exact, for display and for exchange files."""
        return Decimal(self.minor).scaleb(-self.currency.digits)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrenciesDiffer(f"币种不同 / currencies differ: {self} and {other}")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal():,.{self.currency.digits}f}"
