"""Schedules of many loans at once, exact to the minor unit; whatever could be inexact is left to the plain twin.

All amounts are 64-bit integers. The level instalment is found in floating point from sums of positive terms only, its
relative error below ``8·(n + 4)·2⁻⁵³``; where that leaves the rounding open (a near-tie), or a product could leave 64
bits, the loan is marked undone and the twin computes it.
"""

import numpy as np

from hengdai.maths.kernels.compiled import compiled
from hengdai.maths.kernels.periodic import Ints, States

EQUAL_INSTALMENT, EQUAL_PRINCIPAL, INTEREST_FIRST, BULLET, FLAT_FEE = range(5)
SAFE = 4.0e18  # products stay below this, within 64 bits
E8 = 100_000_000

Rule = tuple[int, int, int, bool, bool, int, int]
"""method, months a period, days a year, actual days?, broken first by actual days?, multiple, grace."""
Loans = tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]
"""principal, rate e8, count, start (days since 1970), fixed due day (0 for none), flat fee e8, days a period or 0."""
Costs = tuple[int, int, int, int]
Rows = tuple[Ints, Ints, Ints, Ints]
"""due (days since 1970), principal, interest, closing."""


@compiled
def fill_range(
    loans: Loans, places: tuple[Ints, Ints], rule: Rule, rows: Rows, done: States, span: tuple[int, int]
) -> None:
    """Fill the rows of loans `span[0]` to `span[1]` where `done` is 1, and set it to 0 where they may be inexact.

    Loan i's rows lie from ``places[0][i]`` to ``places[1][i]``.
    """
    months = first_days(loans, rule[1], done, span)
    for i in range(span[0], span[1]):
        if done[i] == 1:
            broken = due_days(loans, i, rule, rows[0][places[0][i] : places[1][i]], months)
            costs = period_costs(loans, i, rule)
            exact = costs[0] > 0
            if exact and rule[0] == BULLET:
                exact = fill_bullet(loans, i, rule, costs, (places[0][i], broken), rows)
            elif exact:
                exact = fill(loans, i, rule, costs, (places[0][i], places[1][i], broken), rows)
            done[i] = 1 if exact else 0


