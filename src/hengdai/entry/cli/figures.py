"""`hengdai schedule` and `hengdai cost`: figures that need no book."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import typer

from hengdai.adapters.clock import WallClock
from hengdai.base.money import Currency, Money
from hengdai.base.money import currency as currency_of
from hengdai.base.rate import E8, Rate
from hengdai.entry.cli.talk import console, data_json, say, table
from hengdai.maths.cost import AllIn, all_in
from hengdai.maths.day_count import DayCount
from hengdai.maths.schedule import Row
from hengdai.maths.schedule import schedule as rows_of
from hengdai.maths.terms import Method, ScheduleTerms

_FLOW = re.compile(r"(?P<amount>-?[\d,]+(?:\.\d+)?)(?:x(?P<times>\d{1,4}))?")
_Day = typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")
_Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
_Currency = Annotated[str, typer.Option(help="币种 / ISO 4217")]


def schedule(
    principal: Annotated[str, typer.Argument(help="本金 / principal: 12000 or 12,000.00")],
    rate: Annotated[str, typer.Option(help="年利率 % / nominal rate a year, percent")] = "0",
    count: Annotated[int, typer.Option(help="期数 / number of instalments")] = 12,
    method: Annotated[Method, typer.Option(help="还款方式 / how it is repaid")] = Method.EQUAL_INSTALMENT,
    start: Annotated[datetime | None, _Day] = None,
    first_due: Annotated[datetime | None, _Day] = None,
    due_day: Annotated[int | None, typer.Option(help="固定还款日 / fixed day of the month")] = None,
    day_count: Annotated[DayCount, typer.Option(help="计息基础 / day count")] = DayCount.ACT_360,
    flat_fee: Annotated[str, typer.Option(help="每期手续费率 %, 用于 flat_fee / fee a period, percent")] = "0",
    currency: _Currency = "CNY",
    json: _Json = False,
) -> None:
    """还款计划预览, 与放款后入账的计划逐分一致. Preview a schedule; the booked one is equal to the fen.

    START 默认为今天; FIRST-DUE 为首期还款日. START is today unless given; FIRST-DUE is the first due date.

    例 Example: hengdai schedule 12000 --rate 18 --count 12 --start 2026-01-31
    """
    unit = currency_of(currency)
    terms = ScheduleTerms(
        principal=Money.parse(principal, unit).minor,
        rate_e8=Rate.percent(rate).e8,
        method=method,
        count=count,
        start=start.date() if start else WallClock().today(),
        first_due=first_due.date() if first_due else None,
        due_day=due_day,
        day_count=day_count,
        flat_fee_e8=Rate.percent(flat_fee).e8,
    )
    rows = rows_of(terms)
    if json:
        data_json({"currency": currency, "rows": [_row_json(row, unit) for row in rows]})
    else:
        _print_schedule(rows, unit)


def _plain(minor: int, unit: Currency) -> str:
    return f"{Money(minor, unit).decimal():,.{unit.digits}f}"


def _row_json(row: Row, unit: Currency) -> dict[str, object]:
    def text(minor: int) -> str:
        return f"{Money(minor, unit).decimal():.{unit.digits}f}"

    return {
        "number": row.number,
        "start": row.start.isoformat(),
        "due": row.due.isoformat(),
        "principal": text(row.principal),
        "interest": text(row.interest),
        "total": text(row.total),
        "closing": text(row.closing),
    }


def _print_schedule(rows: Sequence[Row], unit: Currency) -> None:
    headings = {
        "期 No.": True,
        "到期日 Due": False,
        "应还 Instalment": True,
        "本金 Principal": True,
        "利息 Interest": True,
        "剩余本金 Left": True,
    }
    shown = [
        [str(row.number), row.due.isoformat()]
        + [_plain(minor, unit) for minor in (row.total, row.principal, row.interest, row.closing)]
        for row in rows
    ]
    made = table(headings, shown)
    made.add_section()
    sums = [sum(values) for values in zip(*((row.total, row.principal, row.interest) for row in rows), strict=True)]
    made.add_row("合计", "Total", *(_plain(minor, unit) for minor in sums), "")
    console().print(made)


def cost(
    received: Annotated[str, typer.Argument(help="借款人到手金额 / what the borrower receives: 10000")],
    repaid: Annotated[
        list[str], typer.Argument(help="每期归还, AMOUNTxN 为连续 N 期 / repaid each period; AMOUNTxN is N of them")
    ],
    periods_per_year: Annotated[int, typer.Option(help="每年期数 / periods a year")] = 12,
    currency: _Currency = "CNY",
    json: _Json = False,
) -> None:
    """综合融资成本: 单利与复利, 附算式. All-in cost, simple and compound, with the arithmetic.

    方法 Method: 中国人民银行公告〔2021〕第3号. 首期归还在放款后一期.
    The first repayment falls one period after the payout.

    例 Example: hengdai cost 10000 888.49x12
    """
    unit = currency_of(currency)
    paid = [amount for text in repaid for amount in _flows(text, unit)]
    flows = [Money.parse(received, unit).minor, *(-amount for amount in paid)]
    found = all_in(flows, periods_per_year)
    if json:
        data_json(_cost_json(found, flows, periods_per_year, unit))
    else:
        _print_cost(found, flows, periods_per_year, unit)


def _flows(text: str, unit: Currency) -> list[int]:
    match = _FLOW.fullmatch(text)
    if match is None:
        raise ValueError(f"金额无法读取 / unreadable {text!r}: expected an amount, or AMOUNTxN such as 888.49x12")
    return [Money.parse(match["amount"], unit).minor] * int(match["times"] or 1)


def _periodic_e8(found: AllIn) -> int:
    middle = (found.periodic.low + found.periodic.high) / 2
    return round(middle * E8)


def _cost_json(found: AllIn, flows: Sequence[int], periods_per_year: int, unit: Currency) -> dict[str, object]:
    return {
        "method": "PBoC 2021/3",
        "currency": unit.code,
        "flows": [str(Money(minor, unit).decimal()) for minor in flows],
        "periods_per_year": periods_per_year,
        "rate_per_period": str(Rate(_periodic_e8(found)).decimal()),
        "simple": str(Rate(found.simple_e8).decimal()),
        "compound": str(Rate(found.compound_e8).decimal()),
        "only_rate": found.periodic.unique,
    }


def _print_cost(found: AllIn, flows: Sequence[int], periods_per_year: int, unit: Currency) -> None:
    rate = Rate(_periodic_e8(found))
    periodic = rate.percent_text(6)
    out = console()
    out.print(f"单利 simple    {Rate(found.simple_e8).percent_text(4):>12}   = {periodic} × {periods_per_year}")
    out.print(
        f"复利 compound  {Rate(found.compound_e8).percent_text(4):>12}   = (1 + {periodic})^{periods_per_year} - 1"
    )
    say("每期利率使收付现值相等 / the rate per period that makes both sides weigh the same (PBoC 2021/3):")
    # Shown with the rate rounded to e8, so the last column may miss zero by what that rounding weighs.
    growth, rows, total = 1 + Fraction(rate.decimal()), [], Fraction(0)
    for period, minor in enumerate(flows):
        present = Fraction(minor) / growth**period
        total += present
        rows.append([str(period), _plain(minor, unit), _present(present, unit), _present(total, unit)])
    headings = {"期 Period": True, "收付 Flow": True, "现值 Present value": True, "累计 Sum": True}
    out.print(table(headings, rows))


def _present(value: Fraction, unit: Currency) -> str:
    digits = unit.digits + 2
    exact = Decimal(round(value * 100)).scaleb(-digits)
    return f"{exact:,.{digits}f}"
