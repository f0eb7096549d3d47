"""What comes of the mails of a schedule: SES reports each, and leads answer some.

SES's events come at once, late, long after the lease, or twice.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.events.times import to_text
from hotlist.mail.feedback import FeedbackReader
from integration.model.readers import Readers
from integration.model.schedule import Job
from integration.model.ses import Taken
from integration.model.weather import Weather


class Reports:
    """What is still to come of mails. `later` has when.

    `told` are the types of SES's reports of mails to leads that were taken in, each by its mail.
    """

    def __init__(
        self,
        random: Any,
        clock: Any,
        weather: Weather,
        readers: Readers,
        feedback: Callable[[], FeedbackReader],
    ) -> None:
        self._random, self._clock, self._weather = random, clock, weather
        self._readers, self._feedback = readers, feedback
        self.later: list[tuple[datetime, Job]] = []
        self.told: set[tuple[Taken, str]] = set()

    def took(self, mail: Taken) -> None:
        """SES has taken a mail."""
        for detail in self._of_lead() if mail.event else self._of_sales():
            for _ in range(self._random.choice([1, 1, 2])):
                wait = self._random.choice([0, 0, 0, 300, 1_200, 40_000])
                self._add(timedelta(seconds=wait), partial(self._take_in, mail, detail))
        if mail.event:
            for wait, answer in self._readers.answers(mail):
                self._add(wait, answer)

    def due(self) -> list[Job]:
        """What comes by now."""
        now = self._clock.now
        due = [job for at, job in self.later if at <= now]
        self.later = [one for one in self.later if one[0] > now]
        return due

    def _add(self, wait: timedelta, job: Job) -> None:
        self.later.append((self._clock.now + wait, job))

    def _of_sales(self) -> list[dict[str, Any]]:
        return [_BOUNCE if self._random.random() < self._weather.bounced else _SEND]

    def _of_lead(self) -> list[dict[str, Any]]:
        """A mail that comes back may do so for good or not, and not all complaints are any."""
        random = self._random
        if random.random() < self._weather.bounced:
            return [_SEND, random.choice([_BOUNCE, _RETURNED, _COMPLAINT, _WANTED])]
        return [_SEND, _DELIVERY] if random.random() < 0.3 else [_SEND]

    def _take_in(self, mail: Taken, detail: dict[str, Any]) -> Iterable[Job]:
        told = {"audience": ["lead"], "event": [mail.event]}
        if not mail.event:
            told = {"audience": ["sales"], "recipient": [mail.recipient]}
        tags = {**told, "delivery": [mail.delivery]}
        about = {"messageId": f"m{mail.number}", "timestamp": to_text(mail.at), "tags": tags}
        try:
            self._feedback().take_in({**detail, "mail": about}, self._clock())
        except (ClientError, BotoCoreError):
            return (partial(self._take_in, mail, detail),)
        if mail.event and detail is not _WANTED:
            self.told.add((mail, detail["eventType"]))
        is_more = detail is _BOUNCE and not mail.event
        return (partial(self._take_in, mail, _SEND),) if is_more else ()


_SEND = {"eventType": "Send"}
_DELIVERY = {"eventType": "Delivery"}
_BOUNCE = {"eventType": "Bounce", "bounce": {"bounceType": "Permanent"}}
_RETURNED = {"eventType": "Bounce", "bounce": {"bounceType": "Transient"}}
_COMPLAINT = {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}}
_WANTED = {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "not-spam"}}
