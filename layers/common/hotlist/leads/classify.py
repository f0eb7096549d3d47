"""What an event tells beside what it says: a bot's or a scanner's? by which channel did it come?

Pure and versioned: nothing is classified when it is captured, so a better classifier, with a new
`VERSION`, means that every lead is folded again, as after changed rules.
"""

from dataclasses import replace
from typing import Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, PREFETCH, Route
from hotlist.leads import scanners
from hotlist.leads.bots import Agent, agent_of
from hotlist.leads.channel import channel

__all__ = ["VERSION", "channel", "classify"]

VERSION: Final = 5
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
    if not bots or not isinstance(agent, str):
        return event
    found = {BOT} if agent_of(agent) in bots else set()
    if event.route is Route.LINK and _is_unread(event.type, agent):
        found.add(PREFETCH)
    return replace(event, flags=event.flags | found) if found else event


def _is_unread(event_type: str, agent: str) -> bool:
    """Whether what a link recorded was a scanner's.

    A reward whose button somebody else has pressed shows nobody's address. A consent that was
    given by a button holds: some companies read mails in browsers that call themselves scanners.
    """
    if event_type == "reward_claimed":
        return scanners.is_named(agent)
    return event_type in scanners.RECORDED and scanners.is_scanner(agent)
