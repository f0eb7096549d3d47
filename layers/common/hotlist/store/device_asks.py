"""How often a recipient has asked for the link of a device: items of the Deliveries table.

An item has the quarters of an hour of one UTC day in which a mail was asked for, as a set. So two
presses at once are one mail, and a day has no more than so many.
"""

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final

from hotlist.store.items import seconds

MOST_A_DAY: Final = 5
QUARTER: Final = timedelta(minutes=15)

OF_DEVICES: Final = "device#"
"""How the keys of these items begin, and those of the deliveries of these mails."""

_KEPT: Final = timedelta(days=2)
_DAY: Final = 10  # characters


class Place(Enum):
    """Whether a press is a mail."""

    TAKEN = "taken"
    JUST_ASKED = "just asked"  # in the same quarter of an hour
    DAY_FULL = "day full"


def quarter_of(now: datetime) -> str:
    """The quarter of an hour of an instant in UTC, as `2026-03-28T11:45`."""
    at = now.astimezone(UTC)
    return f"{at.replace(minute=at.minute // 15 * 15):%Y-%m-%dT%H:%M}"


class DeviceAsks:
    """Gives places for mails of devices."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def take_place(self, recipient: str, now: datetime) -> Place:
        """Take the place of the quarter of an hour, if there is one."""
        quarter = quarter_of(now)
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(recipient, quarter),
                UpdateExpression="ADD quarters :quarters SET expires_at = :until",
                ConditionExpression=(
                    "attribute_not_exists(quarters) OR"
                    " (size(quarters) < :most AND NOT contains(quarters, :quarter))"
                ),
                ExpressionAttributeValues={
                    ":quarters": {"SS": [quarter]},
                    ":quarter": {"S": quarter},
                    ":most": {"N": str(MOST_A_DAY)},
                    ":until": seconds(now + _KEPT),
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            taken = error.response.get("Item", {}).get("quarters", {}).get("SS", [quarter])
            return Place.JUST_ASKED if quarter in taken else Place.DAY_FULL
        return Place.TAKEN

    def give_back(self, recipient: str, now: datetime) -> None:
        """Give a place back that has become no mail."""
        quarter = quarter_of(now)
        self._client.update_item(
            TableName=self._table,
            Key=_key(recipient, quarter),
            UpdateExpression="DELETE quarters :quarters",
            ConditionExpression="attribute_exists(quarters)",
            ExpressionAttributeValues={":quarters": {"SS": [quarter]}},
        )


def _key(recipient: str, quarter: str) -> dict[str, dict[str, str]]:
    return {"delivery_id": {"S": f"{OF_DEVICES}{recipient}#{quarter[:_DAY]}"}}
