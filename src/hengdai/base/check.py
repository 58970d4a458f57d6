"""Our own promises: a broken one stops the work and keeps the values it saw."""


class Defect(Exception):
    """A promise of this code was broken. Never caught to go on; carries the promise and the values."""

    def __init__(self, promise: str, values: dict[str, object]) -> None:
        self.promise = promise
        self.values = values
        seen = ", ".join(f"{name}={value!r}" for name, value in values.items())
        super().__init__(f"{promise} [{seen}]" if seen else promise)


def check(condition: bool, promise: str, **values: object) -> None:
    """Raise :class:`Defect` unless `condition`. Unlike `assert` it is never stripped.

    `promise` says in words what must hold; `values` are kept for whoever looks into it.
    """
    if not condition:
        raise Defect(promise, values)
