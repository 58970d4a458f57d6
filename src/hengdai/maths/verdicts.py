"""What came of a published example: pass, fail with the difference, or skip with the convention that is refused."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

Record = Mapping[str, Any]


class Outcome(StrEnum):
    """What came of one record."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Result:
    """One record's outcome; `reason` says what differed, or which convention is refused and why."""

    id: str
    outcome: Outcome
    reason: str = ""


class Refused(Exception):
    """A convention that is named in a record and that this arithmetic does not follow; the message says why."""


class Differs(Exception):
    """What was computed is not what was published."""


def closing_line(results: Iterable[Result]) -> str:
    """`N passed, N failed, N skipped`."""
    outcomes = [result.outcome for result in results]
    passed, failed, skipped = (outcomes.count(each) for each in (Outcome.PASS, Outcome.FAIL, Outcome.SKIP))
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def run(lines: Iterable[str], judge: Callable[[Record], None]) -> Iterator[Result]:
    """Judge every line that is not blank; an unreadable record fails, it never stops the run."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name = f"line {number}"
        try:
            record = json.loads(line, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_once)
            name = _named(record, name)
            judge(record)
        except Refused as refused:
            yield Result(name, Outcome.SKIP, str(refused))
        except Differs as differs:
            yield Result(name, Outcome.FAIL, str(differs))
        except KeyError as missing:
            yield Result(name, Outcome.FAIL, f"无法读取: 缺少字段 / unreadable: no field {missing}")
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as unreadable:
            yield Result(name, Outcome.FAIL, f"无法读取 / unreadable: {type(unreadable).__name__}: {unreadable}")
        else:
            yield Result(name, Outcome.PASS)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} 不是数字 / {text} is no number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} 重复 / named twice")
    return dict(pairs)


def _named(record: object, line: str) -> str:
    """The record's name on one line of print; an unreadable record raises `ValueError`."""
    if not isinstance(record, Mapping):
        raise ValueError(f"须为一个 JSON 对象 / a JSON object expected, found {type(record).__name__}")
    name = str(record["id"])
    return name if name.isprintable() and name else f"{line} {name!r}"
