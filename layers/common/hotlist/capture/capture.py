"""The capture function's work: a request becomes one event, or is refused with the reason.

Nothing is acknowledged before it is stored; the same submission again is a success again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from hotlist.capture import forms, http
from hotlist.capture.context import MAX_KEY, BadFields, Received, one, plain_text
from hotlist.capture.http import Answer, Refused, Request
from hotlist.capture.tracked import tracked
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM
from hotlist.store.events import DUPLICATE, LEFT, EventStore

if TYPE_CHECKING:
    from hotlist.capture.links import Links
    from hotlist.runtime.settings import CaptureSettings

MAX_PER_CALL: Final = 20
MAX_UNITS: Final = 20
"""How many write units a call of `/events` may cost."""

_POSTED: Final = {"forms": 1, "events": 0}
"""How many parts of a path follow its first; all else but POST is refused."""

_LINKS: Final = {
    "confirm": "GET, HEAD, POST",
    "unsubscribe": "GET, HEAD, POST",
    "d": "GET, HEAD, POST",
    "o": "GET, HEAD",
    "c": "GET, HEAD",
    "leads": "GET, HEAD, POST",
    "lists": "GET, HEAD, POST",
}
"""The methods of the links in mails, by the first part of their paths. A token is the second.

`leads` and `lists` are the function card's, which gets them whole. Half of one comes here."""

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


class Capture:
    """Answers the routes of the API.

    `allowed_origins` are those of the landing pages, as browsers send them. `held_back` is told of
    each new event that is taken for spam, with the name of its form. `link_settings` say where
    the keys of links and the files of rewards are. They are asked for at the first link.
    """

    def __init__(
        self,
        store: EventStore,
        forms_: Mapping[str, Any],
        allowed_origins: Collection[str],
        held_back: Callable[[str, Event], None] | None = None,
        link_settings: "CaptureSettings | None" = None,
    ) -> None:
        self._store = store
        self._forms = forms_
        self._allowed = frozenset(allowed_origins)
        self._held_back = held_back
        self._link_settings = link_settings
        self._links: Links | None = None

    def answer(self, request: Request, now: datetime) -> Answer:
        """The answer to a request, also to one that is refused."""
        try:
            if request.route == "POST /forms/{form}":
                return self._form(request, now)
            if request.route == "POST /events":
                return self._events(request, now)
            return self._elsewhere(request, now)
        except Refused as error:
            if not request.is_plain_form:
                return http.problem(error.status, error.reason, None, None, **error.headers)
            from hotlist.capture import form_page  # noqa: PLC0415 - for plain forms

            who = form_page.visitor(request.headers, {})
            html = form_page.refused(error.status, error.reason, who)
            return http.page(error.status, html, form_page.policy(), **error.headers)

    def not_stored(self, request: Request) -> Answer:
        """503, for a table that does not answer. A plain form is shown, to be sent again."""
        if _token_of(request) is not None:
            from hotlist.capture import dead_links  # noqa: PLC0415 - for links in mails

            return dead_links.later(request)
        name = request.parameters.get("form", "")
        if not request.is_plain_form or name not in self._forms:
            return http.problem(503, "Not stored; send it again.", None, retry_after="2")
        form = self._forms[name]
        fields, _ = request.fields(form.get("numbered", ()))
        answer = _again(503, request, form, fields, {})
        answer["headers"]["retry-after"] = "2"
        return answer

    def _form(self, request: Request, now: datetime) -> Answer:
        name = request.parameters.get("form", "")
        form = self._forms.get(name)
        if form is None:
            raise Refused(404, "There is no such form.")
        self._check_origin(request, form.get("origins"))
        fields, files = request.fields(form.get("numbered", ()))
        received = _received(request, now, files)
        if why := forms.refusal(form, fields, received):
            return _not_open(request, form, fields, *why)
        try:
            event = forms.submission(name, form, fields, received)
        except BadFields as error:
            return _again(422, request, form, fields, error.errors)
        mails = forms.to_lead(form, event)
        is_new = self._store.put(event, tell=bool(form.get("tell")), to_lead=mails)
        if is_new and SPAM in event.flags and self._held_back:
            self._held_back(name, event)
        target = forms.next_page(form, fields, received)
        gift, has_gift = "", "reward" in form and form["reward"]["deliver"] == "page"
        if has_gift:
            gift = self._opened_links().gift(name, event, one(fields, "language"), now)
        if not request.is_plain_form:
            body = {"event_id": event.event_id}
            if gift:
                body["reward_url"] = request.address_of(gift)
            return http.answer(201, body | ({"redirect_url": target} if target else {}))
        if target and not has_gift:
            return http.redirect(target)
        from hotlist.capture import form_page, link_page  # noqa: PLC0415 - for plain forms

        who = form_page.visitor(request.headers, fields, form)
        later = link_page.gift_later(who) if has_gift and not gift else ""
        html = form_page.thanks(form, who._replace(back=target or who.back), gift, later)
        return http.page(200, html, form_page.policy())

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
        received = _received(request, now, {})
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
        for event in read:
            if isinstance(event, BadFields):
                results.append({"status": "refused", "reason": str(event)})
                continue
            code = codes[event.event_id]
            results.append({**_RESULTS.get(code, _TROUBLE), "event_id": event.event_id})
            if code is None:
                codes[event.event_id] = DUPLICATE  # the same once more in this call
        return results

    def _elsewhere(self, request: Request, now: datetime) -> Answer:
        """What is no form and no call: a link of a mail, or what no route takes."""
        found = _token_of(request)
        if found is None:
            return _elsewhere(request)
        kind, text = found
        if request.method not in _LINKS[kind]:
            from hotlist.capture import dead_links  # noqa: PLC0415 - for links in mails

            return dead_links.not_taken(request, _LINKS[kind])
        return self._opened_links().answer(request, kind, text, now)

    def _opened_links(self) -> "Links":
        """What answers links: made with the first one, and with what it imports."""
        if self._links is None:
            from hotlist.capture.links import Links  # noqa: PLC0415 - for links

            if self._link_settings is None:
                raise LookupError("links need settings: pass link_settings")
            self._links = Links.open(self._store, self._forms, self._link_settings)
        return self._links

    def _check_origin(self, request: Request, of_form: list[str] | None) -> None:
        origin = request.headers.get("origin")
        if origin is None or origin == "null":
            return
        origin = origin.lower()
        own = request.host.lower()
        if origin in (of_form or self._allowed) or origin.partition("://")[2] == own:
            return
        raise Refused(403, "This page may not post here.")


