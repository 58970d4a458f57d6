"""`--map lendingclub`: the public LendingClub loan file (2007-2011) as a book. Its payment dates are reconstructed.

The file states, for each loan, what was agreed, totals, and the date of the last payment; it has no
payments. They are put back as follows, and every book made here says so in its notes:

- the payout and all steps before it stand on the first of the issue month; dues follow monthly;
- `Fully Paid`: what is due is paid on every due date before the last payment, which pays the loan off;
- `Charged Off`: what was paid (`total_pymnt` less `recoveries`) is cut into instalments on the first due dates,
  the rest on the date of the last payment; the loan is written off 150 days after that date (five missed
  instalments) and the recoveries come in as one sum 90 days later.

The file's own totals stand in `claims`, so that the replay can show how far the reconstruction is from them.
The borrower's own words (`desc`) are never read.
"""

import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from hengdai.adapters.books import columns as tables
from hengdai.adapters.books.batches import batches
from hengdai.adapters.books.columns import Column, Kind, Table
from hengdai.adapters.books.convert import ROW, Units, convert
from hengdai.adapters.books.manifest import Manifest, file_digest
from hengdai.adapters.books.reader import FolderBook, open_book
from hengdai.adapters.books.writer import BookWriter
from hengdai.app.replay_book import RowProblem
from hengdai.base.text import Text

PACK = "toy"
FUNDER, PLATFORM = "LC-INVESTORS", "LC-PLATFORM"
_PREFIX = "Does not meet the credit policy. Status:"
_PAID, _OFF = "Fully Paid", "Charged Off"
_STATUSES = (_PAID, _OFF, _PREFIX + _PAID, _PREFIX + _OFF)
_AGREED_WITHIN = 6  # cents: an instalment further from the solved one than this was not computed from these terms
_OFF_AFTER, _BACK_AFTER = 150, 90
_UNITS = Units(2, "major", "fraction")


def _column(name: str, kind: Kind, empty: str | None = None, choices: tuple[str, ...] = ()) -> Column:
    return Column(name, kind, Text(name, name), empty, choices)


FOREIGN = Table(
    "lendingclub",
    Text("LendingClub 2007-2011", "LendingClub 2007-2011"),
    (
        _column("funded_amnt", Kind.AMOUNT),
        _column("term", Kind.COUNT),
        _column("int_rate", Kind.RATE),
        _column("installment", Kind.AMOUNT),
        _column("issue_d", Kind.DAY),
        _column("loan_status", Kind.CHOICE, choices=_STATUSES),
        _column("purpose", Kind.TEXT),
        _column("total_pymnt", Kind.DECIMAL),
        _column("total_rec_prncp", Kind.DECIMAL),
        _column("total_rec_int", Kind.DECIMAL),
        _column("total_rec_late_fee", Kind.DECIMAL),
        _column("recoveries", Kind.DECIMAL),
        _column("last_pymnt_d", Kind.DAY, "nothing was paid"),
        _column("last_pymnt_amnt", Kind.DECIMAL),
    ),
)
_CLAIMS = {
    "paid": "total_pymnt",
    "principal": "total_rec_prncp",
    "interest": "total_rec_int",
    "penalty": "total_rec_late_fee",
    "recovered": "recoveries",
    "last_payment": "last_pymnt_amnt",
}
NOTES = (
    Text(
        "外来文件 LendingClub 2007-2011 (美元): 文件只有合计与最后还款日, "
        "各期还款日期为重建; 与文件合计之差见「文件与重算」",
        "foreign file LendingClub 2007-2011 (USD): it holds totals and last dates only; payment dates are "
        "RECONSTRUCTED, and 'tape vs recomputed' shows how far the result is from the file's totals",
    ),
    Text(
        "按虚构法域 toy 的规则判断: 当时中国助贷法规尚不存在, 也不适用于美国贷款",
        "judged under the pack `toy`, an invented jurisdiction: the Chinese rules did not exist then and never applied",
    ),
    Text(
        "文件没有合作机构名单与罚息条款: 视其平台为在名单内, 逾期本金按合同利率计罚息 (宽限 15 天)",
        "the file has no partner list and no penalty terms: its platform counts as listed, and overdue principal "
        "earns the contract rate after 15 days of grace",
    ),
)


@dataclass(slots=True)
class MappedBook(FolderBook):
    """A foreign file turned into a book in a temporary folder, which goes when the book does."""

    rows: int = 0
    scratch: "tempfile.TemporaryDirectory[str] | None" = field(default=None, repr=False)

    def total(self) -> int:
        """Rows of the foreign file, those that could not be read included."""
        return self.rows


