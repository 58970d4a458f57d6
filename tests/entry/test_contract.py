"""The API keeps the contract it publishes: requests made from its own description, valid and not, by seed."""

from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hengdai.adapters.clock import SetClock
from hengdai.entry.http.access import ACCESS
from hengdai.entry.platform import Platform
from tests.entry.front import people
from tests.entry.serve import served

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_FEW = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def _keys(platform: Platform, _clock: SetClock) -> dict[str, str]:
    return await people(platform)


def test_every_operation_answers_as_its_description_says(dsn: str) -> None:
    """Status, media type and body are those described, and nothing is answered by a server error."""
    wrong: list[str] = []
    asked: set[str] = set()
    with served(dsn, _keys) as live:
        schema = schemathesis.openapi.from_url(f"{live.url}/v1/openapi.json")
        headers = {"Authorization": f"Bearer {live.told['admin']}"}

        def once(case: Any) -> None:
            try:
                case.call_and_validate(headers=headers, checks=_CHECKS)
            except (Failure, FailureGroup) as failure:
                wrong.append(f"{case.method} {case.path}: {failure!r}: {failure}")

        every: Any = schema.get_all_operations()
        few: Any = _FEW
        made_from: Any = given
        for found in every:
            operation = found.ok()
            asked.add(str(operation.definition.raw["operationId"]))
            for mode in schemathesis.GenerationMode:
                with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
                    few(made_from(operation.as_strategy(generation_mode=mode))(once))()
    assert asked == set(ACCESS)
    assert wrong == []
