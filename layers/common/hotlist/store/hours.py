"""How many mails of a kind a recipient got in an hour, and which were held back.

Items of the Deliveries table: `hour#<recipient>#<kind>#<hour>` with two sets of deliveries,
`sent` and `held`, with `by_message`, the alerts for which a message stands, and `quiet`, those that
were not sent in quiet hours. And `held`, with
the recipients, kinds and hours that nobody was told of yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from hotlist.store.deliveries import KEPT
from hotlist.store.items import batch_get, read_texts, seconds

MOST_HELD: Final = 200
"""How many held deliveries are named; beyond them it is known only that there are more."""

_HOUR: Final = timedelta(hours=1)
_SEPARATOR: Final = "#"
_UNTOLD: Final = {"delivery_id": {"S": "held"}}
SETTLED_AFTER: Final = timedelta(minutes=2)
"""How long after its end an hour may still hold a mail: longer than notify runs."""


class Place(Enum):
    """Whether an hour has a place for a mail."""

    FREE = auto()
    LAST = auto()
    NONE = auto()


class Held(NamedTuple):
    """A recipient, a kind and an hour in which some of theirs were held."""

    recipient: str
    kind: str
    hour: str


class HeldMails(NamedTuple):
    """What some hours held of a recipient's mails: deliveries of messages, how many alerts."""

    messages: tuple[str, ...] = ()
    more_messages: bool = False
    alerts: int = 0
    more_alerts: bool = False


@dataclass(frozen=True, slots=True)
class HourStore:
    """Counts deliveries by recipient, kind and hour, each once.

    `most` is the cap of each kind that has none in `caps`.
    """

    dynamodb: Any
    table: str
    most: int
    caps: Mapping[str, int] = field(default_factory=dict)

    def most_of(self, kind: str) -> int:
        """How many mails of a kind a recipient gets in an hour."""
        return self.caps.get(kind, self.most)

    def take_place(self, recipient: str, kind: str, delivery_id: str, now: datetime) -> Place:
        """Count a delivery into the current hour, unless the hour is full.

        Taking a place again changes nothing. `LAST` says that the hour is full with it.
        """
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(recipient, kind, hour_of(now)),
                UpdateExpression="SET expires_at = :until ADD sent :set",
                ConditionExpression=(
                    "attribute_not_exists(sent) OR size(sent) < :most OR contains(sent, :id)"
                ),
                ExpressionAttributeValues={
                    **_added(delivery_id, now),
                    ":id": {"S": delivery_id},
                    ":most": {"N": str(self.most_of(kind))},
                },
                ReturnValues="ALL_NEW",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return Place.NONE
        is_full = len(answer["Attributes"]["sent"]["SS"]) >= self.most_of(kind)
        return Place.LAST if is_full else Place.FREE

    def note_told(self, recipient: str, delivery_id: str, now: datetime) -> None:
        """Note that a message stands for an alert: the recipient knows of the lead by it."""
        update = "SET expires_at = :until ADD by_message :set"
        self._note(update, "by_message", recipient, delivery_id, now)

    def note_quiet(self, recipient: str, delivery_id: str, now: datetime) -> None:
        """Note that an alert was not sent in quiet hours: the recipient's digest tells of it."""
        update = "SET expires_at = :until ADD quiet :set"
        self._note(update, "quiet", recipient, delivery_id, now)

    def _note(
        self, update: str, name: str, recipient: str, delivery_id: str, now: datetime
    ) -> None:
        """Add an alert to a set of the current hour, up to `MOST_HELD`."""
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(recipient, "alert", hour_of(now)),
                UpdateExpression=update,
                ConditionExpression=f"attribute_not_exists({name}) OR size({name}) < :most",
                ExpressionAttributeValues={
                    **_added(delivery_id, now),
                    ":most": {"N": str(MOST_HELD)},
                },
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return