def open_lendingclub(path: Path) -> MappedBook:
    """Map the file; its unreadable rows are the book's problems, numbered as in the file."""
    scratch = tempfile.TemporaryDirectory(prefix="hengdai-lendingclub-")
    writer = BookWriter(Path(scratch.name), "parquet")
    problems: list[RowProblem] = []
    rows = 0
    for batch in batches(path, FOREIGN, foreign=True):
        typed, wrong = convert(batch.raw, FOREIGN, _UNITS)
        wrong = [*batch.broken, *wrong]
        problems += wrong
        rows += typed.height + len(batch.broken)
        good = typed.filter(~pl.col(ROW).is_in([problem.row for problem in wrong]))
        if good.height:
            _write(writer, _prepared(good))
    _write_parties(writer)
    writer.finish(Manifest("lendingclub-2007-2011", PACK, "USD", "minor", "e8", NOTES))
    made = open_book(Path(scratch.name))
    # The name of the book is the foreign file itself, so that mapping it anew resumes the same replay.
    source = file_digest(path)
    return MappedBook(made.folder, made.manifest, made.files, source, dict.fromkeys(problems), rows, scratch)


def _write(writer: BookWriter, loans: pl.DataFrame) -> None:
    writer.put(tables.LOANS, _loans(loans))
    writer.put(tables.EVENTS, events(loans))
    writer.put(tables.CLAIMS, _claims(loans))


def _write_parties(writer: BookWriter) -> None:
    orgs = [
        (FUNDER, "外来账本资金方 (foreign investors)", "funder"),
        (PLATFORM, "外来账本平台 (foreign platform)", "facilitator"),
    ]
    writer.put(tables.ORGANISATIONS, pl.DataFrame(orgs, schema=list(tables.ORGANISATIONS.names), orient="row"))
    row = (
        FUNDER,
        PLATFORM,
        "facilitator",
        None,
        "head_office",
        date(2000, 1, 1),
        None,
        "https://foreign-file.example/partners",
    )
    schema = dict.fromkeys(tables.PARTNERS.names, pl.String) | {"from": pl.Date, "to": pl.Date}
    writer.put(tables.PARTNERS, pl.DataFrame([row], schema=schema, orient="row"))


