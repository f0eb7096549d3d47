"""What comes between any two calls of one fold: the orders of reads and writes that it relies on.

The model test finds most of these by chance. Here each place is tried in turn.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from hotlist.events import times
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.identity import identifiers
from hotlist.identity.claims import IDENTITY_KEPT, Decision, claim_of
from hotlist.identity.places import asked_by
from hotlist.identity.settle import Settler
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
LONG_AGO: Final = DAY0 - IDENTITY_KEPT
RULES: Final = ruleset.from_checked({"temperature": {"hot": 1}, "rules": []})
ADA: Final = identifiers.subject(identifiers.EMAIL, "ada@example.org")
BO: Final = identifiers.subject(identifiers.EMAIL, "bo@example.net")
PHONE: Final = identifiers.subject(identifiers.PHONE, "+48600100200")
VISITOR: Final = identifiers.subject(identifiers.VISITOR, "v")
CALLS: Final = 12
"""More than any of these folds makes: the last places come when it is over."""

CALLS_OF_SCORING: Final = 18
"""The same, where an event is settled and folded."""


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
        self.folder = self._folder(self.stores)

    def happened(self, day: int, subject: str, *names: str) -> Event:
        event = event_at(day, subject, *names)
        self.stores.events.put(event)
        return event

    def claim(self, event: Event, *, places_at: datetime = DAY0, at: datetime = DAY0) -> None:
        own = self.stores.identities.get_many([event.subject])[event.subject]
        self.stores.identities.take_places(own, *asked_by(event), places_at)
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

    def time_to_live_deletes_lead(self, lead_id: str) -> None:
        """Delete a lead if it is past its time."""
        with contextlib.suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.delete_item(
                TableName=self._names["leads"],
                Key={"lead_id": {"S": lead_id}},
                ConditionExpression="expires_at <= :now",
                ExpressionAttributeValues={":now": seconds(self._clock())},
            )

    def fold(self, lead_id: str, place: int, happening: Callable[[], object]) -> None:
        self._interrupted(place, happening, lambda stores: self._folder(stores).fold(lead_id))

    def score(self, event: Event, place: int, happening: Callable[[], object]) -> None:
        """Settle an event and fold what it touches."""

        def work(stores: Stores) -> None:
            for lead_id in sorted(Settler(stores, self._clock).settle(event).leads):
                self._folder(stores).fold(lead_id)

        self._interrupted(place, happening, work)

    def _interrupted(
        self, place: int, happening: Callable[[], object], work: Callable[[Stores], object]
    ) -> None:
        client = Interrupted(self._client, place, happening)
        work(self._open(client))
        for _ in range(CALLS_OF_SCORING):
            client.pass_by()

    def _folder(self, stores: Stores) -> Folder:
        return Folder(stores, RULES, self._clock)

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
    form = event_at(2, ADA, PHONE)
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
    races.claim(event_at(1, ADA, VISITOR), at=LONG_AGO)
    view = races.happened(2, VISITOR)
    races.fold(ADA, place, lambda: races.time_to_live_deletes(VISITOR))
    is_known = bool(races.stores.identities.get_many([VISITOR])[VISITOR].timeline)
    lead = races.stores.leads.get(ADA)  # of which nothing is known, it has no item
    is_counted = lead is not None and lead.last_event_at == view.occurred_at
    assert is_known == is_counted


@pytest.mark.parametrize("place", range(CALLS))
def test_a_phone_that_finds_its_place_under_way_is_read(races: Races, place: int) -> None:
    races.happened(1, ADA)
    call = races.happened(3, PHONE)

    def ada_claims_it() -> None:
        races.claim(races.happened(2, ADA, PHONE))
        races.folder.fold(ADA)

    races.fold(ADA, place, ada_claims_it)
    assert races.lead(ADA).last_event_at == call.occurred_at


@pytest.mark.parametrize("place", range(CALLS_OF_SCORING))
def test_a_call_is_in_one_lead_whenever_its_owner_ends(races: Races, place: int) -> None:
    races.claim(event_at(1, ADA, PHONE), places_at=LONG_AGO)
    call = races.happened(2, PHONE)
    races.score(call, place, lambda: races.time_to_live_deletes(ADA))
    stored = races.stores.leads.get_many([ADA, PHONE]).values()
    assert [one.last_event_at for one in stored if one.state is LeadState.LIVE] == [
        call.occurred_at
    ]


@pytest.mark.parametrize("place", range(CALLS_OF_SCORING))
def test_a_call_is_in_one_lead_whenever_who_gets_it_back_ends(races: Races, place: int) -> None:
    races.claim(event_at(1, ADA, PHONE), places_at=LONG_AGO)
    form = races.happened(2, BO, PHONE)
    races.claim(form)
    call = races.happened(3, PHONE)
    races.folder.fold(BO)
    said = {"event_id": form.event_id, "add": ["spam"]}
    word = event_at(4, BO, type="event_reclassified", route=Route.OPERATOR, properties=said)
    races.stores.events.put(word)
    races.score(word, place, lambda: races.time_to_live_deletes(ADA))
    stored = races.stores.leads.get_many([ADA, BO, PHONE]).values()
    assert [one.last_event_at for one in stored if one.state is LeadState.LIVE] == [
        call.occurred_at
    ]


@pytest.mark.parametrize("place", range(CALLS_OF_SCORING))
def test_who_claims_anew_under_way_keeps_the_new_claim(races: Races, place: int) -> None:
    races.claim(event_at(1, ADA, PHONE), places_at=LONG_AGO)
    races.time_to_live_deletes(ADA)
    call = races.happened(2, PHONE)

    def ada_is_back() -> None:
        form = races.happened(3, ADA, PHONE)
        races.score(form, CALLS_OF_SCORING, lambda: None)

    races.score(call, place, ada_is_back)
    assert races.stores.identities.get_many([PHONE])[PHONE].lead == ADA
    assert races.lead(PHONE).state is LeadState.CLAIMED
    assert races.lead(ADA).created_at == call.received_at


def event_at(day: int, subject: str, *names: str, **changes: Any) -> Event:
    at = DAY0 + timedelta(days=day)
    event = Event(
        event_id=f"{times.to_ms(at):012x}{'0' * 20}",
        type="form_submitted",
        route=Route.FORM,
        occurred_at=at,
        received_at=at,
        expires_at=at + timedelta(days=396),
        subject=subject,
        names=names,
    )
    return replace(event, **changes)
