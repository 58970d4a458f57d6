"""ENT-203: the all-in annual rate of enterprise loans, contract rate plus the annualised rate of each fee.

《企业贷款综合融资成本年化率的计算规则及示例》, used with 银办发〔2025〕203号; read at second hand, so its confidence is
medium. It is additive, and so differs a little from one rate over all flows.
"""

from collections.abc import Sequence
from fractions import Fraction

from hengdai.maths.cost import nominal
from hengdai.maths.root import Flow


def ent_203(
    contract_e8: int,
    principal: int,
    repayments: Sequence[Flow],
    fees: Sequence[Sequence[Flow]],
    periods_per_year: Fraction,
) -> int:
    """The annual rate, e8: ``contract rate + Σ R x periods a year`` over the fees the borrower bears.

    For each fee R solves ``P = Σ principal / ((1+R)^s (1+R·f)) + Σ fee / (…)``: principal flows only, no interest; a
    one-off fee stands at period 0. `repayments` are principal parts and sum to `principal`. The caller leaves out fees
    that the bank bears.
    """
    repaid = sum(flow.amount for flow in repayments)
    if repaid != principal:
        raise ValueError(f"本金流须等于本金 / principal parts must sum to {principal}, found {repaid}")
    lent = Flow(-principal, 0)
    return contract_e8 + sum(nominal([lent, *repayments, *fee], periods_per_year) for fee in fees if any_charge(fee))


def any_charge(fee: Sequence[Flow]) -> bool:
    """Whether the fee takes anything; a fee of nothing costs nothing."""
    return any(flow.amount for flow in fee)
