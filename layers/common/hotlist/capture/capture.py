"""The capture function's work: a request becomes one event, or is refused with the reason.

Nothing is acknowledged before it is stored; the same submission again is a success again.
"""

import html
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from hotlist.capture import forms, http
from hotlist.capture.context import MAX_KEY, BadFields, Received, plain_text
from hotlist.capture.http import Answer, Refused, Request
from hotlist.capture.tracked import tracked
from hotlist.events.event import Event
from hotlist.store.events import DUPLICATE, LEFT, EventStore

MAX_PER_CALL: Final = 20
MAX_UNITS: Final = 20
"""How many write units a call of `/events` may cost."""

MAX_URL: Final = 4_096
_POSTED: Final = {"forms": 1, "events": 0}
"""How many parts of a path follow its first; all else but POST is refused."""

_RESULTS: Final[Mapping[str | None, Mapping[str, str]]] = {
    None: {"status": "stored"},
    DUPLICATE: {"status": "duplicate"},
    LEFT: {
        "status": "not_stored",
        "reason": f"the call is over {MAX_UNITS} write units; send it again in another call",
    },
}
_TROUBLE: Final = {"status": "not_stored", "reason": "it could not be stored; send it again"}
"""What a call of `/events` says of an event: by the store's code, and for any other code."""

_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}}</style>
<h1>{title}</h1>{body}{back}</html>"""


class Capture:
    """Answers the routes of the API.

    `allowed_origins` are those of the landing pages, as browsers send them. `held_back` is told of
    each new event that is flagged, with the name of its form.
    """

    def __init__(
        self,
        store: EventStore,
        forms_: Mapping[str, Any],
        allowed_origins: Collection[str],
        held_back: Callable[[str, Event], None] | None = None,
    ) -> None:
        self._store = store
        self._forms = forms_
        self._allowed = frozenset(allowed_origins)
        self._held_back = held_back

    def answer(self, request: Request, now: datetime) -> Answer:
        """The answer to a request, also to one that is refused."""
        try:
            if request.route == "POST /forms/{form}":
                return self._form(request, now)
            if request.route == "POST /events":
                return self._events(request, now)
            return _elsewhere(request)
        except BadFields as error:
            if request.is_plain_form:
                return http.page(422, _errors_page(request, error.errors))
            return http.problem(422, "Some fields are not right.", error.errors)
        except Refused as error:
            if request.is_plain_form:
                reason = f"<p>{html.escape(error.reason)}</p>"
                return http.page(error.status, _page(request, "This did not work", reason))
            return http.problem(error.status, error.reason, None, **error.headers)

    def _form(self, request: Request, now: datetime) -> Answer:
        name = request.parameters.get("form", "")
        form = self._forms.get(name)
        if form is None:
            raise Refused(404, "There is no such form.")
        self._check_origin(request, form.get("origins"))
        fields, received = request.fields(), _received(request, now)
        if why := forms.refusal(form, fields, received):
            raise Refused(*why)
        event = forms.submission(name, form, fields, received)
        is_new = self._store.put(event, tell=bool(form.get("tell")))
        if is_new and event.flags and self._held_back:
            self._held_back(name, event)
        target = forms.next_page(form, fields, received)
        if request.is_plain_form:
            return (
                http.redirect(target) if target else http.page(200, _page(request, "Thank you", ""))
            )
        body = {"event_id": event.event_id}
        return http.answer(201, body | ({"redirect_url": target} if target else {}))

    def _events(self, request: Request, now: datetime) -> Answer:
        self._check_origin(request, None)
        if request.content_type not in ("application/json", "text/plain"):
            raise Refused(415, "Send JSON, as application/json or text/plain.")
        body = request.json_body()
        batch = body.get("events")
        if not isinstance(batch, list) or not 1 <= len(batch) <= MAX_PER_CALL:
            raise Refused(422, f"`events` is a list of 1 to {MAX_PER_CALL} events.")
        visitor_id = body.get("visitor_id")
        if not visitor_id or visitor_id != plain_text(visitor_id, MAX_KEY):
            raise Refused(422, f"`visitor_id` is a text of at most {MAX_KEY} characters.")
        consent = body.get("consent")
        if not (
            isinstance(consent, Mapping)
            and consent.get("purpose") == "tracking"
            and isinstance(consent.get("version"), str)
        ):
            return http.answer(202, {"results": [{"status": "no_consent"} for _ in batch]})
        received = _received(request, now)
        read: list[Event | BadFields] = []
        for raw in batch:
            try:
                read.append(tracked(raw, visitor_id, received, body.get("sent_at")))
            except BadFields as error:
                read.append(error)
        return http.answer(202, {"results": self._stored(read)})

    def _stored(self, read: Sequence[Event | BadFields]) -> list[dict[str, str]]:
        """Store the events of a call; what became of each, in their order.

        :raises Refused: if there was trouble and nothing is stored.
        """
        events = {one.event_id: one for one in read if isinstance(one, Event)}
        codes = dict(zip(events, self._store.put_all([*events.values()], MAX_UNITS), strict=True))
        if not {None, DUPLICATE}.intersection(codes.values()) and {*codes.values()} - {LEFT}:
            raise Refused(503, "Nothing could be stored; send it again.", retry_after="2")
        results = []
        for one in read:
            if isinstance(one, BadFields):
                results.append({"status": "refused", "reason": str(one)})
                continue
            code = codes[one.event_id]
            results.append({**_RESULTS.get(code, _TROUBLE), "event_id": one.event_id})
            if code is None:
                codes[one.event_id] = DUPLICATE  # the same once more in this call
        return results

    def _check_origin(self, request: Request, of_form: list[str] | None) -> None:
        origin = request.headers.get("origin")
        if origin is None or origin == "null":
            return
        origin = origin.lower()
        own = request.host.lower()
        if origin in (of_form or self._allowed) or origin.partition("://")[2] == own:
            return
        raise Refused(403, "This page may not post here.")


def _received(request: Request, now: datetime) -> Received:
    return Received(
        at=now,
        user_agent=request.headers.get("user-agent", ""),
        accept_language=request.headers.get("accept-language", ""),
        origin=request.headers.get("origin"),
    )


def _elsewhere(request: Request) -> Answer:
    """What no route takes: another method of a route that there is, or nothing we know."""
    first, *rest = request.path.strip("/").split("/")
    if _POSTED.get(first) == len(rest) and request.method != "POST":
        return http.problem(405, "Only POST is taken here.", None, allow="POST")
    return http.problem(404, "There is nothing here.")


def _errors_page(request: Request, errors: Mapping[str, str]) -> str:
    rows = "".join(
        f"<li><b>{html.escape(name)}</b>: {html.escape(why)}</li>" for name, why in errors.items()
    )
    return _page(request, "Please have another look", f"<ul>{rows}</ul>")


def _page(request: Request, title: str, body: str) -> str:
    return _PAGE.format(title=html.escape(title), body=body, back=_back(request))


def _back(request: Request) -> str:
    """A link to where the visitor came from, as far as the browser says so; or nothing."""
    for name in ("referer", "origin"):
        url = plain_text(request.headers.get(name), MAX_URL)
        if url.lower().startswith(("https://", "http://")):
            return f'<p><a href="{html.escape(url)}">Back</a></p>'
    return ""
