"""Small words of the base: checks that are never stripped, texts in two languages, reasons, ids."""

import subprocess
import sys

import pytest

from hengdai.base.check import Defect, check
from hengdai.base.reason import Finding, Problem, Reason
from hengdai.base.text import Text


def test_a_broken_promise_stops_the_work_and_keeps_what_it_saw() -> None:
    check(True, "all is well")
    with pytest.raises(Defect, match=r"principal is conserved \[left=3\]") as caught:
        check(False, "principal is conserved", left=3)
    assert caught.value.values == {"left": 3}
    assert caught.value.promise == "principal is conserved"


def test_a_check_is_there_even_where_assertions_are_stripped() -> None:
    code = "from hengdai.base.check import check\nassert False\ncheck(False, 'kept')"
    run = subprocess.run([sys.executable, "-O", "-c", code], capture_output=True, text=True, check=False)
    assert "Defect: kept" in run.stderr


def test_a_text_is_filled_in_both_languages_or_not_at_all() -> None:
    text = Text("应还 {amount}", "due {amount}")
    assert str(text.fill(amount=5)) == "应还 5 / due 5"
    assert text.fill(amount=5).in_("zh") == "应还 5"
    assert text.fill(amount=5).in_("en") == "due 5"
    assert str(Text("M1", "M1")) == "M1"
    with pytest.raises(KeyError):
        text.fill(total=5)


def test_a_conclusion_carries_its_reasons_and_a_problem_says_what_would_be_right() -> None:
    found = Finding(5, (Reason(Text("合同", "contract"), "terms.late"),))
    assert found.because[0].figures == {}
    problem = Problem("row 3, amount", "'12,3'", Text("数字", "digits"))
    assert str(problem) == "row 3, amount: 发现 / found '12,3'; 应为 / expected 数字 / digits"
