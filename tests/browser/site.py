"""A landing page on loopback whose API writes down what it is sent."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from e2e.api import eventually
from hotlist_cli.local import site
from hotlist_cli.local.serving import Answer, Reply, Request, Server

WEB: Final = Path(__file__).resolve().parents[2] / "web"

SCRIPT: Final = '<script src="/hotlist.js" data-api="" data-consent="#consent" defer></script>'

QUESTION: Final = """
<div id="consent" hidden><p>May we?</p>
  <button data-answer="yes"><b>Yes</b></button><button data-answer="no">No</button></div>
<button data-hotlist-consent>Privacy choices</button>
"""

FORM: Final = """
<form method="post" action="/forms/contact" data-hotlist="contact" data-thanks="Received.">
  <input name="email" value="ada@example.org">
  <button name="way" value="call">Call me</button><button name="way" value="write">Write</button>
</form>
"""

_THANKS: Final = Reply(201, b'{"event_id": "1"}', "application/json")


@dataclass
class Site:
    """Pages at any address, and all that was posted.

    `pages` are bodies by path, for which `/` stands in; the sample page is under `/landing/`.
    Forms get the `replies` one after another, and then `reply`; or what `answering` makes of them.
    `answers` are those of the next calls of `/events`.
    """

    script: str = SCRIPT
    lang: str = 'lang="en"'
    pages: dict[str, str] = field(default_factory=lambda: {"/": QUESTION + FORM})
    reply: Reply = _THANKS
    replies: list[Reply] = field(default_factory=list)
    answering: Answer | None = None
    held: threading.Event | None = None
    answers: list[Reply] = field(default_factory=list)
    batches: list[dict[str, Any]] = field(default_factory=list)
    submissions: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = Server("site", self._answer)
        self._sample = site.pages(WEB, self.url)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was sent to /events, in its order."""
        return [event for batch in self.batches for event in batch["events"]]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def wait_for(self, *types: str) -> list[dict[str, Any]]:
        """All events, as soon as there are as many; they are of these types.

        They are returned in this order. What a page sends as it ends may overtake the next page.
        """
        eventually(lambda: len(self.events) >= len(types))
        assert sorted(self.types) == sorted(types)
        by_type = {of: [e for e in self.events if e["type"] == of] for of in types}
        return [by_type[of].pop(0) for of in types]

    def form(self, number: int = 1) -> dict[str, Any]:
        """The fields of the last of so many submissions by script."""
        eventually(lambda: len(self.submissions) >= number)
        assert len(self.submissions) == number
        request = self.submissions[-1]
        assert request.headers["content-type"] == "application/json"
        body: dict[str, Any] = json.loads(request.body)
        return body

    def plain_form(self) -> list[tuple[str, str]]:
        """The fields of the last submission, which was a plain one."""
        eventually(lambda: self.submissions)
        request = self.submissions[-1]
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        return parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)

    def _answer(self, request: Request) -> Reply:
        if request.method == "POST":
            return self._posted(request)
        if request.path == "/hotlist.js" or request.path.startswith("/landing/"):
            target = request.target.removeprefix("/landing")
            return self._sample(Request(request.method, target))
        body = self.pages.get(request.path, self.pages["/"])
        text = (
            f"<!doctype html><html {self.lang}><meta charset=utf-8>"
            f"<title>{request.path}</title>{self._with_api()}<body>{body}"
        )
        return Reply(200, text.encode(), "text/html; charset=utf-8")

    def _with_api(self) -> str:
        return self.script.replace('data-api=""', f'data-api="{self.url}/"')

    def _posted(self, request: Request) -> Reply:
        if request.path == "/events":
            self.batches.append(json.loads(request.body))
            return self.answers.pop(0) if self.answers else Reply(202, b"{}", "application/json")
        self.submissions.append(request)
        if self.held is not None:
            self.held.wait(10)
        if self.answering is not None:
            return self.answering(request)
        return self.replies.pop(0) if self.replies else self.reply


def refusal(names: Mapping[str, list[str]] | None = None, /, **errors: str) -> Reply:
    """The API's answer to wrong fields, some of which have other `names`."""
    listed: list[dict[str, Any]] = [{"field": one, "reason": why} for one, why in errors.items()]
    for one, others in (names or {}).items():
        listed.append({"field": one, "reason": "wrong", "names": others})
    body = {"title": "Some fields are not right.", "status": 422, "errors": listed}
    return Reply(422, json.dumps(body).encode(), "application/problem+json")


def own(form: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to a form without the key and the clock that go with each."""
    return {name: value for name, value in form.items() if name not in ("event_id", "sent_at")}
