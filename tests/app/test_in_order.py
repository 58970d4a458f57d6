"""Work beside work, told in the order in which it was asked."""

import threading
from collections.abc import Iterator

import pytest

from hengdai.app.in_order import in_order


def test_answers_come_in_the_order_of_the_questions() -> None:
    first = threading.Event()

    def answer(number: int) -> int:
        # The first is done only when the second has been.
        if number == 1:
            first.set()
        assert number or first.wait(30)
        return number * number

    assert list(in_order(answer, range(20))) == [number * number for number in range(20)]


def test_no_more_is_taken_than_is_worked_on_and_one() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    for answer in in_order(lambda number: number, items(), at_once=2):
        assert len(taken) <= answer + 3


def test_an_error_of_the_items_is_raised_after_the_answers_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise LookupError("the third cannot be had")

    answers = in_order(lambda number: number, items())
    assert [next(answers), next(answers)] == [1, 2]
    with pytest.raises(LookupError):
        next(answers)


def test_an_error_of_the_work_is_raised_in_its_place() -> None:
    answers = in_order(lambda number: 6 // number, [1, 2, 0, 3])
    assert [next(answers), next(answers)] == [6, 3]
    with pytest.raises(ZeroDivisionError):
        next(answers)