def _prepared(foreign: pl.DataFrame) -> pl.DataFrame:
    """The file's rows with cents for decimals, the loan's id, and the months from issue to the last payment."""
    cents = [((pl.col(name) + 500_000) // 1_000_000).alias(name) for name in _CLAIMS.values()]
    months = (pl.col("last_pymnt_d").dt.year() - pl.col("issue_d").dt.year()) * 12
    months += pl.col("last_pymnt_d").dt.month().cast(pl.Int32) - pl.col("issue_d").dt.month().cast(pl.Int32)
    return foreign.with_columns(*cents).with_columns(
        loan=pl.lit("LC-") + pl.col(ROW).cast(pl.String).str.zfill(6),
        last=months.clip(1).cast(pl.Int64),
        off=pl.col("loan_status").str.ends_with(_OFF),
    )


def _loans(loans: pl.DataFrame) -> pl.DataFrame:
    """The loans table: one tranche, level instalments, a month a twelfth of a year, every step on the issue day."""
    month = pl.col("int_rate") / 12e8
    solved = pl.col("funded_amnt") * month / (1 - (1 + month).pow(-pl.col("term").cast(pl.Float64)))
    agreed = (pl.col("installment") - solved).abs() <= _AGREED_WITHIN
    day = pl.col("issue_d")
    return loans.select(
        "loan",
        borrower=pl.lit("B-") + pl.col("loan"),
        product=pl.lit("LC-") + pl.col("term").cast(pl.String),
        product_kind=pl.lit("consumer"),
        loan_use=pl.col("purpose"),
        funder=pl.lit(FUNDER),
        lender_kind=pl.lit("bank"),
        facilitator=pl.lit(PLATFORM),
        guarantor=pl.lit(None, pl.String),
        merchant=pl.lit(None, pl.String),
        currency=pl.lit("USD"),
        principal=pl.col("funded_amnt"),
        annual_rate=pl.col("int_rate"),
        method=pl.lit("equal_instalment"),
        count=pl.col("term"),
        every=pl.lit(1),
        unit=pl.lit("months"),
        first_due=pl.lit(None, pl.Date),
        due_day=pl.lit(None, pl.Int64),
        day_count=pl.lit("30/360"),
        period_interest=pl.lit("whole_period"),
        broken_first=pl.lit("actual_days"),
        month_end=pl.lit("last_day"),
        rounding=pl.lit("half_up"),
        multiple=pl.lit(1),
        residue=pl.lit("last"),
        grace_principal=pl.lit(0),
        flat_fee_rate=pl.lit(0),
        instalment=pl.when(agreed).then(pl.col("installment")),
        late_multiplier=pl.lit(100_000_000),
        late_grace_days=pl.lit(15),
        late_basis=pl.lit(360),
        prepayment_fee=pl.lit(0),
        prepayment_free_after=pl.lit(0),
        allocation=pl.lit("penalty,fee,interest,principal"),
        unsecured=pl.lit(value=True),
        internet=pl.lit(value=True),
        lender_decided=pl.lit(value=True),
        temporary_increase=pl.lit(value=False),
        long_cash_cycle=pl.lit(value=False),
        applied=day,
        disclosed=day,
        signed=day,
        withdrawn=pl.lit(None, pl.Date),
        disbursed=day,
        first_payout=pl.lit(None, pl.Int64),
    )


def events(loans: pl.DataFrame) -> pl.DataFrame:
    """The reconstructed events of prepared rows, in the order of the module's description."""
    paid = pl.col("total_pymnt") - pl.col("recoveries")
    # Of a charged-off loan: how many payments; the last one takes what does not fit the due dates there were.
    pieces = pl.min_horizontal("last", "term", -(-paid // pl.col("installment"))).fill_null(1)
    loans = loans.with_columns(paid=paid.clip(0), pieces=pl.when(paid > 0).then(pieces.clip(1)).otherwise(0))
    told = pl.concat([_regular(loans), _last(loans), _written_off(loans)])
    return told.sort("loan", "order").with_columns(
        seq=pl.int_range(1, pl.len() + 1).over("loan"),
        known=pl.lit(None, pl.Date),
        of_seq=pl.lit(None, pl.Int64),
        count=pl.lit(None, pl.Int64),
        annual_rate=pl.lit(None, pl.Int64),
        first_due=pl.lit(None, pl.Date),
    )


def _after(months: pl.Expr) -> pl.Expr:
    """The day so many months after the issue day; issue days are the first of a month."""
    return pl.col("issue_d").dt.offset_by(months.cast(pl.String) + pl.lit("mo"))


def _told(
    loans: pl.DataFrame, order: int | pl.Expr, day: pl.Expr, kind: str, amount: pl.Expr, intent: pl.Expr
) -> pl.DataFrame:
    return loans.select(
        "loan",
        order=pl.lit(order) if isinstance(order, int) else order,
        day=day,
        kind=pl.lit(kind),
        amount=amount.cast(pl.Int64),
        intent=intent.cast(pl.String),
    ).with_columns(pl.col("order").cast(pl.Int64))


def _regular(loans: pl.DataFrame) -> pl.DataFrame:
    """The payments before the last one: what is due, or of a charged-off loan the instalment that the file states."""
    before = pl.when(pl.col("off")).then(pl.col("pieces")).otherwise(pl.min_horizontal("last", "term")) - 1
    months = loans.with_columns(month=pl.int_ranges(1, before.clip(0) + 1)).explode("month").drop_nulls("month")
    amount = pl.when(pl.col("off")).then(pl.col("installment"))
    return _told(months, pl.col("month"), _after(pl.col("month")), "paid", amount, pl.lit("instalment"))


def _last(loans: pl.DataFrame) -> pl.DataFrame:
    """The last payment: the pay-off, or the rest of what a charged-off loan paid."""
    rest = pl.col("paid") - (pl.col("pieces") - 1) * pl.col("installment")
    intent = pl.when(rest > pl.col("installment")).then(pl.lit("shorten")).otherwise(pl.lit("instalment"))
    ends = loans.filter(~pl.col("off"))
    settled = _told(
        ends, 1_000, _after(pl.col("last").fill_null(pl.col("term"))), "paid", pl.lit(None), pl.lit("settle")
    )
    partly = loans.filter(pl.col("off") & (pl.col("pieces") > 0))
    return pl.concat([settled, _told(partly, 1_000, _after(pl.col("last").fill_null(1)), "paid", rest, intent)])


def _written_off(loans: pl.DataFrame) -> pl.DataFrame:
    off = loans.filter(pl.col("off"))
    day = _after(pl.col("last").fill_null(0)).dt.offset_by(f"{_OFF_AFTER}d")
    back = off.filter(pl.col("recoveries") > 0)
    none = pl.lit(None)
    return pl.concat(
        [
            _told(off, 2_000, day, "charged_off", none, none),
            _told(back, 3_000, day.dt.offset_by(f"{_BACK_AFTER}d"), "recovered", pl.col("recoveries"), none),
        ]
    )


def _claims(loans: pl.DataFrame) -> pl.DataFrame:
    """The file's own totals, one row each."""
    figures = loans.select("loan", **{figure: pl.col(name) for figure, name in _CLAIMS.items()})
    return figures.unpivot(index="loan", variable_name="figure", value_name="amount").sort("loan", "figure")