@compiled
def first_days(loans: Loans, every: int, done: States, span: tuple[int, int]) -> tuple[int, Ints]:
    """The first days of all months that the loans touch, and the number of the first of these months."""
    earliest, latest = 1 << 40, 0
    for i in range(span[0], span[1]):
        if done[i] == 1:
            earliest = min(earliest, loans[3][i])
            latest = max(latest, loans[3][i] + 31 * every * (loans[2][i] + 2))
    year, month, _ = civil(earliest)
    base = year * 12 + month - 1
    days = np.empty(max((latest - earliest) // 28 + 3, 0), np.int64)
    for k in range(len(days)):
        days[k] = days_from(base + k)
    return base, days


@compiled
def due_days(loans: Loans, i: int, rule: Rule, due: Ints, months: tuple[int, Ints]) -> int:
    """Fill the due days of one loan; the days of its first period where that is broken, 0 where it is whole."""
    start, fixed, every = loans[3][i], loans[4][i], rule[1]
    if loans[6][i] > 0:
        for k in range(len(due)):
            due[k] = start + loans[6][i] * (loans[2][i] if rule[0] == BULLET else k + 1)
        return 0
    year, month, day = civil(start)
    wanted = fixed if fixed > 0 else day
    base = year * 12 + month - 1 - months[0]
    firsts = months[1]
    if rule[0] == BULLET:
        due[0] = day_of_month(firsts, base + every * loans[2][i], wanted)
    else:
        for k in range(len(due)):
            due[k] = day_of_month(firsts, base + every * (k + 1), wanted)
    first = day_of_month(firsts, base + every, wanted)
    whole = start == day_of_month(firsts, base, wanted) or first == day_of_month(firsts, base + every, day)
    return 0 if whole else first - start


@compiled
def period_costs(loans: Loans, i: int, rule: Rule) -> tuple[int, int, int, int]:
    """What one unit of balance costs a period and a day: ``down, up, down, up``; all 0 where products might not fit."""
    method, every, year_days, _, _, _, _ = rule
    principal, rate, count, fee = loans[0][i], loans[1][i], loans[2][i], loans[5][i]
    part, year = part_of_year(loans, i, rule)
    shared = gcd(rate * part, year * E8)
    period_up, period_down = rate * part // shared, year * E8 // shared
    shared = gcd(rate, year_days * E8)
    day_up, day_down = rate // shared, year_days * E8 // shared
    periods = float(count) if method == BULLET else 1.0
    most = max(period_up * periods, day_up * max(31.0 * (every + 1), float(part)) * periods, float(fee))
    if 2.0 * principal * most + 2.0 * max(period_down, day_down) > SAFE or principal > 2**52:
        return 0, 0, 0, 0
    return period_down, period_up, day_down, day_up


@compiled
def part_of_year(loans: Loans, i: int, rule: Rule) -> tuple[int, int]:
    """A regular period of a loan as so many parts of a year: months of twelve, or days of the year's days."""
    if loans[6][i] > 0:
        return loans[6][i], rule[2]
    return rule[1], 12


@compiled
def fill_bullet(loans: Loans, i: int, rule: Rule, costs: Costs, place: tuple[int, int], rows: Rows) -> bool:
    """The single row of a bullet; False where the product of a broken first period and whole ones might not fit."""
    begin, broken = place
    principal, rate, count = loans[0][i], loans[1][i], loans[2][i]
    interest = half_up(principal * costs[1] * count, costs[0])
    if rule[3]:
        interest = half_up(principal * costs[3] * (rows[0][begin] - loans[3][i]), costs[2])
    elif broken > 0 and rule[4]:
        parts = 12 * broken + (count - 1) * rule[1] * rule[2]
        if float(rate) * parts > SAFE:
            return False
        up, down = rate * parts, 12 * E8 * rule[2]
        shared = gcd(up, down)
        up, down = up // shared, down // shared
        if 2.0 * principal * up + down > SAFE:
            return False
        interest = half_up(principal * up, down)
    rows[1][begin], rows[2][begin], rows[3][begin] = principal, interest, 0
    return True


@compiled
def fill(loans: Loans, i: int, rule: Rule, costs: Costs, place: tuple[int, int, int], rows: Rows) -> bool:
    """The rows of one loan; False where floating point leaves the level open."""
    begin, end, broken = place
    method, grace = rule[0], rule[6]
    due = rows[0][begin:end]
    by_days_first = rule[3] or (broken > 0 and rule[4])
    level = level_of(loans, i, rule, due, by_days_first)
    balance, before = loans[0][i], loans[3][i]
    flat = half_up(balance * loans[5][i], E8)
    for k in range(end - begin):
        interest = half_up(balance * costs[1], costs[0])
        if rule[3] or (k == 0 and by_days_first):
            interest = half_up(balance * costs[3] * (due[k] - before), costs[2])
        interest = flat if method == FLAT_FEE else interest
        part = level - interest if method == EQUAL_INSTALMENT else level
        part = 0 if k < grace else max(0, min(part, balance))
        part = balance if k == end - begin - 1 else part
        balance -= part
        before = due[k]
        rows[1][begin + k], rows[2][begin + k], rows[3][begin + k] = part, interest, balance
    return level >= 0


@compiled
def level_of(loans: Loans, i: int, rule: Rule, due: Ints, by_days_first: bool) -> int:
    """The level instalment or principal part; -1 where floating point leaves its rounding open."""
    method, _, year_days, actual, _, multiple, grace = rule
    principal, rate, start = loans[0][i], loans[1][i], loans[3][i]
    size = len(due)
    if method == INTEREST_FIRST:
        return 0
    if method != EQUAL_INSTALMENT or rate == 0:
        return half_up(principal, (size - grace) * multiple) * multiple
    part, year = part_of_year(loans, i, rule)
    regular = rate * part / (float(year) * E8)
    daily = rate / (float(year_days) * E8)
    grown, weight = float(principal), 0.0
    for k in range(grace, size):
        factor = regular
        if actual or (k == 0 and by_days_first):
            factor = daily * (due[k] - (due[k - 1] if k > 0 else start))
        weight = weight * (1.0 + factor) + 1.0
        grown *= 1.0 + factor
    exact = grown / weight / multiple
    shifted = exact + 0.5
    doubt = shifted * 8.0 * (size + 4) * 2.0**-53
    nearest = np.rint(shifted)
    if not abs(shifted - nearest) > doubt or shifted > 2.0**51:
        return -1
    return int(np.floor(shifted)) * multiple


@compiled
def half_up(numerator: int, denominator: int) -> int:
    """A ratio of numbers that are not negative, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


@compiled
def gcd(a: int, b: int) -> int:
    """Euclid's algorithm; of nothing and b it is b."""
    while a:
        a, b = b % a, a
    return b


@compiled
def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of a day since 1970 (Hinnant, chrono-compatible low-level date algorithms)."""
    z = days + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    return yoe + era * 400 + (1 if month <= 2 else 0), month, doy - (153 * mp + 2) // 5 + 1


@compiled
def day_of_month(firsts: Ints, index: int, day: int) -> int:
    """The day since 1970 of that day of month `index` of the table, at most the month's last."""
    length: int = firsts[index + 1] - firsts[index]
    first: int = firsts[index]
    return first + min(day, length) - 1


@compiled
def days_from(index: int) -> int:
    """The first day of month number `index`, in days since 1970."""
    year, month = index // 12, index % 12 + 1
    y = year - (1 if month <= 2 else 0)
    era = y // 400
    yoe = y - era * 400
    doy = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5
    return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468
