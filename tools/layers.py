"""The layer contracts of pyproject.toml, checked without a word when they hold: `python -m tools.layers`."""

import contextlib
import io
import sys

from importlinter import cli


def broken() -> str:
    """What import-linter says of broken contracts; empty when all hold."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = cli.lint_imports(no_cache=True, no_logo=True)
    return said.getvalue() if status else ""


if __name__ == "__main__":
    complaint = broken()
    sys.stderr.write(complaint)
    sys.exit(1 if complaint else 0)
