"""A hundred days of the whole platform from one seed: messages late, doubled and lost, law changing in the middle."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from hengdai.adapters.clock import SetClock
from hengdai.adapters.postgres.store import PostgresStore
from hengdai.app.admit_partner import admit_partner
from hengdai.partner.listing import Approval, Listing
from hengdai.product.terms import PayeeRole
from tests.app.desk import BANK, GUAR, PLAT, Desk, body
from tests.simulation.invariants import Invariants
from tests.simulation.world import World

# The invented law lowers its cap on 2015-01-01: day 47 of the story.
FIRST_DAY = date(2014, 11, 15)
LISTED = date(2014, 1, 1)
DAYS = 100


async def live(store: PostgresStore, dsn: str, seed: int, days: int) -> World:
    """The story of a seed, every invariant looked at every day."""
    desk = Desk(store, clock=SetClock(FIRST_DAY))
    for partner, role in ((PLAT, PayeeRole.FACILITATOR), (GUAR, PayeeRole.GUARANTOR)):
        listing = Listing(
            BANK, partner, role, "licence", Approval.HEAD_OFFICE, LISTED, None, "https://bank.example/list"
        )
        body(await admit_partner(desk.office, desk.bank, desk.key(), listing))
    world = World(desk, Random(seed), FIRST_DAY)
    examiner = Invariants(dsn)
    for _ in range(days):
        await world.live_one_day()
        await examiner.check(world)
    return world


async def test_a_hundred_days_hold_every_invariant_every_day(store: PostgresStore, dsn: str) -> None:
    world = await live(store, dsn, seed=20260801, days=DAYS)
    said = Counter(line.split(" ", 2)[2].rsplit(" ", 2)[0] for line in world.mail.tale)
    # The story is worth telling only if it had all of this in it.
    for chapter in ("applies", "disburse", "pay", "settle", "bounce", "refund", "restructure", "charge off", "recover"):
        assert said[chapter] > 0, f"nothing of the kind happened: {chapter} in {said}"
    assert world.refused, "the law refused nobody"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 10))
async def test_other_seeds_hold_every_invariant_too(store: PostgresStore, dsn: str, seed: int) -> None:
    world = await live(store, dsn, seed=seed, days=DAYS)
    assert world.mail.tale, "nothing was ever answered"
