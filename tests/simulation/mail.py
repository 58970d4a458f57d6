"""The mail between the outside world and the platform: messages come late, twice, or not at all and are sent again.

A message is one command under one idempotency key. Its sender keeps it until it has
been answered; an answer may be lost as well as a request.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from hengdai.app.command import Outcome, Status


@dataclass
class Message:
    """A command on its way. `about` says what it is for the tale.

    `done` is told when the platform does it, which the sender may not know yet; `answered` when an answer arrives.
    """

    about: str
    deliver: date
    send: Callable[[], Awaitable[Outcome]]
    answered: Callable[[Outcome], Awaitable[None]]
    done: Callable[[Outcome], None] = lambda outcome: None
    first: Outcome | None = None


@dataclass
class Mail:
    """Everything under way, and how badly the post works; every choice comes from one seeded source."""

    random: Random
    late: float = 0.08
    doubled: float = 0.08
    lost: float = 0.05
    waiting: list[Message] = field(default_factory=list)
    tale: list[str] = field(default_factory=list)

    def post(self, message: Message) -> None:
        """Put a message into the post; some are held up for up to a week."""
        if self.random.random() < self.late:
            message.deliver += timedelta(days=self.random.randint(1, 7))
        self.waiting.append(message)

    async def deliver(self, day: date) -> None:
        """Deliver what is due, in an order of chance, until nothing due is left."""
        while due := [message for message in self.waiting if message.deliver <= day]:
            self.waiting = [message for message in self.waiting if message.deliver > day]
            self.random.shuffle(due)
            for message in due:
                await self._deliver(message, day)

    async def _deliver(self, message: Message, day: date) -> None:
        chance = self.random.random()
        if chance < self.lost:
            # Half of the lost messages never arrived; of the other half only the answer was lost.
            if self.random.random() < 0.5:
                await self._send(message)
            message.deliver = day + timedelta(days=1)
            self.waiting.append(message)
            return
        outcome = await self._send(message)
        if chance < self.lost + self.doubled:
            await self._send(message)
        self.tale.append(f"{day} {message.about} {outcome.status} {outcome.refusal.code if outcome.refusal else ''}")
        await message.answered(outcome)

    async def _send(self, message: Message) -> Outcome:
        """Send, and hold the platform to its word: what was done once is answered with the same bytes for ever."""
        outcome = await message.send()
        if message.first is None or message.first.status is Status.REFUSED:
            message.first = outcome
            if outcome.status is not Status.REFUSED:
                message.done(outcome)
            return outcome
        assert outcome.status is Status.REPLAYED, f"{message.about}: a done command was not recognised: {outcome}"
        assert outcome.body == message.first.body, f"{message.about}: the same key was answered differently"
        return outcome
