"""Mails to leads as text and HTML: what stands in them, in which language, and nobody's words."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from hotlist.config.calendar_file import calendar_file
from hotlist.config.forms_schema import compile_forms
from hotlist.events.event import Event
from hotlist.links import invitation
from hotlist.mail import lead_mails
from hotlist.mail.lead_mails import Company, Links
from hotlist.mail.render import Mail
from hotlist.mail.ses import LeadAddress, Mailer, delivery_hash
from hotlist.mail.texts import LEAD_TEXTS

NOW = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
COMPANY = Company("Śruby & <Synowie>", "ul. Długa 1, 00-001 Warszawa", "biuro@example.com")
LINKS = Links(
    unsubscribe="https://api.example.com/unsubscribe/" + "u" * 300,
    action="https://api.example.com/confirm/" + "c" * 300,
)
HOSTILE = "<script>alert(1)</script>\r\nBcc: x@evil.example http://evil.example {company} {{ 7*7 }}"
FORM: dict[str, Any] = {
    "title": {"en": "ebook", "pl": "ebook", "de": "ebook"},
    "consents": {"email": {"version": "1", "text": {"en": "News.", "pl": "Nowości."}}},
    "reward": {"title": {"en": "The guide", "pl": "Poradnik", "de": "Der Leitfaden"}},
    "receipt": {
        "subject": {"en": "We have it", "pl": "Mamy to", "de": "Es ist da"},
        "text": {"en": "Thank you.\n\nWe call\nsoon.", "pl": "Dziękujemy.", "de": "Danke."},
    },
}


def event(language: str = "en", **properties: Any) -> Event:
    return Event(
        event_id="1" * 32,
        type="form_submitted",
        occurred_at=NOW,
        received_at=NOW,
        email="ada@example.org",
        properties={"form": "ebook", "language": language} | properties,
    )


def confirm(language: str = "en", form: Any = FORM, **properties: Any) -> Mail:
    return lead_mails.confirm(event(language, **properties), "email", form, COMPANY, LINKS)


def reward(language: str = "en", form: Any = FORM, **properties: Any) -> Mail:
    return lead_mails.reward(event(language, **properties), form, COMPANY, LINKS, NOW)


def receipt(language: str = "en", form: Any = FORM, **properties: Any) -> Mail:
    links = replace(LINKS, action="")
    return lead_mails.receipt(event(language, **properties), form, COMPANY, links)


KINDS = [confirm, reward, receipt]

CONFIRM_TEXT = f"""\
Śruby & <Synowie>: please confirm your e-mail address
=====================================================

This e-mail address was entered in a form of Śruby & <Synowie>. Please confirm that it was you, \
and that you agree to this:

> News.

Confirm:
{LINKS.action}

The link holds for 7 days. If it was not you, do nothing: without your confirmation nothing is \
sent for this.

--
You get this mail because this e-mail address was entered in the form “ebook” of \
Śruby & <Synowie> on March 28, 2026 (UTC).
Śruby & <Synowie> · ul. Długa 1, 00-001 Warszawa
Unsubscribe, or choose what you get:
{LINKS.unsubscribe}"""

RECEIPT_TEXT = f"""\
Es ist da
=========

Danke.

--
Sie erhalten diese Mail, weil diese E-Mail-Adresse am 28. März 2026 (UTC) im Formular „ebook“ von \
Śruby & <Synowie> eingetragen wurde.
Śruby & <Synowie> · ul. Długa 1, 00-001 Warszawa
Abmelden oder auswählen, was Sie bekommen:
{LINKS.unsubscribe}"""

REWARD_TEXT = f"""\
Poradnik
========

Zamówiono u nas (Śruby & <Synowie>): Poradnik.

Odbierz:
{LINKS.action}

Link jest ważny 30 dni. Jeśli to nie Państwo, prosimy nic nie robić.

