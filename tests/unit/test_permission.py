"""Whether a lead may be called or mailed: by what it has agreed to, asked for, and ended."""

from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import BOT, PREFETCH, Route
from hotlist.leads.lead import May
from hotlist.leads.permission import ASKS, permission
from letters_of_forms import NOW


def event(event_type: str, route: Route = Route.LINK, flag: str = "", **said: Any) -> Event:
    return Event(
        event_id="1",
        type=event_type,
        route=route,
        occurred_at=NOW,
        received_at=NOW,
        properties=said,
        flags=frozenset({flag} - {""}),
    )


ASKED = event("contact_requested", Route.FORM)


@pytest.mark.parametrize(
    ("consents", "may"),
    [
        (None, May.NEITHER),
        ([], May.NEITHER),
        (["tracking"], May.NEITHER),
        (["email"], May.MAIL),
        (["phone", "tracking"], May.CALL),
        (["email", "phone"], May.BOTH),
    ],
)
def test_consents_permit_what_they_name(consents: list[str] | None, may: May) -> None:
    assert permission([], {"consents": consents}) is may


@pytest.mark.parametrize("event_type", sorted(ASKS))
def test_asking_for_contact_permits_answering(event_type: str) -> None:
    assert permission([event(event_type, Route.FORM)], {}) is May.BOTH
    assert permission([event(event_type, Route.FORM, BOT)], {}) is May.NEITHER


@pytest.mark.parametrize(
    ("ends", "may"),
    [
        (event("unsubscribed"), May.CALL),
        (event("unsubscribed", purposes=["tracking"]), May.BOTH),
        (event("unsubscribed", purposes=["phone"]), May.MAIL),
        (event("unsubscribed", all=True), May.NEITHER),
        (event("unsubscribed", flag=PREFETCH), May.BOTH),
        (event("unsubscribed", flag=BOT), May.CALL),
        (event("consent_withdrawn", purpose="phone"), May.MAIL),
        (event("consent_withdrawn", Route.BEACON, purpose="phone"), May.BOTH),
        (event("profiling_objected"), May.NEITHER),
        (event("email_complained", Route.SES), May.CALL),
        (event("email_bounced", Route.SES, permanent=True), May.CALL),
        (event("email_bounced", Route.SES, permanent=False), May.BOTH),
    ],
)
def test_what_was_asked_for_holds_until_it_is_ended(ends: Event, may: May) -> None:
    assert permission([ASKED, ends], {}) is may


def test_who_asks_after_an_unsubscription_is_answered() -> None:
    assert permission([event("unsubscribed"), ASKED], {"consents": []}) is May.BOTH


def test_mail_that_comes_back_or_is_called_spam_is_not_tried_again() -> None:
    complained = event("email_complained", Route.SES)
    assert permission([complained, ASKED], {"consents": ["email"]}) is May.CALL


def test_a_suspended_lead_is_left_alone() -> None:
    facts = {"suspended": True, "consents": ["email", "phone"]}
    assert permission([ASKED], facts) is May.NEITHER
