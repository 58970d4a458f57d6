"""The office of the tests that lead loans through the verbs."""

from tests.app.conftest import desk

__all__ = ["desk"]
