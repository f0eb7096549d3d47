"""What a lead becomes by itself, if nothing more happens. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hotlist.events.event import Event
from hotlist.leads import classify
from hotlist.leads.lead import Temperature
from hotlist.leads.profile import Profile, facts_at
from hotlist.scoring import engine
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset

MOST_LOOKS: Final = 6
"""How many instants are looked at, and scores calculated, at most: thousands of facts may end."""


@dataclass(frozen=True, slots=True)
class NextChange:
    """The next instant at which a lead has another temperature, and what it has then.

    `temperature` and `total` are None if the lead ends: nothing that counts is kept any more.
    """

    at: datetime
    temperature: Temperature | None = None
    total: int | None = None


def next_change(ruleset: Ruleset, profile: Profile, score: Score) -> NextChange | None:
    """The next change of this score if nothing more happens; None if there is none.

    The score's own `next_change_at` holds for facts that stay. So where a fact ends before it that
    the rules ask for, the score is calculated anew. `MOST_LOOKS` ends of facts are looked at. A
    change that lies behind so many is told as it would be if those behind the last look stayed.
    """
    change, until, before = score.next_change_at, profile.facts_until, score.temperature
    asked = _asked(ruleset, profile.facts)
    for look in range(MOST_LOOKS):
        is_last = look == MOST_LOOKS - 1
        ahead = (change, profile.ends_at, None if is_last else until)
        at = min((one for one in ahead if one is not None), default=None)
        if at is None:
            return None
        if at == profile.ends_at:
            return NextChange(at)
        facts, until = known_at(profile.events, at)
        if at != change and _asked(ruleset, facts) == asked:
            continue
        asked = _asked(ruleset, facts)
        then = engine.forecast(ruleset, facts, profile.events, at)
        if then.temperature is not before:
            return NextChange(at, then.temperature, then.total)
        change = then.next_change_at
    return None


def _asked(ruleset: Ruleset, facts: Mapping[str, object]) -> str:
    """The facts that the score may depend on, as a text: rules tell 1 from true."""
    return repr({name: facts[name] for name in sorted(ruleset.asked) if name in facts})


def known_at(events: Sequence[Event], at: datetime) -> tuple[dict[str, object], datetime | None]:
    """The facts of these events at an instant, and when the first of them ends.

    Events that come later, and those that are kept no longer, say nothing.
    """
    return facts_at((one for one in events if one.occurred_at <= at), at, classify.channel)
