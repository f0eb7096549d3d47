"""Settle whose an event is: add the claims and decisions it carries, name the leads it touches.

Every write adds to a set, so a retry, a repetition or another order of events ends in the
same identities, and names the same leads again.

Whoever owns an event of a phone reads that phone. Two things see to it. A claim on a phone takes
its place before it is made, see `identity.places`. And before events of a phone go to an e-mail
whose own identity has ended, and its places with it, the claims of that e-mail are let go.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from hotlist.events.corrections import texts_of
from hotlist.events.event import Event
from hotlist.events.retention import retention
from hotlist.events.times import ceil_second
from hotlist.events.vocabulary import SPAM
from hotlist.identity.claims import Claim, Decision, Identity, bears_claims, claim_of, claims
from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR, kind_of
from hotlist.identity.places import Entry, asked_by
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
        return Settled(self._owners(event))

    # --- whose an event is --------------------------------------------------------------

    def _owners(self, event: Event) -> frozenset[str]:
        """The leads that can have this event: one, but none for a visitor nobody knows."""
        if kind_of(event.subject) == EMAIL:
            return frozenset({event.subject})
        identity = self._identities.get_many([event.subject])[event.subject]
        if kind_of(event.subject) == PHONE:
            return self._owners_of_a_call(event, identity)
        return self._owners_of_a_visit(event, identity)

    def _owners_of_a_call(self, event: Event, phone: Identity) -> frozenset[str]:
        now = self._clock()
        owner = phone.owner(event.occurred_at)
        while owner is not None and (ended := self._without_place(phone, {owner}, now)):
            phone = self._let_go(phone, ended, now)
            owner = phone.owner(event.occurred_at)
        if owner is None:
            return frozenset({phone.subject})
        # Time-to-live may delete the claims before they are folded: then it is its own lead. And
        # what was let go, now or by a run that died, may have been what its lead stands for.
        with_own = phone.ends_soon(now) or phone.let_go
        return frozenset({owner, phone.subject} if with_own else {owner})

    def _owners_of_a_visit(self, event: Event, visitor: Identity) -> frozenset[str]:
        """A visitor that has lost its place gets it back by coming again.

        If the identity of its owner has ended, the visitor is nobody's, and nothing is written.
        """
        owner = visitor.owner(event.occurred_at)
        if owner is None:
            return frozenset()
        own = self._identities.get_many([owner])[owner]
        entry = Entry(event.received_at, visitor.subject)
        if own.is_stored and own.places.lacks(entry):
            is_entered = self._identities.enter(own, entry, self._clock())
            return frozenset({owner} if is_entered else ())
        return frozenset({owner} if own.is_stored else ())

    # --- claims -------------------------------------------------------------------------

    def _claim(self, event: Event, release: Decision | None = None) -> Settled:
        """Make an event's claims on all that has a place. `release` puts them in force again."""
        now = self._clock()
        found = self._identities.get_many([event.subject, *event.names])
        touched: set[str] = {event.subject}
        can_wait: set[str] = set()
        for name in self._take_places(found[event.subject], event, now):
            identity = found[name]
            if release is not None:
                identity = self._identities.add_decision(name, release, now)
            identity = self._add_claim(identity, claim_of(event), now)
            if not identity.shared:
                touched |= self._touched(identity, event, now, have_place={event.subject})
            elif claim_of(event) in identity.claims:
                can_wait |= identity.claimants
                touched |= {name} if kind_of(name) == PHONE else set()
        return Settled(frozenset(touched), frozenset(can_wait - touched))

    def _take_places(self, own: Identity, event: Event, now: datetime) -> list[str]:
        """Take the places that an event asks for, in one write; give the names that it may claim.

        That is all but a phone for which no place is left: such a phone stays whose it is. A
        visitor is claimed in any case, since it gets its place, if not now, by coming again.
        """
        phone, entry = asked_by(event)
        if not own.ends_soon(now):  # else it could end before the claims are made
            phone = None if phone in own.places.phones else phone
            entry = entry if entry and own.places.lacks(entry) else None
        if phone is None and entry is None:
            return list(event.names)
        has_room = phone is None or own.places.has_room_for(phone)
        if has_room and self._identities.take_places(own, phone, entry, now):
            return list(event.names)
        if entry is not None:
            self._identities.take_places(own, None, entry, now)
        return [name for name in event.names if name != phone]

    def _add_claim(self, identity: Identity, claim: Claim, now: datetime) -> Identity:
        if claim in identity.claims:
            return identity
        if identity.shared and self._identities.renew(identity.subject, now):
            return identity
        return self._identities.add_claim(identity.subject, claim, now)

    # --- corrections --------------------------------------------------------------------

    def _reclassify(self, event: Event) -> Settled:
        target_id = event.properties.get("event_id")
        target = self._events.find(event.subject, target_id) if isinstance(target_id, str) else None
        if target is None:
            return Settled()
        owners = self._owners(target)
        is_released = _releases(event)
        if is_released:
            self._events.renew(target, ceil_second(target.received_at + retention(target)))
        if is_released is None or not bears_claims(target):
            return Settled(owners)
        decision = Decision(target.event_id, event.occurred_at, event.event_id, is_released)
        if not is_released:
            return Settled(owners | self._withdraw(target, decision))
        claimed = self._claim(target, decision)
        return Settled(owners | claimed.leads, claimed.can_wait - owners)

    def _withdraw(self, target: Event, decision: Decision) -> frozenset[str]:
        now = self._clock()
        touched: set[str] = set()
        for name in target.names:
            identity = self._identities.add_decision(name, decision, now)
            touched |= self._touched(identity, target, now)
        return frozenset(touched)

    # --- whose own identity has ended ---------------------------------------------------

    def _touched(
        self, identity: Identity, event: Event, now: datetime, have_place: Collection[str] = ()
    ) -> set[str]:
        """The leads whose events a claim or decision on `event` can have moved.

        All those that own events of a phone have a place for it, when this is over. Of
        `have_place` it is known.
        """
        touched = identity.touched_by(event)
        if kind_of(identity.subject) == VISITOR:
            return touched
        while owners := touched & identity.owners - set(have_place):
            ended = self._without_place(identity, owners, now)
            if not ended:
                break
            identity = self._let_go(identity, ended, now)
            touched = identity.touched_by(event)
        return touched

    def _without_place(self, phone: Identity, emails: Collection[str], now: datetime) -> set[str]:
        """Those of these e-mails that do not read a phone which they have claimed.

        They have had a place for it. So their own identity has ended since.
        """
        found = self._identities.get_many(emails)
        return {
            email
            for email, own in found.items()
            if phone.subject not in own.places.phones
            or (own.ends_soon(now) and not self._identities.renew(email, now))
        }

    def _let_go(self, phone: Identity, emails: Collection[str], now: datetime) -> Identity:
        """Let go the claims of e-mails that have ended, and no claim made since.

        `phone` was read before those e-mails were looked at: what they claim anew is not in it.
        """
        return self._identities.let_go(phone.subject, phone.claims_of(emails), now)


def _releases(event: Event) -> bool | None:
    """True if a reclassification releases its target, False if it flags it as spam."""
    if SPAM in texts_of(event, "add"):
        return False
    return True if SPAM in texts_of(event, "remove") else None
