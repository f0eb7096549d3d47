"""What a lead becomes by itself, if nothing more happens. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hotlist.cards.eras import Era, eras_ahead
from hotlist.leads.lead import Temperature
from hotlist.leads.profile import Profile
from hotlist.scoring import engine
from hotlist.scoring.engine import Score
from hotlist.scoring.ruleset import Ruleset

MOST_SCORES: Final = 6
"""How many scores are calculated at most: thousands of facts may end."""


@dataclass(frozen=True, slots=True)
class NextChange:
    """The next instant at which a lead has another temperature, and what it has then.

    `temperature` and `total` are None if the lead ends: nothing that counts is kept any more. If it
    is not `is_sure`, they are None too, and nobody knows what comes then: all that is known is that
    the temperature stays until `at`.
    """

    at: datetime
    temperature: Temperature | None = None
    total: int | None = None
    is_sure: bool = True


def next_change(
    ruleset: Ruleset, profile: Profile, score: Score, now: datetime
) -> NextChange | None:
    """The next change of this score of `now` if nothing more happens; None if there is none.

    The score's own `next_change_at` holds for facts that stay. So where facts change that the rules
    ask for, the score is calculated anew, `MOST_SCORES` times at most.
    """
    change, facts = score.next_change_at, profile.facts
    eras = eras_ahead(profile.events, ruleset.asked, now)
    era = next(eras, None)
    looks = 0
    while True:
        ahead = (change, profile.ends_at, None if era is None else era.at)
        at = min((one for one in ahead if one is not None), default=None)
        if at is None or at == profile.ends_at:
            return None if at is None else NextChange(at)
        if looks == MOST_SCORES or _is_unknown(era, at):
            return NextChange(at, is_sure=False)
        looks += 1
        if era is not None and era.at == at and era.facts is not None:
            facts, era = era.facts, next(eras, None)
        then = engine.forecast(ruleset, facts, profile.events, at)
        if then.temperature is not score.temperature:
            return NextChange(at, then.temperature, then.total)
        change = then.next_change_at
    raise AssertionError  # the last look returns


def _is_unknown(era: Era | None, at: datetime) -> bool:
    return era is not None and era.facts is None and era.at <= at
