"""The Events table: one item for each event, by subject and event key. Each is written once.

What scoring never reads of an event stands in an attribute of its own, `texts`. A history is read
without it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

from hotlist.events.event import Event, event_key
from hotlist.events.sizes import as_json
from hotlist.events.times import from_text, to_text
from hotlist.events.vocabulary import SPAM, Route, lane
from hotlist.store.items import (
    Item,
    Unread,
    batch_get,
    pages,
    present,
    read_noted,
    read_seconds,
    read_text,
    read_texts,
    seconds,
    text,
    texts,
    write_units,
)

MAX_PAGES: Final = 25
"""How many pages of 1 MB one reading of a subject takes, whatever they hold."""

DUPLICATE: Final = "DuplicateItem"
"""DynamoDB's code for an event that is stored already."""

_NEVER: Final = "attribute_exists(event_key) AND attribute_not_exists(event_key)"
"""A condition that holds for no item, whether there is one or not."""

_KEYS: Final = ("subject", "event_key")
LEFT: Final = "Left"
"""The code of an event that `put_all` has not tried to store: the write units were used up."""

_SCORED: Final = (
    "subject event_key type occurred_at received_at expires_at route properties flags names email "
    "phone phone_country dedup tell to_lead"
).split()
_WITHOUT_TEXTS: Final = {
    "ProjectionExpression": ",".join(f"#{name}" for name in _SCORED),
    "ExpressionAttributeNames": {f"#{name}": name for name in _SCORED},
}
"""Reads an event but for its `texts`. Some of the names are words of DynamoDB's, hence the #."""


class SubjectEvents(NamedTuple):
    """The events of a subject, newest id first. `truncated`: older ones were not read."""

    events: tuple[Event, ...]
    truncated: bool

    def newest(self, limit: int) -> "SubjectEvents":
        """What reading no more than `limit` ordinary events would have given."""
        ordinary = [event for event in self.events if event_key(event).startswith("e#")]
        if len(ordinary) <= limit:
            return self
        apart = self.events[: len(self.events) - len(ordinary)]
        return SubjectEvents((*apart, *ordinary[:limit]), truncated=True)


