"""Settle whose an event is: add the claims and decisions it carries, name the leads it touches.

Every write adds to a set, so a retry, a repetition or another order of events ends in the
same identities, and names the same leads again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hotlist.events.event import Event
from hotlist.events.retention import retention
from hotlist.events.times import ceil_second
from hotlist.events.vocabulary import SPAM
from hotlist.identity.claims import (
    MAX_CLAIMED,
    Claim,
    Decision,
    Identity,
    bears_claims,
    claim_of,
    claims,
)
from hotlist.identity.identifiers import EMAIL, PHONE, kind_of
from hotlist.leads.profile import texts
from hotlist.store.stores import Stores


@dataclass(frozen=True, slots=True)
class Settled:
    """The leads that an event touches: those to fold at once, and those that can wait.

    `can_wait` holds the claimants of a subject that is shared by many.
    """

    leads: frozenset[str] = frozenset()
    can_wait: frozenset[str] = frozenset()


class Settler:
    """Settles events one by one. `clock` gives aware UTC instants."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._events = stores.events
        self._identities = stores.identities
        self._clock = clock

    def settle(self, event: Event) -> Settled:
        """Add the claims or decisions that an event carries; say whose leads it touches.

        A retry finds them made and names the same leads again.
        """
        if event.type == "event_reclassified":
            return self._reclassify(event)
        if claims(event):
            return self._claim(event)
        return Settled(self._owners(event.subject, event.occurred_at))

    def _owners(self, subject: str, at: datetime) -> frozenset[str]:
        """The lead whose an event of this subject is: none for an unclaimed visitor."""
        kind = kind_of(subject)
        if kind == EMAIL:
            return frozenset({subject})
        identity = self._identities.get_many([subject])[subject]
        own_lead = frozenset({subject}) if kind == PHONE else frozenset[str]()
        owner = identity.owner(at)
        if owner is None:
            return own_lead
        now = self._clock()
        self._keep_known(owner, subject, now)
        # Time-to-live may delete the claims before they are folded: then it is its own lead.
        return own_lead | {owner} if identity.ends_soon(now) else frozenset({owner})

    def _keep_known(self, owner: str, subject: str, now: datetime) -> None:
        """A lead finds its subject's events by its own identity, which may have ended before."""
        own = self._identities.get_many([owner])[owner]
        is_new = subject not in own.claimed and len(own.claimed) < MAX_CLAIMED
        if is_new or own.ends_soon(now):
            self._identities.add_claimed(owner, [subject], now)

    def _claim(self, event: Event) -> Settled:
        now = self._clock()
        claim = claim_of(event)
        found = self._identities.get_many([event.subject, *event.names])
        touched: set[str] = {event.subject}
        can_wait: set[str] = set()
        for name in event.names:
            identity = self._add_claim(found[name], claim, now)
            if not identity.shared:
                touched |= identity.touched_by(event)
            elif claim in identity.claims:
                can_wait |= identity.claimants
                touched |= {name} if kind_of(name) == PHONE else set()
        own = found[event.subject].claimed
        new = set(event.names) - own
        if new and len(own) < MAX_CLAIMED:
            self._identities.add_claimed(event.subject, new, now)
        return Settled(frozenset(touched), frozenset(can_wait - touched))

    def _add_claim(self, identity: Identity, claim: Claim, now: datetime) -> Identity:
        if claim in identity.claims:
            return identity
        if identity.shared and self._identities.renew(identity.subject, now):
            return identity
        return self._identities.add_claim(identity.subject, claim, now)

    def _reclassify(self, event: Event) -> Settled:
        target_id = event.properties.get("event_id")
        target = self._events.find(event.subject, target_id) if isinstance(target_id, str) else None
        if target is None:
            return Settled()
        touched = set(self._owners(target.subject, target.occurred_at))
        released = _releases(event)
        can_wait: frozenset[str] = frozenset()
        if released is not None:
            if released:
                self._events.renew(target, ceil_second(target.received_at + retention(target)))
            if bears_claims(target):
                touched |= self._decide(event, target, holds=released)
                if released:
                    claimed = self._claim(target)
                    touched |= claimed.leads
                    can_wait = claimed.can_wait
        return Settled(frozenset(touched), can_wait)

    def _decide(self, event: Event, target: Event, *, holds: bool) -> set[str]:
        decision = Decision(target.event_id, event.occurred_at, event.event_id, holds)
        touched: set[str] = set()
        for name in target.names:
            identity = self._identities.add_decision(name, decision, self._clock())
            touched |= identity.touched_by(target)
        return touched


def _releases(event: Event) -> bool | None:
    """True if a reclassification releases its target, False if it flags it as spam."""
    if SPAM in texts(event, "add"):
        return False
    return True if SPAM in texts(event, "remove") else None
