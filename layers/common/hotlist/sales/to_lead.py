"""What is still to be mailed to a lead, as things are now. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from hotlist.events.corrections import texts_of
from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, PREFETCH, Route
from hotlist.identity.identifiers import EMAIL, kind_of
from hotlist.leads.classify import classify
from hotlist.leads.facts import confirms
from hotlist.leads.profile import is_kept, reclassified
from hotlist.links.tokens import VALID, Purpose
from hotlist.sales.to_send import held_back, with_flags

CONFIRM: Final = "confirm"
REWARD: Final = "reward"
RECEIPT: Final = "receipt"

MOST_UNCONFIRMED: Final = 100
"""How many mails of one form go to unconfirmed addresses in an hour."""

ASKED_WITHIN: Final = VALID[Purpose.CONFIRM] or timedelta(days=7)
"""What was asked longer ago is asked no more."""

AFTER_OPT_OUT: Final = 1
"""How many confirmations a day go to an address whose owner has ended such mails by a link."""

MAILED_WITHIN: Final = timedelta(days=30)
"""What was asked for longer ago is not mailed, though an operator may release its event later.

Deliveries are kept for 90 days. After that nobody would know that it was mailed before.
"""

_TRACKING: Final = "tracking"
_ENDING: Final = frozenset({"unsubscribed", "consent_withdrawn"})
_ALL_MAIL: Final = "unsubscribed"
_NOBODYS_WORD: Final = frozenset({PREFETCH, INTERNAL})


def kind_and_purpose(what: str) -> tuple[str, str]:
    """`confirm` and `email` of `confirm:email`; of all else the kind alone."""
    kind, _, purpose = what.partition(":")
    return kind, purpose


def to_lead_now(
    event: Event | None, what: str, said: Sequence[Event], now: datetime
) -> Event | None:
    """The event because of which something is mailed to its lead; None if it is not (any more).

    `said` is what links, SES and operators say of its subject. A bounce for good and a complaint
    stop all mail. A withdrawal stops what asks for the consent, not what was asked for. Whoever has
    unsubscribed by a link gets no receipts. Nothing is mailed that was asked for too long ago.
    """
    if event is None or what not in event.to_lead or not is_kept(event, now):
        return None
    if event.received_at <= now - MAILED_WITHIN:
        return None
    said = [one for one in said if is_kept(one, now) and one.flags.isdisjoint(_NOBODYS_WORD)]
    event = with_flags(event, said, now)
    is_reached = event.email is not None and kind_of(event.subject) == EMAIL
    if not is_reached or held_back(event) is not None or is_stopped(said):
        return None
    kind, purpose = kind_and_purpose(what)
    if kind == CONFIRM and not _is_pending(event, purpose, said, now):
        return None
    if kind == RECEIPT and has_unsubscribed(said):
        return None
    return event


def is_stopped(said: Iterable[Event]) -> bool:
    """Whether an address gets no mail: it came back for good, or its owner complained."""
    return any(
        one.type == "email_complained"
        or (one.type == "email_bounced" and one.properties.get("permanent") is True)
        for one in said
    )


def is_confirmed(said: Iterable[Event], now: datetime) -> bool:
    """Whether whoever reads the mails of an address has answered one by its link."""
    return any(map(confirms, reclassified(classify(one) for one in said if is_kept(one, now))))


def may_be_tracked(said: Iterable[Event], now: datetime) -> bool:
    """Whether mails to an address may tell that they were opened, if its lead consents to it.

    The consent may be a stranger's until the owner has answered a mail. An objection to profiling
    ends it, whoever passes it on.
    """
    said = list(said)
    objected = any(
        one.type == "profiling_objected" and one.flags.isdisjoint(_NOBODYS_WORD)
        for one in said
        if is_kept(one, now)
    )
    return is_confirmed(said, now) and not objected


def has_unsubscribed(said: Iterable[Event]) -> bool:
    """Whether the owner's last word by a link is that they want no such mails."""
    words = [
        one
        for one in said
        if one.route is Route.LINK
        and (one.type == "consent_given" or (one.type == _ALL_MAIL and _is_about(one, EMAIL)))
    ]
    last = max(words, key=lambda one: one.order, default=None)
    return last is not None and last.type == _ALL_MAIL


def most_confirmations(said: Iterable[Event], purpose: str, most: int, now: datetime) -> int:
    """How many confirmations of a purpose an address may get on a day, `most` at the most.

    Whoever has ended it by a link, or all such mails, is not asked again and again by strangers.
    """
    words = _by_link(said, now)
    last = max((w for w in words if _is_about(w, purpose)), key=lambda w: w.order, default=None)
    has_ended = last is not None and last.type in _ENDING
    return min(most, AFTER_OPT_OUT) if has_ended or has_unsubscribed(words) else most


def _by_link(said: Iterable[Event], now: datetime) -> list[Event]:
    """What somebody has said by links: no prefetch, no test, and nothing that has expired."""
    return [
        one
        for one in said
        if one.route is Route.LINK and one.flags.isdisjoint(_NOBODYS_WORD) and is_kept(one, now)
    ]


def _is_pending(event: Event, purpose: str, said: Iterable[Event], now: datetime) -> bool:
    """Whether a consent that the event asks for is still to be confirmed."""
    pending = event.properties.get("pending_consents")
    if not isinstance(pending, Mapping) or purpose not in pending:
        return False
    if event.received_at <= now - ASKED_WITHIN:
        return False
    words = [one for one in said if _is_about(one, purpose)]
    last = max(words, key=lambda one: one.order, default=None)
    if last is None:
        return True
    if last.type in _ENDING:
        return last.order < event.order
    asked = pending[purpose]
    version = asked.get("version") if isinstance(asked, Mapping) else None
    return last.order < event.order and last.properties.get("version") != version


def _is_about(word: Event, purpose: str) -> bool:
    """Whether a word gives or ends the consent to a purpose."""
    if word.type == "unsubscribed":
        named = texts_of(word, "purposes")
        if word.properties.get("all") is True:
            return purpose != _TRACKING or purpose in named
        return purpose in (named or [EMAIL])
    if word.type in ("consent_given", "consent_withdrawn"):
        return purpose in texts_of(word, "purpose")
    return False
