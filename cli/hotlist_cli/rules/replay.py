"""What `hotlist rules replay` finds: what would have happened, had these rules been live."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from hotlist.leads.lead import Alerting, Temperature
from hotlist.scoring.course import Course
from hotlist.scoring.ruleset import Ruleset
from hotlist_cli.rules.facts import Knowledge
from hotlist_cli.rules.history import History


class Change(NamedTuple):
    """A temperature that is another than before, an alert, or both."""

    lead: str
    at: datetime
    temperature: Temperature
    total: int
    alert: bool


def replay(ruleset: Ruleset, history: History, until: datetime) -> Iterator[Change]:
    """Look at a lead whenever the live system would have, up to and including `until`.

    That is at every event, and whenever the temperature or a fact changes by itself.
    """
    events = sorted(history.events, key=lambda event: event.order)
    knowledge = Knowledge(events, history.facts)
    times = iter(sorted({event.occurred_at for event in events}))
    alerting, temperature = Alerting(), Temperature.COLD
    at = upcoming = next(times, None)
    course, seen = None, None
    while at is not None and at <= until:
        while upcoming is not None and upcoming <= at:
            upcoming = next(times, None)
        known = knowledge.at(at)
        if course is None or known.events is not seen:
            course, seen = Course(ruleset, known.events, at), known.events
        ahead = [
            then for then in (upcoming, known.until) if then is not None and at < then <= until
        ]
        next_at = min(ahead, default=None)
        sight = course.look(known.facts, at, alerting, upcoming=next_at, last=until)
        alerting = sight.alerting
        if sight.temperature != temperature or sight.crossed:
            temperature = sight.temperature
            yield Change(history.lead, at, temperature, course.total(at), sight.crossed)
        at = sight.next_at if sight.next_at is None or sight.next_at > at else None
