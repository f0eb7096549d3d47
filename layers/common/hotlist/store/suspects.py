"""Which submissions were taken for spam or for a bot's: in an hour, by form.

Items of the Deliveries table: `suspects#<form>#<hour>` with the set `ids` of events. A set and
no counter: what comes twice counts once. It is closed once it has more than `MOST_SUSPECTS`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from hotlist.store.deliveries import KEPT
from hotlist.store.hours import start_of
from hotlist.store.items import batch_get, read_texts, seconds

MOST_SUSPECTS: Final = 200
"""Of an hour and form it is known how many there were, or that there were more than these."""

_NAME: Final = "suspects#"


class Suspects(NamedTuple):
    """How many submissions of a form were held back; `is_more` than `number`."""

    form: str
    number: int
    is_more: bool = False


class SuspectStore:
    """Notes and counts suspects. Once an hour is full, nothing more is written for it."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._full: set[str] = set()

    def note(self, form: str, hour: str, event_ids: Iterable[str]) -> None:
        """Note events of a form that were received in an hour (`2026-03-28T11`, UTC)."""
        name = f"{_NAME}{form}#{hour}"
        ids = sorted(set(event_ids))[: MOST_SUSPECTS + 1]
        if not ids or name in self._full:
            return
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"delivery_id": {"S": name}},
                UpdateExpression="SET expires_at = :until ADD ids :ids",
                ConditionExpression="attribute_not_exists(ids) OR size(ids) <= :most",
                ExpressionAttributeValues={
                    ":ids": {"SS": ids},
                    ":most": {"N": str(MOST_SUSPECTS)},
                    ":until": seconds(start_of(hour) + KEPT),
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            self._full.add(name)

    def count(
        self, forms: Collection[str], hours: Iterable[str]
    ) -> dict[str, tuple[Suspects, ...]]:
        """By hour: how many of each of these forms were held back, where any were."""
        keys = [{"delivery_id": f"{_NAME}{form}#{hour}"} for hour in hours for form in forms]
        found: defaultdict[str, list[Suspects]] = defaultdict(list)
        for item in batch_get(self._dynamodb, self._table, keys):
            form, _, hour = item["delivery_id"]["S"].removeprefix(_NAME).rpartition("#")
            number = len(read_texts(item, "ids"))
            most = min(number, MOST_SUSPECTS)
            found[hour].append(Suspects(form, most, number > most))
        return {hour: tuple(sorted(suspects)) for hour, suspects in found.items()}
