"""The facts of a lead over time, as far as rules ask for them. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hotlist.events.event import Event
from hotlist.leads import classify
from hotlist.leads.facts import Facts
from hotlist.leads.profile import is_kept

MOST_TAKEN: Final = 60_000
"""How many events are folded into facts at most, to find the facts that end: a fifth of a second.

So the facts of 300 events that end one after the other are all found.
"""


@dataclass(frozen=True, slots=True)
class Era:
    """What is known from an instant on. `facts` is None if nobody has looked: that costs too much.

    No other era follows one without facts.
    """

    at: datetime
    facts: Mapping[str, Any] | None


def eras_before(events: Sequence[Event], asked: Collection[str], until: datetime) -> list[Era]:
    """The eras of these events, in order, that begin up to an instant. None of them ends before.

    The first one begins with the first event.
    """
    facts, text = Facts((), classify.channel), ""
    found: list[Era] = []
    behind: tuple[int, ...] = ()
    for event in events:
        if event.occurred_at > until:
            break
        facts.take(event)
        now_behind = tuple(id(one) for one in facts.behind(asked))
        if found and now_behind == behind:
            continue
        behind, known = now_behind, facts.known()
        if not found or asked_text(known, asked) != text:
            text = asked_text(known, asked)
            found.append(Era(event.occurred_at, known))
    return found


def eras_ahead(events: Sequence[Event], asked: Collection[str], now: datetime) -> Iterator[Era]:
    """The eras of these events, in order, that begin after an instant, one after the other."""
    taken, at = 0, now
    telling = _telling([one for one in events if is_kept(one, now)], asked)
    text = None
    while True:
        alive = [one for one in telling if is_kept(one, at)]
        known = [one for one in alive if one.occurred_at <= at]
        taken += len(alive)
        if taken > MOST_TAKEN and text is not None:
            yield Era(at, None)
            return
        facts = Facts(known, classify.channel)
        said = facts.known()
        if text is not None and asked_text(said, asked) != text:
            yield Era(at, said)
        text = asked_text(said, asked)
        ends = [one.expires_at for one in facts.behind(asked) if one.expires_at is not None]
        coming = next((one.occurred_at for one in alive if one.occurred_at > at), None)
        after = min((one for one in (*ends, coming) if one is not None), default=None)
        if after is None:
            return
        at = after


def _telling(events: Sequence[Event], asked: Collection[str]) -> Sequence[Event]:
    """Those of these events that say anything of what is asked for, at any time."""
    if "channel" in asked:  # whichever event is the first one says it
        return events
    facts, found = Facts((), classify.channel), []
    for event in events:
        changes = facts.changes
        facts.take(event)
        if facts.changes != changes:
            found.append(event)
    return found


def asked_text(facts: Mapping[str, Any], asked: Collection[str]) -> str:
    """The facts that the score may depend on, as a text: rules tell 1 from true."""
    return repr({name: facts[name] for name in sorted(asked) if name in facts})
