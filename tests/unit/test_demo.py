"""The demo's checks find what is wrong: a score, a lead, an event or a mail."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hotlist.capture.forms import Received, submission
from hotlist.events.event import Event
from hotlist.leads import classify
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, Temperature
from hotlist.leads.profile import profile_of
from hotlist.scoring import engine
from hotlist_cli.local.expected import Expectations, wrong_mails
from hotlist_cli.local.mailbox import Account, Mailbox
from hotlist_cli.local.visitors import Visitor, visitors

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORM: Mapping[str, Any] = {
    "type": "contact_requested",
    "honeypot": "website",
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


def test_a_machine_may_have_no_lead(expectations: Expectations, lead: Lead) -> None:
    machine = replace(ADA, scored=False)
    spam = posted(website="https://prizes.example")

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


def test_the_six_are_six_people() -> None:
    everybody = visitors(NOW)

    subjects = [subject for visitor in everybody for subject in visitor.subjects]
    assert len(everybody) == 6
    assert len(set(subjects)) == len(subjects)
