"""What leads, SES and operators say, as the judge of mails to leads reads it. Pure.

None of the code that decides about mail is asked.
"""

from datetime import datetime

from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from integration.model.forms import VERSION


def has_unsubscribed(said: list[Event]) -> bool:
    """Whether the last word by a link on mails, of words in their order, ends them."""
    by_link = [one for one in said if one.route is Route.LINK]
    words = [one for one in by_link if one.type in ("unsubscribed", "consent_given")]
    return bool(words) and words[-1].type == "unsubscribed"


def order_of(event: Event) -> tuple[datetime, str]:
    return event.occurred_at, event.event_id


def is_over(event: Event, at: datetime) -> bool:
    return event.expires_at is not None and event.expires_at <= at


def stops(word: Event) -> bool:
    """Whether no mail goes to an address any more."""
    is_back = word.type == "email_bounced" and word.properties.get("permanent") is True
    return is_back or word.type == "email_complained"


def purposes_of(word: Event) -> set[str]:
    """The purposes that somebody consents to by a word, or withdraws."""
    said = word.properties
    if word.type in ("consent_given", "consent_withdrawn"):
        return {str(said["purpose"])}
    if word.type == "unsubscribed":
        named = said.get("purposes")
        more = {*named} if isinstance(named, list) else set[str]()
        return {"email", "phone", "post"} | more if said.get("all") is True else {"email"}
    return set()


def answers(word: Event, event: Event) -> bool:
    """Whether the last word on a purpose leaves nothing to confirm for an event."""
    is_later = order_of(word) > order_of(event)
    return is_later or (word.type == "consent_given" and word.properties.get("version") == VERSION)


def gives_tracking(event: Event) -> bool:
    given = event.properties.get("consents")
    is_given = event.type == "consent_given" and event.properties.get("purpose") == "tracking"
    return is_given or (isinstance(given, dict) and "tracking" in given)
