"""The demo's checks find what is wrong: a score, a lead, an event or a mail."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotlist.capture.context import Received
from hotlist.capture.forms import submission
from hotlist.config.sales_schema import compile_sales
from hotlist.events.event import Event
from hotlist.events.vocabulary import Route
from hotlist.leads import classify
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, Ownership, Temperature
from hotlist.leads.profile import profile_of
from hotlist.mail import digest_mail
from hotlist.sales import team as sales_team
from hotlist.sales.team import Recipient, Sales
from hotlist.scoring import engine
from hotlist_cli.local.expected import Expectations, wrong_mails
from hotlist_cli.local.mailbox import Account, Mailbox
from hotlist_cli.local.visitors import Visitor, visitors

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORM: Mapping[str, Any] = {
    "type": "contact_requested",
    "honeypot": "hp_confirm",
    "fields": {"name": {"type": "text"}, "email": {"type": "email"}},
}
ADA = Visitor(name="Ada", story="", calls=(), events=1, email="ada@lumen.example")


@pytest.fixture
def expectations() -> Expectations:
    return Expectations.read(ROOT / "tests/config")


def posted(**more: str) -> Event:
    fields = {"name": "Ada", "email": "ada@lumen.example", **more}
    return submission("contact", FORM, fields, Received(at=NOW))


@pytest.fixture
def lead(expectations: Expectations) -> Lead:
    """Ada's lead as the rules would have it."""
    profile = profile_of([classify.classify(posted())], NOW, classify.channel)
    score = engine.score(expectations.ruleset, profile.facts, profile.events, NOW)
    return Lead(
        lead_id=ADA.lead_id,
        folded_at=NOW,
        expires_at=NOW + timedelta(days=396),
        alerting=Alerting(armed=False, alert_id="a-1"),
        contact=profile.contact,
        temperature=score.temperature,
        total=score.total,
        groups=score.groups,
        reasons=score.reasons,
    )


def problems(
    expectations: Expectations, *stored: Lead, who: Visitor = ADA, event: Event | None = None
) -> list[str]:
    by_id = {lead.lead_id: lead for lead in stored}
    return list(expectations._wrong(who, [event or posted()], by_id))


def test_what_the_rules_say_is_right(expectations: Expectations, lead: Lead) -> None:
    assert lead.temperature is Temperature.HOT
    assert problems(expectations, lead) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total": 41}, "the ruleset gives"),
        ({"temperature": Temperature.WARM}, "the ruleset gives"),
        ({"groups": {"fit": 1, "engagement": 40}}, "the ruleset gives"),
        ({"reasons": ()}, "the ruleset gives"),
        ({"contact": Contact(name="Eva")}, "contact"),
        ({"alerting": Alerting()}, "no alert"),
        ({"state": LeadState.EMPTY}, "none are live"),
    ],
)
def test_whatever_else_a_lead_has_is_wrong(
    expectations: Expectations, lead: Lead, change: dict[str, Any], said: str
) -> None:
    (problem,) = problems(expectations, replace(lead, **change))

    assert said in problem


def test_a_missing_lead_is_wrong(expectations: Expectations) -> None:
    assert problems(expectations) == ["leads none are live"]


def test_another_number_of_events_is_wrong(expectations: Expectations, lead: Lead) -> None:
    (problem,) = problems(expectations, lead, who=replace(ADA, events=2))

    assert problem == "1 events are stored, not 2"


def test_a_report_of_ses_is_not_counted(expectations: Expectations, lead: Lead) -> None:
    """It comes when it comes, and no visitor has sent it."""
    report = replace(posted(), event_id="0" * 32, type="email_delivered", route=Route.SES, dedup="")
    stored = {lead.lead_id: lead}
    assert list(expectations._wrong(ADA, [posted(), report], stored)) == []


def test_a_fact_that_a_link_did_not_make_is_wrong(expectations: Expectations, lead: Lead) -> None:
    who = replace(ADA, facts={"email_confirmed": True, "email": "ada@lumen.example"})
    assert problems(expectations, lead, who=who) == ["email_confirmed is None, not True"]


