"""Who reads the mails of a schedule: leads who answer by the links, and scanners who follow them.

What they send is answered by the code of capture.
"""

import email
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from hotlist.capture.http import Request
from hotlist.capture.links import Links
from hotlist.events import times
from integration.model.arrivals import BROWSER, Arrivals, Looks
from integration.model.forms import API, FORMS
from integration.model.schedule import Job
from integration.model.ses import Taken

_LINK: Final = re.compile(rf"{API}/(\w+)/([\w-]+)")
_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
HELD_FOR: Final = timedelta(days=7)
"""How long every link holds at least. Somebody may read a mail after that."""


class _Link(NamedTuple):
    """A link of a mail."""

    kind: str
    token: str
    mailed_at: datetime


class Readers:
    """Answer mails. Each answer is a job, and how long after the mail it is done."""

    def __init__(
        self,
        random: Random,
        clock: Callable[[], datetime],
        says: Arrivals,
        looks: Looks,
        keys: Any,
    ) -> None:
        """`says` stores what a POST says, `looks` what is said by looking."""
        self._random, self._clock = random, clock
        nothing: Any = None  # no reward here is a file
        self._says = Links(says, FORMS, keys, nothing, _never)
        self._looks = Links(looks, FORMS, keys, nothing, _never)

    def answers(self, mail: Taken) -> Iterator[tuple[timedelta, Job]]:
        """What comes of a mail."""
        random = self._random
        if random.random() < 0.4:
            return
        links = {kind: _Link(kind, token, mail.at) for kind, token in links_of(mail)}
        if random.random() < 0.2:
            for _, link in sorted(links.items()):
                yield self._wait(), partial(self._ask, link, "HEAD", agent="curl/8")
                yield self._wait(), partial(self._ask, link, agent="BarracudaSentinel")
        presses = [link for kind, link in links.items() if kind in ("confirm", "d")]
        looks = [link for kind, link in links.items() if kind in ("o", "c")]
        said = random.random()
        if looks:
            yield self._wait(), partial(self._ask, random.choice(looks))
        if presses and said < 0.5:
            yield self._wait(), partial(self._ask, presses[0], "POST", "do=yes")
        elif said > 0.85:
            purpose = random.choice(["email", "phone", "tracking"])
            body = random.choice([_ONE_CLICK, "do=all", f"do=some&purpose={purpose}", "do=object"])
            yield self._wait(), partial(self._ask, links["unsubscribe"], "POST", body)

    def _wait(self) -> timedelta:
        return timedelta(seconds=self._random.choice([0, 30, 300, 1_200, 40_000]))

    def _ask(
        self, link: _Link, method: str = "GET", body: str = "", agent: str = BROWSER
    ) -> Iterable[Job]:
        """Make a request. Whoever gets no answer makes it again."""
        now = times.cut(self._clock())
        request = Request(
            route=f"{method} /{link.kind}/{{token}}",
            method=method,
            path=f"/{link.kind}/",
            parameters={},
            headers={"user-agent": agent, "content-type": "application/x-www-form-urlencoded"},
            body=body,
            is_base64=False,
            host="api.example.com",
        )
        links = self._says if method == "POST" else self._looks
        try:
            answer = links.answer(request, link.kind, link.token, now)
        except (ClientError, BotoCoreError):
            return (partial(self._ask, link, method, body, agent),)
        is_late = now >= link.mailed_at + HELD_FOR
        assert answer["statusCode"] in (200, 302, 303) or is_late, (link, answer["statusCode"])
        return ()


def links_of(mail: Taken) -> Iterator[tuple[str, str]]:
    """The links of a mail that lead to us: their kinds and tokens."""
    for part in email.message_from_bytes(mail.data).walk():
        if part.get_content_type() == "text/html":
            for found in _LINK.finditer(bytes(part.get_payload(decode=True)).decode()):
                yield found[1], found[2]


def _never(form: str) -> None:
    raise AssertionError(f"the reward of {form} is missing")
