"""Claims: whose is an event of a weak subject (a phone or a visitor).

An event with an e-mail claims the phone and the visitor that it names. A weak subject's
claims are three grow-only sets folded here into a timeline, so that no order of arrival
and no repetition matters, and there is no merge to undo. An e-mail claims only what has found
a place in its own identity, see `places`. Pure.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM
from hotlist.identity.identifiers import EMAIL, PHONE, kind_of
from hotlist.identity.places import Places

MAX_CLAIMANTS: Final = 50
MAX_CLAIMS: Final = 1_000
IDENTITY_KEPT: Final = timedelta(days=1188)
IDENTITY_RENEWED_BELOW: Final = timedelta(days=792)


class Claim(NamedTuple):
    """An e-mail's event that named this weak subject."""

    occurred_at: datetime
    event_id: str
    claimant: str


class Decision(NamedTuple):
    """An operator's word that an event does (`holds`) or does not bear its claims."""

    event_id: str
    decided_at: datetime
    decided_by: str
    holds: bool


@dataclass(frozen=True)
class Identity:
    """All that is known of one subject's identity; empty sets if nothing is stored.

    Phones and visitors have claims, decisions, and the ids of claims that were `let_go` because
    the claimant's own identity had ended. An e-mail has places; `is_old` if they are stored as
    an earlier version did.
    """

    subject: str
    claims: frozenset[Claim] = frozenset()
    decisions: frozenset[Decision] = frozenset()
    let_go: frozenset[str] = frozenset()
    places: Places = field(default_factory=Places)
    is_old: bool = field(default=False, compare=False)
    expires_at: datetime | None = field(default=None, compare=False)

    @property
    def is_stored(self) -> bool:
        """Whether there is one, and time-to-live has not deleted it."""
        return self.expires_at is not None

    @cached_property
    def claimants(self) -> frozenset[str]:
        """Everybody who ever claimed this subject, also by an event withdrawn since."""
        return frozenset(claim.claimant for claim in self.claims)

    @property
    def shared(self) -> bool:
        """Claimed by so many that it is nobody's: for good, since claims only grow."""
        return len(self.claimants) > MAX_CLAIMANTS or len(self.claims) > MAX_CLAIMS

    @cached_property
    def timeline(self) -> tuple[Claim, ...]:
        """The claims in force, in order; none if the subject is shared."""
        if self.shared:
            return ()
        latest: dict[str, Decision] = {}
        for decision in sorted(self.decisions, key=lambda d: (d.decided_at, d.decided_by)):
            latest[decision.event_id] = decision
        return tuple(
            claim
            for claim in sorted(self.claims)
            if claim.event_id not in self.let_go
            if claim.event_id not in latest or latest[claim.event_id].holds
        )

    def owner(self, at: datetime) -> str | None:
        """Whose an event of this subject at that instant is, None if nobody claims it.

        The latest claimant at or before it; before the first claim the first claimant.
        """
        owner = None
        for claim in self.timeline:
            if owner is not None and claim.occurred_at > at:
                break
            owner = claim.claimant
        return owner

    def claims_of(self, claimants: Collection[str]) -> frozenset[str]:
        """The ids of all claims that these e-mails have made here."""
        return frozenset(one.event_id for one in self.claims if one.claimant in claimants)

    @property
    def owners(self) -> frozenset[str]:
        """All that own events of this subject, at one time or another."""
        return frozenset(claim.claimant for claim in self.timeline)

    @property
    def lead(self) -> str | None:
        """The lead that has taken this subject in: the newest claimant in force."""
        return self.timeline[-1].claimant if self.timeline else None

    def ends_soon(self, now: datetime) -> bool:
        """Whether it is to be renewed, so that it outlives every event it gives away."""
        return self.expires_at is not None and self.expires_at < now + IDENTITY_RENEWED_BELOW

    def touched_by(self, event: Event) -> set[str]:
        """The leads whose events a claim or decision on `event` can have moved.

        The claimant itself, its neighbours in the timeline, and a phone's own lead.
        """
        at = (event.occurred_at, event.event_id)
        before = [c for c in self.timeline if (c.occurred_at, c.event_id) < at]
        after = [c for c in self.timeline if (c.occurred_at, c.event_id) > at]
        leads = {event.subject}
        if before:
            leads.add(before[-1].claimant)
        if after:
            leads.add(after[0].claimant)
        if kind_of(self.subject) == PHONE:
            leads.add(self.subject)
        return leads


def claim_of(event: Event) -> Claim:
    """The claim that an e-mail's event makes on each weak subject that it names."""
    return Claim(event.occurred_at, event.event_id, event.subject)


def bears_claims(event: Event) -> bool:
    """Whether an event may ever claim: it has an e-mail and is from no shared device."""
    return kind_of(event.subject) == EMAIL and bool(event.names) and not event.kiosk


def claims(event: Event) -> bool:
    """Whether an event claims what it names as it was captured."""
    return bears_claims(event) and SPAM not in event.flags
