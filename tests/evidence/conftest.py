"""Where the published vectors lie, and keys that the tests sign with."""

import json
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of published vectors beside the checkout; tests that need it are skipped where it is not."""
    if not VECTORS.is_dir():
        pytest.skip("published vectors (../shared/vectors) are not beside this checkout")
    return VECTORS


def load_json(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
