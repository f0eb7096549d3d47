"""SES as the model has it: it loses answers, refuses, throttles, and tells what it has taken.

It remembers each mail that it has taken. What a second copy of a mail is excused by is judged
here, when it is taken.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from random import Random
from typing import Any, Final

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from integration.model.queues import throttled
from integration.model.schedule import pause, step
from integration.model.weather import Weather

CLOCKS: Final = timedelta(seconds=8)
"""How far the clocks of two machines may be apart, and how long a mail takes within one."""

REMEMBERED: Final = timedelta(days=90)
"""How long a delivery is kept. An operator who releases a message later sends it again."""


@dataclass
class Invocation:
    """One run of notify with a batch of letters, and what it has met.

    `letter` is under way since the step `since`, at the time `since_at`.
    """

    began_at: datetime
    disabled: frozenset[str]
    letter: str = ""
    since: int = 0
    since_at: datetime | None = None
    troubled: set[str] = field(default_factory=set)
    parked: set[str] = field(default_factory=set)
    claimed: dict[str, tuple[int, int, datetime]] = field(default_factory=dict)

    def trouble(self) -> None:
        """The letter under way has met a failure of its own."""
        self.troubled.add(self.letter)


@dataclass(frozen=True, eq=False)
class Taken:
    """The `number`th mail that SES has taken, at a time and step of the model.

    One to sales names its `recipient`, one to a lead the `event` that it answers. Its letter was
    begun at the step `since`, and at the time `since_at`.
    """

    number: int
    delivery: str
    recipient: str
    event: str
    at: datetime
    step: int
    since: int
    since_at: datetime
    by: Invocation
    subject: str
    to: str
    data: bytes


class Ses:
    """Has the one call of an SES client."""

    def __init__(
        self,
        random: Random,
        now: Callable[[], datetime],
        weather: Weather,
        lease: timedelta,
        took: Callable[["Taken"], None],
    ) -> None:
        self._random, self._now, self._weather = random, now, weather
        self._lease, self._took = lease, took
        self.taken: list[Taken] = []
        self.copies: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.asked: set[str] = set()
        self.stored: dict[str, int] = {}
        self.faults: list[str] = []
        self.excused = 0
        self.until = now()

    def client(self, invocation: Invocation) -> "_Client":
        return _Client(self, invocation)

    def ask(self, invocation: Invocation, request: dict[str, Any]) -> dict[str, str]:
        """Take a mail, or do not, and answer, or do not."""
        pause()
        tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
        delivery, random, weather = tags["delivery"], self._random, self._weather
        text = request["Content"]["Raw"]["Data"]
        is_new = delivery not in self.asked
        self.asked.add(delivery)
        subject = str(BytesHeaderParser().parsebytes(text)["Subject"])
        is_count = "held back" in subject  # refused for good it would be queued anew for ever
        if (is_new and random.random() < weather.refused and not is_count) or (
            delivery in self.refused
        ):
            self.refused.add(delivery)
            invocation.trouble()
            raise throttled("SendEmail", random.choice(["MessageRejected", "BadRequestException"]))
        if self._now() < self.until or random.random() < weather.throttled:
            if random.random() < weather.out:
                self.until = self._now() + timedelta(hours=random.choice([1, 30]))
            invocation.trouble()
            failure = random.choice(_NOT_TAKEN)
            raise failure()
        is_lost = random.random() < weather.lost
        if not is_lost or random.random() < 0.7:
            (to,) = request["Destination"]["ToAddresses"]
            assert invocation.since_at is not None
            mail = Taken(
                number=len(self.taken) + 1,
                delivery=delivery,
                recipient=tags.get("recipient", ""),
                event=tags.get("event", ""),
                at=self._now(),
                step=step(),
                since=invocation.since,
                since_at=invocation.since_at,
                by=invocation,
                subject=subject,
                to=to,
                data=text,
            )
            self._take(mail)
        pause()
        if is_lost:
            invocation.trouble()
            failure = random.choice(_MAYBE_TAKEN)
            raise failure()
        return {"MessageId": f"mail{len(self.taken)}"}

    def _take(self, mail: Taken) -> None:
        if mail.delivery not in mail.by.claimed:
            self.faults.append("SES got a mail that its sender has not claimed")
        if mail.recipient in mail.by.disabled:
            self.faults.append("a mail to somebody whose mails come back")
        before = [one for one in self.taken if one.delivery == mail.delivery]
        if before:
            self.excused += 1
            self._excuse(before[-1], mail)
        self.taken.append(mail)
        self.copies[mail.delivery] += 1
        self._took(mail)

    def _excuse(self, first: Taken, second: Taken) -> None:
        """A second copy is sent only if the first's outcome was unknown for all of its lease."""
        claimed = second.by.claimed.get(second.delivery)
        if claimed is None:
            return
        began, done, at = claimed
        if not second.event and at >= first.at + REMEMBERED - CLOCKS:
            for what in ("sent", "event"):  # that was known of the first, which is forgotten
                self.stored.pop(f"{what} {first.delivery}", None)
            return
        if first.by is second.by:
            self.faults.append("one run sent a mail twice")
        if at < first.by.began_at + self._lease - CLOCKS:
            self.faults.append("a mail was sent twice, within the lease of the first")
        if self.stored.get(f"sent {first.delivery}", done) < done:
            self.faults.append("a mail was sent twice, though the first was stored as sent")
        if self.stored.get(f"event {first.delivery}", began) < began:
            self.faults.append("a mail was sent twice, though SES had said that it was sent")


class _Client:
    def __init__(self, ses: Ses, invocation: Invocation) -> None:
        self._ses, self._invocation = ses, invocation

    def send_email(self, **request: Any) -> dict[str, str]:
        return self._ses.ask(self._invocation, request)


_NOT_TAKEN: Final[list[Callable[[], Exception]]] = [
    lambda: throttled("SendEmail", "TooManyRequestsException", 429),
    lambda: throttled("SendEmail", "LimitExceededException", 400),
    lambda: EndpointConnectionError(endpoint_url="ses"),
]
_MAYBE_TAKEN: Final[list[Callable[[], Exception]]] = [
    lambda: throttled("SendEmail", "InternalFailure", 500),
    lambda: ReadTimeoutError(endpoint_url="ses"),
    lambda: ConnectionClosedError(endpoint_url="ses"),
]


def hash_of(delivery_id: str) -> str:
    """The tag by which SES knows a delivery."""
    return hashlib.sha256(delivery_id.encode()).hexdigest()
