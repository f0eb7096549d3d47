"""The Leads table: each lead as it was last folded, with an index by temperature.

It finds one lead by its id, the hot leads, the leads that are due by an instant and, after a new
ruleset, all leads page by page. Points are in no key of an index, so a change of points moves no
entry. It writes the entry again, because the digest ranks by the stored points.
"""

import heapq
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, Final

from hotlist.events.times import from_text, to_text
from hotlist.leads.lead import (
    MOST_STALE,
    Alerting,
    Contact,
    Lead,
    LeadState,
    May,
    Ownership,
    Ranked,
    Reason,
    Shadow,
    Stage,
    Temperature,
    combined_hash,
)
from hotlist.store.answers import answer_text, read_answer
from hotlist.store.items import (
    Conflict,
    Item,
    Unread,
    batch_get,
    instant,
    number,
    pages,
    present,
    read_instant,
    read_noted,
    read_seconds,
    read_text,
    seconds,
    text,
)

SHARDS: Final = 8
"""How many partitions the index has, so that none of them gets too much traffic."""

INDEX: Final = "by_temperature_and_due"

HOT_PAGES: Final = 5
"""How many pages of hot leads are read of a partition: some 5,000 leads a page."""

_DUE_PAGE: Final = 500
ANSWERED: Final = "answered"
"""Where the index has the hot leads that sales has answered: none of them waits for a call."""

