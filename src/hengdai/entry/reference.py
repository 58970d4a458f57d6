"""The reference pages of the doors, made from the doors themselves; copies that a test compares.

`python -m hengdai.entry.reference docs/reference` writes `api.md` and `cli.md` there.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from hengdai.entry.cli.main import leaves, load
from hengdai.entry.cli.story import EXITS, STORY
from hengdai.entry.http.access import ACCESS
from hengdai.entry.http.limits import MAX_BYTES, MAX_BYTES_OF_LAW, MAX_DEPTH
from hengdai.entry.http.paging import MOST
from hengdai.entry.http.server import described
from hengdai.entry.http.status import STATUS

_API = f"""# HTTP API

Made from the routes. The whole description (OpenAPI 3.1) is served at `/v1/openapi.json`.

- Every request but those open to everybody carries `Authorization: Bearer hd.…`; keys are issued by
  `hengdai keys create` or `POST /v1/keys`. The last column is the least role; an examiner reads everything and
  writes nothing.
- Every write carries `Idempotency-Key` (1 to 200 visible characters). It is bound to the organisation, the route and
  the payload: the same again is answered the same bytes with `Idempotent-Replayed: true`, another payload is refused.
  A refused call does not burn its key.
- Amounts are decimal strings of major units (`"1234.50"`) beside a currency code, rates are percent strings
  (`"14.6"`), days are `YYYY-MM-DD`. Facts, verdicts and the canonical disclosure table are machine values: minor
  units and 10⁻⁸.
- A body is strict JSON of at most {MAX_BYTES:,} bytes ({MAX_BYTES_OF_LAW:,} under `/v1/law/`) and {MAX_DEPTH}
  levels; unknown fields are refused by name.
- Lists are paged: pass `next` of a page as `cursor`; at most {MOST} rows a page.
- A refusal is a problem document (RFC 9457) with `code`, `zh`, `en`, `figures` and, for a wrong field, `errors`.
- A loan of another organisation is answered as one that does not exist: 404.

## Routes

| route | operation | what | role |
| --- | --- | --- | --- |
"""
_CODES = "\n## Codes of refusals\n\n| code | status |\n| --- | --- |\n"
_CLI = """# Command line

Made from the commands. Data goes to standard output, talk to standard error. `--data` (or `HENGDAI_DATA`) names the
data directory of the embedded database, `--dsn` (or `HENGDAI_DSN`) another PostgreSQL; an embedded database belongs
to one process at a time.

## Exit codes

| code | meaning |
| --- | --- |
"""


def api_page() -> str:
    """The page of the HTTP API."""
    app: FastAPI = described()
    return (
        _API
        + "".join(_routes(app.openapi()["paths"]))
        + _CODES
        + "".join(f"| `{code}` | {status} |\n" for code, status in STATUS.items())
    )


def _routes(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            name = operation["operationId"]
            role = ACCESS[name]
            words = str(operation["description"]).splitlines()[0]
            yield f"| `{method.upper()} {path}` | `{name}` | {words} | {'open' if role is None else role.value} |\n"


def cli_page() -> str:
    """The page of the command line."""
    exits = "".join(f"| {code.value} | {text} |\n" for code, text in EXITS.items())
    return _CLI + exits + "".join(_chapters())


def _chapters() -> Iterator[str]:
    for chapter in STORY:
        yield f"\n## {chapter.title}\n"
        for command in chapter.commands:
            for name, each in leaves(command.name, load(command)):
                yield f"\n### hengdai {name}\n\n"
                yield _help(each)


def _help(command: Any) -> str:
    text = "\n".join(line.strip() for line in str(command.help or "").strip().splitlines())
    rows = [_parameter(each) for each in command.params if each.name != "help"]
    table = "\n| option | what |\n| --- | --- |\n" + "".join(rows) if rows else ""
    return f"{text}\n{table}"


def _parameter(parameter: Any) -> str:
    argument = parameter.param_type_name == "argument"
    name = f"`{parameter.name.upper()}`" if argument else " ".join(f"`{opt}`" for opt in parameter.opts)
    words = str(parameter.help or "").replace("|", "\\|")
    return f"| {name} | {words} |\n"


def main(folder: Path) -> None:
    """Write both pages into `folder`."""
    (folder / "api.md").write_text(api_page(), encoding="utf-8")
    (folder / "cli.md").write_text(cli_page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
