"""Section 9: alerts, and when a lead is armed again."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from hotlist.events.event import Event
from hotlist.scoring import values
from reference.changes import first_change
from reference.holding import Picture, Shown, shown
from reference.language import Facts, Rules, history, minimums
from reference.scoring import score
from reference.view import View, worth


def look(
    rules: Rules,
    facts: Facts,
    events: Iterable[Event],
    now: int,
    *,
    armed: bool = True,
    rearms_at: int | None = None,
) -> dict[str, Any]:
    """One look at a lead with this alert state: whether it is a crossing, and the new state."""
    given = list(events)
    ordered = history(given)
    if not armed and rearms_at is not None and rearms_at <= now:
        armed = True
    picture = View(rules, facts, ordered, now).picture()
    result = shown(rules, picture, worth(picture, now))
    crossed = armed and result.temperature == "hot"
    armed = result.temperature != "hot" if armed else is_cooled(picture, result)
    return {
        "score": score(rules, facts, given, now),
        "crossed": crossed,
        "armed": armed,
        "rearms_at": None if armed else first_change(rules, facts, ordered, now, is_cooled),
    }


def is_cooled(picture: Picture, result: Shown) -> bool:
    """Not hot, and far enough below a minimum of hot; or suspended."""
    if picture.suspended:
        return True
    if result.temperature == "hot":
        return False
    rearm = picture.temperature.get("rearm", "10%")
    for name, minimum in minimums(picture.temperature["hot"]).items():
        missing = minimum - {**result.groups, "total": result.total}[name]
        if isinstance(rearm, str):
            margin = values.share(rearm) * abs(minimum)
        else:
            margin = Fraction(values.points(rearm), 1000)
        if missing > 0 and missing >= margin:
            return True
    return False
