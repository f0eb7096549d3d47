"""The traffic of `hotlist local flood`: forms, views of known visitors, and one busy browser."""

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any, Final
from urllib.parse import urlsplit

from hotlist_cli.local.visitors import BROWSER

VIEWS_A_CALL: Final = 20
"""As many as one call of `/events` may hold: `hotlist.js` sends what it has gathered at once."""

KNOWN: Final = 40
"""How many known visitors there are beside the one busy browser."""

_SENDERS: Final = 4
"""So many calls are under way at once. MiniStack starts a process of capture for each."""

_SITE: Final = "https://www.example.com"
_PAGES: Final = ("/pricing", "/", "/about", "/blog/roofs", "/contact")
_TO_PRICES: Final = 0.5
_A_VIEW: Final = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class Rates:
    """How many are sent in a second."""

    forms: float
    views: float
    browser: float


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `source` names whose it is: form, views or browser."""

    source: str
    path: str
    body: Mapping[str, Any]
    tells: bool = False

    @property
    def size(self) -> int:
        """How many events it holds."""
        return len(self.body["events"]) if "events" in self.body else 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A call with its answer: the ids of the events that were acknowledged. 0 is no answer."""

    call: Call
    sent_at: datetime
    status: int
    event_ids: tuple[str, ...]


