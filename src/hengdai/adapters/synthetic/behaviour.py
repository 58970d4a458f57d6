"""How borrowers pay: month by month, for a whole block of loans at once.

A loan is so many instalments behind. Each month it pays, pays late, pays in part, misses, cures,
prepays, settles, is restructured or written off, by roll rates that depend on the borrower's risk and
on the season (部分借款人春节前后迟付). Amounts that follow from the contract are left to the reckoner (empty).
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from hengdai.adapters.synthetic.applications import BULLET, SCENE, Applications
from hengdai.adapters.synthetic.draw import NEVER, Days, Flags, Generator, Ints, Reals, between, chance, day
from hengdai.adapters.synthetic.world import AS_OF

MONTHS = 48
"""More due dates than any loan of the generator can have between its payout and the last day told."""
_CHARGE_OFF_BEHIND = 5
_SCHEMA = {
    "at": pl.Int64, "uid": pl.Int64, "day": pl.Date, "known": pl.Date, "kind": pl.String, "amount": pl.Int64,
    "intent": pl.String, "of_uid": pl.Int64, "count": pl.Int64, "annual_rate": pl.Int64, "first_due": pl.Date,
}  # fmt: skip


@dataclass(slots=True)
class Told:
    """The events so far, as columns still to be put in order; `end` is the last day money was asked for."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    uids: int = 0

    def tell(self, which: Flags, days: Days, kind: str, **more: object) -> Ints:
        """One event for every loan of `which`, on its day; returns the events' numbers, in the order of the loans."""
        at = np.flatnonzero(which)
        uid = np.arange(self.uids, self.uids + len(at))
        self.uids += len(at)
        columns: dict[str, object] = {
            "at": at,
            "uid": uid,
            "day": days[at],
            "known": days[at],
            "kind": [kind] * len(at),
        }
        for name, value in more.items():
            columns[name] = value[at] if isinstance(value, np.ndarray) else [value] * len(at)
        frame = pl.DataFrame(columns).with_columns(
            pl.col("day").cast(pl.Date), pl.col("known").cast(pl.Date),
            *(pl.lit(None, kind_).alias(name) for name, kind_ in _SCHEMA.items() if name not in columns),
        )  # fmt: skip
        self.frames.append(frame.select(pl.col(name).cast(kind_) for name, kind_ in _SCHEMA.items()))
        return uid

    def columns(self) -> pl.DataFrame:
        """All events told, unordered."""
        return pl.concat(self.frames) if self.frames else pl.DataFrame(schema=_SCHEMA)


@dataclass(slots=True)
class _Life:
    """Where every loan of the block stands while the months go by."""

    drawn: Applications
    open: Flags
    behind: Ints
    count: Ints
    number: Ints
    """The month that last fell due."""
    rate: Ints
    touched: Flags
    """Has had a prepayment or a new plan: its instalment is no longer the first one."""
    end: Days
    told: Told = field(default_factory=Told)


def live(rng: Generator, drawn: Applications) -> tuple[pl.DataFrame, Days]:
    """The events of a block (`at` is the loan's place in it), ordered and numbered, and the day each loan ended."""
    paid_out = ~np.isnat(drawn.disbursed) & ~np.isnat(drawn.disclosed)
    blank = np.zeros(drawn.size, np.int64)
    life = _Life(
        drawn, paid_out & (drawn.disbursed < day(AS_OF)), blank.copy(), drawn.count.copy(), blank.copy(),
        drawn.rate.copy(), np.zeros(drawn.size, bool), np.full(drawn.size, day(AS_OF)),
    )  # fmt: skip
    _merchant_returns(rng, life)
    for month in range(1, MONTHS + 1):
        due = drawn.due(month)
        falls = (drawn.method != BULLET) | (month == life.count)
        running = life.open & (due <= day(AS_OF)) & (month <= life.count) & falls
        if running.any():
            life.number = np.where(running, month, life.number)
            _month(rng, life, due, running)
        _late_stage(rng, life, due)
    return _ordered(life.told.columns()), life.end


