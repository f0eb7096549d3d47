"""The score function over real store code: folds, alerts, bad records, changed rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotlist.config.load import load_config
from hotlist.events.event import Event
from hotlist.events.vocabulary import SPAM, Route
from hotlist.leads import classify
from hotlist.leads.fold import Folder
from hotlist.leads.lead import LeadState, Shadow, Temperature
from hotlist.mail.queue import EVERYTHING, Letter, Message, ToLead
from hotlist.scoring import ruleset
from hotlist.scoring.deployed import deployed
from hotlist.store.events import EventStore, to_item
from hotlist.store.leads import LeadStore
from integration.lambdas import stream_event
from integration.stages.score import ADA, BO, HOUR, NOW, Score, event, subject

Make = Callable[..., Event]


def test_a_contact_request_makes_a_hot_lead_with_an_alert(score: Score) -> None:
    assert score.happened(event("contact_requested", ADA)) == {"batchItemFailures": []}
    lead = score.lead(subject("email", ADA))
    assert (lead.temperature, lead.total) == (Temperature.HOT, 40)
    assert lead.alerting.alert_id is not None
    assert not lead.alerting.armed
    assert [read().lead_id for read in score.stores.leads.hot()] == [lead.lead_id]


def test_a_duplicate_record_changes_nothing(score: Score) -> None:
    made = event("contact_requested", ADA)
    score.happened(made)
    before = score.lead(made.subject)
    score.deliver(made, made)
    after = score.lead(made.subject)
    assert replace(
        after, folded_at=before.folded_at, version=before.version, reasons=()
    ) == replace(before, reasons=())
    assert after.alerting.alert_id == before.alerting.alert_id


def test_an_unknown_visitor_costs_one_read_and_no_lead(score: Score) -> None:
    score.happened(event("page_viewed", visitor="v1"))
    assert score.calls == ["PutItem", "BatchGetItem"]
    assert score.stores.leads.get(subject("visitor", "v1")) is None


def test_what_a_new_lead_costs(score: Score) -> None:
    score.happened(event("form_submitted", ADA, visitor="v1"))
    assert score.calls == [
        "PutItem",  # capture's
        "BatchGetItem",  # the claims that there are
        "UpdateItem",  # the claim, and what it gives back
        "UpdateItem",  # the claimant's own
        "BatchGetItem",  # the lead
        "Query",  # its events
        "BatchGetItem",  # claims
        "Query",  # the visitor's events
        "PutItem",  # the lead
    ]


def test_a_poison_record_is_parked_and_stops_no_other(score: Score) -> None:
    good = event("contact_requested", ADA)
    score.stores.events.put(good)
    bad = {"subject": {"S": "email:x"}, "event_key": {"S": "e#1"}, "type": {"S": "form_submitted"}}
    answer = score.app.handler(stream_event(bad, to_item(good)), None)
    assert answer == {"batchItemFailures": []}
    assert score.lead(good.subject).temperature is Temperature.HOT
    (parked,) = score.parked()
    assert (parked["subject"], parked["event_id"]) == ("email:x", "e#1")
    assert "occurred_at" in parked["error"]


def test_changes_and_removals_are_nobodys_news(score: Score) -> None:
    made = to_item(event("contact_requested", ADA))
    for name in ("MODIFY", "REMOVE"):
        assert score.app.handler(stream_event(made, name=name), None) == {"batchItemFailures": []}
    assert score.stores.leads.get(subject("email", ADA)) is None


def test_a_lead_ends_with_its_last_event(score: Score) -> None:
    old = event("contact_requested", ADA, ago=timedelta(days=396), expires_at=NOW + HOUR)
    score.happened(old)  # it is still stored, so a fold under way may have seen it count
    assert score.lead(old.subject).state is LeadState.EMPTY


def test_consents_are_renewed_while_their_lead_is_folded(score: Score) -> None:
    consent = event(
        "form_submitted",
        ADA,
        ago=timedelta(days=390),
        expires_at=NOW + timedelta(days=300),
        properties={"consents": {"email": {"version": "1"}}},
    )
    score.happened(consent)
    kept = score.stores.events.find(consent.subject, consent.event_id)
    assert kept is not None
    assert kept.expires_at is not None
    assert kept.expires_at > NOW + timedelta(days=791)


@pytest.mark.parametrize(
    ("route", "properties", "days"),
    [
        (Route.LINK, {}, 792),
        (Route.LINK, {"event": "f" * 32}, 10),
        (Route.LINK, {"event": None}, 10),
        (Route.LINK, {"hotlist_test": True}, 10),
        (Route.SERVER, {}, 10),
    ],
)
def test_a_form_lives_as_long_as_the_consent_that_it_asked_for(
    score: Score, route: Route, properties: dict[str, Any], days: int
) -> None:
    """The consent alone has neither the address nor what was asked."""
    pending = {"pending_consents": {"email": {"version": "1"}}}
    until = NOW + timedelta(days=10)
    asked = event(
        "form_submitted", ADA, ago=timedelta(days=386), expires_at=until, properties=pending
    )
    said = {"purpose": "email", "event": asked.event_id, **properties}
    given = event("consent_given", ADA, ago=timedelta(days=5), route=route, properties=said)
    score.happened(asked, given)
    kept = score.stores.events.find(asked.subject, asked.event_id)
    assert kept is not None
    assert kept.expires_at is not None
    assert timedelta(days=days) - HOUR < kept.expires_at - NOW < timedelta(days=days) + HOUR


def test_no_flood_hides_an_opt_out(tables: Any) -> None:
    client, names = tables
    store = EventStore(client, names["events"])
    opt_out = event("unsubscribed", ADA, ago=99 * HOUR, route=Route.LINK)
    store.put(opt_out)
    for number in range(5):
        store.put(event("form_submitted", ADA, ago=number * HOUR))
    history = store.history(opt_out.subject, now=NOW, limit=3)
    assert [one.type for one in history.events] == ["unsubscribed"] + ["form_submitted"] * 3
    assert history.truncated


def test_leads_that_are_due_are_found_by_time(score: Score) -> None:
    score.happened(event("form_submitted", ADA, ago=timedelta(days=1)))
    leads: LeadStore = score.stores.leads
    lead = leads.get(subject("email", ADA))
    assert lead is not None
    assert lead.due_at is not None
    assert lead.next_change_at is not None
    assert timedelta(0) <= lead.next_change_at - lead.due_at <= timedelta(days=30)
    assert list(leads.due(lead.due_at - timedelta(seconds=1))) == []
    assert list(leads.due(lead.due_at)) == [lead.lead_id]


def test_a_hot_lead_is_due_once_a_day_and_moves_on_when_it_is_folded(score: Score) -> None:
    score.happened(event("contact_requested", ADA))
    leads: LeadStore = score.stores.leads
    lead_id = subject("email", ADA)
    assert list(leads.due(NOW)) == []
    assert list(leads.due(NOW + timedelta(days=1))) == [lead_id]
    lead = leads.get(lead_id)
    assert lead is not None
    assert lead.due_at is not None
    due_at = lead.due_at
    early = Folder(score.stores, deployed().live, lambda: due_at - timedelta(seconds=1))
    assert early.fold(lead_id).due_at == due_at
    folded = Folder(score.stores, deployed().live, lambda: due_at).fold(lead_id)
    assert folded.due_at == due_at + timedelta(days=1)
    assert list(leads.due(lead.due_at)) == []


@pytest.mark.parametrize("wanted", [False, True])
def test_a_lead_that_changed_rules_make_hot_alerts_only_if_sales_wants_it(
    score: Score, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    made = event("form_submitted", ADA, ago=HOUR)
    score.happened(made)
    assert score.lead(made.subject).temperature is Temperature.COLD
    kinder = {
        "temperature": {"hot": 5},
        "rules": [{"id": "form", "event": "form_submitted", "points": 10}],
    }
    monkeypatch.setattr(score.app.folder, "_ruleset", ruleset.from_checked(kinder))
    monkeypatch.setattr(score.app.folder, "_alert_on_rule_change", wanted)
    lead = score.app.folder.fold(made.subject)
    assert lead.temperature is Temperature.HOT
    assert (lead.alerting.alert_id is not None) is wanted
    assert not lead.alerting.armed


def test_the_shipped_settings_reach_the_fold(score: Score) -> None:
    assert score.app.folder._alert_on_rule_change is load_config("sales")["alert_on_rule_change"]


KINDER = {
    "temperature": {"hot": 40},
    "rules": [
        {"id": "form", "event": "form_submitted", "points": 10},
        {"id": "view", "event": "page_viewed", "points": 30},
    ],
}


def test_the_past_of_a_visitor_claimed_after_the_rules_changed_is_news(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = event("form_submitted", ADA, ago=HOUR)
    score.happened(event("page_viewed", visitor="v", ago=2 * HOUR), form)
    monkeypatch.setattr(score.app.folder, "_ruleset", ruleset.from_checked(KINDER))
    monkeypatch.setattr(score.app.folder, "_alert_on_rule_change", False)
    score.happened(event("form_submitted", ADA, visitor="v", ago=-HOUR))
    lead = score.lead(form.subject)
    assert lead.temperature is Temperature.HOT
    assert lead.alerting.alert_id is not None


def test_a_shadow_is_stored_beside_the_score_and_changes_nothing_else(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = event("form_submitted", ADA, ago=HOUR)
    score.happened(made)
    before = score.lead(made.subject)
    assert before.shadow is None
    kinder = ruleset.from_checked({**KINDER, "temperature": {"hot": 5}})
    monkeypatch.setattr(score.app.folder, "_shadow", kinder)
    after = score.app.folder.fold(made.subject)
    assert after.shadow == Shadow(10, Temperature.HOT, kinder.hash)
    assert replace(score.lead(made.subject), folded_at=after.folded_at) == after
    same = replace(after, shadow=None, version=before.version, folded_at=before.folded_at)
    assert same == before
    assert list(score.stores.leads.hot()) == []
    assert after.alerting.alert_id is None
    assert after.rulesets_hash == f"{before.ruleset}+{kinder.hash}"
    monkeypatch.setattr(score.app.folder, "_shadow", None)
    assert score.app.folder.fold(made.subject).shadow is None


def test_a_better_classifier_scores_every_lead_again(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deployed().hash == score.app.rulesets.hash
    monkeypatch.setattr(classify, "VERSION", classify.VERSION + 1)
    assert deployed().hash != score.app.rulesets.hash


def test_the_shipped_configuration_has_no_shadow(score: Score) -> None:
    assert score.app.rulesets.shadow is None
    assert score.app.folder._shadow is None


def test_a_crowd_that_sqs_refuses_is_tried_again(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> dict[str, Any]:
        return {"Failed": [{"Id": "0"}]}

    monkeypatch.setattr(score.app.scorer.queue._sqs, "send_message_batch", refuse)
    monkeypatch.setattr("hotlist.identity.claims.MAX_CLAIMANTS", 1)
    score.happened(event("form_submitted", ADA, visitor="v", ago=2 * HOUR))
    answer = score.happened(event("form_submitted", BO, visitor="v", ago=HOUR))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}]}
    assert score.parked() == []


# --- letters of forms ---------------------------------------------------------------------


def told(**changes: Any) -> Event:
    """A message that sales gets at once."""
    return event("contact_requested", ADA, tell=True, **changes)


def letter(made: Event) -> Letter:
    return Letter(Message(made.subject, made.event_id))


def test_a_forms_message_is_queued_by_ids_alone(score: Score) -> None:
    made = told()
    score.happened(event("form_submitted", BO), made)
    assert score.letters() == [letter(made)]
    score.deliver(made)
    assert score.letters() == [letter(made)]  # a duplicate, which the delivery absorbs


def test_a_repetition_is_queued_once(score: Score) -> None:
    first = told(ago=timedelta(minutes=9), dedup="form:x")
    again = told(dedup="form:x")
    score.happened(first, again)
    assert score.letters() == [letter(first)]
    score.deliver(again)
    assert score.letters() == []


def test_spam_is_not_queued_until_an_operator_releases_it(score: Score) -> None:
    spam = told(flags=frozenset({SPAM}), expires_at=NOW + timedelta(days=30))
    score.happened(spam)
    assert score.letters() == []
    said = {"event_id": spam.event_id, "remove": [SPAM]}
    score.happened(event("event_reclassified", ADA, route=Route.OPERATOR, properties=said))
    to_lead = Letter(ToLead(spam.subject, spam.event_id, EVERYTHING))
    assert score.letters() == [letter(spam), to_lead]


def test_a_message_is_queued_whether_its_lead_can_be_folded_or_not(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = told()
    monkeypatch.setattr(score.stores.leads, "_table", "no-such-table")
    assert score.happened(made) == {"batchItemFailures": []}
    assert score.letters() == [letter(made)]


def test_a_message_that_sqs_refuses_is_reported(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        score.app.letters._sqs, "send_message_batch", lambda **_: {"Failed": [{"Id": "0"}]}
    )
    answer = score.happened(event("form_submitted", BO), told())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "101"}]}
    assert score.parked() == []


def test_a_crossing_names_the_message_that_came_just_before_it(score: Score) -> None:
    late = datetime.now(UTC) - NOW  # the test is no quicker than those before it

    def ago(minutes: int) -> timedelta:
        return timedelta(minutes=minutes) - late

    early = told(ago=ago(11))
    score.happened(early)
    assert score.lead(early.subject).alerting.alert_id is not None
    assert score.lead(early.subject).alerting.alert_tell is None
    older = event("contact_requested", BO, ago=ago(9), tell=True)
    newer = event("contact_requested", BO, visitor="v", ago=ago(8), tell=True)
    score.happened(older, newer, event("contact_requested", BO, visitor="w"))
    assert score.lead(newer.subject).alerting.alert_tell == f"{newer.subject}#{newer.event_id}"


def test_a_bots_message_stands_for_no_alert(score: Score) -> None:
    bot = event("contact_requested", ADA, tell=True, properties={"user_agent": "Googlebot"})
    score.happened(bot, event("contact_requested", ADA, visitor="v"))
    alerting = score.lead(bot.subject).alerting
    assert alerting.alert_id is not None
    assert alerting.alert_tell is None