class EventStore:
    """Adds events, and reads the events of a subject."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> bool:
        """Store an event. False if it is there already, so that a retry adds nothing.

        `tell` marks a form's message that is to be mailed to sales at once. `to_lead` has what is
        to be mailed to the lead.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_item(event, tell=tell, to_lead=to_lead),
                ConditionExpression="attribute_not_exists(event_key)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def put_or_find(self, event: Event) -> Event | None:
        """Store an event. If one with its id is there already, that one is the answer."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_item(event),
                ConditionExpression="attribute_not_exists(event_key)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            return from_item(error.response["Item"])
        return None

    def look(self, subject: str, event_id: str) -> Event | None:
        """The stored event of this id that is kept apart (`k#`), or None.

        It needs no right but to put: a put whose condition never holds writes nothing, and says
        what is there.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item={"subject": {"S": subject}, "event_key": {"S": f"k#{event_id}"}},
                ConditionExpression=_NEVER,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            item = error.response.get("Item")
            return from_item(item) if item else None
        raise AssertionError("a put has been taken whose condition never holds")

    def put_all(self, events: Sequence[Event], most_units: int) -> list[str | None]:
        """Store up to 25 events in one call, the first ones of them up to so many write units.

        The answer has one entry for each event, in their order: None if the event is stored now,
        `DUPLICATE` if it was before, `LEFT` if it has not been tried; otherwise DynamoDB's error
        code.
        """
        items = []
        for event in events:
            item = to_item(event)
            most_units -= write_units(item)
            if most_units < 0:
                break
            items.append(item)
        if not items:
            return [LEFT] * len(events)
        answer = self._client.batch_execute_statement(Statements=[*map(self._insert, items)])
        codes = [response.get("Error", {}).get("Code") for response in answer["Responses"]]
        return [*codes, *[LEFT] * (len(events) - len(items))]

    def history(self, subject: str, *, now: datetime, limit: int) -> SubjectEvents:
        """All that a fold may read of a subject, consistently, in one descending query.

        Everything that links, SES and operators say (`k#`), and the newest `limit` of all
        else (`e#`). Of that, what has expired by `now` and what is spam is left out and takes
        nobody's place: it is told by its attributes, and its properties are not parsed. What lies
        behind 25 pages is not read, and `texts` are not either.
        """
        from hotlist.events.corrections import Corrections  # noqa: PLC0415 - capture does without

        kept_apart: list[Event] = []
        newest: list[Event] = []
        corrections = None
        for number, page in enumerate(self._pages(subject, limit + 1), 1):
            for item in page["Items"]:
                if item["event_key"]["S"].startswith("k#"):
                    kept_apart.append(from_item(item))
                    continue
                corrections = corrections or Corrections(kept_apart)  # every `k#` comes first
                flags = corrections.corrected(_event_id(item), _flags(item))
                if SPAM in flags or read_noted(partial(_has_expired, now=now), item, *_KEYS):
                    continue
                if len(newest) == limit:
                    return SubjectEvents((*kept_apart, *newest), truncated=True)
                newest.append(from_item(item))
            if number == MAX_PAGES and "LastEvaluatedKey" in page:
                return SubjectEvents((*kept_apart, *newest), truncated=True)
        return SubjectEvents((*kept_apart, *newest), truncated=False)

    def find(self, subject: str, event_id: str) -> Event | None:
        """The stored event of this id, or None."""
        keys = [{"subject": subject, "event_key": f"{cls}#{event_id}"} for cls in "ek"]
        found = [from_item(item) for item in batch_get(self._client, self._table, keys)]
        return found[0] if found else None

    def find_many(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Unread[Event]]:
        """The stored ordinary events (`e#`) of these subjects and ids, by them.

        One whose item is broken stops no other.
        """
        wanted = [{"subject": subject, "event_key": f"e#{one}"} for subject, one in keys]
        return {
            (item["subject"]["S"], item["event_key"]["S"].removeprefix("e#")): partial(
                from_item, item
            )
            for item in batch_get(self._client, self._table, wanted)
        }

    def kept_apart(self, subject: str) -> tuple[Event, ...]:
        """What links, SES and operators say of a subject (`k#`), newest id first, consistently.

        It is read without `texts`. What lies behind 25 pages is not read, as in a history.
        """
        query = partial(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="subject = :subject AND begins_with(event_key, :kept)",
            ExpressionAttributeValues={":subject": {"S": subject}, ":kept": {"S": "k#"}},
            ScanIndexForward=False,
            ConsistentRead=True,
            **_WITHOUT_TEXTS,
        )
        read = islice(pages(query), MAX_PAGES)
        return tuple(from_item(item) for page in read for item in page["Items"])

    def renew(self, event: Event, expires_at: datetime) -> None:
        """Keep a stored event until `expires_at`, if it expires earlier. A deleted one stays so."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"subject": {"S": event.subject}, "event_key": {"S": event_key(event)}},
                UpdateExpression="SET expires_at = :until",
                ConditionExpression="expires_at < :until",
                ExpressionAttributeValues={":until": seconds(expires_at)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _pages(self, subject: str, first: int) -> Iterator[Mapping[str, Any]]:
        """The pages of a subject. The first has `first` items at most: nearly always enough."""
        query = partial(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": {"S": subject}},
            ScanIndexForward=False,
            ConsistentRead=True,
            **_WITHOUT_TEXTS,
        )
        page = query(Limit=first)
        yield page
        if "LastEvaluatedKey" in page:
            yield from pages(query, ExclusiveStartKey=page["LastEvaluatedKey"])

    def _insert(self, item: Item) -> dict[str, Any]:
        fields = ", ".join(f"'{name}': ?" for name in item)
        return {
            "Statement": f'INSERT INTO "{self._table}" VALUE {{{fields}}}',
            "Parameters": list(item.values()),
        }


def _has_expired(item: Item, now: datetime) -> bool:
    expires_at = read_seconds(item, "expires_at")
    return expires_at is not None and expires_at <= now


def _event_id(item: Item) -> str:
    event_id: str = item["event_key"]["S"][2:]
    return event_id


def _flags(item: Item) -> frozenset[str]:
    return frozenset(read_texts(item, "flags"))


def to_item(event: Event, *, tell: bool = False, to_lead: Iterable[str] = ()) -> dict[str, Any]:
    """The item of an event. Its properties are JSON text: exact and cheap, for any number.

    :raises ValueError: if the event has no `expires_at` or no lane. No mapping of the stream would
        take a lane that it does not know.
    """
    if event.expires_at is None:
        raise ValueError(f"event {event.event_id} has no expires_at; see events.retention.expiry")
    received = to_text(event.received_at)
    is_now = event.occurred_at == event.received_at  # nearly always; to write an instant is slow
    return present(
        {
            "subject": {"S": event.subject},
            "event_key": {"S": event_key(event)},
            "type": {"S": event.type},
            "occurred_at": {"S": received if is_now else to_text(event.occurred_at)},
            "received_at": {"S": received},
            "expires_at": seconds(event.expires_at),
            "route": {"S": event.route.value},
            "lane": {"S": lane(event.route, event.type).value},
            "properties": {"S": as_json(event.properties)},
            "texts": text(as_json(event.texts) if event.texts else None),
            "flags": texts(event.flags),
            "names": texts(event.names),
            "email": text(event.email),
            "phone": text(event.phone),
            "phone_country": text(event.phone_country),
            "dedup": text(event.dedup or None),
            "tell": {"BOOL": True} if tell or event.tell else None,
            "to_lead": texts(mails) if (mails := to_lead or event.to_lead) else None,
        }
    )


def from_item(item: Item) -> Event:
    """The event of a stored item or a stream image; of a projected item it has no `texts`.

    :raises KeyError, ValueError: if the item is not an event. A note says which item it is.
    """
    return read_noted(_event, item, *_KEYS)


def _event(item: Item) -> Event:
    return Event(
        subject=item["subject"]["S"],
        event_id=_event_id(item),
        type=item["type"]["S"],
        occurred_at=from_text(item["occurred_at"]["S"]),
        received_at=from_text(item["received_at"]["S"]),
        expires_at=read_seconds(item, "expires_at"),
        route=Route(item["route"]["S"]),
        properties=json.loads(item["properties"]["S"]),
        texts=json.loads(item["texts"]["S"]) if "texts" in item else {},
        flags=_flags(item),
        names=read_texts(item, "names"),
        email=read_text(item, "email"),
        phone=read_text(item, "phone"),
        phone_country=read_text(item, "phone_country"),
        dedup=read_text(item, "dedup") or "",
        tell="tell" in item,
        to_lead=read_texts(item, "to_lead"),
    )
