"""The page on a loan's life, drawn from its one table of moves: `python -m tools.loan_life` writes it."""

from hengdai.loan.refusal import Refusal
from hengdai.loan.state import FINAL, TRANSITIONS, State
from tools.source import ROOT

PAGE = ROOT / "docs/reference/loan-life.md"

_STATES = {
    State.APPLIED: ("申请", "asked for; nothing is recorded yet"),
    State.REFUSED: ("拒绝", "the law of that day stopped the application; the clauses are named"),
    State.OFFERED: ("要约", "terms are frozen and offered"),
    State.DISCLOSED: ("已明示", "the borrower confirmed the disclosure table"),
    State.SIGNED: ("已签约", "signed over the digest of the terms"),
    State.WITHDRAWN: ("撤回", "one side stepped back before money moved"),
    State.ACTIVE: ("存续", "money is out; late or on time is a function of the day, not a state"),
    State.CHARGED_OFF: ("核销", "off the lender's books; the borrower still owes the claim"),
    State.CLOSED: ("结清", "nothing is owed, or the rest of a written-off claim was waived"),
}

_HEAD = """# The life of a loan

Made from `src/hengdai/loan/state.py` and `src/hengdai/loan/refusal.py`. `decide` grants a command only where this
table has a move for its event; `fold` makes the loan from its events.
"""

_RULES = """
## How it goes

- **Gates.** Offer, signature and every payout demand the law's judgement of that stage, on that day, on these very
  terms. A judgement that stops makes an application *refused*; at a later gate it is the refusal `law_forbids`.
- **Closing.** A payment or refund that leaves nothing owed is followed by *settled* in the same command. A running loan
  is closed by nothing else.
- **Late knowledge.** Payments, refunds and recoveries may count for an earlier day. The fold puts them where they
  belong and derives what follows again; the books get reversals and replacements, dated today.
- **Reversal.** A reversed payment is left out of the fold. A loan that its payment had closed is open again.
- **Surplus.** Money that, as is known now, nobody owed is a liability to the borrower.

Where each rule lives: lateness and penalty in `loan/late.py`, who is paid first in `loan/allocate.py`, the pay-off in
`loan/payoff.py`, paying in advance in `loan/prepay.py`, drawdowns and re-planning in `loan/plan.py`, a new plan in
`loan/restructure.py`, postings in `loan/entries.py`.
"""


def page() -> str:
    """The whole page as it should be."""
    return "\n".join([_HEAD, *_diagram(), "", *_states(), _RULES, *_refusals(), ""])


def _diagram() -> list[str]:
    moves = [f"    {before} --> {after}: {kind}" for (before, kind), after in TRANSITIONS.items()]
    ends = [f"    {state} --> [*]" for state in State if state in FINAL]
    return ["```mermaid", "stateDiagram-v2", "    [*] --> applied", *moves, *ends, "```"]


def _states() -> list[str]:
    rows = [f"| `{state}` | {_STATES[state][0]} | {_STATES[state][1]} |" for state in State]
    return ["| state | 中文 | meaning |", "| --- | --- | --- |", *rows]


def _refusals() -> list[str]:
    head = ["## Refusals", "", "In the order of precedence: the first that applies is the answer.", ""]
    rows = [f"| `{each.code}` | {each.text.zh} | {each.text.en} |" for each in Refusal]
    return [*head, "| code | 中文 | English |", "| --- | --- | --- |", *rows]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
