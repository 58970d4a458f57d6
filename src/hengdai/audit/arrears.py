"""Days past due and five-category class as the plan and the money paid give them, where the tape tells enough.

An instalment is covered when all that was paid reaches the sum due up to it. Days run from the due date of the oldest
instalment that is not covered; an instalment due on the day of the data is not late yet.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from hengdai.audit.plan import NO_DAY, Bools, Ints, Plans, day_of, present, whole
from hengdai.audit.price import EACH
from hengdai.law.errors import LawIsSilent, LawIsStale
from hengdai.law.pack import Pack

CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
LOAN_LINES = ("special_mention_days", "substandard_days", "doubtful_days", "loss_days")
CARD_LINES = ("card_special_mention", "card_substandard", "card_doubtful", "card_loss")
"""Debts on credit cards have lines of their own (商业银行信用卡业务监督管理办法 92)."""
_NEVER = 2**40


@dataclass(frozen=True, slots=True)
class Arrears:
    """Days past due of each loan and whether they are `known`; `at_least` is the mildest class they allow, or -1."""

    days: Ints
    known: Bools
    at_least: Ints


def arrears_of(loans: pl.DataFrame, plans: Plans, pack: Pack) -> Arrears:
    """Recomputed arrears: known where the tape states the day of the data and what was paid so far."""
    as_of = whole(loans, "as_of", NO_DAY)
    told = plans.made & present(loans, "as_of") & present(loans, "paid_total")
    open_ = ~loans["status"].fill_null("").is_in(["closed", "charged_off"]).to_numpy()
    late = told & open_
    days = np.where(late, _days_late(loans, plans, as_of), 0) if late.any() else np.zeros(loans.height, np.int64)
    known = told & (loans["status"].is_not_null().to_numpy() | open_)
    known &= ~(loans["status"].fill_null("") == "charged_off").to_numpy()
    cards = (loans["product_kind"].fill_null("") == "credit_card").to_numpy()
    loan, card = (_mildest(days, as_of, known, lines, pack) for lines in (LOAN_LINES, CARD_LINES))
    return Arrears(days, known, np.where(known, np.where(cards, card, loan), -1))


def _days_late(loans: pl.DataFrame, plans: Plans, as_of: Ints) -> Ints:
    """Days from the oldest uncovered due date to the day of the data."""
    sizes = plans.sizes
    each = np.zeros(loans.height, np.int64)
    for name in EACH:
        each += whole(loans, name)
    due = plans.principal + plans.interest + np.repeat(each, sizes)
    running = np.cumsum(due) - np.repeat(np.concatenate(([0], np.cumsum(due)))[plans.offsets[:-1]], sizes)
    paid = whole(loans, "paid_total") - whole(loans, "paid_late")
    late = (plans.due < np.repeat(as_of, sizes)) & (running > np.repeat(paid, sizes))
    oldest = np.full(loans.height, _NEVER, np.int64)
    has = sizes > 0
    if has.any():
        oldest[has] = np.minimum.reduceat(np.where(late, plans.due, _NEVER), plans.offsets[:-1][has])
    return np.where(oldest == _NEVER, 0, as_of - oldest)


def _mildest(days: Ints, as_of: Ints, known: Bools, names: tuple[str, ...], pack: Pack) -> Ints:
    """The index of the mildest class that the pack's lines allow on the day of the data; -1 where it has none."""
    out = np.full(len(days), -1, np.int64)
    for day in np.unique(as_of[known]):
        lines = lines_on(pack, day_of(int(day)), names)
        if lines is not None:
            here = known & (as_of == day)
            out[here] = np.searchsorted(np.asarray(lines, np.int64), days[here], side="left")
    return out


def lines_on(pack: Pack, day: date, names: tuple[str, ...]) -> tuple[int, ...] | None:
    """Days past due beyond which each worse class begins, by the pack; None when it does not say."""
    try:
        found = tuple(pack.parameter(name).on(day).value for name in names)
    except (LookupError, LawIsSilent, LawIsStale):
        return None
    return tuple(value for value in found if isinstance(value, int))
