"""The Deliveries table: which mail was sent to whom, which is being sent, who gets none."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from hotlist.events.times import from_text, to_text
from hotlist.store.items import (
    Conflict,
    Item,
    batch_get,
    read_instant,
    read_texts,
    seconds,
)

KEPT: Final = timedelta(days=90)
LEASE: Final = timedelta(minutes=15)
_LONG_AGO: Final = "1970-01-01T00:00:00.000Z"


SENT: Final = "sent"
SKIPPED: Final = "let_be"
HELD: Final = "held"
REFUSED: Final = "refused"
CLAIMED: Final = "claimed"

RECIPIENT: Final = "recipient#"
"""How the keys of what is known of recipients begin."""


class Standing(NamedTuple):
    """How a delivery stands: how it is settled; else whether it is claimed or refused.

    Without a state nobody has begun it. `held_in` is the hour in which it may count as held.
    """

    state: str | None = None
    held_in: str | None = None

    @property
    def is_settled(self) -> bool:
        return self.state in (SENT, SKIPPED, HELD)


class InFlight(Conflict):
    """Another run is sending this mail, or its outcome is not known. Try again after `until`."""

    def __init__(self, delivery_id: str, until: datetime) -> None:
        super().__init__(delivery_id)
        self.until = until


class DeliveryStore:
    """Claims each delivery before it is sent, so that it is sent once.

    A claim lasts for the lease, which is longer than a mail takes to be sent.
    """

    def __init__(self, client: Any, table: str, lease: timedelta = LEASE) -> None:
        self._client = client
        self._table = table
        self.lease = lease

    def claim(self, delivery_id: str, delivery_hash: str, now: datetime) -> bool:
        """Claim a delivery for the time of the lease. False if it has been settled.

        If an earlier claim has ended without an outcome, SES's own send event decides whether
        the mail was sent.

        :raises InFlight: while the claim of another run lasts.
        """
        if self._take(delivery_id, now):
            return True
        item = self._get(delivery_id)
        if item is not None and _is_settled(item):
            return False
        if self._get(outcome_key(delivery_hash)) is not None:
            self.sent(delivery_id, "", now)
            return False
        until = None if item is None else read_instant(item, "lease_until")
        if until is None or until > now:
            raise InFlight(delivery_id, until or now + self.lease)
        if not self._take_over(delivery_id, now, until):
            raise InFlight(delivery_id, now + self.lease)
        return True

    def sent(self, delivery_id: str, message_id: str, now: datetime) -> None:
        """Store that the mail was sent."""
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": delivery_id}},
            UpdateExpression=(
                "SET #state = :sent, sent_at = :now, message_id = :id, expires_at = :until"
            ),
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={
                ":sent": {"S": SENT},
                ":now": {"S": to_text(now)},
                ":id": {"S": message_id},
                ":until": seconds(now + KEPT),
            },
        )

    def skip(self, delivery_id: str, now: datetime, state: str = SKIPPED) -> None:
        """Store that a claimed mail is never to be sent: it is skipped, or held."""
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": delivery_id}},
            UpdateExpression="SET #state = :state, expires_at = :until",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":state": {"S": state}, ":until": seconds(now + KEPT)},
        )

    def settled(self, delivery_ids: Iterable[str]) -> set[str]:
        """Those of these deliveries that have been sent, skipped or held."""
        return set(self.settled_as(delivery_ids))

    def settled_as(self, delivery_ids: Iterable[str]) -> dict[str, str]:
        """How each of these deliveries is settled, if it is: sent, skipped or held."""
        keys = [{"delivery_id": one} for one in delivery_ids]
        found = batch_get(self._client, self._table, keys)
        return {item["delivery_id"]["S"]: item["state"]["S"] for item in found if _is_settled(item)}

    def standing(self, delivery_id: str) -> Standing:
        """How a delivery stands."""
        item = self._get(delivery_id)
        if item is None:
            return Standing()
        state = str(item["state"]["S"])
        if state == CLAIMED and "refused_at" in item:
            state = REFUSED
        return Standing(state, item["held_in"]["S"] if "held_in" in item else None)

    def counts_in(self, delivery_id: str, hour: str) -> None:
        """Store that a claimed mail is about to be counted as held in this hour."""
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": delivery_id}},
            UpdateExpression="SET held_in = :hour",
            ExpressionAttributeValues={":hour": {"S": hour}},
        )

    def address(self, name: str, recipients: Iterable[str], now: datetime) -> None:
        """Store that these recipients are to get a letter. `name` is that of its deliveries."""
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": name}},
            UpdateExpression="SET expires_at = :until ADD addressed :to",
            ExpressionAttributeValues={
                ":to": {"SS": list(recipients)},
                ":until": seconds(now + KEPT),
            },
        )

    def addressed(self, name: str) -> tuple[str, ...]:
        """To whom a letter was addressed: to nobody as long as that is not decided."""
        return read_texts(self._get(name) or {}, "addressed")

    def refuse(self, delivery_id: str, now: datetime) -> None:
        """Store that a mail cannot be sent as it is, unless it is settled.

        A claim goes on, and another may follow: an operator can have the mail tried again.
        """
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": delivery_id}},
            UpdateExpression=(
                "SET refused_at = :now, #state = if_not_exists(#state, :claimed), "
                "lease_until = if_not_exists(lease_until, :past), expires_at = :until"
            ),
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={
                ":now": {"S": to_text(now)},
                ":claimed": {"S": CLAIMED},
                ":past": {"S": _LONG_AGO},
                ":until": seconds(now + KEPT),
            },
        )

    def release(self, delivery_id: str) -> None:
        """End a claim because SES refused the mail. The next try need not wait for the lease."""
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": delivery_id}},
            UpdateExpression="SET lease_until = :past",
            ExpressionAttributeValues={":past": {"S": _LONG_AGO}},
        )

    def record_sent(self, delivery_hash: str, message_id: str, now: datetime) -> None:
        """Store that SES reports a mail as sent. `delivery_hash` is the mail's tag."""
        self._client.put_item(
            TableName=self._table,
            Item={
                "delivery_id": {"S": outcome_key(delivery_hash)},
                "message_id": {"S": message_id},
                "expires_at": seconds(now + KEPT),
            },
        )

    def disable(self, recipient_id: str, reason: str, now: datetime) -> None:
        """Send no more mail to this recipient, until an operator enables it again."""
        self._client.update_item(
            TableName=self._table,
            Key={"delivery_id": {"S": f"{RECIPIENT}{recipient_id}"}},
            UpdateExpression="SET disabled_at = if_not_exists(disabled_at, :now), reason = :reason",
            ExpressionAttributeValues={":now": {"S": to_text(now)}, ":reason": {"S": reason}},
        )

    def disabled(self, recipient_ids: Iterable[str]) -> set[str]:
        """Those of these recipients that are disabled, so that they get no mail."""
        return self._marked(recipient_ids, "disabled_at")

    def stop_digest(self, recipient_id: str, now: datetime) -> bool:
        """Mail this recipient no digest any more. False if that was so before.

        The same call again is the same word: botocore tries again if an answer is lost.
        """
        condition = "attribute_not_exists(digest_off_at) OR digest_off_at = :now"
        values = {":now": {"S": to_text(now)}}
        return self._switch(
            recipient_id, "SET digest_off_at = :now", condition, ExpressionAttributeValues=values
        )

    def resume_digest(self, recipient_id: str) -> bool:
        """Mail this recipient their digest again. False if it was not stopped."""
        condition = "attribute_exists(digest_off_at)"
        return self._switch(recipient_id, "REMOVE digest_off_at", condition)

    def without_digest(self, recipient_ids: Iterable[str]) -> set[str]:
        """Those of these recipients who get no digest: they have stopped it, or get no mail."""
        return self._marked(recipient_ids, "disabled_at", "digest_off_at")

    def _marked(self, recipient_ids: Iterable[str], *marks: str) -> set[str]:
        keys = [{"delivery_id": f"{RECIPIENT}{one}"} for one in recipient_ids]
        return {
            item["delivery_id"]["S"].removeprefix(RECIPIENT)
            for item in batch_get(self._client, self._table, keys)
            if any(mark in item for mark in marks)
        }

    def _switch(self, recipient_id: str, update: str, condition: str, **values: Any) -> bool:
        """Update a recipient's item. False if it is so already. No other attribute is asked for."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"delivery_id": {"S": f"{RECIPIENT}{recipient_id}"}},
                UpdateExpression=update,
                ConditionExpression=condition,
                **values,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _take(self, delivery_id: str, now: datetime) -> bool:
        """Make a new delivery's claim. False if there is one already."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "delivery_id": {"S": delivery_id},
                    "state": {"S": CLAIMED},
                    "lease_until": {"S": to_text(now + self.lease)},
                    "expires_at": seconds(now + KEPT),
                },
                ConditionExpression="attribute_not_exists(delivery_id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _take_over(self, delivery_id: str, now: datetime, seen: datetime) -> bool:
        """Claim a delivery anew whose lease has ended, as seen. False if another run did.

        All else that is stored of it stays: its mail may have come. Unless SES has refused that,
        this is noted for good.
        """
        is_open = ", may_have_come = :yes" if seen > from_text(_LONG_AGO) else ""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"delivery_id": {"S": delivery_id}},
                UpdateExpression=f"SET lease_until = :lease, expires_at = :until{is_open}",
                ConditionExpression="lease_until = :seen AND #state = :claimed",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":lease": {"S": to_text(now + self.lease)},
                    ":until": seconds(now + KEPT),
                    ":seen": {"S": to_text(seen)},
                    ":claimed": {"S": CLAIMED},
                    **({":yes": {"BOOL": True}} if is_open else {}),
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _get(self, delivery_id: str) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table, Key={"delivery_id": {"S": delivery_id}}, ConsistentRead=True
        )
        item: dict[str, Any] | None = answer.get("Item")
        return item


def _is_settled(item: Item) -> bool:
    return item["state"]["S"] in (SENT, SKIPPED, HELD)


def outcome_key(delivery_hash: str) -> str:
    """The key under which SES's word is stored that it has sent a mail."""
    return f"ses#{delivery_hash}"
