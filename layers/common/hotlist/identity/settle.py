"""Settle whose an event is: add the claims and decisions it carries, name the leads it touches.

Every write adds to a set, so a retry, a repetition or another order of events ends in the
same identities, and names the same leads again.

Whoever owns an event of a phone reads that phone. Two things see to it. A claim on a phone takes
its place before it is made, see `identity.places`. And before events of a phone go to an e-mail
whose own identity has ended, and its places with it, the claims of that e-mail are let go.

Events of different subjects are settled at the same time, as two invocations would do it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hotlist.events.corrections import texts_of
from hotlist.events.event import Event
from hotlist.events.retention import retention
from hotlist.events.times import ceil_second
from hotlist.events.vocabulary import INTERNAL, SPAM
from hotlist.identity.claims import Claim, Decision, Identity, bears_claims, claim_of, claims
from hotlist.identity.identifiers import EMAIL, PHONE, VISITOR, kind_of
from hotlist.identity.places import Entry, asked_by
from hotlist.runtime.failures import Failed
from hotlist.runtime.limits import TimeLeft, endless
from hotlist.runtime.phases import Phases, SideBySide, Steps, call, identities_of, on_threads
from hotlist.store.stores import Stores


@dataclass(frozen=True, slots=True)
class Settled:
    """The leads that an event touches: those to fold at once, and those that can wait.

    `can_wait` holds the claimants of a subject that is shared by many.
    """

    leads: frozenset[str] = frozenset()
    can_wait: frozenset[str] = frozenset()


class Settler:
    """Settles events. `clock` gives aware UTC instants; `side_by_side` makes calls at once."""

    def __init__(
        self,
        stores: Stores,
        clock: Callable[[], datetime],
        side_by_side: SideBySide = on_threads,
    ) -> None:
        self._phases = Phases(stores, side_by_side)
        self._events = stores.events
        self._identities = stores.identities
        self._clock = clock

    def settle(self, event: Event) -> Settled:
        """Settle one event. What ends it is raised: see `runtime.phases`."""
        (settled,) = self._phases.one(partial(self._settling, [event]))
        return settled

    def settle_all(
        self, events: Mapping[str, Event], time_left: TimeLeft = endless
    ) -> dict[str, Settled | Failed]:
        """Settle events by their names: whose leads each touches, or why it was not settled.

        All visits of one visitor are settled in one, so it is read once and enters once. Other
        events of one subject are settled one after another, so each finds what the one before
        it has written. Different subjects are settled at the same time.
        """
        together: defaultdict[tuple[str, bool], list[list[str]]] = defaultdict(list)
        for name, event in events.items():
            groups = together[event.subject, _is_visit(event)]
            if groups and _is_visit(event):
                groups[0].append(name)
            else:
                groups.append([name])
        outcomes: dict[str, Settled | Failed] = {}
        for turn in range(max(map(len, together.values()), default=0)):
            due = [groups[turn] for groups in together.values() if turn < len(groups)]
            pieces = {
                names[0]: partial(self._settling, [events[name] for name in names]) for names in due
            }
            settled = self._phases.work(pieces, time_left)
            for names in due:
                outcome = settled[names[0]]
                each = [outcome] * len(names) if isinstance(outcome, Failed) else outcome
                outcomes |= zip(names, each, strict=True)
        return outcomes

    def _settling(self, events: Sequence[Event]) -> Steps[list[Settled]]:
        """Add the claims or decisions that an event carries; say whose leads it touches.

        A retry finds them made and names the same leads again. Several events are visits of one
        visitor.
        """
        event = events[0]
        if INTERNAL in event.flags:  # somebody tried a form: it claims nobody, and is no lead's
            return [Settled()]
        if _is_visit(event):
            return (yield from self._visited(events))
        if event.type == "event_reclassified":
            return [(yield from self._reclassify(event))]
        if claims(event):
            return [(yield from self._claim(event))]
        return [Settled((yield from self._owners(event)))]

    # --- whose an event is --------------------------------------------------------------

    def _owners(self, event: Event) -> Steps[frozenset[str]]:
        """The leads that can have this event: one, but none for a visitor nobody knows."""
        if kind_of(event.subject) == EMAIL:
            return frozenset({event.subject})
        if kind_of(event.subject) == PHONE:
            return (yield from self._owners_of_a_call(event))
        (settled,) = yield from self._visited([event])
        return settled.leads

    def _owners_of_a_call(self, event: Event) -> Steps[frozenset[str]]:
        now = self._clock()
        phone = (yield from identities_of([event.subject]))[event.subject]
        owner = phone.owner(event.occurred_at)
        while owner is not None and (
            ended := (yield from self._without_place(phone, {owner}, now))
        ):
            phone = yield from self._let_go(phone, ended, now)
            owner = phone.owner(event.occurred_at)
        if owner is None:
            return frozenset({phone.subject})
        # Time-to-live may delete the claims before they are folded: then it is its own lead. And
        # what was let go, now or by a run that died, may have been what its lead stands for.
        with_own = phone.ends_soon(now) or phone.let_go
        return frozenset({owner, phone.subject} if with_own else {owner})

    def _visited(self, events: Sequence[Event]) -> Steps[list[Settled]]:
        """Visits of one visitor. One that has lost its place gets it back by coming again.

        If the identity of its owner has ended, the visitor is nobody's, and nothing is written.
        """
        name = events[0].subject
        visitor = (yield from identities_of([name]))[name]
        received: dict[str, datetime] = {}  # by owner, when its newest event was
        owners = [visitor.owner(event.occurred_at) for event in events]
        for event, owner in zip(events, owners, strict=True):
            if owner is not None:
                received[owner] = max(received.get(owner, event.received_at), event.received_at)
        found = yield from identities_of(received)
        known = {owner for owner, own in found.items() if own.is_stored}
        for owner in known & received.keys():
            entry = Entry(received[owner], name)
            if found[owner].places.lacks(entry) and not (
                yield from call(self._identities.enter, found[owner], entry, self._clock())
            ):
                known = known - {owner}
        return [Settled(frozenset({owner} & known if owner else ())) for owner in owners]

    # --- claims -------------------------------------------------------------------------

    def _claim(self, event: Event, release: Decision | None = None) -> Steps[Settled]:
        """Make an event's claims on all that has a place. `release` puts them in force again."""
        now = self._clock()
        found = yield from identities_of([event.subject, *event.names])
        touched: set[str] = {event.subject}
        can_wait: set[str] = set()
        for name in (yield from self._take_places(found[event.subject], event, now)):
            identity = found[name]
            if release is not None:
                identity = yield from call(self._identities.add_decision, name, release, now)
            identity = yield from self._add_claim(identity, claim_of(event), now)
            if not identity.shared:
                touched |= yield from self._touched(
                    identity, event, now, have_place={event.subject}
                )
            elif claim_of(event) in identity.claims:
                can_wait |= identity.claimants
                touched |= {name} if kind_of(name) == PHONE else set()
        return Settled(frozenset(touched), frozenset(can_wait - touched))

    def _take_places(self, own: Identity, event: Event, now: datetime) -> Steps[list[str]]:
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
        take = self._identities.take_places
        if has_room and (yield from call(take, own, phone, entry, now)):
            return list(event.names)
        if entry is not None:
            yield from call(take, own, None, entry, now)
        return [name for name in event.names if name != phone]

    def _add_claim(self, identity: Identity, claim: Claim, now: datetime) -> Steps[Identity]:
        if claim in identity.claims:
            return identity
        if identity.shared and (yield from call(self._identities.renew, identity.subject, now)):
            return identity
        return (yield from call(self._identities.add_claim, identity.subject, claim, now))

    # --- corrections --------------------------------------------------------------------

    def _reclassify(self, event: Event) -> Steps[Settled]:
        target_id = event.properties.get("event_id")
        target = None
        if isinstance(target_id, str):
            target = yield from call(self._events.find, event.subject, target_id)
        if target is None:
            return Settled()
        owners = yield from self._owners(target)
        is_released = _releases(event)
        if is_released:
            until = ceil_second(target.received_at + retention(target))
            yield from call(self._events.renew, target, until)
        if is_released is None or not bears_claims(target):
            return Settled(owners)
        decision = Decision(target.event_id, event.occurred_at, event.event_id, is_released)
        if not is_released:
            return Settled(owners | (yield from self._withdraw(target, decision)))
        claimed = yield from self._claim(target, decision)
        return Settled(owners | claimed.leads, claimed.can_wait - owners)

    def _withdraw(self, target: Event, decision: Decision) -> Steps[frozenset[str]]:
        now = self._clock()
        touched: set[str] = set()
        for name in target.names:
            identity = yield from call(self._identities.add_decision, name, decision, now)
            touched |= yield from self._touched(identity, target, now)
        return frozenset(touched)

    # --- whose own identity has ended ---------------------------------------------------

    def _touched(
        self, identity: Identity, event: Event, now: datetime, have_place: Collection[str] = ()
    ) -> Steps[set[str]]:
        """The leads whose events a claim or decision on `event` can have moved.

        All those that own events of a phone have a place for it, when this is over. Of
        `have_place` it is known.
        """
        touched = identity.touched_by(event)
        if kind_of(identity.subject) == VISITOR:
            return touched
        while owners := touched & identity.owners - set(have_place):
            ended = yield from self._without_place(identity, owners, now)
            if not ended:
                break
            identity = yield from self._let_go(identity, ended, now)
            touched = identity.touched_by(event)
        return touched

    def _without_place(
        self, phone: Identity, emails: Collection[str], now: datetime
    ) -> Steps[set[str]]:
        """Those of these e-mails that do not read a phone which they have claimed.

        They have had a place for it. So their own identity has ended since.
        """
        found = yield from identities_of(emails)
        ended = set()
        for email, own in found.items():
            has_place = phone.subject in own.places.phones
            if has_place and own.ends_soon(now):
                has_place = yield from call(self._identities.renew, email, now)
            if not has_place:
                ended.add(email)
        return ended

    def _let_go(self, phone: Identity, emails: Collection[str], now: datetime) -> Steps[Identity]:
        """Let go the claims of e-mails that have ended, and no claim made since.

        `phone` was read before those e-mails were looked at: what they claim anew is not in it.
        """
        ids = phone.claims_of(emails)
        return (yield from call(self._identities.let_go, phone.subject, ids, now))


def _is_visit(event: Event) -> bool:
    return kind_of(event.subject) == VISITOR and event.type != "event_reclassified"


def _releases(event: Event) -> bool | None:
    """True if a reclassification releases its target, False if it flags it as spam."""
    if SPAM in texts_of(event, "add"):
        return False
    return True if SPAM in texts_of(event, "remove") else None
