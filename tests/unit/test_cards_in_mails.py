"""Cards of leads in their mails: how many fit, what leads to an answer, and what the text says."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from hotlist.events.answers import ANSWERS, DOINGS, SNOOZED, SalesAnswer
from hotlist.leads.lead import Contact, May, Reason
from hotlist.links.tokens import Key
from hotlist.mail import digest_mail, render, texts
from hotlist.mail.formats import formats
from hotlist.mail.layout import Figure, Line, Section
from hotlist.mail.lead_card import Details, LeadLinks, answer_text
from hotlist.sales.compose import MOST_WITH_BUTTONS, MOST_WITH_LINKS
from hotlist.sales.gone import Gone, Why
from hotlist.sales.reader_links import MailLinks
from hotlist.sales.to_send import AlertNow
from letters_of_forms import ANNA, NOW, asked
from made_cards import LANGUAGES, card, lead


@pytest.mark.parametrize("language", LANGUAGES)
def test_fifty_leads_of_whom_all_is_known_fit_into_one_mail(language: str) -> None:
    reader = replace(ANNA, language=language)
    at = {"pricing": NOW, "opened": NOW, "size": NOW}
    reasons = tuple(Reason(rule, Decimal(20)) for rule in at)
    cards = [
        card(
            language,
            told=lead(total=100 - number, reasons=reasons, may=May.MAIL),
            change=12,
            reasons_at=at,
            campaign="spring-2026",
            owner="Anna Kowalska",
        )
        for number in range(50)
    ]
    made = digest_mail.digest(cards, 0, reader, NOW)
    assert made.cards == 50
    assert len(made.mail.html.encode()) <= 82_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_begins_with_its_best_leads_in_the_preview(language: str) -> None:
    reader = replace(ANNA, language=language)
    cards = [
        card(language, told=lead(total=1240)),
        card(language, told=lead(contact=Contact("Ada"))),
    ]
    html = digest_mail.digest(cards, 0, reader, NOW).mail.html
    grouped = {"en": "1,240", "pl": "1\xa0240", "de": "1.240"}[language]
    body = html.partition("<body")[2].partition(">")[2]
    hidden, _, rest = body.partition("</div>")
    assert hidden.endswith("\u200c")
    assert f">Łukasz Żak ({grouped}), Ada (75)" in hidden
    assert f'lang="{language}"' in rest


def test_the_signed_number_is_explained_where_there_is_one() -> None:
    explained = texts.TEXTS["en"]["changes"]
    reader = replace(ANNA, language="en")
    for change, is_explained in ((3, True), (None, False)):
        mail = digest_mail.digest([card(change=change)], 0, reader, NOW).mail
        assert (explained in mail.html) is is_explained
        assert explained not in mail.text


def test_a_message_is_answered_by_its_subject_and_tells_what_is_known() -> None:
    reader = replace(ANNA, language="en")
    known, who = Details(owner="Ben Miller"), lead(may=May.MAIL)
    mail = render.message(asked(message="Hi"), {"message": "Text"}, reader, who, details=known)
    assert "?subject=Your%20message" in mail.html
    assert "tel:" not in mail.html
    for said in ("May be mailed, not called", "Owner: Ben Miller"):
        assert said in mail.html
        assert said in mail.text
    assert "75 points, hot\n" in mail.text
    assert mail.reply_to == "ada@example.org"


@pytest.mark.parametrize("may", [May.CALL, May.NEITHER])
def test_an_answer_goes_to_nobody_who_must_not_be_mailed(may: May) -> None:
    reader, who = replace(ANNA, language="en"), lead(may=may)
    for mail in (
        render.message(asked(message="Hi"), {"message": "Text"}, reader, who),
        render.alert(AlertNow(who, NOW), reader, lambda rule, _: rule),
    ):
        assert mail.reply_to is None
        assert "mailto:" not in mail.html
        assert texts.TEXTS["en"]["footer_message"] not in mail.text


LINKS = LeadLinks("https://api.example.com/leads/c", "https://api.example.com/answers/a")


def test_each_answer_has_a_button_or_all_have_one_link() -> None:
    made = card(links=LINKS)
    found = re.findall(r'class="act" href="([^"]*)"', made.html)
    assert found == [f"{LINKS.answer}?do={do}" for do in DOINGS]
    assert f'href="{LINKS.card}"' in made.html
    one = card(links=LINKS, has_buttons=False)
    assert re.findall(r'class="act" href="([^"]*)"', one.html) == [LINKS.answer]
    for text in (made.text, one.text):
        assert f"  Answer: {LINKS.answer}\n" in text
        assert f"  Card: {LINKS.card}\n" in text
    assert "act" not in re.findall(r'class="(\w+)"', card().html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_sales_said_stands_on_the_card(language: str) -> None:
    for said in sorted(ANSWERS):
        until = NOW + timedelta(days=3) if said == SNOOZED else None
        answer = SalesAnswer("1", said, NOW, "ben", until)
        made = card(language, told=lead(answer=answer), answered_by="Ben Miller")
        assert "Ben Miller" in made.text
    day = date(2026, 3, 28)
    back = texts.TEXTS[language]["is_back"].format(day=formats(language).day(day))
    assert back in card(language, back_on=day).text
    assert back not in card(language).text


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/New_York", "Pacific/Kiritimati"])
def test_all_read_the_day_of_whoever_put_a_lead_off(zone: str) -> None:
    until = NOW + timedelta(days=3)
    answer = SalesAnswer("1", SNOOZED, NOW, "ben", until, date(2026, 3, 28))
    reader = replace(ANNA, language="en", timezone=zone)
    assert answer_text(answer, "Ben", reader, NOW).startswith("put off until Mar 28")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [MOST_WITH_BUTTONS, MOST_WITH_LINKS])
def test_a_digest_has_room_for_its_links(language: str, count: int) -> None:
    reader = replace(ANNA, language=language)
    url = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com"
    links = MailLinks(reader, Key("12", b"k" * 64), NOW.date(), url)
    at = {"pricing": NOW, "opened": NOW, "size": NOW}
    reasons = tuple(Reason(rule, Decimal(20)) for rule in at)
    cards = [
        card(
            language,
            told=lead(reasons=reasons, may=May.MAIL, lead_id=f"email:{number:036}"),
            change=12,
            reasons_at=at,
            campaign="spring-2026",
            owner="Anna Kowalska",
            links=links.of_lead(f"email:{number:036}", "Łukasz Żak"),
            has_buttons=count <= MOST_WITH_BUTTONS,
        )
        for number in range(count)
    ]
    made = digest_mail.digest(cards, 0, reader, NOW, stop=links.stop, today=links.today)
    assert made.cards == count
    assert len(made.mail.html.encode()) <= 75_000
    assert f'href="{links.today}"' in made.mail.html


def test_a_digest_reads_well_as_text() -> None:
    reader = replace(ANNA, language="en")
    made = card("en", change=12, reasons_at={"pricing": NOW}, owner="Ben Miller")
    figures = [Figure("e-mail", "17", "+12%", is_up=True), Figure("referral", "9")]
    sections = [Section("Cooling", "1", lines=[Line("Ada", "ada@example.org", said="Thursday")])]
    mail = digest_mail.digest([made], 7, reader, NOW, figures=figures, sections=sections).mail
    assert mail.text == DIGEST


DIGEST = """\
8 hot leads
===========

