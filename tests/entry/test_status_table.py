"""HTTP status lives in one table, total over every refusal there is, and with no line for one there is not."""

from enum import Enum

from hengdai.app.command import Turned
from hengdai.entry.http.status import STATUS, status_of
from hengdai.entry.http.turned import Edge
from hengdai.evidence.consent import ConsentRefusal
from hengdai.evidence.purpose import ReleaseRefusal
from hengdai.evidence.sealing import ErasureRefusal
from hengdai.law.publication import PublicationRefusal
from hengdai.loan.refusal import Refusal

_NAMED: tuple[type[Enum], ...] = (Edge, Turned, PublicationRefusal, ErasureRefusal, ReleaseRefusal, ConsentRefusal)


def _codes() -> list[str]:
    return [each.name.lower() for kind in _NAMED for each in kind] + [each.code for each in Refusal]


def test_every_refusal_has_its_status_and_every_line_its_refusal() -> None:
    assert set(STATUS) == set(_codes())


def test_no_refusal_is_a_success() -> None:
    assert all(400 <= status <= 599 for status in STATUS.values())


def test_what_is_not_there_and_what_is_not_yours_look_alike() -> None:
    assert status_of("NOT_FOUND") == status_of("no_such_loan") == 404
