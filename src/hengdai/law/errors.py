"""How the law refuses to answer: it is silent, it is stale, or the pack that should speak is not fit to."""

from collections.abc import Sequence
from datetime import date

from hengdai.base.reason import Problem


class LawIsSilent(LookupError):
    """The law was asked about a day on which it says nothing. Never a default, never "the latest"."""

    def __init__(self, what: str, day: date, begins: date) -> None:
        self.what, self.day, self.begins = what, day, begins
        super().__init__(
            f"{what} 在 {day} 尚无规定, 自 {begins} 起适用 / {what} says nothing on {day}; it begins on {begins}"
        )


class LawKnowsNoSuchMoney(LawIsSilent):
    """The law was asked about money of another place: its amounts would be compared across currencies."""

    def __init__(self, pack_id: str, currency: str, day: date) -> None:
        self.what, self.day, self.begins = pack_id, day, day
        LookupError.__init__(
            self, f"{pack_id} 不适用于币种 {currency} 的借款 / {pack_id} does not reach loans in {currency}"
        )


class LawIsStale(LookupError):
    """A published figure was asked for a day too long after it was last confirmed."""

    def __init__(self, what: str, day: date, confirmed: date, days: int) -> None:
        self.what, self.day, self.confirmed = what, day, confirmed
        super().__init__(
            f"{what} 最后核对于 {confirmed}, {day} 已超过 {days} 天, 请补录新值 / "
            f"{what} was last confirmed on {confirmed}; {day} is more than {days} days later: enter the newer value"
        )


class LawIsMissing(LookupError):
    """The text that should judge is not held, or what is held under its digest is another one. Nothing goes on."""

    def __init__(self, what: str, found: str) -> None:
        self.what, self.found = what, found
        super().__init__(f"现行文本 {what} 不可用: {found} / the text in force {what} cannot be used: {found}")


class PackRefused(ValueError):
    """The texts do not make a pack; `problems` say file, line, what was found and what would be right."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))
