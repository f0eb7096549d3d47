"""The people in sales who get mail: whose digest is due, and who gets a letter now."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from hotlist.sales.working_days import (
    NEVER_OFF,
    TimeOff,
    days_waited,
    is_first_of_week,
    is_quiet,
    works,
)

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CATCH_UP: Final = timedelta(hours=3)
"""How long after its time a digest that was missed is still sent."""

HOLIDAYS_END: Final = timedelta(days=90)
"""How long before the known holidays end somebody has to build anew."""

OWNER: Final = "owner"
TEAM: Final = "team"
ALL: Final = "all"
"""Who is told: a lead's owner, whoever shares a team with them, everybody."""

DEVICE: Final = "device"
LINK: Final = "link"
"""What opens a card or a list: a confirmed device, or its link alone."""

_SKIP: Final = "skip"
_SHORT: Final = "short"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A salesperson who gets mail.

    `digest` is the time of the daily digest, local time in `timezone`. `weekdays` are the days on
    which they work, 0 for Monday, unless they have time `off`. On a day on which no lead
    is hot it is sent if `on_empty` says so: `skip`, `short`, or `weekly` for the first working
    day of the week. It shows `top` leads in full, with `list_own` only theirs.
    """

    id: str
    name: str
    email: str
    language: str
    timezone: str
    digest: time
    weekdays: frozenset[int]
    off: TimeOff = NEVER_OFF
    on_empty: str = _SKIP
    list_own: bool = False
    top: int = 10
    csv: bool = False

    def due_day(self, now: datetime) -> str | None:
        """The local day whose digest is due now, as `2026-03-29`, or None.

        A digest is due from its time on, for `CATCH_UP`. So yesterday's may be due after
        midnight. If the clock skips that time in spring, the digest is due after the skip. If the
        time comes twice in autumn, the digest is due from the first one on, for the same day.
        """
        zone = ZoneInfo(self.timezone)
        today = now.astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            due_at = datetime.combine(day, self.digest, zone).astimezone(UTC)
            if works(day, self.weekdays, self.off) and timedelta(0) <= now - due_at < CATCH_UP:
                return day.isoformat()
        return None

    def sends_when_empty(self, day: str) -> bool:
        """Whether there is a short digest on a day without leads."""
        if self.on_empty in (_SKIP, _SHORT):
            return self.on_empty == _SHORT
        return is_first_of_week(date.fromisoformat(day), self.weekdays, self.off)

    def is_quiet(self, now: datetime) -> bool:
        """Whether they get no alert now. Their next digest has what they were not alerted of."""
        return is_quiet(now.astimezone(ZoneInfo(self.timezone)), self.weekdays, self.off)

    def days_waited(self, since: datetime, now: datetime) -> int:
        """How many of their days of work have begun since an instant."""
        zone = ZoneInfo(self.timezone)
        first, last = since.astimezone(zone).date(), now.astimezone(zone).date()
        return days_waited(first, last, self.weekdays, self.off)

    def stand_in(self, now: datetime) -> str | None:
        """Who gets their mails now; None if they are there."""
        absence = self.off.absence(now.astimezone(ZoneInfo(self.timezone)).date())
        return None if absence is None else absence.stand_in

    def holidays_end(self, now: datetime) -> bool:
        """Whether it is known for less than `HOLIDAYS_END` which days are holidays."""
        until = self.off.known_until
        return until is not None and until - now.date() < HOLIDAYS_END


@dataclass(frozen=True, slots=True)
class Sales:
    """The settings of sales.yaml that decide about mail.

    `fallback` gets what has no owner, or one who is no longer there. `tell` says who gets an
    alert, and a message whose form does not say it: `owner`, `team` or `all`. `teams` have the ids
    of their members. `caps` are mails of a kind in an hour. `card_access` says what opens a card:
    a `device` that the recipient has confirmed, or the `link` alone.
    """

    recipients: tuple[Recipient, ...]
    fallback: str = ""
    tell: str = ALL
    teams: tuple[frozenset[str], ...] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    card_access: str = DEVICE

    def of_id(self, recipient: str | None) -> Recipient | None:
        """The recipient of this id, or None if nobody has it now."""
        return next((one for one in self.recipients if one.id == recipient), None)

    def living(self, disabled: Collection[str]) -> tuple[Recipient, ...]:
        """Everybody who gets mail, in the order of sales.yaml."""
        return tuple(one for one in self.recipients if one.id not in disabled)

    def whom(
        self, tell: str, owner: str | None, now: datetime, disabled: Collection[str]
    ) -> tuple[Recipient, ...]:
        """Who gets a letter about a lead now: nobody if all have bounced or complained.

        The one place that decides it. Whether an alert has to wait for the next digest is for
        each of them to say, see `is_quiet`.
        """
        wanted = (self.reached(one, now, disabled) for one in self._wanted(tell, owner))
        return tuple(dict.fromkeys(one for one in wanted if one is not None))

    def reached(self, wanted: str, now: datetime, disabled: Collection[str]) -> Recipient | None:
        """Who gets what is for one person now: they, or who stands in.

        For one who gets no mail that is the fallback, else anybody who does. On the edge of two
        days, time zones may close a circle of stand-ins: it is left then.
        """
        people = {one.id: one for one in self.recipients}
        person, asked = people.get(wanted, people[self._fallback]), {wanted}
        while (stand_in := person.stand_in(now)) in people and stand_in not in asked:
            person = people[str(stand_in)]
            asked.add(person.id)
        if person.id not in disabled:
            return person
        if self._fallback not in asked:
            return self.reached(self._fallback, now, disabled)
        return next(iter(self.living(disabled)), None)

    def owner_of(self, owner: str | None) -> str:
        """The owner as of now: one who is no longer in sales.yaml counts as the fallback."""
        is_there = any(one.id == owner for one in self.recipients)
        return owner if owner is not None and is_there else self._fallback

    def name_of(self, owner: str) -> str:
        """The name of an owner as of now."""
        person = self.owner_of(owner)
        return next((one.name for one in self.recipients if one.id == person), owner)

    def owned(self, recipient: str, now: datetime) -> frozenset[str]:
        """Whose leads stand in a recipient's own list now: theirs, and those they stand in for."""
        absent = {one.id for one in self.recipients if one.stand_in(now) is not None}
        return frozenset(
            one
            for one in (recipient, *absent)
            if (reached := self.reached(one, now, ())) is not None and reached.id == recipient
        )

    def listed(self, recipient: Recipient, now: datetime) -> frozenset[str] | None:
        """Whose leads stand in a recipient's list now; None for everybody's."""
        return self.owned(recipient.id, now) if recipient.list_own else None

    def due(self, now: datetime) -> Iterator[tuple[Recipient, str]]:
        """The recipients whose digest is due, each with its local day."""
        for recipient in self.recipients:
            day = recipient.due_day(now)
            if day is not None:
                yield recipient, day

    @property
    def _fallback(self) -> str:
        return self.fallback or self.recipients[0].id

    def _wanted(self, tell: str, owner: str | None) -> Iterable[str]:
        """The ids of those who would get a letter if all were there, each once, in file order."""
        if tell == ALL:
            return [one.id for one in self.recipients]
        person = self.owner_of(owner)
        told = {person}
        if tell == TEAM:
            told.update(*(team for team in self.teams if person in team))
        return [one.id for one in self.recipients if one.id in told]


def from_checked(source: Mapping[str, Any]) -> Sales:
    """The settings, from a mapping that the build has checked."""
    return Sales(
        recipients=tuple(
            Recipient(
                id=given["id"],
                name=given["name"],
                email=given["email"],
                language=given["language"],
                timezone=given["timezone"],
                digest=time.fromisoformat(given["digest"]),
                weekdays=frozenset(map(WEEKDAYS.index, given["weekdays"])),
                off=TimeOff.from_checked(given, source["calendars"]),
                on_empty=given["on_empty"],
                list_own=given["list"] == "own",
                top=given["top"],
                csv=given["csv"],
            )
            for given in source["recipients"]
        ),
        fallback=source["fallback"],
        tell=source["tell"],
        teams=tuple(
            frozenset(member["id"] for member in members) for members in source["teams"].values()
        ),
        caps=source.get("caps", {}),
        card_access=source["card_access"],
    )