def _again(
    status: int,
    request: Request,
    form: Mapping[str, Any],
    fields: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Answer:
    """What is wrong by field: a plain form is shown again, with it and with what was typed."""
    errors = {name: errors[name] for name in (*form["fields"], *errors) if name in errors}
    if not request.is_plain_form:
        from hotlist.capture import form_texts, languages  # noqa: PLC0415 - most forms are right

        accepted = request.headers.get("accept-language", "")
        wanted = languages.wanted(one(fields, "language"), accepted)
        title = form_texts.told("page_problem", wanted, form.get("messages", {}))
        return http.problem(status, title, errors, form.get("from"))
    from hotlist.capture import form_page  # noqa: PLC0415 - for plain forms

    who = form_page.visitor(request.headers, fields, form)
    html = form_page.again(form, forms.own_names(form, fields), errors, who)
    return http.page(status, html, form_page.policy(form))


def _not_open(
    request: Request, form: Mapping[str, Any], fields: Mapping[str, Any], status: int, why: str
) -> Answer:
    if not request.is_plain_form:
        return http.problem(status, why)
    from hotlist.capture import form_page  # noqa: PLC0415 - for plain forms

    html = form_page.not_open(why, form_page.visitor(request.headers, fields, form))
    return http.page(status, html, form_page.policy())


def _received(request: Request, now: datetime, files: Mapping[str, str]) -> Received:
    return Received(
        at=now,
        user_agent=request.headers.get("user-agent", ""),
        accept_language=request.headers.get("accept-language", ""),
        origin=request.headers.get("origin"),
        files=files,
        address=request.address,
        is_test=request.is_test,
    )


def _token_of(request: Request) -> tuple[str, str] | None:
    """What kind of link a request is for, and what stands for its token; None if it is for none.

    The path says it, and not the route: API Gateway sends HEAD where no route is. So somebody who
    has half of a link gets a page too.
    """
    first, _, rest = request.path.strip("/").partition("/")
    kind = first.lower()
    return (kind, rest) if kind in _LINKS else None


def _elsewhere(request: Request) -> Answer:
    """What no route takes: another method of a route that there is, or nothing we know."""
    first, *rest = request.path.strip("/").split("/")
    if _POSTED.get(first) == len(rest) and request.method != "POST":
        return http.problem(405, "Only POST is taken here.", None, allow="POST")
    return http.problem(404, "There is nothing here.")
