"""What SES reports of mails to leads: events of the lead, and what they stop."""

from datetime import timedelta
from typing import Any

import pytest

from hotlist.events.event import Event
from hotlist.events.times import to_text
from hotlist.events.vocabulary import INTERNAL, PREFETCH, Route
from hotlist.leads.lead import Lead, LeadState
from hotlist.mail.ses import delivery_hash
from hotlist.store.deliveries import LEASE
from integration.stages.letters import text_of
from integration.stages.notify import ADA, ALERT, NOW, TOLD, Notify, a_lead, a_message
from integration.stages.score import Score
from integration.stages.score import event as scored
from integration.stages.to_leads import has_forms, letters, report, sent_form

RECEIPT = f"receipt#{ADA}#ebook#{NOW:%Y-%m-%d}"
BOUNCE = {"bounceType": "Permanent"}


@pytest.fixture
def mailed(notify: Notify) -> Notify:
    """Ada has got a receipt."""
    notify.now = NOW
    has_forms(notify)
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event, "receipt"))
    assert len(notify.ses.sent) == 1
    return notify


def history(notify: Notify) -> list[Event]:
    """What SES said of Ada."""
    found = notify.events.history(ADA, now=NOW, limit=100).events
    return [event for event in found if event.route is Route.SES]


@pytest.mark.parametrize(
    ("kind", "detail", "event_type", "more"),
    [
        ("Delivery", {"delivery": {}}, "email_delivered", {}),
        ("Bounce", {"bounce": BOUNCE}, "email_bounced", {"permanent": True}),
        (
            "Bounce",
            {"bounce": {"bounceType": "Transient"}},
            "email_bounced",
            {"permanent": False},
        ),
        ("Complaint", {"complaint": {}}, "email_complained", {}),
        ("Complaint", {"complaint": None}, "email_complained", {}),
    ],
)
def test_a_report_is_one_event_of_the_lead_however_often_it_comes(
    mailed: Notify, kind: str, detail: dict[str, Any], event_type: str, more: dict[str, Any]
) -> None:
    for _ in range(2):
        mailed(report(kind, RECEIPT, **detail))
    (event,) = history(mailed)
    assert (event.type, event.route, event.subject) == (event_type, Route.SES, ADA)
    said = {"form": "ebook", "mail": "receipt", "message_id": "m1"}
    assert event.properties == said | more


@pytest.mark.parametrize("kind", ["Send", "Reject"])
def test_what_is_no_matter_of_the_lead_is_no_event(mailed: Notify, kind: str) -> None:
    mailed(report(kind, RECEIPT))
    assert history(mailed) == []
    assert len(mailed.parked()) == (kind == "Reject")


def test_reports_of_two_messages_and_two_kinds_are_events_of_their_own(mailed: Notify) -> None:
    for message in ("m1", "m2"):
        mailed(report("Delivery", RECEIPT, message))
        mailed(report("Bounce", RECEIPT, message, bounce=BOUNCE))
    assert len({event.event_id for event in history(mailed)}) == 4


def test_what_somebody_takes_out_of_the_spam_folder_is_no_complaint(mailed: Notify) -> None:
    mailed(report("Complaint", RECEIPT, complaint={"complaintFeedbackType": "not-spam"}))
    assert history(mailed) == []


def test_a_report_says_when_it_happened_and_never_after_it_came(mailed: Notify) -> None:
    at, late = NOW + timedelta(seconds=5), NOW + timedelta(days=300)
    for number, said in enumerate([at, late]):
        sent_at = to_text(NOW)
        delivery = {"timestamp": to_text(said)}
        mailed(report("Delivery", RECEIPT, f"m{number}", sent_at=sent_at, delivery=delivery))
    first, second = sorted(history(mailed), key=lambda one: one.properties["message_id"])  # type: ignore[arg-type,return-value]
    assert first.occurred_at <= first.received_at
    assert second.occurred_at == second.received_at


@pytest.mark.parametrize("time", [None, "yesterday", "2026-13-45T00:00:00Z", 5, "0001-01-01T00:00"])
def test_a_report_without_a_time_that_can_be_read_is_one_event_too(
    mailed: Notify, time: object
) -> None:
    for _ in range(2):
        mailed(report("Delivery", RECEIPT, sent_at=time, delivery={"timestamp": time}))
    assert len(history(mailed)) == 1


@pytest.mark.parametrize("delivery_id", ["", "receipt#x", f"receipt#{ADA}#ebook#2020-01-01"])
def test_a_report_of_a_mail_that_is_not_known_changes_nothing(
    mailed: Notify, delivery_id: str
) -> None:
    mailed(report("Bounce", delivery_id, bounce=BOUNCE))
    assert history(mailed) == []


def test_sess_own_word_settles_an_unknown_outcome(notify: Notify) -> None:
    hashed = delivery_hash(RECEIPT)
    assert notify.deliveries.claim(RECEIPT, hashed, NOW)
    notify(report("Send", RECEIPT))
    assert not notify.deliveries.claim(RECEIPT, hashed, NOW + LEASE)