def _merchant_returns(rng: Generator, life: _Life) -> None:
    """Goods go back within weeks: in part, or whole, which pays the loan off."""
    back = life.open & (life.drawn.product == SCENE) & chance(rng, life.drawn.size, 0.025)
    days = life.drawn.disbursed + (3 + rng.integers(0, 18, life.drawn.size))
    back &= (days < life.drawn.due(1)) & (days <= day(AS_OF))
    whole = back & chance(rng, life.drawn.size, 0.5)
    amount = np.floor(life.drawn.principal * between(rng, life.drawn.size, 0.1, 0.6)).astype(np.int64)
    life.told.tell(back & ~whole, days, "refunded", amount=amount)
    life.told.tell(whole, days, "refunded")
    life.touched |= back
    _close(life, whole, days)


def _close(life: _Life, which: Flags, days: Days) -> None:
    life.open &= ~which
    life.end = np.where(which, days, life.end)


def _season(due: Days) -> Reals:
    """More borrowers are late around Spring Festival and fewer just after year-end bonuses."""
    month = due.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.select([month == 2, month == 1, month == 3], [1.9, 1.25, 0.8], 1.0)


def _month(rng: Generator, life: _Life, due: Days, running: Flags) -> None:
    """One due date of every running loan."""
    size = life.drawn.size
    last = life.number >= life.count
    risk = np.clip(life.drawn.risk * _season(due), 0, 0.9)
    prompt = running & (life.behind == 0)
    misses = prompt & chance(rng, size, risk * 0.55)
    late = prompt & ~misses & chance(rng, size, risk * 0.9)
    part = prompt & ~misses & ~late & chance(rng, size, 0.006)
    on_time = prompt & ~misses & ~late & ~part
    _prompt_payments(rng, life, due, on_time, last)
    _pay_all(rng, life, late, due + 1 + rng.integers(0, 24, size), last)
    _pay_part(rng, life, part, due, 0.3, 0.9)
    life.behind = np.where(misses | part, 1, life.behind)
    trouble = running & ~prompt
    cure_share = np.asarray((1.0, 0.42, 0.24, 0.13, 0.07, 0.04, 0.02))[np.minimum(life.behind, 6)]
    cures = trouble & chance(rng, size, cure_share)
    stays = trouble & ~cures & chance(rng, size, 0.22)
    _pay_all(rng, life, cures, due + rng.integers(0, 20, size), last)
    _pay_part(rng, life, stays, due + rng.integers(0, 20, size), 0.7, 1.0)
    life.behind = np.where(cures, 0, np.where(trouble & ~stays, life.behind + 1, life.behind))
    _restructure(rng, life, trouble & ~cures & ~stays & ~last, due)


def _prompt_payments(rng: Generator, life: _Life, due: Days, on_time: Flags, last: Flags) -> None:
    """The direct debit on the due day, a few days before it, or a payment of more than is due."""
    size = life.drawn.size
    settles = on_time & ~last & chance(rng, size, 0.018)
    extra = on_time & ~settles & (life.count - life.number >= 3) & chance(rng, size, 0.009)
    early = on_time & ~settles & ~extra & (life.drawn.fixed_day == 0) & chance(rng, size, 0.08)
    early &= ~life.touched & (life.number > 1)
    days = np.where(early, due - rng.integers(1, 4, size), due)
    _paid(rng, life, on_time & ~settles, days)
    later = due + rng.integers(2, 12, size)
    extra &= later <= day(AS_OF)
    share = (1 - life.number / life.count) * between(rng, size, 0.10, 0.30)
    amount = np.floor(life.drawn.principal * share).astype(np.int64)
    shorten = extra & chance(rng, size, 0.5)
    life.told.tell(shorten, later, "paid", amount=amount, intent="shorten")
    life.told.tell(extra & ~shorten, later, "paid", amount=amount, intent="reduce")
    life.touched |= extra
    life.told.tell(settles, due, "paid", intent="settle")
    _close(life, settles, due)
    _close(life, on_time & last, days)