def test_a_machine_may_have_no_lead(expectations: Expectations, lead: Lead) -> None:
    machine = replace(ADA, scored=False)
    spam = posted(hp_confirm="https://prizes.example")

    assert problems(expectations, who=machine, event=spam) == []
    assert problems(expectations, lead, who=machine, event=spam)


# --- mails --------------------------------------------------------------------------------


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path, Account({"example.com"}))


def send(mailbox: Mailbox, tag: str, *, html: bool = True) -> None:
    mime = EmailMessage()
    mime["From"], mime["To"] = "hotlist@example.com", "anna@example.com"
    mime.set_content("text")
    if html:
        mime.add_alternative("<p>html</p>", subtype="html")
    mailbox.send(
        {
            "Content": {"Raw": {"Data": base64.b64encode(mime.as_bytes()).decode()}},
            "EmailTags": [{"Name": "delivery", "Value": tag}],
        }
    )


def wrong(mailbox: Mailbox, *tags: str) -> list[str]:
    stack: Any = SimpleNamespace(mailbox=mailbox)
    return wrong_mails(stack, {tag: f"mail {tag}" for tag in tags})


def test_each_mail_once_is_right(mailbox: Mailbox) -> None:
    send(mailbox, "a")
    send(mailbox, "b")

    assert wrong(mailbox, "a", "b") == []


def test_a_missing_a_second_and_an_unasked_mail_are_wrong(mailbox: Mailbox) -> None:
    for tag in ("twice", "twice", "unasked"):
        send(mailbox, tag)

    assert wrong(mailbox, "missing", "twice") == [
        "mail missing: sent 0 times",
        "mail twice: sent 2 times",
        "0003-message.eml: there is no reason for this mail",
    ]


def test_a_mail_without_html_is_wrong(mailbox: Mailbox) -> None:
    send(mailbox, "a", html=False)

    assert wrong(mailbox, "a") == ["0001-message.eml: no html part"]


# --- the digest ---------------------------------------------------------------------------

ZONES = ["Europe/Warsaw", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata"]
MINUTES = [0, 1, 6 * 60 + 29, 7 * 60 + 30, 9 * 60 + 31, 12 * 60, 22 * 60 + 59, 24 * 60 - 1]
WEEKDAYS = frozenset(range(5))


def team(zone: str, at: time, weekdays: frozenset[int] = WEEKDAYS) -> Sales:
    anna = Recipient("anna", "Anna", "anna@example.com", "en", zone, at, weekdays)
    ben = replace(anna, id="ben", timezone="Europe/London", digest=time(8))
    return Sales((anna, ben))


def digests(expectations: Expectations, now: datetime) -> dict[str, list[datetime]]:
    """When each recipient gets a digest, by the times that the demo asks for it."""
    got: dict[str, list[datetime]] = {one.id: [] for one in expectations.team.recipients}
    days = set()
    for at in expectations.digest_times(now):
        for recipient, day in expectations.team.due(at):
            if (recipient.id, day) not in days:
                days.add((recipient.id, day))
                got[recipient.id].append(at)
    return got


@pytest.mark.parametrize("hour", [0, 7, 12, 23])
@pytest.mark.parametrize("zone", ZONES)
def test_no_digest_is_dated_before_its_leads(
    expectations: Expectations, lead: Lead, zone: str, hour: int
) -> None:
    expectations = replace(expectations, team=team(zone, time(hour, 30)))
    for step in [timedelta(days=day, minutes=m) for day in range(7) for m in MINUTES]:
        now = datetime(2026, 11, 23, tzinfo=UTC) + step
        hot = replace(lead, alerting=replace(lead.alerting, hot_since=now))
        for recipient in expectations.team.recipients:
            for at in digests(expectations, now)[recipient.id]:
                card = digest_mail.card(hot, recipient, lambda rule, _: rule)
                mail = digest_mail.digest([card], 0, recipient, at).mail
                local = now.astimezone(ZoneInfo(recipient.timezone))
                told = at.astimezone(local.tzinfo)
                assert f"Hot list {told:%b} {told.day} " in mail.subject
                assert f"{local:%b} {local.day}, {local:%-I:%M}\xa0{local:%p}" in mail.text
                assert now <= at
                assert local.date() <= told.date()


def test_everybody_gets_the_next_digest(expectations: Expectations) -> None:
    for minutes in range(0, 7 * 24 * 60, 97):
        now = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=minutes)
        for recipient, times in digests(expectations, now).items():
            first = times[0].astimezone(ZoneInfo("Europe/Warsaw"))
            assert first.weekday() in WEEKDAYS, recipient
            assert times[0] - now < timedelta(days=3), recipient


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-11-28T12:00", ["2026-11-30T06:30", "2026-11-30T08:00"]),  # a Saturday
        ("2026-11-29T23:59", ["2026-11-30T06:30", "2026-11-30T08:00"]),
        ("2026-11-30T06:30", ["2026-11-30T06:30", "2026-11-30T08:00"]),
        ("2026-11-30T06:31", ["2026-11-30T06:45", "2026-11-30T08:00"]),  # still due
        ("2026-11-30T09:16", ["2026-11-30T09:30", "2026-12-01T06:30"]),  # Anna's is over
        ("2026-11-30T12:00", ["2026-12-01T06:30", "2026-12-01T08:00"]),
    ],
)
def test_the_digest_is_run_when_it_is_due_next(
    expectations: Expectations, now: str, at: list[str]
) -> None:
    times = expectations.digest_times(datetime.fromisoformat(f"{now}:00+00:00"))
    assert [f"{one:%Y-%m-%dT%H:%M}" for one in times] == at


