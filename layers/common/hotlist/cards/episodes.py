"""The history of a lead as episodes: visits of a site, and other things that happened. Pure.

An episode holds values and no sentences; `history_words` tells it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from hotlist.events import visible
from hotlist.events.corrections import texts_of
from hotlist.events.event import Event
from hotlist.events.vocabulary import BEACON_TYPES, BOT, PREFETCH, RESERVED, Route

MOST: Final = 200
"""How many episodes a history tells. It counts those that are older."""

MOST_PAGES: Final = 8
MOST_ANSWERS: Final = 12
"""How many pages of a visit, and answers of a form, are told. The others are counted."""

MOST_KINDS: Final = 6
"""How many kinds of other actions of a visit are told: a page may invent its own."""

PAUSE: Final = timedelta(minutes=30)
"""How long nothing may happen in a visit whose page names no session."""

LONG_PAUSE: Final = timedelta(hours=12)
"""The same if it does: a browser may keep a session, or give its id again, after weeks."""

VISIT: Final = "visit"
_CUSTOM: Final = "custom:"
_VISITING: Final = BEACON_TYPES - {"consent_withdrawn"}
_CORRECTION: Final = "event_reclassified"

_TOLD: Final = (
    *("form", "reward", "mail", "to", "order_id", "currency", "reason", "author", "group"),
    *("day", "page_title", "page_path"),
)
"""Texts of an event that its sentence may use."""

_NUMBERS: Final = ("value", "add", "set")
_MOST_AMOUNT: Final = 10**15
"""What is larger, or no number at all, is no amount that anybody has meant."""

_LISTS: Final = ("purpose", "purposes", "add", "remove", "consents", "pending_consents")


def _no_labels(form: str) -> Mapping[str, str]:  # noqa: ARG001 - of no form anything is known
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Something that happened, or a visit: all that a browser sent in one session.

    `kind` is the type of the event, or `VISIT`. `machine` is `bot` or `prefetch` if no person has
    done it. A visit has `pages`, each once and `MOST_PAGES` at most, of `page_count` different
    ones, and `also` its other actions by type, with how often. A form has its `answers`, and
    `more` of them are left out; `labels` are what its form calls its fields. `texts`, `numbers` and
    `lists` are what its sentence may use, and `by` who said it. `is_all` says that an
    opt-out is from everything, and `is_void` that a change of points counts for nothing.
    """

    at: datetime
    until: datetime
    kind: str
    event_ids: tuple[str, ...]
    machine: str = ""
    pages: tuple[str, ...] = ()
    page_count: int = 0
    also: tuple[tuple[str, int], ...] = ()
    answers: tuple[tuple[str, object], ...] = ()
    more: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int | float] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by: str = ""
    is_all: bool = False
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """The newest `MOST` episodes, that which ended last first, and how many are older."""

    episodes: tuple[Episode, ...] = ()
    older: int = 0


def history_of(
    counting: Sequence[Event],
    all_events: Iterable[Event],
    *,
    names: Mapping[str, str],
    labels: Callable[[str], Mapping[str, str]] = _no_labels,
    is_void: Callable[[Event], bool] = lambda _: False,
) -> History:
    """The history of a lead.

    `counting` are the events that count, in order. Of all events, corrections are told as well.
    `names` has the names of those who answer leads, by id. `labels` gives those of a form's fields,
    and `is_void` says whether a change of points counts for nothing.
    """
    visits: list[list[Event]] = []
    others: list[Event] = []
    open_ones: dict[tuple[str, ...], list[Event]] = {}
    for event in counting:
        if not _is_visiting(event):
            others.append(event)
            continue
        session, machine = _text(event, "session_id"), _machine(event)
        key, pause = (event.subject, session, machine), LONG_PAUSE if session else PAUSE
        current = open_ones.get(key)
        if current is None or event.occurred_at - current[-1].occurred_at > pause:
            current = open_ones[key] = []
            visits.append(current)
        current.append(event)
    words = {one.event_id: one for one in all_events if one.type == _CORRECTION}
    told = [_visit(one) for one in visits]
    told += [_episode(one, names, is_void) for one in (*others, *words.values())]
    told.sort(key=lambda one: (one.until, one.event_ids), reverse=True)
    newest = [_labelled(one, labels) for one in told[:MOST]]
    return History(tuple(newest), max(0, len(told) - MOST))


