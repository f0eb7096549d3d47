"""Whose a lead is: the first rule that fits names a person, or a team that shares leads. Pure.

A team needs no counter. Each member has a number that follows from the lead and the member, and the
lead is the member's with the highest. So it is the same for every retry, in whatever order leads
come, and if a member goes, only that one's leads go to others.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log
from typing import Any, Final, Self

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT
from hotlist.identity.identifiers import EMAIL, PHONE, kind_of
from hotlist.leads.lead import FALLBACK, MOVED, Lead, Ownership
from hotlist.scoring.pattern import eventbridge

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
"""What the id of a recipient is like."""

_BITS: Final = 52
"""So many bits and a half are a float without rounding."""

Facts = Mapping[str, Any]
Fits = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a team. One of weight 2 gets twice as many leads as one of weight 1."""

    id: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """A rule that names the owner of the leads that fit it; a person is a team of one."""

    name: str
    fits: Fits
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """The rules in order. Without rules no lead gets an owner."""

    rules: tuple[OwnerRule, ...] = ()
    fallback: str = ""

    @classmethod
    def from_checked(cls, source: Mapping[str, Any]) -> Self:
        """The rules of a sales.yaml that the build has checked."""
        territories = {
            name: eventbridge.compile(pattern, ignore_case=True)
            for name, pattern in source["territories"].items()
        }
        teams = {
            name: tuple(Member(**one) for one in members)
            for name, members in source["teams"].items()
        }
        return cls(
            rules=tuple(
                OwnerRule(
                    name=rule["name"],
                    fits=_fits(rule, territories),
                    members=teams[rule["team"]] if "team" in rule else (Member(rule["owner"]),),
                )
                for rule in source["owners"]
            ),
            fallback=source["fallback"],
        )

    def of(self, key: str, facts: Facts) -> tuple[str, str]:
        """The owner of a lead by its facts, and the name of the rule that says so.

        `key` is the lead's id, or that of the phone's lead that it has begun as.
        """
        for rule in self.rules:
            if rule.fits(facts):
                return chosen(key, rule.members), rule.name
        return self.fallback, FALLBACK


def chosen(key: str, members: Sequence[Member]) -> str:
    r"""The member with the highest number: rendezvous hashing, weighted.

    The number is ln(u) / weight. u is between 0 and 1, from the first 52 bits of the SHA-256 of
    `<key>\n<member>`. The highest of such numbers is each member's with the chance of its weight.
    """
    return max(members, key=lambda one: (_number(key, one), one.id)).id


def _number(key: str, member: Member) -> float:
    digest = hashlib.sha256(f"{key}\n{member.id}".encode()).digest()
    bits = int.from_bytes(digest[:8], "big") >> (64 - _BITS)
    return log((bits + 0.5) / 2**_BITS) / member.weight


def _fits(rule: Mapping[str, Any], territories: Mapping[str, Fits]) -> Fits:
    pattern = eventbridge.compile(rule["lead"], ignore_case=True) if "lead" in rule else None
    places = [territories[name] for name in rule.get("territories", ())]

    def fits(facts: Facts) -> bool:
        if pattern is not None and not pattern(facts):
            return False
        return not places or any(place(facts) for place in places)

    return fits


# --- what a fold stores ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What a fold knows of a lead when it decides whose the lead is.

    `events` are those that count, in order. `is_hot` includes that it has just turned hot.
    """

    lead_id: str
    events: Sequence[Event]
    is_hot: bool
    at: datetime
    stored: Lead | None = None
    phones: Iterable[Lead] = field(default=())


def ownership(owners: Owners, known: Known, facts: Callable[[], Facts]) -> Ownership:
    """Whose a lead is now.

    An operator's `lead_moved` decides; else the owner stays whom somebody was told of; else the
    rules say. Until somebody is told, they say so anew in every fold: whatever the order in which
    a lead becomes known, it ends with the same owner. A time without rules gives no lead an owner,
    and takes none away that somebody was told of. `facts` is called only if rules are asked.
    """
    before = _told_before(known)
    told_at = before.told_at or (known.at if _is_told(known) else None)
    moved = _moved_to(known.events)
    if moved is not None:
        return Ownership(moved, MOVED, told_at)
    if before.told_at is not None and before.owner is not None:
        return before
    if not owners.rules:
        return Ownership()
    owner, rule = owners.of(_key(known), facts())
    return Ownership(owner, rule, told_at)


def _told_before(known: Known) -> Ownership:
    """Of this lead if somebody was told of it, else of the first of its phones' that was."""
    own = Ownership() if known.stored is None else known.stored.ownership
    if own.told_at is not None:
        return own
    phones = (
        (lead.ownership.told_at, lead.lead_id, lead.ownership)
        for lead in known.phones
        if lead.ownership.told_at is not None and lead.ownership.owner is not None
    )
    return min(phones, default=(None, "", own))[2]


def _is_told(known: Known) -> bool:
    """Whether this fold causes a mail to sales, or the digest shows the lead."""
    return known.is_hot or any(event.tell and BOT not in event.flags for event in known.events)


def _moved_to(events: Iterable[Event]) -> str | None:
    """To whom an operator has moved the lead last: what no recipient's id can be moves nothing."""
    moved = None
    for event in events:
        to = event.properties.get("owner")
        if event.type == "lead_moved" and isinstance(to, str) and _ID.fullmatch(to):
            moved = to
    return moved


def _key(known: Known) -> str:
    """The lead's id, or that of the phone's lead that it has begun as.

    So a team's lead keeps its owner when its e-mail address becomes known.
    """
    for event in known.events:
        if kind_of(event.subject) in (EMAIL, PHONE):
            return event.subject
    return known.lead_id
