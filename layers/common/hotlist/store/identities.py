"""The Identities table: sets for each subject, added to and never rewritten.

A phone and a visitor have `claims`, `decisions` and `let_go`, an e-mail has its places: `phones`
and `visitors`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from hotlist.events.times import from_text, to_text
from hotlist.identity.claims import IDENTITY_KEPT, Claim, Decision, Identity
from hotlist.identity.places import MAX_PHONES, Entry, Places, of_earlier_version
from hotlist.store.items import (
    Item,
    batch_get,
    present,
    read_noted,
    read_seconds,
    read_texts,
    seconds,
    texts,
)

_Values = Mapping[str, Mapping[str, Any]]

_SEPARATOR = "|"
_EXISTS = "attribute_exists(subject)"
_IS_OLD = (
    "attribute_exists(claimed) AND attribute_not_exists(phones) AND attribute_not_exists(visitors)"
)
_HAS_ROOM = "attribute_not_exists(phones) OR contains(phones, :phone) OR size(phones) < :most"


class IdentityStore:
    """Reads identities and adds to them; every write is idempotent."""

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
            identity = from_item(item)
            found[identity.subject] = identity
        return found

    def add_claim(self, subject: str, claim: Claim, now: datetime) -> Identity:
        """Add a claim to the claimed subject, which then lives on from `now`.

        Gives the identity as this write left it, like all that add to a claimed subject.
        """
        return self._add(subject, "claims", [_claim_text(claim)], now)

    def add_decision(self, subject: str, decision: Decision, now: datetime) -> Identity:
        """Add an operator's word on an event that names this subject."""
        return self._add(subject, "decisions", [_decision_text(decision)], now)

    def let_go(self, phone: str, event_ids: Iterable[str], now: datetime) -> Identity:
        """Take the claims of these events out of a phone's timeline, for good."""
        return self._add(phone, "let_go", event_ids, now)

    def take_places(
        self, own: Identity, phone: str | None, entry: Entry | None, now: datetime
    ) -> bool:
        """Take a place for a phone and enter a visitor; `own` is their e-mail's identity as read.

        It then lives on from `now`. False if no place is left for the phone: then nothing is
        written.
        """
        wanted = _places_item([phone] if phone else (), [entry] if entry else ())
        if phone is None:
            return self._take(own, wanted, now, None, {})
        room = {":phone": {"S": phone}, ":most": {"N": str(MAX_PHONES)}}
        return self._take(own, wanted, now, _HAS_ROOM, room)

    def enter(self, own: Identity, entry: Entry, now: datetime) -> bool:
        """Enter a visitor. False where time-to-live has deleted the identity since it was read."""
        return self._take(own, _places_item((), [entry]), now, _EXISTS, {})

    def renew(self, subject: str, now: datetime) -> bool:
        """Move the expiry on. False where time-to-live has deleted it since it was read."""
        until = {":until": seconds(now + IDENTITY_KEPT)}
        return self._update_if(_EXISTS, subject, "SET expires_at = :until", until) is not None

    def _add(self, subject: str, name: str, values: Iterable[str], now: datetime) -> Identity:
        new = {":new": {"SS": sorted(values)}, ":until": seconds(now + IDENTITY_KEPT)}
        answer = self._client.update_item(
            TableName=self._table,
            Key={"subject": {"S": subject}},
            UpdateExpression=f"ADD {name} :new SET expires_at = :until",
            ExpressionAttributeValues=new,
            ReturnValues="ALL_NEW",
        )
        return from_item(answer["Attributes"])

    def _take(
        self, own: Identity, wanted: _Values, now: datetime, condition: str | None, values: _Values
    ) -> bool:
        if own.is_old:
            self._bring_over(own)
        added = ", ".join(f"{name} :{name}" for name in wanted)
        given = {**_placeholders(wanted), **values, ":until": seconds(now + IDENTITY_KEPT)}
        item = self._update_if(
            condition, own.subject, f"ADD {added} SET expires_at = :until", given
        )
        if item is None:
            return False
        if gone := texts(map(_entry_text, _places(item).outdated)):
            self._update_if(_EXISTS, own.subject, "DELETE visitors :gone", {":gone": gone})
        return True

    def _bring_over(self, own: Identity) -> None:
        """Store the places of an e-mail whose identity has them as an earlier version did."""
        places = _places_item(own.places.phones, own.places.entries)
        sets = ", ".join(f"{name} = :{name}" for name in places)
        self._update_if(_IS_OLD, own.subject, f"SET {sets} REMOVE claimed", _placeholders(places))

    def _update_if(
        self, condition: str | None, subject: str, expression: str, values: _Values
    ) -> Item | None:
        """The item as this write left it, None where the condition did not hold."""
        conditions = {"ConditionExpression": condition} if condition else {}
        try:
            item: Item = self._client.update_item(
                TableName=self._table,
                Key={"subject": {"S": subject}},
                UpdateExpression=expression,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                **conditions,
            )["Attributes"]
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        return item


def from_item(item: Item) -> Identity:
    """The identity of a stored item. An error has a note that says which item it is."""
    return read_noted(_identity, item, "subject")


def _identity(item: Item) -> Identity:
    is_old = "claimed" in item and not item.keys() & {"phones", "visitors"}
    return Identity(
        subject=item["subject"]["S"],
        claims=frozenset(_claim(text) for text in read_texts(item, "claims")),
        decisions=frozenset(_decision(text) for text in read_texts(item, "decisions")),
        let_go=frozenset(read_texts(item, "let_go")),
        places=of_earlier_version(read_texts(item, "claimed")) if is_old else _places(item),
        is_old=is_old,
        expires_at=read_seconds(item, "expires_at"),
    )


def _places(item: Item) -> Places:
    entries = (_entry(text) for text in read_texts(item, "visitors"))
    return Places(frozenset(read_texts(item, "phones")), frozenset(entries))


def _places_item(phones: Iterable[str], entries: Iterable[Entry]) -> _Values:
    return present({"phones": texts(phones), "visitors": texts(map(_entry_text, entries))})


def _placeholders(attributes: _Values) -> dict[str, Mapping[str, Any]]:
    return {f":{name}": value for name, value in attributes.items()}


def _entry_text(entry: Entry) -> str:
    return f"{to_text(entry.received_at)}{_SEPARATOR}{entry.visitor}"


def _entry(text: str) -> Entry:
    received_at, visitor = text.split(_SEPARATOR)
    return Entry(from_text(received_at), visitor)


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
