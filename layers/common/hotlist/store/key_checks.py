"""The check values of the link keys that were seen last: one item of the Deliveries table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from hotlist.store.items import Conflict, number, present, read_text, text

_KEY: Final = "link_keys"


@dataclass(frozen=True, slots=True)
class KeyChecks:
    """Check values by the number of their key.

    `told_on` is the UTC day on which somebody was last told that the keys are others now.
    """

    checks: Mapping[int, str] = field(default_factory=dict)
    told_on: date | None = None
    version: int = 0


class KeyCheckStore:
    """Reads the check values, and writes them under the version that was read."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self) -> KeyChecks:
        """What is stored, read consistently. Empty if nothing is."""
        answer = self._client.get_item(
            TableName=self._table, Key={"delivery_id": {"S": _KEY}}, ConsistentRead=True
        )
        item = answer.get("Item")
        if item is None:
            return KeyChecks()
        told_on = read_text(item, "told_on")
        return KeyChecks(
            checks={int(name): value["S"] for name, value in item["checks"]["M"].items()},
            told_on=date.fromisoformat(told_on) if told_on else None,
            version=int(item["version"]["N"]),
        )

    def save(self, seen: KeyChecks) -> None:
        """Write over the version that was read.

        :raises Conflict: if another run has written since.
        """
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(delivery_id)"}
        if seen.version:
            condition = {
                "ConditionExpression": "#version = :read",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":read": number(seen.version)},
            }
        saved = replace(seen, version=seen.version + 1)
        item: dict[str, Any] = {
            "delivery_id": {"S": _KEY},
            "checks": {"M": {str(one): {"S": check} for one, check in saved.checks.items()}},
            "told_on": text(saved.told_on.isoformat() if saved.told_on else None),
            "version": number(saved.version),
        }
        try:
            self._client.put_item(TableName=self._table, Item=present(item), **condition)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise Conflict(_KEY) from error