@dataclass(slots=True)
class Traffic:
    """Makes calls in the order of time, and sends each when its time has come."""

    url: str
    rates: Rates
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    sent: list[Sent] = field(default_factory=list)
    _here: threading.local = field(default_factory=threading.local)

    def introduce(self) -> list[Sent]:
        """Let all visitors become known: each sends a form and a view. One asks to be contacted.

        So every function has run before the flood comes.
        """
        chance = random.Random(0)  # noqa: S311 - so that runs are alike
        forms = [self._known(number) for number in range(KNOWN + 1)]
        first = self._submission("contact", "first", message="Is anybody there?")
        views = [_visit("views", self.visitor(n), 1, -1, chance) for n in range(KNOWN + 1)]
        with ThreadPoolExecutor(_SENDERS) as senders:
            return [
                *senders.map(self._send, [first, *forms]),
                *senders.map(self._send, views),
            ]

    def flow(self, seconds: float) -> float:
        """Send for so many seconds; how long it took until the last answer.

        Where the machine is too slow, calls wait for a free sender. What waits when twice the
        time is over is never sent.
        """
        began = time.monotonic()
        futures: list[Future[Sent]] = []
        with ThreadPoolExecutor(_SENDERS) as senders:
            for at, call in self.calls(seconds):
                time.sleep(max(0.0, began + at - time.monotonic()))
                futures.append(senders.submit(self._send, call))
            while time.monotonic() < began + 2 * seconds and not all(f.done() for f in futures):
                time.sleep(0.05)
            for future in futures:
                future.cancel()
        self.sent = [future.result() for future in futures if not future.cancelled()]
        return max(seconds, time.monotonic() - began)

    def calls(self, seconds: float) -> Iterator[tuple[float, Call]]:
        """The calls with their times, in seconds from the beginning."""
        chance = random.Random(3)  # noqa: S311 - so that runs are alike
        forms = (
            (number / self.rates.forms, self._form(number))
            for number in range(round(seconds * self.rates.forms))
        )
        views = self._views("views", self.rates.views, seconds, KNOWN, chance)
        browser = self._views("browser", self.rates.browser, seconds, 1, chance)
        return merge(forms, views, browser, key=lambda one: one[0])

    def _views(
        self, source: str, rate: float, seconds: float, visitors: int, chance: random.Random
    ) -> Iterator[tuple[float, Call]]:
        """Calls full of views, each of the next visitor."""
        left, number = round(rate * seconds), 0
        while left > 0:
            size = min(VIEWS_A_CALL, left)
            left -= size
            at = min((number + 1) * VIEWS_A_CALL / rate, seconds)
            visitor = self.visitor(KNOWN if source == "browser" else number % visitors)
            yield at, _visit(source, visitor, size, number, chance)
            number += 1

    def visitor(self, number: int) -> str:
        """The id of a known visitor. The last one is the busy browser."""
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.run} {number}"))

    def _known(self, number: int) -> Call:
        return self._submission(
            "webinar",
            f"known{number}",
            visitor_id=self.visitor(number),
            company=f"Company {number}",
        )

    def _form(self, number: int) -> Call:
        """Of ten forms seven are messages; one is of a second person at a known browser."""
        if number % 10 == 3:
            return self._submission("webinar", f"new{number}")
        if number % 10 == 6:
            return self._submission("ebook", f"new{number}", role="manager")
        if number % 10 == 9:
            visitor = self.visitor(number // 10 % KNOWN)
            return self._submission("ebook", f"second{number}", visitor_id=visitor)
        return self._submission("contact", f"new{number}", message=f"What would {number} m² cost?")

    def _submission(self, form: str, who: str, **fields: Any) -> Call:
        body = {
            "event_id": str(uuid.uuid4()),
            "name": f"{who.capitalize()} Flood",
            "email": f"{who}@{self.run}.example",
            "page_url": f"{_SITE}/",
            **fields,
        }
        return Call("forms", f"/forms/{form}", body, tells=form == "contact")

    def _send(self, call: Call) -> Sent:
        sent_at = datetime.now(UTC)
        status, body = self._post(call, sent_at)
        if status == 201:
            ids: tuple[str, ...] = (body["event_id"],)
        elif status == 202:
            results = body["results"]
            ids = tuple(one["event_id"] for one in results if one["status"] == "stored")
        else:
            ids = ()
        return Sent(call, sent_at, status, ids)

    def _post(self, call: Call, now: datetime) -> tuple[int, Any]:
        body = dict(call.body)
        if "events" in body:
            body = {**body, "sent_at": now.isoformat(), "events": _dated(body["events"], now)}
        connection = self._connection()
        try:
            headers = {"Content-Type": "application/json", "User-Agent": BROWSER}
            connection.request("POST", call.path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return 0, None

    def _connection(self) -> http.client.HTTPConnection:
        """A connection of the calling thread alone, which stays open."""
        if not hasattr(self._here, "connection"):
            netloc = urlsplit(self.url).netloc
            self._here.connection = http.client.HTTPConnection(netloc, timeout=60)
        connection: http.client.HTTPConnection = self._here.connection
        return connection


def statuses(sent: list[Sent]) -> Counter[int]:
    """How often each status was answered."""
    return Counter(one.status for one in sent)


def _visit(source: str, visitor: str, size: int, number: int, chance: random.Random) -> Call:
    """One visit: its pages, the last of them now, in a session of its own.

    Every other visit looks at the prices, so that the visitors turn hot one after the other.
    """
    pages = _PAGES if chance.random() < _TO_PRICES else _PAGES[1:]
    events = [
        {
            "type": "page_viewed",
            "event_id": "",
            "properties": {
                "session_id": f"{visitor}/{number}",
                "page_url": _SITE + chance.choice(pages),
            },
        }
        for _ in range(size)
    ]
    consent = {"purpose": "tracking", "version": "2026-11"}
    return Call(source, "/events", {"visitor_id": visitor, "consent": consent, "events": events})


def _dated(events: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The views with the times at which they happened, and with ids as the tracker makes them."""
    times = [now - _A_VIEW * back for back in reversed(range(len(events)))]
    return [
        {**event, "event_id": uuid7(at), "occurred_at": at.isoformat()}
        for event, at in zip(events, times, strict=True)
    ]


def uuid7(at: datetime) -> str:
    """A UUID of version 7: 48 bits of milliseconds, then chance."""
    time_part = int(at.timestamp() * 1000) << 80
    return str(uuid.UUID(int=time_part | 7 << 76 | 2 << 62 | uuid.uuid4().int & _CHANCE))


_CHANCE: Final = ((1 << 12) - 1) << 64 | (1 << 62) - 1
