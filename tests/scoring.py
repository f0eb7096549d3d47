"""Short words for tests of scoring: rules, events at days, and what their score is.

A time is a number of days since DAY0, a Monday's midnight in UTC; or an ISO 8601 text; or an
instant. A point in between two days is best given as an eighth, which floats hold exactly.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from hotlist.events.event import Event
from hotlist.events.times import from_text
from hotlist.scoring import engine
from hotlist.scoring.ruleset import Ruleset, from_checked

DAY0 = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
MS = timedelta(milliseconds=1)

Time = float | str | datetime
Facts = dict[str, Any] | None

VISIT = {"id": "visit", "event": "page_viewed", "points": 10}
BOSS = {"id": "boss", "lead": {"role": ["boss"]}, "points": 30}


def instant(at: Time) -> datetime:
    if isinstance(at, datetime):
        return at
    return from_text(at) if isinstance(at, str) else DAY0 + at * DAY


def rules(*made: dict[str, Any], hot: Any = 1000, warm: Any = None, **top: Any) -> Ruleset:
    """A ruleset that nobody is hot by, unless the test says so."""
    temperature = {"hot": hot} | ({} if warm is None else {"warm": warm})
    return from_checked({"temperature": temperature, "rules": list(made), **top})


def event(event_type: str, at: Time = 0, event_id: str = "", /, **changes: Any) -> Event:
    name = event_id or f"{event_type} {at}"
    return Event(event_id=name, type=event_type, occurred_at=instant(at), **changes)


def visit(at: Time = 0, event_id: str = "", /, **properties: Any) -> Event:
    """A page view with these properties."""
    return event("page_viewed", at, event_id, properties=properties)


def visits(*times: Time) -> list[Event]:
    """Page views, called a, b, c in the order in which they are given."""
    return [visit(at, chr(ord("a") + n)) for n, at in enumerate(times)]


def bot(at: Time = 0, event_id: str = "", /) -> Event:
    return event("page_viewed", at, event_id, flags=frozenset({"bot"}))


def adjusted(at: Time = 0, /, **properties: Any) -> Event:
    """`add` or `set`, with `group` and `lasts`."""
    return event("score_adjusted", at, properties=properties)


def reset(at: Time = 0, /, **properties: Any) -> Event:
    return event("score_reset", at, properties=properties)


def score(ruleset: Ruleset, events: Iterable[Event], at: Time = 0, facts: Facts = None) -> Any:
    """A `Score`, typed loosely: its decimals are compared with plain numbers."""
    return engine.score(ruleset, facts or {}, events, instant(at))


def total(ruleset: Ruleset, events: Iterable[Event], at: Time = 0, facts: Facts = None) -> int:
    return int(score(ruleset, events, at, facts).total)


def totals(
    ruleset: Ruleset, events: Iterable[Event], days: Iterable[Time], facts: Facts = None
) -> list[int]:
    """The totals at several times."""
    given = list(events)
    return [total(ruleset, given, day, facts) for day in days]


def exact(ruleset: Ruleset, events: Iterable[Event], at: Time = 0, facts: Facts = None) -> Any:
    return score(ruleset, events, at, facts).exact


def awarded(ruleset: Ruleset, events: Iterable[Event], at: Time = 100) -> str:
    """The ids of the events that give an award, together: `ac` for `a` and `c`."""
    return "".join(line.event_id or "" for line in score(ruleset, events, at).contributions)


def lines(of: Any) -> list[tuple[str, Any]]:
    """What every line is called and gives."""
    return [(line.rule, line.points) for line in of.contributions]
