"""Debits of borrowers and the register of entities, wherever they lie; scanned for the loans of one batch at a time."""

from pathlib import Path

import polars as pl

from hengdai.adapters.tapes.book import scan, table_of
from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.app.audit_tape import Looking
from hengdai.audit.clean import ZONE
from hengdai.audit.register import register_of
from hengdai.base.text import Text

DEBITS = ("at", "payee", "amount", "text")


class FileDebits:
    """A table of debits: `loan` or `borrower`, `at`, `payee`, `amount` in minor units, `text`.

    Instants with an offset are brought to Chinese local time; those without are taken as local.
    """

    def __init__(self, path: Path, shown: Path | None = None) -> None:
        if not path.is_file():
            raise TapeUnreadable(path, Text("文件不存在", "there is no such file"))
        self._frame = scan(path)
        self._shown = scan(shown) if shown is not None else None
        names = self._frame.collect_schema().names()
        self._key = next((name for name in ("loan", "borrower") if name in names), "")
        lacking = [name for name in DEBITS if name not in names] + ([] if self._key else ["loan"])
        if lacking:
            expected = ", ".join(("loan", *DEBITS))
            raise TapeUnreadable(
                path,
                Text(f"扣款表缺少列 {', '.join(lacking)}; 应有 {expected}", f"lacks {lacking}; has to hold {expected}"),
            )

    @classmethod
    def looking(cls, debits: Path, entities: Path | None) -> Looking:
        """Debits with a register beside them: `entities` and `relations` in the folder given, else in their own."""
        folder = entities or debits.parent
        register = {name: table_of(folder, name) for name in ("entities", "relations")}
        for name, path in register.items():
            if path is None:
                raise TapeUnreadable(folder / name, Text("没有主体登记表", "there is no such table of the register"))
        tables = [scan(path).collect() for path in register.values() if path is not None]
        return Looking(cls(debits, table_of(folder, "shown")), register_of(tables[0], tables[1]))

    def of(self, loans: pl.DataFrame) -> pl.DataFrame:
        """The debits of these loans."""
        key = "loan_id" if self._key == "loan" else "borrower"
        mine = loans.lazy().select("loan_id", pl.col(key).alias("_key")).filter(pl.col("_key").is_not_null())
        found = self._frame.join(mine, left_on=self._key, right_on="_key", how="inner")
        return found.select("loan_id", self._moment(), "payee", pl.col("amount").cast(pl.Int64), "text").collect()

    def _moment(self) -> pl.Expr:
        if self._frame.collect_schema()["at"] == pl.Datetime("us"):
            return pl.col("at")
        at = pl.col("at").cast(pl.String)
        offset = at.str.contains(r"([+-]\d{2}:?\d{2}|Z)$")
        zoned = at.str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_unit="us", strict=False, exact=True, time_zone="UTC")
        local = zoned.dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
        plain = (
            at.str.slice(0, 19).str.replace(" ", "T").str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
        )
        return pl.when(offset).then(local).otherwise(plain).alias("at")

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
