"""The small vocabularies of law: force, stage, outcome, effect, the days that count, the units of facts and figures."""

from enum import StrEnum


class Force(StrEnum):
    """How binding a text is. WINDOW and DRAFT bind nobody until a funder switches them on."""

    LAW = "LAW"
    RULE = "RULE"
    NORM = "NORM"
    STD = "STD"
    SELF = "SELF"
    WINDOW = "WINDOW"
    DRAFT = "DRAFT"

    @property
    def needs_switch(self) -> bool:
        """Whether rules of this force sleep until they are switched on."""
        return self in (Force.WINDOW, Force.DRAFT)


class Outcome(StrEnum):
    """Three answers and a fourth. UNDETERMINED is never a pass."""

    HOLDS = "holds"
    BREACHED = "breached"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"


class Effect(StrEnum):
    """What a breach, or an answer that could not be found, does to the business."""

    BLOCK = "block"
    REFER = "refer"
    WARN = "warn"
    REPORT = "report"

    @property
    def stops(self) -> bool:
        """Whether business may not go on by itself."""
        return self in (Effect.BLOCK, Effect.REFER)

    def is_weaker_than(self, other: "Effect") -> bool:
        """Whether it does less to the business."""
        order = list(Effect)
        return order.index(self) > order.index(other)


class Stage(StrEnum):
    """Where in the business the law is asked. The first four follow one another in a loan's life."""

    APPLICATION = "application"
    SIGNING = "signing"
    DISBURSEMENT = "disbursement"
    POSTING = "posting"
    CONTACT = "contact"
    MARKETING = "marketing"
    ADMISSION = "admission"
    PORTFOLIO = "portfolio"
    CLASSIFICATION = "classification"
    DATA = "data"
    COMPLAINT = "complaint"

    @property
    def includes(self) -> tuple["Stage", ...]:
        """The stages whose rules are judged here: a later stage of a loan asks the earlier ones' rules again."""
        if self in _LIFE:
            return _LIFE[: _LIFE.index(self) + 1]
        return (self,)


_LIFE = (Stage.APPLICATION, Stage.SIGNING, Stage.DISBURSEMENT, Stage.POSTING)


class DayOf(StrEnum):
    """The day that decides which text of the law applies to a rule."""

    APPLICATION = "application"
    CONTRACT = "contract"
    ORIGINATION = "origination"
    POSTING = "posting"
    CONTACT = "contact"

    @classmethod
    def in_life(cls) -> tuple["DayOf", ...]:
        """The days of a loan's life in their order; each comes with the stage of the same place."""
        return (cls.APPLICATION, cls.CONTRACT, cls.ORIGINATION, cls.POSTING)

    def yet_to_come(self, stage: Stage) -> bool:
        """Whether at `stage` of a loan's life this day still lies ahead."""
        life = self.in_life()
        return self in life and stage in _LIFE and life.index(self) > _LIFE.index(stage)


class Confidence(StrEnum):
    """How sure we are that the value stands in the law as written here."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Unit(StrEnum):
    """What a fact or a figure is measured in. Two figures compare only in one unit."""

    YES_NO = "yes/no"
    TEXT = "text"
    CODE = "code"
    CODES = "codes"
    WORDS = "words"
    DATE = "date"
    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    MONTHS = "months"
    DAYS = "days"
    MINUTES = "minutes"
    RATE_YEAR = "rate/year"
    RATE_MONTH = "rate/month"
    RATE_DAY = "rate/day"
    RATE_ONCE = "rate/once"

    @property
    def is_rate(self) -> bool:
        """A rate, as whole hundred-millionths (e8): 24 % is 24_000_000."""
        return self.value.startswith("rate/")

    @property
    def is_whole(self) -> bool:
        """Whether values are whole numbers."""
        return self not in (Unit.YES_NO, Unit.TEXT, Unit.CODE, Unit.CODES, Unit.WORDS, Unit.DATE)
