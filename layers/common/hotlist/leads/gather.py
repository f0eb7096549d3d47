"""Read what a fold needs: the events that are a lead's, and all that decided so.

The order of the reads is what a fold relies on, see `fold`. Everything is read consistently.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM
from hotlist.identity.claims import Identity, bears_claims, newest_weak_subjects
from hotlist.identity.identifiers import PHONE, kind_of
from hotlist.leads.lead import Lead
from hotlist.leads.profile import reclassified
from hotlist.runtime.limits import UNLIMITED, FoldLimits
from hotlist.store.stores import Stores

MAX_EVENTS: Final = 10_000
"""How many events one fold reads of all subjects together: its budget of memory."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a fold has read of a lead.

    `identities` begins with the lead's own; `phones` are those that the lead takes in, each
    with the lead that is stored for it. `truncated` says that older events were not read.
    """

    lead_id: str
    events: tuple[Event, ...]
    identities: tuple[Identity, ...]
    phones: tuple[tuple[Identity, Lead | None], ...] = ()
    truncated: bool = False

    @property
    def claimed_phone(self) -> Identity | None:
        """The phone's identity, if this is a phone that an e-mail's lead has taken in."""
        own = self.identities[0]
        return own if _is_phone(self.lead_id) and own.lead is not None else None

    @property
    def inputs(self) -> str:
        """A hash of the event ids, claims and decisions: it tells whether anything is new."""
        return inputs_of(self.events, self.identities)


def inputs_of(events: Sequence[Event], identities: Sequence[Identity]) -> str:
    """The hash of what a lead is folded from: 32 hexadecimal digits."""
    digest = hashlib.sha256()
    for line in sorted(event.event_id for event in events):
        digest.update(line.encode() + b"\n")
    for identity in sorted(identities, key=lambda i: i.subject):
        for mark in sorted([*map(repr, identity.claims), *map(repr, identity.decisions)]):
            digest.update(f"{identity.subject} {mark}\n".encode())
    return digest.hexdigest()[:32]


def gather(stores: Stores, lead_id: str, until: FoldLimits = UNLIMITED) -> Gathered:
    """Read a lead's events, until the fold's limits are reached.

    :raises FoldTookTooLong: between two reads, after too much work.
    :raises OutOfTime: between two reads, if the invocation's end is near.
    """
    history = stores.events.history(lead_id)
    until.check(lead_id)
    if _is_phone(lead_id):
        own = stores.identities.get_many([lead_id])[lead_id]
        return Gathered(lead_id, history.events, (own,), truncated=history.truncated)
    named = [
        event
        for event in reclassified(history.events)
        if bears_claims(event) and SPAM not in event.flags
    ]
    weak = newest_weak_subjects(named, ())
    # The versions of phones' leads are read before those phones' claims. So no fold of such a
    # lead that is under way, and has not seen our claim, can write after us.
    phone_leads = stores.leads.get_many(filter(_is_phone, weak))
    identities = stores.identities.get_many([lead_id, *weak])
    weak = newest_weak_subjects(named, identities[lead_id].claimed)
    missing = [name for name in weak if name not in identities]
    if missing:
        phone_leads |= stores.leads.get_many(filter(_is_phone, missing))
        identities |= stores.identities.get_many(missing)
    events = list(history.events)
    truncated = history.truncated
    phones = []
    claimed = [identities[name] for name in weak]
    for identity in claimed:
        if all(claim.claimant != lead_id for claim in identity.timeline):
            continue
        if len(events) >= MAX_EVENTS:
            truncated = True
            break
        theirs = stores.events.history(identity.subject)
        until.check(lead_id)
        ours = _owned(theirs.events, identity, lead_id)
        events += ours
        truncated |= theirs.truncated
        if ours and _is_phone(identity.subject):
            phones.append((identity, phone_leads.get(identity.subject)))
    identities_read = (identities[lead_id], *claimed)
    return Gathered(lead_id, tuple(events), identities_read, tuple(phones), truncated)


def _owned(events: Sequence[Event], identity: Identity, lead_id: str) -> list[Event]:
    """The events of a weak subject that are this lead's.

    A reclassification belongs to whom its target belongs.
    """
    times = {event.event_id: event.occurred_at for event in events}
    owned = []
    for event in events:
        at = event.occurred_at
        if event.type == "event_reclassified":
            target = event.properties.get("event_id")
            if not isinstance(target, str) or target not in times:
                continue
            at = times[target]
        if identity.owner(at) == lead_id:
            owned.append(event)
    return owned


def _is_phone(subject: str) -> bool:
    return kind_of(subject) == PHONE
