"""Mails to leads: which are sent, to whom, once, and what stops them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import INTERNAL, SPAM, Route
from hotlist.identity import identifiers
from hotlist.links import addresses
from hotlist.links.keys import LinkKeys
from hotlist.links.tokens import Purpose
from hotlist.mail.queue import EVERYTHING, Letter, ToLead
from hotlist.mail.ses import delivery_hash
from hotlist.store.deliveries import SENT
from integration.stages.letters import text_of
from integration.stages.notify import ADA, NOW, Notify, a_lead
from integration.stages.to_leads import (
    ADDRESS,
    FORMS,
    KINDS,
    TAGS,
    has_forms,
    letters,
    mails,
    sent_form,
    tags,
    token_of,
    word,
)

DAY = f"{NOW:%Y-%m-%d}"
DELIVERIES = [
    f"confirm#{ADA}#email#{DAY}#1",
    f"magnet#{ADA}#guide#{DAY}",
    f"receipt#{ADA}#ebook#{DAY}",
]


@pytest.fixture(autouse=True)
def forms(notify: Notify) -> None:
    notify.now = NOW
    has_forms(notify)


def subjects(notify: Notify) -> list[str]:
    return [str(mail["Subject"]) for mail in mails(notify)]


def test_each_kind_is_mailed_once_to_the_address_that_was_given(notify: Notify) -> None:
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event), *letters(event))
    assert notify.ses.to == [ADDRESS] * 3
    assert subjects(notify) == [
        "Example & Co.: please confirm your e-mail address",
        "The guide",
        "We have it",
    ]
    settled = notify.deliveries.settled_as(DELIVERIES)
    assert settled == dict.fromkeys(DELIVERIES, SENT)
    for sent, delivery_id in zip(notify.ses.sent, DELIVERIES, strict=True):
        hashed = delivery_hash(delivery_id)
        assert tags(sent) == {"audience": "lead", "event": event.event_id, "delivery": hashed}


def test_a_mail_says_how_to_end_such_mails_and_whom_to_answer(notify: Notify) -> None:
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event))
    for mail in mails(notify):
        url = str(mail["List-Unsubscribe"]).strip("<>")
        token = token_of(url, Purpose.UNSUBSCRIBE, NOW)
        assert url.startswith("https://api.example.com/unsubscribe/")
        assert (token.subject, dict(token.said)) == (ADA, {"form": "ebook", "lang": "en"})
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Reply-To"] == "office@example.com"
        assert mail["From"].addresses[0].display_name == "Example & Co."
        assert mail["To"] == ADDRESS


@pytest.mark.parametrize(
    ("what", "route", "purpose", "more"),
    [
        ("confirm:email", "confirm", Purpose.CONFIRM, {"purpose": "email"}),
        ("reward", "d", Purpose.REWARD, {}),
    ],
)
def test_its_link_says_what_it_is_for(
    notify: Notify, what: str, route: str, purpose: Purpose, more: dict[str, str]
) -> None:
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event, what))
    (sent,) = notify.ses.sent
    (url,) = (one for one in text_of(sent).split() if f"/{route}/" in one)
    token = token_of(url, purpose, NOW)
    assert (token.subject, token.recipient, token.day) == (ADA, None, NOW.date())
    assert dict(token.said) == {"form": "ebook", "event": event.event_id, "lang": "en", **more}


@pytest.mark.parametrize("is_tracked", [True, False])
def test_only_with_consent_to_tracking_a_mail_tells_that_it_was_opened(
    notify: Notify, is_tracked: bool
) -> None:
    event = sent_form()
    notify.events.put(event)
    notify.leads.save(a_lead(tracked=is_tracked), None)
    notify.tell(*letters(event))
    for mail, what in zip(mails(notify), KINDS, strict=True):
        body = mail.get_body(("html",))
        assert body is not None
        html = body.get_content()
        assert ("<img" in html) is is_tracked
        if is_tracked:
            url = html.partition('<img src="')[2].partition('"')[0]
            said = token_of(url, Purpose.OPENED, NOW).said
            kind = TAGS[what]
            assert said == {"form": "ebook", "event": event.event_id, "tracked": "1", "mail": kind}


@pytest.mark.parametrize("is_tracked", [True, False])
def test_only_with_consent_to_tracking_a_click_goes_by_way_of_us(
    notify: Notify, is_tracked: bool
) -> None:
    shop = "https://shop.example.com/offer?a=1"
    receipt = {"subject": "Thanks", "text": f"Look at {shop}."}
    has_forms(notify, forms={"ebook": FORMS["ebook"] | {"receipt": receipt}})
    event = sent_form()
    notify.events.put(event)
    notify.leads.save(a_lead(tracked=is_tracked), None)
    notify.tell(*letters(event, "receipt"))
    (mail,) = mails(notify)
    body = mail.get_body(("html",))
    assert body is not None
    url = body.get_content().partition('Look at <a href="')[2].partition('"')[0]
    if is_tracked:
        said = token_of(url, Purpose.CLICKED, NOW).said
        ids = {"form": "ebook", "event": event.event_id, "tracked": "1", "mail": "receipt"}
        assert said == ids | {"to": addresses.name_of(shop)}
    else:
        assert url == shop


LATER = NOW + timedelta(seconds=1)
BOT = {"user_agent": "Mozilla/5.0 HeadlessChrome/130.0"}


@pytest.mark.parametrize(
    ("event", "said", "sent"),
    [
        (sent_form(flags=frozenset({SPAM})), [], 0),
        (sent_form(flags=frozenset({INTERNAL})), [], 0),
        (sent_form(properties=BOT), [], 0),
        (sent_form(expires_at=NOW), [], 0),
        (sent_form(to_lead=()), [], 0),
        (sent_form(email=None), [], 0),
        (sent_form(subject="phone:1"), [], 0),
        (sent_form(properties={"form": "gone"}), [], 0),
        (sent_form(), [word(91, "email_bounced", NOW, permanent=True)], 0),
        (sent_form(), [word(91, "email_bounced", NOW, permanent=False)], 3),
        (sent_form(), [word(91, "email_complained", NOW - timedelta(days=90))], 0),
        (sent_form(), [word(91, "unsubscribed", LATER, all=True)], 2),
        (sent_form(), [word(91, "unsubscribed", LATER, purposes=["email"])], 2),
        (sent_form(), [word(91, "unsubscribed", LATER, purposes=["phone"])], 3),
        (sent_form(), [word(91, "unsubscribed", NOW - timedelta(days=1), all=True)], 3),
        (sent_form(), [word(91, "consent_withdrawn", LATER, purpose="email")], 2),
        (sent_form(), [word(91, "consent_given", LATER, purpose="email", version="1")], 2),
        (sent_form(), [word(0, "consent_given", NOW, purpose="email", version="0")], 3),
        (sent_form(), [word(0, "consent_given", NOW, purpose="email", version="1")], 2),
        (sent_form(), [word(0, "consent_given", NOW, purpose="phone", version="1")], 3),
        (sent_form(properties={"pending_consents": {}}), [], 2),
        (sent_form(properties={"pending_consents": None}), [], 2),
        (sent_form(address="zażółć@example.org"), [], 0),
    ],
)
def test_a_mail_is_sent_while_there_is_something_to_say(
    notify: Notify, event: Event, said: list[Event], sent: int
) -> None:
    for one in (event, *said):
        notify.events.put(one)
    notify.tell(*letters(event, *KINDS))
    assert len(notify.ses.sent) == sent
    assert (notify.dead(), notify.parked()) == ([], [])


def test_what_an_operator_calls_spam_is_not_mailed_and_comes_when_it_is_released(
    notify: Notify,
) -> None:
    event = sent_form()
    flagged, released = (
        a_correction(90, NOW + timedelta(seconds=1), add=[SPAM]),
        a_correction(91, NOW + timedelta(seconds=2), remove=[SPAM]),
    )
    notify.events.put(event)
    notify.events.put(flagged)
    notify.tell(*letters(event))
    assert notify.ses.sent == []
    notify.events.put(released)
    notify.tell(Letter(ToLead(event.subject, event.event_id, EVERYTHING)))
    assert notify.ses.to == [ADDRESS] * 3


def a_correction(number: int, at: Any, **said: Any) -> Event:
    made = word(number, "event_reclassified", at, event_id=f"{1:032x}", **said)
    return replace(made, route=Route.OPERATOR)


@pytest.mark.parametrize("missing", ["consents", "reward", "receipt"])
def test_what_the_form_says_no_more_is_not_mailed(notify: Notify, missing: str) -> None:
    has_forms(notify, forms={"ebook": {k: v for k, v in FORMS["ebook"].items() if k != missing}})
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event))
    assert len(notify.ses.sent) == 2
    assert notify.parked() == []


def test_a_reward_that_the_page_gives_is_not_mailed(notify: Notify) -> None:
    reward = FORMS["ebook"]["reward"] | {"deliver": "page"}
    has_forms(notify, forms={"ebook": FORMS["ebook"] | {"reward": reward}})
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event, "reward"))
    assert notify.ses.sent == []


def test_a_test_is_mailed_as_one_and_leaves_no_history(notify: Notify) -> None:
    event = sent_form(properties={"hotlist_test": True}, flags=frozenset({INTERNAL}))
    notify.events.put(event)
    notify.tell(*letters(event))
    assert [one.partition(":")[0] for one in subjects(notify)] == ["TEST"] * 3
    tagged = [tags(sent)["delivery"] for sent in notify.ses.sent]
    assert [notify.app.reader.to_leads.mailed(one) for one in tagged] == [None] * 3


@pytest.mark.parametrize("is_first", [True, False])
def test_a_test_stands_for_nothing_that_is_sent_in_earnest(notify: Notify, is_first: bool) -> None:
    test = sent_form(1, properties={"hotlist_test": True}, flags=frozenset({INTERNAL}))
    earnest = sent_form(2)
    for event in (test, earnest) if is_first else (earnest, test):
        notify.events.put(event)
        notify.tell(*letters(event))
        notify.tell(*letters(event))
    marked = [one.startswith("TEST: ") for one in subjects(notify)]
    assert marked == [is_first] * 3 + [not is_first] * 3


def test_without_a_company_nothing_is_mailed_and_somebody_is_told(notify: Notify) -> None:
    has_forms(notify, company=None)
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event, "receipt"))
    assert notify.ses.sent == []
    ((_, reason),) = notify.dead()
    assert "NoCompany" in reason


def test_a_strangers_lead_is_not_mailed_by_the_event_of_another(notify: Notify) -> None:
    """The mail goes to the address of the event, whatever its lead's contact says."""
    event = sent_form()
    notify.events.put(event)
    notify.leads.save(a_lead(contact=a_lead().contact), None)
    bo = identifiers.subject("email", "bo@example.org")
    notify.tell(Letter(ToLead(bo, event.event_id, "receipt")))
    assert notify.ses.sent == []
    notify.tell(*letters(event, "receipt"))
    assert notify.ses.to == [ADDRESS]


def test_a_letter_waits_for_the_keys_of_its_links(notify: Notify) -> None:
    secrets = boto3.client("secretsmanager")
    links = LinkKeys(secrets, notify.app.settings.link_secret_arn, lambda: notify.now)
    has_forms(notify, links=links)
    secrets.put_secret_value(SecretId=notify.app.settings.link_secret_arn, SecretString="{}")
    event = sent_form()
    notify.events.put(event)
    notify.tell(*letters(event))
    assert (notify.ses.sent, notify.dead(), len(notify.waits)) == ([], [], 3)
    good = json.dumps({"link_1": "k" * 64})
    secrets.put_secret_value(SecretId=notify.app.settings.link_secret_arn, SecretString=good)
    notify.pass_time(timedelta(minutes=10))
    notify.work_off()
    assert notify.ses.to == [ADDRESS] * 3
