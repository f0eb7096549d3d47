"""Mails: what they say, that nothing breaks out of them, and that they stay small."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest

from hotlist.events.event import Event
from hotlist.events.vocabulary import CHANNELS, Route
from hotlist.leads.lead import Alerting, Contact, Lead, LeadState, May, Reason, Stage, Temperature
from hotlist.leads.profile import profile_of
from hotlist.mail import digest_mail, render, texts
from hotlist.mail.formats import formats
from hotlist.mail.ses import Mailer, delivery_hash
from hotlist.sales.hot_list import Shown, hot_list
from hotlist.sales.team import Recipient
from hotlist.sales.to_send import AlertNow
from letters_of_forms import ANNA, NOW, asked

HOSTILE = "<script>alert(1)</script>\r\nBcc: all@example.com"


def title(rule_id: str, language: str) -> str:
    return {"pricing": "Oglądał cennik"}.get(rule_id, rule_id)


def lead(number: int = 0, **changes: Any) -> Lead:
    fields: dict[str, Any] = {
        "lead_id": f"email:{number}",
        "folded_at": NOW,
        "expires_at": NOW,
        "temperature": Temperature.HOT,
        "stage": Stage.INTENT,
        "total": 75,
        "contact": Contact("Łukasz Żak", "Śruby & Synowie", "lukasz@example.org", "+48600100200"),
        "reasons": (Reason("pricing", Decimal("44.5")),),
        "channel": "paid_search",
        "last_event_at": NOW,
        "alerting": Alerting(armed=False, hot_since=NOW),
        "may": May.BOTH,
    }
    return Lead(**(fields | changes))


def digest_of(leads: Iterable[Lead], reader: Recipient = ANNA) -> render.Mail:
    """The digest of these leads as a reader gets it."""
    hot = hot_list(map(Shown, leads))
    cards = [digest_mail.card(one.lead, reader, title) for one in hot.leads]
    return digest_mail.digest(cards, hot.more, reader, NOW).mail


def now(turned_hot: Lead, **changes: Any) -> AlertNow:
    """An alert about a lead, as things are."""
    return AlertNow(turned_hot, turned_hot.alerting.hot_since, **changes)


def test_a_digest_tells_whom_to_call_and_why() -> None:
    mail = digest_of([lead()])
    for part in (mail.html.replace("<wbr>", ""), mail.text):
        assert "Łukasz Żak" in part
        assert "lukasz@example.org" in part
        assert "+48600100200" in part
        assert "+45" in part  # 44.5, half up
        assert "Oglądał cennik" in part
        assert "29 mar, 07:30" in part  # after the clocks changed
        assert "600 100 200" in part
    assert "Śruby &amp; Synowie" in mail.html
    assert mail.subject == "Gorąca lista 29 mar – 1 gorący lead: Łukasz Żak"


def test_leads_come_best_first_and_cold_ones_not_at_all() -> None:
    found = hot_list(
        map(
            Shown,
            [
                lead(1, total=61),
                lead(2, total=99),
                lead(3, temperature=Temperature.WARM),
                lead(4, state=LeadState.EMPTY),
            ],
        )
    )
    assert [one.lead.lead_id for one in found.leads] == ["email:2", "email:1"]


@pytest.mark.parametrize("language", ["en", "pl", "de"])
def test_a_thousand_leads_of_long_texts_stay_under_90_kb(language: str) -> None:
    long = Contact("W" * 200, "&" * 200, "a" * 60 + "@" + "b" * 60 + ".example", "+48600100200")
    reasons = tuple(Reason("&" * 200, Decimal(9)) for _ in range(3))
    hot = (lead(n, contact=long, reasons=reasons) for n in range(1000))
    mail = digest_of(hot, replace(ANNA, language=language))
    assert len(mail.html.encode()) < 90_000
    shown = mail.html.count("mailto:")
    assert shown >= 10
    assert str(1000 - shown) in mail.html


def test_lead_supplied_text_is_only_text() -> None:
    hostile = lead(contact=Contact(HOSTILE, HOSTILE, "x@example.org"))
    for mail in (
        digest_of([hostile]),
        render.alert(now(hostile), ANNA, title),
    ):
        assert "<script" not in mail.html
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject


def test_the_message_of_a_form_is_told_whole_and_answered_to_its_sender() -> None:
    event = Event(
        event_id="1",
        type="contact_requested",
        occurred_at=NOW,
        email="ada@example.org",
        properties={
            "form": "contact",
            "name": "Ada",
            "message": f"Hello\nthere {HOSTILE}",
            "role": "cto",
        },
    )
    mail = render.message(event, {"name": "Name", "role": "Role", "message": "Message"}, ANNA)
    assert mail.reply_to == "ada@example.org"
    assert "Hello<br>there &lt;script&gt;" in mail.html
    assert "Role: cto" in mail.text


@pytest.mark.parametrize("is_old", [False, True], ids=["in texts", "in properties, as before"])
def test_what_could_not_be_read_is_told_as_it_was_written(is_old: bool) -> None:
    extra = {
        "phone": "600 100 200 wew. 12 <b>",
        "terms": "perhaps",
        "consent_email": "by mail only",
        "consents": "yes",
        "shoe": "43",
    }
    labels = {"phone": "Telefon", "terms": "Regulamin", "message": "Treść"}
    texts: dict[str, object] = {"message": "Hi", "extra": extra}
    said = {"form": "contact"} | (texts if is_old else {})
    event = replace(asked(), properties=said, texts={} if is_old else texts)
    mail = render.message(event, labels, ANNA)
    assert "Treść: Hi" in mail.text
    assert "600 100 200 wew. 12 &lt;b&gt;" in mail.html
    lines = [line.strip() for line in mail.text.splitlines()]
    told = ["Telefon: 600 100 200 wew. 12 <b>", "Regulamin: perhaps", "Consent email: by mail only"]
    told.append("Consents: yes")
    place = lines.index(told[0])
    assert lines[place : place + 4] == told


@pytest.mark.parametrize("email", ["ada@example.org", "zażółć@example.pl", None])
def test_only_a_message_that_can_be_answered_says_so(email: str | None) -> None:
    mail = render.message(asked(email), {}, ANNA)
    footer = texts.TEXTS["pl"]["footer_message"]
    can_be = email == "ada@example.org"
    assert [footer in part for part in (mail.html, mail.text)] == [can_be, can_be]
    assert ("--" in mail.text.splitlines()) is can_be


@pytest.mark.parametrize(
    ("language", "yes", "no"), [("en", "yes", "no"), ("pl", "tak", "nie"), ("de", "ja", "nein")]
)
def test_yes_and_no_are_told_in_the_language_of_the_reader(
    language: str, yes: str, no: str
) -> None:
    labels = {"agree": "Agree", "callback": "Callback"}
    reader = replace(ANNA, language=language)
    mail = render.message(asked(agree=True, callback=False), labels, reader)
    assert f"Agree: {yes}\n" in mail.text
    assert f"Callback: {no}\n" in mail.text


def test_lines_stay_lines_in_a_mail_program_that_knows_no_white_space() -> None:
    """Such as Outlook for Windows."""
    html = render.message(asked(message="<b>one\n\ntwo"), {"message": "M"}, ANNA).html
    assert ">&lt;b&gt;one<br><br>two</p>" in html


LABELS = {"name": "Name", "first_name": "First", "last_name": "Last", "company": "Company"}


@pytest.mark.parametrize(
    ("said", "name", "told"),
    [
        ({"first_name": "Ada", "last_name": "Byron"}, "Ada Byron", []),
        ({"last_name": "Byron"}, "Byron", []),
        ({"name": "A. Byron", "first_name": "Ada"}, "A. Byron", ["First: Ada"]),
        ({}, "ada@example.org", []),
    ],
)
def test_a_message_is_headed_by_the_name_that_the_leads_contact_has(
    said: dict[str, Any], name: str, told: list[str]
) -> None:
    event = asked(**said)
    mail = render.message(event, LABELS, ANNA)
    assert mail.subject == f"Wiadomość: {name}"
    assert [line.strip() for line in mail.text.splitlines() if ": " in line][1:] == told
    contact = profile_of([replace(event, route=Route.FORM)], NOW, lambda _: None).contact
    assert (contact.name or contact.email) == name


class _Client:
    def __init__(self) -> None:
        self.request: dict[str, Any] = {}

    def send_email(self, **request: Any) -> dict[str, str]:
        self.request = request
        return {"MessageId": "m-1"}


def test_the_mime_message_has_both_parts_and_its_tags() -> None:
    client = _Client()
    mail = render.alert(now(lead()), ANNA, title)
    assert Mailer(client, "hotlist@example.com", "set").send(mail, ANNA, "alert#1#anna") == "m-1"
    raw = client.request["Content"]["Raw"]["Data"]
    mime = message_from_bytes(raw, policy=policy.default)
    assert [part.get_content_type() for part in mime.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert mime["To"] == "Anna Kowalska <anna@example.com>"
    assert mime["Reply-To"] == "lukasz@example.org"
    tags = {tag["Name"]: tag["Value"] for tag in client.request["EmailTags"]}
    assert tags == {
        "audience": "sales",
        "recipient": "anna",
        "delivery": delivery_hash("alert#1#anna"),
    }


def mime_of(mail: render.Mail, recipient: Recipient = ANNA) -> EmailMessage:
    """What is sent, as whoever receives it reads it."""
    client = _Client()
    Mailer(client, "hotlist@example.com", "set").send(mail, recipient, "alert#1#anna")
    raw = client.request["Content"]["Raw"]["Data"]
    return message_from_bytes(raw, _class=EmailMessage, policy=policy.default)


@pytest.mark.parametrize("name", ["Kowalska, Anna", "Łukasz „Żak”", "A (b) <c@d.example>", 'O"X'])
def test_a_recipients_name_and_address_arrive_as_they_are(name: str) -> None:
    anna = replace(ANNA, name=name, email="anna@xn--exmple-cua.org")
    (to,) = mime_of(render.alert(now(lead()), anna, title), anna)["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, "anna@xn--exmple-cua.org")


ENCODED = "=?utf-8?q?x=40evil.example=2c?=@example.com"


@pytest.mark.parametrize("email", ["zażółć@example.pl", "a\nb@example.org", ENCODED, None])
def test_what_no_header_takes_is_no_reply_address(email: str | None) -> None:
    contact = Contact("Żak", None, email, "+48600100200")
    alert = render.alert(now(lead(contact=contact)), ANNA, title)
    event = Event(event_id="1", type="contact_requested", occurred_at=NOW, email=email)
    for mail in (alert, render.message(event, {}, ANNA)):
        assert "Reply-To" not in mime_of(mail)


@pytest.mark.parametrize(
    "nothing", ["\u200b", "\u3164\u2800", "\u202e\u200d", "\ud800", "\x00\n", "\ufeff"], ids=ascii
)
def test_who_is_called_nothing_is_told_by_address_or_number(nothing: str) -> None:
    by = [
        (Contact(nothing, nothing, "ada@example.org", "+48600100200"), "ada@example.org"),
        (Contact(nothing, nothing, None, "+48600100200"), "+48600100200"),
        (Contact(nothing, nothing, nothing, nothing), texts.TEXTS["pl"]["unknown"]),
    ]
    for contact, name in by:
        card = digest_mail.card(lead(contact=contact), ANNA, title)
        assert card.name == name
        assert 'class="soft"' not in card.html  # no line for the company
    said = asked(None, name=nothing, first_name="Ada", company=nothing)
    assert render.message(said, LABELS, ANNA).subject == "Wiadomość: Ada"


def test_a_name_keeps_its_joiners_and_loses_what_turns_it_round() -> None:
    name = "\u202eمی\u200cخواهم \U0001f469\u200d\U0001f467\u202c"
    card = digest_mail.card(lead(contact=Contact(name, None, "ada@example.org")), ANNA, title)
    assert card.name == "می\u200cخواهم \U0001f469\u200d\U0001f467"
    assert card.name in card.html


def test_a_long_address_is_whole_in_its_link_and_short_beside_it() -> None:
    address = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    made = digest_mail.card(
        lead(contact=Contact("Ada", None, address, "+" + "1" * 130)), ANNA, title
    )
    assert f'href="mailto:{quote(address)}?subject=' in made.html
    assert f'href="tel:+{"1" * 130}"' in made.html
    shown = re.sub("<[^>]*>", "", made.html)
    assert address[:119] + "…" in shown
    assert address not in shown
    assert "1" * 120 not in shown


def test_a_link_to_an_address_is_to_that_address_alone() -> None:
    contact = Contact("Ada", None, "a?bcc=x&cc=y#%@example.org", "+48 600;ext=1")
    html = digest_mail.card(lead(contact=contact), ANNA, title).html
    assert 'href="mailto:a%3Fbcc%3Dx%26cc%3Dy%23%25%40example.org?subject=' in html
    assert 'href="tel:+486001"' in html


@pytest.mark.parametrize(
    "text", ["{name}", "{0.__class__}", "%s%n", "{{ 7*7 }}", "{% raw %}", "\\1"]
)
def test_no_text_is_a_format_string_or_a_template(text: str) -> None:
    for mail in (
        digest_of([lead(contact=Contact(text, text, "ada@example.org"))]),
        render.message(asked(name=text, message=text), {"message": text}, ANNA),
    ):
        assert mail.subject.endswith(text)
        assert text in mail.text


@pytest.mark.parametrize(
    ("language", "heading", "cooled", "taken_in"),
    [
        (
            "en",
            "Łukasz Żak turned hot on Mar 28, 10:05\xa0AM; now 31 points",
            "cooled since",
            "A caller",
        ),
        ("pl", "Łukasz Żak: gorący od 28 mar, 10:05; teraz 31 pkt", "ostygł", "telefon"),
        ("de", "Łukasz Żak wurde heiß am 28. März, 10:05; jetzt 31 Punkte", "abgekühlt", "Anrufer"),
    ],
)
def test_an_alert_that_comes_late_says_what_has_happened_since(
    language: str, heading: str, cooled: str, taken_in: str
) -> None:
    at = datetime(2026, 3, 28, 9, 5, tzinfo=UTC)  # 10:05 in Warsaw
    reader = replace(ANNA, language=language)
    warm = lead(total=31, temperature=Temperature.WARM)
    for said, is_taken_in in ((cooled, False), (taken_in, True)):
        late = AlertNow(warm, at, cooled=True, taken_in=is_taken_in)
        mail = render.alert(late, reader, title)
        assert mail.subject == heading
        assert said in mail.html
        assert texts.TEXTS[language]["call_now"] not in mail.html


def test_a_message_shows_points_only_of_a_lead_that_is_known() -> None:
    known = render.message(asked(message="Hi"), {}, ANNA, lead(total=31))
    assert "31 pkt, gorący" in known.text
    assert "pkt" not in render.message(asked(message="Hi"), {}, ANNA).text


@pytest.mark.parametrize("language", ["en", "pl", "de"])
@pytest.mark.parametrize("kind", ["message", "alert"])
def test_a_full_hour_is_told_in_the_last_mail_and_after_it(language: str, kind: str) -> None:
    hour, reader = datetime(2026, 3, 28, 9, tzinfo=UTC), replace(ANNA, language=language)
    note = render.last_of_hour(kind, 60, hour, reader)
    assert "60" in note
    assert "11:00" in note  # in Warsaw; English says 11:00 AM
    for mail in (
        render.alert(now(lead()), reader, title, note),
        render.message(asked(), {}, reader, None, note),
    ):
        assert note in mail.text
        assert note in mail.html
    told = render.more(kind, hour, reader, count=200, is_more=True, most=60)
    assert texts.TEXTS[language]["more_than"].format(count=200) in told.subject
    assert "10:00" in told.subject
    assert "11:00" in told.subject
    assert "60" in told.text
    few = render.more(kind, hour, reader, count=3, is_more=False, most=60)
    assert "3" in few.subject
    assert "200" not in few.subject


def test_an_empty_day_says_so() -> None:
    mail = digest_of([])
    assert "Dziś nie ma gorących leadów." in mail.text


def test_every_language_has_a_word_for_everything() -> None:
    assert texts.TEXTS.keys() == {"en", "pl", "de"}
    for language in texts.TEXTS:
        assert texts.TEXTS[language].keys() == texts.TEXTS["en"].keys()
        assert texts.COUNTED[language].keys() == texts.COUNTED["en"].keys()
        forms = {formats(language).plural(count) for count in range(1000)}
        assert all(given.keys() == forms for given in texts.COUNTED[language].values())
        assert texts.TEMPERATURES[language].keys() == set(Temperature)
        assert texts.STAGE_NAMES[language].keys() == set(Stage)
        assert texts.CHANNEL_NAMES[language].keys() == CHANNELS
        assert texts.CHANNEL_LABELS[language].keys() == CHANNELS


def test_a_card_speaks_the_language_of_its_reader() -> None:
    mail = digest_of([lead()])
    for part in (mail.html, mail.text):
        assert "płatny wynik wyszukiwania" in part
        assert "zamiar zakupu" in part
