"""The leads by the day on which they were created: an index of the Leads table.

Its entries change with what they say alone: a lead whose points change has no new entry.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from hotlist.events.times import MILLISECOND, from_text, to_text
from hotlist.leads.lead import Created
from hotlist.store.items import Item, Unread, pages, read_text
from hotlist.store.leads import SHARDS

CREATED_INDEX: Final = "by_day"

_DAY: Final = timedelta(days=1)


class CreatedStore:
    """Finds the leads that were created in a stretch of time."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def between(
        self, begins: datetime, ends: datetime
    ) -> Iterator[tuple[datetime, list[Unread[Created]]]]:
        """Those from `begins` until before `ends`, page by page: the newest days come first.

        With each page comes the instant since which all were found before it. One whose entry is
        broken stops no other.
        """
        if begins >= ends:
            return
        day, since = ends.astimezone(UTC).date(), ends
        while day >= begins.astimezone(UTC).date():
            for shard in range(SHARDS):
                for page in self._pages(f"{day:%Y-%m-%d}#{shard}", begins, ends):
                    yield since, page
            since = datetime.combine(day, time(), UTC)
            day -= _DAY

    def _pages(self, key: str, begins: datetime, ends: datetime) -> Iterator[list[Unread[Created]]]:
        # BETWEEN has both its ends. Instants are whole milliseconds, so the last one is left out.
        last = ends - MILLISECOND
        found = pages(
            self._client.query,
            TableName=self._table,
            IndexName=CREATED_INDEX,
            KeyConditionExpression="created_day = :day AND created_at BETWEEN :begins AND :last",
            ExpressionAttributeValues={
                ":day": {"S": key},
                ":begins": {"S": to_text(begins)},
                ":last": {"S": to_text(last)},
            },
            ScanIndexForward=False,
        )
        for page in found:
            yield [partial(_created, item) for item in page["Items"]]


def _created(item: Item) -> Created:
    return Created(
        lead_id=item["lead_id"]["S"],
        created_at=from_text(item["created_at"]["S"]),
        channel=read_text(item, "channel"),
        owner=read_text(item, "owner"),
    )
