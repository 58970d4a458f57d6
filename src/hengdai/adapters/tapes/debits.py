"""Debits of borrowers and the register of entities, wherever they lie; read once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from hengdai.adapters.tapes.book import scan, table_of
from hengdai.adapters.tapes.coded import Piece, names_of, of_values, pieces_of, plain
from hengdai.adapters.tapes.read import Torn
from hengdai.adapters.tapes.runs import Runs
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.app.audit_tape import Looking
from hengdai.app.in_order import in_order
from hengdai.audit.clean import ZONE
from hengdai.audit.intake import NUMBER, REJECTS, ROW, SOURCE, torn_rows
from hengdai.audit.links import parties_of, telling_payees, telling_words
from hengdai.audit.register import Register, register_of
from hengdai.base.text import Text

_TYPES = {"at": pl.Datetime("us"), "payee": pl.String(), "amount": pl.Int64(), "text": pl.String()}
DEBITS = tuple(_TYPES)
_NO_FILE = Text("文件不存在", "there is no such file")
_NO_REGISTER = Text(
    "没有主体登记表; 用 --entities 指明其所在目录",
    "there is no such table of the register; --entities names the folder where it is",
)
CODED = ("payee", "text")
_RIGHT = {
    "at": Text("时刻, 如 2026-03-01T09:30:00+08:00", "a moment such as 2026-03-01T09:30:00+08:00"),
    "amount": Text("最小单位的整数", "a whole number of minor units"),
}


class FileDebits:
    """A table of debits: `loan` or `borrower`, `at`, `payee`, `amount` in minor units, `text`.

    The file is read once, and only debits that may tell something are kept; it is read again for payees that turn out
    to be parties of a later batch. One of them that cannot be read is told as such, and so is every torn line. Instants
    with an offset are brought to Chinese local time; those without are local.
    """

    def __init__(self, path: Path, register: Register, shown: Path | None = None) -> None:
        if not path.is_file():
            raise TapeUnreadable(path, _NO_FILE)
        self._path, self._shown = path, scan(shown) if shown is not None else None
        names = names_of(path)
        self._key = next((name for name in ("loan", "borrower") if name in names), "")
        lacking = [name for name in DEBITS if name not in names] + ([] if self._key else ["loan"])
        if lacking:
            expected = ", ".join(("loan", *DEBITS))
            raise TapeUnreadable(
                path,
                Text(f"扣款表缺少列 {', '.join(lacking)}; 应有 {expected}", f"lacks {lacking}; has to hold {expected}"),
            )
        self._told, self._payees, self._read = telling_payees(register), frozenset[str](), False
        self._kept = Runs(self._key)
        self._unread: list[pl.DataFrame] = []
        # Digests, eight bytes for each of those with such a debit: two that are alike make a loan doubtful in vain.
        self._doubtful = pl.Series([], dtype=pl.UInt64)

    @classmethod
    def looking(cls, debits: Path, entities: Path | None) -> Looking:
        """Debits with a register beside them: `entities` and `relations` in the folder given, else in their own."""
        if not debits.exists():
            raise TapeUnreadable(debits, _NO_FILE)
        folder = entities or debits.parent
        register = {name: table_of(folder, name) for name in ("entities", "relations")}
        for name, path in register.items():
            if path is None:
                raise TapeUnreadable(folder / name, _NO_REGISTER)
        tables = [scan(path).collect() for path in register.values() if path is not None]
        known = register_of(tables[0], tables[1])
        return Looking(cls(debits, known, table_of(folder, "shown")), known)

    def of(self, loans: pl.DataFrame) -> pl.DataFrame:
        """The debits of these loans that may tell something."""
        self._read_for((self._told | parties_of(loans)) - self._payees)
        mine = loans.select("loan_id", self._key_of(loans).alias("_key")).filter(pl.col("_key").is_not_null())
        found = self._kept.of(mine["_key"])
        if found is None:
            return pl.DataFrame(schema={"loan_id": pl.String, **_TYPES})
        return found.join(mine, left_on=self._key, right_on="_key", how="inner").select("loan_id", *DEBITS)

    def doubtful(self, loans: pl.DataFrame) -> pl.Series:
        """Which of these loans, asked for before by `of`, have a debit that may tell something and was not read."""
        key = self._key_of(loans)
        digests = pl.Series(np.isin(key.hash(seed=0).to_numpy(), self._doubtful.to_numpy()))
        return key.is_not_null() & digests

    def _key_of(self, loans: pl.DataFrame) -> pl.Series:
        return loans["loan_id" if self._key == "loan" else "borrower"]

    def _read_for(self, payees: frozenset[str]) -> None:
        """Keep the debits of these payees, and the first time those with telling words, whoever took them."""
        if self._read and not payees:
            return
        known, torn = pl.Series(sorted(payees), dtype=pl.String), Torn()
        pieces = pieces_of(self._path, (self._key, *DEBITS), CODED, torn)
        for telling in in_order(lambda piece: list(self._telling(piece, known)), pieces):
            for debits in telling:
                self._kept.put(self._typed(debits))
        if not self._read:
            # Nobody knows whose a torn line is: each counts, and the first reading meets them all.
            self._unread.append(torn_rows(self._path.name, torn.take()))
        self._read, self._payees = True, self._payees | payees

    def _telling(self, piece: Piece, known: pl.Series) -> Iterator[pl.DataFrame]:
        """The debits of a piece that are to be kept, as they are stored."""
        for batch in piece():
            wanted = of_values(batch, "payee", lambda names: names.is_in(known))
            words = of_values(batch, "text", telling_words)
            telling = wanted & ~words if self._read else wanted | words
            if telling.any():
                yield plain(batch.filter(pa.array(telling)), CODED)

    def _typed(self, debits: pl.DataFrame) -> pl.DataFrame:
        """Local moments and whole amounts; a debit whose moment or amount cannot be read is kept as unread instead."""
        typed = debits.select(
            pl.col(self._key).cast(pl.String), _moment(debits.schema["at"]), pl.col("payee").cast(pl.String),
            _amount(debits.schema["amount"]), pl.col("text").cast(pl.String),
        )  # fmt: skip
        bad = [name for name in _RIGHT if typed[name].null_count()]
        if not bad:
            return typed
        self._unread += [self._cells(debits.filter(typed[name].is_null()), name) for name in bad]
        whose = typed.filter(pl.any_horizontal(pl.col(bad).is_null()))[self._key].drop_nulls()
        self._doubtful = pl.concat([self._doubtful, whose.hash(seed=0)]).unique()
        return typed.drop_nulls(bad)

    def _cells(self, unread: pl.DataFrame, name: str) -> pl.DataFrame:
        """The cells of a column that could not be read, as rejects."""
        right = _RIGHT[name]
        return unread.select(
            pl.lit(self._path.name).alias(SOURCE), pl.col(NUMBER).alias(ROW), pl.lit(name).alias("column"),
            pl.col(name).cast(pl.String).fill_null("").alias("found"),
            pl.lit(right.zh).alias("expected_zh"), pl.lit(right.en).alias("expected_en"),
        )  # fmt: skip

    def unread(self) -> pl.DataFrame:
        """Debits that may tell something and could not be read, a row a cell; afterwards they are told."""
        told, self._unread = pl.concat([REJECTS.to_frame(), *self._unread]), []
        return told.sort(SOURCE, ROW, maintain_order=True)

    def shown(self, loans: pl.DataFrame) -> pl.DataFrame | None:
        """What the borrowers of these loans were shown, as facts; None when no such table is there."""
        if self._shown is None:
            return None
        told = self._shown.join(loans.lazy().select(pl.col("loan_id").alias("loan")), on="loan", how="semi")
        flags = {"lender_named": "lender_shown_at_checkout", "preticked": "pre_ticked"}
        return told.select(
            pl.col("loan").alias("loan_id"),
            *[_flag(name).alias(fact) for name, fact in flags.items()],
            (pl.col("headline_per") != "year").alias("headline_not_annual"),
        ).unique("loan_id", keep="first").collect()  # fmt: skip


def _moment(stored: pl.DataType) -> pl.Expr:
    """The column `at`, stored so, as local moments; null where it cannot be read."""
    at = pl.col("at")
    if isinstance(stored, pl.Datetime):
        local = at if stored.time_zone is None else at.dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
        return local.cast(pl.Datetime("us"))
    at = at.cast(pl.String)
    offset = at.str.contains(r"([+-]\d{2}:?\d{2}|Z)$")
    zoned = at.str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_unit="us", strict=False, exact=True, time_zone="UTC")
    local = zoned.dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
    plain = at.str.slice(0, 19).str.replace(" ", "T").str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    return pl.when(offset).then(local).otherwise(plain).alias("at")


def _amount(stored: pl.DataType) -> pl.Expr:
    """The column `amount`, stored so, as whole minor units; null where it is none."""
    whole = pl.col("amount").cast(pl.Int64, strict=False)
    if stored == pl.String:
        return whole
    # A cast drops what stands behind the point.
    return pl.when(whole.cast(stored) == pl.col("amount")).then(whole).alias("amount")


def _flag(name: str) -> pl.Expr:
    return (
        pl.col(name)
        .cast(pl.String)
        .replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    )


def looking_in(folder: Path) -> Looking | None:
    """The debits and register of a book; None when it has none."""
    debits = table_of(folder, "debits")
    return FileDebits.looking(debits, folder) if debits is not None else None
