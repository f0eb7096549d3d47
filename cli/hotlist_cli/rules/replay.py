"""`hotlist rules replay`: the temperatures and alerts of the past, had these rules been live."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from hotlist.leads.lead import Alerting, Temperature
from hotlist.scoring import engine
from hotlist.scoring.ruleset import Ruleset
from hotlist_cli.rules.facts import known_at
from hotlist_cli.rules.history import History
from hotlist_cli.rules.inputs import Inputs, load
from hotlist_cli.rules.output import cell, say, table, to_json


class Change(NamedTuple):
    """A temperature that is another than before, an alert, or both."""

    lead: str
    at: datetime
    temperature: Temperature
    total: int
    alert: bool


def run(inputs: Inputs, until: datetime | None, *, as_json: bool) -> int:
    """Replay all leads and print what changed."""
    ruleset, histories = load(inputs)
    times = [event.occurred_at for history in histories for event in history.events]
    until = until or max(times, default=datetime.now(UTC))
    changes = (change for history in histories for change in replay(ruleset, history, until))
    if as_json:
        for change in changes:
            say(to_json(change._asdict()))
        return 0
    rows = [
        [cell(c.lead), cell(c.at), c.temperature, str(c.total), "alert" if c.alert else ""]
        for c in changes
    ]
    if rows:
        say(table(["lead", "at", "temperature", "total", ""], rows, numbers={"total"}))
    else:
        say("no lead changed its temperature")
    return 0


def replay(ruleset: Ruleset, history: History, until: datetime) -> Iterator[Change]:
    """Look at a lead whenever the live system would have, up to and including `until`.

    That is at every event, and whenever the temperature or a fact changes by itself.
    """
    events = sorted(history.events, key=lambda event: event.order)
    alerting, temperature = Alerting(), Temperature.COLD
    at = events[0].occurred_at if events else None
    happened = 0
    while at is not None and at <= until:
        while happened < len(events) and events[happened].occurred_at <= at:
            happened += 1
        known = known_at(events[:happened], history.facts, at)
        look = engine.look(ruleset, known.facts, known.events, at, alerting)
        alerting, score = look.alerting, look.score
        if score.temperature != temperature or look.crossed:
            temperature = score.temperature
            yield Change(history.lead, at, temperature, score.total, look.crossed)
        upcoming = [score.next_change_at, known.until]
        if happened < len(events):
            upcoming.append(events[happened].occurred_at)
        at = min((then for then in upcoming if then is not None and then > at), default=None)
