"""Flat interest as others print it: interest runs on what was lent at first, whatever has been repaid."""

from fractions import Fraction

from hengdai.maths.foreign_plans import Foreign, Plan, demand_shares, row_of
from hengdai.maths.schedule import Row
from hengdai.maths.verdicts import Refused


def in_two_parts(loan: Foreign) -> Plan:
    """Both parts of the instalment are rounded to the multiple before they are added; the last row takes the rest."""
    terms, count = loan.terms, loan.terms.count
    total = loan.base * sum(loan.factors, Fraction(0))
    interest = terms.rounding.one(total / count)
    rest = terms.rounding.one(total) - interest * (count - 1)
    part = terms.rounding.ratio(terms.principal, count - terms.grace_principal, terms.multiple)
    level = part + terms.rounding.ratio(interest, 1, terms.multiple)
    if terms.instalment is not None:  # a fixed part of principal, the balloon last
        level = terms.instalment + interest
    rows, balance = [], terms.principal
    for k in range(count):
        last = k == count - 1
        principal = 0 if k < terms.grace_principal else min(level - interest, balance)
        principal = balance if last else principal
        rows.append(row_of(loan, k, balance, principal, rest if last else interest))
        balance -= principal
    return Plan(tuple(rows), level)


def divided_each_period(loan: Foreign) -> Plan:
    """Principal and interest are each divided anew over the periods left; `End` leaves the rest on the last row."""
    if loan.rounds.residue == "Begin":
        raise Refused("flat, rounding type Begin: 未收录的尾差规则 / a rule for the rest that is not on our list")
    terms, count = loan.terms, loan.terms.count
    grace, charged = terms.grace_principal, terms.count - (terms.grace_principal if loan.free_grace else 0)
    owed = terms.rounding.one(loan.base * loan.factors[0] * charged)
    fixed = loan.rounds.residue == "End"
    rows: list[Row] = []
    balance, unpaid = terms.principal, owed
    for k in range(count):
        interest = terms.rounding.ratio(owed, charged) if fixed else terms.rounding.ratio(unpaid, count - k)
        interest = 0 if loan.free_grace and k < grace else interest
        part = terms.rounding.ratio(terms.principal, count - grace)
        principal = part if fixed else terms.rounding.ratio(balance, count - max(k, grace))
        principal = 0 if k < grace else principal
        if k == count - 1:
            principal, interest = balance, unpaid
        rows.append(row_of(loan, k, balance, principal, interest))
        balance, unpaid = balance - principal, unpaid - interest
    return Plan(tuple(rows), rows[0].total)


def by_shares(loan: Foreign) -> Plan:
    """Principal and interest in fixed shares; what rounding cuts off is carried to the next period."""
    demand_shares(loan)
    terms, grace = loan.terms, loan.terms.grace_principal
    rate = loan.factors[0]
    total = loan.base * rate * (terms.count - grace)
    rows: list[Row] = []
    balance, principal_cut, interest_cut = terms.principal, Fraction(0), Fraction(0)
    for k in range(terms.count):
        if k < grace:
            interest = terms.rounding.one(balance * rate + interest_cut)
            principal, interest_cut = 0, loan.base * rate - interest
        else:
            exact = terms.principal * loan.shares[k - grace] + principal_cut
            principal = terms.rounding.one(exact)
            earned = total * loan.shares[k - grace] + interest_cut
            interest = terms.rounding.one(earned)
            principal_cut, interest_cut = exact - principal, earned - interest
        rows.append(row_of(loan, k, balance, principal, interest))
        balance -= principal
    return Plan(tuple(rows), rows[0].total)
