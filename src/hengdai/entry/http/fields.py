"""The types that request and answer fields are made of: strict, bounded, and with an example each.

Amounts are decimal strings of major units (`"1234.50"`) beside a currency code:
a JSON number would be read as a float by half of all clients. Rates are decimal
percent strings (`"24"`, `"14.6"`). Days are `YYYY-MM-DD`.
"""

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date):
        return value
    raise PydanticCustomError("day", "应为 YYYY-MM-DD 的日期 / a day written YYYY-MM-DD is expected")


class In(BaseModel):
    """A request body: strict types, and no field that we do not know."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Amount = Annotated[
    str,
    Field(
        pattern=r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$",
        max_length=16,
        description="金额, 主单位的十进制字符串 / amount in major units, a decimal string",
        examples=["1234.50"],
    ),
]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217", examples=["CNY"])]
Day = Annotated[
    date,
    BeforeValidator(_day),
    Field(strict=False, description="日期 / day", examples=["2026-11-01"]),
]
Percent = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,4}(\.[0-9]{1,6})?$",
        description="百分数 / percent, a decimal string",
        examples=["14.6"],
    ),
]
Name = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", examples=["funder-a"]),
]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, 十六进制 / in hex")]