@pytest.mark.parametrize(
    ("kind", "detail", "sent"),
    [
        ("Bounce", {"bounce": BOUNCE}, 0),
        ("Bounce", {"bounce": {"bounceType": "Transient"}}, 3),
        ("Complaint", {"complaint": {}}, 0),
        ("Delivery", {}, 3),
    ],
)
def test_who_bounced_for_good_or_complained_is_mailed_nothing_more(
    mailed: Notify, kind: str, detail: dict[str, Any], sent: int
) -> None:
    mailed(report(kind, RECEIPT, **detail))
    mailed.ses.sent.clear()
    mailed.now += timedelta(days=1)
    event = sent_form(2, received_at=mailed.now, occurred_at=mailed.now)
    mailed.events.put(event)
    mailed.tell(*letters(event))
    assert len(mailed.ses.sent) == sent


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        ("Delivery", {"delivery": {}}, []),
        ("Bounce", {"bounce": BOUNCE}, ["email_bounced"]),
        ("Bounce", {"bounce": {"bounceType": "Transient"}}, ["email_bounced"]),
        ("Complaint", {"complaint": {}}, ["email_complained"]),
    ],
)
def test_who_complains_of_a_test_is_mailed_nothing_more_either(
    notify: Notify, kind: str, detail: dict[str, Any], told: list[str]
) -> None:
    """Anybody may send a test to any address."""
    notify.now = NOW
    has_forms(notify)
    test = sent_form(properties={"hotlist_test": True}, flags=frozenset({INTERNAL}))
    notify.events.put(test)
    notify.tell(*letters(test, "receipt"))
    notify(report(kind, f"test#{RECEIPT}", **detail))
    assert [event.type for event in history(notify)] == told
    tried = sent_form(3, properties=dict(test.properties), flags=test.flags)
    for event in (sent_form(2), tried):
        notify.events.put(event)
        notify.tell(*letters(event, "reward"))
    is_stopped = kind == "Complaint" or detail.get("bounce") == BOUNCE
    assert len(notify.ses.sent) == (1 if is_stopped else 3)


def test_what_ses_has_delivered_is_not_sent_again(notify: Notify) -> None:
    """Its answer was lost, and so was its send event: that of the delivery says the same."""
    hashed = delivery_hash(RECEIPT)
    assert notify.deliveries.claim(RECEIPT, hashed, NOW)
    notify(report("Delivery", RECEIPT))
    assert not notify.deliveries.claim(RECEIPT, hashed, NOW + LEASE)


# --- what sales sees ----------------------------------------------------------------------


def said_of_ada(event_type: str, **properties: Any) -> Event:
    return scored(event_type, "ada@example.org", route=Route.SES, properties=properties)


@pytest.mark.parametrize(
    ("said", "bounced"),
    [
        ([said_of_ada("email_bounced", permanent=True)], True),
        ([said_of_ada("email_bounced", permanent=False)], False),
        ([said_of_ada("email_bounced")], False),
        ([said_of_ada("email_delivered")], False),
    ],
)
def test_a_fold_finds_whether_mail_to_the_address_comes_back(
    score: Score, said: list[Event], bounced: bool
) -> None:
    first = scored("form_submitted", "ada@example.org")
    score.happened(first, *said)
    assert score.lead(first.subject).bounced is bounced


def test_what_ses_says_alone_makes_no_lead_and_keeps_none_alive(score: Score) -> None:
    said = said_of_ada("email_delivered")
    score.happened(said)
    assert score.lead(said.subject).state is LeadState.EMPTY
    first = scored("form_submitted", "ada@example.org", ago=timedelta(days=3))
    score.happened(first)
    assert score.lead(first.subject).last_event_id == first.event_id
    assert score.lead(first.subject).last_event_at == first.occurred_at


@pytest.mark.parametrize(
    ("consents", "tracked"), [({"tracking": {"version": "1"}}, True), ({"email": {}}, False)]
)
def test_a_fold_finds_whether_consent_to_tracking_is_in_force(
    score: Score, consents: dict[str, Any], tracked: bool
) -> None:
    hour = timedelta(hours=1)
    said = {"consents": consents}
    first = scored("form_submitted", "ada@example.org", properties=said, ago=hour)
    score.happened(first)
    assert score.lead(first.subject).tracked is tracked
    ended = scored("consent_withdrawn", "ada@example.org", route=Route.LINK)
    score.happened(ended)
    assert score.lead(first.subject).tracked is False


@pytest.mark.parametrize(
    ("route", "flags", "tracked"),
    [
        (Route.LINK, frozenset(), False),
        (Route.SERVER, frozenset(), False),
        (Route.LINK, frozenset({PREFETCH}), True),
    ],
)
def test_who_objects_to_profiling_is_not_tracked(
    score: Score, route: Route, flags: frozenset[str], tracked: bool
) -> None:
    hour = timedelta(hours=1)
    said = {"consents": {"tracking": {"version": "1"}}}
    first = scored("form_submitted", "ada@example.org", properties=said, ago=2 * hour)
    objected = scored("profiling_objected", "ada@example.org", route=route, flags=flags, ago=hour)
    score.happened(first, objected)
    assert score.lead(first.subject).tracked is tracked
    again = scored("form_submitted", "ada@example.org", properties=said)
    score.happened(again)
    assert score.lead(first.subject).tracked is tracked


@pytest.mark.parametrize("bounced", [True, False])
def test_sales_sees_that_mail_to_a_lead_comes_back(notify: Notify, bounced: bool) -> None:
    lead: Lead = a_lead(bounced=bounced)
    notify.leads.save(lead, None)
    notify.events.put(a_message())
    notify.tell(TOLD.to("ben"), ALERT.to("ben"))
    texts = [text_of(one) for one in notify.ses.sent]
    assert ["ada@example.org (mail to it comes back)" in one for one in texts] == [bounced] * 2
    assert notify.leads.get(ADA) == lead.__class__(**_fields(lead) | {"version": 1})


def _fields(lead: Lead) -> dict[str, Any]:
    return {name: getattr(lead, name) for name in lead.__slots__}