--
Ta wiadomość została wysłana, ponieważ 28 marca 2026 (UTC) podano ten adres e-mail w \
formularzu „ebook”: Śruby & <Synowie>.
Śruby & <Synowie> · ul. Długa 1, 00-001 Warszawa
Wypisz się lub wybierz, co chcesz dostawać:
{LINKS.unsubscribe}"""


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        (confirm("en"), CONFIRM_TEXT),
        (reward("pl"), REWARD_TEXT),
        (receipt("de"), RECEIPT_TEXT),
    ],
    ids=["confirm", "reward", "receipt"],
)
def test_a_mail_as_text(mail: Mail, text: str) -> None:
    assert mail.text.strip() == text


@pytest.mark.parametrize("language", ["en", "pl", "de"])
@pytest.mark.parametrize("make", KINDS)
def test_each_mail_says_who_sends_it_why_and_how_to_end_it(make: Any, language: str) -> None:
    mail = make(language)
    words = LEAD_TEXTS[language]
    assert f'<html lang="{language}">' in mail.html
    assert "Śruby &amp; &lt;Synowie&gt; · ul. Długa 1, 00-001 Warszawa" in mail.html
    assert f' href="{LINKS.unsubscribe}"' in mail.html
    assert words["unsubscribe"] in mail.html
    assert words["reason"].partition("{")[0] in mail.html
    assert (mail.unsubscribe, mail.reply_to) == (LINKS.unsubscribe, "biuro@example.com")
    if make is not receipt:
        assert f' href="{LINKS.action}"' in mail.html


@pytest.mark.parametrize("language", ["fr", "", "EN-us", HOSTILE, None, 5, ["pl"]])
def test_a_language_without_texts_is_english(language: Any) -> None:
    for make in KINDS:
        assert make(language).html.startswith('<!doctype html><html lang="en">')


POLISH_AND_GERMAN = """\
ebook:
  fields: {email: {type: email, required: true}}
  consents: {email: {version: "1", text: {pl: Nowości., de: Neues.}, confirm: true}}
  receipt: {subject: {pl: Mamy to, de: Es ist da}, text: {pl: Dziękujemy., de: Danke.}}
  reward: {title: {pl: Poradnik, de: Leitfaden}, address: "https://a.example", deliver: mail}
"""
ENGLISH = """\
ebook:
  fields: {email: {type: email, required: true}}
  consents: {email: {version: "1", text: {en: News.}, confirm: true}}
  receipt: {subject: We have it, text: Thank you.}
  reward: {title: The guide, address: "https://a.example", deliver: mail}