def test_a_digest_of_yesterday_is_none_for_leads_of_today(expectations: Expectations) -> None:
    late = replace(expectations, team=team("Europe/Warsaw", time(23, 30), frozenset({4})))
    saturday = datetime(2026, 11, 27, 23, 5, tzinfo=UTC)  # 0:05 in Warsaw, Friday's is still due
    assert late.team.recipients[0].due_day(saturday) == "2026-11-27"
    friday = datetime(2026, 12, 4, 22, 30, tzinfo=UTC)
    assert friday in late.digest_times(saturday)


def test_the_six_are_six_people() -> None:
    everybody = visitors(NOW)

    subjects = [subject for visitor in everybody for subject in visitor.subjects]
    assert len(everybody) == 6
    assert len(set(subjects)) == len(subjects)


# --- whom the demo expects to be told ---------------------------------------------------------

OWNERS = """
recipients:
  - {id: anna, name: A, email: a@example.com, quiet_hours: {from: "20:00", to: "07:00"}}
  - {id: ben, name: B, email: b@example.com}
owners: [{when: {role: [ceo]}, owner: ben}]
"""


@pytest.mark.parametrize(("hour", "alerted"), [(12, ["anna"]), (22, [])])
def test_the_demo_expects_mail_to_whom_the_file_says(
    expectations: Expectations, lead: Lead, hour: int, alerted: list[str]
) -> None:
    at = datetime(2026, 11, 23, hour, tzinfo=UTC)
    alerting = Alerting(alert_id="a", hot_since=at)
    annas = replace(lead, ownership=Ownership("anna"), alerting=alerting)
    phone = replace(lead, lead_id="phone:1", state=LeadState.CLAIMED, claimed_by=lead.lead_id)
    leads = {lead.lead_id: annas, phone.lead_id: phone}
    own = replace(expectations, team=sales_team.from_checked(compile_sales(OWNERS)))
    for subject in leads:
        event = Event(
            event_id="1", type="form_submitted", occurred_at=at, received_at=at, subject=subject
        )
        assert own.told(event, leads) == ["anna"]
    of_form = replace(event, properties={"form": "f"})
    assert replace(own, forms={"f": {"tell": "all"}}).told(of_form, leads) == ["anna", "ben"]
    assert own.alerted(annas, leads) == alerted
    by_message = replace(annas, alerting=replace(alerting, alert_tell="x"))
    assert own.alerted(by_message, leads) == []