@dataclass(frozen=True, slots=True)
class HeldStore:
    """Notes the deliveries that an hour had no place for."""

    dynamodb: Any
    table: str

    def hold(self, recipient: str, kind: str, delivery_id: str, now: datetime) -> None:
        """Note that a delivery is held back in the current hour."""
        hour = hour_of(now)
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_UNTOLD,
            UpdateExpression="ADD held :set",
            ExpressionAttributeValues={":set": {"SS": [_SEPARATOR.join((recipient, kind, hour))]}},
        )
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(recipient, kind, hour),
                UpdateExpression="SET expires_at = :until ADD held :set",
                ConditionExpression=(
                    "attribute_not_exists(held) OR size(held) < :most OR contains(held, :id)"
                ),
                ExpressionAttributeValues={
                    **_added(delivery_id, now),
                    ":id": {"S": delivery_id},
                    ":most": {"N": str(MOST_HELD)},
                },
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(recipient, kind, hour),
                UpdateExpression="SET held_more = :yes",
                ExpressionAttributeValues={":yes": {"BOOL": True}},
            )

    def has(self, held: Held, delivery_id: str) -> bool:
        """Whether an hour counts a delivery as held: by name, or as one of more than it names."""
        answer = self.dynamodb.get_item(TableName=self.table, Key=_key(*held), ConsistentRead=True)
        item = answer.get("Item", {})
        return delivery_id in read_texts(item, "held") or "held_more" in item

    def count(self, held: Held) -> tuple[int, bool]:
        """How many were held back in an hour, and whether there were more than are named."""
        answer = self.dynamodb.get_item(TableName=self.table, Key=_key(*held), ConsistentRead=True)
        item = answer.get("Item", {})
        return len(read_texts(item, "held")), "held_more" in item

    def in_hours(self, hours: Mapping[str, Iterable[str]]) -> dict[str, HeldMails]:
        """What each recipient's hours have held."""
        keys = {
            _name(one, kind, hour): (one, kind)
            for one, theirs in hours.items()
            for hour in theirs
            for kind in ("message", "alert")
        }
        found = {one: HeldMails() for one in hours}
        wanted = ({"delivery_id": name} for name in keys)
        for item in batch_get(self.dynamodb, self.table, wanted):
            one, kind = keys[item["delivery_id"]["S"]]
            held, is_more, before = read_texts(item, "held"), "held_more" in item, found[one]
            if kind == "message":
                found[one] = before._replace(
                    messages=(*before.messages, *held),
                    more_messages=before.more_messages or is_more,
                )
            else:
                found[one] = before._replace(
                    alerts=before.alerts + len(held),
                    more_alerts=before.more_alerts or is_more,
                )
        return found

    def untold(self, now: datetime) -> list[Held]:
        """The hours that are over, and that nobody was told of yet."""
        answer = self.dynamodb.get_item(TableName=self.table, Key=_UNTOLD, ConsistentRead=True)
        found = (Held(*one.split(_SEPARATOR)) for one in read_texts(answer.get("Item", {}), "held"))
        return [one for one in found if start_of(one.hour) + _HOUR + SETTLED_AFTER <= now]

    def told(self, held: Iterable[Held]) -> None:
        """Somebody was told of these."""
        values = [_SEPARATOR.join(one) for one in held]
        if values:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_UNTOLD,
                UpdateExpression="DELETE held :set",
                ExpressionAttributeValues={":set": {"SS": values}},
            )


def hour_of(now: datetime) -> str:
    """The UTC hour of an instant, as `2026-03-28T11`."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"


def whole_hours(begins: datetime, ends: datetime) -> list[str]:
    """The UTC hours from that of `begins` to the last one that is over at `ends`.

    Where one window begins as another ends, each hour is in one of them.
    """
    last = ends.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    first = begins.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return [hour_of(first + number * _HOUR) for number in range((last - first) // _HOUR)]


def start_of(hour: str) -> datetime:
    """The instant at which an hour begins. ValueError if it is none."""
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def _key(recipient: str, kind: str, hour: str) -> dict[str, Any]:
    return {"delivery_id": {"S": _name(recipient, kind, hour)}}


def _name(recipient: str, kind: str, hour: str) -> str:
    """The `delivery_id` under which an hour is stored."""
    return f"hour#{recipient}#{kind}#{hour}"


def _added(value: str, now: datetime) -> dict[str, Any]:
    return {":set": {"SS": [value]}, ":until": seconds(now + KEPT)}
