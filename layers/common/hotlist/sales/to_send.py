"""What is still to be said of an alert or a message, as things are now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from hotlist.events.answers import newest_answer
from hotlist.events.corrections import Corrections
from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, INTERNAL, SPAM
from hotlist.leads.classify import classify
from hotlist.leads.lead import Lead, LeadState, Stage, Temperature
from hotlist.leads.profile import is_kept, reclassified


@dataclass(frozen=True, slots=True)
class AlertNow:
    """The lead that an alert is about now, and when it turned hot.

    `cooled` says that it is hot no longer, `taken_in` that a phone's lead turned hot and
    belongs to this one since.
    """

    lead: Lead
    turned_hot_at: datetime | None
    cooled: bool = False
    taken_in: bool = False


def alert_now(
    alert_id: str, lead: Lead | None, claimant: Lead | None, said: Iterable[Event]
) -> AlertNow | None:
    """What an alert says now; None if there is nothing to say any more.

    `lead` is the one that turned hot, `claimant` the one that has taken it in, if one has;
    `said` is what links, SES and operators said of the one that the alert is about now.
    """
    if lead is None or lead.alerting.alert_id != alert_id or lead.state is LeadState.EMPTY:
        return None
    since = lead.alerting.hot_since
    answer = newest_answer(reclassified(said))
    if answer is not None and answer.is_since(since):
        return None
    if lead.state is LeadState.LIVE:
        cooled = lead.temperature is not Temperature.HOT
        return None if _is_closed(lead) else AlertNow(lead, since, cooled=cooled)
    if claimant is None or claimant.state is not LeadState.LIVE or _is_closed(claimant):
        return None
    if claimant.temperature is Temperature.HOT:
        return None  # it has an alert of its own
    return AlertNow(claimant, since, cooled=True, taken_in=True)


def message_now(event: Event | None, said: Iterable[Event], now: datetime) -> Event | None:
    """A message with the flags that it has now; None if it is not kept, or no message.

    `said` has what operators corrected under its subject. Whether it is to be sent is then
    told by its flags, see `held_back`.
    """
    if event is None or not event.tell or not is_kept(event, now):
        return None
    return with_flags(event, said, now)


def with_flags(event: Event, said: Iterable[Event], now: datetime) -> Event:
    """An event with the flags that it has now. `said` has what operators corrected."""
    corrections = Corrections(one for one in said if is_kept(one, now))
    classified = classify(event)
    return replace(classified, flags=corrections.flags(classified))


def held_back(event: Event) -> str | None:
    """The flag for which a message is not sent; None if it is sent.

    A test is internal and often a machine's. It is sent, and says that it is a test.
    """
    flags = (SPAM,) if event.is_test else (SPAM, BOT, INTERNAL)
    return next((flag for flag in flags if flag in event.flags), None)


def _is_closed(lead: Lead) -> bool:
    return lead.stage in (Stage.SUSPENDED, Stage.REJECTED)