"""
PLAIN = ENGLISH.replace("{en: News.}", "News.")


@pytest.mark.parametrize(
    ("source", "said", "read", "language"),
    [
        (POLISH_AND_GERMAN, None, None, "pl"),
        (POLISH_AND_GERMAN, "en", None, "pl"),
        (POLISH_AND_GERMAN, "de", None, "de"),
        (POLISH_AND_GERMAN, "fr", "de", "de"),
        (POLISH_AND_GERMAN, "pl", "fr", "pl"),
        (ENGLISH, "pl", None, "en"),
        (PLAIN, "pl", None, "pl"),
        (PLAIN, "fr", None, "en"),
    ],
)
def test_a_mail_is_in_one_language_and_the_form_speaks_it(
    source: str, said: str | None, read: str | None, language: str
) -> None:
    form = compile_forms(source, "forms.yaml")["ebook"]
    texts = {"consents": {"email": {"language": read}}} if read else {}
    made = replace(event(said or ""), texts=texts)
    assert lead_mails.language_of(made, form) == language
    for mail in (
        lead_mails.confirm(made, "email", form, COMPANY, LINKS),
        lead_mails.reward(made, form, COMPANY, LINKS, NOW),
        lead_mails.receipt(made, form, COMPANY, LINKS),
    ):
        assert f'<html lang="{language}">' in mail.html
        assert LEAD_TEXTS[language]["reason_untitled"].partition("{")[0] in mail.text
        own = {
            "pl": ("Nowości.", "Poradnik", "Dziękujemy."),
            "de": ("Neues.", "Leitfaden", "Danke."),
        }
        if source == POLISH_AND_GERMAN:
            assert any(word in mail.text for word in own[language])


@pytest.mark.parametrize("make", KINDS)
def test_nothing_that_a_visitor_wrote_is_in_a_mail(make: Any) -> None:
    names = "name first_name company message page_url page_title referrer origin source campaign"
    said = dict.fromkeys(names.split(), HOSTILE)
    made = event(**said)
    plain, hostile = make(), make(**said)
    assert (hostile.subject, hostile.html, hostile.text) == (plain.subject, plain.html, plain.text)
    extra = replace(made, texts={"message": HOSTILE, "extra": {"x": HOSTILE}})
    mail = lead_mails.confirm(extra, "email", FORM, COMPANY, LINKS)
    assert "evil" not in mail.html + mail.text + mail.subject


def test_what_is_to_be_confirmed_is_told_as_it_was_read() -> None:
    proofs = {"email": {"version": "1", "text": "Neuigkeiten <hier>."}}
    made = replace(event("de"), texts={"consents": proofs})
    mail = lead_mails.confirm(made, "email", FORM, COMPANY, LINKS)
    assert "> Neuigkeiten <hier>." in mail.text
    assert "Neuigkeiten &lt;hier&gt;." in mail.html
    assert "> Nowości." in confirm("pl").text


@pytest.mark.parametrize("text", ["{company}", "{0.__class__}", "%s%n", "{{ 7*7 }}", "<b>&"])
def test_a_forms_own_words_stand_as_they_are(text: str) -> None:
    own = {"confirm": {"subject": {"en": text}, "text": {"en": f"{text}\n\nand\nmore"}}}
    form = FORM | {"mail": own | {"reward": {"text": text}}}
    mail = confirm("en", form)
    assert mail.subject == text
    assert f"{text}\n\nand\nmore\n" in mail.text
    assert mail.html.count("<p ") > confirm().html.count("<p ")
    assert LEAD_TEXTS["en"]["confirm_button"] in mail.text
    assert text in reward("pl", form).text
    assert reward("pl", form).subject == "Poradnik"
    named = replace(COMPANY, name=text, address=text)
    assert lead_mails.receipt(event(), FORM, named, LINKS).text.count(text) >= 3


@pytest.mark.parametrize("language", LEAD_TEXTS)
def test_a_form_is_called_as_people_call_it_or_not_at_all(language: str) -> None:
    form = FORM | {"title": {"en": "Roofs", "pl": "Dachy", "de": "Dächer"}}
    said = receipt(language, form).text
    assert re.search(f"[“„]{form['title'][language]}[”“]", said)
    untitled = receipt(language, {k: v for k, v in FORM.items() if k != "title"})
    assert "ebook" not in untitled.text + untitled.html
    assert LEAD_TEXTS[language]["reason_untitled"].partition("{")[0] in untitled.text


@pytest.mark.parametrize("language", LEAD_TEXTS)
@pytest.mark.parametrize("name", ["Dachy sp. z o.o.", "Roofs Inc.", "Who?", "Dachy"])
def test_a_name_that_ends_in_a_stop_ends_its_sentence(name: str, language: str) -> None:
    form = FORM | {"reward": {"title": {language: name}}}
    company = replace(COMPANY, name=name)
    for mail in (
        lead_mails.confirm(event(language), "email", form, company, LINKS),
        lead_mails.reward(event(language), form, company, LINKS, NOW),
    ):
        assert ".." not in mail.text
        assert "?." not in mail.text
        assert name in mail.text


def test_a_test_says_that_it_is_one() -> None:
    for make in KINDS:
        mail = make(hotlist_test=True)
        assert mail.subject.startswith("TEST: ")
        assert LEAD_TEXTS["en"]["test"] in mail.text
        assert LEAD_TEXTS["en"]["test"] in mail.html
        assert "TEST" not in make().text


def test_a_pixel_is_there_only_where_it_is_asked_for() -> None:
    pixel = "https://api.example.com/o/x"
    links = replace(LINKS, pixel=pixel)
    with_it = lead_mails.confirm(event(), "email", FORM, COMPANY, links)
    assert re.search(f'<img [^>]*src="{pixel}"', with_it.html)
    for make in KINDS:
        assert "<img" not in make().html
        assert "/o/" not in make().html


def test_the_addresses_of_a_forms_texts_are_links_and_no_others_are() -> None:
    short, long = "https://a.example/x", "https://a.example/x?y=1&z=2"
    text = f"See {short}, or ({long}). Not https://b.example <b>."
    form = FORM | {"receipt": {"subject": "A", "text": text}}
    to = {short: short, long: "https://api.example.com/c/token"}
    mail = lead_mails.receipt(event(), form, COMPANY, replace(LINKS, to=to))
    assert f'href="{short}" style="color:#1d4ed8">{short}</a>, or (' in mail.html
    shown = "https://a.example/x?y=1&amp;z=2"
    linked = f'href="https://api.example.com/c/token" style="color:#1d4ed8">{shown}</a>)'
    assert linked in mail.html
    assert "Not https://b.example &lt;b&gt;." in mail.html
    assert text in mail.text
    unlinked = lead_mails.receipt(event(), form, COMPANY, replace(LINKS, action="")).html
    assert unlinked.count("<a ") == 1  # to unsubscribe


def test_every_language_has_a_text_for_everything() -> None:
    assert LEAD_TEXTS.keys() == {"en", "pl", "de"}
    for language in LEAD_TEXTS:
        assert LEAD_TEXTS[language].keys() == LEAD_TEXTS["en"].keys()


class _Client:
    def __init__(self) -> None:
        self.request: dict[str, Any] = {}

    def send_email(self, **request: Any) -> dict[str, str]:
        self.request = request
        return {"MessageId": "m-1"}


def sent(mail: Mail) -> tuple[dict[str, Any], bytes]:
    client = _Client()
    to = LeadAddress("ada@example.org", "1" * 32, COMPANY.name)
    Mailer(client, "hotlist@example.com", "set").send(mail, to, "receipt#x")
    return client.request, client.request["Content"]["Raw"]["Data"]


def test_a_mail_to_a_lead_is_sent_in_the_companys_name_with_its_tags() -> None:
    request, raw = sent(confirm())
    mime = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    assert {tag["Name"]: tag["Value"] for tag in request["EmailTags"]} == {
        "audience": "lead",
        "event": "1" * 32,
        "delivery": delivery_hash("receipt#x"),
    }
    assert request["Destination"] == {"ToAddresses": ["ada@example.org"]}
    assert request["FromEmailAddress"] == "hotlist@example.com"
    assert mime["From"].addresses[0].display_name == "Śruby & <Synowie>"
    assert mime["To"] == "ada@example.org"
    assert mime["Reply-To"] == "biuro@example.com"
    assert f"List-Unsubscribe: <{LINKS.unsubscribe}>\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


INVITATION: dict[str, Any] = {
    "uid": "webinar@example.com",
    "sequence": 2,
    "starts": "2026-04-01T10:00:00Z",
    "ends": "2026-04-01T11:00:00Z",
    "zone": "Europe/Warsaw",
    "summary": {"en": "The webinar", "pl": "Żółw"},
    "organizer": {"name": "Anna", "email": "anna@example.com"},
}
INVITATION["ics"] = {language: calendar_file(INVITATION, language) for language in ("en", "pl")}


def test_an_invitation_is_attached_after_both_texts() -> None:
    given = FORM["reward"] | {"kind": "invitation", "event": INVITATION}
    mail = reward("pl", FORM | {"reward": given})
    _, raw = sent(mail)
    mime = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    assert [part.get_content_type() for part in mime.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    (found,) = mime.iter_attachments()
    assert found.get_filename() == "invitation.ics"
    assert found["Content-Type"].params["method"] == "PUBLISH"
    data = found.get_payload(decode=True)
    assert data == invitation.calendar(INVITATION, "pl", NOW).encode()
    assert "SUMMARY:Żółw\r\n".encode() in data
    body = mime.get_body(("plain",))
    assert body is not None
    assert LINKS.action in body.get_content()
