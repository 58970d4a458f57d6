"""The files of a run-off plan: a row a loan in `runoff.csv` and `runoff.parquet`, sums and months in `runoff.json`.

The loans that it leaves out stand in `runoff-left-out.csv`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

_TYPES = {pl.Int64: ("price", "amount", "back", "passed", "to_come", "principal"), pl.Date: ("day", "disbursed_on")}
_WHOLE = ("_e8", "price_")


def write_runoff(
    folder: Path, rows: Sequence[Mapping[str, Any]], told: Mapping[str, Any], names: Sequence[str],
    left_out: pl.DataFrame,
) -> None:  # fmt: skip
    """Write the plan; amounts in minor units, rates e8. `names` are the columns, for a plan without a loan."""
    frame = pl.DataFrame(list(rows), schema={name: _type(name) for name in names}, orient="row")
    for name, table in (("runoff.csv", frame), ("runoff-left-out.csv", left_out)):
        with (folder / name).open("wb") as file:
            table.write_csv(file, include_bom=True)
    frame.write_parquet(folder / "runoff.parquet", compression="zstd")
    (folder / "runoff.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _type(name: str) -> Any:
    listed = next((kind for kind, mine in _TYPES.items() if name in mine), None)
    whole = name.endswith(_WHOLE[0]) or name.startswith(_WHOLE[1])
    return listed or (pl.Int64 if whole else pl.String)