_KEYS: Final = (*(f"{temperature.value}#" for temperature in Temperature), f"{ANSWERED}#")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the whole table.

    `scored_by` has, for each live lead, the hash of the rulesets that it was scored by. `last` is
    the last lead of the page; it is None for the last page.
    """

    scored_by: Mapping[str, str]
    last: str | None


class LeadStore:
    """Reads leads, and writes them under the version that was read."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get_many(self, lead_ids: Iterable[str]) -> dict[str, Lead]:
        """The stored leads of these ids, read consistently. Ids without a lead are left out."""
        return {lead_id: read() for lead_id, read in self.unread(lead_ids).items()}

    def unread(self, lead_ids: Iterable[str]) -> dict[str, Unread[Lead]]:
        """The same, each lead for itself: one whose item is broken stops no other."""
        keys = ({"lead_id": lead_id} for lead_id in dict.fromkeys(lead_ids))
        items = batch_get(self._client, self._table, keys)
        return {item["lead_id"]["S"]: partial(from_item, item) for item in items}

    def get(self, lead_id: str) -> Lead | None:
        """The stored lead, read consistently, or None."""
        answer = self._client.get_item(
            TableName=self._table, Key={"lead_id": {"S": lead_id}}, ConsistentRead=True
        )
        item = answer.get("Item")
        return None if item is None else from_item(item)

    def save(self, lead: Lead, read: Lead | None) -> None:
        """Write a lead over `read`, the one that was stored before the fold (None if none was).

        The version and `folded_at` must still be those of `read`. The version alone is not
        enough: it starts again at 1 after time-to-live has deleted a lead.

        :raises Conflict: if another fold has written the lead since.
        """
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(lead_id)"}
        if read is not None:
            condition = {
                "ConditionExpression": "#version = :version AND folded_at = :folded_at",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": {
                    ":version": {"N": str(read.version)},
                    ":folded_at": instant(read.folded_at),
                },
            }
        version = 1 + (read.version if read else 0)
        try:
            self._client.put_item(TableName=self._table, Item=_to_item(lead, version), **condition)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise Conflict(lead.lead_id) from error

    def put_off(self, lead_id: str, now: datetime, until: datetime) -> None:
        """Let a lead that is due at `now` be due at `until`. Any other stays as it is.

        This is no fold: the version stays, so a fold that is under way can still write.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"lead_id": {"S": lead_id}},
                UpdateExpression="SET due_at = :until",
                ConditionExpression="due_at <= :now",
                ExpressionAttributeValues={":until": instant(until), ":now": instant(now)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def hot(self) -> Iterator[Unread[Ranked]]:
        """The hot leads that wait for an answer, `HOT_PAGES` of each partition at most.

        Those that were folded last come first. One whose entry is broken stops no other.
        """
        for shard in range(SHARDS):
            pages = self._pages(f"{Temperature.HOT.value}#{shard}", "", {}, ScanIndexForward=False)
            for page in islice(pages, HOT_PAGES):
                yield from (partial(_ranked, item) for item in page)

    def due(self, now: datetime) -> Iterator[str]:
        """The ids of the leads that are due by `now`.

        Hot ones come first. Of these, and of the others, those that were due first come first.
        It reads as it goes, so whoever wants only some takes only some.
        """
        for heads in ((Temperature.HOT,), (Temperature.WARM, Temperature.COLD, ANSWERED)):
            found = [self._due(f"{head}#{shard}", now) for head in heads for shard in range(SHARDS)]
            for _, lead_id in heapq.merge(*found):
                yield lead_id

    def page(self, after: str | None, limit: int) -> Page:
        """The next `limit` items of the whole table, in the table's own order.

        An item never changes its place in that order. So an item that is stored throughout a walk
        is in one of its pages.
        """
        start = {} if after is None else {"ExclusiveStartKey": {"lead_id": {"S": after}}}
        answer = self._client.scan(
            TableName=self._table,
            Limit=limit,
            ProjectionExpression=(
                "lead_id, #state, #ruleset, #shadow.#ruleset,"
                " temperature, temperature_key, due_at, folded_at"
            ),
            ExpressionAttributeNames={f"#{name}": name for name in ("state", "ruleset", "shadow")},
            **start,
        )
        scored_by = {
            item["lead_id"]["S"]: _rulesets_of(item)
            for item in answer["Items"]
            if item["state"]["S"] == LeadState.LIVE
        }
        last = answer.get("LastEvaluatedKey")
        return Page(scored_by, None if last is None else last["lead_id"]["S"])

    def _due(self, key: str, until: datetime) -> Iterator[tuple[str, str]]:
        """When each lead of a partition was due, by `until`, and its id."""
        values = {":until": {"S": to_text(until)}}
        for page in self._pages(key, " AND due_at <= :until", values, Limit=_DUE_PAGE):
            yield from ((item["due_at"]["S"], item["lead_id"]["S"]) for item in page)

    def _pages(
        self, key: str, condition: str, values: Mapping[str, Any], **request: Any
    ) -> Iterator[list[Item]]:
        """The pages of a partition of the index, in the order of `due_at`."""
        found = pages(
            self._client.query,
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression=f"temperature_key = :key{condition}",
            ExpressionAttributeValues={":key": {"S": key}, **values},
            **request,
        )
        return (page["Items"] for page in found)


def _ranked(item: Item) -> Ranked:
    return Ranked(
        lead_id=item["lead_id"]["S"],
        total=int(item["total"]["N"]),
        due_at=from_text(item["due_at"]["S"]),
        hot_since=read_instant(item, "hot_since"),
        owner=read_text(item, "owner"),
    )


def _shard(lead_id: str) -> int:
    return zlib.crc32(lead_id.encode()) % SHARDS


def _to_item(lead: Lead, version: int) -> dict[str, Any]:
    alerting = lead.alerting
    attributes: dict[str, Any] = {
        "lead_id": {"S": lead.lead_id},
        "version": {"N": str(version)},
        "state": {"S": lead.state.value},
        "claimed_by": text(lead.claimed_by),
        "folded_at": instant(lead.folded_at),
        "expires_at": seconds(lead.expires_at),
        "inputs": {"S": lead.inputs},
        "ruleset": {"S": lead.ruleset},
        "armed": {"BOOL": alerting.armed},
        "rearms_at": instant(alerting.rearms_at),
        "alert_id": text(alerting.alert_id),
        "hot_since": instant(alerting.hot_since),
        "alert_tell": text(alerting.alert_tell),
        "owner": text(lead.ownership.owner),
        "owner_rule": text(lead.ownership.rule),
        "told_at": instant(lead.ownership.told_at),
    }
    if lead.state is LeadState.LIVE:
        attributes |= _live(lead)
    return present(attributes)


def _live(lead: Lead) -> dict[str, Any]:
    shard = _shard(lead.lead_id)
    created = None if lead.created_at is None else f"{lead.created_at:%Y-%m-%d}#{shard}"
    return {
        "name": text(lead.contact.name),
        "company": text(lead.contact.company),
        "email": text(lead.contact.email),
        "phone": text(lead.contact.phone),
        "temperature": {"S": lead.temperature.value},
        "stage": {"S": lead.stage.value},
        "total": number(lead.total),
        "groups": {"S": json.dumps(dict(lead.groups))},
        "grade": text(lead.grade),
        "segment": text(lead.segment),
        "reasons": {"S": json.dumps([[r.rule, str(r.points)] for r in lead.reasons])},
        "channel": text(lead.channel),
        "created_at": instant(lead.created_at),
        "created_day": text(created),
        "last_event_at": instant(lead.last_event_at),
        "last_event_id": text(lead.last_event_id),
        "next_change_at": instant(lead.next_change_at),
        "due_at": instant(lead.due_at),
        "temperature_key": None if lead.due_at is None else {"S": f"{_head(lead)}#{shard}"},
        "truncated": {"BOOL": True} if lead.truncated else None,
        "bounced": {"BOOL": True} if lead.bounced else None,
        "tracked": {"BOOL": True} if lead.tracked else None,
        "answer": None if lead.answer is None else {"S": answer_text(lead.answer)},
        "may": None if lead.may is May.UNKNOWN else {"S": lead.may.value},
        "shadow": None if lead.shadow is None else {"M": _shadow_item(lead.shadow)},
    }


def _head(lead: Lead) -> str:
    is_hot = lead.temperature is Temperature.HOT
    return ANSWERED if is_hot and lead.is_answered else lead.temperature.value


def _shadow_item(shadow: Shadow) -> dict[str, Any]:
    return {
        "total": number(shadow.total),
        "temperature": {"S": shadow.temperature.value},
        "ruleset": {"S": shadow.ruleset},
    }


def _shadow_ruleset(item: Item) -> str | None:
    return item["shadow"]["M"]["ruleset"]["S"] if "shadow" in item else None


def _rulesets_of(item: Item) -> str:
    """The hash of the rules that it was scored by; "" if it must be folded again in any case.

    That is so for leads that an older version has written: with another key, or hot and due
    later than a day after they were folded.
    """
    due_at, folded_at = read_instant(item, "due_at"), read_instant(item, "folded_at")
    if due_at is not None and folded_at is not None:
        is_hot = item["temperature"]["S"] == Temperature.HOT
        if not _is_indexed(item) or (is_hot and due_at > folded_at + MOST_STALE):
            return ""
    return combined_hash(item["ruleset"]["S"], _shadow_ruleset(item))


def _is_indexed(item: Item) -> bool:
    """Whether the index finds it when it is due. Older versions wrote other keys.

    Such an item is read as if it were never due, so the next fold writes it anew.
    """
    key = item.get("temperature_key")
    return key is not None and key["S"].startswith(_KEYS)


def _shadow(item: Item) -> Shadow | None:
    if "shadow" not in item:
        return None
    given = item["shadow"]["M"]
    return Shadow(
        total=int(given["total"]["N"]),
        temperature=Temperature(given["temperature"]["S"]),
        ruleset=given["ruleset"]["S"],
    )


def from_item(item: Item) -> Lead:
    """The lead of a stored item or a stream image; raises whatever is wrong with the item.

    A note says which item it is.
    """
    return read_noted(_lead, item, "lead_id")


def _lead(item: Item) -> Lead:
    folded_at, expires_at = read_instant(item, "folded_at"), read_seconds(item, "expires_at")
    if folded_at is None or expires_at is None:
        raise ValueError(f"lead {item['lead_id']['S']} has no folded_at or no expires_at")
    common = {
        "lead_id": item["lead_id"]["S"],
        "version": int(item["version"]["N"]),
        "state": LeadState(item["state"]["S"]),
        "claimed_by": read_text(item, "claimed_by"),
        "folded_at": folded_at,
        "expires_at": expires_at,
        "inputs": item["inputs"]["S"],
        "ruleset": item["ruleset"]["S"],
        "alerting": Alerting(
            armed=item["armed"]["BOOL"],
            rearms_at=read_instant(item, "rearms_at"),
            alert_id=read_text(item, "alert_id"),
            hot_since=read_instant(item, "hot_since"),
            alert_tell=read_text(item, "alert_tell"),
        ),
        "ownership": Ownership(
            owner=read_text(item, "owner"),
            rule=read_text(item, "owner_rule"),
            told_at=read_instant(item, "told_at"),
        ),
    }
    if common["state"] is not LeadState.LIVE:
        return Lead(**common)
    return Lead(
        **common,
        contact=Contact(*(read_text(item, name) for name in ("name", "company", "email", "phone"))),
        temperature=Temperature(item["temperature"]["S"]),
        stage=Stage(item["stage"]["S"]),
        total=int(item["total"]["N"]),
        groups=json.loads(item["groups"]["S"]),
        grade=read_text(item, "grade"),
        segment=read_text(item, "segment"),
        reasons=tuple(
            Reason(rule, Decimal(points)) for rule, points in json.loads(item["reasons"]["S"])
        ),
        channel=read_text(item, "channel"),
        created_at=read_instant(item, "created_at"),
        last_event_at=read_instant(item, "last_event_at"),
        last_event_id=read_text(item, "last_event_id"),
        next_change_at=read_instant(item, "next_change_at"),
        due_at=read_instant(item, "due_at") if _is_indexed(item) else None,
        truncated="truncated" in item,
        bounced="bounced" in item,
        tracked="tracked" in item,
        may=May(read_text(item, "may") or May.UNKNOWN),
        answer=read_answer(item),
        shadow=_shadow(item),
    )