def _labelled(episode: Episode, labels: Callable[[str], Mapping[str, str]]) -> Episode:
    if not episode.answers:
        return episode
    known = labels(episode.texts.get("form", ""))
    said = {name: known[name] for name, _ in episode.answers if name in known}
    return replace(episode, labels=said)


def page_of(event: Event) -> str:
    """How the page of an event is called: by its title, else by its path; "" if it has none."""
    return _text(event, "page_title") or _text(event, "page_path")


def _is_visiting(event: Event) -> bool:
    """Whether an event is an action within a visit."""
    is_own = event.route is Route.BEACON and event.type.startswith(_CUSTOM)
    return is_own or event.type in _VISITING


def _visit(events: Sequence[Event]) -> Episode:
    pages = _pages(one for one in events if one.type == "page_viewed")
    also: dict[str, int] = {}
    for one in events:
        if one.type not in ("page_viewed", "session_started", "page_engaged"):
            also[one.type] = also.get(one.type, 0) + 1
    return Episode(
        at=events[0].occurred_at,
        until=events[-1].occurred_at,
        kind=VISIT,
        event_ids=tuple(one.event_id for one in events),
        machine=_machine(events[0]),
        pages=tuple(pages)[:MOST_PAGES],
        page_count=len(pages),
        also=tuple(also.items())[:MOST_KINDS],
    )


def _pages(views: Iterable[Event]) -> list[str]:
    """Each page once, by its title. Of several with one title the others are told by their path."""
    found: dict[str, str] = {}
    for event in views:
        title, path = page_of(event), _text(event, "page_path")
        if title and (path or title) not in found:
            found[path or title] = path if path and title in found.values() else title
    return [*found.values()]


def _episode(event: Event, names: Mapping[str, str], is_void: Callable[[Event], bool]) -> Episode:
    answers = _answers(event) if event.route is Route.FORM else []
    by = _text(event, "owner" if event.type == "lead_moved" else "by")
    return Episode(
        at=event.occurred_at,
        until=event.occurred_at,
        kind=event.type,
        event_ids=(event.event_id,),
        machine=_machine(event),
        answers=tuple(answers[:MOST_ANSWERS]),
        more=max(0, len(answers) - MOST_ANSWERS),
        texts={name: text for name in _TOLD if (text := _text(event, name))},
        numbers={
            name: value
            for name in _NUMBERS
            if isinstance(value := event.properties.get(name), int | float)
            and not isinstance(value, bool)
            and abs(value) < _MOST_AMOUNT
        },
        lists={name: found for name in _LISTS if (found := _list(event, name))},
        by=names.get(by, by),
        is_all=event.properties.get("all") is True,
        is_void=event.type.startswith("score_") and is_void(event),
    )


def _answers(event: Event) -> list[tuple[str, object]]:
    """The answers to a form, with what was written in it if the event has been read with that."""
    said = {**event.properties, **{k: v for k, v in event.texts.items() if isinstance(v, str)}}
    return [(name, value) for name, value in said.items() if name not in RESERVED]


def _machine(event: Event) -> str:
    return next((flag for flag in (PREFETCH, BOT) if flag in event.flags), "")


def _text(event: Event, name: str) -> str:
    value = event.properties.get(name)
    return visible.one_line(value) if isinstance(value, str) else ""


def _list(event: Event, name: str) -> tuple[str, ...]:
    """The texts of a property: one text, a list of them, or the names in a mapping."""
    value = event.properties.get(name)
    found = [*value] if isinstance(value, Mapping) else texts_of(event, name)
    return tuple(one for one in map(str, found[:MOST_ANSWERS]) if one)
