"""What links say of a lead: consents, opt-outs, an objection, and whose the address is."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, PREFETCH, Route
from hotlist.leads.profile import GrowingFacts, Profile, facts_at, profile_of, reclassified

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(number: int, event_type: str, route: Route = Route.LINK, **changes: Any) -> Event:
    at = NOW - timedelta(days=100 - number)
    fields: dict[str, Any] = {
        "event_id": f"{number:03}",
        "type": event_type,
        "route": route,
        "occurred_at": at,
        "received_at": at,
        "expires_at": at + timedelta(days=396),
    }
    return Event(**(fields | changes))


def form(number: int, **properties: Any) -> Event:
    return event(number, "form_submitted", Route.FORM, properties=properties, email="a@b.example")


def folded(*events: Event) -> Profile:
    return profile_of(reclassified(events), NOW, lambda _: "direct")


ALL = {"email": {"version": "1"}, "phone": {"version": "1"}, "tracking": {"version": "1"}}
PENDING = form(1, pending_consents={"email": {"version": "1"}})
GIVEN = event(2, "consent_given", properties={"purpose": "email", "version": "1", "form": "f"})


def test_a_pending_consent_is_none_until_it_is_confirmed() -> None:
    assert "consents" not in folded(PENDING).facts
    assert "pending_consents" not in folded(PENDING).facts
    assert folded(PENDING, GIVEN).facts["consents"] == ["email"]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({}, ["phone", "tracking"]),
        ({"all": True}, ["tracking"]),
        ({"all": True, "purposes": ["phone"]}, ["tracking"]),
        ({"all": True, "purposes": ["tracking"]}, []),
        ({"all": "yes"}, ["phone", "tracking"]),
        ({"purposes": ["phone", "tracking"]}, ["email"]),
        ({"purposes": []}, ["phone", "tracking"]),
    ],
)
def test_unsubscribed_ends_what_it_names(said: dict[str, Any], left: list[str]) -> None:
    out = event(2, "unsubscribed", properties=said)
    assert folded(form(1, consents=ALL), out).facts["consents"] == left


def test_a_consent_after_everything_was_ended_holds() -> None:
    out = event(2, "unsubscribed", properties={"all": True})
    later = form(3, consents={"phone": {"version": "1"}})
    assert folded(form(1, consents=ALL), out, later).facts["consents"] == ["phone", "tracking"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (GIVEN, True),
        (event(2, "reward_claimed"), True),
        (event(2, "reward_claimed", flags=frozenset({BOT})), None),
        (event(2, "reward_claimed", flags=frozenset({PREFETCH})), None),
        (event(2, "consent_given", Route.SERVER, properties={"purpose": "email"}), None),
        (event(2, "reward_claimed", Route.SERVER), None),
        (event(2, "email_clicked"), None),
        (event(2, "file_downloaded"), None),
        (form(2, email_confirmed=True), None),
    ],
)
def test_an_address_is_confirmed_by_a_button_in_its_mail(said: Event, expected: object) -> None:
    profile = folded(form(1), said)
    assert profile.facts.get("email_confirmed") == expected


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_nothing_resumes_after_an_objection(order: tuple[int, ...]) -> None:
    types = ["profiling_objected", "score_resumed", "score_suspended"]
    routes = [Route.LINK, Route.OPERATOR, Route.OPERATOR]
    made = [event(2 + at, types[one], routes[one]) for at, one in enumerate(order)]
    facts = folded(form(1), *made).facts
    assert facts["suspended"] is True
    growing = GrowingFacts(sorted([form(1), *made], key=lambda e: e.order), lambda _: None)
    for one in made:
        known = [form(1), *(other for other in made if other.order <= one.order)]
        assert growing.at(one.occurred_at) == facts_at(known, one.occurred_at, lambda _: None)


@pytest.mark.parametrize(
    "said",
    [
        event(3, "lead_imported", Route.OPERATOR, properties={"facts": {"suspended": False}}),
        event(3, "order_completed", Route.SERVER, properties={"facts": {"suspended": False}}),
        form(3, suspended=False),
        *(
            event(3, "event_reclassified", Route.OPERATOR, properties={"event_id": "002", **words})
            for words in ({"add": ["spam"]}, {"add": ["internal"]}, {"add": ["prefetch"]})
        ),
    ],
)
@pytest.mark.parametrize("ended", ["profiling_objected", "unsubscribed", "consent_withdrawn"])
def test_what_somebody_has_ended_nobody_else_takes_back(said: Event, ended: str) -> None:
    words = {"purpose": "email", "purposes": ["email"]}
    facts = folded(form(1, consents=ALL), event(2, ended, properties=words), said).facts
    if ended == "profiling_objected":
        assert facts["suspended"] is True
    else:
        assert facts["consents"] == ["phone", "tracking"]


def test_a_browsers_withdrawal_and_a_bots_consent_may_be_corrected() -> None:
    """Anybody may send the one for a visitor that they know of, and the other is no person's."""
    spam = {"event_id": "002", "add": ["spam"]}
    correction = event(3, "event_reclassified", Route.OPERATOR, properties=spam)
    withdrawn = event(2, "consent_withdrawn", Route.BEACON, properties={"purpose": "tracking"})
    assert folded(form(1, consents=ALL), withdrawn, correction).facts["consents"] == sorted(ALL)
    assert folded(PENDING, GIVEN, correction).facts.get("consents") is None


def test_without_an_objection_a_lead_is_resumed() -> None:
    suspended = event(2, "score_suspended", Route.OPERATOR)
    resumed = event(3, "score_resumed", Route.OPERATOR)
    assert folded(form(1), suspended, resumed).facts["suspended"] is False


@pytest.mark.parametrize(("flag", "holds"), [(BOT, True), (PREFETCH, False)])
def test_an_objection_by_what_looks_like_a_bot_holds_and_no_prefetch_objects(
    flag: str, holds: bool
) -> None:
    objected = event(2, "profiling_objected", flags=frozenset({flag}))
    assert folded(form(1), objected).facts.get("suspended", False) is holds


def test_a_prefetch_gives_and_ends_nothing_and_keeps_no_lead_alive() -> None:
    flags = frozenset({PREFETCH})
    before = folded(form(1, consents=ALL, role="owner"))
    late = NOW + timedelta(days=700)
    looked = [
        event(2, "email_opened", flags=flags, expires_at=late, properties={"source": "scanner"}),
        event(3, "consent_given", flags=flags, properties={"purpose": "fax"}),
        event(4, "unsubscribed", flags=flags, properties={"all": True}),
    ]
    after = folded(form(1, consents=ALL, role="owner"), *looked)
    assert after.facts == before.facts
    assert (after.last_event_id, after.last_event_at) == (
        before.last_event_id,
        before.last_event_at,
    )
    assert after.ends_at == before.ends_at
    assert folded(*looked) == Profile()
