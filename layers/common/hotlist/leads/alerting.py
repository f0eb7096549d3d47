"""The alert state of a lead: what a look changes in it, and what it was before that. Pure.

A look tells whether a lead has turned hot (docs/scoring.md, Alerts). What is hot by a change of
rules alone is no news, and so is what was hot before an answer that sales has taken back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.answers import ANSWERS, UNDONE, target
from hotlist.events.event import Event
from hotlist.events.times import to_text
from hotlist.events.vocabulary import BOT
from hotlist.identity.claims import Identity
from hotlist.leads import classify
from hotlist.leads.lead import Alerting, Lead, LeadState, Temperature
from hotlist.leads.profile import Profile, profile_of
from hotlist.scoring import engine
from hotlist.scoring.engine import Look
from hotlist.scoring.ruleset import Ruleset

TOLD_BEFORE: Final = timedelta(minutes=10)
"""How long before a crossing a message was received that stands for its alert."""


def looked(
    ruleset: Ruleset, profile: Profile, now: datetime, before: Alerting, lead_id: str
) -> Look:
    """A look at a lead. Its alert state has an alert of its own if the lead has turned hot."""
    look = _look(ruleset, profile, now, before)
    if not look.crossed:
        return look
    tell = _told_before(profile.events, now)
    alert_id = f"{lead_id}@{to_text(now)}"
    after = replace(look.alerting, alert_id=alert_id, hot_since=now, alert_tell=tell)
    return replace(look, alerting=after)


def by_other_rules(
    ruleset: Ruleset, events: Sequence[Event], identities: Iterable[Identity], stored: Lead
) -> Alerting:
    """The alert state after a look of its own, by the new rules, at what the last fold saw.

    That look's alert is dropped. What has come since is then looked at like any news.
    """
    seen = _seen(events, identities, stored)
    profile = profile_of(seen, stored.folded_at, classify.channel)
    return _look(ruleset, profile, stored.folded_at, stored.alerting).alerting


def without_taken_back(ruleset: Ruleset, events: Sequence[Event], stored: Lead) -> Alerting:
    """The alert state as if answers that were taken back since the last fold had never been given.

    A lead that was hot before the first of them, and had its alert by then, has not cooled by it.
    """
    undone = {target(one) for one in events if one.received_at > stored.folded_at}
    answers = (one for one in events if one.type in ANSWERS and one.event_id in undone)
    at = min((one.received_at for one in answers), default=None)
    before, since = stored.alerting, stored.alerting.hot_since
    if at is None or since is None or since > at or not before.armed:
        return before
    if stored.state is not LeadState.LIVE:
        return before
    past = [one for one in events if one.received_at < at or one.type == UNDONE]
    profile = profile_of(past, at, classify.channel)
    look = _look(ruleset, profile, at, replace(before, armed=False))
    return look.alerting if look.score.temperature is Temperature.HOT else before


def _look(ruleset: Ruleset, profile: Profile, at: datetime, before: Alerting) -> Look:
    look = engine.look(ruleset, profile.facts, profile.events, at, before)
    return replace(look, alerting=_ended(look.alerting, profile))


def _seen(
    events: Sequence[Event], identities: Iterable[Identity], stored: Lead
) -> tuple[Event, ...]:
    """Those of the events that the stored lead was folded from.

    What was received since is not among them, nor the past of a visitor or phone that was
    claimed since.
    """
    known = [event for event in events if event.received_at <= stored.folded_at]
    ids = {event.event_id for event in events} - {event.event_id for event in known}
    held = {stored.lead_id} | {
        identity.subject
        for identity in identities
        for claim in identity.timeline
        if claim.claimant == stored.lead_id and claim.event_id not in ids
    }
    return tuple(event for event in known if event.subject in held)


def _told_before(events: Iterable[Event], now: datetime) -> str | None:
    """The newest message of a person received just before `now`, as `<subject>#<event id>`."""
    told = [
        event
        for event in events
        if event.tell and BOT not in event.flags and event.received_at >= now - TOLD_BEFORE
    ]
    newest = max(told, key=lambda event: (event.received_at, event.event_id), default=None)
    return None if newest is None else f"{newest.subject}#{newest.event_id}"


def _ended(alerting: Alerting, profile: Profile) -> Alerting:
    """A lead that ends has cooled: that counts for when it is armed again."""
    if alerting.armed or profile.ends_at is None:
        return alerting
    ahead = [at for at in (alerting.rearms_at, profile.ends_at) if at is not None]
    return replace(alerting, rearms_at=min(ahead))
