"""The files of a run-off plan: a row a loan in `runoff.csv`, a row a month and the sums by remedy in `runoff.json`."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hengdai.audit.runoff import NAMES, Month, Remedy, Step
from hengdai.base.calendar import month_after


def write_runoff(folder: Path, steps: Sequence[Step], months: Sequence[Month], start: date) -> None:
    """Write the plan; amounts in minor units."""
    with (folder / "runoff.csv").open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["loan_id", "remedy", "remedy_zh", "price", "amount", *(f"price_{each.value}" for each in Remedy)]
        )
        for step in sorted(steps, key=lambda each: (-each.price, each.loan_id)):
            others = [step.prices.get(each, "") for each in Remedy]
            rows.writerow([step.loan_id, step.remedy.value, NAMES[step.remedy].zh, step.price, step.monthly, *others])
    told = {
        "loans": len(steps),
        "price": sum(step.price for step in steps),
        "remedies": dict(Counter(step.remedy.value for step in steps)),
        "months": [
            {"month": month_after(start, month.number).isoformat()[:7], "mended": month.mended, "price": month.price,
             "left": month.left}
            for month in months
        ],
    }  # fmt: skip
    (folder / "runoff.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
