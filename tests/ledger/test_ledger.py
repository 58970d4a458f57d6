"""Books that cannot be unbalanced, a trial balance, and a second bookkeeper who finds what the first would hide."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengdai.base.identity import EntryId
from hengdai.ledger.audit import audit
from hengdai.ledger.book import Book, folded, trial_balance
from hengdai.ledger.chart import CHART, UnknownAccount, account
from hengdai.ledger.entry import Entry, Unbalanced

DAY = date(2026, 1, 15)
ACCOUNTS = list(CHART)


def _entry(name: str, *postings: tuple[str, int], currency: str = "CNY") -> Entry:
    accounts, amounts = zip(*postings, strict=True)
    return Entry(EntryId(name), None, None, DAY, DAY, currency, accounts, amounts)


PAYOUT = _entry("a", ("loan.principal", 100_00), ("cash.clearing", -100_00))
PAID = _entry("b", ("cash.clearing", 12_00), ("loan.principal", -10_00), ("income.interest", -2_00))


@pytest.mark.parametrize(
    "postings",
    [
        (("loan.principal", 100), ("cash.clearing", -99)),
        (("loan.principal", 100),),
        (("loan.principal", 0), ("cash.clearing", 0)),
        (("loan.principal", 100), ("cash.clearing", -100), ("income.fee", 0)),
    ],
)
def test_an_entry_that_does_not_balance_cannot_be_built(postings: tuple[tuple[str, int], ...]) -> None:
    with pytest.raises(Unbalanced):
        _entry("x", *postings)


def test_accounts_and_amounts_go_in_pairs() -> None:
    with pytest.raises(Unbalanced):
        Entry(EntryId("x"), None, None, DAY, DAY, "CNY", ("loan.principal", "cash.clearing"), (1, -1, 0))


def test_a_reversal_is_the_mirror_and_names_what_it_answers() -> None:
    mirror = PAID.reversed(id=EntryId("c"), booked=date(2026, 2, 1))
    assert (mirror.reverses, mirror.day, mirror.booked) == ("b", DAY, date(2026, 2, 1))
    assert folded([PAID, mirror]).balances.keys() == folded([PAID]).balances.keys()
    assert not any(folded([PAID, mirror]).balances.values())


entries = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(ACCOUNTS), st.integers(-(10**12), 10**12).filter(bool)), min_size=1, max_size=4
        ),
        st.sampled_from(["CNY", "USD"]),
    ).filter(lambda each: sum(amount for _, amount in each[0]) != 0),
    max_size=20,
)  # fmt: skip


@given(entries)
def test_whatever_is_posted_the_trial_balance_balances_and_the_second_bookkeeper_agrees(
    made: list[tuple[list[tuple[str, int]], str]],
) -> None:
    journal = [
        _entry(str(n), *postings, ("cash.clearing", -sum(amount for _, amount in postings)), currency=unit)
        for n, (postings, unit) in enumerate(made)
    ]
    book = folded(journal)
    assert book.entries == len(journal)
    for unit in ("CNY", "USD"):
        assert trial_balance(book.balances, unit).balanced
    verdict = audit(journal, book.balances)
    assert verdict.agrees
    assert verdict.entries == len(journal)


def test_the_trial_balance_shows_every_account_in_the_order_of_the_chart() -> None:
    found = trial_balance(folded([PAYOUT, PAID]).balances, "CNY")
    assert [line.account.code for line in found.lines] == ACCOUNTS
    assert found.debit == found.credit == 90_00
    unusual = {line.account.code for line in found.lines if line.unusual}
    assert unusual == {"cash.clearing"}, "a lender whose cash was not funded here"


def test_an_unbalanced_set_of_balances_is_seen() -> None:
    assert not trial_balance({("CNY", "loan.principal"): 1}, "CNY").balanced


def test_an_account_outside_the_chart_is_refused() -> None:
    stray = _entry("x", ("loan.principal", 1), ("suspense", -1))
    book = Book()
    with pytest.raises(UnknownAccount, match="suspense"):
        book.post([stray])
    assert book.balances == {}
    with pytest.raises(UnknownAccount):
        account("suspense")
    assert account("loss.credit").text.zh == "贷款损失"


def test_the_second_bookkeeper_finds_a_balance_that_was_touched() -> None:
    balances = dict(folded([PAYOUT, PAID]).balances)
    balances["CNY", "income.interest"] -= 1
    verdict = audit([PAYOUT, PAID], balances)
    assert [(each.where, each.booked, each.truth) for each in verdict.discrepancies] == [
        ("CNY income.interest", -2_01, -2_00)
    ]
    assert not verdict.agrees


def test_the_second_bookkeeper_finds_a_balance_without_entries_and_entries_without_a_balance() -> None:
    assert not audit([], {("CNY", "cash.clearing"): 5}).agrees
    assert not audit([PAYOUT], {}).agrees


def test_the_second_bookkeeper_finds_an_entry_that_stands_twice() -> None:
    verdict = audit([PAYOUT, PAYOUT], folded([PAYOUT, PAYOUT]).balances)
    assert [each.text.zh for each in verdict.discrepancies] == ["同一凭证出现两次"]


def _tampered(entry: Entry, **fields: object) -> Entry:
    """An entry as a database could hold it after somebody went around the type."""
    copy = replace(entry)
    for name, value in fields.items():
        object.__setattr__(copy, name, value)
    return copy


def test_the_second_bookkeeper_checks_each_entry_again() -> None:
    lame = _tampered(PAID, amounts=(12_00, -10_00, -3_00))
    stray = _tampered(PAID, accounts=("cash.clearing", "loan.principal", "pocket"))
    for wrong, word in ((lame, "凭证借贷不平"), (stray, "科目不在科目表中")):
        found = {each.text.zh for each in audit([wrong], {}).discrepancies}
        assert word in found


def test_the_second_bookkeeper_follows_every_reversal() -> None:
    mirror = PAID.reversed(id=EntryId("c"), booked=DAY)
    bent = _tampered(mirror, amounts=(-12_00, 9_00, 3_00))
    orphan = replace(mirror, id=EntryId("d"), reverses=EntryId("nowhere"))
    twice = replace(mirror, id=EntryId("e"))
    for journal, word in (
        ([PAID, bent], "冲正凭证与原凭证不相反"),
        ([PAID, orphan], "冲正凭证没有原凭证"),
        ([PAID, mirror, twice], "冲正凭证没有原凭证"),
    ):
        found = [each.text.zh for each in audit(journal, folded(journal).balances).discrepancies]
        assert found == [word]