e-mail: 17 (+12%)
referral: 9

Hot now · 8
-----------

Łukasz Żak, Śruby & Synowie - 75 points, hot, +12 since your last list
  600 100 200 (+48600100200)
  lukasz@example.org
  +45  Pricing (today, 7:30\xa0AM)
  -3  Opened
  May be called and mailed
  Stage: intent
  Came by: a paid search result
  Last seen: yesterday, 6:30\xa0AM
  Hot since: today, 7:30\xa0AM
  Owner: Ben Miller

and 7 more

Cooling · 1
-----------
Ada · ada@example.org: Thursday

--
Hotlist sends this to Anna Kowalska at 7:30\xa0AM (Europe/Warsaw)."""


WAYS = Contact("Ada", None, "ada@example.org", "+48600100200")


@pytest.mark.parametrize(
    ("contact", "may", "said", "is_warning"),
    [
        (replace(WAYS, phone=None), May.BOTH, "mailed", False),
        (replace(WAYS, phone=None), May.MAIL, "mailed", False),
        (replace(WAYS, phone=None), May.CALL, "not_mailed", True),
        (replace(WAYS, phone=None), May.NEITHER, "not_mailed", True),
        (replace(WAYS, email=None), May.BOTH, "called", False),
        (replace(WAYS, email=None), May.CALL, "called", False),
        (replace(WAYS, email=None), May.MAIL, "not_called", True),
        (replace(WAYS, email=None), May.UNKNOWN, "may_unknown", True),
        (WAYS, May.MAIL, "may_mail", True),
    ],
)
def test_only_of_ways_that_are_known_it_is_said_whether_they_are_allowed(
    contact: Contact, may: May, said: str, is_warning: bool
) -> None:
    for language in LANGUAGES:
        made = card(language, told=lead(contact=contact, may=may))
        words = texts.TEXTS[language][said]
        assert f"  {words}\n" in made.text
        assert (f">{words}</p>" in made.html) is is_warning


@pytest.mark.parametrize(
    ("may", "contact", "warning"),
    [
        (May.BOTH, "ada@example.org · +48600100200", ""),
        (May.CALL, "ada@example.org · +48600100200", "may_call"),
        (May.UNKNOWN, "ada@example.org · +48600100200", "may_unknown"),
        (May.NEITHER, "", "may_neither"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lead_that_is_hot_no_longer_comes_with_what_is_allowed(
    language: str, may: May, contact: str, warning: str
) -> None:
    words, reader = texts.TEXTS[language], replace(ANNA, language=language)
    told = words[warning] if warning else ""
    line = digest_mail.gone_line(Gone(lead(), Why.OBJECTED, WAYS, may=may), reader)
    assert (line.contact, line.reason, line.warning) == (contact, words["gone_objected"], told)
    mail = digest_mail.digest([], 0, reader, NOW, [line]).mail
    for part in (mail.html, mail.text):
        assert told in part
        assert "mailto:" not in part
