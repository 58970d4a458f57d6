"""The log goes to standard error and leaves standard output to the answers."""

import json
from collections.abc import Iterator

import pytest
import structlog

from hengdai.adapters.logs import configure


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_line_of_the_log_is_json_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure(json_lines=True)
    structlog.get_logger("x").info("transaction_retried", attempt=1)
    out, err = capsys.readouterr()
    line = json.loads(err)
    assert (out, line["event"], line["attempt"], line["level"]) == ("", "transaction_retried", 1, "info")
