"""Read what a fold needs: the events that are a lead's, and all that decided so.

The order of the reads is what a fold relies on, see `fold`. Everything is read consistently.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hotlist.events.answers import UNDONE
from hotlist.events.event import Event
from hotlist.identity.claims import Identity
from hotlist.identity.identifiers import PHONE, kind_of
from hotlist.identity.places import newest_names
from hotlist.leads.lead import Lead
from hotlist.runtime.phases import Steps, histories_of, identities_of, leads_of

NEWEST: Final = 1_000
"""How many of a subject's ordinary events a fold reads: part of the score's definition."""

_ABOUT_OTHERS: Final = frozenset({"event_reclassified", UNDONE})
"""Events about the one that their `event_id` names."""

MAX_EVENTS: Final = 10_000
"""How many ordinary events one fold reads of all subjects together: its budget of memory.

It is divided evenly over them before they are read. So a flood of events of one subject cuts
that one's oldest events, and never another's newest.
"""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a fold has read of a lead.

    `identities` begins with the lead's own; `phones` are those that the lead takes in, each
    with the lead that is stored for it. `truncated` says that older events were not read, or that
    a visitor has lost its place.
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
        """A hash of event ids, claims, decisions and `let_go`: it tells whether anything is new."""
        return inputs_of(self.events, self.identities)


def inputs_of(events: Sequence[Event], identities: Sequence[Identity]) -> str:
    """The hash of what a lead is folded from: 32 hexadecimal digits."""
    digest = hashlib.sha256()
    for line in sorted(event.event_id for event in events):
        digest.update(line.encode() + b"\n")
    for identity in sorted(identities, key=lambda i: i.subject):
        marks = [*map(repr, identity.claims), *map(repr, identity.decisions), *identity.let_go]
        for mark in sorted(marks):
            digest.update(f"{identity.subject} {mark}\n".encode())
    return digest.hexdigest()[:32]


def gather(lead_id: str, now: datetime) -> Steps[Gathered]:
    """Read a lead's events. What has expired by `now` is not read."""
    (history,) = yield from histories_of([lead_id], now=now, limit=_share(1))
    if _is_phone(lead_id):
        found = yield from identities_of([lead_id])
        return Gathered(lead_id, history.events, (found[lead_id],), truncated=history.truncated)
    own, held, phone_leads = yield from _read_places(lead_id, history.events)
    with_claims = [identity for identity in held if lead_id in identity.owners]
    share = _share(1 + len(with_claims))
    history = history.newest(share)
    events = list(history.events)
    truncated = history.truncated or own.places.is_short
    phones = []
    names = [identity.subject for identity in with_claims]
    histories = yield from histories_of(names, now=now, limit=share)
    for identity, theirs in zip(with_claims, histories, strict=True):
        ours = _owned(theirs.events, identity, lead_id)
        events += ours
        truncated |= theirs.truncated
        if ours and _is_phone(identity.subject):
            phones.append((identity, phone_leads.get(identity.subject)))
    return Gathered(lead_id, tuple(events), (own, *held), tuple(phones), truncated)


def _share(subjects: int) -> int:
    """How many ordinary events a fold of so many subjects reads of each."""
    return min(NEWEST, MAX_EVENTS // subjects)


def _read_places(
    lead_id: str, events: Sequence[Event]
) -> Steps[tuple[Identity, list[Identity], dict[str, Lead]]]:
    """The lead's own identity, those of all that holds a place in it, and its phones' leads.

    What its events name is read along with its own identity, since it nearly always is what
    holds the places. The versions of phones' leads are read before those phones' claims. So no
    fold of such a lead that is under way, and has not seen our claim, can write after us.
    """
    names = newest_names(events)
    phone_leads = yield from leads_of(filter(_is_phone, names))
    identities = yield from identities_of([lead_id, *names])
    held = identities[lead_id].places.subjects
    missing = [name for name in held if name not in identities]
    phone_leads |= yield from leads_of(filter(_is_phone, missing))
    identities |= yield from identities_of(missing)
    return identities[lead_id], [identities[name] for name in held], phone_leads


def _owned(events: Sequence[Event], identity: Identity, lead_id: str) -> list[Event]:
    """The events of a weak subject that are this lead's.

    What corrects an event or takes it back belongs to whom that one belongs.
    """
    times = {event.event_id: event.occurred_at for event in events}
    owned = []
    for event in events:
        at = event.occurred_at
        if event.type in _ABOUT_OTHERS:
            target = event.properties.get("event_id")
            if not isinstance(target, str) or target not in times:
                continue
            at = times[target]
        if identity.owner(at) == lead_id:
            owned.append(event)
    return owned


def _is_phone(subject: str) -> bool:
    return kind_of(subject) == PHONE
