"""The end of day over many open loans, young and old: `python benchmarks/end_of_day.py [--loans 1000000]`.

Reach: 1,000,000 open loans in 60 s, and at most 1.2 times as long when the loans are 690 days old as on their first
days. Positions are filled in sets, as the verbs would have left them; the nights are those of the verb, steps, leases
and closing figures included. Three nights of each age are timed, after one that is not.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hengdai.adapters.clock import SetClock
from hengdai.adapters.ids import TimeOrderedIds
from hengdai.adapters.packs import FolderShelf
from hengdai.adapters.postgres.engine import connect, migrate
from hengdai.adapters.postgres.server import open_server
from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.actor import Actor, Role
from hengdai.app.end_of_day import end_of_day
from hengdai.app.ports import Office
from hengdai.base.identity import OrgId
from hengdai.entry.wiring import Settings

FILL = Path(__file__).parent / "fill.sql"
DAY = date(2026, 1, 1)
AGES = {"day 1": 0, "day 700": 690}
BANK = Actor(OrgId("bank"), Role.ADMIN)


async def fill(engine: AsyncEngine, loans: int, age: int) -> None:
    """Open loans of that age, and statistics about them."""
    async with engine.begin() as connection:
        for statement in FILL.read_text(encoding="utf-8").split(";;"):
            query = text(statement)
            wanted = {"loans": loans, "day": DAY, "age": age}
            await connection.execute(query, {name: wanted[name] for name in query._bindparams})
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("position", "plan"):
            await alone.execute(text(f"VACUUM ANALYZE {table}"))


async def nights(dsn: str, loans: int, age: int) -> list[float]:
    """Seconds of each of three nights after the first."""
    engine = connect(dsn)
    await migrate(engine)
    await fill(engine, loans, age)
    clock = SetClock(DAY)
    office = Office(PostgresStore(engine), clock, TimeOrderedIds(), FolderShelf(), Settings().vault())
    taken = []
    for number in range(4):
        clock.put(DAY + timedelta(days=number))
        begun = time.perf_counter()
        reports = await end_of_day(office, BANK)
        taken.append(time.perf_counter() - begun)
        steps = {step.name: dict(step.figures) for step in reports[-1].steps}
        rolled, accrued = steps["roll"]["rolled"], steps["accrue"]["accrued"]
        print(f"  {clock.today()}  {taken[-1]:6.2f} s  rolled {rolled}, accrued {accrued}")
    await engine.dispose()
    return taken[1:]


def main() -> None:
    """Print seconds for each age, and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loans", type=int, default=1_000_000)
    loans = options.parse_args().loans
    medians = {}
    for name, age in AGES.items():
        print(f"{loans:,} open loans, {name}")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
            Path(directory).chmod(0o755)
            with open_server(directory) as server:
                medians[name] = statistics.median(asyncio.run(nights(server.dsn, loans, age)))
    for name, seconds in medians.items():
        print(f"{name}: {seconds:.2f} s a night, {loans / seconds:,.0f} loans a second")
    print(f"ratio: {medians['day 700'] / medians['day 1']:.2f}")


if __name__ == "__main__":
    main()
