"""What comes between any two calls of one fold: the orders of reads and writes that it relies on.

The model test finds most of these by chance. Here each place is tried in turn.
"""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.identity.claims import IDENTITY_KEPT, Decision, claim_of
from hotlist.identity.places import asked_by
from hotlist.leads.fold import Folder
from hotlist.leads.lead import Lead, LeadState
from hotlist.scoring import ruleset
from hotlist.store.events import EventStore
from hotlist.store.identities import IdentityStore
from hotlist.store.items import seconds
from hotlist.store.leads import LeadStore
from hotlist.store.stores import Stores
from integration.model.direct import DirectClient

DAY0: Final = datetime(2026, 3, 2, tzinfo=UTC)
RULES: Final = ruleset.from_checked({"temperature": {"hot": 1}, "rules": []})
ADA: Final = identifiers.subject(identifiers.EMAIL, "ada@example.org")
PHONE: Final = identifiers.subject(identifiers.PHONE, "+48600100200")
VISITOR: Final = identifiers.subject(identifiers.VISITOR, "v")
CALLS: Final = 12
"""More than any of these folds makes: the last places come when it is over."""


class Interrupted:
    """A DynamoDB client before whose n-th call something else happens, once."""

    def __init__(self, client: Any, place: int, happening: Callable[[], object]) -> None:
        self.exceptions = client.exceptions
        self._client = client
        self._left = place
        self._happening = happening

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.pass_by()
            return getattr(self._client, name)(**request)

        return call

    def pass_by(self) -> None:
        self._left -= 1
        if self._left == -1:
            self._happening()


class Races:
    """Stores, and folds that are interrupted in them."""

    def __init__(self, client: Any, names: dict[str, str]) -> None:
        self._client, self._names = client, names
        self.stores = self._open(client)
        self.folder = Folder(self.stores, RULES, self._clock)

    def happened(self, day: int, subject: str, *names: str) -> Event:
        event = _event(day, subject, *names)
        self.stores.events.put(event)
        return event

    def claim(self, event: Event, *, long_ago: bool = False) -> None:
        at = DAY0 - IDENTITY_KEPT if long_ago else DAY0
        own = self.stores.identities.get_many([event.subject])[event.subject]
        self.stores.identities.take_places(own, *asked_by(event), DAY0)
        for name in event.names:
            self.stores.identities.add_claim(name, claim_of(event), at)

    def time_to_live_deletes(self, subject: str) -> None:
        """Delete an identity if it is past its time."""
        with contextlib.suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.delete_item(
                TableName=self._names["identities"],
                Key={"subject": {"S": subject}},
                ConditionExpression="expires_at <= :now",
                ExpressionAttributeValues={":now": seconds(self._clock())},
            )

    def fold(self, lead_id: str, place: int, happening: Callable[[], object]) -> None:
        client = Interrupted(self._client, place, happening)
        Folder(self._open(client), RULES, self._clock).fold(lead_id)
        for _ in range(CALLS):
            client.pass_by()

    def lead(self, lead_id: str) -> Lead:
        lead = self.stores.leads.get(lead_id)
        assert lead is not None
        return lead

    def _open(self, client: Any) -> Stores:
        return Stores(
            EventStore(client, self._names["events"]),
            LeadStore(client, self._names["leads"]),
            IdentityStore(client, self._names["identities"]),
        )

    def _clock(self) -> datetime:
        return DAY0 + timedelta(days=9)


@pytest.fixture
def races(tables: Any) -> Races:
    client, names = tables
    return Races(DirectClient(client), names)


@pytest.mark.parametrize("place", range(CALLS))
def test_a_phones_fold_under_way_does_not_bring_it_back(races: Races, place: int) -> None:
    races.happened(1, PHONE)

    def ada_writes() -> None:
        races.claim(races.happened(2, ADA, PHONE))
        races.folder.fold(ADA)

    races.fold(PHONE, place, ada_writes)
    assert races.lead(PHONE).state is LeadState.CLAIMED


@pytest.mark.parametrize("place", range(CALLS))
def test_what_follows_a_claim_never_counts_for_the_phones_own_lead(
    races: Races, place: int
) -> None:
    call = races.happened(1, PHONE)

    def claimed_then_called() -> None:
        races.claim(races.happened(2, ADA, PHONE))
        races.happened(3, PHONE)

    races.fold(PHONE, place, claimed_then_called)
    lead = races.lead(PHONE)
    assert lead.state is LeadState.CLAIMED or lead.last_event_at == call.occurred_at


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("place", range(CALLS))
def test_a_lead_that_has_not_heard_of_a_withdrawal_takes_no_phone_in(
    races: Races, place: int, is_named: bool
) -> None:
    races.happened(1, PHONE)
    form = _event(2, ADA, PHONE)
    if is_named:
        races.stores.events.put(form)
    else:
        races.happened(2, ADA)  # the form itself has ended
    races.claim(form)

    def withdrawn() -> None:
        word = Decision(form.event_id, DAY0 + timedelta(days=3), "r", holds=False)
        races.stores.identities.add_decision(PHONE, word, DAY0)
        races.folder.fold(PHONE)

    races.fold(ADA, place, withdrawn)
    assert races.lead(PHONE).state is LeadState.LIVE


@pytest.mark.parametrize("place", range(CALLS))
def test_a_claim_that_ends_under_way_gives_nothing_away_any_more(races: Races, place: int) -> None:
    races.claim(_event(1, ADA, VISITOR), long_ago=True)
    view = races.happened(2, VISITOR)
    races.fold(ADA, place, lambda: races.time_to_live_deletes(VISITOR))
    is_known = bool(races.stores.identities.get_many([VISITOR])[VISITOR].timeline)
    is_counted = races.lead(ADA).last_event_at == view.occurred_at
    assert is_known == is_counted


def _event(day: int, subject: str, *names: str) -> Event:
    at = DAY0 + timedelta(days=day)
    return Event(
        event_id=f"{times.to_ms(at):012x}{'0' * 20}",
        type="form_submitted",
        route=Route.FORM,
        occurred_at=at,
        received_at=at,
        expires_at=at + timedelta(days=396),
        subject=subject,
        names=names,
    )
