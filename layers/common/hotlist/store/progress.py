"""How far the walk over all leads has come: one item of the Deliveries table."""

from dataclasses import dataclass, replace
from typing import Any, Final

from hotlist.store.items import Conflict, number, present, read_text, text

_KEY: Final = "rescoring"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the walk has come for the rulesets of this hash.

    `passes` over the whole table are done. The next page begins `after` this lead.
    """

    rulesets_hash: str = ""
    passes: int = 0
    after: str | None = None
    version: int = 0


class ProgressStore:
    """Reads the progress, and writes it under the version that was read."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self) -> Progress:
        """The stored progress, read consistently. An empty `Progress` if there has been no walk."""
        answer = self._client.get_item(
            TableName=self._table, Key={"delivery_id": {"S": _KEY}}, ConsistentRead=True
        )
        item = answer.get("Item")
        if item is None:
            return Progress()
        return Progress(
            rulesets_hash=item["rules"]["S"],
            passes=int(item["passes"]["N"]),
            after=read_text(item, "after"),
            version=int(item["version"]["N"]),
        )

    def save(self, progress: Progress) -> Progress:
        """Write the progress over the version that was read. The answer has the new version.

        :raises Conflict: if another run has written since.
        """
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(delivery_id)"}
        if progress.version:
            condition = {
                "ConditionExpression": "#version = :read",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {":read": number(progress.version)},
            }
        saved = replace(progress, version=progress.version + 1)
        item = {
            "delivery_id": {"S": _KEY},
            "rules": {"S": saved.rulesets_hash},
            "passes": number(saved.passes),
            "after": text(saved.after),
            "version": number(saved.version),
        }
        try:
            self._client.put_item(TableName=self._table, Item=present(item), **condition)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise Conflict(_KEY) from error
        return saved
