"""The HTTP API as a landing page sees it, and ways to wait for what it causes."""

import http.client
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from hotlist_cli.local.visitors import BROWSER

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Api:
    """The API at an address."""

    url: str

    def call(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            sent = None if body is None else body.encode()
            connection.request(method, path, sent, {"User-Agent": BROWSER, **headers})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read().decode())
        finally:
            connection.close()

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """POST JSON."""
        sent = {"Content-Type": "application/json", **headers}
        return self.call("POST", path, json.dumps(body), sent)

    def submit(self, form: str, **fields: Any) -> Answer:
        """Send a form as the page's script does."""
        return self.post(f"/forms/{form}", fields)

    def submit_plain(self, form: str, *repeated: tuple[str, str], **fields: str) -> Answer:
        """Send a form as a browser without script does; names may be repeated."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        }
        return self.call("POST", f"/forms/{form}", urlencode([*repeated, *fields.items()]), headers)

    def track(self, visitor_id: str, *events: Mapping[str, Any], consent: bool = True) -> Answer:
        """Send tracked actions as `sendBeacon` does."""
        body: dict[str, Any] = {"visitor_id": visitor_id, "events": events}
        if consent:
            body["consent"] = {"purpose": "tracking", "version": "2026-11"}
        return self.call("POST", "/events", json.dumps(body), {"Content-Type": "text/plain"})


def somebody() -> str:
    """An address that nobody has used."""
    return f"{uuid.uuid4().hex[:12]}@lumen.example"


def some_phone() -> str:
    """A Polish number that nobody has used."""
    return f"+48512{uuid.uuid4().int % 1_000_000:06}"


def eventually(look: Callable[[], T | None], seconds: float = 15) -> T:
    """What `look` finds, as soon as it finds something; it is asked again until then."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.05)
    return found
