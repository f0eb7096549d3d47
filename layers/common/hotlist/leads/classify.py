"""What an event tells beside what it says: is it a bot's, by which channel did it come.

Pure and versioned: nothing is classified when it is captured, so a better classifier, with a new
`VERSION`, means that every lead is folded again, as after changed rules.
"""

from dataclasses import replace
from typing import Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, Route
from hotlist.leads.bots import Agent, agent_of
from hotlist.leads.channel import channel

__all__ = ["VERSION", "channel", "classify"]

VERSION: Final = 3
"""Goes up with every change of what is found, also with one of the lists."""

_BOTS: Final = {
    Route.FORM: frozenset({Agent.CRAWLER}),
    Route.BEACON: frozenset({Agent.CRAWLER, Agent.LIBRARY}),
    Route.LINK: frozenset({Agent.CRAWLER, Agent.LIBRARY}),
}
"""Whose agents make a bot, by route. Companies' own servers post to forms; pages and links are
for browsers. What servers, SES and operators say is theirs, whatever they say it with."""


def classify(event: Event) -> Event:
    """The event with the flags that its user agent earns it."""
    agent = event.properties.get("user_agent")
    bots = _BOTS.get(event.route)
    if bots and isinstance(agent, str) and agent_of(agent) in bots:
        return replace(event, flags=event.flags | {BOT})
    return event
