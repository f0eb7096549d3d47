"""What happened and what is known, by lead, from a file of JSON lines. It is refused as a whole."""

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import ROUTE_TYPES, TYPES, Route, is_type
from hotlist.leads import classify
from hotlist_cli.rules.captured import Forms, captured
from hotlist_cli.rules.fields import Fields, meant, shown
from hotlist_cli.rules.json_lines import BadLine, lines, parse
from hotlist_cli.rules.newest import read_by_folds

MAX_PROBLEMS: Final = 20

_EVENT_KEYS: Final = frozenset(
    {"lead", "event_id", "type", "occurred_at", "properties", "flags", "expires_at"}
)
_ROUTES: Final = (Route.FORM, Route.OPERATOR, Route.SES, Route.BEACON, Route.LINK)


class BadHistory(ValueError):
    """A file of events that cannot be used; the text has its problems, one on a line."""


@dataclass(slots=True)
class History:
    """All of one lead: events, each once and as classified, and facts that win over theirs.

    An event that a fold would read no longer has expired, see `newest`.
    """

    lead: str
    events: list[Event] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def read_histories(name: str, forms: Forms) -> list[History]:
    """The histories in a file, or on stdin for `-`, in the order in which leads appear first.

    `forms` are those of forms.yaml, checked; none if they are not known.

    :raises BadHistory: with every problem, or the first twenty.
    """
    reader = Reader(forms)
    problems: list[str] = []
    try:
        with opened(name) as stream:
            for number, line in lines(stream):
                try:
                    reader.take(parse(line), number)
                except BadLine as error:
                    problems += [f"{name}:{number}: {reason}" for reason in error.reasons]
                if len(problems) >= MAX_PROBLEMS:
                    break
    except OSError as error:
        problems.append(f"{name}: cannot be read: {error.strerror}")
    if problems:
        raise BadHistory("\n".join(problems[:MAX_PROBLEMS]))
    return reader.histories()


def opened(name: str) -> Any:
    """The file, or stdin for `-`. :raises BadHistory: if there can be no such file."""
    if name == "-":
        if sys.stdin is None:
            raise BadHistory("-: cannot be read: stdin is closed")
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except ValueError as error:  # a name that no file can have
        raise BadHistory(f"{name}: cannot be read: {error}") from error


class Reader:
    """Sorts lines by lead; finds events with one id that differ."""

    def __init__(self, forms: Forms) -> None:
        self._histories: dict[str, History] = {}
        self._forms = forms
        self._seen: dict[tuple[str, str], tuple[Event, int]] = {}

    def take(self, given: Mapping[str, Any], number: int) -> None:
        """Take in a line. :raises BadLine: if it is neither an event nor facts."""
        fields = Fields(given)
        lead = fields.text("lead")
        if "facts" in given:
            facts = fields.object("facts", '{"role": "director"}')
            fields.finish({"lead", "facts"})
            self._history(lead).facts.update(facts)
            return
        event = _event(fields)
        before, place = self._seen.setdefault((lead, event.event_id), (event, number))
        if place == number:
            kept = classify.classify(captured(event, self._forms))
            self._history(lead).events.append(kept)
        elif not _same(before, event):
            raise BadLine(
                f"the event {shown(event.event_id)} of this lead stands on line {place} too, and "
                "is another there; write each with an id of its own"
            )

    def histories(self) -> list[History]:
        """The histories of the lines that were taken, in the order in which leads appear first."""
        for history in self._histories.values():
            history.events = read_by_folds(history.events)
        return [*self._histories.values()]

    def _history(self, lead: str) -> History:
        return self._histories.setdefault(lead, History(lead))


def _event(fields: Fields) -> Event:
    """The event as it is written."""
    event_id = fields.text("event_id")
    event_type = fields.text("type")
    if event_type and not is_type(event_type):
        hint = meant(event_type, TYPES) or "write one of the vocabulary, or custom:name"
        fields.wrong(f"{shown(event_type)} is no type of event; {hint}")
    occurred_at = fields.instant("occurred_at")
    expires_at = fields.instant("expires_at", needed=False)
    flags = fields.flags("flags")
    properties = fields.object("properties", '{"page_path": "/pricing"}')
    fields.finish(_EVENT_KEYS)
    return Event(
        event_id=event_id,
        type=event_type,
        occurred_at=occurred_at,
        received_at=occurred_at,
        properties=properties,
        flags=flags,
        expires_at=expires_at,
        route=_route(event_type, properties),
    )


_OF_FORMS: Final = frozenset({"form", "email", "phone"})
"""A `custom:` event with one of these came from a form; all others the page's tracker sent."""


def _route(event_type: str, properties: Mapping[str, Any]) -> Route:
    """The door that such an event most likely came in by: forms, where they may send it."""
    if event_type.startswith("custom:"):
        return Route.BEACON if _OF_FORMS.isdisjoint(properties) else Route.FORM
    return next((r for r in _ROUTES if event_type in ROUTE_TYPES[r]), Route.SERVER)


def _same(one: Event, other: Event) -> bool:
    """Whether two events with one id say the same."""

    def rest(event: Event) -> tuple[object, ...]:
        return event.type, event.occurred_at, event.flags, event.expires_at

    return rest(one) == rest(other) and _same_json(one.properties, other.properties)


def _same_json(one: object, other: object) -> bool:
    """Numbers by value (1 = 1.0), objects in any order of keys; true is no number."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same_json(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same_json, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other