def _paid(rng: Generator, life: _Life, which: Flags, days: Days) -> None:
    """Payments of what is due. A few bounce and are made good; a few are known days after they count."""
    size = life.drawn.size
    days = np.minimum(days, day(AS_OF))
    bounced = which & chance(rng, size, 0.004) & (days + 6 <= day(AS_OF))
    slow = which & ~bounced & chance(rng, size, 0.005) & (days + 12 <= day(AS_OF))
    life.told.tell(which & ~slow & ~bounced, days, "paid", intent="instalment")
    known = days + rng.integers(2, 12, size)
    life.told.tell(slow, days, "paid", intent="instalment", known=known)
    uid = np.full(size, -1)
    uid[bounced] = life.told.tell(bounced, days, "paid", intent="instalment")
    life.told.tell(bounced, days + 2, "payment_reversed", of_uid=uid)
    life.told.tell(bounced, days + 5, "paid", intent="instalment")


def _pay_all(rng: Generator, life: _Life, which: Flags, days: Days, last: Flags) -> None:
    """Everything overdue and its penalty at once."""
    which = which & (days <= day(AS_OF))
    _paid(rng, life, which, days)
    _close(life, which & last, days)


def _pay_part(rng: Generator, life: _Life, which: Flags, days: Days, low: float, high: float) -> None:
    """Some share of about one instalment."""
    which = which & (days <= day(AS_OF)) & ~life.touched
    amount = np.floor(life.drawn.instalment() * between(rng, life.drawn.size, low, high)).astype(np.int64)
    life.told.tell(which & (amount > 0), days, "paid", amount=amount, intent="instalment")


def _restructure(rng: Generator, life: _Life, which: Flags, due: Days) -> None:
    """Three or more instalments behind, some borrowers get a longer and cheaper plan on the same day of the month."""
    size = life.drawn.size
    days = due + 8
    new = (
        which & (life.behind >= 3) & (life.behind < _CHARGE_OFF_BEHIND) & chance(rng, size, 0.10) & (days <= day(AS_OF))
    )
    if not new.any():
        return
    count = life.count - life.number + 6
    cheaper = np.round(life.drawn.rate * 0.8 / 1e4).astype(np.int64) * 10_000
    next_due = np.full(size, NEVER)
    for months in np.unique(life.number[new]):
        next_due = np.where(new & (life.number == months), life.drawn.due(int(months) + 1), next_due)
    life.told.tell(new, days, "restructured", count=count, annual_rate=cheaper, first_due=next_due)
    life.count = np.where(new, life.number + count, life.count)
    life.behind = np.where(new, 0, life.behind)
    life.touched |= new


def _late_stage(rng: Generator, life: _Life, due: Days) -> None:
    """Written off when far behind (or long after the last due date); some of it comes back later."""
    size = life.drawn.size
    matured = life.open & (life.behind > 0) & (life.number >= life.count) & (due <= day(AS_OF))
    cures = matured & (life.behind > 1) & chance(rng, size, 0.12) & (due + 3 <= day(AS_OF))
    _pay_all(rng, life, cures, due + 3, cures)
    matured &= ~cures
    life.behind = np.where(matured, life.behind + 1, life.behind)
    days = due + 15
    off = life.open & (life.behind > _CHARGE_OFF_BEHIND) & (days <= day(AS_OF))
    if not off.any():
        return
    life.told.tell(off, days, "charged_off")
    amount = np.floor(life.drawn.principal * between(rng, size, 0.02, 0.12)).astype(np.int64)
    for wait in (45, 110):
        back = off & chance(rng, size, 0.35) & (days + wait <= day(AS_OF))
        life.told.tell(back, days + wait, "recovered", amount=amount)
    _close(life, off, days)


def _ordered(events: pl.DataFrame) -> pl.DataFrame:
    """In the order known, numbered within each loan; a reversal names the number of its payment."""
    events = events.sort("at", "known", "day", "uid").with_columns(seq=pl.int_range(1, pl.len() + 1).over("at"))
    numbers = events.select(of_uid="uid", of_seq="seq")
    return events.join(numbers, on="of_uid", how="left", maintain_order="left")
