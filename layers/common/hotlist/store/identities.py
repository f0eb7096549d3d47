"""The Identities table: three grow-only sets for each subject, added to and never rewritten."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hotlist.events.times import from_text, to_text
from hotlist.identity.claims import IDENTITY_KEPT, Claim, Decision, Identity
from hotlist.store.items import Item, batch_get, read_seconds, read_texts, seconds

_SEPARATOR = "|"


class IdentityStore:
    """Reads identities and adds claims and decisions; every write is idempotent."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get_many(self, subjects: Iterable[str]) -> dict[str, Identity]:
        """The identity of every subject asked for, empty where nothing is stored.

        One that is past its time but still stored is in force.
        """
        wanted = list(dict.fromkeys(subjects))
        found = {name: Identity(name) for name in wanted}
        for item in batch_get(self._client, self._table, ({"subject": name} for name in wanted)):
            identity = _from_item(item)
            found[identity.subject] = identity
        return found

    def add_claim(self, subject: str, claim: Claim, now: datetime) -> Identity:
        """Add a claim to the claimed subject, which then lives on from `now`.

        Gives the identity as this write left it.
        """
        return self._add(subject, "claims", [_claim_text(claim)], now)

    def add_claimed(self, subject: str, claimed: Iterable[str], now: datetime) -> Identity:
        """Add to the claimant what it has claimed."""
        return self._add(subject, "claimed", claimed, now)

    def add_decision(self, subject: str, decision: Decision, now: datetime) -> Identity:
        """Add an operator's word on an event that names this subject."""
        return self._add(subject, "decisions", [_decision_text(decision)], now)

    def renew(self, subject: str, now: datetime) -> bool:
        """Move the expiry on. False where time-to-live has deleted it since it was read."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"subject": {"S": subject}},
                UpdateExpression="SET expires_at = :until",
                ConditionExpression="attribute_exists(subject)",
                ExpressionAttributeValues={":until": seconds(now + IDENTITY_KEPT)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _add(self, subject: str, name: str, values: Iterable[str], now: datetime) -> Identity:
        answer = self._client.update_item(
            TableName=self._table,
            Key={"subject": {"S": subject}},
            UpdateExpression=f"ADD {name} :new SET expires_at = :until",
            ExpressionAttributeValues={
                ":new": {"SS": sorted(values)},
                ":until": seconds(now + IDENTITY_KEPT),
            },
            ReturnValues="ALL_NEW",
        )
        return _from_item(answer["Attributes"])


def _from_item(item: Item) -> Identity:
    return Identity(
        subject=item["subject"]["S"],
        claims=frozenset(_claim(text) for text in read_texts(item, "claims")),
        decisions=frozenset(_decision(text) for text in read_texts(item, "decisions")),
        claimed=frozenset(read_texts(item, "claimed")),
        expires_at=read_seconds(item, "expires_at"),
    )


def _claim_text(claim: Claim) -> str:
    return _SEPARATOR.join((to_text(claim.occurred_at), claim.event_id, claim.claimant))


def _claim(text: str) -> Claim:
    at, event_id, claimant = text.split(_SEPARATOR)
    return Claim(from_text(at), event_id, claimant)


def _decision_text(decision: Decision) -> str:
    word = "in" if decision.holds else "out"
    return _SEPARATOR.join(
        (decision.event_id, to_text(decision.decided_at), decision.decided_by, word)
    )


def _decision(text: str) -> Decision:
    event_id, at, decided_by, word = text.split(_SEPARATOR)
    return Decision(event_id, from_text(at), decided_by, word == "in")
