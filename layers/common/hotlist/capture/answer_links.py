"""Links of answers: a GET asks what came of a lead, a POST records it or takes it back.

Not pure. A GET reads no table: it shows what its token holds, and what sales.yaml has.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from hotlist.capture import answer_events, answer_page, calendar_day, form_page, http
from hotlist.capture.answer_events import PLACES, UNDO, Days, Said
from hotlist.capture.context import BadFields, one
from hotlist.capture.http import Answer
from hotlist.capture.link_events import Visit, fields_of
from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.links.tokens import VALID, BadToken, Purpose
from hotlist.store.events import EventStore

FILE: Final = "ics"
"""The name in a query string under which a day is asked for as a calendar file."""

_TO_ITSELF: Final = {"redirect_url": ""}
_A_YEAR: Final = timedelta(days=367)
"""The farthest day of a page, with a day more for the zones."""


class Given(NamedTuple):
    """The event of an answer. `is_last` says that its person has not answered otherwise since."""

    event: Event
    is_undone: bool = False
    is_last: bool = True


class AnswerLinks:
    """Answers links by which a salesperson says what came of a lead."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._people = {one["id"]: one for one in load_config("sales")["recipients"]}

    def answer(self, visit: Visit) -> Answer | None:
        """The page, or None if the recipient is not in sales.yaml any more.

        :raises BadToken: for an address that no page of ours has.
        """
        person = self._people.get(visit.token.recipient or "")
        if person is None:
            return None
        query = visit.request.query or {}
        days = Days.at(visit.at, ZoneInfo(person["timezone"]))
        if visit.request.method == "POST":
            return self._post(visit, days)
        if FILE in query:
            return _file(visit, query[FILE])
        return _page(answer_page.ask(_asked(visit), days, visit.who, first=query.get("do", "")))

    def _post(self, visit: Visit, days: Days) -> Answer:
        fields, asked, who = fields_of(visit.request), _asked(visit), visit.who
        if one(fields, "do") == UNDO:
            return self._undo(visit, fields, days)
        try:
            said = answer_events.read(fields, days)
        except BadFields as error:
            html = answer_page.ask(asked, days, who, fields=fields, errors=error.errors)
            return _page(html, 422)
        given = self._said(visit, said, answer_events.page_at(fields, visit))
        if given is None:
            wait = -((visit.at - answer_events.next_day(visit)) // timedelta(seconds=1))
            return _page(answer_page.full(asked, who), 503, retry_after=str(wait))
        if given.is_undone:
            return _page(answer_page.undone(asked, said, who))
        event_id, is_last = given.event.event_id, given.is_last
        return _page(answer_page.noted(asked, said, event_id, who, is_last=is_last))

    def _undo(self, visit: Visit, fields: Mapping[str, Any], days: Days) -> Answer:
        """Take back an answer of this person about this lead, and the same directly before it.

        The answer that was named is the last: who presses again after a failure goes on there. Who
        presses once more later takes back nothing else.
        """
        asked, who, named = _asked(visit), visit.who, answer_events.named(fields)
        answer = self._store.look(visit.token.subject, named) if named else None
        if answer is None or not answer_events.is_own(answer, visit):
            return _page(answer_page.ask(asked, days, who, errors={"do": "undo_wrong"}), 422)
        if not self._is_undone(answer):
            for event in (*self._same_before(visit, answer), answer):
                self._store.put(answer_events.undone(visit, event))
        return _page(answer_page.undone(asked, answer_events.said_by(answer), who))

    def _said(self, visit: Visit, said: Said, page_at: datetime | None) -> Given | None:
        """The answer, stored now or before; None if no place of the day is left.

        Somebody else may take the place that was free: then it is looked at again.
        """
        today = visit.at.astimezone(UTC).date()
        days = answer_events.days_until(visit, page_at) if page_at else []
        before = [event for day in days for event in self._taken(visit, day)]
        for _ in range(PLACES + 1):
            taken = self._taken(visit, today)
            if page_at is None:
                given = self._newest(visit, said, taken)
            else:
                given = self._since(page_at, said, [*before, *taken])
            if given is not None:
                return given
            if len(taken) == PLACES:
                return None
            after = taken[-1] if taken else None
            event = answer_events.answered(visit, said, len(taken), after)
            if self._store.put(event):
                return Given(event)
        return None

    def _since(self, page_at: datetime, said: Said, given: Sequence[Event]) -> Given | None:
        """What a page's button has said before: of the same since then, the newest that stands."""
        same = [
            event
            for event in given
            if event.occurred_at >= page_at and answer_events.said_by(event) == said
        ]
        if not same:
            return None
        standing = self._standing(same)
        if standing is None:
            return Given(same[-1], is_undone=True)
        later = given[given.index(standing) + 1 :]
        return Given(standing, is_last=self._standing(later) is None)

    def _newest(self, visit: Visit, said: Said, taken: Sequence[Event]) -> Given | None:
        """The newest answer that stands, if it is the same: where nobody knows of which page."""
        standing = self._standing(taken) if taken else self._just_before(visit)
        is_same = standing is not None and answer_events.said_by(standing) == said
        return Given(standing) if standing is not None and is_same else None

    def _taken(self, visit: Visit, day: date) -> list[Event]:
        """What stands at the places of a day. They are taken in their order."""
        found: list[Event] = []
        for place in range(PLACES):
            event_id = answer_events.id_at(visit, day, place)
            event = self._store.look(visit.token.subject, event_id)
            if event is None:
                break
            found.append(event)
        return found

    def _standing(self, taken: Sequence[Event]) -> Event | None:
        """The newest of these that nobody has taken back."""
        return next((event for event in reversed(taken) if not self._is_undone(event)), None)

    def _is_undone(self, event: Event) -> bool:
        undo = answer_events.undo_id(event.event_id)
        return self._store.look(event.subject, undo) is not None

    def _just_before(self, visit: Visit) -> Event | None:
        """The answer that stands of the day before, if it was given just before midnight."""
        evening = self._evening(visit, visit.at)
        return next((event for event in evening if not self._is_undone(event)), None)

    def _same_before(self, visit: Visit, answer: Event) -> Iterator[Event]:
        """The same as an answer, before it, until something else stands."""
        for event in self._before(visit, answer):
            if answer_events.said_by(event) == answer_events.said_by(answer):
                yield event
            elif not self._is_undone(event):
                return

    def _before(self, visit: Visit, answer: Event) -> Iterator[Event]:
        """What its person has said before an answer on its day, the newest first."""
        for event_id in answer_events.places_before(visit, answer.event_id):
            event = self._store.look(answer.subject, event_id)
            if event is not None:
                yield event
        yield from self._evening(visit, answer.occurred_at)

    def _evening(self, visit: Visit, at: datetime) -> Iterator[Event]:
        """What was said just before midnight, the newest first, if an instant is just after it."""
        day = answer_events.day_before(at)
        for event in reversed(self._taken(visit, day)) if day else ():
            if at - event.received_at >= answer_events.LATE:
                return
            yield event


def _asked(visit: Visit) -> answer_page.Asked:
    return answer_page.Asked(visit.token.said.get("name", ""), visit.is_test, visit.asked)


def _file(visit: Visit, text: str) -> Answer:
    """The day as a calendar file. What it has is the token's and the query's alone."""
    token, day = visit.token, answer_events.a_day(text)
    most = token.day + (VALID[Purpose.ANSWER] or timedelta()) + _A_YEAR
    if day is None or not token.day <= day <= most:
        raise BadToken
    whole = hashlib.sha256(f"{token.subject} {token.recipient} {day}".encode()).hexdigest()
    summary = answer_page.reminder(_asked(visit), visit.who)
    return {
        "statusCode": 200,
        "headers": {
            "content-type": "text/calendar; charset=utf-8; method=PUBLISH",
            "content-disposition": f'attachment; filename="{day}.ics"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "x-robots-tag": "noindex",
        },
        "body": calendar_day.calendar_day(f"{whole[:32]}@hotlist", day, summary, token.day),
    }


def _page(html: str, status: int = 200, **headers: str) -> Answer:
    return http.page(status, html, form_page.policy(_TO_ITSELF), **headers)
