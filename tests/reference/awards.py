"""Steps 5 to 7: which events match, which of them are awards, and what these give."""

from collections.abc import Callable, Iterable
from typing import Any

from hotlist.scoring import values
from reference.language import (
    Facts,
    Happening,
    Rules,
    day_of,
    identity,
    is_active,
    lead_matches,
    matches,
    score_matches,
    session_of,
    where_matches,
)

Match = tuple[int, Happening]
"""The instant at which an event is matched, and the event."""

_WORDS: dict[str, Rules] = {
    "each": {"every": 1},
    "once": {"at_count": 1},
    "per_day": {"at_count": 1, "within": "day"},
    "per_session": {"at_count": 1, "within": "session"},
}


def matched(rules: Rules, rule: Rules, seen: list[Happening], now: int) -> list[Match]:
    """The events that an event rule matches, of those that it may see."""
    found = [e for e in seen if matches(rule, e) and is_active(rules, rule, e.at)]
    unless = rule.get("unless")
    if unless is None:
        return [(event.at, event) for event in found]
    against = [event for event in seen if matches(unless, event)]
    if "within" not in unless:
        return [] if against else [(event.at, event) for event in found]
    wait = values.duration(unless["within"])

    def is_answered(event: Happening) -> bool:
        return any(
            later.order > event.order
            and later.at - event.at < wait
            and _is_same(event, later, unless.get("same"))
            for later in against
        )

    return [
        (event.at + wait, event)
        for event in found
        if event.at + wait <= now and not is_answered(event)
    ]


def _is_same(event: Happening, later: Happening, name: str | None) -> bool:
    if name is None:
        return True
    value = event.value(name)
    return value is not None and identity(value) == identity(later.value(name))


def awarded(rules: Rules, award: Any, found: list[Match]) -> list[Match]:
    """The matched events that are awards."""
    if award == "latest":
        return found[-1:]
    form: Rules = _WORDS[award] if isinstance(award, str) else award
    within = form.get("within")
    runs: dict[object, list[Match]] = {}
    stopped: set[object] = set()
    awards: list[Match] = []
    for match in found:
        at, event = match
        if within == "day":
            run_of: object = day_of(rules, at)
        elif within == "session":
            run_of = session_of(event)
        else:
            run_of = "the whole history"
        if run_of in stopped or _distinct(rules, form, match) is None:
            continue
        run = [*runs.get(run_of, []), match]
        if within not in (None, "day", "session"):
            run = [(then, e) for then, e in run if at - then < values.duration(within)]
        if _size(rules, form, run) == form.get("at_count", form.get("every")):
            awards.append(match)
            run = []
            if "at_count" in form:
                stopped.add(run_of)
        runs[run_of] = run
    return awards


def _distinct(rules: Rules, form: Rules, match: Match) -> object:
    """The value of an event that is counted, or None if the event is skipped."""
    at, event = match
    name = form.get("distinct")
    if name is None:
        return event.event_id
    if name == "day":
        return day_of(rules, at)
    if name == "session":
        return session_of(event)
    value = event.value(name)
    return None if value is None else identity(value)


def _size(rules: Rules, form: Rules, run: Iterable[Match]) -> int:
    return len({_distinct(rules, form, match) for match in run})


def completed(rules: Rules, rule: Rules, start: int, now: int) -> list[int]:
    """The instants at which awarded silences that start at `start` are complete."""
    length = values.duration(rule["inactive"])
    award = rule.get("award", "once")
    form: Rules = _WORDS[award] if isinstance(award, str) else award
    last = 1 if "at_count" in form else (now - start) // length
    ends = [start + k * length for k in range(1, last + 1)]
    return [end for end in ends if end <= now and is_active(rules, rule, end)]


def points_of(
    rule: Rules, facts: Facts, event: Happening | None, total: Callable[[], int]
) -> int | None:
    """The thousandths that an award gives. None if no band fits, so that it is not an award."""
    if not _fits(rule, facts, total):
        return None
    if "first_of" not in rule:
        return values.points(rule.get("points", 0))
    for band in rule["first_of"]:
        if "where" in band and not (event and where_matches(band["where"], event.properties)):
            continue
        if _fits(band, facts, total):
            return values.points(band["points"])
    return None


def _fits(part: Rules, facts: Facts, total: Callable[[], int]) -> bool:
    if "lead" in part and not lead_matches(part["lead"], facts):
        return False
    return "score" not in part or score_matches(part["score"], total())
