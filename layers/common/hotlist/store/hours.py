"""How many mails of a kind a recipient got in an hour, and which were held back.

Items of the Deliveries table: `hour#<recipient>#<kind>#<hour>` with two sets of deliveries,
`sent` and `held`; and `held`, with the recipients, kinds and hours that nobody was told of yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from hotlist.store.deliveries import KEPT
from hotlist.store.items import read_texts, seconds

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


@dataclass(frozen=True, slots=True)
class HourStore:
    """Counts deliveries by recipient, kind and hour, each once; `most` is the cap."""

    dynamodb: Any
    table: str
    most: int

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
                    ":most": {"N": str(self.most)},
                },
                ReturnValues="ALL_NEW",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return Place.NONE
        is_full = len(answer["Attributes"]["sent"]["SS"]) >= self.most
        return Place.LAST if is_full else Place.FREE


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

    def count(self, held: Held) -> tuple[int, bool]:
        """How many were held back in an hour, and whether there were more than are named."""
        answer = self.dynamodb.get_item(TableName=self.table, Key=_key(*held), ConsistentRead=True)
        item = answer.get("Item", {})
        return len(read_texts(item, "held")), "held_more" in item

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


def start_of(hour: str) -> datetime:
    """The instant at which an hour begins. ValueError if it is none."""
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def _key(recipient: str, kind: str, hour: str) -> dict[str, Any]:
    return {"delivery_id": {"S": f"hour#{recipient}#{kind}#{hour}"}}


def _added(value: str, now: datetime) -> dict[str, Any]:
    return {":set": {"SS": [value]}, ":until": seconds(now + KEPT)}
