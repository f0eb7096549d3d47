"""What is wrong with the absences of sales.yaml. Only the build uses this module."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from hotlist.config.findings import Path_
from hotlist.config.recipient_schema import AbsenceEntry, RecipientEntry
from hotlist.scoring.check.report import Report

_SHOWN: Final = 6
"""So many people of a circle are named."""


class _Absent(NamedTuple):
    """Somebody who is away: until when, and who gets their mails."""

    place: int
    number: int
    ends: str
    stand_in: str


def check_absences(report: Report, recipients: Sequence[RecipientEntry], fallback: str) -> None:
    """Say which absences are wrong; if none is, which stand-ins leave nobody on some day."""
    people = {recipient.id for recipient in recipients}
    is_clear = fallback in people
    for place, recipient in enumerate(recipients):
        for number, absence in enumerate(recipient.absence):
            at: Path_ = ("recipients", place, "absence", number)
            is_clear &= _has_stand_in(
                report, (*at, "stand_in"), recipient, absence, fallback=fallback, people=people
            )
            if any(_overlap(absence, other) for other in recipient.absence[:number]):
                is_clear = False
                report.error(at, "absence", "two absences share days; write them as one")
    if is_clear:  # so nobody is away twice on a day, and all who stand in are there or away
        for one, circle in _circles(recipients, fallback):
            listed = [*circle[:_SHOWN], *(["…"] if len(circle) > _SHOWN else []), circle[0]]
            message = (
                f"{' → '.join(listed)} stand in for one another on the same days, and nobody is "
                "left; name somebody who is there"
            )
            report.error(
                ("recipients", one.place, "absence", one.number, "stand_in"), "stand-in", message
            )


def _has_stand_in(
    report: Report,
    at: Path_,
    recipient: RecipientEntry,
    absence: AbsenceEntry,
    *,
    fallback: str,
    people: Collection[str],
) -> bool:
    """Whether an absence names somebody else, or leaves it to a fallback that is somebody else."""
    stand_in = absence.stand_in
    if stand_in is not None and stand_in not in people:
        report.unknown(at, "stand-in", "recipient", stand_in, people)
        return False
    if (stand_in or fallback) == recipient.id:
        why = "their own stand-in" if stand_in else "the fallback, who stands in for others"
        message = f"{recipient.id} is {why}; name somebody else as stand_in"
        report.error(at, "stand-in", message)
        return False
    return True


def _circles(
    recipients: Sequence[RecipientEntry], fallback: str
) -> Iterator[tuple[_Absent, list[str]]]:
    """Each circle of absent people who stand in for one another, from its first in the file on.

    On one day an absent person has one stand-in. A circle closes on the day on which the last of
    its absences begins. So only those days are looked at, and only from those who leave then on.
    """
    begins: dict[str, dict[str, _Absent]] = defaultdict(dict)
    for place, recipient in enumerate(recipients):
        for number, absence in enumerate(recipient.absence):
            stand_in = absence.stand_in or fallback
            one = _Absent(place, number, absence.ends, stand_in)
            begins[absence.begins][recipient.id] = one
    away: dict[str, _Absent] = {}
    for day in sorted(begins):
        away |= begins[day]
        seen: set[str] = set()
        for leaving in begins[day]:
            circle = _circle(away, day, leaving, seen)
            if circle:
                first = min(range(len(circle)), key=lambda number: away[circle[number]].place)
                yield away[circle[first]], circle[first:] + circle[:first]


def _circle(away: Mapping[str, _Absent], day: str, leaving: str, seen: set[str]) -> list[str]:
    """The people of the circle to which somebody's stand-ins lead; none if `seen` has them."""
    chain: dict[str, None] = {}
    person = leaving
    while person not in seen:
        seen.add(person)
        absent = away.get(person)
        if absent is None or absent.ends < day:
            return []
        chain[person] = None
        person = absent.stand_in
    people = list(chain)
    return people[people.index(person) :] if person in chain else []


def _overlap(one: AbsenceEntry, other: AbsenceEntry) -> bool:
    return one.begins <= other.ends and other.begins <= one.ends
